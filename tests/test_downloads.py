"""Every file that the app offers, taken by a browser and opened by the software that it is for."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import frictionless
import geopandas as gpd
import jsonschema
import numpy as np
import pandas as pd
import pyogrio
import pytest
from PIL import Image

from kazatlas.atlas.store import Atlas, in_force
from kazatlas.export.formats import FORMATS
from kazatlas.record.types import VIEWS
from kazatlas.text.catalogue import load_catalogue
from tests.conftest import GEODATA, IN_BROWSER, at_rest

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

DAY, VIEW, UNIT = "1921-06-10", "de_facto", "pavlodar-uezd"
PLACE = f"lang=en&date={DAY}&view={VIEW}&unit={UNIT}"
WORDS = load_catalogue("en")
LICENCE = "CC BY 4.0"

pytestmark = IN_BROWSER

Rows = set[tuple[str, str]]
"""Unit and first day of each version."""


@pytest.fixture(scope="module")
def version() -> str:
    return (GEODATA / "VERSION").read_text(encoding="utf-8").strip()


@pytest.fixture(scope="module")
def take_page(chromium: Any, server: str) -> Iterator[Any]:
    """Return the page of what can be taken away, opened once."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server}/?{PLACE}&page=take")
    page.get_by_role("button", name=WORDS("take.lesson")).wait_for()
    yield page
    context.close()
    assert errors == []


def take(page: Any, button: str, folder: Path) -> Path:
    """Press a button and return the file that the browser saved."""
    page.wait_for_timeout(100)
    at_rest(page)
    with page.expect_download(timeout=180_000) as download:
        page.get_by_role("button", name=button, exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def choose(page: Any, label: str, option: str) -> None:
    """Choose from a list as a reader does."""
    page.get_by_role("combobox", name=re.compile(re.escape(label))).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def expected(atlas: Atlas, scope: str) -> Rows:
    frame = atlas.versions
    if scope == "day":
        frame = in_force(frame, DAY, VIEW)
    if scope == "unit":
        frame = frame[frame["unit"] == UNIT]
    return set(zip(frame["unit"], frame["valid_from"], strict=True))


def rows_of(frame: Any) -> Rows:
    return {(unit, str(day)[:10]) for unit, day in zip(frame["unit"], frame["valid_from"], strict=True)}


def unpacked(path: Path, folder: Path) -> list[Path]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
        return [folder / name for name in archive.namelist()]


def open_geojson(path: Path, folder: Path, scope: str, version: str) -> Rows:
    if scope == "all":
        files = unpacked(path, folder)
        names = {"kazatlas.geojson", "kazatlas-borders.geojson", "kazatlas-places.geojson", "kazatlas-zones.geojson"}
        assert {file.name for file in files} == names
        assert all(len(gpd.read_file(file)) for file in files)
        path = folder / "kazatlas.geojson"
    head = json.loads(path.read_text(encoding="utf-8"))
    assert head["license"].startswith(LICENCE)
    assert head["data_version"] == version
    frame = gpd.read_file(path)
    assert frame.crs == "OGC:CRS84" or frame.crs.to_epsg() == 4326
    return rows_of(frame)


def open_units(path: Path, folder: Path, scope: str, version: str) -> Rows:
    files = [path] if scope == "unit" else unpacked(path, folder)
    assert scope == "unit" or len(files) > 20
    found: Rows = set()
    for file in files:
        head = json.loads(file.read_text(encoding="utf-8"))
        assert head["license"].startswith(LICENCE)
        assert head["data_version"] == version
        found |= rows_of(gpd.read_file(file))
    return found


def open_geopackage(path: Path, folder: Path, scope: str, version: str) -> Rows:
    layers = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    views = [VIEW] if scope == "day" else list(VIEWS)
    assert {f"units_{view}" for view in views} | {"borders", "places", "zones", "about", "sources"} <= set(layers)
    about = pyogrio.read_dataframe(path, layer="about", read_geometry=False).set_index("name")["value"]
    assert about["license"].startswith(LICENCE)
    assert about["data_version"] == version
    with sqlite3.connect(path) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        styles = dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    assert set(styles) == {name for name, kind in layers.items() if kind is not None}
    assert all(ElementTree.fromstring(style).tag == "qgis" for style in styles.values())
    return set().union(*(rows_of(gpd.read_file(path, layer=f"units_{view}")) for view in views))


def open_csv(path: Path, folder: Path, scope: str, version: str) -> Rows:
    files = {file.name: file for file in unpacked(path, folder)}
    assert LICENCE in files["LICENSE.txt"].read_text(encoding="utf-8")
    package = frictionless.Package(str(files["datapackage.json"]))
    report = package.validate()
    assert report.valid, report.flatten(["type", "message"])[:3]
    assert package.to_dict()["version"] == version
    return rows_of(pd.read_csv(files["versions.csv"]))


def open_topojson(path: Path, folder: Path, scope: str, version: str) -> Rows:
    topology = json.loads(path.read_text(encoding="utf-8"))
    assert topology["license"].startswith(LICENCE)
    assert topology["data_version"] == version
    drawn = pyogrio.read_dataframe(path)
    assert drawn.geometry.is_valid.all()
    # GDAL leaves out what has no geometry; the file has it.
    bare = [item["properties"] for item in topology["objects"]["units"]["geometries"] if item["type"] is None]
    return rows_of(drawn) | {(item["unit"], item["valid_from"]) for item in bare}


def open_linked_places(path: Path, folder: Path, scope: str, version: str) -> Rows:
    collection = json.loads(path.read_text(encoding="utf-8"))
    told = json.dumps(collection, ensure_ascii=False)
    assert "creativecommons.org/licenses/by/4.0" in told
    assert f"version {version}" in told
    if schema := os.environ.get("KAZATLAS_LPF_SCHEMA"):
        validator = jsonschema.Draft7Validator(json.loads(Path(schema).read_text(encoding="utf-8")))
        assert [error.message[:200] for error in validator.iter_errors(collection)] == []
    return {
        (feature["@id"].removeprefix("kazatlas:"), version["valid_from"])
        for feature in collection["features"]
        for version in feature["properties"]["versions"]
    }


OPENERS: dict[str, Callable[[Path, Path, str, str], Rows]] = {
    "geojson": open_geojson, "geopackage": open_geopackage, "csv": open_csv, "topojson": open_topojson,
    "linked-places": open_linked_places, "units": open_units,
}  # fmt: skip


def test_every_offered_format_is_opened_here() -> None:
    assert set(OPENERS) == set(FORMATS)


@pytest.mark.parametrize("scope", ["all", "day", "unit"])
@pytest.mark.parametrize("form", list(FORMATS))
def test_a_taken_file_opens_and_holds_what_was_asked_for(
    take_page: Any, tmp_path: Path, atlas: Atlas, version: str, form: str, scope: str
) -> None:
    choose(take_page, WORDS("take.format"), WORDS(f"take.{form}"))
    take_page.get_by_text(WORDS(f"take.scope_{scope}"), exact=True).click()
    # The button names the file by the choice, so the name tells that the choice has arrived.
    wanted = f"kazatlas{ {'all': '', 'day': f'-{DAY}-{VIEW}', 'unit': f'-{UNIT}'}[scope] }{ending(form, scope)}"
    for _ in range(10):
        path = take(take_page, WORDS("take.download"), tmp_path)
        if path.name == wanted:
            break
        take_page.wait_for_timeout(200)
    assert path.name == wanted
    assert OPENERS[form](path, tmp_path / "out", scope, version) == expected(atlas, scope)


def ending(form: str, scope: str) -> str:
    """Return how a file's name must end: one file has its own ending, several come in an archive."""
    if form == "csv" or (form, scope) in (("geojson", "all"), ("units", "all"), ("units", "day")):
        return f"-{form}.zip"
    return {"geopackage": ".gpkg", "topojson": ".topojson", "linked-places": ".jsonld"}.get(form, ".geojson")


@pytest.mark.parametrize("rule", ["inclusive", "ohm"])
def test_a_taken_file_writes_the_end_by_the_chosen_rule(
    take_page: Any, tmp_path: Path, atlas: Atlas, rule: str
) -> None:
    choose(take_page, WORDS("take.format"), WORDS("take.geojson"))
    take_page.get_by_text(WORDS("take.scope_unit"), exact=True).click()
    choose(take_page, WORDS("take.rule"), WORDS(f"take.rule_{rule}"))
    end, shift = ("valid_to", 1) if rule == "inclusive" else ("end_date", 0)
    ends = atlas.versions[atlas.versions["unit"] == UNIT]["valid_to"].dropna()
    wanted = {str(pd.Timestamp(day) - pd.Timedelta(days=shift))[:10] for day in ends}
    for _ in range(10):
        frame = gpd.read_file(take(take_page, WORDS("take.download"), tmp_path))
        told = set(frame[end].dropna().astype(str).str[:10]) if end in frame else set()
        if told == wanted:
            break
        take_page.wait_for_timeout(200)
    choose(take_page, WORDS("take.rule"), WORDS("take.rule_half-open"))
    assert told == wanted != set()


@pytest.mark.parametrize("button", ["take.plate_png", "take.exercise", "take.answers"])
def test_a_taken_picture_is_an_a4_page_for_print_with_its_licence(
    take_page: Any, tmp_path: Path, version: str, button: str
) -> None:
    image = Image.open(take(take_page, WORDS(button), tmp_path))
    image.load()
    assert image.format == "PNG"
    assert np.allclose(image.size, (297 / 25.4 * 300, 210 / 25.4 * 300), atol=1)
    assert np.allclose(image.info["dpi"], 300, atol=0.1)
    assert LICENCE in image.info["Copyright"]
    pixels = np.asarray(image.convert("RGB"))
    # Neither an empty page nor a black one.
    assert 0.01 < (pixels < 250).any(axis=2).mean() < 0.95


def test_the_taken_plate_is_an_svg_that_shows_the_units_of_the_day(
    take_page: Any, tmp_path: Path, atlas: Atlas, version: str
) -> None:
    path = take(take_page, WORDS("take.plate_svg"), tmp_path)
    root = ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    size = [float(root.attrib[name].removesuffix("pt")) for name in ("width", "height")]
    assert np.allclose(size, (297 / 25.4 * 72, 210 / 25.4 * 72), atol=0.5)
    text = path.read_text(encoding="utf-8")
    assert LICENCE in text
    assert version in text
    assert f"date={DAY}" in text
    frame = in_force(atlas.versions, DAY, VIEW, 1)
    named = [
        name for name in frame[frame["in_republic"]]["label_en"] if f"<!-- {chr(0x2009).join(name.upper())} -->" in text
    ]
    assert len(named) > 3


def test_the_taken_lesson_opens_from_the_disk_on_the_units_of_its_first_day(
    take_page: Any, chromium: Any, tmp_path: Path, atlas: Atlas, version: str
) -> None:
    path = take(take_page, WORDS("take.lesson"), tmp_path)
    assert path.name == "kazatlas-en.html"
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.locator('.kz-unit[tabindex="0"]').first.wait_for(state="attached")
    shown = page.evaluate(
        """(day) => {
          const element = kazatlas.element;
          element.set({ stop: element.record.stopAt(day), view: 'de_facto' });
          return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(
            [...document.querySelectorAll('path[data-unit]')].filter(path => path.style.display !== 'none' &&
              (path.getAttribute('d') || '').length > 9).map(path => path.dataset.version)))));
        }""",
        DAY,
    )
    rows = in_force(atlas.versions, DAY, VIEW)
    drawn = rows[rows["faces"].map(bool) | (rows.geometry.geom_type == "Point")]
    assert sorted(shown) == sorted(drawn[~drawn.geometry.isna()]["id"])
    expect(page.locator(".side")).to_contain_text(LICENCE)
    expect(page.locator(".side")).to_contain_text(version)
    context.close()


def test_the_day_and_the_whole_can_be_taken_beside_the_map(
    chromium: Any, server: str, tmp_path: Path, atlas: Atlas, version: str
) -> None:
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{server}/?{PLACE}")
    page.get_by_role("button", name=WORDS("page.download_atlas")).wait_for()
    for button, scope, name in (
        ("page.download_day", "day", f"kazatlas-{DAY}-{VIEW}.geojson"),
        ("page.download_atlas", "all", "kazatlas.geojson"),
    ):
        path = take(page, WORDS(button), tmp_path)
        assert path.name == name
        assert open_geojson(path, tmp_path, "day", version) == expected(atlas, scope)
    context.close()
