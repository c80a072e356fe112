"""Unit facts: what the card of a unit says, in one language and one view."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from kazatlas.atlas.lineage import Relation, family
from kazatlas.atlas.unit_index import Row, UnitIndex
from kazatlas.record.types import LANGUAGES, REPUBLIC, View
from kazatlas.text.catalogue import Catalogue
from kazatlas.web.facts import (
    AbsentCard,
    Family,
    Heading,
    LastingFacts,
    Life,
    Link,
    Moment,
    Passage,
    Reading,
    Relative,
    Stage,
    Text,
    UnitCard,
)
from kazatlas.web.ground_facts import GroundFacts
from kazatlas.web.links import Links, name_of
from kazatlas.web.references import References

_DATE_LABELS = {"from": "card.from", "to": "card.to", "extent": "card.extent"}


class UnitFacts:
    """What is known of units, in one language and one view."""

    def __init__(self, index: UnitIndex, references: References, view: str) -> None:
        self.index = index
        self.tables = index.tables
        self.references = references
        self.words = references.words
        self.view = view
        self.links = Links(index, references.words, view)
        self.grounds = GroundFacts(index, references, view)

    # ---- the unit on a day

    def present(self, row: Row, day: str) -> UnitCard:
        """Return what is known of the version of a unit that is in force on a day."""
        first, last = self.index.span(row, self.view)
        parent, ruler = row.get("parent"), row.get("administered_by")
        is_ruled_apart = parent and ruler and ruler != parent
        area = self.words("card.km2", number=self.words.number(round(row["area_km2"]))) if "area_km2" in row else ""
        return UnitCard(
            heading=self._heading(row),
            parent=self.links.unit(parent, day) if parent else None,
            administered_by=self.links.in_view("de_facto").unit(str(ruler), day) if is_ruled_apart else None,
            seat=self._seat(row, day),
            start=self.start_of(first),
            end=self.end_of(last),
            # Its faces changed while its standing did not: a volost came, an uezd went.
            extent=None if first is row and last is row else (self.start_of(row), self.end_of(row)),
            area=area,
            certainty=row["certainty"],
            notes=self._notes(row, day),
        )

    def _heading(self, row: Row) -> Heading:
        others = [language for language in LANGUAGES if language != self.words.language]
        names = [Text(row[f"name_{language}"], language) for language in others]
        return Heading(row["type"], name_of(row, self.words), names, row.get("name_period", ""))

    def _notes(self, row: Row, day: str) -> list[str]:
        notes = [note] if (note := row.get(f"note_{self.words.language}")) else []
        if row["border"] == "not-recovered":
            within = self.index.version(row["drawn_within"], day, self.view) if "drawn_within" in row else None
            name = name_of(within, self.words) if within else row.get("drawn_within", "")
            notes.append(self.words("card.not-recovered", name=name))
        elif row["border"] == "not-drawn":
            notes.append(self.words("card.not-drawn"))
        return notes

    def _seat(self, row: Row, day: str) -> str:
        place = self.tables["places"].get(row.get("seat", ""))
        if not place:
            return ""
        names = [name for name in place["names"] if (name.get("valid_from") or "") <= day]
        return self.words.choice((names or place["names"])[-1])

    # ---- the unit on a day on which it does not exist

    def absent(self, unit: str, day: str) -> AbsentCard | None:
        """Return what became of a unit that does not exist on a day; none of what is no unit."""
        rows = self.index.versions(unit, self.view)
        if not rows:
            elsewhere = self.index.rows.get(unit)
            return AbsentCard(self._heading(elsewhere[0]), "card.not_in_view") if elsewhere else None
        before = [row for row in rows if row["valid_from"] <= day]
        after = [row for row in rows if row["valid_from"] > day]
        row = before[-1] if before else after[0]
        return AbsentCard(
            self._heading(row),
            "card.pause" if before and after else "card.no_longer" if before else "card.not_yet",
            self._passage(row, row["valid_to"], row["valid_from"], row["valid_to"]) if before else None,
            self._passage(after[0], after[0]["valid_from"], after[0]["valid_from"], day) if after else None,
        )

    def _passage(self, row: Row, day: str, target: str, holders_on: str) -> Passage:
        """Return a day that leads to another, and who held a version's land on a third."""
        link = self.links.to(self.words.date(day), target, row["unit"])
        holders = self.index.successors(row, holders_on, self.view)
        return Passage(link, [self.links.to(name_of(o, self.words), holders_on, o["unit"]) for o in holders])

    # ---- days

    def start_of(self, row: Row) -> Moment:
        """Return the first day of a version."""
        if row["valid_from"] == self.tables["coverage"][0]:
            return Moment(Link(self.words("card.from_opens")))
        return self._moment(row["valid_from"], row["start_precision"], row["start_event"], row["unit"])

    def end_of(self, row: Row) -> Moment:
        """Return the first day on which a version is no longer in force."""
        if "valid_to" not in row:
            return Moment(Link(self.words("card.to_open")))
        event = self.index.events.get(row.get("end_event", ""))
        return self._moment(row["valid_to"], event["precision"] if event else "day", row.get("end_event"), row["unit"])

    def _moment(self, day: str, precision: str, event: str | None, unit: str) -> Moment:
        return Moment(self.links.day(day, precision, unit), precision, self.act(event))

    def act(self, id_: str | None) -> str:
        """Return the title of an act; nothing where there is none."""
        event = self.index.events.get(id_ or "")
        return self.words.choice(event["title"]) if event else ""

    # ---- what is the same on each day of a version

    def lasting(self, row: Row) -> LastingFacts:
        """Return what is the same on each day of a version."""
        readings, conflicts = self._readings(row)
        return LastingFacts(
            is_republic=row["unit"] == REPUBLIC,
            readings=readings,
            conflicts=[self.references.conflict(self.tables["conflicts"][id_]) for id_ in conflicts],
            family=self._family(row["unit"]),
            life=self._life(row),
            citations=self.references.citations(row["citations"]),
            dates=self.grounds.dates(row),
            name=self.grounds.name(row),
            outline=self.grounds.outline(row),
            proof=self.grounds.proof(row),
            figures=self.grounds.figures(row["unit"]),
        )

    def _readings(self, row: Row) -> tuple[list[Reading], list[str]]:
        """Return other readings of a version's start and end, and the conflicts about its unit."""
        readings: list[Reading] = []
        conflicts: dict[str, None] = {}
        for key, acts in self.index.acts_of(row, self.view).items():
            label = self.words(_DATE_LABELS[key])
            for event in acts:
                for other in self.index.alternatives_of(row["unit"], event):
                    when = _reading_date(self.words, other)
                    readings.append(
                        Reading(
                            self.words.choice(other["reading"]),
                            self.references.citations(other["citations"]),
                            self.references.names(other["citations"]),
                            head=f"{label}: {when} – " if when else f"{label}: ",
                            status=other["status"],
                        )
                    )
                conflicts |= dict.fromkeys(self.index.conflicts_of(row["unit"], event))
        return readings, list(conflicts)

    def _family(self, unit: str) -> Family | None:
        """Return whose land became a unit's and whose its land became, with the share of the unit's area."""
        relations = family(self.index.atlas, unit, cast(View, self.view))
        before, after = relations["predecessors"], relations["successors"]
        if not before and not after:
            return None
        sides = [(r.to_unit, r.share_to) for r in before] + [(r.from_unit, r.share_from) for r in after]
        note = ""
        if any(share is not None for _, share in sides):
            # Where the unit has no border of its own, the shares are those of the land that it lies in.
            is_bounded = all(other == unit for other, _ in sides)
            note = self.words("card.family_shares" if is_bounded else "card.family_within")
        return Family(
            [self._relative(relation, is_before=True) for relation in before],
            self.links.label(unit),
            [self._relative(relation, is_before=False) for relation in after],
            note,
        )

    def _relative(self, relation: Relation, *, is_before: bool) -> Relative:
        """Return one relative: its name as a link to the last day that it had before, or the first after."""
        view = self.view if relation.view == "both" else relation.view
        day, other = relation.day, relation.to_unit
        if is_before:
            day, other = self.index.stop_before(relation.day), relation.from_unit
        row = self.index.version(other, day, view) if other else None
        if row is not None:
            name = self.links.in_view(view).to(name_of(row, self.words), day, row["unit"])
        elif relation.name:
            name = Link(self.words.choice(relation.name))
        else:
            name = Link(self.links.label(other) if other else "")
        about = [self.words("card.relation_" + relation.type)]
        if relation.day > self.tables["coverage"][0]:
            about.insert(0, relation.day[:4])
        share = relation.share_to if is_before else relation.share_from
        if share is not None:
            about.append(_percent(self.words, share))
        if relation.evidence == "stated":
            about.append(self.words("card.stated"))
        citations = cast("list[Mapping[str, Any]]", relation.citations or [])
        return Relative(name, ", ".join(about), self.references.names(citations), self.references.citations(citations))

    def _life(self, row: Row) -> Life | None:
        """Return the stages of a unit's life, each a link that leads to its first day; none where there is but one."""
        rows = self.index.stages(row["unit"], self.view)
        stages = []
        for before, stage, after in zip([None, *rows], rows, [*rows[1:], None], strict=False):
            opens = stage["valid_from"] == self.tables["coverage"][0]
            name = name_of(stage, self.words)
            is_last = "valid_to" in stage and (after is None or stage["valid_to"] < after["valid_from"])
            stages.append(
                Stage(
                    self.links.day(stage["valid_from"], "day" if opens else stage["start_precision"], row["unit"]),
                    "" if before and name == name_of(before, self.words) else name,
                    self.words("card.from_opens") if opens else self.act(stage["start_event"]),
                    is_current=stage["valid_from"] <= row["valid_from"] < stage.get("valid_to", "9999"),
                    end=self.end_of(stage) if is_last else None,
                )
            )
        if len(stages) == 1 and stages[0].end is None:
            return None
        return Life(self.words("card.life_count", number=self.words.number(len(rows))), stages)


def _percent(words: Catalogue, share: float) -> str:
    """Return a share in percent, with a decimal where whole percents would say all or nothing."""
    percent = share * 100
    number = round(percent) if 1 <= percent <= 99 or share > 0.9995 else max(0.1, round(percent, 1))
    return words("card.percent", number=words.number(number))


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
