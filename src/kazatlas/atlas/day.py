"""Day: who holds what on one day in one view; whoever draws, writes or answers asks it."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from kazatlas.atlas.selection import is_given, is_in_force
from kazatlas.atlas.store import Atlas
from kazatlas.record.types import REPUBLIC, View

Row = Mapping[str, Any]

Rank = Literal["republic", "authority", "gubernia", "uezd", "coast", "edge", "none"]
"""What a stretch of line parts: the republic from others, two other authorities, two gubernias, two uezds; land from
water; the map from what it does not show; or nothing on that day."""

FillKind = Literal["republic", "claimed", "home", "abroad"]
"""The republic's; given to it by decree and governed by another; its own at another time; never its own."""

HOLDER: dict[View, str] = {"de_jure": "parent", "de_facto": "administered_by"}
"""The column that names the unit above, by view."""


@dataclass(frozen=True)
class Line:
    """A rank, and whether the land on a side of it concerns the republic (else it is drawn faintly)."""

    rank: Rank
    is_ours: bool = True


@dataclass(frozen=True)
class Fill:
    """How land is coloured.

    Attributes
    ----------
    kind
        Which set of colours, and how strong.
    colour
        The unit whose colour it is: a gubernia, or for `claimed` and `abroad` the authority.
    """

    kind: FillKind
    colour: str


class Day:
    """One day in one view; ask `Calendar.day` for it.

    Attributes
    ----------
    date, view
        The ISO day, and by decree or in fact.
    rows
        Unit -> its version in force.
    unit_of, gubernia_of
        Face -> the smallest unit that holds it, and the first-level unit over that; a uezd that stands straight
        under a state is its own first level.
    land
        Unit -> its faces, at every level that has a border.
    """

    def __init__(self, calendar: Calendar, rows: Iterable[Row], date: str, view: View) -> None:
        self._calendar = calendar
        self.date, self.view = date, view
        self.rows: dict[str, Row] = {row["unit"]: row for row in rows}
        self.unit_of = {face: unit for unit, row in self.rows.items() for face in row.get("faces") or ()}
        self.gubernia_of = {face: self.gubernia(unit) for face, unit in self.unit_of.items()}
        self.land: dict[str, set[str]] = defaultdict(set)
        for face, unit in self.unit_of.items():
            gubernia = self.gubernia_of[face]
            for holder in {unit, gubernia, self.drawn_holder(gubernia)}:
                if holder:
                    self.land[holder].add(face)

    # ---- who stands above

    def holder(self, unit: str | None) -> str | None:
        """Return the unit above in this view."""
        holder = self.rows[unit].get(HOLDER[self.view]) if unit in self.rows else None
        return holder if holder in self.rows else None

    def drawn_holder(self, unit: str | None) -> str | None:
        """Return the unit above in this view if it has a border on the map, as the republic has."""
        holder = self.holder(unit)
        return holder if holder and self.rows[holder]["border"] == "recovered" else None

    def gubernia(self, unit: str) -> str:
        """Return the first-level unit over a unit: itself where it is one, or stands straight under a state."""
        seen = {unit}
        while self.rows[unit]["level"] > 1 and (above := self.holder(unit)) and above not in seen:
            if self.rows[above]["level"] == 0:
                break
            unit = above
            seen.add(unit)
        return unit

    def authority(self, unit: str) -> str:
        """Return the republic, state or other authority over a unit."""
        gubernia = self.gubernia(unit)
        return self.holder(gubernia) or gubernia

    @cached_property
    def authority_of(self) -> dict[str, str]:
        """Return face -> the authority over it."""
        return {face: self.holder(unit) or unit for face, unit in self.gubernia_of.items()}

    def at(self, level: int) -> dict[str, str]:
        """Return who holds each face: at level 2 its uezd, above it its gubernia."""
        return self.unit_of if level == 2 else self.gubernia_of

    # ---- decree and fact together

    @property
    def law(self) -> Day:
        """The same day by decree."""
        return self._calendar.day(self.date, "de_jure")

    @property
    def fact(self) -> Day:
        """The same day in fact."""
        return self._calendar.day(self.date, "de_facto")

    @property
    def is_after_foundation(self) -> bool:
        """Whether there is a republic by decree."""
        return REPUBLIC in self.law.rows

    def is_ours(self, face: str) -> bool:
        """Return whether a face is the republic's by decree or in fact, or before there was one, will be."""
        if not self.is_after_foundation:
            return self.gubernia_of.get(face) in self._calendar.home
        return REPUBLIC in (self.law.authority_of.get(face), self.fact.authority_of.get(face))

    @cached_property
    def gubernias(self) -> list[str]:
        """Return the republic's first-level units in this view; before it was founded, those that it will have."""
        if self.is_after_foundation:
            units = {unit for face, unit in self.gubernia_of.items() if self.authority_of[face] == REPUBLIC}
        else:
            units = set(self.gubernia_of.values())
        return sorted(units & self._calendar.home)

    @cached_property
    def disputed(self) -> dict[str, set[str]]:
        """Return the faces that decrees gave to the republic and another authority governed, by that authority."""
        faces: dict[str, set[str]] = defaultdict(set)
        for face, authority in self.fact.authority_of.items():
            if authority != REPUBLIC and self.law.authority_of.get(face) == REPUBLIC:
                faces[authority].add(face)
        return dict(sorted(faces.items()))

    # ---- how it is drawn

    def fill(self, face: str) -> Fill:
        """Return how a face is coloured."""
        gubernia, authority = self.gubernia_of[face], self.authority_of[face]
        if authority == REPUBLIC:
            return Fill("republic", gubernia)
        if self.view == "de_facto" and self.law.authority_of.get(face) == REPUBLIC:
            return Fill("claimed", authority)
        if gubernia in self._calendar.home:
            return Fill("home", gubernia)
        return Fill("abroad", authority)

    def line(self, left: str | None, right: str | None) -> Line:
        """Return what a stretch between two faces parts; None is where the map ends.

        Parameters
        ----------
        left, right
            Faces on its sides.
        """
        sides = [side for side in (left, right) if side is not None]
        if any(side not in self.unit_of for side in sides):
            return Line("coast")
        authorities = [self.authority_of[side] if side is not None else None for side in (left, right)]
        if authorities[0] != authorities[1]:
            if REPUBLIC in authorities:
                return Line("republic")
            return Line("edge") if None in authorities else Line("authority", is_ours=False)
        ours = any(map(self.is_ours, sides))
        if self.gubernia_of[sides[0]] != self.gubernia_of[sides[1]]:
            return Line("gubernia", ours)
        if self.unit_of[sides[0]] != self.unit_of[sides[1]]:
            return Line("uezd", ours)
        return Line("none")

    def town_name(self, place: Mapping[str, Any]) -> dict[str, str]:
        """Return the name that a town of the atlas's table of places had on the day."""
        names: list[dict[str, str]] = place["names"]
        borne = [name for name in names if (name.get("valid_from") or "") <= self.date]
        return (borne or names)[-1]


class Calendar:
    """The atlas on each of its days; ask `calendar_of` for it.

    Attributes
    ----------
    rows
        Every version without its geometry, and without what is missing in it.
    home
        The units that stand under the republic at some time.
    """

    def __init__(self, atlas: Atlas) -> None:
        plain = atlas.versions.drop(columns="geometry").to_dict("records")
        self.rows: list[Row] = [{k: v for k, v in row.items() if is_given(v)} for row in plain]
        self.rows.sort(key=lambda row: (row["level"], row["unit"], row["valid_from"], row["view"]))
        holders = HOLDER.values()
        self.home = {row["unit"] for row in self.rows if row["level"] > 0 and REPUBLIC in map(row.get, holders)}
        self._days: dict[tuple[str, View], Day] = {}

    def day(self, date: str, view: View) -> Day:
        """Return a day in a view."""
        if (date, view) not in self._days:
            rows = [
                row for row in self.rows
                if row["view"] in (view, "both") and is_in_force(row["valid_from"], row.get("valid_to"), date)
            ]  # fmt: skip
            self._days[date, view] = Day(self, rows, date, view)
        return self._days[date, view]


_CALENDARS: dict[int, Calendar] = {}


def calendar_of(atlas: Atlas) -> Calendar:
    """Return the atlas's calendar, made once for each atlas."""
    if id(atlas) not in _CALENDARS:
        _CALENDARS[id(atlas)] = Calendar(atlas)
        weakref.finalize(atlas, _CALENDARS.pop, id(atlas), None)
    return _CALENDARS[id(atlas)]
