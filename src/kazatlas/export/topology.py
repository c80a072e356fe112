"""TopoJSON: the outlines of the versions as rings of the atlas's own lines, each line stored once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from kazatlas.atlas.store import Atlas, Row

GRID = 0.0001
"""The grid of the coordinates in degrees: the atlas's own four decimals, so that nothing is lost."""

Point = tuple[int, int]


def _on_grid(coordinates: Iterable[Sequence[float]]) -> list[Point]:
    return [(round(point[0] / GRID), round(point[1] / GRID)) for point in coordinates]


class _Lines:
    """The drawn lines as arcs, and for each of their segments where it stands."""

    def __init__(self, atlas: Atlas) -> None:
        self.lines = [_on_grid(line.coords) for line in atlas.borders.geometry]
        self.segments: dict[tuple[Point, Point], tuple[int, int]] = {}
        for number, line in enumerate(self.lines):
            for place, (start, end) in enumerate(pairwise(line)):
                self.segments[start, end] = (number, place)
                # The same line read backwards, as TopoJSON writes it.
                self.segments[end, start] = (~number, len(line) - 2 - place)
        self.used: dict[int, int] = {}

    def ring(self, points: list[Point]) -> list[int]:
        """Return a closed ring as numbers of arcs, `~arc` read backwards.

        Raises
        ------
        ValueError
            When the ring does not run along whole lines of the atlas.
        """
        ring = [self.segments.get(pair) for pair in pairwise(points)]
        # A ring may begin in the middle of a line; it is told from the beginning of one.
        begin = next((number for number, here in enumerate(ring) if here and here[1] == 0), 0)
        ring = ring[begin:] + ring[:begin]
        arcs: list[int] = []
        at = 0
        while at < len(ring):
            here = ring[at]
            line = here[0] if here else 0
            length = len(self.lines[max(line, ~line)]) - 1
            if ring[at : at + length] != [(line, place) for place in range(length)]:
                raise ValueError(f"an outline leaves the drawn lines near {points[(begin + at) % len(ring)]}")
            arcs.append(self.number(line))
            at += length
        return arcs

    def number(self, line: int) -> int:
        """Return the number that a line has among those that are used."""
        arc = self.used.setdefault(max(line, ~line), len(self.used))
        return arc if line >= 0 else ~arc

    def arcs(self) -> list[list[list[int]]]:
        """Return the used lines as steps from point to point, the first from nought."""
        return [[[x - a, y - b] for (a, b), (x, y) in pairwise([(0, 0), *self.lines[line]])] for line in self.used]


def topology(atlas: Atlas, features: Iterable[Row], header: dict[str, str]) -> Row:
    """Return versions as TopoJSON: shared borders once, whole steps of the grid, our members kept.

    Parameters
    ----------
    features
        Versions as GeoJSON features; every outline runs along the atlas's lines.
    header
        What the file says of itself.

    Raises
    ------
    ValueError
        When an outline does not run along the atlas's lines, as none does that the build wrote.
    """
    lines = _Lines(atlas)
    geometries = []
    for feature in features:
        shape = feature["geometry"]
        item: Row = {"type": None}
        if shape and shape["type"] == "Point":
            item = {"type": "Point", "coordinates": list(_on_grid([shape["coordinates"]])[0])}
        elif shape:
            polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            rings = [[lines.ring(_on_grid(ring)) for ring in polygon] for polygon in polygons]
            item = {"type": shape["type"], "arcs": rings[0] if shape["type"] == "Polygon" else rings}
        geometries.append(item | {"id": feature["id"], "properties": feature["properties"]})
    return {
        "type": "Topology",
        **header,
        "transform": {"scale": [GRID, GRID], "translate": [0, 0]},
        "objects": {"units": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": lines.arcs(),
    }
