from __future__ import annotations

import pytest

from kazatlas.atlas.quality import measure_quality, unexplained
from kazatlas.record.evidence import Evidence
from kazatlas.record.types import LANGUAGES
from kazatlas.text.catalogue import load_catalogue
from kazatlas.text.quality_tables import quality_sections
from tests.conftest import version, words


def source(origin: str, **more):
    return {"type": "webpage", "seen": "secondary", "origin": origin, **more}


SOURCES = {
    "handbook": source("handbook"),
    "page-1": source("handbook"),
    "page-2": source("handbook"),
    "letter": source("letter"),
    "wiki-1": source("wikipedia"),
    "wiki-2": source("wikipedia"),
    "encyclopaedia": source("encyclopaedia"),
    "old": source("old", knows_to=1907),
    "older": source("older"),
    "decree": source("decree", type="legislation", seen="facsimile", act_of=["the-act"]),
    "decree-retold": source("decree", type="legislation", act_of=["the-act"]),
    "general-knowledge": source("general-knowledge"),
    "inference": source("inference"),
}
EVIDENCE = Evidence(
    SOURCES,
    {
        "wikipedia": {"may_rest_on": ["handbook"]},
        "encyclopaedia": {"may_rest_on": ["handbook"]},
        "older": {"knows_to": 1897},
    },
)


@pytest.mark.parametrize(
    ("cited", "rests_on"),
    [
        ([], "none"),
        (["general-knowledge", "inference"], "own"),
        (["letter", "inference"], "one"),
        (["letter", "letter"], "one"),
        (["page-1", "page-2"], "one-origin"),
        (["page-1", "handbook"], "one-origin"),
        (["page-1", "letter"], "several"),
        (["wiki-1", "wiki-2"], "one-origin"),
        (["wiki-1", "page-1"], "one-origin"),
        (["wiki-1", "encyclopaedia"], "one-origin"),
        (["wiki-1", "encyclopaedia", "handbook", "letter"], "several"),
        (["wiki-1", "letter"], "several"),
    ],
)
def test_pages_of_one_origin_do_not_confirm_each_other(cited, rests_on):
    assert EVIDENCE.support(cited) == rests_on


@pytest.mark.parametrize(
    ("cited", "reason"),
    [
        (["page-1", "letter"], None),
        (["page-1", "letter", "inference"], None),
        (["decree"], None),
        (["page-1", "page-2"], "all that it cites goes back to one work, 'handbook'"),
        (["page-1", "inference"], "all that it cites goes back to one work, 'handbook'"),
        (["decree-retold"], "all that it cites goes back to one work, 'decree'"),
        (["page-1", "old", "older"], "all that it cites goes back to one work, 'handbook'"),
        (["old", "older"], "nothing that it cites is a work that could know of it"),
        (["inference"], "nothing that it cites is a work that could know of it"),
        (["page-1", "letter", "general-knowledge"], "it cites general-knowledge"),
        (["decree", "general-knowledge"], "it cites general-knowledge"),
    ],
)
def test_certain_is_what_two_works_or_the_act_itself_say(cited, reason):
    assert EVIDENCE.doubt(cited, "the-act", 1920) == reason


def test_an_act_proves_itself_alone():
    assert EVIDENCE.doubt(["decree"], "another-act", 1920) is not None


def test_units_without_a_border_are_counted(toy_atlas):
    quality = measure_quality(toy_atlas)
    assert quality.recovered == {1: (2, 2), 2: (4, 5)}
    assert quality.not_recovered == ["b3-raion"]


def test_land_of_unknown_division_is_no_unit(built, toy):
    toy["units/uezds.yaml"]["a1-uezd"]["versions"][0]["type"] = "undivided"
    assert measure_quality(built(toy)).recovered[2] == (3, 4)


def test_kilometres_by_evidence_sum_to_the_length_of_all_lines(toy_atlas):
    quality = measure_quality(toy_atlas)
    assert sum(quality.border_km.values()) == pytest.approx(quality.total_km)
    assert quality.total_km == pytest.approx(toy_atlas.borders["length_km"].sum())
    assert set(quality.border_km) == {("conjecture", "uncertain")}


def test_acts_are_counted_by_how_exactly_they_are_dated(toy_atlas):
    assert measure_quality(toy_atlas).precisions == {"day": 3, "month": 1, "year": 0}


def test_what_has_no_source_yet_is_counted(toy_atlas):
    supports = measure_quality(toy_atlas).supports
    assert supports["name"]["none"] == 9  # no name of the toy country is cited
    assert supports["event"] == {"none": 0, "own": 0, "one": 4, "one-origin": 0, "several": 0}
    assert supports["line"]["one"] == 1


def test_a_cited_name_has_its_source(built, toy):
    toy["units/uezds.yaml"]["a2-uezd"]["versions"].append(
        version("end", note={"kk": "k", "ru": "r", "en": "e"}, name_citations=[{"source": "book", "locator": "p. 2"}])
    )
    assert measure_quality(built(toy)).supports["name"]["one"] == 1


@pytest.mark.parametrize(("as_of", "day"), [("1897", "1920-01-01"), ("1921", "1921-12-31"), ("1926", "1922-12-31")])
def test_a_printed_area_is_compared_with_the_nearest_time_on_the_map(built, toy, as_of, day):
    toy["units/uezds.yaml"]["a1-uezd"]["figures"] = [
        {"what": "area", "value": 4000, "unit": "km2", "as_of": as_of, "source": "book", "locator": "p. 1"}
    ]
    (area,) = measure_quality(built(toy)).areas
    assert (area.measured_on, area.printed_km2) == (day, 4000)
    assert area.difference == pytest.approx(area.measured_km2 / 4000 - 1)


def test_sources_are_counted_by_how_they_were_seen(built, toy):
    toy["sources.yaml"]["lost"] = {"type": "book", "title": "Lost", "seen": "not-seen", "origin": "book"}
    toy["sources.yaml"]["inference"] = {"type": "document", "title": "Ours", "seen": "not-seen", "origin": "inference"}
    quality = measure_quality(built(toy))
    assert quality.seen["not-seen"] == ["lost"] and quality.seen["original"] == ["book"]
    assert quality.origins == {"book": ["book", "lost"]}


def figure(value, **more):
    return {"what": "area", "value": value, "unit": "km2", "source": "book", "locator": "p. 1", **more}


def test_a_printed_area_is_compared_with_what_it_is_about(built, toy):
    toy["units/republic.yaml"]["west"]["figures"] = [
        figure(1000, compare={"units": ["west", "a1-uezd"], "without": ["a2-uezd"], "on": "1921-12-31"})
    ]
    atlas = built(toy)
    (area,) = measure_quality(atlas).areas
    km2 = {row["unit"]: row["area_km2"] for _, row in atlas.versions.iterrows() if row["valid_from"] == "1920-01-01"}
    west = km2["a1-uezd"] + km2["a2-uezd"] + km2["b1-uezd"]
    assert area.measured_km2 == pytest.approx(west + km2["a1-uezd"] - km2["a2-uezd"], abs=1)
    assert (area.measured_on, area.units, area.without) == ("1921-12-31", ("west", "a1-uezd"), ("a2-uezd",))


def test_a_view_of_a_comparison_counts(built, toy):
    compare = {"units": ["east"], "on": "republic"}
    toy["units/republic.yaml"]["east"]["figures"] = [
        figure(1, compare=compare), figure(2, compare={**compare, "view": "de_facto"})
    ]  # fmt: skip
    by_law, in_fact = sorted(measure_quality(built(toy)).areas, key=lambda area: area.printed_km2)
    assert in_fact.measured_km2 > by_law.measured_km2 * 1.5


def test_a_figure_of_something_else_is_told_apart_with_the_reason(built, toy):
    toy["units/republic.yaml"]["west"]["figures"] = [figure(1000, not_comparable=words("of another time"))]
    quality = measure_quality(built(toy))
    assert quality.areas == []
    assert [(area.unit, area.reason["en"]) for area in quality.apart] == [("west", "of another time")]


def test_a_misprinted_unit_is_read_as_what_it_is_taken_for(built, toy):
    toy["units/republic.yaml"]["west"]["figures"] = [
        figure(10, unit="thousand-km2", read_as="thousand-sq-verst", note=words("we think so"))
    ]
    (area,) = measure_quality(built(toy)).areas
    assert area.printed_km2 == 11381


def test_a_gubernia_that_misses_its_best_figure_without_a_reason_is_found(built, toy):
    west = toy["units/republic.yaml"]["west"]
    west["figures"] = [figure(1), figure(2)]
    assert [area.printed_km2 for area in unexplained(built(toy))] == [2]
    west["figures"][1]["why"] = words("nobody measured it")
    assert unexplained(built(toy)) == []
    west["figures"][1].pop("why")
    measured = measure_quality(built(toy)).areas[0].measured_km2
    west["figures"].append(figure(round(measured * 1.04)))
    assert unexplained(built(toy)) == []


def test_doubts_stand_on_the_quality_page(toy_atlas):
    section = quality_sections(toy_atlas, load_catalogue("en"))[-1]
    assert section.rows == [["Where was B3?", "a map"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_every_language(toy_atlas, language):
    sections = quality_sections(toy_atlas, load_catalogue(language))
    assert all(len(row) == len(section.columns) for section in sections for row in section.rows)
    assert all(section.title and section.note for section in sections)
