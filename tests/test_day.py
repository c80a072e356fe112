"""One day, one answer: what the map's data, the plates and the exports say is what `Day` says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import shapely

from kazatlas import palette
from kazatlas.atlas.day import Day, Fill, Line, calendar_of
from kazatlas.atlas.lineage import history_of
from kazatlas.atlas.selection import Choice, is_in_force
from kazatlas.atlas.store import MAP_FRAME, Atlas
from kazatlas.build.map_data import build_topology
from kazatlas.export.formats import FORMATS
from kazatlas.palette import evidence, tint
from kazatlas.plate.print_map import Scene, mix, read_base
from kazatlas.record.types import REPUBLIC, VIEWS
from tests.conftest import GEODATA

FRAME = (10.0, 10.0, 200.0, 140.0)
VALUES = {"versions": 1, "faces": 4, "lines": 1, "fills": 2, "claims": 1, "hatches": 1, "key": 1, "towns": 1}
"""How many values follow a key in the map's data."""


@pytest.fixture(scope="module")
def topology(atlas: Atlas) -> dict[str, Any]:
    return build_topology(atlas)


def days_of(atlas: Atlas) -> Iterator[Day]:
    calendar = calendar_of(atlas)
    for date in history_of(atlas).days:
        for view in VIEWS:
            yield calendar.day(date, view)


@cache
def shades(colour: str) -> set[str]:
    """Return a colour in every strength on paper."""
    return {mix(colour, share / 1000) for share in range(1001)}


def answers_of(topology: dict[str, Any]) -> dict[tuple[str, str], dict[str, dict[Any, Any]]]:
    """Return the answers at each stop and view, put together from the differences."""
    result = {}
    for view, differences in topology["answers"]["days"].items():
        now: dict[str, dict[Any, Any]] = {kind: {} for kind in VALUES}
        for stop, difference in zip(topology["stops"], differences, strict=True):
            for kind, keys in difference.get("gone", {}).items():
                for key in keys:
                    del now[kind][key]
            for kind, width in VALUES.items():
                flat = difference.get(kind, [])
                for at in range(0, len(flat), width + 1):
                    now[kind][flat[at]] = flat[at + 1] if width == 1 else tuple(flat[at + 1 : at + 1 + width])
            result[stop["date"], view] = {kind: dict(answers) for kind, answers in now.items()}
    return result


def test_the_maps_data_say_of_every_face_line_and_town_what_the_day_says(
    atlas: Atlas, topology: dict[str, Any]
) -> None:
    units, ranks = topology["answers"]["units"], topology["answers"]["ranks"]
    faces = [face["id"] for face in topology["objects"]["faces"]["geometries"]]
    borders = topology["objects"]["borders"]["geometries"]
    versions = [unit["id"] for unit in topology["objects"]["units"]["geometries"]]
    answers = answers_of(topology)
    for day in days_of(atlas):
        now = answers[day.date, day.view]
        assert {units[unit]: versions[number] for unit, number in now["versions"].items()} == {
            unit: row["id"] for unit, row in day.rows.items()
        }
        assert {
            faces[face]: (*map(units.__getitem__, holders), bool(ours))
            for face, (*holders, ours) in now["faces"].items()
        } == {
            face: (unit, day.gubernia_of[face], day.authority_of[face], day.is_ours(face))
            for face, unit in day.unit_of.items()
        }
        for number, border in enumerate(borders):
            sides = [faces[side] if side >= 0 else None for side in border["properties"]["sides"]]
            if "frame" not in border["properties"]:
                rank, ours = divmod(now["lines"][number], 2)
                assert Line(ranks[rank], bool(ours)) == day.line(*sides)
        for number, (_, place) in enumerate(sorted(atlas.tables["places"].items())):
            assert place["names"][now["towns"][number]] == day.town_name(place)


def test_the_maps_data_colour_every_face_as_the_day_does(atlas: Atlas, topology: dict[str, Any]) -> None:
    units, kinds = topology["answers"]["units"], topology["answers"]["fill_kinds"]
    faces = [face["id"] for face in topology["objects"]["faces"]["geometries"]]
    answers = answers_of(topology)
    for day in days_of(atlas):
        now = answers[day.date, day.view]
        fills = {units[unit]: Fill(kinds[kind], units[colour]) for unit, (kind, colour) in now["fills"].items()}
        for level in (1, 2):
            claimed = {
                faces[face]: Fill("claimed", units[int(key.split()[1])])
                for key, numbers in now["claims"].items()
                if key.startswith(f"{level} ")
                for face in numbers
            }
            shown = {face: claimed.get(face, fills[unit]) for face, unit in day.at(level).items()}
            assert shown == {face: day.fill(face) for face in day.unit_of}


def test_plates_draw_each_line_and_colour_of_the_day(atlas: Atlas) -> None:
    base, colours = read_base(GEODATA / "base"), palette.colours()
    scene = Scene(atlas, base, "1920-08-26", "de_jure", 2, FRAME)
    for day in days_of(atlas):
        scene.now = day  # another day in the same frame
        for face in day.unit_of:
            fill = day.fill(face)
            prefix = "h" if fill.kind == "claimed" else "c"
            colour = colours.get(f"{prefix}-{fill.colour}", colours[f"{prefix}-other"])
            # Whatever its strength, it is that colour on paper.
            assert scene.colour(face) in shades(colour), (day.date, face)
        shown = {id(shape): (rank, ours) for (rank, ours, _), shapes in scene.lines().items() for shape in shapes}
        for left, right, shape, _ in scene.edges:
            line = day.line(left, right)
            rank = "republic" if line.rank == "authority" else line.rank
            assert shown.get(id(shape)) == (None if rank in ("none", "edge") else (rank, line.is_ours))


def test_the_geojson_of_a_day_has_each_face_in_the_units_of_the_day(atlas: Atlas) -> None:
    edges = atlas.borders[atlas.borders["method"] != MAP_FRAME]
    inside = {
        face: shapely.build_area(
            shapely.MultiLineString(
                list(atlas.borders.geometry[(atlas.borders["left"] == face) | (atlas.borders["right"] == face)])
            )
        ).representative_point()
        for face in {*edges["left"].dropna(), *edges["right"].dropna()}
    }
    features = json.loads(FORMATS["geojson"](atlas, Choice())["kazatlas.geojson"])["features"]
    held = []
    for feature in features:
        if feature["geometry"] and feature["geometry"]["type"] != "Point":
            shape = shapely.geometry.shape(feature["geometry"])
            shapely.prepare(shape)
            held.append((feature["properties"], {face for face, point in inside.items() if shape.contains(point)}))
    for day in days_of(atlas):
        shown = {
            about["unit"]: faces
            for about, faces in held
            if about["view"] in (day.view, "both") and is_in_force(about["valid_from"], about["valid_to"], day.date)
        }
        for face, unit in day.unit_of.items():
            holders = {unit, day.gubernia_of[face]}
            if day.authority_of[face] == REPUBLIC:
                holders.add(REPUBLIC)
            assert holders <= {name for name, faces in shown.items() if face in faces}, (day.date, face)


def test_a_uezds_strength_of_colour_follows_from_its_id() -> None:
    assert {tint(unit) for unit in ("pavlodar-uezd", "kustanay-uezd", "ural-uezd", "temir-uezd", "irgiz-uezd")} <= {
        0,
        1,
        2,
        3,
    }
    assert tint("a") == ord("a") % 9973 % 4


def test_lines_of_other_authorities_are_faint_and_those_of_land_in_question_are_not(atlas: Atlas) -> None:
    """In fact Omsk governed Akmolinsk uezd; its borders are still what the map is about."""
    day = calendar_of(atlas).day("1920-12-31", "de_facto")
    assert day.authority_of["akmolinsk"] != REPUBLIC
    assert day.line("akmolinsk", "atbasar") == Line("uezd", is_ours=True)
    assert evidence("conjecture", "uncertain") == "guess"
