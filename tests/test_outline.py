from __future__ import annotations

import pytest

from kazatlas.text.catalogue import load_catalogue
from kazatlas.text.quality_tables import outline_section
from tests.conftest import CITED, words


@pytest.fixture
def compared(toy):
    """Return the toy record with a later map that has the line b1~b2 and no line along a2~b2."""
    line = {"type": "LineString", "coordinates": [[61.0, 49.0], [62.0, 49.0]]}
    later = {
        "type": "Feature",
        "properties": {"id": "later", "title": words("the later map"), "source": "book"},
        "geometry": line,
    }
    toy["control/outlines.geojson"] = {"type": "FeatureCollection", "features": [later]}
    toy["outer_border.yaml"] = {"elsewhere": reason(lines=["b1~b2"])}
    return toy


def reason(**more):
    return {"lines": ["a2~b2"], "against": ["later"], "why": words("moved later"), "citations": CITED, **more}


def test_a_far_stretch_without_a_reason_is_a_fault(problems_of, compared):
    (problem,) = problems_of(compared)
    told = str(problem)
    assert told.startswith("geodata/outer_border.yaml, a2~b2: lies up to 111 km from later over 9")
    assert "(between a2-uezd and b2-uezd)" in told


def test_a_far_stretch_with_a_reason_is_told(built, compared):
    compared["outer_border.yaml"] = {"north": reason(events=["handover"], doubts=["b3-border"])}
    table = built(compared).tables["outer_border"]
    (stretch,) = table["stretches"]
    assert (stretch["line"], stretch["against"], stretch["reason"]) == ("a2~b2", "later", "north")
    assert (stretch["inside"], stretch["outside"]) == ("a2-uezd", "b2-uezd")
    # A degree of latitude is 111 km here; its first 20 km stand near the later line.
    assert stretch["farthest_km"] == pytest.approx(111, abs=1)
    assert stretch["km"] == pytest.approx(111 - 20, abs=5)
    assert table["reasons"]["north"]["why"]["en"] == "moved later"


def test_a_reason_that_names_what_is_not_there(problems_of, compared):
    wrong = {"lines": ["a2~b2", "a9~b9"], "against": ["later", "never"], "events": ["nothing"], "doubts": ["none"]}
    compared["outer_border.yaml"] = {"north": reason(**wrong)}
    told = "\n".join(map(str, problems_of(compared)))
    for name in ("the line 'a9~b9'", "'never'", "the event 'nothing'", "the doubt 'none'"):
        assert name in told


def test_the_page_tells_every_far_stretch(atlas):
    for lang in ("kk", "ru", "en"):
        section = outline_section(atlas, load_catalogue(lang))
        assert len(section.rows) == len(atlas.tables["outer_border"]["stretches"]) > 0
        assert all(all(cell for cell in row) for row in section.rows)
