"""Growth with units: the atlas laid over itself several times, each copy a little to the north-east.

The copies have units, versions, faces, borders and events' units of their own, and lie in the same window,
so that a step has as many times more to draw. The app runs on them unchanged.
"""

from __future__ import annotations

import copy
import gzip
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import servers
from browser import MapPage, browser, first_map, reader
from machine import BUILT, ROOT, median
from report import Row

from kazatlas.atlas.store import MANIFEST, dump_compact, dump_features, dump_json, manifest_of
from kazatlas.record.text_files import read_json
from kazatlas.record.types import VIEWS

SHIFT_DEGREES = 0.25
TIMES = (1, 2, 4)


def _renamer(units: dict[str, int], number: int) -> Callable[[Any], Any]:
    """Return what gives a copy's units, but not the powers over them, names of their own."""

    def renamed(unit: Any) -> Any:
        return f"{unit}-copy{number}" if number and units.get(unit) else unit

    return renamed


def _moved(coordinates: Any, shift: float) -> Any:
    if coordinates and isinstance(coordinates[0], int | float):
        return [round(coordinates[0] + shift, 4), round(coordinates[1] + shift, 4)]
    return [_moved(item, shift) for item in coordinates]


def _features(name: str, times: int, change: Callable[[dict[str, Any], int], bool]) -> bytes:
    """Return a built GeoJSON file with its features so many times; `change` makes a feature a copy's."""
    found = read_json(BUILT / name)
    header = {key: value for key, value in found.items() if key not in ("type", "features")}
    features = []
    for number in range(times):
        for original in found["features"]:
            feature = copy.deepcopy(original)
            if number:
                if not change(feature, number):
                    continue
                if feature["geometry"]:
                    shift = number * SHIFT_DEGREES
                    feature["geometry"]["coordinates"] = _moved(feature["geometry"]["coordinates"], shift)
            features.append(feature)
    return dump_features(features, **header)


def _topology(times: int, units: dict[str, int]) -> bytes:
    """Return the map's data so many times over."""
    found = read_json(BUILT / "map.json")
    objects, arcs = found["objects"], found["arcs"]
    base = {
        kind: {"type": "GeometryCollection", "geometries": list(objects[kind]["geometries"])}
        for kind in ("borders", "faces", "units")
    }
    faces = len(base["faces"]["geometries"])
    for number in range(1, times):
        renamed = _renamer(units, number)
        shift = round(number * SHIFT_DEGREES / found["transform"]["scale"][0])
        known: dict[int, int] = {}

        def arc(index: int, known: dict[int, int] = known, shift: int = shift) -> int:
            plain = index if index >= 0 else ~index
            if plain not in known:
                line = copy.deepcopy(arcs[plain])
                line[0] = [line[0][0] + shift, line[0][1] + shift]
                arcs.append(line)
                known[plain] = len(arcs) - 1
            return known[plain] if index >= 0 else ~known[plain]

        def numbers(value: Any, arc: Callable[[int], int] = arc) -> Any:
            return arc(value) if isinstance(value, int) else [numbers(item, arc) for item in value]

        for kind, collection in base.items():
            for original in objects[kind]["geometries"]:
                item = copy.deepcopy(original)
                properties = item["properties"]
                if kind == "units" and not units.get(properties["unit"]):
                    continue
                if "arcs" in item:
                    item["arcs"] = numbers(item["arcs"])
                if item["type"] == "Point":
                    item["coordinates"] = [value + shift for value in item["coordinates"]]
                for point in ("point", "tile_point"):
                    if point in properties:
                        properties[point] = [value + shift for value in properties[point]]
                if "faces" in properties:
                    properties["faces"] = [face + number * faces for face in properties["faces"]]
                if "sides" in properties:
                    properties["sides"] = [side + number * faces if side >= 0 else side for side in properties["sides"]]
                for name in ("unit", "parent", "by", "within"):
                    if properties.get(name):
                        properties[name] = renamed(properties[name])
                if "id" in item:
                    item["id"] = f"{item['id']}-copy{number}"
                collection["geometries"].append(item)
    objects.update(base)
    return dump_compact(found)


def multiplied(times: int) -> dict[str, bytes]:
    """Return the built files of an atlas so many times as large."""
    published = read_json(BUILT / "atlas.geojson")["features"]
    # Powers over the units (level 0) are nobody's copy, so that all copies belong to the same republic.
    units = {feature["properties"]["unit"]: feature["properties"]["level"] for feature in published}

    def version(feature: dict[str, Any], number: int) -> bool:
        properties, renamed = feature["properties"], _renamer(units, number)
        if not units[properties["unit"]]:
            return False
        feature["id"] = f"{renamed(properties['unit'])}@{feature['id'].split('@', 1)[1]}"
        for name in ("unit", "parent", "administered_by", "drawn_within"):
            properties[name] = renamed(properties[name])
        properties["faces"] = [f"{face}-copy{number}" for face in properties["faces"]]
        return True

    def border(feature: dict[str, Any], number: int) -> bool:
        feature["id"] = f"{feature['id']}-copy{number}"
        for side in ("left", "right"):
            if feature["properties"][side]:
                feature["properties"][side] += f"-copy{number}"
        return True

    tables = read_json(BUILT / "tables.json")
    of_one = dict(tables["units"])
    for number in range(1, times):
        renamed = _renamer(units, number)
        tables["units"].update({renamed(unit): value for unit, value in of_one.items()})
        for event in tables["events"]:
            event["units"] += [renamed(unit) for unit in event["units"] if unit in of_one and renamed(unit) != unit]
    files = {
        path.name: path.read_bytes() for path in BUILT.iterdir() if path.name != MANIFEST
    } | {
        "atlas.geojson": _features("atlas.geojson", times, version),
        "borders.geojson": _features("borders.geojson", times, border),
        "tables.json": dump_json(tables),
        "map.json": _topology(times, units),
    }  # fmt: skip
    files[MANIFEST] = manifest_of(files, tables["data_version"])
    return files


@contextmanager
def _app(times: int) -> Iterator[tuple[Path, dict[str, bytes]]]:
    """Lay out the app in a folder of its own, with an atlas so many times as large."""
    with tempfile.TemporaryDirectory(prefix="kazatlas-growth-") as name:
        folder = Path(name)
        shutil.copy(ROOT / "app.py", folder)
        shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
        (folder / "src").symlink_to(ROOT / "src")
        (folder / "geodata").mkdir()
        for path in (ROOT / "geodata").iterdir():
            if path != BUILT and not path.name.startswith("."):
                (folder / "geodata" / path.name).symlink_to(path)
        (folder / "geodata" / "built").mkdir()
        files = multiplied(times)
        for file, data in files.items():
            (folder / "geodata" / "built" / file).write_bytes(data)
        yield folder, files


def _measured(times: int, quick: bool) -> dict[str, Any]:
    with _app(times) as (folder, files), servers.streamlit(folder / "app.py", folder) as server, browser() as opened:
        with reader(opened) as context:
            opening, _ = first_map(context, server.url)
        shown = []
        for _ in range(2 if quick else 5):
            with reader(opened) as context:
                shown.append(first_map(context, server.url)[0])
        with reader(opened) as context:
            page = MapPage(context, server.url, "atlas")
            steps = page.walk(8 if quick else None)
            page.see(VIEWS[1])
            steps += page.walk(8 if quick else None)
            busy = page.processor(["ArrowRight"] * (12 if quick else page.last))
            page.rest()
            cpu = server.cpu_s()
            clicks = page.click_units(6 if quick else 25)
            cpu = server.cpu_s() - cpu
            heap = page.heap_mb()["heap_mb"]
        told = steps.summary()
        return {
            "units": len(json.loads(files["map.json"])["objects"]["units"]["geometries"]),
            "step, median": told["median"],
            "step, p95": told["p95"],
            "page's processor per step, main thread": busy["main_thread"],
            "page's processor per step, all threads": busy["all_threads"],
            "click to card, median": clicks.summary()["median"],
            "server's processor per click": cpu * 1000 / max(1, len(clicks.steps)),
            "first map, empty cache": median(shown),
            "first map of the first reader after a start": opening,
            "page's JavaScript heap": heap,
            "server's memory": server.memory_mb(),
            "map data, gzipped": len(gzip.compress(files["map.json"], 6)) / 1000,
            "lost": told["lost"],
        }


def measure(quick: bool) -> tuple[list[Row], dict[str, Any], list[str]]:
    """Measure the app with the atlas once, and several times over."""
    told = {times: _measured(times, quick) for times in TIMES}
    units = {"server's memory": "MB", "page's JavaScript heap": "MB", "map data, gzipped": "kB"}
    rows = []
    for times in TIMES[1:]:
        for name, value in told[times].items():
            if name in ("units", "lost"):
                continue
            once = told[1][name]
            held = name.startswith(("step, ", "page's processor", "click to card", "map data"))
            rows.append(
                Row(f"{times}x ({told[times]['units']} versions): {name}", value, units.get(name, "ms"), once,
                    "the atlas once", once * times if held else None)
            )  # fmt: skip
    notes = ["Linear growth is the reach: twice the units, at most twice the time."]
    return rows, {str(times): value for times, value in told.items()}, notes
