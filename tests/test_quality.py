from __future__ import annotations

import pytest

from kazatlas.quality import measure_quality, quality_sections, support
from kazatlas.record import LANGUAGES
from kazatlas.words import load_words
from tests.conftest import version

SOURCES = {
    "handbook": {},
    "page-1": {"relies_on": ["handbook"]},
    "page-2": {"relies_on": ["handbook"]},
    "letter": {"relies_on": []},
}


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
    ],
)
def test_pages_of_one_origin_do_not_confirm_each_other(cited, rests_on):
    assert support(cited, SOURCES) == rests_on


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
    toy["sources.yaml"]["lost"] = {"type": "book", "title": "Lost", "seen": "not-seen"}
    toy["sources.yaml"]["inference"] = {"type": "document", "title": "Ours", "seen": "not-seen"}
    seen = measure_quality(built(toy)).seen
    assert seen["not-seen"] == ["lost"] and seen["original"] == ["book"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_every_language(toy_atlas, language):
    sections = quality_sections(toy_atlas, load_words(language))
    assert all(len(row) == len(section.columns) for section in sections for row in section.rows)
    assert all(section.title and section.note for section in sections)
