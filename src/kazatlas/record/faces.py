"""Faces: the areas that the drawn lines enclose, each named by its label point."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from dataclasses import dataclass, field

import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from kazatlas.record.problems import Problem
from kazatlas.record.types import Boundary, Record

GEOD = Geod(ellps="WGS84")
_DIGITS = 4
_MAX_CROSSINGS = 200
_FOLD_DEGREES = 5.0
"""Two stretches that leave a point within this angle of each other are a slip of the hand, not a border."""
Point = tuple[float, ...]


@dataclass(frozen=True)
class Edge:
    """A stretch of a drawn line between two nodes, and the faces on its two sides."""

    id: str
    line: Boundary
    geometry: shapely.LineString
    left: str | None
    right: str | None
    length_km: float


@dataclass
class Faces:
    """The areas between the lines, by id, and the edges between them."""

    areas: dict[str, shapely.Polygon] = field(default_factory=dict)
    land: set[str] = field(default_factory=set)
    edges: list[Edge] = field(default_factory=list)
    area_km2: dict[str, float] = field(default_factory=dict)


def geodesic_area_km2(geometry: BaseGeometry) -> float:
    """Return the area on the WGS 84 ellipsoid in square kilometres (Karney 2013, as in PROJ)."""
    parts = [shapely.geometry.polygon.orient(part) for part in shapely.get_parts(geometry)]
    return float(sum(GEOD.geometry_area_perimeter(part)[0] for part in parts)) / 1e6


def _at(point: tuple[float, ...]) -> str:
    return f"{point[0]:.4f} E {point[1]:.4f} N"


def _line(piece: tuple[str, shapely.LineString]) -> str:
    """Return the id of the drawn line that a piece was cut from."""
    return piece[0].partition(".")[0]


def _split(lines: dict[str, shapely.LineString]) -> list[tuple[str, shapely.LineString]]:
    """Cut each line at those of its own vertices where another line ends."""
    ends = {tuple(line.coords[i]) for line in lines.values() for i in (0, -1)}
    pieces = []
    for id_, line in lines.items():
        coords = list(line.coords)
        cuts = [0, *(i for i in range(1, len(coords) - 1) if tuple(coords[i]) in ends), len(coords) - 1]
        for number, (start, stop) in enumerate(itertools.pairwise(cuts), 1):
            name = id_ if len(cuts) == 2 else f"{id_}.{number}"
            pieces.append((name, shapely.LineString(coords[start : stop + 1])))
    return pieces


def _crossings(pieces: list[tuple[str, shapely.LineString]], file: str) -> list[Problem]:
    """Report pairs of pieces that meet elsewhere than at their ends."""
    geometries = [piece for _, piece in pieces]
    if not geometries:
        return []
    tree = shapely.STRtree(geometries)
    first, second = tree.query(geometries, predicate="intersects")
    problems: list[Problem] = []
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        if a >= b:
            continue
        if len(problems) >= _MAX_CROSSINGS:
            break
        shared = shapely.intersection(geometries[a], geometries[b])
        ends = {p for g in (geometries[a], geometries[b]) for p in (tuple(g.coords[0]), tuple(g.coords[-1]))}
        for part in shapely.get_parts(shared):
            spot = tuple(part.coords[0])
            if part.geom_type != "Point":
                what = f"runs along '{_line(pieces[b])}' near {_at(spot)}."
                problems.append(
                    Problem(file, _line(pieces[a]), what, "Draw a shared line once; delete one of the two.")
                )
            elif spot not in ends or (
                # An end that lies on the other line between two of its vertices is not a node.
                spot not in set(geometries[a].coords) or spot not in set(geometries[b].coords)
            ):
                what = f"meets '{_line(pieces[b])}' at {_at(spot)} where that line has no end."
                problems.append(
                    Problem(
                        file,
                        _line(pieces[a]),
                        what,
                        "End both lines in one common point, or give the line a vertex there.",
                    )
                )
    return problems


def _folds(pieces: list[tuple[str, shapely.LineString]], file: str) -> list[Problem]:
    """Report stretches that leave a point on nearly the same bearing: a line doubled back, or two lines in one."""
    leaving: dict[Point, list[tuple[str, float]]] = {}
    for piece in pieces:
        coords = [tuple(c) for c in piece[1].coords]
        lons, lats = zip(*coords, strict=True)
        out, back, _ = GEOD.inv(lons[:-1], lats[:-1], lons[1:], lats[1:])
        for start, end, ahead, behind in zip(coords[:-1], coords[1:], out, back, strict=True):
            leaving.setdefault(start, []).append((_line(piece), ahead))
            leaving.setdefault(end, []).append((_line(piece), behind))
    problems = []
    for point, stretches in leaving.items():
        around = sorted(stretches, key=lambda stretch: stretch[1])
        for (one, bearing), (other, next_bearing) in zip(around, [*around[1:], around[0]], strict=True):
            apart = (next_bearing - bearing) % 360
            if len(around) < 2 or apart >= _FOLD_DEGREES:
                continue
            if one == other:
                what = f"doubles back on itself at {_at(point)}, {apart:.1f} degrees between its two segments."
                remedy = "Delete the vertex that overshoots."
            else:
                what = f"leaves {_at(point)} on nearly the bearing of '{other}', {apart:.1f} degrees apart."
                remedy = "Move or delete the vertex next to that point, so that the two lines part at once."
            problems.append(Problem(file, one, what, remedy))
    return problems[:_MAX_CROSSINGS]


def _own_crossing(line: shapely.LineString) -> tuple[float, ...]:
    """Return the end of the first segment with which a line crosses or touches itself."""
    coords = list(line.coords)
    counts = range(2, len(coords) + 1)
    first = bisect.bisect_left(counts, True, key=lambda count: not shapely.LineString(coords[:count]).is_simple)
    return tuple(coords[counts[first] - 1])


def build_faces(record: Record) -> tuple[Faces, list[Problem]]:
    """Build the faces between the drawn lines.

    Returns
    -------
    The faces (EPSG:4326, areas in km2) and every problem: lines that cross, do not meet or double back,
    faces without a label point, label points that share a face or lie in none.
    """
    line_file = f"{record.folder.name}/boundaries.geojson"
    lines, problems = _lines(record, line_file)
    pieces = _split(lines)
    problems += _crossings(pieces, line_file)
    problems += _folds(pieces, line_file)
    problems += _loose_ends(pieces, line_file)
    faces, unnamed = _named_areas(record, pieces, line_file)
    problems += unnamed
    faces.area_km2 = {id_: geodesic_area_km2(area) for id_, area in sorted(faces.areas.items())}
    faces.edges = _edges(record, pieces, faces)
    return faces, problems


def _lines(record: Record, file: str) -> tuple[dict[str, shapely.LineString], list[Problem]]:
    """Return the drawn lines on the record's grid, and those that are no lines."""
    problems: list[Problem] = []
    lines = {}
    for id_, (_, drawn) in record.boundaries.items():
        geometry = shapely.remove_repeated_points(shapely.set_precision(drawn, 10**-_DIGITS, mode="pointwise"))
        if geometry.length == 0:
            problems.append(
                Problem(file, id_, f"has no length at {_at(drawn.coords[0])}.", "Delete it or draw it again.")
            )
        elif not geometry.is_simple:
            problems.append(
                Problem(file, id_, f"crosses itself near {_at(_own_crossing(geometry))}.", "Draw it again.")
            )
        else:
            lines[id_] = geometry
    return lines, problems


def _loose_ends(pieces: list[tuple[str, shapely.LineString]], file: str) -> list[Problem]:
    """Report ends of lines at which no other line begins."""
    problems: list[Problem] = []
    degree = Counter(tuple(line.coords[i]) for _, line in pieces for i in (0, -1))
    for piece in pieces:
        for end in (piece[1].coords[0], piece[1].coords[-1]):
            if degree[tuple(end)] == 1:
                problems.append(
                    Problem(file, _line(piece), f"ends at {_at(end)} where no other line begins.",
                            "Move its end onto the end or a vertex of the line that it should meet.")
                )  # fmt: skip
    return problems


def _named_areas(
    record: Record, pieces: list[tuple[str, shapely.LineString]], line_file: str
) -> tuple[Faces, list[Problem]]:
    """Return the areas between the lines by the names that label points give them."""
    point_file = f"{record.folder.name}/label_points.geojson"
    problems: list[Problem] = []
    faces = Faces()
    polygons = shapely.get_parts(shapely.polygonize([line for _, line in pieces]))
    tree = shapely.STRtree(list(polygons))
    inside: dict[int, list[str]] = {}
    for id_, (_, point) in record.label_points.items():
        hits = tree.query(point, predicate="within")
        if len(hits) != 1:
            spot = _at((point.x, point.y))
            problems.append(
                Problem(point_file, id_, f"lies in no face, at {spot}.",
                        f"Move it inside the area that it names, or close the lines around it in {line_file}.")
            )  # fmt: skip
            continue
        inside.setdefault(int(hits[0]), []).append(id_)
    for number, polygon in enumerate(polygons):
        names = inside.get(number, [])
        spot = _at(tuple(polygon.representative_point().coords[0]))
        if len(names) == 1:
            faces.areas[names[0]] = polygon
            if record.label_points[names[0]][0].kind == "land":
                faces.land.add(names[0])
        elif not names:
            problems.append(
                Problem(line_file, "", f"the lines enclose an area without a name at {spot}.",
                        f"Put a point with the face's id there in {point_file}, or delete the line.")
            )  # fmt: skip
        else:
            problems.append(
                Problem(point_file, ", ".join(sorted(names)), f"lie in one face, at {spot}.",
                        f"Draw the line that parts them in {line_file}, or keep one point.")
            )  # fmt: skip
    return faces, problems


def _edges(record: Record, pieces: list[tuple[str, shapely.LineString]], faces: Faces) -> list[Edge]:
    """Tell each piece the face on its left and on its right hand."""
    left_of: dict[tuple[Point, Point], str] = {}
    for id_, area in faces.areas.items():
        # Counter-clockwise outside and clockwise holes keep the face on the left of each segment.
        oriented = shapely.geometry.polygon.orient(area)
        for ring in (oriented.exterior, *oriented.interiors):
            coords = [tuple(c) for c in ring.coords]
            left_of.update(dict.fromkeys(itertools.pairwise(coords), id_))
    edges = []
    for name, line in sorted(pieces, key=lambda piece: piece[0]):
        start, then = tuple(line.coords[0]), tuple(line.coords[1])
        length = GEOD.geometry_length(line) / 1000
        boundary = record.boundaries[_line((name, line))][0]
        edges.append(Edge(name, boundary, line, left_of.get((start, then)), left_of.get((then, start)), length))
    return edges
