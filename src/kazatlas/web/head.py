"""Head: the title of the page, the switches of its language and its pages, and the script that it brings."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from kazatlas.text.catalogue import LANGUAGES, OWN_NAMES, Catalogue, load_catalogue
from kazatlas.text.citation_styles import STYLE_NAMES
from kazatlas.web.map import Assets, dump_script, static_text
from kazatlas.web.opened import Opened
from kazatlas.web.session import PAGES
from kazatlas.web.templates import as_it_is, render


def page_script(words: Catalogue, assets: Assets) -> Markup:
    """Return the script that gives the page its language, and says Streamlit's own words in it."""
    limit = st.get_option("server.maxUploadSize")
    keys = {
        "Upload": "upload", f"{limit}MB per file": "limit", "Press Enter to apply": "apply", "Decrement": "less",
        "Increment": "more", "Open": "open", "Choose an option": "choose", "No results": "none",
        "Drag and drop file here": "drop", "Skip to main content": "skip", "Clear value": "clear",
        "file upload": "upload",
    }  # fmt: skip
    rows: list[dict[str, str]] = []
    for text, key in keys.items():
        numbers = {"mb": limit} if key == "limit" else {}
        ours = {language: load_catalogue(language)(f"widget.{key}", **numbers) for language in LANGUAGES}
        rows.append({"streamlit": text} | ours)
    values = {
        "lang": words.language, "frame": words("page.map_frame"), "words": rows, "failed": words("card.cite_failed"),
        "copy": words("card.copy"), "copied": words("card.copied"), "not_copied": words("card.not_copied"),
        "copies": f"app/static/{assets.copies}", "styles": list(STYLE_NAMES.values()),
        "ahead": [f"app/static/{name}" for name in (assets.script, assets.data)],
    }  # fmt: skip
    return as_it_is(f"window.KAZATLAS_PAGE = {dump_script(values)};\n{static_text('page.js')}")


def show_title(opened: Opened, words: Catalogue, *, over_map: bool) -> None:
    """Show what the page is; over the map, a way past it for the keyboard."""
    html = render("title", words, over_map=over_map, script=page_script(words, opened.assets))
    st.html(html, unsafe_allow_javascript=True)


def show_language_switch(words: Catalogue) -> None:
    """Show the switch of the page's language."""
    st.radio(
        words("page.language"), LANGUAGES, key="language", format_func=OWN_NAMES.__getitem__, horizontal=True,
        label_visibility="collapsed",
    )  # fmt: skip


def show_pages_switch(words: Catalogue) -> None:
    """Show the switch between the pages."""
    st.radio(
        words("page.pages"), PAGES, key="page", format_func=lambda name: words(f"pages.{name}"), horizontal=True,
        label_visibility="collapsed",
    )  # fmt: skip
