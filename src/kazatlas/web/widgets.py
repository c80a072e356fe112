"""Widgets: the pieces of the page that more than one of Streamlit's makes up; their words come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import streamlit as st
from markupsafe import Markup

from kazatlas.atlas.fingerprints import changed, changed_units
from kazatlas.record.types import VIEWS
from kazatlas.text.catalogue import Catalogue
from kazatlas.text.change_sentences import summary
from kazatlas.web import html_pages as pages
from kazatlas.web.opened import Opened
from kazatlas.web.session import WALK, Fault, Place, Point, Session, point_of
from kazatlas.web.templates import render

if TYPE_CHECKING:
    from kazatlas.atlas.search import Hit

COMPARED = ("1920-08-26", "1921-12-31")
"""The days compared where the reader has chosen none: the decree, and the end of the republic's first full year."""


def fault_sentence(opened: Opened, words: Catalogue, fault: Fault) -> str:
    """Return what an address asked for and the atlas cannot show, in words."""
    if fault.name == "v":
        return since_version(opened, words, fault.value, fault.unit)
    if fault.name in ("date", "compare"):
        first, last = opened.contents.coverage[0], opened.contents.last_day
        return words("page.bad_date", first=words.date(first), last=words.date(last))
    if fault.name in ("unit", "point", "view"):
        return words(f"page.bad_{fault.name}")
    return words("page.bad_part", name=fault.name)


def since_version(opened: Opened, words: Catalogue, version: str, unit: str | None) -> str:
    """Return what has changed since the version of the data that a link was made with."""
    now = opened.atlas.tables["data_version"]
    old = opened.editions.get(version)
    if old is None:
        return words("page.other_version", version=now)
    older = words("page.older_version", old=version, version=now)
    if unit is None or unit not in opened.cards.rows:
        number = len(changed_units(old, opened.edition))
        return f"{older} {words('page.since_units', number=words.number(number))}"
    name = words.choice(opened.atlas.tables["units"][unit]["label"])
    aspects = [words(f"page.since_{aspect}") for aspect in changed(old, opened.edition, unit)]
    what = "; ".join(aspects) if aspects else words("page.since_nothing")
    return f"{older} {words('page.since_unit', name=name, what=what)}"


def show_html(words: Catalogue, html: Markup) -> None:
    """Show a part of the page, in its language."""
    st.html(render("panel", words, html=html))


def _hit_facts(opened: Opened, words: Catalogue, hit: Hit) -> dict[str, Any]:
    """Return a name that was sought: a link that moves map and date to it, how it matches, when it existed."""
    unit = hit.id if hit.kind == "unit" else None
    if hit.kind == "town" and hit.point is not None:
        from kazatlas.atlas.ladder import ladder

        rung = ladder(opened.places, *hit.point).at(hit.day, hit.view)
        unit = str(rung.uezd["unit"]) if rung and rung.uezd is not None else None
    name = hit.names[words.language]
    matched = hit.matched
    if matched.casefold() != name.casefold() and words.language == "en" and hit.use != "period":
        # A name that only another script has is given in the reader's; an old spelling is shown as it is.
        from anyascii import anyascii

        matched = anyascii(matched)
    return {
        "kind": hit.kind,
        "link": opened.cards.writer(words, hit.view).links.to(name, hit.day, unit),
        "use": hit.use,
        "matched": matched if matched.casefold() != name.casefold() else "",
        "spans": [_span(words, *span) for span in hit.spans] if hit.kind == "unit" else [],
    }


def _span(words: Catalogue, start: str, end: str | None) -> str:
    if end is None:
        return words("find.since", date=words.date(start))
    return words("find.between", start=words.date(start), end=words.date(end))


def show_search(opened: Opened, words: Catalogue, place: Place) -> None:
    """Show the search by name; a choice moves map and date."""
    query = st.text_input(words("find.label"), key="query", placeholder=words("find.hint"), max_chars=200)
    if not query.strip():
        return
    from kazatlas.atlas.search import find

    hits = find(opened.names, query, limit=8, day=place.date, view=place.view)
    show_html(words, render("search_results", words, hits=[_hit_facts(opened, words, hit) for hit in hits]))


def stop_html(opened: Opened, words: Catalogue, day: str, view: str) -> Markup:
    """Return what changed on a day, and its acts."""
    acts = [
        opened.cards.event_card(words, event, view) for event in opened.atlas.tables["events"] if event["date"] == day
    ]
    return render("stop", words, day=words.date(day), changes=changes_html(opened, words, day), acts=acts)


def kept_stop(opened: Opened, words: Catalogue, day: str, view: str) -> Markup:
    """Return what changed on a day, and its acts; made once for all readers."""
    return opened.kept((words.language, day, view), lambda: stop_html(opened, words, day, view))


def show_cards(opened: Opened, words: Catalogue, place: Place) -> None:
    """Show what is known of the chosen unit or zone, and of the acts of the day."""
    day, view = place.date, place.view
    card = opened.cards.unit_card(words, place.unit, day, view) if place.unit else Markup()
    if place.zone:
        card = opened.cards.zone_card(words, place.zone, day, view)
    show_html(words, card)
    # Apart from the card, so that choosing a unit does not send and clean the day's acts again.
    show_html(words, kept_stop(opened, words, day, view))


def changes_html(opened: Opened, words: Catalogue, day: str) -> Markup:
    """Return what changed on a day, in words, how sure it is said where it is not certain."""
    return render("changes", words, changes=summary(opened.atlas, day, words))


def show_walk(words: Catalogue, step: int | None, go: Callable[[int | None], None]) -> None:
    """Show a step of the guided walk; its buttons call `go` with the step to go to, None to leave."""
    if step is None:
        st.button(words("walk.start"), key="walk_start", on_click=go, args=(0,))
        return
    show_html(words, render("walk", words, number=step + 1, total=len(WALK), key=WALK[step]["key"]))
    back, onward, stop = st.columns(3)
    back.button(words("walk.back"), key="walk_back", disabled=step == 0, on_click=go, args=(step - 1,))
    last = step == len(WALK) - 1
    onward.button(words("walk.next"), key="walk_next", disabled=last, on_click=go, args=(step + 1,))
    stop.button(words("walk.stop"), key="walk_stop", on_click=go, args=(None,))


def show_tables_page(opened: Opened, words: Catalogue, place: Place) -> None:
    """Show the map's content as tables: units of a day, acts, the republic."""
    days = opened.days
    day_column, view_column, sort_column = st.columns(3)
    here = max((day for day in days if day <= place.date), default=days[0])
    day = day_column.selectbox(
        words("pages.date"), days, index=days.index(here), format_func=words.date, key="table_day"
    )
    view = view_column.selectbox(
        words("map.view"),
        VIEWS,
        index=VIEWS.index(place.view),
        format_func=lambda v: words(f"map.view_{v}"),
        key="table_view",
    )
    sort = sort_column.selectbox(
        words("pages.sort"), pages.SORTS, format_func=lambda name: words(f"pages.sort_{name}"), key="table_sort"
    )
    show_html(words, changes_html(opened, words, day))
    show_html(words, pages.units_table(opened.cards, words, day, view, sort))
    show_html(words, pages.events_table(opened.cards, words, view))


def show_compare_page(opened: Opened, words: Catalogue, place: Place) -> None:
    """Show what differs between two days."""
    days = opened.days
    first_column, second_column, view_column = st.columns(3)
    # A day chosen on the map is compared with a year earlier, where the atlas begins early enough.
    second = str(place.date) if place.date > COMPARED[0] else COMPARED[1]
    year_before = f"{int(second[:4]) - 1}{second[4:]}" if place.date > COMPARED[0] else COMPARED[0]
    first, second = (max((day for day in days if day <= wanted), default=days[0]) for wanted in (year_before, second))
    first = first_column.selectbox(
        words("pages.first_date"), days, index=days.index(first), format_func=words.date, key="compare_first"
    )
    second = second_column.selectbox(
        words("pages.second_date"), days, index=days.index(second), format_func=words.date, key="compare_second"
    )
    view = view_column.selectbox(
        words("map.view"),
        VIEWS,
        index=VIEWS.index(place.view),
        format_func=lambda v: words(f"map.view_{v}"),
        key="compare_view",
    )
    show_html(words, pages.compare_table(opened.atlas, opened.cards, words, first, second, view))


def show_place_page(
    opened: Opened, words: Catalogue, show_map: Callable[[], Session], go: Callable[[Point], None]
) -> None:
    """Show in which uezd, gubernia and authority a place lay, from first to last.

    Parameters
    ----------
    show_map
        Shows the map and returns the session after it has spoken; the point of its place is the place.
    go
        Moves the map's point.
    """
    show_html(words, render("place_intro", words))
    asked, shown = st.columns([1, 2.2], gap="medium")
    with shown:
        point = show_map().place.point
    with asked:
        towns = _show_place_search(opened, words, go)
    if point is None:
        return
    from kazatlas.atlas.ladder import ladder, printable

    # A place is called by its name as long as the point is that town's.
    town = next((hit for hit in towns if point_of(hit.point) == point), None)
    lon, lat = (words.number(degrees, 2) for degrees in point)
    place = town.names[words.language] if town else words("place.degrees", lat=lat, lon=lon)
    rungs = ladder(opened.places, *point)
    for view in VIEWS:
        show_html(words, pages.ladder_table(printable(rungs, view, words), words, view, place))


def _towns(opened: Opened) -> list[Hit]:
    """Return the towns whose name the reader has typed."""
    from kazatlas.atlas.search import find

    query = str(st.session_state.get("place_query") or "")
    hits = find(opened.names, query, limit=12) if query.strip() else []
    return [hit for hit in hits if hit.kind == "town" and hit.point is not None]


def _show_place_search(opened: Opened, words: Catalogue, go: Callable[[Point], None]) -> list[Hit]:
    """Show the ways to name a place; return the towns of the typed name."""

    def take_first() -> None:
        if hits := _towns(opened):
            go(cast(Point, hits[0].point))

    def take_written() -> None:
        written = st.session_state.get("place_lon"), st.session_state.get("place_lat")
        if None not in written:
            go(cast(Point, written))

    query = st.text_input(words("place.town"), key="place_query", max_chars=200, on_change=take_first)
    hits = _towns(opened)
    if len(hits) > 1:
        st.selectbox(
            words("place.which"), hits, format_func=lambda hit: hit.names[words.language], key="place_which",
            on_change=lambda: go(st.session_state.place_which.point),
        )  # fmt: skip
    if query.strip() and not hits:
        show_html(words, render("notice", words, text=words("find.nothing"), is_status=True))
    with st.expander(words("place.point"), expanded=False):
        for key, low, high in (("lon", 40.0, 100.0), ("lat", 30.0, 65.0)):
            st.number_input(
                words(f"place.{key}"), low, high, value=None, step=0.01, format="%.4f", key=f"place_{key}",
                on_change=take_written,
            )  # fmt: skip
    return hits
