"""Parts: the pieces of the page that more than one widget makes up; what they show comes from the other modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import streamlit as st
from anyascii import anyascii

from kazatlas.atlas.fingerprints import Edition, changed, changed_units, edition_of, read_editions
from kazatlas.atlas.ladder import LadderIndex, ladder, printable
from kazatlas.atlas.search import Hit, NameIndex, find
from kazatlas.atlas.selection import END_RULES, EVERYTHING, Choice
from kazatlas.atlas.store import Atlas, stops
from kazatlas.export.formats import FORMATS, download, witness_files
from kazatlas.plate.exercise import exercise
from kazatlas.plate.plate import plate
from kazatlas.plate.print_map import Base, read_base
from kazatlas.record.text_files import read_json
from kazatlas.record.types import VIEWS, View
from kazatlas.text.catalogue import Catalogue, Language
from kazatlas.text.change_sentences import summary
from kazatlas.text.citation_styles import STYLE_NAMES, STYLES, AtlasView, cite_view
from kazatlas.web import html_pages as pages
from kazatlas.web.cards import Cards, place_link
from kazatlas.web.lesson import write_lesson
from kazatlas.web.map import Assets
from kazatlas.web.upload import GuestFileError, drawn, read_guest, rows_as_csv, where_lay

WALK = (
    {"key": "decree", "date": "1920-08-26", "view": "de_jure", "unit": "kirghiz-assr"},
    {"key": "sibrevkom", "date": "1920-08-26", "view": "de_facto", "unit": "semipalatinsk"},
    {"key": "congress", "date": "1920-10-04", "view": "de_jure", "unit": "orenburg-turgay"},
    {"key": "akmola", "date": "1921-01-17", "view": "de_jure", "unit": "akmola"},
    {"key": "semey", "date": "1921-05-01", "view": "de_facto", "unit": "semipalatinsk"},
    {"key": "siberian_line", "date": "1921-06-10", "view": "de_jure", "unit": "omsk-uezd"},
    {"key": "bukey", "date": "1922-05-31", "view": "de_jure", "unit": "bukey"},
    {"key": "salt_lakes", "date": "1922-01-26", "view": "de_jure", "unit": "pavlodar-uezd"},
)
"""The guided walk: the article's story in eight places; its words are `walk.*` in the catalogues."""

COMPARED = ("1920-08-26", "1921-12-31")
"""The days compared where the reader has chosen none: the decree, and the end of the republic's first full year."""


@dataclass
class Opened:
    """What all readers share."""

    atlas: Atlas
    cards: Cards
    assets: Assets
    built: Path
    made: dict[tuple[str, ...], str] = field(default_factory=dict)

    def kept(self, key: tuple[str, ...], make: Callable[[], str]) -> str:
        """Return a part of a page that is the same for every reader; made once."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    @cached_property
    def days(self) -> list[str]:
        """The days of the timeline."""
        return stops(self.atlas)

    @cached_property
    def edition(self) -> Edition:
        """What each unit is in this version of the data."""
        return edition_of(self.atlas)

    @cached_property
    def editions(self) -> dict[str, Edition]:
        """What each unit was in the released versions."""
        return read_editions(self.built.parent / "editions")

    @cached_property
    def base(self) -> Base:
        """The background of plates."""
        return read_base(self.built.parent / "base")

    def lesson(self, language: Language) -> bytes:
        """Return the lesson page in a language."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "lesson.html"
            write_lesson(self.atlas, read_json(self.built / "map.json"), file, language)
            return file.read_bytes()

    @cached_property
    def names(self) -> NameIndex:
        """The index that names are sought in."""
        return NameIndex(self.atlas)

    @cached_property
    def places(self) -> LadderIndex:
        """The index that points are looked up in."""
        return LadderIndex(self.atlas)


def since_version(opened: Opened, words: Catalogue, version: str, unit: str | None) -> str:
    """Return what has changed since the version of the data that a link was made with."""
    now = opened.atlas.tables["data_version"]
    old = opened.editions.get(version)
    if old is None:
        return words("page.other_version", version=now)
    told = words("page.older_version", old=version, version=now)
    if unit is None or unit not in opened.cards.rows:
        number = len(changed_units(old, opened.edition))
        return f"{told} {words('page.since_units', number=words.number(number))}"
    name = words.choice(opened.atlas.tables["units"][unit]["label"])
    aspects = [words(f"page.since_{aspect}") for aspect in changed(old, opened.edition, unit)]
    what = "; ".join(aspects) if aspects else words("page.since_nothing")
    return f"{told} {words('page.since_unit', name=name, what=what)}"


def show_html(words: Catalogue, html: str) -> None:
    """Show a part of the page, in its language."""
    st.html(f'<div class="kz-panel" lang="{words.language}">{html}</div>')


def _hit_link(opened: Opened, words: Catalogue, hit: Hit, place: Mapping[str, Any]) -> str:
    """Return a found name as a link that moves map and date to it, and says when it existed."""
    unit = hit.id if hit.kind == "unit" else None
    if hit.kind == "town" and hit.point is not None:
        rung = ladder(opened.places, *hit.point).at(hit.day, hit.view)
        unit = str(rung.uezd["unit"]) if rung and rung.uezd is not None else None
    name = hit.names[words.language]
    html = place_link(words, name, day=hit.day, view=hit.view, unit=unit)
    told = [escape(words(f"find.{hit.kind}"))]
    if hit.matched.casefold() != name.casefold():
        # A name that only another script has is given in the reader's; the old spelling is itself what is told.
        is_old = hit.use == "period"
        matched = anyascii(hit.matched) if words.language == "en" and not is_old else hit.matched
        if matched.casefold() != name.casefold():
            marked = f'<span lang="ru-petr1708">{escape(matched)}</span>' if is_old else escape(matched)
            told.append(
                marked if hit.use == "name" else escape(words(f"find.{hit.use}", name="@")).replace("@", marked)
            )
    if hit.kind == "unit":
        told += [escape(_span(words, *span)) for span in hit.spans]
    return f'<li>{html} <span class="kz-seen">{"; ".join(told)}</span></li>'


def _span(words: Catalogue, start: str, end: str | None) -> str:
    if end is None:
        return words("find.since", date=words.date(start))
    return words("find.between", start=words.date(start), end=words.date(end))


def show_search(opened: Opened, words: Catalogue, place: Mapping[str, Any]) -> None:
    """Show the search by name; a choice moves map and date."""
    query = st.text_input(words("find.label"), key="query", placeholder=words("find.hint"), max_chars=200)
    if not query.strip():
        return
    hits = find(opened.names, query, limit=8, day=place["date"], view=place["view"])
    items = "".join(_hit_link(opened, words, hit, place) for hit in hits)
    found = f'<ul class="kz-found">{items}</ul>' if items else f"<p>{escape(words('find.nothing'))}</p>"
    show_html(words, f'<div role="status">{found}</div>')


def stop_html(opened: Opened, words: Catalogue, day: str, view: str) -> str:
    """Return what changed on a day, and its acts."""
    events = [event for event in opened.atlas.tables["events"] if event["date"] == day]
    heading = f"<h2>{escape(words('page.at_this_stop'))}: {escape(words.date(day))}</h2>"
    acts = "".join(opened.cards.event_card(words, event, view) for event in events)
    return changes_html(opened, words, day) + heading + acts


def changes_html(opened: Opened, words: Catalogue, day: str) -> str:
    """Return what changed on a day, in words, how sure it is said where it is not certain."""
    items = ""
    for told in summary(opened.atlas, day, words):
        doubt = "" if told.certainty == "certain" else f" ({words('card.certainty_' + told.certainty)})"
        items += f'<li>{escape(told.text)}<span class="kz-seen">{escape(doubt)}</span></li>'
    return f'<h2>{escape(words("page.changes"))}</h2><ul class="kz-changes">{items}</ul>'


def show_downloads(opened: Opened, words: Catalogue, place: Mapping[str, Any]) -> None:
    """Show every file that a reader can take away."""
    day, view = str(place["date"]), str(place["view"])
    show_html(words, f"<h2>{escape(words('page.downloads'))}</h2>")
    st.download_button(
        words("page.download_day"),
        data=lambda: _file(opened, "geojson", Choice(day, cast(View, view), None, END_RULES["half-open"])),
        file_name=f"kazatlas-{day}-{view}.geojson",
        mime="application/geo+json",
        on_click="ignore",
    )
    st.download_button(
        words("page.download_atlas"),
        data=(opened.built / "atlas.geojson").read_bytes,
        file_name="kazatlas.geojson",
        mime="application/geo+json",
        on_click="ignore",
    )
    version = opened.atlas.tables["data_version"]
    licence = f"{escape(words('page.licence', version=version))}<br>{escape(words('page.credit'))}"
    show_html(words, f'<p class="kz-seen">{licence}</p>')


def show_formats(opened: Opened, words: Catalogue, place: Mapping[str, Any]) -> None:
    """Show the choice of format, of what is taken, and of the rule for end dates."""
    day, view = str(place["date"]), str(place["view"])
    form = st.selectbox(words("take.format"), list(FORMATS), format_func=lambda name: words(f"take.{name}"))
    scopes = ["all", "day", *(["unit"] if place.get("unit") else [])]
    scope = st.radio(words("take.scope"), scopes, format_func=lambda name: words(f"take.scope_{name}"), horizontal=True)
    rule = st.selectbox(words("take.rule"), list(END_RULES), format_func=lambda name: words(f"take.rule_{name}"))
    choice = Choice(
        day if scope == "day" else None, cast(View, view) if scope == "day" else None,
        place["unit"] if scope == "unit" else None, END_RULES[rule],
    )  # fmt: skip
    name = download_name(form, choice)
    st.download_button(
        words("take.download"), data=lambda: _file(opened, form, choice), file_name=name, on_click="ignore",
        key="take",
    )  # fmt: skip
    # Apart from the other formats: some of the points are OpenStreetMap's, so the file's licence is another.
    st.download_button(
        words("take.witnesses"), data=lambda: download(witness_files(opened.atlas, EVERYTHING), "witnesses")[1],
        file_name="kazatlas-witnesses.zip", on_click="ignore", key="take-witnesses", help=words("take.witnesses_note"),
    )  # fmt: skip


def show_plates(opened: Opened, words: Catalogue, place: Mapping[str, Any], address: str) -> None:
    """Show the view as a plate for print, the blank map for a lesson, and the lesson page."""
    day, view, level = str(place["date"]), cast(View, place["view"]), cast(Any, place["level"])
    stem = f"kazatlas-{day}-{view}"
    base = opened.base
    buttons: list[tuple[str, str, str, Callable[[], bytes]]] = [
        ("take.plate_png", f"{stem}.png", "image/png",
         lambda: plate(opened.atlas, base, day, view, level, words.language, "png", address or None)),
        ("take.plate_svg", f"{stem}.svg", "image/svg+xml",
         lambda: plate(opened.atlas, base, day, view, level, words.language, "svg", address or None)),
        ("take.exercise", f"{stem}-exercise.png", "image/png",
         lambda: exercise(opened.atlas, base, day, view, words.language, "png", answers=False)),
        ("take.answers", f"{stem}-answers.png", "image/png",
         lambda: exercise(opened.atlas, base, day, view, words.language, "png", answers=True)),
        ("take.lesson", f"kazatlas-{words.language}.html", "text/html", lambda: opened.lesson(words.language)),
    ]  # fmt: skip
    for key, name, mime, data in buttons:
        st.download_button(words(key), data=data, file_name=name, mime=mime, on_click="ignore", key=key)


def show_take_page(opened: Opened, words: Catalogue, place: Mapping[str, Any], address: str) -> None:
    """Show everything that a reader can take away of the view chosen on the map."""
    row = opened.cards.version(place["unit"], place["date"], place["view"]) if place.get("unit") else None
    told = [words.date(place["date"]), words("map.view_" + place["view"])]
    told += [str(row[f"name_{words.language}"])] if row else []
    show_html(words, f"<h2>{escape(words('page.downloads'))}: {escape(' · '.join(told))}</h2>")
    data, print_, cite = st.columns(3, gap="large")
    with data:
        show_html(words, f"<h3>{escape(words('take.more'))}</h3>")
        show_formats(opened, words, place)
    with print_:
        show_html(words, f"<h3>{escape(words('take.plate'))}</h3>")
        show_plates(opened, words, place, address)
    with cite:
        show_html(words, f"<h3>{escape(words('take.cite'))}</h3>")
        show_cite(opened, words, place, address)
    show_points(opened, words, str(place["date"]))
    version = opened.atlas.tables["data_version"]
    licence = f"{escape(words('page.licence', version=version))}<br>{escape(words('page.credit'))}"
    show_html(words, f'<p class="kz-seen">{licence}</p>')


SUFFIXES = {"geojson": ".geojson", "geopackage": ".gpkg", "topojson": ".topojson", "linked-places": ".jsonld"}


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
    return download(FORMATS[form](opened.atlas, choice), "kazatlas")[1]


def show_cite(opened: Opened, words: Catalogue, place: Mapping[str, Any], address: str) -> None:
    """Show how to cite this view, with its address and the version of the data."""
    style = st.radio(words("take.style"), STYLES, format_func=STYLE_NAMES.__getitem__, horizontal=True)
    unit = place.get("unit")
    row = opened.cards.version(unit, place["date"], place["view"]) if unit else None
    title = str(row[f"name_{words.language}"]) if row else words("page.title")
    view = AtlasView(title, place["date"], place["view"], url=address or None)
    st.code(cite_view(opened.atlas.tables, words, view, style), language=None, wrap_lines=True)


def show_walk(words: Catalogue, go: Callable[[int | None], None]) -> None:
    """Show the guided walk's step; its buttons call `go` with the step to go to, None to leave."""
    step = st.session_state.get("walk")
    if step is None:
        st.button(words("walk.start"), key="walk_start", on_click=go, args=(0,))
        return
    key = str(WALK[step]["key"])
    heading = f"{words('walk.step', number=step + 1, total=len(WALK))}: {words(f'walk.{key}')}"
    text = f"<h2>{escape(heading)}</h2><p>{escape(words(f'walk.{key}_text'))}</p>"
    show_html(words, f'<section class="kz-walk">{text}</section>')
    back, onward, stop = st.columns(3)
    back.button(words("walk.back"), key="walk_back", disabled=step == 0, on_click=go, args=(step - 1,))
    last = step == len(WALK) - 1
    onward.button(words("walk.next"), key="walk_next", disabled=last, on_click=go, args=(step + 1,))
    stop.button(words("walk.stop"), key="walk_stop", on_click=go, args=(None,))


def show_tables_page(opened: Opened, words: Catalogue, place: Mapping[str, Any]) -> None:
    """Show the map's content as tables: units of a day, acts, the republic."""
    days = opened.days
    day_column, view_column, sort_column = st.columns(3)
    here = max((day for day in days if day <= place["date"]), default=days[0])
    day = day_column.selectbox(
        words("pages.date"), days, index=days.index(here), format_func=words.date, key="table_day"
    )
    view = view_column.selectbox(
        words("map.view"),
        VIEWS,
        index=VIEWS.index(place["view"]),
        format_func=lambda v: words(f"map.view_{v}"),
        key="table_view",
    )
    sort = sort_column.selectbox(
        words("pages.sort"), pages.SORTS, format_func=lambda name: words(f"pages.sort_{name}"), key="table_sort"
    )
    show_html(words, changes_html(opened, words, day))
    show_html(words, pages.units_table(opened.cards, words, day, view, sort))
    show_html(words, pages.events_table(opened.cards, words, view))


def show_compare_page(opened: Opened, words: Catalogue, place: Mapping[str, Any]) -> None:
    """Show what differs between two days."""
    days = opened.days
    first_column, second_column, view_column = st.columns(3)
    # A day chosen on the map is compared with a year earlier, where the atlas begins early enough.
    second = str(place["date"]) if place["date"] > COMPARED[0] else COMPARED[1]
    year_before = f"{int(second[:4]) - 1}{second[4:]}" if place["date"] > COMPARED[0] else COMPARED[0]
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
        index=VIEWS.index(place["view"]),
        format_func=lambda v: words(f"map.view_{v}"),
        key="compare_view",
    )
    show_html(words, pages.compare_table(opened.atlas, opened.cards, words, first, second, view))


def point_of(value: Any) -> list[float] | None:
    """Return a point as [longitude, latitude] in degrees, or None for what is no point near the atlas."""
    parts = value.split(",") if isinstance(value, str) else value
    try:
        lon, lat = (round(float(part), 4) for part in parts)
    except (TypeError, ValueError, OverflowError):
        return None
    return [lon, lat] if 40 <= lon <= 100 and 30 <= lat <= 65 else None


def show_place_page(
    opened: Opened,
    words: Catalogue,
    show_map: Callable[[], Mapping[str, Any]],
    go: Callable[[tuple[float, float]], None],
) -> None:
    """Show in which uezd, gubernia and authority a place lay, from first to last.

    Parameters
    ----------
    show_map
        Shows the map and returns where it stands; its `point` is the place.
    go
        Moves the map's point.
    """

    def towns() -> list[Hit]:
        query = str(st.session_state.get("place_query") or "")
        hits = find(opened.names, query, limit=12) if query.strip() else []
        return [hit for hit in hits if hit.kind == "town" and hit.point is not None]

    def take_first() -> None:
        if hits := towns():
            go(cast("tuple[float, float]", hits[0].point))

    def take_written() -> None:
        written = st.session_state.get("place_lon"), st.session_state.get("place_lat")
        if None not in written:
            go(cast("tuple[float, float]", written))

    show_html(words, f"<h2>{escape(words('place.title'))}</h2><p>{escape(words('place.intro'))}</p>")
    asked, shown = st.columns([1, 2.2], gap="medium")
    with shown:
        point = show_map()["point"]
    with asked:
        query = st.text_input(words("place.town"), key="place_query", max_chars=200, on_change=take_first)
        hits = towns()
        if len(hits) > 1:
            st.selectbox(
                words("place.which"), hits, format_func=lambda hit: hit.names[words.language], key="place_which",
                on_change=lambda: go(st.session_state.place_which.point),
            )  # fmt: skip
        if query.strip() and not hits:
            show_html(words, f'<p role="status">{escape(words("find.nothing"))}</p>')
        with st.expander(words("place.point"), expanded=False):
            for key, low, high in (("lon", 40.0, 100.0), ("lat", 30.0, 65.0)):
                st.number_input(
                    words(f"place.{key}"), low, high, value=None, step=0.01, format="%.4f", key=f"place_{key}",
                    on_change=take_written,
                )  # fmt: skip
    if point is None:
        return
    # A place is called by its name as long as the point is that town's.
    town = next((hit for hit in hits if point_of(hit.point) == point), None)
    lon, lat = (words.number(degrees, 2) for degrees in point)
    place = town.names[words.language] if town else words("place.degrees", lat=lat, lon=lon)
    found = ladder(opened.places, *point)
    for view in VIEWS:
        show_html(words, pages.ladder_table(printable(found, view, words), words, view, place))


def show_points(opened: Opened, words: Catalogue, day: str) -> None:
    """Take a reader's file of points for this visit and tell where each lay on the day."""
    with st.expander(words("guest.title")):
        show_html(words, f"<p>{escape(words('guest.intro'))}</p>")
        uploaded = st.file_uploader(words("guest.file"), type=["geojson", "json"], key="guest")
        if uploaded is None:
            return
        try:
            guests = read_guest(uploaded.getvalue())
            rows = where_lay(guests, opened.atlas, day, words.language)
        except GuestFileError as error:
            st.error(words(f"guest.{error.code}", **error.values))
            return
        st.session_state.guests = drawn(guests)
        told = [words("guest.done", number=words.number(len(rows)))]
        told += [words("guest.drawn", number=words.number(len(st.session_state.guests)))]
        show_html(words, f'<p role="status">{escape(" ".join(told))}</p>')
        st.download_button(
            words("guest.download"), data=rows_as_csv(rows), file_name=f"kazatlas-points-{day}.csv",
            mime="text/csv", on_click="ignore",
        )  # fmt: skip
