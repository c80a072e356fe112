from __future__ import annotations

import pytest

from tests.conftest import CITED, event, uezd, unit, version, words


def uezds(toy):
    return toy["units/uezds.yaml"]


def later(toy, name):
    return uezds(toy)[name]["versions"]


CASES = {
    "an unknown source": (
        lambda t: t["events.yaml"]["republic"].update(citations=[{"source": "nobook", "locator": "1"}]),
        "events.yaml, republic > citations > 0: names the source 'nobook'",
    ),
    "an unknown event": (lambda t: later(t, "a2-uezd").append(version("never")), "names the event 'never'"),
    "an unknown parent": (lambda t: later(t, "a2-uezd")[0].update(parent="north"), "names the unit 'north'"),
    "an unknown place": (lambda t: later(t, "a2-uezd")[0].update(seat="nowhere"), "names the place 'nowhere'"),
    "an unknown face": (lambda t: later(t, "a2-uezd")[0].update(faces=["a2", "zz"]), "names the face 'zz'"),
    "an unknown method": (
        lambda t: t["boundaries.geojson"]["features"][0]["properties"].update(method="magic"),
        "names the method 'magic'",
    ),
    "an unknown conflict": (lambda t: t["events.yaml"]["republic"].update(conflict=["c9"]), "names the conflict 'c9'"),
    "a conflict about an unknown unit": (
        lambda t: t["conflicts.yaml"]["c1"].update(units=["a1-uezd", "zz-uezd"]),
        "conflicts.yaml, c1: names the unit 'zz-uezd', which does not exist",
    ),
    "a conflict without its units": (
        lambda t: t["conflicts.yaml"]["c1"].pop("units"),
        "c1 > units, line 2: is missing",
    ),
    "another reading about an unknown unit": (
        lambda t: t["events.yaml"]["republic"].update(
            alternatives=[{"status": "disputed", "units": ["zz-uezd"], "reading": words("r"), "citations": CITED}]
        ),
        "events.yaml, republic > alternatives > 0: names the unit 'zz-uezd', which does not exist",
    ),
    "a quotation without a language": (
        lambda t: t["events.yaml"]["republic"].update(citations=[{"source": "book", "locator": "1", "quote": "q"}]),
        "has a quotation without its language",
    ),
    "a translation of nothing": (
        lambda t: t["events.yaml"]["republic"].update(
            citations=[{"source": "book", "locator": "1", "translation": {"en": "x"}}]
        ),
        "translates a quotation that is not there",
    ),
    "events out of order": (
        lambda t: t["events.yaml"].update(late=event("1921-01-01")),
        "late: (1921-01-01) stands after 1922-05-01",
    ),
    "an event outside the record": (
        lambda t: t["events.yaml"].update(late=event("1924-01-01")),
        "is dated 1924-01-01, outside the record",
    ),
    "an imprecise date without a reason": (
        lambda t: t["events.yaml"]["handover"].pop("placed"),
        "is known to the month only",
    ),
    "a date that its EDTF denies": (lambda t: t["events.yaml"]["republic"].update(edtf="1921"), "but the EDTF '1921'"),
    "a unit without a type": (
        lambda t: later(t, "a2-uezd")[0].pop("type"),
        "a2-uezd > version from opens: has no type",
    ),
    "a unit without a parent": (lambda t: later(t, "a2-uezd")[0].pop("parent"), "has no parent"),
    "a uezd without faces": (lambda t: later(t, "a2-uezd")[0].pop("faces"), "has no faces"),
    "an unrecovered border without a point": (
        lambda t: later(t, "b3-raion")[0].pop("point"),
        "has a border that is not recovered",
    ),
    "an end before the beginning": (
        lambda t: later(t, "b3-raion")[0].update(until="opens"),
        "ends (1920-01-01) no later than it begins (1921-04-01)",
    ),
    "versions out of order": (
        lambda t: later(t, "b1-uezd").append(version("republic")),
        "begins 1920-08-26, not after the version from handover",
    ),
    "versions that overlap": (
        lambda t: later(t, "b1-uezd")[0].update(until="handover"),
        "begins 1920-08-26 while the version before it lasts until 1921-04-01",
    ),
    "a holder that is not in force": (
        lambda t: t["units/republic.yaml"]["east"]["versions"][0].update(until="republic"),
        "belongs to 'east' (de_jure) on 1920-08-26, when that is not in force",
    ),
    "a holder that does not stand above": (
        lambda t: later(t, "a2-uezd")[0].update(parent="a1-uezd"),
        "belongs to 'a1-uezd', which does not stand above it",
    ),
    "a face in two units": (
        lambda t: uezds(t).update({"c-uezd": uezd("C", "a2")}),
        "face 'a2': is in a2-uezd and c-uezd on 1920-01-01 (de_jure), at 60.50 E 49.50 N",
    ),
    "a face in no unit": (
        lambda t: later(t, "a2-uezd")[0].update(until="handover"),
        "face 'a2': is in no unit on 1921-04-01 (de_jure)",
    ),
    "water in a unit": (
        lambda t: later(t, "a2-uezd")[0].update(faces=["a2", "lake"]),
        "lake: is water, but a2-uezd holds it",
    ),
    "a seat outside its unit": (
        lambda t: later(t, "a2-uezd")[0].update(seat="town"),
        "has its seat 'town' (60.50 E 48.50 N) outside its border",
    ),
    "a point outside its holder": (
        lambda t: later(t, "b3-raion")[0].update(point=[60.5, 49.5]),
        "outside 'b1-uezd' on 1921-04-01",
    ),
    "a zone without an area": (
        lambda t: t["zones.yaml"].update(other=t["zones.yaml"]["quarrel"]),
        "zones.yaml, other: has no area",
    ),
    "a line that is drawn twice": (
        lambda t: t["boundaries.geojson"]["features"][4]["geometry"].update(coordinates=[[60, 49], [61, 49], [61, 48]]),
        "a1~a2: runs along 'a1~b1'",
    ),
    "a line that does not meet": (
        lambda t: t["boundaries.geojson"]["features"][4]["geometry"].update(coordinates=[[60, 49], [60.9, 49]]),
        "a1~a2: ends at 60.9000 E 49.0000 N where no other line begins",
    ),
    "lines that cross": (
        lambda t: t["boundaries.geojson"]["features"][4]["geometry"].update(
            coordinates=[[60, 49], [61.3, 48.5], [61, 49]]
        ),
        "meets 'a1~b1' at 61.0000 E",
    ),
    "a line that crosses itself": (
        lambda t: t["boundaries.geojson"]["features"][4]["geometry"].update(
            coordinates=[[60, 49], [60.8, 49.2], [60.8, 48.8], [60.5, 49.3], [61, 49]]
        ),
        "a1~a2: crosses itself",
    ),
    "a line that doubles back": (
        lambda t: t["boundaries.geojson"]["features"][4]["geometry"].update(
            coordinates=[[60, 49], [60.8, 49.2], [60.4, 49.09], [61, 49]]
        ),
        "a1~a2: doubles back on itself at 60.8000 E 49.2000 N, 2.1 degrees",
    ),
    "two lines that leave a point as one": (
        lambda t: t["boundaries.geojson"]["features"][4]["geometry"].update(
            coordinates=[[60, 49], [60.9, 48.8], [60.98, 48.5], [61, 49]]
        ),
        "a1~b1: leaves 61.0000 E 49.0000 N on nearly the bearing of 'a1~a2', 1.5 degrees apart. Move",
    ),
    "a face without a label point": (
        lambda t: t["label_points.geojson"]["features"].pop(0),
        "the lines enclose an area without a name at 60.",
    ),
    "a face with two label points": (
        lambda t: t["label_points.geojson"]["features"][0]["geometry"].update(coordinates=[60.5, 49.4]),
        "a1, a2: lie in one face",
    ),
    "a label point in no face": (
        lambda t: t["label_points.geojson"]["features"][0]["geometry"].update(coordinates=[70, 50]),
        "a1: lies in no face, at 70.0000 E",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_told_with_file_id_and_place(toy, problems_of, name):
    break_it, told = CASES[name]
    break_it(toy)
    found = [str(problem) for problem in problems_of(toy)]
    assert any(told in line and line.startswith("geodata/") for line in found), found


def test_all_faults_are_told_at_once(toy, problems_of):
    CASES["an unknown parent"][0](toy)
    CASES["an unknown source"][0](toy)
    CASES["a line that does not meet"][0](toy)
    text = "\n".join(map(str, problems_of(toy)))
    assert "'north'" in text
    assert "'nobook'" in text
    assert "60.9000" in text


def test_a_sound_record_has_no_problem(toy, problems_of):
    assert problems_of(toy) == []


def test_a_unit_of_one_view_may_stand_where_the_other_view_has_another(toy, problems_of):
    later(toy, "a2-uezd")[0].update(until="republic")
    later(toy, "a2-uezd").append(version("republic", view="de_facto"))
    uezds(toy)["c-uezd"] = unit(
        "C", {**uezd("C", "a2")["versions"][0], "from": "republic", "view": "de_jure", "name": words("C")}
    )
    assert problems_of(toy) == []
