"""Lineage: what became of what, and what changed from one day to another."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

import shapely

from kazatlas.atlas.day import Day, Row, calendar_of
from kazatlas.atlas.store import Atlas, stops
from kazatlas.record.faces import geodesic_area_km2
from kazatlas.record.types import VIEWS, View

ChangeType = Literal[
    "created", "abolished", "renamed", "type_changed", "transferred", "first_level_gained",
    "first_level_lost", "border_moved", "seat_moved", "restated", "redigitised",
]  # fmt: skip
"""`restated`: an act concerns the unit but changes nothing on the map; `redigitised`: only the record did."""

RelationType = Literal["continues", "replaced", "merged", "divided", "split", "ceded"]

SLIVER_KM2 = 1.0
"""Less than this is not land that changed hands: no line of the atlas is known so exactly."""

_END = "9999"


@dataclass(frozen=True)
class Change:
    """One thing that is different about a unit on a day, in one view, from the day it is compared with.

    Attributes
    ----------
    before, after
        Version ids on the two days; None where the unit is not in force.
    old, new
        What changed, for a type its word, for a transfer the ids of the units above, for a seat
        the ids of the places.
    gained, lost
        Unit -> km2: whose land it was, whose it became. For a new unit all its land is gained.
    event
        The act that the record gives for it.
    """

    type: ChangeType
    unit: str
    view: View
    day: str
    level: int
    before: str | None = None
    after: str | None = None
    old: str | None = None
    new: str | None = None
    gained: dict[str, float] = field(default_factory=dict)
    lost: dict[str, float] = field(default_factory=dict)
    event: str | None = None


@dataclass(frozen=True)
class Relation:
    """What a unit's land, or the unit itself, became on a day.

    Attributes
    ----------
    share_from, share_to
        The part of the predecessor's area that passed, and the part of the successor's that this
        makes; None where no border tells.
    evidence
        `derived` from the faces, or `stated` by an act.
    name
        The predecessor's name in three languages where it is not a unit of the record.
    citations
        Of a stated relation; what is derived rests on its event and its lines.
    """

    type: RelationType
    day: str
    view: str
    level: int
    event: str | None
    evidence: Literal["derived", "stated"]
    from_unit: str | None = None
    to_unit: str | None = None
    from_version: str | None = None
    to_version: str | None = None
    share_from: float | None = None
    share_to: float | None = None
    km2: float | None = None
    name: dict[str, str] | None = None
    citations: list[dict[str, Any]] = field(default_factory=list)


class History:
    """The atlas's versions by day, and the area of each face in km2."""

    def __init__(self, atlas: Atlas) -> None:
        self.calendar = calendar_of(atlas)
        self.rows = self.calendar.rows
        self.version = {row["id"]: row for row in self.rows}
        self.tables = atlas.tables
        self.opening: str = atlas.tables["coverage"][0]
        self.days = stops(atlas)
        self._borders = atlas.borders
        self._changes: dict[str, list[Change]] = {}

    @cached_property
    def area_km2(self) -> dict[str, float]:
        """Return the area of each face."""
        around: dict[str, list[Any]] = defaultdict(list)
        for left, right, line in zip(
            self._borders["left"], self._borders["right"], self._borders.geometry, strict=True
        ):
            for face in (left, right):
                if isinstance(face, str):
                    around[face].append(line)
        return {
            face: geodesic_area_km2(shapely.build_area(shapely.MultiLineString(lines)))
            for face, lines in around.items()
        }

    @cached_property
    def edges(self) -> list[tuple[str, str, str]]:
        """Return id, left face and right face of every stretch of line between two faces."""
        columns = (self._borders["id"], self._borders["left"], self._borders["right"])
        return [(i, a, b) for i, a, b in zip(*columns, strict=True) if isinstance(a, str) and isinstance(b, str)]

    def km2(self, faces: Iterable[str]) -> float:
        """Return the area of faces together."""
        return sum(self.area_km2[face] for face in faces)

    def day(self, day: str, view: View) -> Day:
        """Return a day in a view."""
        return self.calendar.day(day, view)

    def changes(self, day: str) -> list[Change]:
        """Return what is different on a day from the day before; nothing on the record's first day."""
        if day <= self.opening:
            return []
        if day not in self._changes:
            before = day_before(day)
            self._changes[day] = [change for view in VIEWS for change in self.differences(before, day, view)]
        return self._changes[day]

    def differences(self, start: str, day: str, view: View) -> list[Change]:
        """Return what is different on a day from an earlier one in a view."""
        old, new = self.day(start, view), self.day(day, view)
        redrawn = self.redrawn(old, new)
        changes = []
        for unit in sorted({*old.rows, *new.rows}):
            a, b = old.rows.get(unit), new.rows.get(unit)
            if a is not b:
                changes += list(self._of_unit(old, new, unit, redrawn, day, view))
        return sorted(changes, key=lambda change: (change.level, change.unit))

    def redrawn(self, old: Day, new: Day) -> set[str]:
        """Return the units whose border the record came to know or to doubt while they went on."""
        return {
            unit for unit, row in new.rows.items()
            if unit in old.rows
            and {row["border"], old.rows[unit]["border"]} == {"recovered", "not-recovered"}
        }  # fmt: skip

    def _of_unit(self, old: Day, new: Day, unit: str, redrawn: set[str], day: str, view: View) -> Iterable[Change]:
        a, b = old.rows.get(unit), new.rows.get(unit)
        row = b or a
        assert row is not None
        level = int(row["level"])
        event = b["start_event"] if b and b["valid_from"] == day else a.get("end_event") if a else None
        base = Change("restated", unit, view, day, level, a["id"] if a else None, b["id"] if b else None, event=event)
        had, has = old.land.get(unit, set()), new.land.get(unit, set())
        gained = self._by_unit(has - had, old.at(level), redrawn)
        lost = self._by_unit(had - has, new.at(level), redrawn)
        if a is None or b is None:
            yield replace(base, type="abolished" if b is None else "created", gained=gained, lost=lost)
            return
        names = [f"name_{language}" for language in ("kk", "ru", "en")]
        above = (old.holder(unit), new.holder(unit))
        changes = []
        if a["type"] != b["type"]:
            changes.append(replace(base, type="type_changed", old=a["type"], new=b["type"]))
        elif any(a[name] != b[name] for name in names):
            changes.append(replace(base, type="renamed"))
        if a["level"] != b["level"]:
            kind: ChangeType = "first_level_gained" if b["level"] < a["level"] else "first_level_lost"
            changes.append(replace(base, type=kind, old=above[0], new=above[1]))
        elif above[0] != above[1]:
            changes.append(replace(base, type="transferred", old=above[0], new=above[1]))
        if gained or lost:
            changes.append(replace(base, type="border_moved", gained=gained, lost=lost))
        if a.get("seat") != b.get("seat"):
            changes.append(replace(base, type="seat_moved", old=a.get("seat"), new=b.get("seat")))
        if not changes and b["valid_from"] == day and a["in_republic"] == b["in_republic"]:
            cut = unit in redrawn or had != has or _says_the_same(a, b)
            changes.append(replace(base, type="redigitised") if cut else base)
        yield from changes

    def _by_unit(self, faces: set[str], holders: Mapping[str, str], redrawn: set[str]) -> dict[str, float]:
        """Return the area of faces by who holds them, largest first, without what was only redrawn."""
        parts: dict[str, float] = defaultdict(float)
        for face in faces:
            if (unit := holders.get(face)) and unit not in redrawn:
                parts[unit] += self.area_km2[face]
        ordered = sorted(parts.items(), key=lambda item: (-item[1], item[0]))
        return {unit: round(area, 1) for unit, area in ordered if area >= SLIVER_KM2}

    @cached_property
    def relations(self) -> list[Relation]:
        """Return every relation between predecessor and successor, in order of days."""
        relations: list[Relation] = []
        for day in self.days:
            if day > self.opening:
                relations += _both_views(
                    [r for view in VIEWS for level in (1, 2) for r in self._derived(day, view, level)]
                )
        relations += self._stated()
        return sorted(relations, key=lambda r: (r.day, r.level, r.from_unit or "", r.to_unit or "", r.view))

    def _derived(self, day: str, view: View, level: int) -> Iterable[Relation]:
        """Return the relations that the faces tell on a day, at one level of division."""
        old, new = self.day(day_before(day), view), self.day(day, view)
        redrawn = self.redrawn(old, new)
        before, after = old.at(level), new.at(level)
        flows: dict[tuple[str, str], float] = defaultdict(float)
        for face in before.keys() & after.keys():
            flows[before[face], after[face]] += self.area_km2[face]
        moved = {
            pair for pair, area in flows.items()
            if pair[0] != pair[1] and area >= SLIVER_KM2 and not redrawn & set(pair)
            # Level 2 tells of uezds; where both are first-level units, level 1 has told it.
            and (level == 1 or 2 in (old.rows[pair[0]]["level"], new.rows[pair[1]]["level"]))
        }  # fmt: skip
        lost, gained = {a for a, _ in moved}, {b for _, b in moved}
        size_from, size_to = defaultdict[str, float](float), defaultdict[str, float](float)
        for (a, b), area in flows.items():
            size_from[a] += area
            size_to[b] += area
        for (a, b), area in flows.items():
            if (a, b) not in moved and not (a == b and (a in lost or a in gained)):
                continue
            share_from, share_to = area / size_from[a], area / size_to[b]
            changed = new.rows[b] if new.rows[b]["valid_from"] == day else old.rows[a]
            yield Relation(
                _relation(a, b, a in new.rows, b in before.values(), share_from, share_to), day, view, level,
                changed["start_event"] if changed is new.rows[b] else changed.get("end_event"),
                "derived", a, b, old.rows[a]["id"], new.rows[b]["id"],
                round(share_from, 6), round(share_to, 6), round(area, 1),
            )  # fmt: skip

    def _stated(self) -> Iterable[Relation]:
        """Return the relations that acts state: what a unit came from and what it went into."""
        dates = {event["id"]: event["date"] for event in self.tables["events"]}
        for unit, entry in self.tables["units"].items():
            for stated in entry.get("relations", ()):
                day, into = dates[stated["event"]], stated.get("went_into")
                first, then = (unit, into) if into else (stated.get("came_from"), unit)
                old, new = self.day(day_before(day), "de_jure").rows, self.day(day, "de_jure").rows
                a, b = old.get(first or ""), new.get(then)
                kind: RelationType = "merged" if into else "split" if first in new else "replaced"
                yield Relation(
                    kind, day, "both", int((b or a or {"level": 2})["level"]), stated["event"], "stated", first, then,
                    a["id"] if a else None, b["id"] if b else None,
                    name=stated.get("came_from_name"), citations=stated["citations"],
                )  # fmt: skip


def _says_the_same(a: Row, b: Row) -> bool:
    """Return whether two versions rest on the same entry of the record, cut in two by what is around it."""
    columns = ("certainty", "note_en")
    return all(a.get(key) == b.get(key) for key in columns) and a["citations"][:1] == b["citations"][:1]


def _relation(a: str, b: str, goes_on: bool, was_there: bool, share_from: float, share_to: float) -> RelationType:
    if a == b:
        return "continues"
    if goes_on:
        return "ceded" if was_there else "split"
    if share_from < 0.999:
        return "divided"
    return "replaced" if share_to > 0.999 and not was_there else "merged"


def _both_views(relations: list[Relation]) -> list[Relation]:
    """Join the relations that are the same in both views into one."""

    def key(relation: Relation) -> tuple[Any, ...]:
        return (relation.level, relation.from_unit, relation.to_unit, relation.share_from, relation.share_to)

    jure = {key(r): r for r in relations if r.view == "de_jure"}
    facto = {key(r): r for r in relations if r.view == "de_facto"}
    joined = [replace(r, view="both") if k in facto else r for k, r in jure.items()]
    return joined + [r for k, r in facto.items() if k not in jure]


_HISTORIES: dict[int, History] = {}


def history_of(atlas: Atlas) -> History:
    """Return the atlas's history, made once for each atlas."""
    if id(atlas) not in _HISTORIES:
        _HISTORIES[id(atlas)] = History(atlas)
        weakref.finalize(atlas, _HISTORIES.pop, id(atlas), None)
    return _HISTORIES[id(atlas)]


def day_before(day: str) -> str:
    """Return the ISO day before a day."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def changes(atlas: Atlas, day: str) -> list[Change]:
    """Return what is different on a day from the day before, each view apart, republic first.

    Changes of type `redigitised` are ours and not history; they are there to be counted, not told.
    """
    return history_of(atlas).changes(day)


def ghosts(atlas: Atlas, day: str, view: View) -> dict[int, list[str]]:
    """Return the stretches of border that were there the day before and are not on the day.

    Returns
    -------
    Level (0 republic, 1 gubernias, 2 uezds) -> edge ids, as in the atlas's borders.
    """
    history = history_of(atlas)
    if day <= history.opening:
        return {0: [], 1: [], 2: []}
    old, new = history.day(day_before(day), view), history.day(day, view)
    redrawn = history.redrawn(old, new)

    def parts(state: Day, face: str) -> tuple[str | None, ...]:
        top = state.gubernia_of.get(face)
        return state.drawn_holder(top), top, state.unit_of.get(face)

    result: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for id_, left, right in history.edges:
        if left not in old.unit_of or right not in old.unit_of:
            continue  # a shore parts land from water, not unit from unit
        before, after = (parts(old, left), parts(old, right)), (parts(new, left), parts(new, right))
        if redrawn & {before[0][2], before[1][2], after[0][2], after[1][2]}:
            continue
        for level in (0, 1, 2):
            if before[0][level] != before[1][level] and after[0][level] == after[1][level]:
                result[level].append(id_)
    return result


def lineage(atlas: Atlas) -> list[Relation]:
    """Return the relations between predecessors and successors.

    Over the successors of a predecessor that changed (itself among them, `continues`) the
    derived shares of its area sum to one, and so do the shares over a successor's predecessors.
    """
    return history_of(atlas).relations


def family(atlas: Atlas, unit: str, view: View = "de_jure") -> dict[str, Any]:
    """Return a unit's family for its card.

    Returns
    -------
    `predecessors` and `successors`: its relations with other units; `origins` and `heirs`: who held
    the land that it ever held when the record opens, and who holds it when the record ends, as
    unit -> share; `within`: the unit that a unit without a recovered border is drawn in. Where
    that is land whose division is not known, the family is that of the land.
    """
    history = history_of(atlas)
    mine = [row for row in history.rows if row["unit"] == unit and row["view"] in (view, "both")]
    rows = sorted(mine, key=lambda row: str(row["valid_from"]))
    within = rows[-1].get("drawn_within") if rows else None
    is_tile = any(row["unit"] == within and row["type"] == "undivided" for row in history.rows)
    units = {unit, within} if is_tile else {unit}
    near = [r for r in history.relations if r.view in (view, "both") and r.type != "continues"]
    faces: set[str] = set()
    for row in history.rows:
        if row["unit"] in units and row["view"] in (view, "both"):
            faces |= history.day(row["valid_from"], view).land.get(row["unit"], set())
    first, last = history.day(history.opening, view), history.day(day_before(history.tables["coverage"][1]), view)
    return {
        "predecessors": [r for r in near if r.to_unit in units],
        "successors": [r for r in near if r.from_unit in units],
        "origins": _shares(history, faces, first.at(rows[0]["level"])) if rows else {},
        "heirs": _shares(history, faces, last.at(rows[-1]["level"])) if rows else {},
        "within": within,
    }


def _shares(history: History, faces: set[str], holders: Mapping[str, str]) -> dict[str, float]:
    """Return which part of the faces' area each holder has: unit -> share, largest first."""
    parts: dict[str, float] = defaultdict(float)
    for face in faces & holders.keys():
        parts[holders[face]] += history.area_km2[face] / history.km2(faces)
    return {unit: round(share, 6) for unit, share in sorted(parts.items(), key=lambda item: (-item[1], item[0]))}


def compare(atlas: Atlas, start: str, end: str, view: View) -> list[dict[str, Any]]:
    """Return every unit that differs between two days in a view: what it was, what it is, km2.

    Returns
    -------
    Rows of `unit`, `level`, `changes` (their types), `before` and `after` (None, or version, type,
    names, holder, seat, km2), `gained` and `lost` (unit -> km2).
    """
    history = history_of(atlas)
    old, new = history.day(start, view), history.day(end, view)
    by_unit: dict[str, list[Change]] = defaultdict(list)
    for change in history.differences(start, end, view):
        if change.type not in ("restated", "redigitised"):
            by_unit[change.unit].append(change)

    def side(state: Day, unit: str) -> dict[str, Any] | None:
        if unit not in state.rows:
            return None
        row = state.rows[unit]
        faces = state.land.get(unit)
        return {
            "version": row["id"], "type": row["type"], "level": row["level"], "holder": state.holder(unit),
            "seat": row.get("seat"), "km2": round(history.km2(faces), 1) if faces else None,
            "name": {language: row[f"name_{language}"] for language in ("kk", "ru", "en")},
        }  # fmt: skip

    return [
        {
            "unit": unit, "level": unit_changes[0].level, "changes": [change.type for change in unit_changes],
            "before": side(old, unit), "after": side(new, unit),
            "gained": next((c.gained for c in unit_changes if c.gained), {}),
            "lost": next((c.lost for c in unit_changes if c.lost), {}),
        }
        for unit, unit_changes in by_unit.items()
    ]  # fmt: skip


def timeline_of(atlas: Atlas, unit: str) -> list[dict[str, Any]]:
    """Return a unit's life for its card: each version's dates, and what began and ended it.

    Returns
    -------
    Rows of `version`, `view`, `valid_from`, `valid_to`, `start_event`, `end_event`, and the
    changes of the unit itself on the first day (`began`) and on the first day no longer (`ended`).
    """
    history = history_of(atlas)

    def on(day: str | None, view: str) -> list[Change]:
        views = VIEWS if view == "both" else (view,)
        return [c for c in history.changes(day) if c.unit == unit and c.view in views] if day else []

    return [
        {
            "version": row["id"], "view": row["view"],
            "valid_from": row["valid_from"], "valid_to": row.get("valid_to"),
            "start_event": row["start_event"], "end_event": row.get("end_event"),
            "began": on(row["valid_from"], row["view"]), "ended": on(row.get("valid_to"), row["view"]),
        }
        for row in sorted(
            (row for row in history.rows if row["unit"] == unit), key=lambda row: (row["valid_from"], row["view"])
        )
    ]  # fmt: skip


def build_lineage(atlas: Atlas) -> dict[str, Any]:
    """Return changes and ghosts by stop, and the lineage, as plain values for the built files."""

    def plain(item: Change | Relation) -> dict[str, Any]:
        return {key: value for key, value in asdict(item).items() if value not in (None, {}, [])}

    days = history_of(atlas).days
    drawn = {(day, view): ghosts(atlas, day, view) for day in days for view in VIEWS}
    return {
        "changes": {day: [plain(change) for change in changes(atlas, day)] for day in days},
        "ghosts": {
            day: {view: {str(level): ids for level, ids in drawn[day, view].items() if ids} for view in VIEWS}
            for day in days
        },
        "lineage": [plain(relation) for relation in lineage(atlas)],
    }
