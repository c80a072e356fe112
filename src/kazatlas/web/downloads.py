"""Downloads: everything that a reader can take away, and a reader's own file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from kazatlas.atlas.selection import END_RULES, EVERYTHING, Choice
from kazatlas.text.catalogue import Catalogue
from kazatlas.text.citation_styles import STYLE_NAMES, STYLES, AtlasView, cite_view
from kazatlas.web.opened import Opened
from kazatlas.web.session import Place, with_shapes
from kazatlas.web.templates import render
from kazatlas.web.upload import MAX_NAMED, Upload, UploadError, read_upload, rows_as_csv
from kazatlas.web.widgets import show_html

if TYPE_CHECKING:
    from kazatlas.plate.canvas import Format
    from kazatlas.plate.print_map import Level

SUFFIXES = {"geojson": ".geojson", "geopackage": ".gpkg", "topojson": ".topojson", "linked-places": ".jsonld"}


def show_downloads(opened: Opened, words: Catalogue, place: Place) -> None:
    """Show every file that a reader can take away."""
    day, view = place.date, place.view
    show_html(words, render("heading", words, level=2, text=words("page.downloads")))
    st.download_button(
        words("page.download_day"),
        data=lambda: _file(opened, "geojson", Choice(day, view, None, END_RULES["half-open"])),
        file_name=f"kazatlas-{day}-{view}.geojson",
        mime="application/geo+json",
        on_click="ignore",
    )
    st.download_button(
        words("page.download_atlas"),
        data=lambda: opened.files["atlas.geojson"],
        file_name="kazatlas.geojson",
        mime="application/geo+json",
        on_click="ignore",
    )
    show_html(words, render("licence", words, version=opened.atlas.tables["data_version"]))


def show_take_page(opened: Opened, words: Catalogue, place: Place, address: str) -> None:
    """Show everything that a reader can take away of the view chosen on the map."""
    row = opened.cards.version(place.unit, place.date, place.view) if place.unit else None
    titles = [words.date(place.date), words("map.view_" + place.view)]
    titles += [str(row[f"name_{words.language}"])] if row else []
    show_html(words, render("heading", words, level=2, text=f"{words('page.downloads')}: {' · '.join(titles)}"))
    data, print_, cite = st.columns(3, gap="large")
    with data:
        show_html(words, render("heading", words, level=3, text=words("take.more")))
        show_formats(opened, words, place)
    with print_:
        show_html(words, render("heading", words, level=3, text=words("take.plate")))
        show_plates(opened, words, place, address)
    with cite:
        show_html(words, render("heading", words, level=3, text=words("take.cite")))
        show_cite(opened, words, place, address)
    show_upload(opened, words, place.date)
    show_html(words, render("licence", words, version=opened.atlas.tables["data_version"]))


def show_formats(opened: Opened, words: Catalogue, place: Place) -> None:
    """Show the choice of format, of what is taken, and of the rule for end dates."""
    day, view = place.date, place.view
    from kazatlas.export.formats import FORMATS

    form = st.selectbox(words("take.format"), list(FORMATS), format_func=lambda name: words(f"take.{name}"))
    scopes = ["all", "day", *(["unit"] if place.unit else [])]
    scope = st.radio(words("take.scope"), scopes, format_func=lambda name: words(f"take.scope_{name}"), horizontal=True)
    rule = st.selectbox(words("take.rule"), list(END_RULES), format_func=lambda name: words(f"take.rule_{name}"))
    choice = Choice(
        day if scope == "day" else None, view if scope == "day" else None,
        place.unit if scope == "unit" else None, END_RULES[rule],
    )  # fmt: skip
    name = download_name(form, choice)
    st.download_button(
        words("take.download"), data=lambda: _file(opened, form, choice), file_name=name, on_click="ignore",
        key="take",
    )  # fmt: skip
    # Apart from the other formats: some of the points are OpenStreetMap's, so the file's licence is another.
    st.download_button(
        words("take.witnesses"), data=lambda: _witnesses(opened),
        file_name="kazatlas-witnesses.zip", on_click="ignore", key="take-witnesses", help=words("take.witnesses_note"),
    )  # fmt: skip


def download_name(form: str, choice: Choice) -> str:
    """Return the name of a downloaded file: what, when, in which view."""
    parts = ["kazatlas", choice.unit, choice.day, choice.view]
    # Several files, and the whole in GeoJSON with its lines and places, come as one archive.
    suffix = SUFFIXES.get(form, ".zip")
    if form == "geojson" and choice.day is None and choice.unit is None:
        suffix = ".zip"
    if form == "units" and choice.unit is not None:
        suffix = ".geojson"
    return "-".join(part for part in parts if part) + f"{'' if suffix != '.zip' else '-' + form}{suffix}"


def _file(opened: Opened, form: str, choice: Choice) -> bytes:
    """Return a format's files as one: the file itself, or an archive of several."""
    from kazatlas.export.formats import FORMATS, download

    return download(FORMATS[form](opened.atlas, choice), "kazatlas")[1]


def _witnesses(opened: Opened) -> bytes:
    from kazatlas.export.formats import download, witness_files

    return download(witness_files(opened.atlas, EVERYTHING), "witnesses")[1]


def show_plates(opened: Opened, words: Catalogue, place: Place, address: str) -> None:
    """Show the view as a plate for print, the blank map for a lesson, and the lesson page."""
    day, view, level = place.date, place.view, cast("Level", place.level)
    stem = f"kazatlas-{day}-{view}"

    def map_plate(form: Format) -> bytes:
        from kazatlas.plate.plate import plate

        return plate(opened.atlas, opened.base, day, view, level, words.language, form, address or None)

    def blank_map(answers: bool) -> bytes:
        from kazatlas.plate.exercise import exercise

        return exercise(opened.atlas, opened.base, day, view, words.language, "png", answers=answers)

    buttons: list[tuple[str, str, str, Callable[[], bytes]]] = [
        ("take.plate_png", f"{stem}.png", "image/png", lambda: map_plate("png")),
        ("take.plate_svg", f"{stem}.svg", "image/svg+xml", lambda: map_plate("svg")),
        ("take.exercise", f"{stem}-exercise.png", "image/png", lambda: blank_map(answers=False)),
        ("take.answers", f"{stem}-answers.png", "image/png", lambda: blank_map(answers=True)),
        ("take.lesson", f"kazatlas-{words.language}.html", "text/html", lambda: opened.lesson(words.language)),
    ]  # fmt: skip
    for key, name, mime, data in buttons:
        st.download_button(words(key), data=data, file_name=name, mime=mime, on_click="ignore", key=key)


def show_cite(opened: Opened, words: Catalogue, place: Place, address: str) -> None:
    """Show how to cite this view, with its address and the version of the data."""
    style = st.radio(words("take.style"), STYLES, format_func=STYLE_NAMES.__getitem__, horizontal=True)
    unit = place.unit
    row = opened.cards.version(unit, place.date, place.view) if unit else None
    title = str(row[f"name_{words.language}"]) if row else words("page.title")
    view = AtlasView(title, place.date, place.view, url=address or None)
    st.code(cite_view(opened.atlas.tables, words, view, style), language=None, wrap_lines=True)


def show_upload(opened: Opened, words: Catalogue, day: str) -> None:
    """Take a reader's file of points or areas for this visit and say where each lay on the day."""
    with st.expander(words("upload.title")):
        show_html(words, render("notice", words, text=words("upload.intro"), is_status=False))
        file = st.file_uploader(words("upload.file"), type=["geojson", "json"], key="upload_file")
        if file is None:
            return
        upload = _read(file)
        if isinstance(upload, UploadError):
            st.error(words(f"upload.{upload.code}", **upload.values))
            return
        rows = upload.rows(opened.atlas, opened.stamp, day, words.language)
        st.session_state.session = with_shapes(st.session_state.session, tuple(upload.shapes))
        sentences = [
            words("upload.done", number=words.number(upload.located)),
            words("upload.shown", number=words.number(len(upload.shapes))),
        ]
        if missing := upload.without_place:
            names = ", ".join(missing[:MAX_NAMED]) + (" …" if len(missing) > MAX_NAMED else "")
            sentences.append(words("upload.without_place", number=words.number(len(missing)), names=names))
        show_html(words, render("notice", words, text=" ".join(sentences), is_status=True))
        st.download_button(
            words("upload.download"), data=lambda: rows_as_csv(rows), file_name=f"kazatlas-points-{day}.csv",
            mime="text/csv", on_click="ignore",
        )  # fmt: skip


def _read(file: Any) -> Upload | UploadError:
    """Return what a file says, or why it cannot be used; read once, however often the page is shown."""
    known = st.session_state.get("upload")
    if known is None or known[0] != file.file_id:
        try:
            outcome: Upload | UploadError = Upload(read_upload(file.getvalue()))
        except UploadError as error:
            outcome = error
        known = st.session_state.upload = (file.file_id, outcome)
    return cast("Upload | UploadError", known[1])
