"""Page: the atlas's widgets and how they hang together; `app.py` and `kazatlas serve` show it."""

from __future__ import annotations

import gc
import logging
import re
import time
from importlib import resources
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import streamlit as st
import streamlit_folium
from markupsafe import Markup

from kazatlas.atlas.store import AtlasError, load_atlas
from kazatlas.folders import remedy
from kazatlas.record.types import VIEWS
from kazatlas.text.catalogue import LANGUAGES, OWN_NAMES, Catalogue, load_catalogue
from kazatlas.text.citation_styles import STYLE_NAMES, copies
from kazatlas.web import html_pages as pages
from kazatlas.web import widgets as parts
from kazatlas.web.cards import Cards
from kazatlas.web.map import OPENING, Assets, base_map, command_group, dump_script, witness_data, write_assets
from kazatlas.web.serve import send_at_once
from kazatlas.web.templates import as_it_is, render
from kazatlas.web.widgets import Opened, show_html

log = logging.getLogger("kazatlas")

# How long a browser takes to open the map's frame, in round numbers.
MAP_LOADS_S = 0.3

PAGES = ("map", "article", "tables", "compare", "place", "take", "quality", "doubts", "about")

PAGE_STYLE = """
:root { --kz-serif: "Iowan Old Style", "Palatino Linotype", "PT Serif", "Noto Serif", serif; }
.stApp { --kz-accent: #8a3b22; --kz-rule: #d9d1c0; }
@media (prefers-color-scheme: dark) { .stApp { --kz-accent: #e39a7c; --kz-rule: #3b3a38; } }
[data-testid="stHeader"] { display: none; }
[data-testid="stMainBlockContainer"] { padding: 0.9rem 1.5rem 1rem; max-width: none; }
[data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"] { gap: 0.6rem; }
iframe[title="streamlit_folium.st_folium"] { height: calc(100dvh - 11.5rem) !important; min-height: 30rem; }
.st-key-head { min-height: 8.5rem; }
.st-key-language { align-self: flex-end; width: auto !important; }
@media (min-width: 900px) {
  .st-key-panel { height: calc(100dvh - 11.5rem) !important; flex: none !important; }
  .st-key-panel { overflow-y: auto; padding: 0 0.6rem 1rem 0.2rem; }
}
.st-key-reading iframe[title="streamlit_folium.st_folium"] { height: 34rem !important; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 0.5rem 0.7rem 2rem; }
  [data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"],
  [data-testid="stMainBlockContainer"] [data-testid="stHorizontalBlock"] { gap: 0.4rem; }
  .kz-wide { display: none; }
  .stApp .kz-title h1 { font-size: 1.3rem; }
  .stApp .kz-title p.kz-subtitle { font-size: 0.74rem; line-height: 1.2; }
  .stApp .st-key-language { align-self: flex-start; }
  .st-key-head { min-height: 12.7rem; }
  .stApp .st-key-page [role="radiogroup"] { gap: 0 0.9rem; font-size: 0.88rem; }
  iframe[title="streamlit_folium.st_folium"] { height: calc(100dvh - 12.4rem) !important; min-height: 33.5rem; }
}
"""


EMBEDDED_STYLE = """
[data-testid="stMainBlockContainer"] { padding: 0; }
iframe[title="streamlit_folium.st_folium"] { height: 100dvh !important; min-height: 20rem; }
"""


@st.cache_resource(show_spinner=False)
def open_atlas(geodata: str, static: str) -> Opened:
    """Read the atlas once for the server's life."""
    built = Path(geodata) / "built"
    atlas = load_atlas(built)
    told = copies(atlas.tables, atlas.versions[["citations", "name_citations"]].to_dict("records"))
    assets = write_assets(Path(static), built, told, witness_data(atlas))
    opened = Opened(atlas, Cards(atlas, with_copies=True), assets, built)
    # Read now, so that a fault of the background is told at the start and not when somebody wants a plate.
    _ = opened.base
    send_at_once()
    # The collector would walk the atlas at each event of each reader: half of the server's time.
    gc.collect()
    gc.freeze()
    return opened


def place_of(values: dict[str, Any], opened: Opened) -> dict[str, Any]:
    """Return where the map stands, from what a browser or an address says; what is not understood is left out."""
    place: dict[str, Any] = {key: OPENING[key] for key in ("date", "view", "level", "unit", "zone", "compare", "point")}
    coverage = opened.atlas.tables["coverage"]
    date = values.get("date")
    if isinstance(date, str) and coverage[0] <= date < coverage[1]:
        place["date"] = max((day for day in opened.days if day <= date), default=opened.days[0])
    if values.get("view") in list(VIEWS):
        place["view"] = values["view"]
    if str(values.get("level")) in ("1", "2"):
        place["level"] = int(values["level"])
    if isinstance(values.get("unit"), str) and values["unit"] in opened.cards.rows:
        place["unit"] = values["unit"]
    if values.get("zone") in list(opened.atlas.tables["zones"]):
        place["zone"], place["unit"] = values["zone"], None
    place["point"] = parts.point_of(values.get("point"))
    if values.get("compare") in opened.days:
        place["compare"] = values["compare"]
    return place


def faults_of(values: dict[str, Any], opened: Opened, words: Catalogue) -> list[str]:
    """Return what an address asked for that the atlas cannot show, a sentence each."""
    told = []
    first, last = opened.days[0], "1922-12-31"
    if (day := values.get("date")) and not (re.fullmatch(r"\d{4}-\d\d-\d\d", day) and first <= day <= last):
        told.append(words("page.bad_date", first=words.date(first), last=words.date(last)))
    if (unit := values.get("unit")) and unit not in opened.cards.rows:
        told.append(words("page.bad_unit"))
    if (point := values.get("point")) and parts.point_of(point) is None:
        told.append(words("page.bad_point"))
    if (view := values.get("view")) and view not in VIEWS:
        told.append(words("page.bad_view"))
    if (version := values.get("v")) and version != opened.atlas.tables["data_version"]:
        told.append(parts.since_version(opened, words, version, unit))
    return told


def address_of(place: dict[str, Any], language: str, opened: Opened) -> dict[str, str]:
    """Return the page's address for a place: what a copied link must say."""
    page = st.session_state.get("page")
    address = {"lang": language} | {key: str(value) for key, value in place.items() if value is not None}
    if page in PAGES[1:]:
        address["page"] = page
    # A point is of its own page alone.
    if address.pop("point", None) and page == "place":
        address["point"] = ",".join(map(str, place["point"]))
    return address | {"v": opened.atlas.tables["data_version"]}


def send(place: dict[str, Any]) -> None:
    """Move the map to a place at the next run."""
    state = st.session_state
    # From the clock, so that a map which has outlived the server that it knew obeys the new one.
    state.serial = max(state.get("serial", 0) + 1, int(time.time()))
    state.place = place
    state.command = {"serial": state.serial, "lang": state.language, **place, "embed": bool(st.context.is_embedded)}
    state.command |= {"guests": state.get("guests", []), "pick": state.get("page") == "place"}


def follow_address(opened: Opened) -> None:
    """Obey the address when the reader came by a link, or went back to an earlier one."""
    state = st.session_state
    query = st.query_params.to_dict()
    if state.get("page", PAGES[0]) not in PAGES:
        # So quick is a browser also with the page's name: it still has it in the language before.
        state.page = state.get("shown", PAGES)[0]
    # A browser that is quicker than the answer still sends an older address: what the reader has just pressed counts.
    pressed = "shown" in state and (state.get("page", PAGES[0]), state.language) != state.shown
    if "serial" in state and (pressed or query == state.get("address")):
        return
    if query.get("lang") in LANGUAGES:
        state.language = query["lang"]
    elif "language" not in state:
        state.language = OPENING["lang"]
    if query.get("page") in PAGES:
        state.page = query["page"]
    state.address = query
    state.faults = faults_of(query, opened, load_catalogue(state.language))
    send(place_of(query, opened))
    state.command["show"] = bool(query.get("unit") or query.get("zone"))


def page_script(words: Catalogue, assets: Assets) -> Markup:
    """Return the script that tells the page's language, and says Streamlit's own words in it."""
    limit = st.get_option("server.maxUploadSize")
    own = {
        "Upload": "own.upload", f"{limit}MB per file": "own.limit", "Press Enter to apply": "own.apply",
        "Decrement": "own.less", "Increment": "own.more", "Open": "own.open", "Choose an option": "own.choose",
        "No results": "own.none", "Drag and drop file here": "own.drop", "Skip to main content": "own.skip",
        "Clear value": "own.clear", "file upload": "own.upload",
    }  # fmt: skip
    rows: list[dict[str, str]] = []
    for theirs, key in own.items():
        values = {"mb": limit} if key == "own.limit" else {}
        rows.append({"own": theirs} | {language: load_catalogue(language)(key, **values) for language in LANGUAGES})
    told = {
        "lang": words.language, "frame": words("page.map_frame"), "words": rows, "failed": words("card.cite_failed"),
        "copy": words("card.copy"), "copied": words("card.copied"), "not_copied": words("card.not_copied"),
        "copies": f"app/static/{assets.copies}", "styles": list(STYLE_NAMES.values()),
        "ahead": [f"app/static/{name}" for name in (assets.script, assets.data)],
    }  # fmt: skip
    script = (resources.files("kazatlas") / "static" / "page.js").read_text("utf-8")
    return as_it_is(f"window.KAZATLAS_PAGE = {dump_script(told)};\n{script}")


def show_title(opened: Opened, words: Catalogue, *, over_map: bool) -> None:
    """Show what the page is; over the map, a way past it for the keyboard."""
    html = render("title", words, over_map=over_map, script=page_script(words, opened.assets))
    st.html(html, unsafe_allow_javascript=True)


def show_language_switch(words: Catalogue) -> None:
    """Show the switch of the page's language."""
    st.radio(
        words("page.language"),
        LANGUAGES,
        key="language",
        format_func=OWN_NAMES.__getitem__,
        horizontal=True,
        label_visibility="collapsed",
        on_change=lambda: send(st.session_state.place),
    )


def show_map(opened: Opened) -> dict[str, Any]:
    """Show the map and return where it stands."""
    state = st.session_state
    value = streamlit_folium.st_folium(
        base_map(opened.assets),
        key="atlas",
        height=640,
        use_container_width=True,
        returned_objects=[],
        render=False,
        feature_group_to_add=command_group(state.command),
    )
    # The map has the last word, unless it has not yet heard ours.
    if isinstance(value, dict) and value.get("serial") == state.serial:
        state.place = place_of(value, opened)
    return cast(dict[str, Any], state.place)


def show_panel(opened: Opened, words: Catalogue, place: dict[str, Any]) -> None:
    """Show what is known of the chosen unit and of the acts of the day, and what can be taken away."""
    day, view, unit, zone = place["date"], place["view"], place["unit"], place["zone"]
    cards = opened.cards
    card = cards.unit_card(words, unit, day, view) if unit else Markup()
    if zone:
        card = cards.zone_card(words, zone, day, view)
    show_html(words, card)
    # Apart from the card, so that choosing a unit does not send and clean the day's acts again.
    acts = opened.kept((words.language, day, view), lambda: parts.stop_html(opened, words, day, view))
    show_html(words, acts)
    with st.container(key="downloads"):
        parts.show_downloads(opened, words, place)


def walk_to(step: int | None, opened: Opened) -> None:
    """Go to a step of the guided walk, or leave it."""
    st.session_state.walk = step
    if step is not None:
        send(place_of(dict(parts.WALK[step]), opened))
        st.session_state.command["show"] = True


def forget_guests() -> None:
    """Take the reader's own points off the map."""
    st.session_state.guests = []
    send(st.session_state.place)


def let_map_load() -> None:
    """Hold back what stands beside the map, once for each reader, until the map's frame has what it asks for.

    Both are drawn by the same thread of a browser: sent together, the cards are drawn first.
    """
    if not st.session_state.get("map_sent"):
        st.session_state.map_sent = True
        time.sleep(MAP_LOADS_S)


@st.fragment
def show_atlas(opened: Opened, words: Catalogue) -> None:
    """Show the map and its panel; a step of the map runs this alone."""
    left, right = st.columns([2.55, 1], gap="medium")
    with left:
        place = show_map(opened)
    let_map_load()
    with right, st.container(key="panel"):
        st.html(render("search_head", words, has_intro=not (place["unit"] or place["zone"])))
        parts.show_search(opened, words, place)
        parts.show_walk(words, lambda step: walk_to(step, opened))
        if st.session_state.get("guests"):
            st.button(words("guest.remove"), key="guest_remove", on_click=forget_guests)
        show_panel(opened, words, place)
    keep_address(opened, words, place)


@st.fragment
def show_embedded(opened: Opened, words: Catalogue) -> None:
    """Show the map alone, for another site's frame, with whose it is."""
    st.html(render("style", words, style=as_it_is(EMBEDDED_STYLE)))
    place = show_map(opened)
    keep_address(opened, words, place)


@st.fragment
def show_place(opened: Opened, words: Catalogue) -> None:
    """Show in which uezd a point lay; a click on the map or a town's name runs this alone."""

    def go(point: tuple[float, float]) -> None:
        send(st.session_state.place | {"point": parts.point_of(point)})

    with st.container(key="reading"):
        parts.show_place_page(opened, words, lambda: show_map(opened), go)
    keep_address(opened, words, st.session_state.place)


def keep_address(opened: Opened, words: Catalogue, place: dict[str, Any]) -> None:
    """Make the address say where the reader is."""
    address = address_of(place, words.language, opened)
    if address != st.session_state.get("address"):
        st.session_state.address = address
        st.query_params.from_dict(address)


def show_page(name: str, opened: Opened, words: Catalogue, place: dict[str, Any]) -> None:
    """Show one of the pages beside the map."""
    cards, atlas = opened.cards, opened.atlas
    if name == "article":
        show_html(words, pages.article_page(cards, words))
    elif name == "tables":
        parts.show_tables_page(opened, words, place)
    elif name == "compare":
        parts.show_compare_page(opened, words, place)
    elif name == "take":
        address = f"{st.context.url}?{urlencode(address_of(place, words.language, opened) | {'page': PAGES[0]})}"
        parts.show_take_page(opened, words, place, address)
    elif name == "quality":
        show_html(words, pages.quality_page(atlas, words))
    elif name == "doubts":
        show_html(words, pages.doubts_page(cards, words))
    else:
        told = pages.republic_page(cards, words) + pages.methods_page(cards, words) + pages.sources_table(cards, words)
        show_html(words, told)
    keep_address(opened, words, place)


def show_pages_switch(words: Catalogue) -> None:
    """Show the switch between the pages."""
    st.radio(
        words("page.pages"), PAGES, key="page", format_func=lambda name: words(f"pages.{name}"), horizontal=True,
        label_visibility="collapsed",
    )  # fmt: skip


def main(geodata: Path, static: Path) -> None:
    """Lay out the page.

    Parameters
    ----------
    geodata
        The folder whose built atlas is shown.
    static
        Streamlit's static folder beside the main script, where the page's files are put.
    """
    sheet = (resources.files("kazatlas") / "static" / "page.css").read_text("utf-8")
    st.html(render("style", load_catalogue(OPENING["lang"]), style=as_it_is(PAGE_STYLE + sheet)))
    try:
        opened = open_atlas(str(geodata), str(static))
    except AtlasError as error:
        words = load_catalogue(OPENING["lang"])
        st.set_page_config(page_title=words("page.title"), page_icon="🗺️", layout="wide")
        st.error(words("page.missing" if error.code == "missing" else "page.damaged"))
        st.code(remedy(geodata), language=None)
        log.error("atlas %s: %s", error.code, error)
        return
    follow_address(opened)
    words = load_catalogue(st.session_state.language)
    here = st.session_state.get("page", PAGES[0])
    if "shown" in st.session_state and st.session_state.shown[0] != here:
        # A map that comes back must be told where it stood, and of the points that a reader has brought.
        send(st.session_state.place)
    st.session_state.shown = (here, words.language)
    st.set_page_config(f"{words(f'pages.{here}')} – {words('page.title')}", page_icon="🗺️", layout="wide")
    if st.context.is_embedded:
        show_embedded(opened, words)
        return
    # What is told first stands in the browser first, and the map has the longest way to go: the switches come after it.
    with st.container(key="head"):
        title, language = st.columns([4, 1.4], vertical_alignment="top")
        switches = st.container()
    body = st.container()
    with title:
        show_title(opened, words, over_map=here == PAGES[0])
    with body:
        if here == PAGES[0]:
            show_atlas(opened, words)
        elif here == "place":
            show_place(opened, words)
        else:
            with st.container(key="reading"):
                show_page(here, opened, words, st.session_state.place)
    with language:
        show_language_switch(words)
    with switches:
        show_pages_switch(words)
        for fault in st.session_state.get("faults", []):
            st.warning(fault)
