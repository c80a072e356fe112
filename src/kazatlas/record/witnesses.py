"""Witnesses: named places that sources put into units, and what they prove of the lines."""

from __future__ import annotations

import csv
import hashlib
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from kazatlas.record.faces import GEOD, Edge, Faces
from kazatlas.record.problems import Problem
from kazatlas.record.types import COVERAGE, REPUBLIC, VIEWS, Record, View, Witness, WitnessTest
from kazatlas.record.versions import Holding, Stretch, holdings

Shape = TypeVar("Shape", bound=BaseGeometry)

FILE, TESTS = "witnesses.csv", "witness_tests.csv"
HEADER = {
    "title": "Kazatlas: places that prove the borders",
    "license": "ODbL 1.0, https://opendatacommons.org/licenses/odbl/1-0/",
    "attribution": (
        "Kazatlas contributors; places: GeoNames (CC BY 4.0) and, where `coordinates` says osm, "
        "© OpenStreetMap contributors (ODbL 1.0)"
    ),
}
"""What files of witnesses say of themselves: some of their points are OpenStreetMap's."""

MOST_OF_A_UNIT = 15
"""How many witnesses of one unit are counted: more prove the same again."""

EDGES = ("map-frame", "neighbour-line")
"""The methods of lines with which the map, and no unit, ends."""

NEAR_KM = 60.0
"""Farther from a line than this, a place proves little about where the line ran."""

REACHES_KM = (20, 40, 60)
_STEP_KM = 5.0
_FLAT = "+proj=aeqd +lat_0=48.5 +lon_0=68 +datum=WGS84 +units=km"
"""A plane in which nearest points are sought; the distances that are told are geodesic."""

Carried = Literal["", "forward", "back"]


@dataclass(frozen=True)
class Span:
    """Days on which a witness speaks of its unit in a view.

    `carried` tells that the source speaks of an earlier (forward) or later (back) time, between which
    and these days no act of the record touched the unit's border.
    """

    view: View
    valid_from: str
    valid_to: str
    carried: Carried


@dataclass(frozen=True)
class Place:
    """A witness with its point and the days for which it counts."""

    witness: Witness
    point: shapely.Point
    spans: tuple[Span, ...]

    @property
    def is_carried(self) -> bool:
        """Return whether the source speaks of no day that the record covers."""
        return bool(self.spans) and all(span.carried for span in self.spans)


@dataclass(frozen=True)
class Miss:
    """A day and view on which the map has a witness in another unit."""

    place: Place
    span: Span
    day: str
    units: tuple[str, ...]
    km: float


def is_held_back(id_: str) -> bool:
    """Return whether a witness is of the fifth that nobody looks at while lines are drawn (by SHA-256 of its id)."""
    return int(hashlib.sha256(id_.encode()).hexdigest(), 16) % 5 == 0


def first_day(moment: str) -> str:
    """Return the first day of a year, month or day."""
    return f"{moment.rstrip('?~%').replace('X', '0')}-01-01"[:10]


def last_day(moment: str) -> str:
    """Return the first day after a year, month or day."""
    text = moment.rstrip("?~%").replace("X", "9")
    year, month = int(text[:4]), int(text[5:7] or 0)
    if len(text) == 10:
        return str(np.datetime64(text) + 1)
    return f"{year + 1}-01-01" if not month or month == 12 else f"{year}-{month + 1:02d}-01"


def _blocks(held: list[Holding]) -> list[tuple[str, str, frozenset[str]]]:
    """Return a unit's stretches of days with unchanged land within the record's time."""
    blocks: list[tuple[str, str, frozenset[str]]] = []
    for holding in sorted(held, key=lambda h: h.valid_from):
        start, end = max(holding.valid_from, COVERAGE[0]), min(holding.valid_to or COVERAGE[1], COVERAGE[1])
        if start >= end or not holding.faces:
            continue
        if blocks and blocks[-1][1] == start and blocks[-1][2] == holding.faces:
            blocks[-1] = (blocks[-1][0], end, holding.faces)
        else:
            blocks.append((start, end, holding.faces))
    return blocks


def _spans(
    witness: Witness, view: View, blocks: list[tuple[str, str, frozenset[str]]], on: frozenset[str]
) -> Iterator[Span]:
    """Yield the days for which a witness counts: those of its source, and on until an act touched the unit's border.

    `on` are the faces on which it stands.
    """
    begins, ends = first_day(witness.from_), first_day(witness.to) if witness.to else last_day(witness.from_)
    if not blocks:
        return
    if ends <= COVERAGE[0]:
        if blocks[0][0] == COVERAGE[0]:
            yield Span(view, COVERAGE[0], blocks[0][1], "forward")
        return
    if begins >= COVERAGE[1]:
        if blocks[-1][1] == COVERAGE[1]:
            yield Span(view, blocks[-1][0], COVERAGE[1], "back")
        return
    within = [block for block in blocks if block[0] < ends and begins < block[1]]
    if witness.to is not None:
        yield from (Span(view, max(start, begins), min(end, ends), "") for start, end, _ in within)
    elif within:
        # Of a year alone it need be right on some day only, so the land that has it counts, if any has.
        start, end, _ = within[0] if len(begins_of := witness.from_.rstrip("?~%")) == 10 else next(
            (block for block in within if block[2] & on), within[0]
        )  # fmt: skip
        yield Span(view, max(start, begins) if len(begins_of) == 10 else start, end, "")


@dataclass
class Proof:
    """The witnesses laid over the faces: where each stands, and how far from its unit's border.

    Attributes
    ----------
    record, faces, items
        The record, its faces (EPSG:4326) and the versions of its units.
    """

    record: Record
    faces: Faces
    items: list[Stretch]

    @cached_property
    def places(self) -> list[Place]:
        """Return the witnesses that have a point, with the days for which each counts."""
        places = []
        for id_, witness in self.record.witnesses.items():
            where = self.record.witness_coordinates.get(id_) if witness.lon is None else witness
            if where is None or where.lon is None or where.lat is None:
                continue
            point = shapely.Point(where.lon, where.lat)
            on = frozenset(self.faces_at(point))
            views = VIEWS if witness.view == "both" else (witness.view,)
            spans = [span for v in views for span in _spans(witness, v, _blocks(self._held[witness.unit, v]), on)]
            places.append(Place(witness, point, tuple(spans)))
        return places

    @cached_property
    def accepted(self) -> list[Place]:
        """Return the accepted witnesses that count for some day."""
        return [place for place in self.places if place.witness.status == "accepted" and place.spans]

    @cached_property
    def _ids(self) -> list[str]:
        return list(self.faces.areas)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([self.faces.areas[id_] for id_ in self._ids])

    @cached_property
    def _flat(self) -> Transformer:
        return Transformer.from_crs(4326, _FLAT, always_xy=True)

    def flat(self, geometry: Shape) -> Shape:
        """Return a geometry in the plane in which nearest points are sought, in km."""
        return shapely.transform(geometry, lambda xy: np.column_stack(self._flat.transform(xy[:, 0], xy[:, 1])))

    @cached_property
    def edges(self) -> list[tuple[Edge, shapely.LineString]]:
        """Return the stretches of line between two faces, or at the edge of the map, with their flat geometry."""
        return [(edge, self.flat(edge.geometry)) for edge in self.faces.edges]

    def faces_at(self, point: shapely.Point) -> list[str]:
        """Return the faces on which a point lies; two when it lies on their line."""
        return [self._ids[i] for i in self._tree.query(point, predicate="intersects")]

    def land_of(self, unit: str, view: str, day: str) -> frozenset[str]:
        """Return the faces that a unit held on a day in a view; of one without a border, the unit's that it lay in."""
        for holding in self._held[unit, view]:
            if holding.valid_from <= day and (holding.valid_to is None or day < holding.valid_to):
                return holding.faces
        return frozenset()

    @cached_property
    def _held(self) -> dict[tuple[str, str], list[Holding]]:
        """The land of each unit in each view through time; of one without a border, the land of the unit around it."""
        held: dict[tuple[str, str], list[Holding]] = defaultdict(list)
        for holding in holdings(self.record, self.items):
            held[holding.unit, holding.view].append(holding)
        around: dict[tuple[str, str], list[Holding]] = defaultdict(list)
        for stretch in self.items:
            if stretch.entry.border == "not-recovered" and stretch.entry.drawn_within:
                for outer in held[stretch.entry.drawn_within, stretch.view]:
                    start = max(stretch.valid_from, outer.valid_from)
                    end = min(stretch.valid_to or COVERAGE[1], outer.valid_to or COVERAGE[1])
                    if start < end:
                        within = Holding(stretch.unit, stretch.view, start, end, outer.faces)
                        around[stretch.unit, stretch.view].append(within)
        for key, outer_holdings in around.items():
            # Where the unit has land of its own, that counts.
            holdings_of_own = [h for h in held[key] if h.faces]
            held[key] = sorted([*holdings_of_own, *outer_holdings], key=lambda h: h.valid_from)
        return held

    def outline(self, land: frozenset[str]) -> list[tuple[Edge, shapely.LineString]]:
        """Return the lines around the land of some faces; shores that part it from water are no border."""
        return [
            (edge, flat) for edge, flat in self.edges
            if (edge.left in land) != (edge.right in land) and {edge.left, edge.right} <= self.faces.land
        ]  # fmt: skip

    def nearest(self, point: shapely.Point, edges: list[tuple[Edge, shapely.LineString]]) -> tuple[float, Edge] | None:
        """Return how far (geodesic, km) the nearest of some lines is from a point, and which it is."""
        if not edges:
            return None
        flat = self.flat(point)
        distances = shapely.distance(np.array([line for _, line in edges], dtype=object), flat)
        edge, line = edges[int(np.argmin(distances))]
        spot = line.interpolate(line.project(flat))
        lon, lat = self._flat.transform(spot.x, spot.y, direction="INVERSE")
        return abs(GEOD.inv(point.x, point.y, lon, lat)[2]) / 1000, edge

    def holders(self, faces: Iterable[str], view: str, day: str) -> tuple[str, ...]:
        """Return the units that hold some faces themselves on a day."""
        on = set(faces)
        here = (s for s in self.items if s.view == view and s.covers(day))
        return tuple(sorted({s.unit for s in here if on.intersection(s.entry.faces or ())}))

    def is_left_out(self, unit: str) -> bool:
        """Return whether the record has a unit and the map does not draw it at any time, not even as a point."""
        borders = [stretch.entry.border for stretch in self.items if stretch.unit == unit]
        return bool(borders) and all(border == "not-drawn" for border in borders)

    def misses(self, place: Place) -> Iterator[Miss]:
        """Yield the days on which the map first has a witness outside the unit of its source."""
        on = self.faces_at(place.point)
        for span in place.spans:
            changes = (holding.valid_from for holding in self._held[place.witness.unit, span.view])
            for day in [span.valid_from, *(day for day in changes if span.valid_from < day < span.valid_to)]:
                land = self.land_of(place.witness.unit, span.view, day)
                if not land or land.intersection(on):
                    continue
                if self._is_off_shore(land, on):
                    continue
                near = self.nearest(place.point, self._around(land))
                km = near[0] if near else 0.0
                if not on and any(edge.line.method in EDGES for edge, _ in self._around(land)):
                    continue  # The map ends here, not the unit.
                yield Miss(place, span, day, self.holders(on, span.view, day), km)
                break

    def _is_off_shore(self, land: frozenset[str], on: list[str]) -> bool:
        """Return whether a place stands in water that the land of its unit reaches."""
        water = set(on) - self.faces.land
        return any(
            (edge.left in water and edge.right in land) or (edge.right in water and edge.left in land)
            for edge in self.faces.edges
        )

    def _around(self, land: frozenset[str]) -> list[tuple[Edge, shapely.LineString]]:
        return [(edge, flat) for edge, flat in self.edges if (edge.left in land) != (edge.right in land)]

    def test(self, place: Place) -> WitnessTest | None:
        """Return how far this map misses a witness: 0 when it stands in its unit on the first day for which it counts.

        A unit that is not on this map is missed by as much as the place lies inside the unit that holds it.
        Places off the map cannot be tested.
        """
        on = self.faces_at(place.point)
        if not on:
            return None
        span = place.spans[0] if place.spans else None
        day = span.valid_from if span else max(COVERAGE[0], min(first_day(place.witness.from_), "1922-12-31"))
        view = span.view if span else "de_jure"
        land = self.land_of(place.witness.unit, view, day)
        right = bool(land.intersection(on))
        if not land and self.is_left_out(place.witness.unit):
            return None
        if not land:
            holders = self.holders(on, view, day)
            land = self.land_of(holders[0], view, day) if holders else frozenset(on)
        near = self.nearest(place.point, self.outline(land))
        if near is None:
            return None
        km, edge = near
        right = right or self._is_off_shore(land, on)
        return WitnessTest(
            id=place.witness.id,
            data_version=self.record.data_version,
            held_back="yes" if is_held_back(place.witness.id) else "no",
            missed_km=0.0 if right else round(km, 1),
            border_km=round(km, 1),
            method=edge.line.method,
        )

    @cached_property
    def counted(self) -> list[Place]:
        """Return the accepted witnesses, at most `MOST_OF_A_UNIT` of a unit, those nearest to its border first."""
        by_unit: dict[str, list[tuple[float, str, Place]]] = defaultdict(list)
        for place in self.accepted:
            by_unit[place.witness.unit].append((self.border_of(place)[0], place.witness.id, place))
        return [place for unit in sorted(by_unit) for _, _, place in sorted(by_unit[unit])[:MOST_OF_A_UNIT]]

    def border_of(self, place: Place) -> tuple[float, Edge | None]:
        """Return how far a witness stands from the border of its unit on the first day for which it counts, in km."""
        if place.witness.id not in self._borders:
            span = place.spans[0]
            near = self.nearest(place.point, self.outline(self.land_of(place.witness.unit, span.view, span.valid_from)))
            self._borders[place.witness.id] = near if near is not None else (9999.0, None)
        return self._borders[place.witness.id]

    @cached_property
    def _borders(self) -> dict[str, tuple[float, Edge | None]]:
        return {}

    @cached_property
    def missed_by_method(self) -> dict[str, float]:
        """Return, by method, the 90th percentile (km) by which its lines missed the accepted witnesses near them.

        Counted are the tests kept in witness_tests.csv (the first of each witness, before lines were redrawn to
        fit it) of witnesses that stood within `NEAR_KM` of a line of the method, or were missed by it.
        """
        accepted = {place.witness.id for place in self.accepted}
        first: dict[str, WitnessTest] = {}
        for test in self.record.witness_tests:
            first.setdefault(test.id, test)
        missed: dict[str, list[float]] = defaultdict(list)
        for test in first.values():
            if test.id in accepted and (test.border_km <= NEAR_KM or test.missed_km):
                missed[test.method].append(test.missed_km)
        return {method: float(np.percentile(values, 90)) for method, values in sorted(missed.items())}

    def corridor_km(self, edge: Edge, flat: shapely.LineString) -> float | None:
        """Return the widest gap between the witnesses on both sides of a line; None where a side has none near it."""
        sides = []
        for face in (edge.left, edge.right):
            points = [self._flat_points[i] for i, on in enumerate(self._faces_of) if face in on]
            if not points:
                return None
            sides.append(np.array([point.coords[0] for point in points]))
        samples = np.array([flat.interpolate(at).coords[0] for at in self._samples(flat)])
        gaps = sum(np.sqrt(((samples[:, None, :] - side[None, :, :]) ** 2).sum(2)).min(1) for side in sides)
        widest = float(np.max(gaps))
        return widest if widest <= 2 * NEAR_KM else None

    @staticmethod
    def _samples(flat: shapely.LineString) -> np.ndarray[Any, Any]:
        count = max(2, round(flat.length / _STEP_KM) + 1)
        return np.linspace(0, flat.length, count)

    @cached_property
    def _flat_points(self) -> list[shapely.Point]:
        return [self.flat(place.point) for place in self.accepted]

    @cached_property
    def _faces_of(self) -> list[list[str]]:
        return [self.faces_at(place.point) for place in self.accepted]

    @cached_property
    def accuracy_km(self) -> dict[str, float]:
        """Return, by stretch of line, how far it may lie from the truth, in km.

        The rule: the figure measured (or, for a line of our own, estimated) for its source; not less than the
        90th percentile by which lines of its method missed witnesses; where witnesses stand on both sides of the
        whole stretch, not more than the widest gap between them. Rounded up to whole km.
        """
        accuracies = {}
        for edge, flat in self.edges:
            km = max(edge.line.at_least_km, self.missed_by_method.get(edge.line.method, 0.0))
            gap = self.corridor_km(edge, flat)
            accuracies[edge.id] = float(math.ceil(km if gap is None else min(km, max(gap, 1.0))))
        return accuracies

    def border_between(self, day: str, outer: bool) -> list[tuple[Edge, shapely.LineString, str, str]]:
        """Return the lines between units by decree on a day, with the units on both sides.

        `outer` chooses the republic's border with its neighbours, otherwise that of its uezds among themselves.
        """
        owner: dict[str, str] = {}
        for stretch in self.items:
            if stretch.view == "de_jure" and stretch.covers(day):
                owner.update(dict.fromkeys(stretch.entry.faces or (), stretch.unit))
        republic = self.land_of(REPUBLIC, "de_jure", day)
        borders = []
        for edge, flat in self.edges:
            if edge.left not in owner or edge.right not in owner or owner[edge.left] == owner[edge.right]:
                continue
            sides = (edge.left in republic, edge.right in republic)
            if (outer and sides[0] != sides[1]) or (not outer and all(sides)):
                borders.append((edge, flat, owner[edge.left], owner[edge.right]))
        return borders

    def reach(self, day: str, outer: bool) -> dict[int | None, float]:
        """Return km of border by the distance within which a witness stands on each of both sides; None: farther.

        The witness of a side stands in the unit on that side (by decree, on that day), or, at the outer border,
        on that side of it.
        """
        standing: dict[str, list[Any]] = defaultdict(list)
        republic = self.land_of(REPUBLIC, "de_jure", day)
        for point, faces in zip(self._flat_points, self._faces_of, strict=True):
            for face in faces:
                for unit in self.holders([face], "de_jure", day):
                    standing[unit].append(point.coords[0])
                standing["inside" if face in republic else "outside"].append(point.coords[0])
        km: dict[int | None, float] = dict.fromkeys([*REACHES_KM, None], 0.0)
        for edge, flat, left, right in self.border_between(day, outer):
            sides = ("inside", "outside") if outer else (left, right)
            at = self._samples(flat)
            samples = np.array([flat.interpolate(x).coords[0] for x in at])
            far = np.zeros(len(samples))
            for side in sides:
                points = np.array(standing[side]) if standing[side] else np.full((1, 2), np.inf)
                far = np.maximum(far, np.sqrt(((samples[:, None, :] - points[None, :, :]) ** 2).sum(2)).min(1))
            for distance in far:
                bin_ = next((reach for reach in REACHES_KM if distance <= reach), None)
                km[bin_] += edge.length_km / len(samples)
        return km


def check_witnesses(proof: Proof) -> Iterator[Problem]:
    """Yield every fault of the witnesses: unknown units and sources, no point, and contradictions of the map."""
    record, base = proof.record, proof.record.folder.name
    file, points = f"{base}/{FILE}", f"{base}/today/witness_coordinates.csv"
    placed = {place.witness.id: place for place in proof.places}
    for id_ in record.witness_coordinates:
        if id_ not in record.witnesses:
            yield Problem(points, id_, "is no witness.", f"Take it out, or add it to {file}.")
        elif record.witnesses[id_].lon is not None:
            yield Problem(points, id_, f"has a point in {file} too.", "Keep one of the two.")
    for id_, witness in record.witnesses.items():
        for kind, other in (("unit", witness.unit), ("source", witness.source)):
            if not record.is_known(kind, other):
                yield Problem(file, id_, f"names the {kind} '{other}', which does not exist.", "Mend the id.")
        place = placed.get(id_)
        if place is None:
            yield Problem(file, id_, "has no point.", f"Give lon and lat, or a row in {points}.")
        elif witness.status == "accepted" and record.is_known("unit", witness.unit):
            yield from _check_place(proof, place, file)


def _check_place(proof: Proof, place: Place, file: str) -> Iterator[Problem]:
    witness, base = place.witness, proof.record.folder.name
    within = first_day(witness.from_) < COVERAGE[1] and (witness.to or last_day(witness.from_)) > COVERAGE[0]
    if within and not place.spans and not proof.is_left_out(witness.unit):
        what = f"speaks of '{witness.unit}' in {witness.from_}, when the map does not have it."
        yield Problem(file, witness.id, what, "Mend the unit or the date.")
    for miss in itertools.islice(proof.misses(place), 1):
        yield Problem(
            file,
            witness.id,
            f"({witness.name}, {place.point.x:.4f} E {place.point.y:.4f} N) stands in '{witness.unit}' by its source, "
            f"but on {miss.day} ({miss.span.view}) the map has it in {' and '.join(miss.units) or 'no unit'}, "
            f"{miss.km:.1f} km outside.",
            f"Redraw the line in {base}/boundaries.geojson between the places that prove it, mend the point, unit or "
            "date, or reject the row and cite in its note what says otherwise.",
        )


def new_tests(proof: Proof) -> list[WitnessTest]:
    """Return a test of each accepted witness that has none for this version of the data."""
    done = {(test.id, test.data_version) for test in proof.record.witness_tests}
    tests = []
    for place in proof.places:
        if place.witness.status == "accepted" and (place.witness.id, proof.record.data_version) not in done:
            test = proof.test(place)
            if test is not None:
                tests.append(test)
    return tests


def write_tests(folder: Path, tests: Iterable[WitnessTest]) -> Path:
    """Write the outcomes of tests as a table, whole or not at all; return its file."""
    file = folder / TESTS
    part = file.with_suffix(".csv.part")
    with part.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(WitnessTest.model_fields)
        for test in sorted(tests, key=lambda test: (test.data_version, test.id)):
            writer.writerow(test.model_dump().values())
    part.replace(file)
    return file


def counts(proof: Proof) -> dict[str, int]:
    """Return how many witnesses there are, by what became of them."""
    status = Counter(place.witness.status for place in proof.places)
    waiting = [p for p in proof.places if p.witness.status == "accepted" and not p.spans]
    return {
        "accepted": status["accepted"],
        "counted": len(proof.counted),
        "of_the_time": sum(not place.is_carried for place in proof.accepted),
        "carried": sum(place.is_carried for place in proof.accepted),
        "waiting": len(waiting),
        "rejected": status["rejected"],
    }
