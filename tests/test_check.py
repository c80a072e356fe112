from __future__ import annotations

import pytest

from tests.conftest import CITED, event, uezd, unit, version, words


def uezds(toy):
    return toy["units/uezds.yaml"]


def later(toy, name):
    return uezds(toy)[name]["versions"]


def figure(**more):
    return {"what": "area", "value": 1, "unit": "km2", "source": "book", "locator": "p. 1", **more}


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
    "a source without its origin": (
        lambda t: t["sources.yaml"]["book"].pop("origin"),
        "sources.yaml, book > origin, line 2: is missing",
    ),
    "an unknown origin": (
        lambda t: t["sources.yaml"]["book"].update(origin="nowork"),
        "sources.yaml, book: goes back to 'nowork', which is neither a source nor a work of origins.yaml",
    ),
    "an origin that may rest on what is unknown": (
        lambda t: t["origins.yaml"]["encyclopaedia"].update(may_rest_on=["nowork"]),
        "origins.yaml, encyclopaedia > may_rest_on: goes back to 'nowork'",
    ),
    "an origin that is a source too": (
        lambda t: t["origins.yaml"].update(book={"title": words("t")}),
        "origins.yaml, book: stands in geodata/sources.yaml too",
    ),
    "the text of an unknown act": (
        lambda t: t["sources.yaml"]["book"]["act_of"].append("never"),
        "sources.yaml, book: names the event 'never'",
    ),
    "the text of an act that was not seen": (
        lambda t: t["sources.yaml"]["book"].update(seen="secondary"),
        "sources.yaml, book: is called the text of an act, which was not seen",
    ),
    "a book that is called an act": (
        lambda t: t["sources.yaml"]["book"].update(type="book"),
        "is called the text of an act, which was not seen",
    ),
    "an act that is certain on one work": (
        lambda t: t["sources.yaml"]["book"]["act_of"].remove("republic"),
        "events.yaml, republic: is called certain, but all that it cites goes back to one work, 'book'",
    ),
    "a version that is certain on one work": (
        lambda t: t["sources.yaml"]["book"]["act_of"].remove("handover"),
        "uezds.yaml, a1-uezd > version from handover: is called certain, but all that it cites goes back to one work",
    ),
    "a version that is certain on general knowledge": (
        lambda t: (
            t["sources.yaml"].update(
                {
                    "general-knowledge": {
                        "type": "document",
                        "title": "k",
                        "seen": "not-seen",
                        "origin": "general-knowledge",
                    }
                }
            ),
            later(t, "a2-uezd")[0]["citations"].append({"source": "general-knowledge", "locator": "k"}),
        ),
        "a2-uezd > version from opens: is called certain, but it cites general-knowledge",
    ),
    "a version that is certain on what is older than it": (
        lambda t: t["sources.yaml"]["book"].update(act_of=[], knows_to=1907),
        "a2-uezd > version from opens: is called certain, but nothing that it cites is a work that could know of it",
    ),
    "a zone that is certain on one work": (
        lambda t: (
            t["sources.yaml"]["book"]["act_of"].remove("republic"),
            t["zones.yaml"]["quarrel"].update(certainty="certain"),
        ),
        "zones.yaml, quarrel: is called certain, but all that it cites goes back to one work, 'book'",
    ),
    "a figure of an unknown source": (
        lambda t: uezds(t)["a1-uezd"].update(figures=[figure(source="nobook")]),
        "a1-uezd > figures > 0: names the source 'nobook'",
    ),
    "a figure compared with an unknown unit": (
        lambda t: uezds(t)["a1-uezd"].update(figures=[figure(compare={"units": ["zz"], "on": "opens"})]),
        "a1-uezd > figures > 0 > compare: names the unit 'zz'",
    ),
    "a figure compared on an unknown day": (
        lambda t: uezds(t)["a1-uezd"].update(figures=[figure(compare={"units": ["a1-uezd"], "on": "never"})]),
        "a1-uezd > figures > 0 > compare: names the event 'never'",
    ),
    "a figure compared with a unit that is not in force": (
        lambda t: uezds(t)["a1-uezd"].update(figures=[figure(compare={"units": ["b3-raion"], "on": "1920-05-01"})]),
        "a1-uezd > figures > 0 > compare: names 'b3-raion', which is not in force on 1920-05-01 (de_jure)",
    ),
    "a figure compared and not comparable": (
        lambda t: uezds(t)["a1-uezd"].update(figures=[figure(why=words("w"), not_comparable=words("n"))]),
        "a1-uezd > figures > 0: is called not comparable and compared",
    ),
    "a population compared with the map": (
        lambda t: uezds(t)["a1-uezd"].update(figures=[figure(what="population", unit="people", why=words("w"))]),
        "a1-uezd > figures > 0: is no area, and only areas are compared with the map",
    ),
    "a unit of measure changed without a reason": (
        lambda t: uezds(t)["a1-uezd"].update(figures=[figure(read_as="sq-verst")]),
        "a1-uezd > figures > 0: is read in another unit than it is printed in",
    ),
    "a doubt about an unknown unit": (
        lambda t: t["doubts.yaml"]["b3-border"].update(units=["zz"]),
        "doubts.yaml, b3-border: names the unit 'zz', which does not exist",
    ),
    "a doubt about an unknown act": (
        lambda t: t["doubts.yaml"]["b3-border"].update(events=["never"]),
        "doubts.yaml, b3-border: names the event 'never'",
    ),
    "a doubt about an unknown method": (
        lambda t: t["doubts.yaml"]["b3-border"].update(methods=["magic"]),
        "doubts.yaml, b3-border: names the method 'magic'",
    ),
    "a doubt about an unknown conflict": (
        lambda t: t["doubts.yaml"]["b3-border"].update(conflicts=["c9"]),
        "doubts.yaml, b3-border: names the conflict 'c9'",
    ),
    "a doubt that cites an unknown source": (
        lambda t: t["doubts.yaml"]["b3-border"].update(citations=[{"source": "nobook", "locator": "1"}]),
        "doubts.yaml, b3-border > citations > 0: names the source 'nobook'",
    ),
    "a doubt that no document would settle": (
        lambda t: t["doubts.yaml"]["b3-border"].pop("would_settle"),
        "b3-border > would_settle, line 2: is missing",
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
