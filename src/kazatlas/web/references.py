"""References: sources and citations in the reader's language, as facts of a card."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from kazatlas.record.evidence import OWN_SOURCES
from kazatlas.text.catalogue import Catalogue
from kazatlas.web.facts import Conflict, Reading, SourceName, Text
from kazatlas.web.templates import render


class References:
    """The sources of a record in one language.

    Parameters
    ----------
    tables
        The record's tables.
    can_copy
        Whether each citation opens into its bibliographic styles, to be copied.
    """

    def __init__(self, tables: Mapping[str, Any], words: Catalogue, *, can_copy: bool) -> None:
        self.tables = tables
        self.words = words
        self.can_copy = can_copy
        self._lines: dict[str, Markup] = {}
        self._citations: dict[tuple[str, str, Text | None, str, bool], Markup] = {}

    def name(self, id_: str) -> SourceName:
        """Return a source's title; our words for what has none."""
        source = self.tables["sources"][id_]
        if id_ in OWN_SOURCES:
            return SourceName(self.words("card.source_" + id_))
        if ours := self.words.editorial(str(source["title"])):
            return SourceName(ours)
        return SourceName(str(source["title"]), self.words.foreign(source.get("language")), is_title=True)

    def names(self, citations: Iterable[Mapping[str, Any]]) -> list[SourceName]:
        """Return the titles of the sources of citations, each once."""
        return [self.name(id_) for id_ in dict.fromkeys(citation["source"] for citation in citations)]

    def line(self, id_: str) -> Markup:
        """Return a source as one line: authors, title, where, year, how it was seen."""
        if id_ not in self._lines:
            source = self.tables["sources"][id_]
            title = self.name(id_)
            if id_ in OWN_SOURCES:
                # Not a document but our word for where a statement comes from.
                self._lines[id_] = render("editorial_source", self.words, title=title.text)
            else:
                self._lines[id_] = render("source", self.words, title=title, **self._details(id_, source))
        return self._lines[id_]

    def _details(self, id_: str, source: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a source's line says beside the title."""
        authors = ", ".join(
            " ".join(str(author[part]) for part in ("family", "given", "literal") if part in author)
            for author in source.get("author", [])
        )
        issued = source.get("issued")
        if isinstance(issued, Mapping):
            parts = issued.get("date-parts", [[""]])
            issued = issued.get("literal") or issued.get("raw") or _issued(self.words, parts[0])
        imprint = [str(source[key]) for key in ("container-title", "publisher-place", "publisher") if key in source]
        imprint += [str(issued)] if issued else []
        address = str(source.get("URL", ""))
        origin = None
        if source["origin"] != id_:
            work = self.tables["origins"].get(source["origin"])
            origin = (
                SourceName(self.words.choice(work["title"]), is_title=True) if work else self.name(source["origin"])
            )
        return {
            "authors": authors.rstrip("."),
            "address": address if urlsplit(address).scheme in ("http", "https") else "",
            "imprint": [text for part in imprint if (text := part.rstrip("."))],
            "seen": source["seen"],
            "origin": origin,
        }

    def citations(self, citations: Iterable[Mapping[str, Any]], *, can_copy: bool = True) -> list[Markup]:
        """Return citations: the source, the place in it, its words, our translation."""
        return [self._citation(citation, can_copy=can_copy and self.can_copy) for citation in citations]

    def _citation(self, citation: Mapping[str, Any], *, can_copy: bool) -> Markup:
        source, locator, quote, translation = citation["source"], str(citation["locator"]), None, ""
        if words := citation.get("quote"):
            quote = Text(words, citation.get("quote_lang", ""))
            if quote.language != self.words.language:
                language = self.words.language
                translated = citation.get("translation") or {}
                translation = translated.get(language) or citation.get(f"translation_{language}") or ""
        key = (source, locator, quote, translation, can_copy)
        if key not in self._citations:
            # Many cards cite the same, so each is made once.
            self._citations[key] = render(
                "citation", self.words, source=self.line(source), locator=self.locator(citation), quote=quote,
                translation=translation, copied={"source": source, "locator": locator} if can_copy else None,
            )  # fmt: skip
        return self._citations[key]

    def locator(self, citation: Mapping[str, Any]) -> Text:
        """Return the place in a source: in the page's language where the words are ours, else with its own."""
        locator = str(citation["locator"])
        if ours := self.words.editorial(locator):
            return Text(ours)
        source = self.tables["sources"][citation["source"]]
        return Text(locator, self.words.foreign(_language_of(locator, source)))

    def conflict(self, conflict: Mapping[str, Any]) -> Conflict:
        """Return where sources disagree: the accepted reading, then the others with their sources."""
        return Conflict(
            self.words.choice(conflict["title"]),
            Reading(self.words.choice(conflict["accepted"]), self.citations(conflict["citations"])),
            [self.reading(other) for other in conflict["others"]],
        )

    def reading(self, reading: Mapping[str, Any]) -> Reading:
        """Return what other sources say."""
        return Reading(self.words.choice(reading["reading"]), self.citations(reading["citations"]))


def _language_of(text: str, source: Mapping[str, Any]) -> str:
    """Return the language that a note on a source is written in, as its letters tell."""
    # What it quotes may be of another.
    text = re.sub("«[^»]*»|“[^”]*”", "", text)
    if re.search("[әғқңөұүһӘҒҚҢӨҰҮҺ]", text):
        return "kk"
    if not re.search("[А-Яа-я]", text):
        return "en"
    return "uk" if source.get("language") == "uk" and re.search("[іїєґІЇЄҐ]", text) else "ru"


def _issued(words: Catalogue, parts: list[int]) -> str:
    """Return a source's date in words, as exact as it is given."""
    if len(parts) < 2:
        return str(parts[0])
    with contextlib.suppress(ValueError):
        year, month, day = (*map(int, parts), 1, 1)[:3]
        return words.date(f"{year:04}-{month:02}-{day:02}", "day" if len(parts) > 2 else "month")
    return "-".join(map(str, parts))
