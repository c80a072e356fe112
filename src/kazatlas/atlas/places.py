"""Places: in which units points lay, on one day or through all days, and how sure that is.

A point is put into one face, once; `kazatlas.atlas.day.Day` says who holds that face. A point on a line between
two faces lies in the one whose id comes first, on every day.

Distances are taken on planes: azimuthal equidistant projections (WGS 84), each centred on the middle of the cell of two
by two degrees in which the point lies. They are within 1 in 1,000 of the geodesic (tests/test_places.py measures
it), and one point has the same distance whether it is asked about alone or among many.
"""

from __future__ import annotations

import weakref
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from kazatlas.atlas.day import Day, Row, calendar_of
from kazatlas.atlas.selection import is_given, is_in_force
from kazatlas.atlas.store import MAP_FRAME, Atlas, change_dates
from kazatlas.record.types import COVERAGE, VIEWS, View

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CELL = 2.0
"""Width and height of a cell with a plane of its own, degrees."""
PIECE = 0.1
"""A line between two vertices is straight in degrees; so long are its straight pieces on a plane at most, degrees."""
NOWHERE = -1

_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class NearBorder:
    """A stretch of the border of the unit in which a point lies.

    Attributes
    ----------
    km
        How far from the point it is drawn.
    accuracy_km
        How far from there it may have run in truth.
    neighbour
        The version of the unit behind it; None where the atlas ends.
    """

    id: str
    km: float
    accuracy_km: float
    basis: str
    certainty: str
    neighbour: Row | None

    @property
    def is_doubtful(self) -> bool:
        """Whether the point may have lain on its other side."""
        return self.km < self.accuracy_km

    @property
    def margin_km(self) -> float:
        """How far the point lies beyond the reach of doubt; the less, the likelier it lay on the other side."""
        return self.km - self.accuracy_km


@dataclass(frozen=True)
class PlaceWarning:
    """What to beware of: the key of a message in the catalogues, and what fills it in.

    Attributes
    ----------
    values
        `km` and `accuracy` in kilometres; `name` a unit version, `names` several; `title` text by language.
    """

    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a point lay at a time, in one view.

    Attributes
    ----------
    uezd, gubernia, authority
        Unit versions; None where there is none. A uezd of the first level is both uezd and gubernia. No authority:
        the point lies in water or outside the map.
    nearest
        The nearest stretch of the border of the unit in which it lay; shores and the map's frame are none.
    doubt
        Of those that are nearer than their accuracy the one on whose other side the point is likeliest to have lain.
    unrecovered
        Units within that unit whose borders are not recovered: the point may have lain in one of them.
    zones
        Dated areas in which it lay, by id.
    unplaced
        Titles, by language, of those zones that are land which changed hands without a known new border.
    """

    uezd: Row | None = None
    gubernia: Row | None = None
    authority: Row | None = None
    nearest: NearBorder | None = None
    doubt: NearBorder | None = None
    unrecovered: tuple[Row, ...] = ()
    zones: tuple[str, ...] = ()
    unplaced: tuple[Mapping[str, str], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the point lay in a unit of the atlas."""
        return self.authority is not None

    @property
    def units(self) -> tuple[Row | None, Row | None, Row | None]:
        """Uezd, gubernia and authority."""
        return self.uezd, self.gubernia, self.authority

    @property
    def warnings(self) -> list[PlaceWarning]:
        """What to beware of."""
        if not self.is_known:
            return [PlaceWarning("place.nowhere", {})]
        warnings = []
        if self.unrecovered:
            warnings.append(PlaceWarning("place.perhaps", {"names": self.unrecovered}))
        warnings += [PlaceWarning("place.unplaced", {"title": title}) for title in self.unplaced]
        if border := self.doubt:
            measured = {"km": border.km, "accuracy": border.accuracy_km}
            if border.neighbour is None:
                warnings.append(PlaceWarning("place.doubt_edge", measured))
            else:
                warnings.append(PlaceWarning("place.doubt", measured | {"name": border.neighbour}))
        return warnings


@dataclass(frozen=True)
class Span:
    """A stretch of time in which a point lay in the same uezd and gubernia, with the same names, under one authority.

    Attributes
    ----------
    valid_from, valid_to
        First day, and first day no longer; None where no end is known.
    event, end_event
        The acts that began and ended it.
    start_precision, end_precision
        How exactly these are dated: day, month, year.
    place
        Where the point lay: the borders at their nearest, and all that it may have lain in on any of the days.
    days
        Where it lay from each day on which any of that changed.
    """

    valid_from: str
    valid_to: str | None
    event: str
    end_event: str | None
    start_precision: str
    end_precision: str | None
    place: Whereabouts
    days: Mapping[str, Whereabouts]


@dataclass(frozen=True)
class PlaceHistory:
    """Where a point lay through all the days of the atlas.

    Attributes
    ----------
    lon, lat
        Degrees on WGS 84.
    spans
        By view; none where the point lies in water or outside the map.
    zones
        All dated areas in which it lies, by id.
    """

    lon: float
    lat: float
    spans: Mapping[View, list[Span]]
    zones: tuple[str, ...] = ()

    def span(self, day: str, view: View) -> Span | None:
        """Return the span that holds a day."""
        return next((span for span in self.spans[view] if is_in_force(span.valid_from, span.valid_to, day)), None)

    def at(self, day: str, view: View) -> Whereabouts:
        """Return where the point lay on a day: the same as `at` says."""
        span = self.span(day, view)
        return span.days[max(start for start in span.days if start <= day)] if span else Whereabouts()


@dataclass(frozen=True, eq=False)
class _Outline:
    """The borders of a unit: which lines, how exact, and who is behind each; one object for all days that share it."""

    lines: list[int]
    accuracy_km: Floats
    neighbours: list[Row | None]


class _DayMap:
    """One day in one view, as points are asked about it."""

    def __init__(self, index: PlaceIndex, day: Day) -> None:
        units = {unit: number for number, unit in enumerate(sorted(set(day.unit_of.values())))}
        self.unit_of = np.array([units.get(day.unit_of.get(face, ""), NOWHERE) for face in index.faces], dtype=int)
        within: dict[str, list[Row]] = defaultdict(list)
        for row in day.rows.values():
            if "drawn_within" in row:
                within[row["drawn_within"]].append(row)
        sides: dict[str, list[tuple[int, Row | None]]] = defaultdict(list)
        for number, line in enumerate(index.lines):
            left, right = (day.unit_of.get(line.get(side, "")) for side in ("left", "right"))
            for here, other in ((left, right), (right, left)):
                if here is not None and here != other:
                    sides[here].append((number, day.rows[other] if other is not None else None))
        self.outlines = []
        self.places: list[Whereabouts] = []
        face_of = {unit: face for face, unit in day.unit_of.items()}
        for unit in units:
            self.outlines.append(index.outline(sides[unit]))
            row = day.rows[unit]
            gubernia, authority = (day.rows[of[face_of[unit]]] for of in (day.gubernia_of, day.authority_of))
            self.places.append(
                Whereabouts(
                    uezd=row if row["level"] == 2 or row["type"] == "uezd" else None,
                    gubernia=gubernia if gubernia["level"] > 0 else None,
                    authority=authority,
                    unrecovered=tuple(within[unit]),
                )
            )


@dataclass(frozen=True)
class _Located:
    """Points with the face and the cell in which each lies.

    Attributes
    ----------
    lon, lat
        Degrees on WGS 84.
    face
        Its number in the index, or `NOWHERE`.
    zones
        Zone -> the numbers of the points that lie in it; zones without any are left out.
    """

    lon: Floats
    lat: Floats
    face: Integers
    zones: dict[str, Integers]

    @cached_property
    def cells(self) -> Integers:
        """Column and row of the cell of each point."""
        return np.floor(np.column_stack([self.lon, self.lat]) / CELL).astype(int)

    @cached_property
    def drawn(self) -> Any:
        """Each point on its cell's plane, kilometres."""
        return shapely.points(on_planes(self.cells.T, self.lon, self.lat))

    @cached_property
    def known(self) -> dict[tuple[_Outline, int, int, bytes], list[tuple[NearBorder | None, NearBorder | None]]]:
        """Return what was found of the borders around some of the points: another day or view may have the same."""
        return {}


class PlaceIndex:
    """The atlas ready to be asked about points; ask `place_index_of` for it.

    Attributes
    ----------
    stops
        The days on which anything changes for any point.
    faces
        The ids of the faces of land, in order.
    lines
        The stretches of line that can be a border: neither shores nor the map's frame.
    zones
        The dated areas that are not units.
    """

    def __init__(self, atlas: Atlas) -> None:
        self._calendar = calendar_of(atlas)
        self.zones: dict[str, dict[str, Any]] = dict(atlas.tables["zones"])
        self.events = {event["id"]: event for event in atlas.tables["events"]}
        ends = {zone[end] for zone in self.zones.values() for end in ("valid_from", "valid_to")}
        within = {day for day in ends if day and COVERAGE[0] <= day < COVERAGE[1]}
        self.stops = sorted(within.union(change_dates(atlas), COVERAGE[:1]))
        land = {face for row in self._calendar.rows for face in row.get("faces") or ()}
        self.faces = sorted(land)
        rows = [{k: v for k, v in row.items() if is_given(v)} for row in atlas.borders.to_dict("records")]
        around: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            for side in ("left", "right"):
                around[row.get(side, "")].append(row["geometry"])
        self._areas = _Areas([shapely.build_area(shapely.MultiLineString(around[face])) for face in self.faces])
        self._zone_areas = _Areas([shapely.geometry.shape(zone["geometry"]) for zone in self.zones.values()])
        # A shore is no border: beyond it lies no other unit.
        self.lines = [
            row for row in rows
            if row["method"] != MAP_FRAME and {row.get("left"), row.get("right")} <= land | {None}
        ]  # fmt: skip
        pieces = shapely.segmentize([line["geometry"] for line in self.lines], PIECE)
        self._coordinates = [shapely.get_coordinates(line) for line in pieces]
        self._planes: dict[tuple[int, int], dict[int, Any]] = {}
        self._days: dict[tuple[str, View], _DayMap] = {}
        self._outlines: dict[tuple[tuple[int, str | None], ...], _Outline] = {}

    def day(self, date: str, view: View) -> Day:
        """Return who holds what on a day in a view."""
        return self._calendar.day(self.stop(date), view)

    def stop(self, day: str) -> str:
        """Return the last day, up to this one, on which anything changed."""
        return self.stops[max(bisect_right(self.stops, day) - 1, 0)]

    def locate(self, points: npt.ArrayLike) -> _Located:
        """Return points with the face and the zones in which each lies."""
        lon, lat = np.asarray(points, dtype=float).reshape(-1, 2).T
        face = np.full(len(lon), NOWHERE)
        for number, inside in self._areas.holding(lon, lat):
            face[inside[face[inside] == NOWHERE]] = number
        ids = list(self.zones)
        return _Located(lon, lat, face, {ids[n]: inside for n, inside in self._zone_areas.holding(lon, lat)})

    def day_map(self, stop: str, view: View) -> _DayMap:
        """Return a day on which something changes as points are asked about it."""
        if (stop, view) not in self._days:
            self._days[stop, view] = _DayMap(self, self._calendar.day(stop, view))
        return self._days[stop, view]

    def outline(self, sides: list[tuple[int, Row | None]]) -> _Outline:
        """Return the borders of a unit, made of lines with the unit version behind each."""
        key = tuple((number, row["id"] if row is not None else None) for number, row in sides)
        if key not in self._outlines:
            accuracies = np.array([self.lines[number]["accuracy_km"] for number, _ in sides], dtype=float)
            outline = _Outline([number for number, _ in sides], accuracies, [row for _, row in sides])
            return self._outlines.setdefault(key, outline)
        return self._outlines[key]

    def drawn(self, cell: tuple[int, int], lines: list[int]) -> Any:
        """Return lines on a cell's plane, kilometres."""
        plane = self._planes.setdefault(cell, {})
        if fresh := [number for number in lines if number not in plane]:
            coordinates = [self._coordinates[number] for number in fresh]
            xy = on_planes(cell, *np.concatenate(coordinates).T)
            shapes: Any = shapely.linestrings(xy, indices=np.repeat(np.arange(len(fresh)), list(map(len, coordinates))))
            plane.update(zip(fresh, shapes, strict=True))
        return [plane[number] for number in lines]


_INDEXES: dict[int, PlaceIndex] = {}


def place_index_of(atlas: Atlas) -> PlaceIndex:
    """Return the atlas's index of places, made once for each atlas."""
    if id(atlas) not in _INDEXES:
        _INDEXES[id(atlas)] = PlaceIndex(atlas)
        weakref.finalize(atlas, _INDEXES.pop, id(atlas), None)
    return _INDEXES[id(atlas)]


class _Areas:
    """Areas in degrees on WGS 84, prepared for many points."""

    def __init__(self, areas: list[Any]) -> None:
        self.areas = areas
        self.bounds = [area.bounds for area in areas]
        shapely.prepare(areas)

    def holding(self, lon: Floats, lat: Floats) -> list[tuple[int, Integers]]:
        """Return which points lie in each area or on its edge; areas without any are left out."""
        pairs = []
        for number, (west, south, east, north) in enumerate(self.bounds):
            near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
            if len(near):
                inside = near[shapely.intersects_xy(self.areas[number], lon[near], lat[near])]
                if len(inside):
                    pairs.append((number, inside))
        return pairs


def on_planes(cells: npt.ArrayLike, lon: Floats, lat: Floats) -> Floats:
    """Project points on planes of cells: azimuthal equidistant, centred on the middle of the cell.

    Parameters
    ----------
    cells
        Column and row of one cell for all points, or columns and rows of one for each; at 0 degrees the cells with
        the number 0 begin.
    lon, lat
        Degrees on WGS 84.

    Returns
    -------
    Kilometres east and north of the middle, one row a point.
    """
    columns, rows = (np.broadcast_to((number + 0.5) * CELL, lon.shape) for number in np.asarray(cells))
    azimuth, _, metres = _GEOD.inv(columns, rows, lon, lat)
    angle = np.radians(azimuth)
    return np.column_stack([np.sin(angle), np.cos(angle)]) * (np.asarray(metres) / 1000)[:, None]


def at(index: PlaceIndex, points: npt.ArrayLike, day: str, view: View) -> list[Whereabouts]:
    """Return where points lay on a day.

    Parameters
    ----------
    points
        One row a point: longitude and latitude, degrees on WGS 84.
    day
        ISO, within the atlas's coverage.
    """
    return _at(index, index.locate(points), index.stop(day), view)


def in_both_views(index: PlaceIndex, points: npt.ArrayLike, day: str) -> dict[View, list[Whereabouts]]:
    """Return where points lay on a day by decree and in fact; parameters as of `at`."""
    located = index.locate(points)
    return {view: _at(index, located, index.stop(day), view) for view in VIEWS}


def _at(index: PlaceIndex, points: _Located, stop: str, view: View) -> list[Whereabouts]:
    day = index.day_map(stop, view)
    places = [Whereabouts()] * len(points.face)
    unit = np.where(points.face == NOWHERE, NOWHERE, day.unit_of[points.face])
    asked = np.flatnonzero(unit != NOWHERE)
    if not len(asked):
        return places
    # Points of one unit in one cell have the same borders, on the same plane.
    keys = np.column_stack([unit, points.cells])[asked]
    order = np.lexsort(keys.T)
    asked, keys = asked[order], keys[order]
    starts = [0, *(np.flatnonzero((keys[1:] != keys[:-1]).any(axis=1)) + 1).tolist(), len(asked)]
    for start, end in pairwise(starts):
        leaf, column, row = keys[start].tolist()
        group = asked[start:end]
        place = day.places[leaf]
        outline = day.outlines[leaf]
        key = (outline, column, row, group.tobytes())
        borders = points.known.get(key)
        if borders is None:
            borders = points.known[key] = _borders(index, outline, (column, row), points.drawn[group])
        for number, (nearest, doubt) in zip(group.tolist(), borders, strict=True):
            places[number] = Whereabouts(place.uezd, place.gubernia, place.authority, nearest, doubt, place.unrecovered)
    for id_, inside in points.zones.items():
        zone = index.zones[id_]
        if is_in_force(zone["valid_from"], zone["valid_to"], stop):
            unplaced = (zone["title"],) if zone["kind"] == "unplaced" else ()
            for number in inside[unit[inside] != NOWHERE].tolist():
                place = places[number]
                places[number] = replace(place, zones=(*place.zones, id_), unplaced=place.unplaced + unplaced)
    return places


def _borders(
    index: PlaceIndex, outline: _Outline, cell: tuple[int, int], points: Any
) -> list[tuple[NearBorder | None, NearBorder | None]]:
    """Return for each point of a cell the nearest border of its unit, and the one that leaves most doubt, if any."""
    if not outline.lines:
        return [(None, None)] * len(points)
    lines = np.array(index.drawn(cell, outline.lines), dtype=object)
    distances = shapely.distance(points[:, None], lines[None, :]).round(3)
    margins = distances - outline.accuracy_km

    def border(point: int, number: int) -> NearBorder:
        line = index.lines[outline.lines[number]]
        return NearBorder(
            line["id"], float(distances[point, number]), line["accuracy_km"], line["basis"], line["certainty"],
            outline.neighbours[number],
        )  # fmt: skip

    borders: list[tuple[NearBorder | None, NearBorder | None]] = []
    nearest, worst = distances.argmin(axis=1).tolist(), margins.argmin(axis=1).tolist()
    is_doubtful = (margins.min(axis=1) < 0).tolist()
    for point, (near, bad, doubtful) in enumerate(zip(nearest, worst, is_doubtful, strict=True)):
        first = border(point, near)
        doubt = (first if bad == near else border(point, bad)) if doubtful else None
        borders.append((first, doubt))
    return borders


def through(index: PlaceIndex, lon: float, lat: float) -> PlaceHistory:
    """Return where a point lay through all the days of the atlas.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84.
    """
    point = index.locate([[lon, lat]])
    if point.face[0] == NOWHERE:
        return PlaceHistory(lon, lat, {view: [] for view in VIEWS})
    return PlaceHistory(lon, lat, {view: _spans(index, point, view) for view in VIEWS}, tuple(point.zones))


def _spans(index: PlaceIndex, point: _Located, view: View) -> list[Span]:
    spans: list[Span] = []
    for stop in index.stops:
        (place,) = _at(index, point, stop, view)
        if not place.is_known:
            continue
        unit = place.uezd or place.gubernia or place.authority
        assert unit is not None
        if not spans:
            span = Span(stop, None, unit["start_event"], None, unit["start_precision"], None, place, {stop: place})
            spans.append(span)
            continue
        last = spans[-1]
        if changed := _changed(last.place, place):
            begun = (row["start_event"] for row in (*changed, *place.units) if row and row["valid_from"] == stop)
            event = next(begun, unit["start_event"])
            precision = index.events[event]["precision"]
            spans[-1] = replace(last, valid_to=stop, end_event=event, end_precision=precision)
            spans.append(Span(stop, None, event, None, precision, None, place, {stop: place}))
        elif place != last.days[max(last.days)]:
            spans[-1] = replace(last, place=_joined(last.place, place), days={**last.days, stop: place})
    return spans


def _changed(before: Whereabouts, after: Whereabouts) -> list[Row | None]:
    """Return those of uezd, gubernia and authority that are others, or have other names."""
    return [
        new for old, new in zip(before.units, after.units, strict=True) if _as_named(old) != _as_named(new)
    ]  # fmt: skip


def _as_named(row: Row | None) -> tuple[Any, ...] | None:
    return tuple(row[key] for key in ("unit", "type", "name_kk", "name_ru", "name_en")) if row else None


def _joined(before: Whereabouts, after: Whereabouts) -> Whereabouts:
    """Return what held in two stretches of time that make up one."""
    nearest = [border for border in (before.nearest, after.nearest) if border]
    doubts = [border for border in (before.doubt, after.doubt) if border]
    unrecovered = {row["unit"]: row for row in (*after.unrecovered, *before.unrecovered)}
    return replace(
        before,
        nearest=min(nearest, key=lambda border: border.km, default=None),
        doubt=min(doubts, key=lambda border: border.margin_km, default=None),
        unrecovered=tuple(unrecovered[unit] for unit in sorted(unrecovered)),
        zones=tuple(dict.fromkeys((*before.zones, *after.zones))),
        unplaced=before.unplaced + tuple(title for title in after.unplaced if title not in before.unplaced),
    )
