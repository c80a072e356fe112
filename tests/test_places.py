"""Where points lay: known answers, borders too near to be sure, and one answer whichever way one asks."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable

import numpy as np
import pytest
import shapely
from pyproj import Geod

from kazatlas.atlas.day import calendar_of
from kazatlas.atlas.places import (
    NearBorder,
    PlaceHistory,
    PlaceIndex,
    PlaceWarning,
    Span,
    Whereabouts,
    at,
    in_both_views,
    place_index_of,
    through,
)
from kazatlas.atlas.store import Atlas, in_force, stops
from kazatlas.record.types import VIEWS
from kazatlas.text.catalogue import LANGUAGES, Language, load_catalogue
from kazatlas.text.place_sentences import beware, history_rows, warning_sentence
from tests.conftest import GEODATA, version

IN_B1 = (61.5, 48.5)


@pytest.fixture(scope="session")
def index(atlas: Atlas) -> PlaceIndex:
    return place_index_of(atlas)


@pytest.fixture
def toy_index(toy_atlas: Atlas) -> PlaceIndex:
    return place_index_of(toy_atlas)


@pytest.fixture
def town(atlas: Atlas, index: PlaceIndex) -> Callable[[str], PlaceHistory]:
    """Return a function that gives the history of a town."""
    return lambda id_: through(index, *atlas.tables["places"][id_]["point"])


def ids(place: Whereabouts) -> tuple[str | None, ...]:
    """Return the ids of uezd, gubernia and authority."""
    return tuple(row["unit"] if row else None for row in place.units)


def kind(warning: PlaceWarning) -> str:
    return warning.key.removesuffix("_edge")


def dated(spans: list[Span]) -> list[tuple[str | None, ...]]:
    """Return the spans as first day, uezd, gubernia, authority."""
    return [(span.valid_from, *ids(span.place)) for span in spans]


# ---- The atlas: known answers


def test_semey(town):
    spans = town("semipalatinsk").spans
    uezd, gubernia = "semipalatinsk-uezd", "semipalatinsk"
    assert dated(spans["de_jure"]) == [
        ("1920-01-01", uezd, gubernia, "rsfsr"),
        ("1920-08-26", uezd, gubernia, "kirghiz-assr"),
        ("1920-12-11", uezd, gubernia, "kirghiz-assr"),
    ]
    assert dated(spans["de_facto"]) == [
        ("1920-01-01", uezd, gubernia, "sibrevkom"),
        ("1920-12-11", uezd, gubernia, "sibrevkom"),
        ("1921-04-01", uezd, gubernia, "kirghiz-assr"),
    ]
    last = spans["de_facto"][-1]
    assert (last.event, last.start_precision, last.valid_to) == ("semipalatinsk-leaves-sibrevkom", "month", None)
    assert spans["de_facto"][0].place.gubernia["type"] == "oblast"
    assert spans["de_facto"][1].place.gubernia["type"] == "gubernia"


def test_pavlodar_was_run_from_omsk(town):
    spans = town("pavlodar").spans
    assert {span[2] for span in dated(spans["de_jure"])} == {"semipalatinsk"}
    assert ("1920-08-26", "pavlodar-uezd", "omsk-gubernia", "sibrevkom") in dated(spans["de_facto"])


def test_a_uezd_with_the_rights_of_a_gubernia_is_both(atlas, index, town):
    point = atlas.tables["places"]["fort-aleksandrovsky"]["point"]
    both = ("adai-uezd", "adai-uezd", "kirghiz-assr")
    assert dated(town("fort-aleksandrovsky").spans["de_facto"])[-1] == ("1920-10-25", *both)
    assert ids(at(index, [point], "1921-06-15", "de_facto")[0]) == both


def test_land_that_no_uezd_holds_has_none(town):
    assert dated(town("khiva").spans["de_jure"]) == [("1920-01-01", None, None, "khorezm")]
    assert {span[1] for span in dated(town("tyukalinsk").spans["de_jure"])} == {None}


def test_disputed_land_names_its_zone_and_its_doubt(town):
    history = town("isilkul")
    assert history.zones == ("isilkul-dispute",)
    place = history.at("1921-06-10", "de_facto")
    assert ids(place)[:2] == ("petropavlovsk-uezd", "akmola")
    assert place.zones == ("isilkul-dispute",)
    assert history.at("1921-06-09", "de_facto").zones == ()
    assert place.doubt.neighbour["unit"] == "omsk-uezd"
    assert place.doubt.km < place.doubt.accuracy_km
    assert place.nearest.accuracy_km >= 20


def test_units_without_known_borders_are_named(town):
    spans = town("akbulak").spans["de_jure"]
    assert [row["unit"] for row in spans[-1].place.unrecovered] == ["akbulak-uezd"]
    assert "Akbulak uezd" in history_rows(load_catalogue("en"), town("akbulak"), "de_jure")[-1]["beware"]


def test_land_whose_new_border_was_not_found_is_warned_of_from_the_day_on_which_it_changed_hands(atlas, index):
    zone = atlas.tables["zones"]["taisugan-volost"]
    point = shapely.geometry.shape(zone["geometry"]).representative_point()
    warning = PlaceWarning("place.unplaced", {"title": zone["title"]})
    for day, is_warned in (("1922-09-17", False), ("1922-09-18", True)):
        (place,) = at(index, [(point.x, point.y)], day, "de_jure")
        assert (warning in place.warnings) == is_warned
        assert ("taisugan-volost" in place.zones) == is_warned


def test_water_and_what_lies_off_the_map_have_no_history(index):
    for point in ((50.0, 42.0), (60.0, 45.0), (0.0, 0.0), (200.0, 95.0), (-180.0, -90.0)):
        history = through(index, *point)
        assert history.spans == {"de_jure": [], "de_facto": []}
        assert history.at("1921-01-01", "de_jure") == at(index, [point], "1921-01-01", "de_jure")[0] == Whereabouts()
        assert [warning.key for warning in Whereabouts().warnings] == ["place.nowhere"]


# ---- One answer, whichever way one asks


@pytest.fixture(scope="session")
def points() -> np.ndarray:
    random = np.random.default_rng(20)
    return np.column_stack([random.uniform(45, 89, 400), random.uniform(38, 57.5, 400)])


@pytest.fixture(scope="session")
def histories(index: PlaceIndex, points: np.ndarray) -> list[PlaceHistory]:
    return [through(index, *point) for point in points.tolist()]


@pytest.fixture(scope="session")
def face_of(atlas: Atlas, points: np.ndarray) -> list[str | None]:
    """Return the face of land that holds each point, found from the lines alone."""
    sides = atlas.borders[["left", "right", "geometry"]].to_dict("records")
    land = {face for faces in atlas.versions["faces"] for face in faces or ()}
    areas = {
        face: shapely.build_area(shapely.union_all([s["geometry"] for s in sides if face in (s["left"], s["right"])]))
        for face in sorted(land)
    }
    return [next((f for f, area in areas.items() if area.covers(shapely.Point(point))), None) for point in points]


@pytest.mark.parametrize("view", VIEWS)
def test_every_stop_has_one_answer(atlas, index, points, histories, face_of, view):
    assert sum(face is not None for face in face_of) > 200
    for stop in sorted({*stops(atlas), *index.stops}):
        day = calendar_of(atlas).day(stop, view)
        for place, history, face in zip(at(index, points, stop, view), histories, face_of, strict=True):
            assert place == history.at(stop, view)
            assert place.warnings == history.at(stop, view).warnings
            if face is None:
                assert place == Whereabouts()
                assert history.span(stop, view) is None
                continue
            unit, gubernia, authority = day.unit_of[face], day.gubernia_of[face], day.authority_of[face]
            assert place.authority is day.rows[authority]
            assert place.gubernia is (None if gubernia == authority else day.rows[gubernia])
            assert place.uezd is (
                day.rows[unit] if day.rows[unit]["level"] == 2 or day.rows[unit]["type"] == "uezd" else None
            )
            span = history.span(stop, view)
            assert ids(span.place) == ids(place)
            assert {*map(kind, place.warnings)} <= {*map(kind, span.place.warnings)}
            assert (place.nearest is None) == (span.place.nearest is None)
            assert place.nearest is None or span.place.nearest.km <= place.nearest.km
            if place.doubt:
                assert place.doubt.is_doubtful
                assert span.place.doubt.margin_km <= place.doubt.margin_km


def test_one_point_and_many_have_the_same_distances(index, points):
    random = np.random.default_rng(3)
    many = np.column_stack([random.uniform(45, 89, 3000), random.uniform(38, 57.5, 3000)])
    for view, places in in_both_views(index, np.vstack([points, many]), "1921-06-15").items():
        assert places[: len(points)] == [at(index, [point], "1921-06-15", view)[0] for point in points]


def test_distances_are_geodesic_within_one_in_a_thousand(atlas, index, points):
    geod = Geod(ellps="WGS84")
    lines = dict(zip(atlas.borders["id"], atlas.borders.geometry, strict=True))
    worst, compared = 0.0, 0
    for point, place in zip(points.tolist(), at(index, points, "1921-06-15", "de_jure"), strict=True):
        if place.nearest is None:
            continue
        # The true distance: vertices a hundred metres apart or less.
        corners = shapely.get_coordinates(shapely.segmentize(lines[place.nearest.id], 0.001))
        start = np.broadcast_to(point, corners.shape)
        true = geod.inv(start[:, 0], start[:, 1], corners[:, 0], corners[:, 1])[2].min() / 1000
        if true > 1:
            worst = max(worst, abs(place.nearest.km / true - 1))
            compared += 1
    assert compared > 200
    assert worst < 0.001


def test_the_nearest_border_is_the_nearest_of_the_units_own_and_parts_it_from_another(atlas, index, points):
    day = calendar_of(atlas).day("1921-06-15", "de_facto")
    sides = {row["id"]: (row["left"], row["right"]) for row in atlas.borders.to_dict("records")}
    for place in at(index, points, "1921-06-15", "de_facto"):
        border = place.nearest
        if border is not None:
            units = {day.unit_of.get(side) if isinstance(side, str) else None for side in sides[border.id]}
            own = (place.uezd or place.gubernia or place.authority)["unit"]
            assert units == {own, border.neighbour["unit"] if border.neighbour else None}
            assert border.neighbour is None or border.neighbour["unit"] != own


def test_points_lie_in_the_units_whose_outlines_hold_them(atlas, index, points):
    found = 0
    for view, places in in_both_views(index, points, "1920-09-10").items():
        units = in_force(atlas.versions, "1920-09-10", view, 2)
        for point, place in zip(shapely.points(points), places, strict=True):
            inside = units[(units["border"] == "recovered") & units.intersects(point)]
            uezd = place.uezd if place.uezd and place.uezd["level"] == 2 else None
            assert ([uezd["unit"]] if uezd else []) == [*inside["unit"]]
            found += len(inside)
    assert found > 250


def test_a_point_on_a_line_lies_on_one_side_on_every_day_and_whichever_way_one_asks(atlas, index):
    corners = [line.coords[len(line.coords) // 2] for line in atlas.borders.geometry][::4]
    together = {view: at(index, corners, "1921-06-15", view) for view in VIEWS}
    known = 0
    for number, corner in enumerate(corners):
        history = through(index, *corner)
        for view, spans in history.spans.items():
            assert history.at("1921-06-15", view) == together[view][number]
            assert not spans or spans[0].valid_from == "1920-01-01"
            assert all(index.events[span.event]["date"] == span.valid_from for span in spans)
            known += bool(spans)
    assert known > len(corners)


# ---- Histories


@pytest.fixture(scope="session")
def everywhere(atlas: Atlas, index: PlaceIndex) -> list[PlaceHistory]:
    """Return the histories of a point in each area and of each town."""
    labels = json.loads((GEODATA / "label_points.geojson").read_text(encoding="utf-8"))["features"]
    points = [f["geometry"]["coordinates"] for f in labels if f["properties"]["kind"] == "land"]
    return [through(index, *point) for point in (*points, *(t["point"] for t in atlas.tables["places"].values()))]


def test_spans_cover_the_record_and_differ_from_one_to_the_next(index, everywhere):
    for spans in (spans for history in everywhere for spans in history.spans.values() if spans):
        assert spans[0].valid_from == "1920-01-01"
        assert spans[-1].valid_to is None
        for one, two in itertools.pairwise(spans):
            assert (one.valid_to, one.end_event, one.end_precision) == (two.valid_from, two.event, two.start_precision)
            assert index.events[two.event]["date"] == two.valid_from
            names = [[row and (row["unit"], row["name_ru"]) for row in span.place.units] for span in (one, two)]
            assert names[0] != names[1]


def test_a_history_takes_less_than_a_tenth_of_a_second(index, everywhere):
    started = time.process_time()
    for history in everywhere[:40]:
        through(index, history.lon, history.lat)
    assert time.process_time() - started < 40 * 0.1


# ---- Words


@pytest.mark.parametrize("language", LANGUAGES)
def test_history_rows_are_text_in_the_language(atlas, town, language: Language):
    words = load_catalogue(language)
    rows = history_rows(words, town("isilkul"), "de_facto")
    assert len(rows) == len(town("isilkul").spans["de_facto"])
    assert all(isinstance(cell, str) for row in rows for cell in row.values())
    assert rows[0]["since"] == words("card.from_opens")
    assert rows[0]["until"] == words.date("1920-01-03")
    assert rows[-1]["until"] == words("card.to_open")
    accuracy = atlas.tables["methods"]["period-map-line"]["accuracy_km"]
    assert words("card.border_km", number=words.number(accuracy)) in rows[-1]["beware"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_warning_is_a_sentence_in_the_language(language: Language):
    words, names = load_catalogue(language), {"kk": "ааа", "ru": "ббб", "en": "ccc"}
    row = {"unit": "a", **{f"name_{language}": name for language, name in names.items()}}
    border = NearBorder("a~b", 3.71, 10.0, "conjecture", "uncertain", row)
    edge = NearBorder("a~out", 0.5, 10.0, "conjecture", "uncertain", None)
    places = [
        Whereabouts(authority=row, doubt=border, unrecovered=(row, row), unplaced=(names,)),
        Whereabouts(authority=row, doubt=edge),
        Whereabouts(),
    ]
    sentences = [warning_sentence(words, warning) for place in places for warning in place.warnings]
    assert len(sentences) == 5
    assert all("{" not in sentence and sentence.endswith((".", ".)")) for sentence in sentences)
    assert f"{names[language]}, {names[language]}" in sentences[0]
    assert names[language] in sentences[1]
    assert names[language] in sentences[2]
    assert words("card.border_km", number=words.number(3.7)) in sentences[2]


def test_a_warning_in_one_of_two_views_names_the_view(toy_index):
    words = load_catalogue("en")
    both = {view: places[0] for view, places in in_both_views(toy_index, [IN_B1], "1921-05-01").items()}
    assert beware(words, both) == "Perhaps in a unit whose border is not recovered: B3 raion."
    one = {"de_jure": both["de_jure"], "de_facto": Whereabouts(authority=both["de_facto"].authority)}
    assert beware(words, one) == "What decrees say: Perhaps in a unit whose border is not recovered: B3 raion."


# ---- The toy country


def test_the_toy_country_by_decree_and_as_administered(toy_index):
    spans = through(toy_index, 61.5, 48.4).spans
    east, west = ("b1-uezd", "east", "rsfsr"), ("b1-uezd", "west", "kirghiz-assr")
    assert dated(spans["de_jure"]) == [("1920-01-01", *east), ("1920-08-26", *west)]
    assert dated(spans["de_facto"]) == [("1920-01-01", *east), ("1921-04-01", *west)]
    assert spans["de_facto"][1].start_precision == "month"
    assert [row["unit"] for row in spans["de_jure"][1].place.unrecovered] == ["b3-raion"]
    assert spans["de_jure"][0].place.unrecovered == ()


def test_a_point_changes_hands_on_the_day_of_the_act(toy_index):
    days = ("1921-03-31", "1921-04-01")
    assert [at(toy_index, [IN_B1], day, "de_facto")[0].gubernia["unit"] for day in days] == ["east", "west"]


def test_the_toy_country_near_a_border(toy_index):
    near, far = at(toy_index, [(60.95, 48.5), (60.5, 48.5)], "1920-09-01", "de_jure")
    # 0.05 and 0.5 of a degree of longitude at 48.5 degrees north.
    assert near.nearest.km == pytest.approx(3.70, abs=0.01)
    assert (near.nearest.accuracy_km, near.nearest.neighbour["unit"]) == (10, "b1-uezd")
    assert near.doubt == near.nearest
    assert far.nearest.km == pytest.approx(36.95, abs=0.1)
    assert far.doubt is None


def test_a_less_exact_border_further_off_leaves_more_doubt_than_an_exact_one_nearby(toy, built):
    lines = {f["properties"]["id"]: f["properties"] for f in toy["boundaries.geojson"]["features"]}
    lines["a1~b1"]["at_least_km"], lines["a1~a2"]["at_least_km"] = 1, 30
    (place,) = at(place_index_of(built(toy)), [(60.9, 48.85)], "1920-09-01", "de_jure")
    assert place.nearest.accuracy_km == 1
    assert not place.nearest.is_doubtful
    assert (place.doubt.accuracy_km, place.doubt.neighbour["unit"]) == (30, "a2-uezd")


def test_a_line_that_parts_no_units_on_the_day_is_no_border(toy, built):
    toy["units/uezds.yaml"]["a1-uezd"]["versions"][1] |= {"faces": ["a1", "a2"]}
    toy["units/uezds.yaml"]["a2-uezd"]["versions"][0]["until"] = "handover"
    index, point = place_index_of(built(toy)), (60.5, 48.98)
    before, after = (
        at(index, [point], day, "de_jure")[0].nearest.km for day in ("1921-03-31", "1921-04-01")
    )  # fmt: skip
    assert before == pytest.approx(2.2, abs=0.1)
    assert after > 30
    # A span tells the nearest of its days; a day, its own.
    history = through(index, *point)
    assert history.at("1921-04-01", "de_jure").nearest.km == after


def test_a_shore_is_no_border(toy_index):
    shore, water = at(toy_index, [(61.39, 49.5), (61.5, 49.5)], "1920-09-01", "de_jure")
    assert shore.nearest.neighbour is not None
    assert shore.nearest.km == pytest.approx(28.2, abs=0.2)
    assert water == Whereabouts()


def test_a_point_on_a_border_lies_on_one_side_in_doubt(toy_index):
    (place,) = at(toy_index, [(61.0, 48.5)], "1920-09-01", "de_jure")
    assert ids(place)[0] == "a1-uezd"
    assert place.doubt.km == 0
    assert place.doubt.neighbour["unit"] == "b1-uezd"


def test_a_first_level_unit_without_uezds_is_told_as_a_gubernia(toy, built):
    toy["units/uezds.yaml"]["b2-uezd"]["versions"].append(
        version("handover", level=1, type="gubernia", parent="rsfsr", faces=["b2"])
    )
    toy["units/republic.yaml"]["east"]["versions"][0]["until"] = "handover"
    (place,) = at(place_index_of(built(toy)), [(61.2, 49.2)], "1921-05-01", "de_jure")
    assert ids(place) == (None, "b2-uezd", "rsfsr")


def test_no_points_are_answered_with_no_rows(toy_index):
    assert at(toy_index, [], "1920-09-01", "de_jure") == []
