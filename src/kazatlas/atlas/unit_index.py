"""Unit index: the versions of units, looked up: which is in force, its land, its border, the acts of its dates."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kazatlas.atlas.lineage import timeline_of
from kazatlas.atlas.store import Atlas, stops
from kazatlas.record.types import BASES, CERTAINTIES, VIEWS

Row = Mapping[str, Any]


@dataclass(frozen=True)
class BorderPart:
    """A length of a unit's border that rests on one kind of evidence."""

    basis: str
    certainty: str
    km: float


@dataclass(frozen=True)
class OutlinePart:
    """A length of a unit's outline that was digitised by one method, on one kind of evidence."""

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


class UnitIndex:
    """The versions of an atlas's units, by unit and in order of time.

    Attributes
    ----------
    rows
        Unit -> its versions in both views; a missing cell is left out.
    events
        The acts by id.
    """

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.tables = atlas.tables
        self.events = {event["id"]: event for event in atlas.tables["events"]}
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self._land: set[str] = set()
        # Geometry is heavy, and nothing here asks for it.
        for cells in atlas.versions.drop(columns="geometry").to_dict("records"):
            row = {key: value for key, value in cells.items() if _is_given(value)}
            self.rows[row["unit"]].append(row)
            self._land.update(row.get("faces") or ())
        for rows in self.rows.values():
            rows.sort(key=lambda row: row["valid_from"])
        self.edges = atlas.borders.drop(columns="geometry").to_dict("records")
        self._faces: dict[str, frozenset[str]] = {}
        self._borders: dict[frozenset[str], tuple[list[BorderPart], float]] = {}
        self._outlines: dict[frozenset[str], list[OutlinePart]] = {}

    @cached_property
    def stops(self) -> list[str]:
        """The days of the timeline."""
        return stops(self.atlas)

    def stop_before(self, day: str) -> str:
        """Return the last day of the timeline before a day; the first where there is none."""
        return self.stops[max(0, bisect_left(self.stops, day) - 1)]

    # ---- versions

    def version(self, unit: str, day: str, view: str) -> Row | None:
        """Return the version of a unit in force on a day in a view, if there is one."""
        for row in self.versions(unit, view):
            if row["valid_from"] <= day < row.get("valid_to", "9999"):
                return row
        return None

    def versions(self, unit: str, view: str) -> list[Row]:
        """Return the versions of a unit in a view."""
        return [row for row in self.rows.get(unit, []) if row["view"] in (view, "both")]

    def stages(self, unit: str, view: str) -> list[Row]:
        """Return the versions of a unit in a view; where only the atlas's own drawing changed, none begins."""
        rows = {row["id"]: row for row in self.versions(unit, view)}
        stages: list[Row] = []
        for entry in timeline_of(self.atlas, unit):
            if (row := rows.get(entry["version"])) is None:
                continue
            redrawn = entry["began"] and all(change.type == "redigitised" for change in entry["began"])
            if stages and redrawn and stages[-1].get("valid_to") == row["valid_from"]:
                ends = {key: row[key] for key in ("valid_to", "end_event") if key in row}
                stages[-1] = {k: v for k, v in stages[-1].items() if k not in ("valid_to", "end_event")} | ends
            else:
                stages.append(row)
        return stages

    def span(self, row: Row, view: str) -> tuple[Row, Row]:
        """Return the first and last of the versions, one after another, in which the unit's standing is the same."""
        rows = self.versions(row["unit"], view)

        def continues(earlier: Row, later: Row) -> bool:
            same = ("type", "name_en", "level", "parent", "administered_by")
            return earlier.get("valid_to") == later["valid_from"] and all(
                earlier.get(key) == later.get(key) for key in same
            )

        start = end = rows.index(row)
        while start and continues(rows[start - 1], rows[start]):
            start -= 1
        while end + 1 < len(rows) and continues(rows[end], rows[end + 1]):
            end += 1
        return rows[start], rows[end]

    def successors(self, row: Row, day: str, view: str) -> list[Row]:
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

    # ---- land and border

    def faces_of(self, row: Row) -> frozenset[str]:
        """Return the faces that a version holds, by itself and through the units that belong to it."""
        if row["id"] not in self._faces:
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
            self._faces[row["id"]] = frozenset(row.get("faces") or ()).union(*below)
        return self._faces[row["id"]]

    def border(self, row: Row) -> tuple[list[BorderPart], float]:
        """Return a version's border by evidence, and how much of its outline is shore, in km."""
        faces = self.faces_of(row)
        if faces not in self._borders:
            lengths: dict[tuple[str, str], float] = defaultdict(float)
            shore = 0.0
            for edge in self.edges:
                sides = (edge["left"], edge["right"])
                if (sides[0] in faces) == (sides[1] in faces):
                    continue
                other = sides[1] if sides[0] in faces else sides[0]
                if _is_given(other) and other not in self._land:
                    shore += edge["length_km"]
                else:
                    lengths[edge["basis"], edge["certainty"]] += edge["length_km"]
            # The surest first.
            ordered = sorted(lengths.items(), key=lambda item: (CERTAINTIES.index(item[0][1]), BASES.index(item[0][0])))
            self._borders[faces] = ([BorderPart(*key, km) for key, km in ordered], shore)
        return self._borders[faces]

    def outline(self, row: Row) -> list[OutlinePart]:
        """Return how a version's outline was digitised, most of it first; shores are lines like the others."""
        faces = self.faces_of(row)
        if faces not in self._outlines:
            lengths: dict[tuple[str, str, str, float], float] = defaultdict(float)
            for edge in self.edges:
                if (edge["left"] in faces) != (edge["right"] in faces):
                    key = (edge["method"], edge["basis"], edge["certainty"], float(edge["accuracy_km"]))
                    lengths[key] += edge["length_km"]
            parts = [OutlinePart(*key, km) for key, km in lengths.items()]
            self._outlines[faces] = sorted(parts, key=lambda part: (-part.km, part.method))
        return self._outlines[faces]

    # ---- what a version rests on

    def name_citations(self, row: Row) -> list[Mapping[str, Any]]:
        """Return what is cited for a version's name: by it, or by another version of the same name."""
        citations: list[Mapping[str, Any]] = []
        for other in self.rows[row["unit"]]:
            if all(other[f"name_{language}"] == row[f"name_{language}"] for language in ("kk", "ru")):
                citations += [cited for cited in other.get("name_citations") or () if cited not in citations]
        return citations

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

    def witnesses_of(self, row: Row) -> list[Mapping[str, Any]]:
        """Return the accepted witnesses of a version's unit that count on some of its days, the nearest first."""
        views = VIEWS if row["view"] == "both" else (row["view"],)
        return [
            feature for unit in (row["unit"], *self._below(row)) for feature in self._witnesses.get(unit, ())
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
    def _witnesses(self) -> dict[str, list[Mapping[str, Any]]]:
        """The accepted witnesses by unit, the nearest to its border first."""
        accepted: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for feature in self.atlas.witnesses:
            if feature["properties"]["status"] == "accepted":
                accepted[feature["properties"]["unit"]].append(feature)
        for features in accepted.values():
            features.sort(key=lambda feature: (feature["properties"]["border_km"] or 9999, feature["id"]))
        return accepted
