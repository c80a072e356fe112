from __future__ import annotations

import pytest

from kazatlas.record.reading import read_record
from tests.conftest import write_toy


def problems(folder, toy):
    return [str(problem) for problem in read_record(write_toy(folder / "geodata", toy))[1]]


def test_the_toy_country_reads_without_a_problem(tmp_path, toy):
    assert problems(tmp_path, toy) == []


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("events.yaml", b"", "empty or not a mapping"),
        ("events.yaml", b"a: [1, 2", "is not valid YAML"),
        ("events.yaml", b"\xff\xfe", "is not UTF-8"),
        ("sources.yaml", "book: {type: book, title: A, seen: original, seen: original}", "the key 'seen' stands twice"),
        ("sources.yaml", "book: {type: book, title: A, seen: maybe}", "must be 'original'"),
        ("sources.yaml", "book: {type: book, seen: original}", "title, line 1: is missing"),
        ("sources.yaml", "Book One: {type: book, title: A, seen: original}", "is not an id"),
        ("sources.yaml", "book: &x {type: book, title: A, seen: original}\nother: *x", "anchors and aliases"),
        ("sources.yaml", "book: {type: book, title: !!python/name:os.system x, seen: original}", "is not used here"),
        ("sources.yaml", 'book: {type: book, title: "A\u202eB", seen: original}', "invisible character U+202E"),
        ("sources.yaml", "book: {type: book, title: Қазəқ, seen: original}", "Latin letter"),
        ("boundaries.geojson", '{"type": "FeatureCollection", "features": [NaN]}', "NaN is not a number"),
        ("boundaries.geojson", '{"type": "FeatureCollection"', "is not valid JSON"),
        ("boundaries.geojson", '{"type": "FeatureCollection", "type": "x"}', "the key 'type' stands twice"),
        ("boundaries.geojson", "[]", "is not a JSON object"),
        (
            "boundaries.geojson",
            '{"type": "FeatureCollection", "features": []}',
            "is not a FeatureCollection with features",
        ),
        ("VERSION", "one", "holds no version"),
    ],
)
def test_a_damaged_file_is_named_with_the_place_and_the_fault(tmp_path, toy, file, content, told):
    toy[file] = content
    found = problems(tmp_path, toy)
    assert any(f"geodata/{file}" in line and told in line for line in found), found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"date": "1920-13-01"}, "is not a calendar day"),
        ({"date": "1020-01-01"}, "is outside 1800-2100"),
        ({"certainty": "sure"}, "must be 'certain'"),
        ({"citations": []}, "citations"),
        ({"titel": "x"}, "is not a field known here"),
        ({"title": {"kk": "а", "ru": "б"}}, "title > en"),
        ({"title": {"kk": "", "ru": "б", "en": "c"}}, "is empty"),
    ],
)
def test_a_wrong_field_of_an_event_is_named_with_its_line(tmp_path, toy, change, told):
    toy["events.yaml"]["republic"].update(change)
    found = problems(tmp_path, toy)
    assert any(
        line.startswith("geodata/events.yaml, republic > ") and told in line and "line" in line for line in found
    ), found


@pytest.mark.parametrize(
    ("geometry", "told"),
    [
        ({"type": "LineString", "coordinates": [[60, 48]]}, "cannot be read"),
        ({"type": "LineString", "coordinates": [[160, 48], [161, 48]]}, "lies outside the map at 160.0000 E"),
        ({"type": "LineString", "coordinates": [["x", 48], [61, 48]]}, "cannot be read"),
        ({"type": "Point", "coordinates": [60, 48]}, "is a Point, not a LineString"),
        (None, "cannot be read"),
    ],
)
def test_a_broken_line_is_named(tmp_path, toy, geometry, told):
    toy["boundaries.geojson"]["features"][0]["geometry"] = geometry
    found = problems(tmp_path, toy)
    assert any("a1~out-1" in line and told in line for line in found), found


def test_an_id_in_two_files_is_named_with_both(tmp_path, toy):
    toy["units/second.yaml"] = {"a1-uezd": toy["units/uezds.yaml"]["a1-uezd"]}
    assert any("a1-uezd: stands in geodata/units/second.yaml too" in line for line in problems(tmp_path, toy))


def test_a_missing_folder_is_one_sentence(tmp_path):
    assert ["is missing." in str(problem) for problem in read_record(tmp_path / "nowhere")[1]] == [True]
