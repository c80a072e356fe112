"""The ladder of a point: known answers, borders that are too near to be sure, and the same answers as `locate`."""

from __future__ import annotations

import itertools
import json
import time

import pytest
import shapely

from kazatlas.atlas.ladder import Ladder, LadderIndex, Rung, ladder, printable
from kazatlas.atlas.location import locate
from kazatlas.record.types import VIEWS
from kazatlas.text.catalogue import LANGUAGES, load_catalogue
from tests.conftest import GEODATA


@pytest.fixture(scope="session")
def index(atlas) -> LadderIndex:
    return LadderIndex(atlas)


@pytest.fixture
def town(atlas, index):
    """Return a function that gives the ladder of a town."""
    return lambda id_: ladder(index, *atlas.tables["places"][id_]["point"])


def told(rungs: list[Rung]) -> list[tuple[str | None, ...]]:
    """Return the rungs as first day, uezd, gubernia, authority."""
    ids = [[row["unit"] if row else None for row in (r.uezd, r.gubernia, r.authority)] for r in rungs]
    return [(r.valid_from, *three) for r, three in zip(rungs, ids, strict=True)]


def test_semey(town):
    rungs = town("semipalatinsk").rungs
    uezd, gubernia = "semipalatinsk-uezd", "semipalatinsk"
    assert told(rungs["de_jure"]) == [
        ("1920-01-01", uezd, gubernia, "rsfsr"),
        ("1920-08-26", uezd, gubernia, "kirghiz-assr"),
        ("1920-12-11", uezd, gubernia, "kirghiz-assr"),
    ]
    assert told(rungs["de_facto"]) == [
        ("1920-01-01", uezd, gubernia, "sibrevkom"),
        ("1920-12-11", uezd, gubernia, "sibrevkom"),
        ("1921-04-01", uezd, gubernia, "kirghiz-assr"),
    ]
    last = rungs["de_facto"][-1]
    assert (last.event, last.start_precision, last.valid_to) == ("semipalatinsk-leaves-sibrevkom", "month", None)
    assert rungs["de_facto"][0].gubernia["type"] == "oblast"
    assert rungs["de_facto"][1].gubernia["type"] == "gubernia"


def test_pavlodar_was_run_from_omsk(town):
    rungs = town("pavlodar").rungs
    assert {rung[2] for rung in told(rungs["de_jure"])} == {"semipalatinsk"}
    assert ("1920-08-26", "pavlodar-uezd", "omsk-gubernia", "sibrevkom") in told(rungs["de_facto"])


def test_a_uezd_with_the_rights_of_a_gubernia_is_both(town):
    last = town("fort-aleksandrovsky").rungs["de_facto"][-1]
    assert told([last]) == [("1920-10-25", "adai-uezd", "adai-uezd", "kirghiz-assr")]


def test_land_that_no_uezd_holds_has_none(town):
    assert told(town("khiva").rungs["de_jure"]) == [("1920-01-01", None, None, "khorezm")]
    assert {rung[1] for rung in told(town("tyukalinsk").rungs["de_jure"])} == {None}


def test_disputed_land_names_its_zone_and_its_doubt(town):
    found = town("isilkul")
    assert found.zones == ["isilkul-dispute"]
    rung = found.at("1921-06-10", "de_facto")
    assert told([rung])[0][1:3] == ("petropavlovsk-uezd", "akmola")
    neighbours = [border.neighbour["unit"] for border in rung.doubts]
    assert neighbours[0] == "omsk-uezd"
    assert all(border.km < border.accuracy_km for border in rung.doubts)
    assert rung.border.accuracy_km >= 20


def test_units_without_known_borders_are_named(town):
    rungs = town("akbulak").rungs["de_jure"]
    assert [row["unit"] for row in rungs[-1].unrecovered] == ["akbulak-uezd"]
    assert "Akbulak uezd" in printable(town("akbulak"), "de_jure", load_catalogue("en"))[-1]["perhaps"]


def test_water_and_what_lies_off_the_map_have_no_rungs(index):
    for lon, lat in ((50.0, 42.0), (60.0, 45.0), (0.0, 0.0), (200.0, 95.0), (-180.0, -90.0)):
        found = ladder(index, lon, lat)
        assert found.rungs == {"de_jure": [], "de_facto": []}
        assert found.at("1921-01-01", "de_jure") is None


@pytest.fixture(scope="session")
def ladders(atlas, index) -> list[Ladder]:
    """Return the ladders of a point in each area and of each town."""
    labels = json.loads((GEODATA / "label_points.geojson").read_text(encoding="utf-8"))["features"]
    points = [f["geometry"]["coordinates"] for f in labels if f["properties"]["kind"] == "land"]
    return [
        ladder(index, *point) for point in (*points, *(place["point"] for place in atlas.tables["places"].values()))
    ]


def test_rungs_cover_the_record_and_differ_from_one_to_the_next(index, ladders):
    for rungs in (rungs for found in ladders for rungs in found.rungs.values() if rungs):
        assert rungs[0].valid_from == "1920-01-01"
        assert rungs[-1].valid_to is None
        for one, two in itertools.pairwise(rungs):
            assert (one.valid_to, one.end_event, one.end_precision) == (two.valid_from, two.event, two.start_precision)
            assert index.events[two.event]["date"] == two.valid_from
            names = [
                [row and (row["unit"], row["name_ru"]) for row in (r.uezd, r.gubernia, r.authority)] for r in (one, two)
            ]
            assert names[0] != names[1]


@pytest.mark.parametrize("day", ["1920-01-02", "1920-08-26", "1920-10-30", "1921-05-10", "1921-06-12", "1922-12-31"])
def test_the_same_answers_as_locate(atlas, ladders, day):
    rows = locate([shapely.Point(found.lon, found.lat) for found in ladders], atlas, day)
    borders = []
    for found, row in zip(ladders, rows, strict=True):
        for view in VIEWS:
            rung = found.at(day, view) if found.rungs[view] else None
            ours = told([rung])[0][1:] if rung else (None, None, None)
            # `locate` puts a uezd with the rights of a gubernia among the gubernias alone.
            ours = (None, *ours[1:]) if ours[0] == ours[1] else ours
            assert ours == tuple(row.get(f"{view}_{part}") for part in ("uezd", "gubernia", "authority"))
            if rung and rung.border and not rung.doubts:
                borders.append(rung.border.km == pytest.approx(row["border_km"], rel=0.02, abs=0.1))
    # Not all: a rung tells the nearest border of all its days, and never one across water.
    assert sum(borders) > 0.8 * len(borders)


def test_a_ladder_takes_less_than_a_tenth_of_a_second(index, ladders):
    started = time.process_time()
    for found in ladders[:40]:
        ladder(index, found.lon, found.lat)
    assert time.process_time() - started < 40 * 0.1


@pytest.mark.parametrize("language", LANGUAGES)
def test_printable_rows_are_text_in_the_language(atlas, town, language):
    words = load_catalogue(language)
    rows = printable(town("isilkul"), "de_facto", words)
    assert len(rows) == len(town("isilkul").rungs["de_facto"])
    assert all(isinstance(cell, str) for row in rows for cell in row.values())
    assert rows[0]["since"] == words("card.from_opens")
    assert rows[0]["until"] == words.date("1920-01-03")
    assert rows[-1]["until"] == words("card.to_open")
    assert rows[-1]["doubtful"] == "yes"
    accuracy = atlas.tables["methods"]["period-map-line"]["accuracy_km"]
    assert rows[-1]["accuracy_km"] == words("card.border_km", number=words.number(accuracy))


def test_the_toy_country_by_decree_and_as_administered(toy_atlas):
    rungs = ladder(LadderIndex(toy_atlas), 61.5, 48.4).rungs
    east, west = ("b1-uezd", "east", "rsfsr"), ("b1-uezd", "west", "kirghiz-assr")
    assert told(rungs["de_jure"]) == [("1920-01-01", *east), ("1920-08-26", *west)]
    assert told(rungs["de_facto"]) == [("1920-01-01", *east), ("1921-04-01", *west)]
    assert rungs["de_facto"][1].start_precision == "month"
    assert [row["unit"] for row in rungs["de_jure"][1].unrecovered] == ["b3-raion"]
    assert rungs["de_jure"][0].unrecovered == []


def test_the_toy_country_near_a_border(toy_atlas):
    index = LadderIndex(toy_atlas)
    near, far = (ladder(index, lon, 48.5).rungs["de_jure"][0] for lon in (60.95, 60.5))
    # 0.05 and 0.5 of a degree of longitude at 48.5 degrees north.
    assert near.border.km == pytest.approx(3.70, abs=0.01)
    assert (near.border.accuracy_km, near.border.neighbour["unit"]) == (10, "b1-uezd")
    assert [border.neighbour["unit"] for border in near.doubts] == ["b1-uezd"]
    assert far.border.km == pytest.approx(36.95, abs=0.1)
    assert far.doubts == []


def test_a_shore_is_no_border(toy_atlas):
    index = LadderIndex(toy_atlas)
    shore = ladder(index, 61.39, 49.5).rungs["de_jure"][0]
    assert shore.border.neighbour is not None
    assert shore.border.km == pytest.approx(28.2, abs=0.2)
    assert ladder(index, 61.5, 49.5).rungs["de_jure"] == []


def test_a_point_on_a_border_lies_on_one_side_in_doubt(toy_atlas):
    rung = ladder(LadderIndex(toy_atlas), 61.0, 48.5).rungs["de_jure"][0]
    assert rung.uezd["unit"] in ("a1-uezd", "b1-uezd")
    assert rung.doubts[0].km == 0


def test_points_on_lines_have_whole_ladders(atlas, index):
    vertices = [line.coords[len(line.coords) // 2] for line in atlas.borders.geometry]
    for lon, lat in vertices[::4]:
        for rungs in ladder(index, lon, lat).rungs.values():
            assert not rungs or rungs[0].valid_from == "1920-01-01"
            assert all(index.events[rung.event]["date"] == rung.valid_from for rung in rungs)
