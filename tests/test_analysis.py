"""The interface for those who analyse: days, units, changes, points, and a map."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import kazatlas
from kazatlas import analysis
from kazatlas.atlas.places import place_index_of
from kazatlas.atlas.selection import iso_day
from kazatlas.atlas.store import Atlas as BuiltAtlas
from kazatlas.export.points_csv import COLUMNS, point_rows
from kazatlas.record.faces import geodesic_area_km2
from kazatlas.text.catalogue import load_catalogue
from tests.conftest import GEODATA, in_browser, refuse_others

DAY = "1921-06-15"


@pytest.fixture(scope="module")
def real() -> analysis.Atlas:
    return kazatlas.load(GEODATA)


@pytest.fixture
def toy_of_ours(toy_atlas: BuiltAtlas) -> analysis.Atlas:
    return analysis.Atlas(**vars(toy_atlas))


def test_the_examples_in_the_docstrings_are_true() -> None:
    done = doctest.testmod(analysis)
    assert done.attempted > 8
    assert done.failed == 0


def test_importing_the_package_brings_no_library() -> None:
    code = (
        "import sys, kazatlas; found = {'geopandas', 'numpy', 'folium', 'streamlit'} & set(sys.modules); "
        "assert not found, found; assert {'load', 'explore', 'Atlas'} <= set(dir(kazatlas)); "
        "kazatlas.load; assert 'geopandas' in sys.modules and 'folium' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError, match="has no attribute 'lode'"):
        kazatlas.lode  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    "day", [DAY, date(1921, 6, 15), datetime(1921, 6, 15, 12), pd.Timestamp(DAY), np.datetime64(DAY)], ids=type
)
def test_a_day_may_be_written_in_every_usual_way(day: Any) -> None:
    assert iso_day(day) == DAY


@pytest.mark.parametrize("day", ["1919-12-31", "1923-01-01", date(1923, 1, 1)])
def test_a_day_outside_the_atlas_is_refused_with_what_it_covers(day: Any) -> None:
    with pytest.raises(ValueError, match="is outside the atlas, which covers 1920-01-01 to 1922-12-31"):
        iso_day(day)


@pytest.mark.parametrize("day", ["15.06.1921", "1921-02-30", pd.NaT, None, 1921])
def test_what_is_no_day_is_refused_with_an_example(day: Any) -> None:
    with pytest.raises(ValueError, match="is not a day written YYYY-MM-DD, such as 1921-06-15"):
        iso_day(day)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("view", ["de_jure", "de_facto"])
def test_units_have_their_columns_their_frame_and_their_areas(real: analysis.Atlas, view: str, level: int) -> None:
    units = real.units(DAY, view, level)
    assert list(units.columns) == analysis.UNIT_COLUMNS
    assert units.crs == "EPSG:4326"
    assert set(units["level"]) == {level}
    assert units["unit"].is_unique
    assert set(units["view"]) <= {view, "both"}
    assert (units["valid_from"] <= DAY).all()
    assert not (units["valid_to"] <= DAY).any()
    drawn = units[units["border"] == "recovered"]
    assert len(drawn) > 2
    assert drawn["area_km2"].tolist() == pytest.approx(drawn.geometry.map(geodesic_area_km2).tolist(), abs=0.06)


def test_uezds_and_gubernias_of_the_toy_country_are_told_apart_by_view(toy_of_ours: analysis.Atlas) -> None:
    for view, holder in (("de_jure", "west"), ("de_facto", "east")):
        units = toy_of_ours.units("1920-09-01", view).set_index("unit")
        above = "parent" if view == "de_jure" else "administered_by"
        assert units.loc["b1-uezd", above] == holder
    assert set(toy_of_ours.units("1920-09-01", "de-jure", 1)["unit"]) == {"east", "west"}


def test_what_the_atlas_does_not_have_is_refused_in_a_sentence(toy_of_ours: analysis.Atlas) -> None:
    for call, words in (
        (lambda: toy_of_ours.units(DAY, "by_law"), "'by_law' is no view of the atlas. Take de_jure"),
        (lambda: toy_of_ours.units(DAY, level=3), "3 is no level. Take 2"),
        (lambda: toy_of_ours.changes("1921-05-01", "1921-04-01"), "1921-05-01 is after 1921-04-01"),
        (lambda: toy_of_ours.locate([(61, 48)], DAY, "tr"), "'tr' is no language"),  # type: ignore[arg-type]
        (lambda: toy_of_ours.explore(DAY, level=0), "0 is no level of the map"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_a_day_is_compared_with_the_day_before(toy_of_ours: analysis.Atlas) -> None:
    changes = toy_of_ours.changes("1920-08-26")
    assert list(changes.columns) == analysis.CHANGE_COLUMNS
    moved = changes.set_index(["unit", "type"]).loc[("b1-uezd", "transferred")]
    assert (moved["old"], moved["new"], moved["event"], moved["name_en"]) == ("east", "west", "republic", "B1 uezd")
    west = changes.set_index(["unit", "type"]).loc[("west", "border_moved")]
    assert west["gained_km2"] == pytest.approx(sum(west["gained_from"].values()))
    assert set(west["gained_from"]) == {"east"}
    assert west["lost_km2"] == 0


def test_two_days_are_compared_with_each_other_in_a_view(toy_of_ours: analysis.Atlas) -> None:
    for view, moves in (("de_jure", False), ("de_facto", True)):
        changes = toy_of_ours.changes("1920-08-26", "1921-05-01", view=view)
        assert ("transferred" in set(changes.loc[changes["unit"] == "b1-uezd", "type"])) is moves
        assert not {"restated", "redigitised"} & set(changes["type"])


def test_nothing_is_different_on_the_first_day_nor_on_one_without_an_act(toy_of_ours: analysis.Atlas) -> None:
    for day in ("1920-01-01", "1920-02-01"):
        changes = toy_of_ours.changes(day)
        assert changes.empty
        assert list(changes.columns) == analysis.CHANGE_COLUMNS


POINTS = [(80.25, 50.41), (71.4, 51.2), (69.6, 42.3), (51.4, 51.2)]


def some_points(form: str) -> Any:
    series = gpd.GeoSeries([shapely.Point(p) for p in POINTS], index=list("abcd"), crs="EPSG:4326")
    return {
        "pairs": POINTS,
        "array": np.array(POINTS),
        "shapely": list(series),
        "series": series,
        "no crs": series.set_crs(None, allow_override=True),
        "metres": series.to_crs(3857).to_frame("geometry").set_geometry("geometry"),
        "table": pd.DataFrame(POINTS, columns=["lon", "lat"], index=list("abcd")),
    }[form]


@pytest.mark.parametrize("form", ["pairs", "array", "shapely", "series", "no crs", "metres", "table"])
def test_points_may_come_in_every_usual_form_and_keep_their_index(real: analysis.Atlas, form: str) -> None:
    found = real.locate(some_points(form), DAY)
    assert list(found.columns) == COLUMNS
    assert list(found.index) == (list("abcd") if form in ("series", "no crs", "metres", "table") else [0, 1, 2, 3])
    expected = point_rows(place_index_of(real), POINTS, DAY, load_catalogue("en"))
    for column in COLUMNS:
        told = [value if isinstance(value, float) else value or None for value in found[column].astype(object)]
        assert [None if pd.isna(v) else v for v in told] == [row.get(column) for row in expected]


def test_one_point_and_none_at_all_can_be_located(real: analysis.Atlas) -> None:
    assert real.locate(shapely.Point(80.25, 50.41), DAY, "kk").loc[0, "de_jure_uezd"] == "semipalatinsk-uezd"
    assert real.locate([], DAY).empty


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([(50.41, 180.25)], r"Number 0 of the points, \[50\.41, 180\.25\], is not longitude and latitude"),
        ([(61, 48), None], "Number 1 of the points .None. is not a point"),
        ([(61, float("nan"))], "is not longitude and latitude"),
        ([shapely.box(60, 48, 61, 49)], "is not a point"),
        (pd.DataFrame({"x": [61], "lat": [48]}), "has no column 'lon'"),
        (7, "Number 0 of the points .7. is not a point"),
    ],
)
def test_what_is_no_point_is_refused_with_its_number(toy_of_ours: analysis.Atlas, points: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        toy_of_ours.locate(points, "1921-05-01")


@pytest.mark.parametrize("level", [1, 2])
def test_the_map_has_every_unit_with_its_tooltip_and_popup_and_asks_no_host(
    real: analysis.Atlas, tmp_path: Path, level: int
) -> None:
    atlas_map = real.explore(pd.Timestamp(DAY), "de_facto", level, "kk")
    atlas_map.save(tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "bindTooltip" in page
    assert "bindPopup" in page
    assert re.findall(r"""(?:src|href)\s*=\s*["'](?!data:|#)([^"']*)""", page) == []
    assert re.findall(r"url\((?!#|data:)[^)]*http", page) == []
    layer = next(child for child in atlas_map._children.values() if type(child).__name__ == "GeoJson")
    shown = {feature["properties"]["unit"] for feature in layer.data["features"]}
    units = real.units(DAY, "de_facto", level)
    assert set(units.loc[units["border"] != "not-drawn", "unit"]) <= shown


def test_tiles_are_asked_for_only_where_they_are_wanted(toy_of_ours: analysis.Atlas) -> None:
    assert "openstreetmap.org/{z}" in toy_of_ours.explore(DAY, tiles="OpenStreetMap").get_root().render()
    assert "openstreetmap" not in toy_of_ours.explore(DAY).get_root().render()


@in_browser
def test_a_saved_map_draws_its_units_and_speaks_of_them_without_a_network(
    real: analysis.Atlas, chromium: Any, tmp_path: Path
) -> None:
    real.explore(DAY).save(tmp_path / "map.html")
    strangers: list[str] = []
    context = chromium.new_context(viewport={"width": 1000, "height": 700})
    refuse_others(context, "file://", strangers)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"file://{tmp_path / 'map.html'}")
    units = page.locator("path.leaflet-interactive")
    units.first.wait_for(state="attached")
    assert units.count() > 60
    page.mouse.click(500, 350)
    assert page.locator(".leaflet-popup").inner_text().count("\n") >= 5
    assert page.locator(".leaflet-tooltip").inner_text().strip()
    context.close()
    assert errors == strangers == []
