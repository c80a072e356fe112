"""Cards: what is known of a unit or an event, as escaped HTML made from values."""

from __future__ import annotations

import contextlib
import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from kazatlas.atlas.lineage import Relation, family, timeline_of
from kazatlas.atlas.store import Atlas, stops
from kazatlas.record.evidence import OWN_SOURCES
from kazatlas.record.types import REPUBLIC, VIEWS, View
from kazatlas.text.catalogue import Catalogue

Row = Mapping[str, Any]

EVIDENCE_ORDER = ("certain", "less-certain", "uncertain")
BASIS_ORDER = ("legal-text", "reported-act", "period-map", "later-map", "river", "modern-boundary", "conjecture")

ACT_LABELS = {"from": "card.from", "to": "card.to", "extent": "card.extent"}

KEPT = 256
"""So many cards are kept made; a reader goes back and forth between a few."""


@dataclass(frozen=True)
class Border:
    """A length of a unit's border that stands on one kind of evidence."""

    basis: str
    certainty: str
    km: float


@dataclass(frozen=True)
class Drawn:
    """A length of a unit's border that was drawn in one way, on one kind of evidence."""

    method: str
    basis: str
    certainty: str
    accuracy_km: float
    km: float


def _is_given(value: Any) -> bool:
    # A missing cell of a table is None or NaN, the only float that a text column holds.
    return value is not None and value != "" and not (isinstance(value, float) and math.isnan(value))


def _is_about(reading: Mapping[str, Any], unit: str) -> bool:
    return unit in reading["units"] or not reading["units"]


class Cards:
    """The cards of one atlas, with what they look up in it.

    Parameters
    ----------
    with_copies
        Whether each citation opens into its bibliographic styles, to be copied. The card holds only a
        mark; what stands there comes from `copies` and is put in by the page, because written into
        the card it would make that three times as long.
    """

    def __init__(self, atlas: Atlas, *, with_copies: bool = False) -> None:
        self.atlas = atlas
        self.with_copies = with_copies
        self.tables = atlas.tables
        self.events = {event["id"]: event for event in atlas.tables["events"]}
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.land: set[str] = set()
        # What the cards never ask for is left out: geometry is heavy, and missing cells are NaN.
        for cells in atlas.versions.drop(columns="geometry").to_dict("records"):
            row = {key: value for key, value in cells.items() if _is_given(value)}
            self.rows[row["unit"]].append(row)
            self.land.update(row.get("faces") or ())
        for rows in self.rows.values():
            rows.sort(key=lambda row: row["valid_from"])
        self.edges = atlas.borders.drop(columns="geometry").to_dict("records")
        self.known_faces: dict[str, frozenset[str]] = {}
        self.known_borders: dict[frozenset[str], tuple[list[Border], float]] = {}
        self.known_drawn: dict[frozenset[str], list[Drawn]] = {}
        self.known_parts: dict[tuple[str, str, str], str] = {}
        self.known_sources: dict[tuple[str, str], str] = {}

    @cached_property
    def stops(self) -> list[str]:
        """The days of the timeline."""
        return stops(self.atlas)

    # ---- asking the atlas

    def version(self, unit: str, day: str, view: str) -> Row | None:
        """Return the version of a unit in force on a day in a view, if there is one."""
        for row in self._rows_in(unit, view):
            if row["valid_from"] <= day < row.get("valid_to", "9999"):
                return row
        return None

    def _rows_in(self, unit: str, view: str) -> list[Row]:
        return [row for row in self.rows.get(unit, []) if row["view"] in (view, "both")]

    def faces_of(self, row: Row) -> frozenset[str]:
        """Return the faces that a version holds, by itself and through the units that belong to it."""
        if row["id"] not in self.known_faces:
            view = "de_jure" if row["view"] == "both" else row["view"]
            holder = "parent" if view == "de_jure" else "administered_by"
            below = [
                self.faces_of(other)
                for rows in self.rows.values()
                for other in rows
                if other.get(holder) == row["unit"]
                and other["level"] == row["level"] + 1
                and other["view"] in (view, "both")
                and other["valid_from"] <= row["valid_from"] < other.get("valid_to", "9999")
            ]
            self.known_faces[row["id"]] = frozenset(row.get("faces") or ()).union(*below)
        return self.known_faces[row["id"]]

    def border(self, row: Row) -> tuple[list[Border], float]:
        """Return a version's border by evidence, and how much of its outline is shore, in km."""
        faces = self.faces_of(row)
        if faces not in self.known_borders:
            lengths: dict[tuple[str, str], float] = defaultdict(float)
            shore = 0.0
            for edge in self.edges:
                sides = (edge["left"], edge["right"])
                if (sides[0] in faces) == (sides[1] in faces):
                    continue
                other = sides[1] if sides[0] in faces else sides[0]
                if _is_given(other) and other not in self.land:
                    shore += edge["length_km"]
                else:
                    lengths[edge["basis"], edge["certainty"]] += edge["length_km"]
            ordered = sorted(
                lengths.items(), key=lambda item: (EVIDENCE_ORDER.index(item[0][1]), BASIS_ORDER.index(item[0][0]))
            )
            self.known_borders[faces] = ([Border(*key, km) for key, km in ordered], shore)
        return self.known_borders[faces]

    def drawn(self, row: Row) -> list[Drawn]:
        """Return how a version's outline was drawn, most of it first; shores are lines like the others."""
        faces = self.faces_of(row)
        if faces not in self.known_drawn:
            lengths: dict[tuple[str, str, str, float], float] = defaultdict(float)
            for edge in self.edges:
                if (edge["left"] in faces) != (edge["right"] in faces):
                    key = (edge["method"], edge["basis"], edge["certainty"], float(edge["accuracy_km"]))
                    lengths[key] += edge["length_km"]
            found = [Drawn(*key, km) for key, km in lengths.items()]
            self.known_drawn[faces] = sorted(found, key=lambda drawn: (-drawn.km, drawn.method))
        return self.known_drawn[faces]

    def name_citations(self, row: Row) -> list[Mapping[str, Any]]:
        """Return what is cited for a version's name: by it, or by another version of the same name."""
        found: list[Mapping[str, Any]] = []
        for other in self.rows[row["unit"]]:
            if all(other[f"name_{language}"] == row[f"name_{language}"] for language in ("kk", "ru")):
                found += [cited for cited in other.get("name_citations") or () if cited not in found]
        return found

    def acts_of(self, row: Row, view: str) -> dict[str, list[Mapping[str, Any]]]:
        """Return the acts that a version's dates rest on.

        Returns
        -------
        `from` and `to`, what began and ended the unit's standing; `extent`, what else began and
        ended this version of it.
        """
        first, last = self.span(row, view)
        ids = {"from": [first["start_event"]], "to": [last.get("end_event")]}
        ids["extent"] = [
            id_
            for id_ in dict.fromkeys((row["start_event"], row.get("end_event")))
            if id_ not in (first["start_event"], last.get("end_event"))
        ]
        # The record's own opening began nothing.
        opening = self.tables["coverage"][0]
        return {
            key: [self.events[id_] for id_ in these if id_ in self.events and self.events[id_]["date"] > opening]
            for key, these in ids.items()
        }

    def alternatives_of(self, unit: str, event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the other dates and readings of an event that are about a unit, or about none in particular."""
        return [other for other in event.get("alternatives") or [] if _is_about(other, unit)]

    def conflicts_of(self, unit: str, event: Mapping[str, Any]) -> list[str]:
        """Return the conflicts of an event that are about a unit, or about none in particular."""
        conflicts = self.tables["conflicts"]
        return [id_ for id_ in event.get("conflict") or [] if id_ in conflicts and _is_about(conflicts[id_], unit)]

    def span(self, row: Row, view: str) -> tuple[Row, Row]:
        """Return the first and last of the versions, one after another, in which the unit's standing is the same."""
        rows = self._rows_in(row["unit"], view)
        place = rows.index(row)

        def continues(earlier: Row, later: Row) -> bool:
            same = ("type", "name_en", "level", "parent", "administered_by")
            return earlier.get("valid_to") == later["valid_from"] and all(
                earlier.get(key) == later.get(key) for key in same
            )

        start = end = place
        while start and continues(rows[start - 1], rows[start]):
            start -= 1
        while end + 1 < len(rows) and continues(rows[end], rows[end + 1]):
            end += 1
        return rows[start], rows[end]

    def heirs(self, row: Row, day: str, view: str) -> list[Row]:
        """Return the units on whose land, on a day, the land of a version lies; most of it first."""
        if row["border"] == "not-recovered":
            holder = self.version(row.get("drawn_within", ""), day, view)
            return [holder] if holder else []
        now = [self.version(unit, day, view) for unit in self.rows if unit != row["unit"]]
        holders: dict[str, Row] = {}
        for other in sorted((other for other in now if other), key=lambda other: int(other["level"])):
            # A uezd's land goes to uezds where there are any, else to what they belong to.
            if 0 < other["level"] <= max(row["level"], 1):
                holders.update(dict.fromkeys(self.faces_of(other), other))
        counts = Counter(holders[face]["id"] for face in self.faces_of(row) if face in holders)
        by_id = {other["id"]: other for other in holders.values()}
        return [by_id[id_] for id_, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]

    # ---- pieces of HTML

    def link(self, words: Catalogue, unit: str, day: str, view: str) -> str:
        """Return a unit's name on a day as a link that chooses it, on the day that the map shows."""
        row = self.version(unit, day, view)
        if row is None:
            rows = self.rows.get(unit)
            return escape(words.choice(self.tables["units"][unit]["label"]) if rows else unit)
        return place_link(words, _name(row, words), day=day, view=view, unit=unit, moves=False)

    def day_link(self, words: Catalogue, day: str, view: str, precision: str = "day", unit: str | None = None) -> str:
        """Return a day in words as a link that moves the map to it."""
        return place_link(words, words.date(day, precision), day=day, view=view, unit=unit)

    def title(self, words: Catalogue, id_: str) -> str:
        """Return what a source is called: its own title, or our words for what has none."""
        title = str(self.tables["sources"][id_]["title"])
        return words("card.source_" + id_) if id_ in OWN_SOURCES else words.said(title) or title

    def called(self, words: Catalogue, id_: str) -> str:
        """Return a source's title, marked with its language where that is not the page's."""
        title = str(self.tables["sources"][id_]["title"])
        if id_ in OWN_SOURCES or words.said(title):
            return escape(self.title(words, id_))
        mark = _tongue(words, str(self.tables["sources"][id_].get("language") or ""))
        return f"<cite{mark}>{escape(title)}</cite>"

    def source(self, words: Catalogue, id_: str) -> str:
        """Return a source as one line: authors, title, where, year, how it was seen."""
        if (words.language, id_) not in self.known_sources:
            self.known_sources[words.language, id_] = self._source(words, id_)
        return self.known_sources[words.language, id_]

    def _source(self, words: Catalogue, id_: str) -> str:
        source = self.tables["sources"][id_]
        if id_ in OWN_SOURCES:
            # Not a document but our own word for where a statement comes from, so said in the page's language.
            return f"<cite>{escape(words('card.source_' + id_))}</cite>"
        own = words.said(str(source["title"]))
        language = "" if own else str(source.get("language") or "")
        authors = ", ".join(
            " ".join(str(author[part]) for part in ("family", "given", "literal") if part in author)
            for author in source.get("author", [])
        )
        title = escape(own or str(source["title"]))
        if (address := str(source.get("URL", ""))) and urlsplit(address).scheme in ("http", "https"):
            title = f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{title}</a>'
        issued = source.get("issued")
        if isinstance(issued, Mapping):
            parts = issued.get("date-parts", [[""]])
            issued = issued.get("literal") or issued.get("raw") or _issued(words, parts[0])
        pieces = [escape(authors), f"<cite{_tongue(words, language)}>{title}</cite>"]
        where = ("container-title", "publisher-place", "publisher")
        pieces += [escape(str(source[key])) for key in where if key in source]
        pieces += [escape(str(issued))] if issued else []
        line = ". ".join(piece.rstrip(".") for piece in pieces if piece)
        line += f' <span class="kz-seen">({escape(words("card.seen_" + source["seen"]))})</span>'
        if (origin := source["origin"]) != id_:
            work = self.tables["origins"].get(origin)
            told = f"<cite>{escape(words.choice(work['title']))}</cite>" if work else self.called(words, origin)
            line += f' <span class="kz-seen">{_opened(words("card.origin", title="@"), told)}</span>'
        return line

    def citations(self, words: Catalogue, citations: Iterable[Mapping[str, Any]], *, to_copy: bool = True) -> str:
        """Return citations as a list: the source, the place in it, its words, our translation."""
        items = []
        for citation in citations:
            text = self.source(words, citation["source"])
            text += f" {self._locator(words, citation)}"
            if self.with_copies and to_copy:
                text += self._copy(words, citation["source"], citation["locator"])
            if quote := citation.get("quote"):
                language = citation.get("quote_lang", "")
                text += f'<blockquote lang="{escape(language)}">{escape(quote)}</blockquote>'
                translation = citation.get("translation") or {}
                ours = translation.get(words.language) or citation.get(f"translation_{words.language}")
                if ours and language != words.language:
                    mark = escape(words("card.translation"))
                    text += f'<p class="kz-translation"><span>{mark}:</span> {escape(ours)}</p>'
            items.append(f"<li>{text}</li>")
        return f'<ul class="kz-citations">{"".join(items)}</ul>'

    def _locator(self, words: Catalogue, citation: Mapping[str, Any]) -> str:
        """Return the place in a source: in the page's language where the words are ours, else marked with its own."""
        locator = str(citation["locator"])
        own = words.said(locator)
        mark = "" if own else _tongue(words, _script(locator, self.tables["sources"][citation["source"]]))
        return f'<span class="kz-locator"{mark}>{escape(own or locator)}</span>'

    def _copy(self, words: Catalogue, source: str, locator: str) -> str:
        """Return the mark of a citation that can be copied; see static/page.js."""
        data = f'data-source="{escape(source)}" data-locator="{escape(locator)}"'
        return f'<details class="kz-cite" {data}><summary>{escape(words("card.cite"))}</summary></details>'

    def conflicts(self, words: Catalogue, ids: Iterable[str]) -> str:
        """Return where sources disagree: the accepted reading, then the others with their sources."""
        html = ""
        for id_ in ids:
            conflict = self.tables["conflicts"].get(id_)
            if conflict:
                html += f"<h5>{escape(words.choice(conflict['title']))}</h5>{self._conflict(words, conflict)}"
        return html

    def _conflict(self, words: Catalogue, conflict: Mapping[str, Any]) -> str:
        html = f"<p><b>{escape(words('event.accepted'))}:</b> {escape(words.choice(conflict['accepted']))}</p>"
        html += self.citations(words, conflict["citations"])
        for other in conflict["others"]:
            html += f"<p><b>{escape(words('event.other'))}:</b> {escape(words.choice(other['reading']))}</p>"
            html += self.citations(words, other["citations"])
        return html

    # ---- cards

    def unit_card(self, words: Catalogue, unit: str, day: str, view: str) -> str:
        """Return the card of a unit on a day, or what became of it when it does not exist then."""
        row = self.version(unit, day, view)
        if row is None:
            return self._absent_card(words, unit, day, view)
        facts: list[tuple[str, str]] = []
        if "parent" in row:
            facts.append((words("card.parent"), self.link(words, row["parent"], day, view)))
            if (ruler := row.get("administered_by")) and ruler != row["parent"]:
                facts.append((words("card.administered_by"), self.link(words, ruler, day, "de_facto")))
        if seat := self._seat(words, row, day):
            facts.append((words("card.seat"), escape(seat)))
        first, last = self.span(row, view)
        facts.append((words("card.from"), self._from(words, first, view)))
        facts.append((words("card.to"), self._to(words, last, view)))
        if first is not row or last is not row:
            # Its faces changed while its standing did not: a volost came, an uezd went.
            bounds = [self._from(words, row, view), self._to(words, row, view)]
            facts.append((words("card.extent"), " – ".join(bounds)))
        if "area_km2" in row:
            facts.append((words("card.area"), words("card.km2", number=words.number(round(row["area_km2"])))))
        facts.append((words("card.certainty"), escape(words("card.certainty_" + row["certainty"]))))
        body = self._facts(facts)
        if note := row.get(f"note_{words.language}"):
            body += f'<p class="kz-note">{escape(note)}</p>'
        if row["border"] == "not-recovered":
            within = self.version(row["drawn_within"], day, view) if "drawn_within" in row else None
            name = _name(within, words) if within else row.get("drawn_within", "")
            body += f'<p class="kz-note">{escape(words("card.not-recovered", name=name))}</p>'
        elif row["border"] == "not-drawn":
            body += f'<p class="kz-note">{escape(words("card.not-drawn"))}</p>'
        body += self._lasting(words, row, view)
        return self._frame(self._heading(words, row), body)

    def _lasting(self, words: Catalogue, row: Row, view: str) -> str:
        """Return the part of a version's card that is the same on each of its days."""
        key = (words.language, row["id"], view)
        if key not in self.known_parts:
            if len(self.known_parts) >= KEPT:
                self.known_parts.clear()
            html = (
                self._readings(words, row, view) + self._family(words, row["unit"], view) + self._life(words, row, view)
            )
            html += f"<h4>{escape(words('card.sources'))}</h4>{self.citations(words, row['citations'])}"
            html += self._grounds(words, row, view) + self._figures(words, row["unit"])
            self.known_parts[key] = (self._organs(words) if row["unit"] == REPUBLIC else "") + html
        return self.known_parts[key]

    def organs(self, words: Catalogue, level: int = 3) -> str:
        """Return the republic's capital, who governed, what Moscow kept, its two levels of organs, with quotations."""
        html = ""
        for entry in self.tables["article"]["republic_card"]:
            html += f"<h{level}>{escape(words.choice(entry['title']))}</h{level}>"
            html += f"<p>{escape(words.choice(entry['text']))}</p>{self.citations(words, entry['citations'])}"
        return html

    def _organs(self, words: Catalogue) -> str:
        inner = self.organs(words, 5)
        return _fold(words("pages.republic"), "", inner) if inner else ""

    def event_card(self, words: Catalogue, event: Mapping[str, Any], view: str) -> str:
        """Return the card of an event: when, what, which units, what other sources say, from where."""
        when = words.date(event["date"], event["precision"])
        when += f" ({words('event.basis_' + event['basis'])}, {words('card.certainty_' + event['certainty'])})"
        html = f'<h3>{escape(words.choice(event["title"]))}</h3><p class="kz-when">{escape(when)}</p>'
        html += f"<p>{escape(words.choice(event['text']))}</p>"
        if placed := event.get("placed"):
            html += f'<p class="kz-note">{escape(words.choice(placed))}</p>'
        units = [unit for unit in event.get("units", []) if self.version(unit, event["date"], view)]
        if 0 < len(units) <= 12:
            links = ", ".join(self.link(words, unit, event["date"], view) for unit in units)
            html += f'<p class="kz-units">{escape(words("event.units"))}: {links}</p>'
        inner = self.citations(words, event["citations"])
        others = event.get("alternatives") or []
        if others:
            inner += f"<h5>{escape(words('event.alternatives'))}</h5>"
        for other in others:
            inner += f"<p>{escape(words.choice(other['reading']))}</p>{self.citations(words, other['citations'])}"
        inner += self.conflicts(words, event.get("conflict") or [])
        html += f"<details><summary>{escape(words('event.quote'))}</summary>{inner}</details>"
        return f'<article class="kz-card kz-event" id="event-{escape(event["id"])}">{html}</article>'

    def _absent_card(self, words: Catalogue, unit: str, day: str, view: str) -> str:
        rows = self._rows_in(unit, view)
        if not rows:
            if unit not in self.rows:
                return ""
            row = self.rows[unit][0]
            note = f'<p class="kz-note">{escape(words("card.not_in_view"))}</p>'
            return self._frame(self._heading(words, row), note)
        before = [row for row in rows if row["valid_from"] <= day]
        after = [row for row in rows if row["valid_from"] > day]
        row = before[-1] if before else after[0]
        key = "card.pause" if before and after else "card.no_longer" if before else "card.not_yet"
        body = f'<p class="kz-absent">{escape(words(key))}</p>'
        if before:
            end = row["valid_to"]
            heirs = self.heirs(row, end, view)
            body += self._relatives(words, "card.ended", "card.became", end, heirs, view, unit, row["valid_from"])
        if after:
            start = after[0]["valid_from"]
            body += self._relatives(
                words, "card.appears", "card.was", start, self.heirs(after[0], day, view), view, unit, start, day
            )
        return self._frame(self._heading(words, row), body)

    def _relatives(
        self, words: Catalogue, when: str, who: str, day: str, heirs: list[Row], view: str, unit: str, target: str,
        heirs_day: str | None = None,
    ) -> str:  # fmt: skip
        link = place_link(words, words.date(day), day=target, view=view, unit=unit)
        html = f"<p>{_opened(words(when, date='@'), link)}</p>"
        if heirs:
            there = heirs_day or day
            links = "".join(
                f"<li>{place_link(words, _name(row, words), day=there, view=view, unit=row['unit'])}</li>"
                for row in heirs
            )
            html += f'<p>{escape(words(who))}</p><ul class="kz-heirs">{links}</ul>'
        return html

    def _heading(self, words: Catalogue, row: Row) -> str:
        others = [language for language in ("kk", "ru", "en") if language != words.language]
        names = " · ".join(f'<span lang="{language}">{escape(row[f"name_{language}"])}</span>' for language in others)
        html = f'<p class="kz-kind">{escape(words("type." + row["type"]))}</p><h3>{escape(_name(row, words))}</h3>'
        html += f'<p class="kz-names">{names}</p>'
        if "name_period" in row:
            html += (
                f'<p class="kz-names">{escape(words("card.name_period"))}: '
                f'<span lang="ru-petr1708">{escape(row["name_period"])}</span></p>'
            )
        return html

    def _frame(self, heading: str, body: str) -> str:
        return f'<article class="kz-card kz-unit-card">{heading}{body}</article>'

    def _facts(self, facts: list[tuple[str, str]]) -> str:
        return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{value}</dd>' for name, value in facts)}</dl>"

    def _seat(self, words: Catalogue, row: Row, day: str) -> str:
        place = self.tables["places"].get(row.get("seat", ""))
        if not place:
            return ""
        names = [name for name in place["names"] if (name.get("valid_from") or "") <= day]
        return words.choice((names or place["names"])[-1])

    def _from(self, words: Catalogue, row: Row, view: str) -> str:
        if row["valid_from"] == self.tables["coverage"][0]:
            return escape(words("card.from_opens"))
        html = self.day_link(words, row["valid_from"], view, row["start_precision"], row["unit"])
        return html + self._imprecise(words, row["start_precision"]) + self._act(words, row["start_event"])

    def _to(self, words: Catalogue, row: Row, view: str) -> str:
        if "valid_to" not in row:
            return escape(words("card.to_open"))
        precision = self.events[row["end_event"]]["precision"] if row.get("end_event") in self.events else "day"
        html = self.day_link(words, row["valid_to"], view, precision, row["unit"])
        return html + self._imprecise(words, precision) + self._act(words, row.get("end_event", ""))

    def _act(self, words: Catalogue, event: str) -> str:
        if event not in self.events:
            return ""
        return f' <span class="kz-seen">{escape(words.choice(self.events[event]["title"]))}</span>'

    def _imprecise(self, words: Catalogue, precision: str) -> str:
        if precision == "day":
            return ""
        return f' <span class="kz-seen">({escape(words("card.precision_" + precision))})</span>'

    # ---- what each fact rests on

    def _grounds(self, words: Catalogue, row: Row, view: str) -> str:
        """Return the sources of a version's start, end, name and border, each apart."""
        acts = self.acts_of(row, view)
        first, last = self.span(row, view)
        html = f"<h4>{escape(words('card.grounds'))}</h4>"
        if acts["from"]:
            html += self._acts(words, "card.from", acts["from"], row, view)
        else:
            opens = first["valid_from"] == self.tables["coverage"][0]
            told = [words("card.from_opens")] if opens else []
            html += _fold(words("card.from"), " · ".join([*told, words("card.no_source")]), "")
        if acts["to"]:
            html += self._acts(words, "card.to", acts["to"], row, view)
        else:
            # That a thing goes on beyond the atlas wants no source.
            told_end = "card.no_source" if "valid_to" in last else "card.to_open"
            html += _fold(words("card.to"), words(told_end), "")
        if acts["extent"]:
            html += self._acts(words, "card.extent", acts["extent"], row, view)
        named = self.name_citations(row)
        inner = self.citations(words, named) if named else ""
        html += _fold(words("card.name_sources"), self._count(words, named), inner) + self._outline(words, row)
        return html + self._proof(words, row)

    def _count(self, words: Catalogue, citations: Iterable[Mapping[str, Any]]) -> str:
        number = len({citation["source"] for citation in citations})
        return words("card.source_count", number=words.number(number)) if number else words("card.no_source")

    def _acts(self, words: Catalogue, label: str, acts: list[Mapping[str, Any]], row: Row, view: str) -> str:
        """Return the acts that a date rests on, with their sources."""
        cited = [citation for event in acts for citation in event["citations"]]
        told = [self._basis(words, acts[0])] if len(acts) == 1 else []
        inner = ""
        for event in acts:
            link = place_link(words, words.choice(event["title"]), day=event["date"], view=view, unit=row["unit"])
            when = f"{words.date(event['date'], event['precision'])}, {self._basis(words, event)}"
            inner += f'<p>{link} <span class="kz-seen">({escape(when)})</span></p>'
            if event["basis"] == "attested":
                inner += f'<p class="kz-note">{escape(words("change.attested"))}</p>'
            if placed := event.get("placed"):
                inner += f'<p class="kz-note">{escape(words.choice(placed))}</p>'
            inner += self.citations(words, event["citations"])
        return _fold(words(label), " · ".join([*told, self._count(words, cited)]), inner)

    def _basis(self, words: Catalogue, event: Mapping[str, Any]) -> str:
        return f"{words('event.basis_' + event['basis'])}, {words('card.certainty_' + event['certainty'])}"

    def _outline(self, words: Catalogue, row: Row) -> str:
        """Return what a version's border rests on: km by evidence, then by the way it was drawn, with sources."""
        label = words("card.border")
        if row["border"] == "not-drawn":
            return _fold(label, words("card.no_line"), "")
        borders, shore = self.border(row)
        if not borders and not shore:
            return _fold(label, words("card.no_source"), "")
        lines = [
            (f"{words('card.basis_' + border.basis)}, {words('card.certainty_' + border.certainty)}", border.km)
            for border in borders
        ]
        if shore:
            lines.append((words("card.coast"), shore))
        items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(self._km(words, km))}</dd>" for name, km in lines)
        inner = f"<dl>{items}</dl>"
        ways: dict[str, list[Drawn]] = defaultdict(list)
        for drawn in self.drawn(row):
            ways[drawn.method].append(drawn)
        for id_, found in ways.items():
            method = self.tables["methods"].get(id_)
            if not method:
                continue
            told = [f"{self._km(words, drawn.km)}, {self._evidence(words, drawn)}" for drawn in found]
            text = f"<p>{escape(words.choice(method['text']))}</p>"
            if len(told) > 1:
                text = f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in told)}</ul>{text}"
            summary = told[0] if len(told) == 1 else self._km(words, sum(drawn.km for drawn in found))
            inner += _fold(words.choice(method["title"]), summary, text + self.citations(words, method["citations"]))
        return _fold(label, words("card.border_total", number=words.number(round(sum(km for _, km in lines)))), inner)

    def witnesses_of(self, row: Row) -> list[Mapping[str, Any]]:
        """Return the accepted witnesses of a version's unit that count on some of its days, the nearest first."""
        views = VIEWS if row["view"] == "both" else (row["view"],)
        return [
            feature for unit in (row["unit"], *self._below(row)) for feature in self.witnesses.get(unit, ())
            if any(
                span["view"] in views
                and span["valid_from"] < row.get("valid_to", "9999")
                and row["valid_from"] < span["valid_to"]
                for span in feature["properties"]["spans"]
            )
        ]  # fmt: skip

    def _below(self, row: Row) -> list[str]:
        """Return the units that belong to a version's unit on some of its days."""
        holder = "parent" if row["view"] in ("both", "de_jure") else "administered_by"
        return [
            unit for unit, rows in self.rows.items()
            if any(
                other.get(holder) == row["unit"]
                and other["valid_from"] < row.get("valid_to", "9999")
                and row["valid_from"] < other.get("valid_to", "9999")
                for other in rows
            )
        ]  # fmt: skip

    @cached_property
    def witnesses(self) -> dict[str, list[Mapping[str, Any]]]:
        """The accepted witnesses by unit, the nearest to its border first."""
        found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for feature in self.atlas.witnesses:
            if feature["properties"]["status"] == "accepted":
                found[feature["properties"]["unit"]].append(feature)
        for features in found.values():
            features.sort(key=lambda feature: (feature["properties"]["border_km"] or 9999, feature["id"]))
        return found

    def _proof(self, words: Catalogue, row: Row) -> str:
        """Return the places that prove where a version's land lay, with the words of their sources."""
        if row["border"] != "recovered" or row["level"] == 0:
            return ""
        found = self.witnesses_of(row)
        label = words("card.proof")
        if not found:
            return _fold(label, words("card.proof_none"), "")
        told, inner = [words("card.proof_count", number=words.number(len(found)))], ""
        if any(feature["properties"]["unit"] != row["unit"] for feature in found):
            # Those of its uezds stand on their cards.
            return _fold(label, ", ".join(told), inner)
        if (km := found[0]["properties"]["border_km"]) is not None:
            told.append(words("card.proof_nearest", km=words.number(round(km) if km >= 1 else km)))
        carried = {span["carried"] for feature in found for span in feature["properties"]["spans"]} - {None}
        for feature in found:
            witness = feature["properties"]
            cited = {"source": witness["source"], "locator": witness["locator"]}
            language = str(self.tables["sources"][witness["source"]].get("language") or "")
            if witness.get("quote"):
                cited |= {"quote": witness["quote"], "quote_lang": language}
            when, km = witness["from"], witness["border_km"]
            about = [words("map.witness_by", date=words.date(when) if len(when) == 10 else words.years(when))]
            about += [] if km is None else [words("map.witness_km", km=words.number(round(km) if km >= 1 else km))]
            name = f"<b{_tongue(words, language)}>{escape(witness['name'])}</b>"
            head = f'{name} <span class="kz-seen">({escape(", ".join(about))})</span>'
            inner += f"<p>{head}</p>{self.citations(words, [cited], to_copy=False)}"
        for way in sorted(carried):
            inner = f'<p class="kz-note">{escape(words(f"card.proof_{way}"))}</p>{inner}'
        return _fold(label, ", ".join(told), inner)

    def _evidence(self, words: Catalogue, drawn: Drawn) -> str:
        accuracy = words("pages.accuracy", km=words.number(drawn.accuracy_km))
        return f"{words('card.basis_' + drawn.basis)}, {words('card.certainty_' + drawn.certainty)}, {accuracy}"

    def _km(self, words: Catalogue, km: float) -> str:
        return words("card.border_km", number=words.number(round(km) if km >= 1 else max(0.1, round(km, 1))))

    # ---- what others say

    def _readings(self, words: Catalogue, row: Row, view: str) -> str:
        """Return other dates and readings of a version's start and end, and what sources disagree on about its unit."""
        items, told = "", dict[str, None]()
        for key, acts in self.acts_of(row, view).items():
            label = words(ACT_LABELS[key])
            for event in acts:
                for other in self.alternatives_of(row["unit"], event):
                    when = _reading_date(words, other)
                    head = f"{label}: {when} – " if when else f"{label}: "
                    items += (
                        f"<li>{escape(head)}{escape(words.choice(other['reading']))}"
                        f' <span class="kz-seen">({escape(words("card.reading_" + other["status"]))})</span>'
                        f"{self._fold_citations(words, other['citations'])}</li>"
                    )
                told |= dict.fromkeys(self.conflicts_of(row["unit"], event))
        html = f"<ul>{items}</ul>" if items else ""
        for id_ in told:
            conflict = self.tables["conflicts"][id_]
            summary = f"<summary>{escape(words.choice(conflict['title']))}</summary>"
            html += f'<details class="kz-ground">{summary}{self._conflict(words, conflict)}</details>'
        if not html:
            return ""
        return f'<section class="kz-readings"><h4>{escape(words("card.readings"))}</h4>{html}</section>'

    def _fold_citations(self, words: Catalogue, citations: list[Mapping[str, Any]]) -> str:
        """Return citations behind the titles of their sources."""
        titles = [self.called(words, id_) for id_ in dict.fromkeys(citation["source"] for citation in citations)]
        return f"<details><summary>{'; '.join(titles)}</summary>{self.citations(words, citations)}</details>"

    # ---- before and after

    def _family(self, words: Catalogue, unit: str, view: str) -> str:
        """Return whose land became a unit's and whose its land became, with the share of the unit's area."""
        told = family(self.atlas, unit, cast(View, view))
        before = "".join(self._relation(words, relation, view, is_before=True) for relation in told["predecessors"])
        after = "".join(self._relation(words, relation, view, is_before=False) for relation in told["successors"])
        if not before and not after:
            return ""
        label = escape(words.choice(self.tables["units"][unit]["label"]))
        html = f"<ul>{before}</ul>" if before else ""
        html += f'<p class="kz-self">{label}</p>'
        html += f"<ul>{after}</ul>" if after else ""
        sides = [(r.to_unit, r.share_to) for r in told["predecessors"]]
        sides += [(r.from_unit, r.share_from) for r in told["successors"]]
        if any(share is not None for _, share in sides):
            # Where the unit has no border of its own, the shares are those of the land that it lies in.
            own = all(other == unit for other, _ in sides)
            note = words("card.family_shares" if own else "card.family_within")
            html += f'<p class="kz-seen">{escape(note)}</p>'
        return f'<section class="kz-family"><h4>{escape(words("card.family"))}</h4>{html}</section>'

    def _relation(self, words: Catalogue, relation: Relation, view: str, *, is_before: bool) -> str:
        """Return one relative: its name as a link to the last day that it had before, or the first after."""
        seen = view if relation.view == "both" else relation.view
        day, other = (
            (self._stop_before(relation.day), relation.from_unit) if is_before else (relation.day, relation.to_unit)
        )
        row = self.version(other, day, seen) if other else None
        if row is not None:
            name = place_link(words, _name(row, words), day=day, view=seen, unit=row["unit"])
        elif relation.name:
            name = f"<span>{escape(words.choice(relation.name))}</span>"
        else:
            name = escape(words.choice(self.tables["units"][other]["label"]) if other else "")
        told = [words("card.relation_" + relation.type)]
        if relation.day > self.tables["coverage"][0]:
            told.insert(0, relation.day[:4])
        share = relation.share_to if is_before else relation.share_from
        if share is not None:
            told.append(_percent(words, share))
        if relation.evidence == "stated":
            told.append(words("card.stated"))
        html = f'{name} <span class="kz-seen">{escape(", ".join(told))}</span>'
        if relation.citations:
            html += self._fold_citations(words, cast("list[Mapping[str, Any]]", relation.citations))
        return f"<li>{html}</li>"

    def _stop_before(self, day: str) -> str:
        return self.stops[max(0, bisect_left(self.stops, day) - 1)]

    def _life(self, words: Catalogue, row: Row, view: str) -> str:
        """Return a unit's versions in order of time, each a link that leads to its first day."""
        items: list[str] = []
        before: Row = {}
        versions = self._versions(row["unit"], view)
        for version in versions:
            if before.get("valid_to", "9999") < version["valid_from"]:
                items.append(self._end(words, before, view))
            opens = version["valid_from"] == self.tables["coverage"][0]
            precision = "day" if opens else version["start_precision"]
            html = self.day_link(words, version["valid_from"], view, precision, row["unit"])
            if not before or _name(version, words) != _name(before, words):
                html += f" <b>{escape(_name(version, words))}</b>"
            told = f' <span class="kz-seen">{escape(words("card.from_opens"))}</span>'
            html += told if opens else self._act(words, version["start_event"])
            here = version["valid_from"] <= row["valid_from"] < version.get("valid_to", "9999")
            items.append(f"<li{' aria-current=true' if here else ''}>{html}</li>")
            before = version
        if "valid_to" in before:
            items.append(self._end(words, before, view))
        if len(items) < 2:
            return ""
        count = words("card.life_count", number=words.number(len(versions)))
        return _fold(words("card.life"), count, f"<ol>{''.join(items)}</ol>")

    def _end(self, words: Catalogue, row: Row, view: str) -> str:
        day = _opened(words("card.ended", date="@"), self._to(words, row, view))
        return f"<li>{day}</li>"

    def _versions(self, unit: str, view: str) -> list[Row]:
        """Return a unit's versions in a view in order of time; where only our own drawing changed, none begins."""
        rows = {row["id"]: row for row in self._rows_in(unit, view)}
        found: list[Row] = []
        for entry in timeline_of(self.atlas, unit):
            if (row := rows.get(entry["version"])) is None:
                continue
            ours = entry["began"] and all(change.type == "redigitised" for change in entry["began"])
            if found and ours and found[-1].get("valid_to") == row["valid_from"]:
                ends = {key: row[key] for key in ("valid_to", "end_event") if key in row}
                found[-1] = {k: v for k, v in found[-1].items() if k not in ("valid_to", "end_event")} | ends
            else:
                found.append(row)
        return found

    # ---- zones

    def zone_card(self, words: Catalogue, zone_id: str, day: str, view: str) -> str:
        """Return the card of a zone: what it was, when, what was decided, how it was drawn, from where."""
        zone = self.tables["zones"].get(zone_id)
        if zone is None:
            return ""
        html = f'<p class="kz-kind">{escape(words("card.zone_" + zone["kind"]))}</p>'
        html += f"<h3>{escape(words.choice(zone['title']))}</h3>"
        start, end = zone["valid_from"], zone.get("valid_to")
        if not start <= day < (end or "9999"):
            key = "card.not_yet" if day < start else "card.no_longer"
            html += f'<p class="kz-absent">{escape(words(key))}</p>'
        html += f"<p>{escape(words.choice(zone['text']))}</p>"
        until = self._moment(words, end, zone.get("until"), view) if end else escape(words("card.to_open"))
        html += self._facts([
            (words("card.from"), self._moment(words, start, zone["from"], view)),
            (words("card.to"), until),
            (words("card.certainty"), escape(words("card.certainty_" + zone["certainty"]))),
        ])  # fmt: skip
        states = sorted(zone.get("states") or [], key=lambda state: str(state["date"]))
        last = max((state["date"] for state in states if state["date"] <= day < (end or "9999")), default=None)
        items = []
        for state in states:
            told = self._moment(words, state["date"], state["from"], view, is_brief=True)
            if state["date"] == last:
                told += f' <b class="kz-now">{escape(words("card.in_force"))}</b>'
            told += f"<br>{escape(words.choice(state['text']))}{self._fold_citations(words, state['citations'])}"
            items.append(f"<li{' aria-current=true' if state['date'] == last else ''}>{told}</li>")
        if items:
            html += f'<h4>{escape(words("card.zone_states"))}</h4><ol class="kz-states">{"".join(items)}</ol>'
        html += f"<h4>{escape(words('card.zone_method'))}</h4><p>{escape(words.choice(zone['method']))}</p>"
        html += f"<h4>{escape(words('card.sources'))}</h4>{self.citations(words, zone['citations'])}"
        return f'<article class="kz-card kz-zone-card" id="zone-{escape(zone_id)}">{html}</article>'

    def _moment(self, words: Catalogue, day: str, event: str | None, view: str, *, is_brief: bool = False) -> str:
        """Return a day as a link, as exact as the act that it is of, and the act."""
        act = self.events.get(event or "")
        precision = act["precision"] if act else "day"
        html = self.day_link(words, day, view, precision)
        return html if is_brief or not act else html + self._imprecise(words, precision) + self._act(words, act["id"])

    def _figures(self, words: Catalogue, unit: str) -> str:
        figures = self.tables["units"].get(unit, {}).get("figures") or []
        items = []
        for figure in figures:
            value = words(f"card.unit_{figure['unit']}", number=words.number(figure["value"]))
            if "km2" in figure and figure["unit"] != "km2":
                value += f" = {words('card.km2', number=words.number(figure['km2']))}"
            what = words("card.figure_" + figure["what"])
            if "as_of" in figure:
                what += f", {words.years(figure['as_of'])}"
            items.append(
                f"<dt>{escape(what)}</dt><dd>{escape(value)}"
                f' <span class="kz-seen">({self.called(words, figure["source"])},'
                f" {self._locator(words, figure)})</span>"
                + (f"<br>{escape(words.choice(figure['note']))}" if "note" in figure else "")
                + "</dd>"
            )
        if not items:
            return ""
        return (
            f'<details class="kz-evidence"><summary>{escape(words("card.figures"))}</summary>'
            f"<dl>{''.join(items)}</dl></details>"
        )


def _name(row: Row, words: Catalogue) -> str:
    return str(row[f"name_{words.language}"])


def _opened(text: str, html: str) -> str:
    """Return a text with HTML in the place of its mark."""
    return escape(text).replace("@", html)


def _fold(label: str, told: str, inner: str) -> str:
    """Return a line that opens, or only the line where there is nothing in it."""
    line = f"<b>{escape(label)}</b>: {escape(told)}" if told else f"<b>{escape(label)}</b>"
    if not inner:
        return f'<p class="kz-ground">{line}</p>'
    return f'<details class="kz-ground"><summary>{line}</summary>{inner}</details>'


def _percent(words: Catalogue, share: float) -> str:
    """Return a share in percent, with a decimal where whole percents would say all or nothing."""
    percent = share * 100
    number = round(percent) if 1 <= percent <= 99 or share > 0.9995 else max(0.1, round(percent, 1))
    return words("card.percent", number=words.number(number))


def _script(text: str, source: Mapping[str, Any]) -> str:
    """Return the language that a note on a source is written in, as its letters tell."""
    # What it quotes may be of another.
    text = re.sub("«[^»]*»|“[^”]*”", "", text)
    if re.search("[әғқңөұүһӘҒҚҢӨҰҮҺ]", text):
        return "kk"
    if not re.search("[А-Яа-я]", text):
        return "en"
    return "uk" if source.get("language") == "uk" and re.search("[іїєґІЇЄҐ]", text) else "ru"


def _tongue(words: Catalogue, language: str) -> str:
    """Return the mark of a text in another language than the page's."""
    return f' lang="{escape(language)}"' if language and language != words.language else ""


def _issued(words: Catalogue, parts: list[int]) -> str:
    """Return a source's date in words, as exact as it is given."""
    if len(parts) < 2:
        return str(parts[0])
    with contextlib.suppress(ValueError):
        year, month, day = (*map(int, parts), 1, 1)[:3]
        return words.date(f"{year:04}-{month:02}-{day:02}", "day" if len(parts) > 2 else "month")
    return "-".join(map(str, parts))


def _reading_date(words: Catalogue, reading: Mapping[str, Any]) -> str:
    """Return the date of another reading in words, as exact as it is; none where it gives none."""
    edtf = str(reading.get("edtf") or reading.get("date") or "")
    days = []
    for part in edtf.split("/"):
        if not re.fullmatch(r"\d{4}(-\d\d){0,2}", part):
            return ""
        precision = {4: "year", 7: "month", 10: "day"}[len(part)]
        days.append(words.date(part + "-01-01"[len(part) - 4 :], precision))
    return " – ".join(days)


def place_link(words: Catalogue, text: str, *, day: str, view: str, unit: str | None, moves: bool = True) -> str:
    """Return a link that opens the page at a place; the map's script makes it a step instead.

    Parameters
    ----------
    moves
        Whether that step goes to the day, too; else it stays where the map is.
    """
    query = {"lang": words.language, "date": day, "view": view} | ({"unit": unit} if unit else {})
    data = f'data-kz data-view="{escape(view)}"' + (f' data-date="{escape(day)}"' if moves else "")
    if unit:
        data += f' data-unit="{escape(unit)}"'
    return f'<a href="?{escape(urlencode(query))}" target="_self" {data}>{escape(text)}</a>'
