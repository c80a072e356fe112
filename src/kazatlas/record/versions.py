"""The timeline: which version of a unit is in force when, in each view, and which faces it holds."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kazatlas.record.types import COVERAGE, VIEWS, Record, Unit, VersionEntry, View

# What an entry of a unit states for itself each time; everything else carries over.
_OWN = {"citations", "note", "name_citations", "until", "view", "from_", "attested"}


@dataclass(frozen=True)
class Stretch:
    """One version of a unit in one view, from its first day to the first day no longer."""

    unit: str
    view: View
    valid_from: str
    valid_to: str | None
    entry: VersionEntry
    end_event: str | None

    @property
    def is_leaf(self) -> bool:
        """Whether the version holds faces of its own."""
        return bool(self.entry.faces)

    @property
    def holder(self) -> str | None:
        """The unit it belongs to in its view: by decree, or by who administered it."""
        return self.entry.parent if self.view == "de_jure" else self.entry.administered_by

    def covers(self, day: str) -> bool:
        """Return whether the version is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def carry_over(unit: Unit) -> list[VersionEntry]:
    """Return the unit's entries with the fields that each takes from the one before it in its view."""
    complete: list[VersionEntry] = []
    for entry in unit.versions:
        values = {}
        for earlier in reversed(complete):
            if "both" in (earlier.view, entry.view) or earlier.view == entry.view:
                values = {key: value for key, value in earlier if key not in _OWN}
                break
        given = {key: value for key, value in entry if key in _OWN or key in entry.model_fields_set}
        if "parent" in given and "administered_by" not in given:
            # Who decrees say is who governs, unless the record says otherwise.
            values.pop("administered_by", None)
        if given.get("faces"):
            values["border"] = "recovered"
            values.pop("drawn_within", None)
            values.pop("point", None)
        if given.get("border") in ("not-recovered", "not-drawn"):
            values.pop("faces", None)
        merged = values | given
        if merged.get("administered_by") is None:
            merged["administered_by"] = merged.get("parent")
        complete.append(entry.model_copy(update=merged))
    return complete


def stretches(record: Record) -> list[Stretch]:
    """Return every version of every unit, apart for each view, cut to the record's coverage.

    A version lasts until the next version of the same unit in the same view, until its own
    `until`, or for ever (`valid_to` None). Entries that refer to unknown events are left out;
    `kazatlas.record.checks` reports them.
    """
    result = []
    for id_, unit in record.units.items():
        entries = carry_over(unit)
        for view in VIEWS:
            dated = [e for e in entries if e.view in ("both", view) and e.from_ in record.events]
            for entry, following in itertools.zip_longest(dated, dated[1:]):
                start = record.events[entry.from_].date
                ends = [e for e in (entry.until, following.from_ if following else None) if e in record.events]
                end_event = min(ends, key=lambda e: record.events[e].date) if ends else None
                end = record.events[end_event].date if end_event else None
                if (end is None or start < end) and start < COVERAGE[1]:
                    result.append(Stretch(id_, view, start, end, entry, end_event))
    return result


def change_days(items: Iterable[Stretch]) -> list[str]:
    """Return the days on which any of the versions begins or ends, in order."""
    days = {s.valid_from for s in items} | {s.valid_to for s in items if s.valid_to}
    return sorted(days)


@dataclass(frozen=True)
class Holding:
    """The faces that a unit holds in one view, through its leaves, from a day to the first day no longer."""

    unit: str
    view: View
    valid_from: str
    valid_to: str | None
    faces: frozenset[str]


def _held(
    unit: str, force: dict[str, Stretch], children: dict[str, list[str]], above: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Return the faces that a unit holds, itself and through the units below it."""
    if unit in above:  # a unit that contains itself is reported by kazatlas.record.checks
        return frozenset()
    below = [_held(child, force, children, above | {unit}) for child in children[unit]]
    return frozenset(force[unit].entry.faces or ()).union(*below)


def holdings(record: Record, items: list[Stretch]) -> list[Holding]:
    """Return, for every unit, view and stretch of time without change, the faces it holds.

    A leaf holds its own faces. A first-level unit holds its own faces and those of the
    second-level units that belong to it in that view; a republic those of its first-level units.
    """
    result: list[Holding] = []
    for view in VIEWS:
        here = [s for s in items if s.view == view]
        days = change_days(here)
        running: dict[str, tuple[str, frozenset[str]]] = {}
        for day in days:
            force = {s.unit: s for s in here if s.covers(day)}
            children: dict[str, list[str]] = defaultdict(list)
            for unit, stretch in force.items():
                if stretch.holder:
                    children[stretch.holder].append(unit)
            now = {unit: _held(unit, force, children) for unit in force}
            for unit, (since, faces) in list(running.items()):
                if now.get(unit) != faces:
                    result.append(Holding(unit, view, since, day, faces))
                    del running[unit]
            for unit, faces in now.items():
                running.setdefault(unit, (day, faces))
        result += [Holding(unit, view, since, None, faces) for unit, (since, faces) in running.items()]
    return result
