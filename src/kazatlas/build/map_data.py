"""Map data: what the map in the browser draws, as quantised TopoJSON, each stretch of line once."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from kazatlas.atlas.day import Row, calendar_of
from kazatlas.atlas.lineage import ghosts
from kazatlas.atlas.selection import is_given
from kazatlas.atlas.store import MAP_FRAME, Atlas
from kazatlas.build.day_differences import Sides, day_differences
from kazatlas.palette import evidence, tint
from kazatlas.record.types import LANGUAGES, VIEWS, View

STEP = 0.001
"""The grid of the map's coordinates in degrees, about 100 m: well under the lines' own accuracy."""

LABEL_STRETCH = 2.2
"""How much wider than high a label is: the point for it is sought in a map stretched upwards by this."""

Arc = list[list[int]]
Ring = list[int]


class _Arcs:
    """The arcs of one topology: coordinates on the grid, each arc stored once, as steps."""

    def __init__(self) -> None:
        self.stored: list[Arc] = []
        self.lines: list[list[tuple[float, float]]] = []

    def add(self, coordinates: Iterable[Iterable[float]]) -> int:
        """Store a line and return its number."""
        line = [(float(x), float(y)) for x, y, *_ in coordinates]
        on_grid = [(round(x / STEP), round(y / STEP)) for x, y in line]
        steps: Arc = []
        last = (0, 0)
        for number, point in enumerate(on_grid):
            # A TopoJSON line has two points at least, so the last one of a tiny line stays.
            if number and point == last and not (number == len(on_grid) - 1 and len(steps) == 1):
                continue
            steps.append([point[0] - last[0], point[1] - last[1]])
            last = point
        self.stored.append(steps)
        self.lines.append(line)
        return len(self.stored) - 1

    def coordinates(self, arc: int) -> list[tuple[float, float]]:
        """Return an arc's exact coordinates; `~arc` is the same arc read backwards."""
        return self.lines[arc] if arc >= 0 else self.lines[~arc][::-1]

    def ring(self, arcs: Ring) -> list[tuple[float, float]]:
        """Return the exact coordinates of arcs that follow one another."""
        points: list[tuple[float, float]] = []
        for arc in arcs:
            points += self.coordinates(arc)[1 if points else 0 :]
        return points


def _bearing(start: tuple[float, float], end: tuple[float, float]) -> float:
    return math.atan2(end[1] - start[1], end[0] - start[0])


def _rings(arcs: _Arcs, signed: list[int]) -> list[Ring]:
    """Chain arcs that have an area on their left into closed rings."""
    leaving: dict[tuple[float, float], list[int]] = defaultdict(list)
    for arc in signed:
        leaving[arcs.coordinates(arc)[0]].append(arc)
    rings: list[Ring] = []
    for first in signed:
        start = arcs.coordinates(first)[0]
        if first not in leaving[start]:
            continue
        leaving[start].remove(first)
        ring = [first]
        while True:
            points = arcs.coordinates(ring[-1])
            here = points[-1]
            choices = leaving[here]
            if here == start or not choices:
                break
            # Where areas touch in a point only, the sharpest turn to the left keeps them apart.
            back = _bearing(here, points[-2])
            turns = [((back - _bearing(here, arcs.coordinates(arc)[1])) % math.tau, arc) for arc in choices]
            arc = min(turns)[1]
            choices.remove(arc)
            ring.append(arc)
        rings.append(ring)
    return rings


def _polygons(arcs: _Arcs, rings: list[Ring]) -> list[list[Ring]]:
    """Group rings into polygons: an outer ring first, then its holes."""
    outer: list[tuple[float, shapely.Polygon, list[Ring]]] = []
    holes: list[tuple[shapely.Point, Ring]] = []
    for ring in rings:
        line = shapely.LinearRing(arcs.ring(ring))
        area = shapely.Polygon(line)
        if line.is_ccw:
            outer.append((area.area, area, [ring]))
        else:
            holes.append((area.representative_point(), ring))
    outer.sort(key=lambda item: item[0])
    for point, ring in holes:
        for _, area, polygon in outer:
            if area.contains(point):
                polygon.append(ring)
                break
    return [polygon for _, _, polygon in reversed(outer)]


def _arc_geometry(polygons: list[list[Ring]]) -> dict[str, Any]:
    if len(polygons) == 1:
        return {"type": "Polygon", "arcs": polygons[0]}
    return {"type": "MultiPolygon", "arcs": polygons}


def _label_point(geometry: BaseGeometry) -> list[int]:
    """Return the point, on the grid, round which a wide label has most room."""
    middle = math.cos(math.radians((geometry.bounds[1] + geometry.bounds[3]) / 2))
    stretched = shapely.transform(geometry.simplify(0.01), lambda xy: xy * (middle, LABEL_STRETCH))
    parts = [part for part in shapely.get_parts(stretched) if part.geom_type == "Polygon"]
    largest = max(parts, key=lambda part: float(part.area))
    centre = shapely.get_point(shapely.maximum_inscribed_circle(largest, 0.02), 0)
    return [round(centre.x / middle / STEP), round(centre.y / LABEL_STRETCH / STEP)]


def _texts(values: Mapping[str, Any]) -> list[str]:
    return [str(values[language]) for language in LANGUAGES]


def _unit_properties(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the map shows and asks of a version; missing values are left out."""
    properties = {
        "unit": row["unit"],
        "from": row["valid_from"],
        "level": int(row["level"]),
        "parent": row["parent"],
        "by": row["administered_by"],
        "seat": row.get("seat"),
        "border": "not-recovered" if row["border"] == "not-recovered" else None,
        "tint": tint(row["unit"]),
        "name": [row[f"name_{language}"] for language in LANGUAGES],
        "label": [row[f"label_{language}"] for language in LANGUAGES],
    }
    return {key: value for key, value in properties.items() if is_given(value)}


def _places(tables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the towns with all their names; a day's answers say which one they bore."""
    return [
        {
            "id": id_,
            "point": [round(value / STEP) for value in place["point"]],
            "rank": place["rank"],
            "names": [_texts(name) for name in place["names"]],
        }
        for id_, place in sorted(tables["places"].items())
    ]


def _stops(tables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the timeline's stops: each date of an event once, with what happened on it."""
    stops: dict[str, dict[str, Any]] = {}
    # On one day the record's own order stands: the decree before its clauses.
    for event in sorted(tables["events"], key=lambda event: str(event["date"])):
        stop = stops.setdefault(event["date"], {"date": event["date"], "events": []})
        stop["events"].append(
            {
                "id": event["id"],
                "tick": _texts(event["tick"]),
                "title": _texts(event["title"]),
                "precision": event["precision"],
            }
        )
    return [stops[date] for date in sorted(stops)]


def _alternatives(tables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the dates on which some source puts an event that the timeline puts elsewhere."""
    return [
        {"date": other["date"], "event": event["id"], "reading": _texts(other["reading"])}
        for event in tables["events"]
        for other in event.get("alternatives") or []
        if other.get("date") and other["date"] != event["date"]
    ]


def _methods(tables: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return how lines were drawn, in order of the methods' ids, and the titles of the sources they name."""
    methods = []
    for _, method in sorted(tables["methods"].items()):
        cited = list(dict.fromkeys(citation["source"] for citation in method["citations"]))
        methods.append({"title": _texts(method["title"]), "sources": cited})
    named = {source for method in methods for source in method["sources"]}
    return methods, {source: str(tables["sources"][source]["title"]) for source in sorted(named)}


def _ghosts(atlas: Atlas, numbers: Mapping[str, int]) -> dict[str, dict[str, list[list[int]]]]:
    """Return the borders that each stop took away: stop -> view -> numbers of edges, by level 0, 1, 2."""
    by_stop: dict[str, dict[str, list[list[int]]]] = {}
    for stop in _stops(atlas.tables):
        for view in VIEWS:
            by_level = ghosts(atlas, stop["date"], view)
            edges = [sorted(numbers[edge] for edge in by_level[level] if edge in numbers) for level in (0, 1, 2)]
            if any(edges):
                by_stop.setdefault(stop["date"], {})[view] = edges
    return by_stop


def _zones(arcs: _Arcs, tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dated areas that are no units, with arcs of their own."""
    geometries = []
    for id_, zone in sorted(tables["zones"].items()):
        parts = shapely.get_parts(shapely.geometry.shape(zone["geometry"]))
        rings = [[[arcs.add(ring.coords)] for ring in (part.exterior, *part.interiors)] for part in parts]
        properties = {
            "kind": zone["kind"],
            "from": zone.get("valid_from"),
            "to": zone.get("valid_to"),
            "title": _texts(zone["title"]),
            "certainty": zone["certainty"],
        }
        given = {key: value for key, value in properties.items() if value is not None}
        geometries.append(_arc_geometry(rings) | {"id": id_, "properties": given})
    return {"type": "GeometryCollection", "geometries": geometries}


def _base_object(arcs: _Arcs, features: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a background layer (land, sea, lakes, rivers) with arcs of its own."""
    geometries = []
    for feature in features:
        geometry = shapely.geometry.shape(feature["geometry"])
        properties = feature.get("properties") or {}
        lines = [part for part in shapely.get_parts(geometry) if part.geom_type in ("LineString", "LinearRing")]
        polygons = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
        item: dict[str, Any]
        if isinstance(geometry, shapely.Point):
            item = {"type": "Point", "coordinates": [round(geometry.x / STEP), round(geometry.y / STEP)]}
            item["properties"] = {"rank": properties.get("rank", 1), "angle": properties.get("angle", 0)}
        elif polygons:
            item = _arc_geometry(
                [[[arcs.add(ring.coords)] for ring in (polygon.exterior, *polygon.interiors)] for polygon in polygons]
            )
            item["properties"] = {}
        elif lines:
            item = {"type": "MultiLineString", "arcs": [[arcs.add(line.coords)] for line in lines]}
            item["properties"] = {}
        else:
            continue
        if geometry.geom_type == "Point":
            item["properties"]["name"] = [properties[f"name_{language}"] for language in LANGUAGES]
        geometries.append(item)
    return {"type": "GeometryCollection", "geometries": geometries}


class _Shapes:
    """The shapes of faces together, as rings of arcs; each made once."""

    def __init__(self, arcs: _Arcs, sides: Sequence[Sides]) -> None:
        self.arcs, self.sides = arcs, sides
        self._polygons: dict[frozenset[str], list[list[Ring]]] = {}
        self._label_points: dict[frozenset[str], list[int]] = {}

    def polygons(self, faces: frozenset[str]) -> list[list[Ring]]:
        """Return the polygons that faces make together: an outer ring first, then its holes."""
        if faces not in self._polygons:
            signed = [
                arc if left in faces else ~arc
                for arc, (left, right) in enumerate(self.sides)
                if (left in faces) != (right in faces)
            ]
            self._polygons[faces] = _polygons(self.arcs, _rings(self.arcs, signed))
        return self._polygons[faces]

    def label_point(self, faces: frozenset[str]) -> list[int]:
        """Return where a label of the faces has most room."""
        if faces not in self._label_points:
            parts = [
                shapely.Polygon(self.arcs.ring(rings[0]), [self.arcs.ring(hole) for hole in rings[1:]])
                for rings in self.polygons(faces)
            ]
            self._label_points[faces] = _label_point(shapely.MultiPolygon(parts))
        return self._label_points[faces]


def _borders(edges: Sequence[Row], arcs: _Arcs, methods: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[Sides]]:
    """Return one line an edge, whose number is that of its arc, and the faces on its two sides."""
    borders: list[dict[str, Any]] = []
    sides: list[Sides] = [
        (edge["left"] if is_given(edge["left"]) else None, edge["right"] if is_given(edge["right"]) else None)
        for edge in edges
    ]
    face_numbers = _face_numbers(sides)
    method_numbers = {id_: number for number, id_ in enumerate(sorted(methods))}
    for edge, pair in zip(edges, sides, strict=True):
        properties: dict[str, Any] = {"id": edge["id"], "sides": [face_numbers[face] if face else -1 for face in pair]}
        if edge["method"] == MAP_FRAME:
            properties["frame"] = True
        else:
            properties |= {
                "basis": edge["basis"],
                "certainty": edge["certainty"],
                "evidence": evidence(edge["basis"], edge["certainty"]),
                "method": method_numbers[edge["method"]],
                "km": edge["accuracy_km"],
            }
        number = arcs.add(edge["geometry"].coords)
        borders.append({"type": "LineString", "arcs": [number], "properties": properties})
    return borders, sides


def _face_numbers(sides: Iterable[Sides]) -> dict[str, int]:
    ids = sorted({face for pair in sides for face in pair if face})
    return {face: number for number, face in enumerate(ids)}


def _units(atlas: Atlas, shapes: _Shapes, face_numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return one geometry a version, in order of their ids."""
    calendar = calendar_of(atlas)
    units = []
    for row in sorted(atlas.versions.to_dict("records"), key=lambda row: str(row["id"])):
        geometry, properties = row["geometry"], _unit_properties(row)
        item: dict[str, Any] = {"type": None, "id": row["id"], "properties": properties}
        if is_given(geometry) and geometry.geom_type == "Point":
            item["type"] = "Point"
            item["coordinates"] = [round(geometry.x / STEP), round(geometry.y / STEP)]
        elif is_given(geometry) and not geometry.is_empty:
            tile = frozenset(row["faces"]) if is_given(row["faces"]) else frozenset()
            view: View = "de_facto" if row["view"] == "de_facto" else "de_jure"
            land = frozenset(calendar.day(row["valid_from"], view).land[row["unit"]]) if row["level"] < 2 else tile
            item |= _arc_geometry(shapes.polygons(land))
            properties["point"] = shapes.label_point(land)
            if tile:
                properties["faces"] = sorted(face_numbers[face] for face in tile)
            if tile and tile != land:
                # Among uezds it is a tile of the map only where none of its own lies.
                properties["tile_point"] = shapes.label_point(tile)
        units.append(item)
    return units


def build_topology(atlas: Atlas, base: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Build the map's data: TopoJSON whose objects share each stretch of border.

    Parameters
    ----------
    atlas
        The built atlas: versions, border edges with the faces on their two sides, tables.
    base
        Background layers by name, each a GeoJSON FeatureCollection.

    Returns
    -------
    A TopoJSON topology with the objects `borders` (one line an edge, with the numbers of the faces
    on its left and right, and the number of the method by which it was drawn; an edge of the map
    itself, which is no border, has `frame` instead), `faces` (water is what no unit ever holds),
    `units` (one geometry a version; the numbers of its faces where it is a tile of the map), `zones`
    and one object for each background layer, and with the members `stops`, `alternatives`,
    `places`, `methods`, `sources`, `ghosts` (stop -> view -> numbers of the borders that were there
    the day before, by level), `answers` (see `kazatlas.build.day_differences`), `coverage` and
    `data_version`. Points in properties are in the topology's own grid.
    """
    arcs, tables = _Arcs(), atlas.tables
    edges = atlas.borders.sort_values("id").to_dict("records")
    borders, sides = _borders(edges, arcs, tables["methods"])
    face_numbers = _face_numbers(sides)
    shapes = _Shapes(arcs, sides)
    land = {face for faces in atlas.versions["faces"] if is_given(faces) for face in faces}
    faces = [
        _arc_geometry(shapes.polygons(frozenset([face])))
        | {"id": face, "properties": {"kind": "land" if face in land else "water"}}
        for face in face_numbers
    ]
    units = _units(atlas, shapes, face_numbers)
    objects: dict[str, dict[str, Any]] = {
        name: {"type": "GeometryCollection", "geometries": geometries}
        for name, geometries in (("borders", borders), ("faces", faces), ("units", units))
    }
    for name, collection in sorted((base or {}).items()):
        objects[f"base_{name}"] = _base_object(arcs, collection["features"])
    objects["zones"] = _zones(arcs, tables)
    numbers = {edge["id"]: number for number, edge in enumerate(edges) if edge["method"] != MAP_FRAME}
    stops = _stops(tables)
    answers = day_differences(
        atlas,
        [stop["date"] for stop in stops],
        [unit["id"] for unit in units],
        face_numbers,
        {number: sides[number] for number in numbers.values()},
    )
    methods, sources = _methods(tables)
    return {
        "type": "Topology",
        "transform": {"scale": [STEP, STEP], "translate": [0, 0]},
        "objects": objects,
        "arcs": arcs.stored,
        "stops": stops,
        "alternatives": _alternatives(tables),
        "places": _places(tables),
        "methods": methods,
        "sources": sources,
        "ghosts": _ghosts(atlas, numbers),
        "answers": answers,
        "coverage": tables["coverage"],
        "data_version": tables["data_version"],
    }
