"""Cards: what is known of a unit or an event, as escaped HTML made from values."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from kazatlas.atlas import Atlas
from kazatlas.words import Words

Row = Mapping[str, Any]

EVIDENCE_ORDER = ("certain", "less-certain", "uncertain")
BASIS_ORDER = ("legal-text", "period-map", "later-map", "river", "modern-boundary", "conjecture")

OWN_SOURCES = ("general-knowledge", "inference")


@dataclass(frozen=True)
class Border:
    """A length of a unit's border that stands on one kind of evidence."""

    basis: str
    certainty: str
    km: float


def _is_given(value: Any) -> bool:
    # A missing cell of a table is None or NaN, the only float that a text column holds.
    return value is not None and value != "" and not (isinstance(value, float) and math.isnan(value))


class Cards:
    """The cards of one atlas, with what they look up in it."""

    def __init__(self, atlas: Atlas) -> None:
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

    def link(self, words: Words, unit: str, day: str, view: str) -> str:
        """Return a unit's name on a day as a link that chooses it, on the day that the map shows."""
        row = self.version(unit, day, view)
        if row is None:
            rows = self.rows.get(unit)
            return escape(words.choice(self.tables["units"][unit]["label"]) if rows else unit)
        return _link(words, _name(row, words), day=day, view=view, unit=unit, moves=False)

    def day_link(self, words: Words, day: str, view: str, precision: str = "day", unit: str | None = None) -> str:
        """Return a day in words as a link that moves the map to it."""
        return _link(words, words.date(day, precision), day=day, view=view, unit=unit)

    def source(self, words: Words, id_: str) -> str:
        """Return a source as one line: authors, title, where, year, how it was seen."""
        source = self.tables["sources"][id_]
        if id_ in OWN_SOURCES:
            # Not a document but our own word for where a statement comes from, so said in the page's language.
            return f"<cite>{escape(words('card.source_' + id_))}</cite>"
        authors = ", ".join(
            " ".join(str(author[part]) for part in ("family", "given", "literal") if part in author)
            for author in source.get("author", [])
        )
        title = escape(str(source["title"]))
        if (address := str(source.get("URL", ""))) and urlsplit(address).scheme in ("http", "https"):
            title = f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{title}</a>'
        issued = source.get("issued")
        if isinstance(issued, Mapping):
            parts = issued.get("date-parts", [[""]])
            issued = issued.get("literal") or issued.get("raw") or "-".join(str(part) for part in parts[0])
        pieces = [escape(authors), f"<cite>{title}</cite>"]
        where = ("container-title", "publisher-place", "publisher")
        pieces += [escape(str(source[key])) for key in where if key in source]
        pieces += [escape(str(issued))] if issued else []
        line = ". ".join(piece.rstrip(".") for piece in pieces if piece)
        line += f' <span class="kz-seen">({escape(words("card.seen_" + source["seen"]))})</span>'
        for other in source.get("relies_on", []):
            relied = self.tables["sources"].get(other, {}).get("title", other)
            line += f' <span class="kz-seen">{escape(words("card.relies_on", title=relied))}</span>'
        return line

    def citations(self, words: Words, citations: Iterable[Mapping[str, Any]]) -> str:
        """Return citations as a list: the source, the place in it, its words, our translation."""
        items = []
        for citation in citations:
            text = self.source(words, citation["source"])
            text += f' <span class="kz-locator">{escape(citation["locator"])}</span>'
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

    def conflicts(self, words: Words, ids: Iterable[str]) -> str:
        """Return where sources disagree: the accepted reading, then the others with their sources."""
        html = ""
        for id_ in ids:
            conflict = self.tables["conflicts"].get(id_)
            if not conflict:
                continue
            html += f"<h5>{escape(words.choice(conflict['title']))}</h5>"
            html += f"<p><b>{escape(words('event.accepted'))}:</b> {escape(words.choice(conflict['accepted']))}</p>"
            html += self.citations(words, conflict["citations"])
            for other in conflict["others"]:
                html += f"<p><b>{escape(words('event.other'))}:</b> {escape(words.choice(other['reading']))}</p>"
                html += self.citations(words, other["citations"])
        return html

    # ---- cards

    def unit_card(self, words: Words, unit: str, day: str, view: str) -> str:
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
        body += self._evidence(words, row)
        body += self._figures(words, unit)
        body += f"<h4>{escape(words('card.sources'))}</h4>{self.citations(words, row['citations'])}"
        if row.get("name_citations"):
            body += f"<h4>{escape(words('card.name_sources'))}</h4>{self.citations(words, row['name_citations'])}"
        return self._frame(self._heading(words, row), body)

    def event_card(self, words: Words, event: Mapping[str, Any], view: str) -> str:
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

    def _absent_card(self, words: Words, unit: str, day: str, view: str) -> str:
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
        self, words: Words, when: str, who: str, day: str, heirs: list[Row], view: str, unit: str, target: str,
        heirs_day: str | None = None,
    ) -> str:  # fmt: skip
        link = _link(words, words.date(day), day=target, view=view, unit=unit)
        html = f"<p>{escape(words(when, date='@')).replace('@', link)}</p>"
        if heirs:
            there = heirs_day or day
            links = "".join(
                f"<li>{_link(words, _name(row, words), day=there, view=view, unit=row['unit'])}</li>" for row in heirs
            )
            html += f'<p>{escape(words(who))}</p><ul class="kz-heirs">{links}</ul>'
        return html

    def _heading(self, words: Words, row: Row) -> str:
        others = [row[f"name_{language}"] for language in ("kk", "ru", "en") if language != words.language]
        names = " · ".join(escape(name) for name in others)
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

    def _seat(self, words: Words, row: Row, day: str) -> str:
        place = self.tables["places"].get(row.get("seat", ""))
        if not place:
            return ""
        names = [name for name in place["names"] if (name.get("valid_from") or "") <= day]
        return words.choice((names or place["names"])[-1])

    def _from(self, words: Words, row: Row, view: str) -> str:
        if row["valid_from"] == self.tables["coverage"][0]:
            return escape(words("card.from_opens"))
        html = self.day_link(words, row["valid_from"], view, row["start_precision"], row["unit"])
        return html + self._imprecise(words, row["start_precision"]) + self._act(words, row["start_event"])

    def _to(self, words: Words, row: Row, view: str) -> str:
        if "valid_to" not in row:
            return escape(words("card.to_open"))
        precision = self.events[row["end_event"]]["precision"] if row.get("end_event") in self.events else "day"
        html = self.day_link(words, row["valid_to"], view, precision, row["unit"])
        return html + self._imprecise(words, precision) + self._act(words, row.get("end_event", ""))

    def _act(self, words: Words, event: str) -> str:
        if event not in self.events:
            return ""
        return f' <span class="kz-seen">{escape(words.choice(self.events[event]["title"]))}</span>'

    def _imprecise(self, words: Words, precision: str) -> str:
        if precision == "day":
            return ""
        return f' <span class="kz-seen">({escape(words("card.precision_" + precision))})</span>'

    def _evidence(self, words: Words, row: Row) -> str:
        borders, shore = self.border(row)
        if not borders and not shore:
            return ""
        lines = [
            (f"{words('card.basis_' + border.basis)}, {words('card.certainty_' + border.certainty)}", border.km)
            for border in borders
        ]
        if shore:
            lines.append((words("card.coast"), shore))
        items = "".join(
            f"<dt>{escape(name)}</dt><dd>{escape(words('card.border_km', number=words.number(round(km))))}</dd>"
            for name, km in lines
        )
        total = words("card.border_total", number=words.number(round(sum(km for _, km in lines))))
        return (
            f'<details class="kz-evidence"><summary>{escape(words("card.border"))}: {escape(total)}</summary>'
            f"<dl>{items}</dl></details>"
        )

    def _figures(self, words: Words, unit: str) -> str:
        figures = self.tables["units"].get(unit, {}).get("figures") or []
        items = []
        for figure in figures:
            value = words(f"card.unit_{figure['unit']}", number=words.number(figure["value"]))
            if "km2" in figure and figure["unit"] != "km2":
                value += f" = {words('card.km2', number=words.number(figure['km2']))}"
            what = words("card.figure_" + figure["what"])
            if "as_of" in figure:
                what += f", {figure['as_of']}"
            title = self.tables["sources"][figure["source"]]["title"]
            items.append(
                f"<dt>{escape(what)}</dt><dd>{escape(value)}"
                f' <span class="kz-seen">({escape(str(title))}, {escape(figure["locator"])})</span>'
                + (f"<br>{escape(words.choice(figure['note']))}" if "note" in figure else "")
                + "</dd>"
            )
        if not items:
            return ""
        return (
            f'<details class="kz-evidence"><summary>{escape(words("card.figures"))}</summary>'
            f"<dl>{''.join(items)}</dl></details>"
        )


def _name(row: Row, words: Words) -> str:
    return str(row[f"name_{words.language}"])


def _link(words: Words, text: str, *, day: str, view: str, unit: str | None, moves: bool = True) -> str:
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
