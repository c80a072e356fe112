"""Day differences: what the map shows on each stop in each view, written as what changes from stop to stop.

The script of the map only applies them; every answer is `kazatlas.atlas.day.Day`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from kazatlas.atlas.day import Day, FillKind, Rank, calendar_of
from kazatlas.atlas.store import Atlas
from kazatlas.record.types import VIEWS

RANKS: tuple[Rank, ...] = get_args(Rank)
FILL_KINDS: tuple[FillKind, ...] = get_args(FillKind)

Sides = tuple[str | None, str | None]
Answers = dict[str, dict[Any, Any]]


class _Numbers:
    """The numbers by which the map's data name things."""

    def __init__(self, versions: Sequence[str], faces: Mapping[str, int], lines: Mapping[int, Sides]) -> None:
        self.versions = {id_: number for number, id_ in enumerate(versions)}
        self.faces = faces
        self.lines = lines
        self.units: dict[str, int] = {}

    def unit(self, unit: str | None) -> int:
        """Return the number of a unit, given as it is first met; -1 for none."""
        return -1 if unit is None else self.units.setdefault(unit, len(self.units))


def _fills(day: Day, numbers: _Numbers) -> tuple[dict[int, tuple[int, ...]], dict[str, list[int]]]:
    """Return the fill of each unit, and the claimed faces of units that are claimed in part, by level and authority.

    No unit of the atlas has land of more than two kinds, and one of the two is claimed.
    """
    units: dict[int, tuple[int, ...]] = {}
    claims: dict[str, list[int]] = defaultdict(list)
    for level in (1, 2):
        faces_of: dict[str, list[str]] = defaultdict(list)
        for face, unit in day.at(level).items():
            faces_of[unit].append(face)
        for unit, faces in faces_of.items():
            fills = {face: day.fill(face) for face in sorted(faces)}
            whole = {fill for fill in fills.values() if fill.kind != "claimed"} or set(fills.values())
            if len(whole) > 1:
                raise ValueError(f"{unit} has land of several colours on {day.date} ({day.view}): {whole}.")
            fill = whole.pop()
            units[numbers.unit(unit)] = (FILL_KINDS.index(fill.kind), numbers.unit(fill.colour))
            for face, other in fills.items():
                if other != fill:
                    claims[f"{level} {numbers.unit(other.colour)}"].append(numbers.faces[face])
    return units, {key: sorted(faces) for key, faces in claims.items()}


def _answers(day: Day, numbers: _Numbers, places: Sequence[Mapping[str, Any]]) -> Answers:
    """Return everything that the map shows on a day."""
    fills, claims = _fills(day, numbers)
    lines = {number: day.line(*sides) for number, sides in numbers.lines.items()}
    disputed = day.disputed if day.view == "de_jure" else {}
    return {
        "versions": {numbers.unit(unit): numbers.versions[row["id"]] for unit, row in day.rows.items()},
        "faces": {
            numbers.faces[face]: (numbers.unit(unit), numbers.unit(day.gubernia_of[face]),
                                  numbers.unit(day.authority_of[face]), int(day.is_ours(face)))
            for face, unit in day.unit_of.items()
        },
        "lines": {number: 2 * RANKS.index(line.rank) + int(line.is_ours) for number, line in lines.items()},
        "fills": fills,
        "claims": claims,
        "hatches": {numbers.unit(ruler): sorted(map(numbers.faces.__getitem__, f)) for ruler, f in disputed.items()},
        "key": {0: [numbers.unit(unit) for unit in day.gubernias]},
        "towns": {number: place["names"].index(day.town_name(place)) for number, place in enumerate(places)},
    }  # fmt: skip


def _flat(key: Any, value: Any) -> list[Any]:
    return [key, *value] if isinstance(value, tuple) else [key, value]


def day_differences(
    atlas: Atlas, stops: Sequence[str], versions: Sequence[str], faces: Mapping[str, int], lines: Mapping[int, Sides]
) -> dict[str, Any]:
    """Return the map's answers for every stop in both views, as differences.

    Parameters
    ----------
    stops
        The days of the timeline, in order.
    versions
        The ids of the versions, in the order of the map's data.
    faces
        Face -> its number there.
    lines
        The number of each line there -> the faces on its sides.

    Returns
    -------
    `units`: ids by number; `ranks`, `fill_kinds`: words by number; `days`: view -> for each stop what differs
    from the stop before (the first from nothing): `versions` [unit, version, ...], `faces` [face, unit, gubernia,
    authority, whether the republic's, ...], `lines` [line, 2 * rank + whether the republic's, ...], `fills` [unit,
    kind, unit whose colour it is, ...], `claims` ["level authority", faces, ...], `hatches` [authority, faces, ...],
    `key` [0, units], `towns` [town, number of its name, ...]; `gone`: kind -> keys that have no answer any more.
    """
    calendar, numbers = calendar_of(atlas), _Numbers(versions, faces, lines)
    places = [place for _, place in sorted(atlas.tables["places"].items())]
    days: dict[str, list[dict[str, Any]]] = {}
    for view in VIEWS:
        before: Answers = {}
        days[view] = []
        for stop in stops:
            now = _answers(calendar.day(stop, view), numbers, places)
            difference: dict[str, Any] = {}
            for kind, answers in now.items():
                last = before.get(kind, {})
                changed = [_flat(key, value) for key, value in answers.items() if last.get(key) != value]
                if changed:
                    difference[kind] = [item for pair in changed for item in pair]
                if gone := sorted(last.keys() - answers.keys()):
                    difference.setdefault("gone", {})[kind] = gone
            days[view].append(difference)
            before = now
    return {"units": list(numbers.units), "ranks": RANKS, "fill_kinds": FILL_KINDS, "days": days}
