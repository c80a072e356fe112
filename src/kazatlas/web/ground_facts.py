"""Ground facts: what the dates, the name and the border of a unit rest on, and the figures that sources give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from kazatlas.atlas.unit_index import OutlinePart, Row, UnitIndex
from kazatlas.web.facts import Act, Figure, Ground, Method, Outline, Proof, Text, Witness
from kazatlas.web.links import Links
from kazatlas.web.references import References


class GroundFacts:
    """What the statements about units rest on, in one language and one view."""

    def __init__(self, index: UnitIndex, references: References, view: str) -> None:
        self.index = index
        self.tables = index.tables
        self.references = references
        self.words = references.words
        self.view = view
        self.links = Links(index, references.words, view)

    # ---- dates and name

    def dates(self, row: Row) -> list[Ground]:
        """Return what a version's start and end rest on, and those of its borders where they are others."""
        acts = self.index.acts_of(row, self.view)
        first, last = self.index.span(row, self.view)
        none = self.words("card.no_source")
        if acts["from"]:
            grounds = [self._date("card.from", acts["from"], row["unit"])]
        else:
            opens = first["valid_from"] == self.tables["coverage"][0]
            summary = f"{self.words('card.from_opens')} · {none}" if opens else none
            grounds = [Ground(self.words("card.from"), summary)]
        if acts["to"]:
            grounds.append(self._date("card.to", acts["to"], row["unit"]))
        else:
            # That a thing goes on beyond the atlas wants no source.
            grounds.append(Ground(self.words("card.to"), none if "valid_to" in last else self.words("card.to_open")))
        if acts["extent"]:
            grounds.append(self._date("card.extent", acts["extent"], row["unit"]))
        return grounds

    def _date(self, label: str, acts: list[Mapping[str, Any]], unit: str) -> Ground:
        """Return the acts that a date rests on, with their sources."""
        cited = [citation for event in acts for citation in event["citations"]]
        summary = [self._basis(acts[0])] if len(acts) == 1 else []
        return Ground(
            self.words(label),
            " · ".join([*summary, self._count(cited)]),
            [
                Act(
                    self.links.to(self.words.choice(event["title"]), event["date"], unit),
                    f"{self.words.date(event['date'], event['precision'])}, {self._basis(event)}",
                    event["basis"] == "attested",
                    self.words.choice(event["placed"]) if event.get("placed") else "",
                    self.references.citations(event["citations"]),
                )
                for event in acts
            ],
        )

    def name(self, row: Row) -> Ground:
        """Return what a version's name rests on."""
        citations = self.index.name_citations(row)
        label = self.words("card.name_sources")
        return Ground(label, self._count(citations), citations=self.references.citations(citations))

    def _count(self, citations: Iterable[Mapping[str, Any]]) -> str:
        number = len({citation["source"] for citation in citations})
        if not number:
            return self.words("card.no_source")
        return self.words("card.source_count", number=self.words.number(number))

    def _basis(self, event: Mapping[str, Any]) -> str:
        words = self.words
        return f"{words('event.basis_' + event['basis'])}, {words('card.certainty_' + event['certainty'])}"

    # ---- border

    def outline(self, row: Row) -> Outline:
        """Return what a version's border rests on: km by evidence, then by method, with sources."""
        words = self.words
        if row["border"] == "not-drawn":
            return Outline(words("card.no_line"))
        parts, shore = self.index.border(row)
        if not parts and not shore:
            return Outline(words("card.no_source"))
        lengths = [
            (f"{words('card.basis_' + part.basis)}, {words('card.certainty_' + part.certainty)}", part.km)
            for part in parts
        ]
        if shore:
            lengths.append((words("card.coast"), shore))
        total = words.number(round(sum(km for _, km in lengths)))
        return Outline(
            words("card.border_total", number=total),
            [(evidence, self._km(km)) for evidence, km in lengths],
            self._methods(row),
        )

    def _methods(self, row: Row) -> list[Method]:
        parts: dict[str, list[OutlinePart]] = defaultdict(list)
        for part in self.index.outline(row):
            if part.method in self.tables["methods"]:
                parts[part.method].append(part)
        return [self._method(self.tables["methods"][id_], these) for id_, these in parts.items()]

    def _method(self, method: Mapping[str, Any], parts: list[OutlinePart]) -> Method:
        lengths = [f"{self._km(part.km)}, {self._evidence(part)}" for part in parts]
        return Method(
            self.words.choice(method["title"]),
            lengths[0] if len(lengths) == 1 else self._km(sum(part.km for part in parts)),
            lengths if len(lengths) > 1 else [],
            self.words.choice(method["text"]),
            self.references.citations(method["citations"]),
        )

    def _evidence(self, part: OutlinePart) -> str:
        words = self.words
        accuracy = words("pages.accuracy", km=words.number(part.accuracy_km))
        return f"{words('card.basis_' + part.basis)}, {words('card.certainty_' + part.certainty)}, {accuracy}"

    def _km(self, km: float) -> str:
        return self.words("card.border_km", number=self.words.number(round(km) if km >= 1 else max(0.1, round(km, 1))))

    # ---- witnesses

    def proof(self, row: Row) -> Proof | None:
        """Return the places that prove where a version's land lay, with the words of their sources."""
        if row["border"] != "recovered" or row["level"] == 0:
            return None
        witnesses = self.index.witnesses_of(row)
        if not witnesses:
            return Proof(self.words("card.proof_none"))
        summary = self.words("card.proof_count", number=self.words.number(len(witnesses)))
        if any(feature["properties"]["unit"] != row["unit"] for feature in witnesses):
            # Those of its uezds stand on their cards.
            return Proof(summary)
        if (km := witnesses[0]["properties"]["border_km"]) is not None:
            summary += ", " + self.words("card.proof_nearest", km=self._distance(km))
        carried = {span["carried"] for feature in witnesses for span in feature["properties"]["spans"]} - {None}
        return Proof(
            summary,
            [self.words(f"card.proof_{way}") for way in sorted(carried, reverse=True)],
            [self._witness(feature["properties"]) for feature in witnesses],
        )

    def _witness(self, witness: Mapping[str, Any]) -> Witness:
        words = self.words
        cited = {"source": witness["source"], "locator": witness["locator"]}
        language = str(self.tables["sources"][witness["source"]].get("language") or "")
        if witness.get("quote"):
            cited |= {"quote": witness["quote"], "quote_lang": language}
        when = witness["from"]
        about = [words("map.witness_by", date=words.date(when) if len(when) == 10 else words.years(when))]
        if (km := witness["border_km"]) is not None:
            about.append(words("map.witness_km", km=self._distance(km)))
        (citation,) = self.references.citations([cited], can_copy=False)
        return Witness(Text(witness["name"], words.foreign(language)), ", ".join(about), citation)

    def _distance(self, km: float) -> str:
        return self.words.number(round(km) if km >= 1 else km)

    # ---- figures

    def figures(self, unit: str) -> list[Figure]:
        """Return the areas and populations that sources give of a unit."""
        return [self._figure(figure) for figure in self.tables["units"].get(unit, {}).get("figures") or []]

    def _figure(self, figure: Mapping[str, Any]) -> Figure:
        words = self.words
        value = words(f"card.unit_{figure['unit']}", number=words.number(figure["value"]))
        if "km2" in figure and figure["unit"] != "km2":
            value += f" = {words('card.km2', number=words.number(figure['km2']))}"
        label = words("card.figure_" + figure["what"])
        if "as_of" in figure:
            label += f", {words.years(figure['as_of'])}"
        return Figure(
            label,
            value,
            self.references.name(figure["source"]),
            self.references.locator(figure),
            words.choice(figure["note"]) if "note" in figure else "",
        )
