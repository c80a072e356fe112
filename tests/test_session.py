"""Session: what an address, the map, the switches and a rebuilt atlas make of where a reader stands."""

from __future__ import annotations

import ast
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from kazatlas.web import session as sessions
from kazatlas.web.session import (
    OPENING,
    PAGES,
    Contents,
    Fault,
    Session,
    address_of,
    at_address,
    begin_run,
    faults_of,
    from_address,
    from_map,
    from_rebuild,
    from_widgets,
    move,
    place_of,
    point_of,
    to_point,
    to_step,
    with_shapes,
    without_shapes,
)

CONTENTS = Contents(
    atlas="first",
    data_version="2.0.0",
    days=("1920-01-01", "1920-08-26", "1921-06-10", "1922-12-31"),
    coverage=("1920-01-01", "1923-01-01"),
    units=frozenset({"akmola", "omsk-uezd", *(step["unit"] for step in sessions.WALK)}),
    zones=frozenset({"salt-lakes"}),
)
NOW = 1_700_000_000


def opened(**query: str) -> Session:
    """Return the session of a reader who came by a link a second ago."""
    return from_address(Session(), query, CONTENTS, NOW - 1)


def reported(session: Session, **changes: Any) -> dict[str, Any]:
    """Return what the map says of itself when it has obeyed the last command and the reader has moved it."""
    return asdict(session.place) | {"serial": session.serial} | changes


def run(session: Session, query: dict[str, str], **pressed: Any) -> Session:
    """Begin a run of the page; the switches stand as the session has them where nothing was pressed."""
    switches = {"language": session.language, "page": session.page} | pressed
    return begin_run(session, query, CONTENTS, now=NOW, **switches)


def test_the_module_knows_nothing_of_streamlit() -> None:
    tree = ast.parse(Path(sessions.__file__).read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in names if name.startswith(("streamlit", "folium"))]


# ---- from an address


def test_an_empty_address_opens_the_day_of_the_decree_in_kazakh() -> None:
    session = opened()
    assert (session.place, session.language, session.page) == (OPENING, "kk", "map")
    assert session.command is not None
    assert not session.command.show
    assert session.faults == ()


def test_a_link_says_place_language_and_page() -> None:
    session = opened(lang="ru", page="tables", date="1921-06-10", view="de_facto", level="1", unit="akmola")
    assert (session.language, session.page) == ("ru", "tables")
    assert session.place == replace(OPENING, date="1921-06-10", view="de_facto", level=1, unit="akmola")
    assert session.command is not None
    assert session.command.show


def test_a_day_between_two_acts_is_the_earlier_acts() -> None:
    assert opened(date="1922-05-05").place.date == "1921-06-10"
    assert opened(compare="1922-05-05").place.compare == "1921-06-10"


def test_a_zone_counts_more_than_a_unit() -> None:
    place = opened(unit="akmola", zone="salt-lakes").place
    assert (place.unit, place.zone) == (None, "salt-lakes")


@pytest.mark.parametrize("name", ["date", "compare"])
@pytest.mark.parametrize(
    "value",
    [
        "1921-02-31",
        "1921-99-99",
        "1921-2-3",
        "19210203",
        "1921-W05-1",
        "1919-12-31",
        "1923-01-01",
        "yesterday",
        "9" * 99,
    ],
)
def test_what_is_no_day_of_the_coverage_is_refused(name: str, value: str) -> None:
    session = opened(**{name: value})
    assert session.faults == (Fault(name, value),)
    assert session.place == OPENING


@pytest.mark.parametrize("value", ["1920-01-01", "1920-02-29", "1922-12-31"])
def test_every_day_of_the_coverage_is_taken(value: str) -> None:
    assert faults_of({"date": value}, CONTENTS) == ()


def test_the_last_day_is_the_coverages() -> None:
    assert CONTENTS.last_day == "1922-12-31"
    assert replace(CONTENTS, coverage=("1920-01-01", "1924-03-01")).last_day == "1924-02-29"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unit", "atlantis"), ("zone", "atlantis"), ("view", "de_novo"), ("level", "9"), ("point", "0,0"),
        ("point", "a,b"), ("point", "1e999,50"), ("lang", "xx"), ("page", "../etc"), ("v", "1.0.0"),
    ],
)  # fmt: skip
def test_every_part_of_an_address_that_is_not_understood_is_named_and_left_out(name: str, value: str) -> None:
    session = opened(**{name: value})
    assert [(fault.name, fault.value) for fault in session.faults] == [(name, value)]
    assert session.place == OPENING
    assert (session.language, session.page) == ("kk", "map")


def test_a_link_of_an_older_version_keeps_the_unit_that_it_asked_for() -> None:
    assert opened(v="1.0.0", unit="akmola").faults == (Fault("v", "1.0.0", "akmola"),)


def test_back_brings_the_earlier_place_and_page_and_brings_it_into_sight() -> None:
    before = {"lang": "kk", "unit": "akmola", "date": "1920-01-01"}
    session = move(replace(opened(page="tables", date="1921-06-10"), address={"page": "tables"}), NOW)
    back = run(session, before)
    assert (back.page, back.place.unit, back.place.date) == ("map", "akmola", "1920-01-01")
    assert back.serial > session.serial
    assert back.command is not None
    assert back.command.show


def test_an_address_that_the_browser_was_sent_moves_nothing() -> None:
    session = at_address(opened(date="1921-06-10"), {"date": "1921-06-10", "lang": "kk"})
    assert run(session, {"date": "1921-06-10", "lang": "kk"}) is session


def test_an_address_without_a_language_keeps_the_one_that_is_read() -> None:
    assert from_address(opened(lang="en"), {"date": "1921-06-10"}, CONTENTS, NOW).language == "en"


def test_a_browser_that_has_outlived_the_server_keeps_its_language() -> None:
    session = begin_run(Session(), {}, CONTENTS, language="en", page="map", now=NOW)
    assert session.language == "en"


@pytest.mark.parametrize(
    "session",
    [
        opened(),
        opened(lang="en", date="1921-06-10", view="de_facto", level="1", unit="akmola", compare="1920-01-01"),
        opened(lang="ru", zone="salt-lakes", page="compare"),
        opened(page="place", point="71.4,51.2"),
    ],
)
def test_an_address_leads_back_to_where_it_was_made(session: Session) -> None:
    address = address_of(session, CONTENTS)
    again = from_address(Session(), address, CONTENTS, NOW)
    assert (again.place, again.language, again.page, again.faults) == (
        session.place, session.language, session.page, (),
    )  # fmt: skip


def test_a_point_stands_in_the_address_of_its_own_page_alone() -> None:
    session = opened(page="place", point="71.4,51.2")
    assert address_of(session, CONTENTS)["point"] == "71.4,51.2"
    assert "point" not in address_of(from_widgets(session, "kk", "map", NOW), CONTENTS)


# ---- from the map


def test_the_map_has_the_last_word_about_where_it_stands() -> None:
    session = opened()
    moved = from_map(session, reported(session, date="1922-12-31", unit="akmola", level=1), CONTENTS)
    assert moved.place == replace(OPENING, date="1922-12-31", unit="akmola", level=1)
    assert moved.command is session.command


def test_a_report_of_before_our_last_command_is_not_obeyed() -> None:
    session = opened()
    late = reported(session, unit="akmola")
    commanded = move(session, NOW, place=replace(OPENING, unit="omsk-uezd"))
    assert from_map(commanded, late, CONTENTS) is commanded


def test_a_report_of_a_command_that_we_never_gave_is_not_obeyed() -> None:
    session = opened()
    assert from_map(session, reported(session, serial=session.serial + 1, unit="akmola"), CONTENTS) is session


@pytest.mark.parametrize("report", [None, "text", 5, [], {}, {"serial": None}, {"serial": "x", "unit": "akmola"}])
def test_what_is_no_report_is_not_obeyed(report: Any) -> None:
    session = opened()
    assert from_map(session, report, CONTENTS) is session


@pytest.mark.parametrize(
    "damage",
    [
        {"date": 5}, {"date": "1919-01-01"}, {"unit": ["akmola"]}, {"view": {"a": 1}}, {"level": "x"}, {"level": True},
        {"zone": 1}, {"compare": []}, {"point": [1]}, {"point": {"a": 1}}, {"point": [float("nan"), 50]},
    ],
)  # fmt: skip
def test_damaged_parts_of_a_report_are_left_out(damage: dict[str, Any]) -> None:
    session = opened()
    assert from_map(session, reported(session, **damage), CONTENTS).place == OPENING


# ---- from the switches


def test_another_language_is_said_to_the_map_that_stays_where_it_is() -> None:
    session = opened(date="1921-06-10", unit="akmola")
    changed = run(session, {"date": "1921-06-10", "unit": "akmola"}, language="en")
    assert changed.language == "en"
    assert changed.place == session.place
    assert changed.command is not None
    assert (changed.command.language, changed.command.show) == ("en", False)
    assert changed.serial > session.serial


def test_switches_that_stand_as_they_stood_change_nothing() -> None:
    session = opened(lang="ru", page="tables")
    assert from_widgets(session, "ru", "tables", NOW) is session


def test_what_is_pressed_counts_more_than_an_address_on_its_way() -> None:
    session = opened(lang="kk", date="1921-06-10")
    pressed = run(session, {"lang": "kk", "date": "1920-01-01"}, language="ru")
    assert (pressed.language, pressed.place.date) == ("ru", "1921-06-10")


@pytest.mark.parametrize("page", ["Карта", None, 3, ["map"]])
def test_a_page_named_in_the_language_before_is_the_page_that_is_shown(page: Any) -> None:
    session = opened(page="tables")
    assert from_widgets(session, "en", page, NOW).page == "tables"


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_map_that_comes_back_is_told_where_it_stood_and_of_the_readers_shapes(page: str) -> None:
    shape = {"geometry": {"type": "Point", "coordinates": (60, 50)}, "label": "aul"}
    away = with_shapes(from_widgets(opened(unit="akmola"), "kk", page, NOW), (shape,))
    back = from_widgets(away, "kk", "map", NOW)
    assert back.command is not None
    assert back.serial > away.serial > 0
    words = back.command.words()
    assert (words["unit"], words["guests"], words["pick"]) == ("akmola", [shape], False)


def test_a_click_chooses_a_point_on_the_page_of_places_alone() -> None:
    session = from_widgets(opened(), "kk", "place", NOW)
    assert session.command is not None
    assert session.command.words()["pick"] is True


# ---- commands


def test_commands_follow_the_clock_and_never_go_back() -> None:
    first = move(Session(), NOW)
    assert first.serial == NOW
    assert move(first, NOW).serial == NOW + 1
    assert move(first, NOW - 500).serial == NOW + 1
    assert move(first, NOW + 500).serial == NOW + 500


def test_a_step_of_the_walk_moves_the_map_and_the_end_of_it_leaves_the_map_alone() -> None:
    session = to_step(opened(), 1, CONTENTS, NOW)
    assert (session.step, session.place.unit, session.place.view) == (1, "semipalatinsk", "de_facto")
    assert session.command is not None
    assert session.command.show
    left = to_step(session, None, CONTENTS, NOW)
    assert (left.step, left.place, left.serial) == (None, session.place, session.serial)


def test_a_point_is_set_beside_what_is_chosen() -> None:
    session = to_point(opened(unit="akmola"), (71.40004, 51.2), NOW)
    assert (session.place.unit, session.place.point) == ("akmola", (71.4, 51.2))


def test_shapes_are_taken_off_the_map_by_a_command() -> None:
    session = without_shapes(with_shapes(opened(), ({"label": "aul"},)), NOW)
    assert session.shapes == ()
    assert session.command is not None
    assert session.command.words()["guests"] == []


# ---- another atlas


def test_the_map_of_a_rebuilt_atlas_is_told_where_it_stands() -> None:
    session = opened(unit="akmola", date="1921-06-10")
    rebuilt = run_rebuilt(session, units=frozenset({"akmola"}))
    assert rebuilt.serial > session.serial
    assert rebuilt.place == session.place
    assert rebuilt.atlas == "second"


def test_what_a_rebuilt_atlas_no_longer_has_is_not_chosen() -> None:
    session = opened(unit="akmola", date="1921-06-10")
    rebuilt = run_rebuilt(session, units=frozenset(), days=("1920-01-01", "1921-01-01"))
    assert (rebuilt.place.unit, rebuilt.place.date) == (None, "1921-01-01")


def test_the_same_atlas_changes_nothing() -> None:
    session = opened(unit="akmola")
    assert from_rebuild(session, CONTENTS, NOW) is session


def run_rebuilt(session: Session, **changes: Any) -> Session:
    return from_rebuild(session, replace(CONTENTS, atlas="second", **changes), NOW)


# ---- points


@pytest.mark.parametrize("value", ["71.4,51.2", [71.4, 51.2], (71.40001, 51.19999), "71.4, 51.2"])
def test_a_point_may_come_as_text_or_numbers(value: Any) -> None:
    assert point_of(value) == (71.4, 51.2)


@pytest.mark.parametrize("value", [None, "", "71.4", "71.4,51.2,3", [200, 50], [71, None], 5, {"x": 1}])
def test_what_is_no_point_near_the_atlas_is_none(value: Any) -> None:
    assert point_of(value) is None
    assert place_of({"point": value}, CONTENTS).point is None
