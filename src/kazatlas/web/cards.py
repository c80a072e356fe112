"""Cards: what is known of a unit, an act or a zone, as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from kazatlas.atlas.store import Atlas
from kazatlas.atlas.unit_index import Row, UnitIndex
from kazatlas.text.catalogue import Catalogue
from kazatlas.web.facts import EventCard, Link, Moment, Topic, ZoneCard, ZoneState
from kazatlas.web.links import Links
from kazatlas.web.references import References
from kazatlas.web.templates import render
from kazatlas.web.unit_facts import UnitFacts

MOST_LINKED = 12
"""An act's card and row name no more units than these."""

KEPT = 48
"""So many cards are kept made in a language and a view; a reader goes back and forth between a few."""


class CardWriter:
    """Writes the cards of an atlas in one language and one view; see `Cards.writer`."""

    def __init__(self, index: UnitIndex, references: References, view: str) -> None:
        self.index = index
        self.tables = index.tables
        self.references = references
        self.words = references.words
        self.view = view
        self.links = Links(index, references.words, view)
        self.units = UnitFacts(index, references, view)
        self._lasting: dict[str, Markup] = {}

    # ---- units

    def unit_card(self, unit: str, day: str) -> Markup:
        """Return the card of a unit on a day, or what became of it when it does not exist then."""
        row = self.index.version(unit, day, self.view)
        if row is None:
            absent = self.units.absent(unit, day)
            return render("absent_card", self.words, card=absent) if absent else Markup()
        card = self.units.present(row, day)
        return render("unit_card", self.words, card=card, lasting=self._lasting_part(row))

    def _lasting_part(self, row: Row) -> Markup:
        """Return the part of a version's card that is the same on each of its days."""
        if row["id"] not in self._lasting:
            if len(self._lasting) >= KEPT:
                self._lasting.clear()
            card = self.units.lasting(row)
            republic = self.republic() if card.is_republic else []
            self._lasting[row["id"]] = render("unit_lasting", self.words, card=card, republic=republic)
        return self._lasting[row["id"]]

    def republic(self) -> list[Topic]:
        """Return the republic's capital, who governed, what Moscow kept, its two levels of organs, with quotations."""
        return [
            Topic(
                self.words.choice(entry["title"]),
                self.words.choice(entry["text"]),
                self.references.citations(entry["citations"]),
            )
            for entry in self.tables["article"]["republic_card"]
        ]

    # ---- acts

    def event_card(self, event: Mapping[str, Any]) -> Markup:
        """Return the card of an event: when, what, which units, what other sources say, from where."""
        return render("event_card", self.words, card=self._event(event))

    def _event(self, event: Mapping[str, Any]) -> EventCard:
        words, conflicts = self.words, self.tables["conflicts"]
        when = words.date(event["date"], event["precision"])
        when += f" ({words('event.basis_' + event['basis'])}, {words('card.certainty_' + event['certainty'])})"
        units = self.links.units(event.get("units", []), event["date"])
        return EventCard(
            id=event["id"],
            title=words.choice(event["title"]),
            when=when,
            text=words.choice(event["text"]),
            placed=words.choice(event["placed"]) if event.get("placed") else "",
            units=units if len(units) <= MOST_LINKED else [],
            citations=self.references.citations(event["citations"]),
            alternatives=[self.references.reading(other) for other in event.get("alternatives") or []],
            conflicts=[
                self.references.conflict(conflicts[id_]) for id_ in event.get("conflict") or [] if id_ in conflicts
            ],
        )

    # ---- zones

    def zone_card(self, id_: str, day: str) -> Markup:
        """Return the card of a zone: what it was, when, what was decided, how it was drawn, from where."""
        zone = self.tables["zones"].get(id_)
        return render("zone_card", self.words, card=self._zone(id_, zone, day)) if zone else Markup()

    def _zone(self, id_: str, zone: Mapping[str, Any], day: str) -> ZoneCard:
        start, end = zone["valid_from"], zone.get("valid_to")
        absence = ""
        if not start <= day < (end or "9999"):
            absence = "card.not_yet" if day < start else "card.no_longer"
        states = sorted(zone.get("states") or [], key=lambda state: str(state["date"]))
        in_force = max((state["date"] for state in states if state["date"] <= day < (end or "9999")), default=None)
        return ZoneCard(
            id=id_,
            kind=zone["kind"],
            title=self.words.choice(zone["title"]),
            absence=absence,
            text=self.words.choice(zone["text"]),
            start=self._moment(start, zone["from"]),
            end=self._moment(end, zone.get("until")) if end else Moment(Link(self.words("card.to_open"))),
            certainty=zone["certainty"],
            states=[self._zone_state(state, is_in_force=state["date"] == in_force) for state in states],
            method=self.words.choice(zone["method"]),
            citations=self.references.citations(zone["citations"]),
        )

    def _zone_state(self, state: Mapping[str, Any], *, is_in_force: bool) -> ZoneState:
        return ZoneState(
            self._moment(state["date"], state["from"]).day,
            is_in_force,
            self.words.choice(state["text"]),
            self.references.names(state["citations"]),
            self.references.citations(state["citations"]),
        )

    def _moment(self, day: str, event: str | None) -> Moment:
        """Return a day, as exact as the act that it is of, and the act."""
        act = self.index.events.get(event or "")
        precision = act["precision"] if act else "day"
        return Moment(self.links.day(day, precision), precision, self.units.act(event))


class Cards:
    """The cards of one atlas.

    Parameters
    ----------
    with_copies
        Whether each citation opens into its bibliographic styles, to be copied. The card holds only a
        mark; what stands there is put in by the page, because written into the card it would make that
        three times as long; see `kazatlas.text.citation_styles.copies`.

    Attributes
    ----------
    index
        The versions of units, looked up.
    """

    def __init__(self, atlas: Atlas, *, with_copies: bool = False) -> None:
        self.index = UnitIndex(atlas)
        self.with_copies = with_copies
        self.tables = atlas.tables
        self.rows = self.index.rows
        self.version = self.index.version
        self._references: dict[str, References] = {}
        self._writers: dict[tuple[str, str], CardWriter] = {}

    def writer(self, words: Catalogue, view: str = "de_jure") -> CardWriter:
        """Return what writes the cards in a language and a view; the same for all readers."""
        key = (words.language, view)
        if key not in self._writers:
            self._writers[key] = CardWriter(self.index, self.references(words), view)
        return self._writers[key]

    def references(self, words: Catalogue) -> References:
        """Return the sources in a language."""
        if words.language not in self._references:
            self._references[words.language] = References(self.tables, words, can_copy=self.with_copies)
        return self._references[words.language]

    def unit_card(self, words: Catalogue, unit: str, day: str, view: str) -> Markup:
        """Return the card of a unit on a day, or what became of it when it does not exist then."""
        return self.writer(words, view).unit_card(unit, day)

    def event_card(self, words: Catalogue, event: Mapping[str, Any], view: str) -> Markup:
        """Return the card of an event: when, what, which units, what other sources say, from where."""
        return self.writer(words, view).event_card(event)

    def zone_card(self, words: Catalogue, zone: str, day: str, view: str) -> Markup:
        """Return the card of a zone: what it was, when, what was decided, how it was drawn, from where."""
        return self.writer(words, view).zone_card(zone, day)
