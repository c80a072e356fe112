"""Page: the table of contents of the app, which `app.py` and `kazatlas serve` show."""

from __future__ import annotations

import logging
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from kazatlas.atlas.store import AtlasError
from kazatlas.folders import remedy
from kazatlas.text.catalogue import LANGUAGES, Catalogue, load_catalogue
from kazatlas.web import downloads, head, widgets
from kazatlas.web import html_pages as pages
from kazatlas.web import session as sessions
from kazatlas.web.map import base_map, command_group, import_plugins, static_text
from kazatlas.web.opened import Opened, is_replaced, open_atlas
from kazatlas.web.serve import send_at_once
from kazatlas.web.session import OPENING, OPENING_LANGUAGE, PAGES, Point, Session
from kazatlas.web.templates import as_it_is, render
from kazatlas.web.widgets import show_html

log = logging.getLogger("kazatlas")


# ---- the reader's session: all that is kept between two runs, besides what Streamlit's widgets keep


def kept() -> Session:
    """Return the reader's session."""
    return st.session_state.get("session") or Session(embed=bool(st.context.is_embedded))


def keep(session: Session) -> None:
    """Keep the reader's session for the next run."""
    st.session_state.session = session


def now() -> int:
    """Return the clock, in whole seconds."""
    return int(time.time())


def begin_run(opened: Opened) -> Session:
    """Return the reader's session at the beginning of a run, and have the switches say what it says."""
    state = st.session_state
    language, page = state.get("language"), state.get("page")
    session = sessions.begin_run(
        kept(), st.query_params.to_dict(), opened.contents, language=language, page=page, now=now()
    )
    # Said only where they say something else: a switch that is set does not hear what is pressed meanwhile.
    if language != session.language:
        state.language = session.language
    if page != session.page:
        state.page = session.page
    keep(session)
    return session


def keep_address(opened: Opened) -> None:
    """Make the address say where the reader is."""
    session = kept()
    address = sessions.address_of(session, opened.contents)
    if address != session.address:
        keep(sessions.at_address(session, address))
        st.query_params.from_dict(address)


# ---- the map and what stands beside it; each of these is run alone when only the map has moved


def show_map(opened: Opened) -> Session:
    """Show the map; return the session after the map has spoken."""
    # Not with the page: Streamlit knows only those components that are imported in a reader's run.
    import streamlit_folium

    session = kept()
    report = streamlit_folium.st_folium(
        base_map(opened.assets),
        key="atlas",
        height=640,
        use_container_width=True,
        returned_objects=[],
        render=False,
        feature_group_to_add=command_group(session.command.words() if session.command else {}),
    )
    session = sessions.from_map(session, report, opened.contents)
    keep(session)
    if is_replaced(opened):
        # Another atlas was built: the map and all beside it come from that one, from the next run on.
        st.rerun()
    return session


@st.fragment
def show_atlas(opened: Opened, words: Catalogue) -> None:
    """Show the map and its panel."""
    left, right = st.columns([2.55, 1], gap="medium")
    with left:
        session = show_map(opened)
    with right, st.container(key="panel"):
        place = session.place
        st.html(render("search_head", words, has_intro=not (place.unit or place.zone)))
        widgets.show_search(opened, words, place)
        widgets.show_walk(words, session.step, lambda step: walk_to(step, opened))
        if session.shapes:
            st.button(words("upload.remove"), key="upload_remove", on_click=remove_shapes)
        widgets.show_cards(opened, words, place)
        with st.container(key="downloads"):
            downloads.show_downloads(opened, words, place)
    keep_address(opened)


def walk_to(step: int | None, opened: Opened) -> None:
    """Go to a step of the guided walk, or leave it."""
    keep(sessions.to_step(kept(), step, opened.contents, now()))


def remove_shapes() -> None:
    """Take the reader's own shapes off the map."""
    keep(sessions.without_shapes(kept(), now()))


@st.fragment
def show_embedded(opened: Opened, words: Catalogue) -> None:
    """Show the map alone, for another site's frame."""
    st.html(render("style", words, style=as_it_is(static_text("embedded.css"))))
    show_map(opened)
    keep_address(opened)


@st.fragment
def show_place(opened: Opened, words: Catalogue) -> None:
    """Show in which uezd a point lay; a click on the map or a town's name runs this alone."""

    def go(point: Point) -> None:
        keep(sessions.to_point(kept(), point, now()))

    with st.container(key="reading"):
        widgets.show_place_page(opened, words, lambda: show_map(opened), go)
    keep_address(opened)


# ---- the pages


def show_page(opened: Opened, words: Catalogue, session: Session) -> None:
    """Show one of the pages without a map."""
    cards, place = opened.cards, session.place
    if session.page == "article":
        show_html(words, pages.article_page(cards, words))
    elif session.page == "tables":
        widgets.show_tables_page(opened, words, place)
    elif session.page == "compare":
        widgets.show_compare_page(opened, words, place)
    elif session.page == "take":
        of_map = sessions.address_of(session, opened.contents) | {"page": PAGES[0]}
        downloads.show_take_page(opened, words, place, f"{st.context.url}?{urlencode(of_map)}")
    elif session.page == "quality":
        show_html(words, pages.quality_page(opened.atlas, words))
    elif session.page == "doubts":
        show_html(words, pages.doubts_page(cards, words))
    else:
        parts = (pages.republic_page(cards, words), pages.methods_page(cards, words), pages.sources_table(cards, words))
        show_html(words, Markup().join(parts))
    keep_address(opened)


def show_body(opened: Opened, words: Catalogue, session: Session) -> None:
    """Show the page that the reader has chosen."""
    if session.page == PAGES[0]:
        show_atlas(opened, words)
    elif session.page == "place":
        show_place(opened, words)
    else:
        with st.container(key="reading"):
            show_page(opened, words, session)


def show_trouble(error: AtlasError, geodata: Path, static: Path) -> None:
    """Say why there is no atlas to show, and what helps."""
    words = load_catalogue(sessions.language_of(st.query_params.get("lang")) or OPENING_LANGUAGE)
    st.set_page_config(page_title=words("page.title"), page_icon="🗺️", layout="wide")
    st.error(words(f"page.{error.code}" if error.code in ("missing", "unwritable") else "page.damaged"))
    st.code(str(static) if error.code == "unwritable" else remedy(geodata), language=None)
    log.error("atlas %s: %s", error.code, error)


@cache
def _quick_connections() -> None:
    """Have the server's connections send at once; it listens by the time of the first run."""
    send_at_once()


def main(geodata: Path, static: Path) -> None:
    """Lay out the page.

    Parameters
    ----------
    geodata
        The folder whose built atlas is shown.
    static
        Streamlit's static folder beside the main script, where the page's files are put.
    """
    _quick_connections()
    sheets = as_it_is(static_text("layout.css") + static_text("page.css"))
    st.html(render("style", load_catalogue(OPENING_LANGUAGE), style=sheets))
    try:
        opened = open_atlas(geodata, static)
    except AtlasError as error:
        show_trouble(error, geodata, static)
        return
    session = begin_run(opened)
    words = load_catalogue(session.language)
    st.set_page_config(f"{words(f'pages.{session.page}')} – {words('page.title')}", page_icon="🗺️", layout="wide")
    if session.embed:
        show_embedded(opened, words)
        return
    # What is sent first stands in the browser first, and the map has the longest way to go: the switches come after it.
    with st.container(key="head"):
        title, language = st.columns([4, 1.4], vertical_alignment="top")
        switches = st.container()
    body = st.container()
    with title:
        head.show_title(opened, words, over_map=session.page == PAGES[0])
    with body:
        show_body(opened, words, session)
    with language:
        head.show_language_switch(words)
    with switches:
        head.show_pages_switch(words)
        for fault in session.faults:
            st.warning(widgets.fault_sentence(opened, words, fault))


# ---- before the first reader


def prepare(geodata: Path, static: Path) -> None:
    """Make ready what the first reader would else wait for."""
    try:
        opened = open_atlas(geodata, static)
    except AtlasError:
        # Said to whoever opens the page.
        return
    for language in LANGUAGES:
        widgets.kept_stop(opened, load_catalogue(language), OPENING.date, OPENING.view)
    import_plugins()
