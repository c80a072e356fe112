"""A scene: what the atlas says of a day in a view, laid out in a frame on a page."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from kazatlas.atlas.day import Day, calendar_of
from kazatlas.atlas.selection import is_given
from kazatlas.atlas.store import Atlas, AtlasError
from kazatlas.folders import remedy
from kazatlas.palette import evidence, ruler_colour, strength, unit_colour
from kazatlas.plate.canvas import Box, Point
from kazatlas.record.text_files import read_json
from kazatlas.record.types import REPUBLIC, View
from kazatlas.text.catalogue import Catalogue

if TYPE_CHECKING:  # matplotlib is for those who want a plate
    from kazatlas.plate.canvas import Box, Point

Level = Literal[1, 2]
Base = Mapping[str, list[Mapping[str, Any]]]
"""Background layers by name, each a list of GeoJSON features."""

PROJECTION = "+proj=aea +lat_1=42 +lat_2=56 +lat_0=50 +lon_0=65 +datum=WGS84"
PAPER = "#ffffff"


def read_base(folder: Path) -> Base:
    """Read the map's background (geodata/base): land, sea, lakes, rivers, names of waters.

    Raises
    ------
    AtlasError
        When there is none, or with a sentence for each file that cannot be read.
    """
    base: dict[str, list[Mapping[str, Any]]] = {}
    faults = []
    for path in sorted(folder.glob("*.geojson")):
        try:
            base[path.stem] = read_json(path)["features"]
        except (OSError, ValueError, KeyError):
            faults.append(f"{folder.name}/{path.name}, a layer of the background, cannot be read.")
    if not base and not faults:
        raise AtlasError("missing", f"There is no background in {folder}.", remedy=remedy(folder.parent))
    if faults:
        raise AtlasError("damaged", *faults, remedy=remedy(folder.parent))
    return base


def mix(colour: str, share: float, ground: str = PAPER) -> str:
    """Return a colour laid over a ground with this strength."""
    pairs = ((int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


@cache
def _projection() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:4326", PROJECTION, always_xy=True)


def _project(degrees: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return longitudes and latitudes as metres in the projection."""
    return np.column_stack(_projection().transform(degrees[:, 0], degrees[:, 1]))


class Scene:
    """What the atlas says of a day, in one view and at one level, laid out in a frame on the page."""

    def __init__(self, atlas: Atlas, base: Base, day: str, view: View, level: Level, frame: Box) -> None:
        self.day, self.view, self.level, self.frame = day, view, level, frame
        self.tables = atlas.tables
        self.now = calendar_of(atlas).day(day, view)
        self.rows = self.now.rows
        self.known_points = {
            id_: (shape.x, shape.y)
            for id_, shape in zip(atlas.versions["id"], atlas.versions.geometry, strict=True)
            if shape is not None and shape.geom_type == "Point"
        }
        self._lay_out(atlas)
        self.window = shapely.box(*frame)
        self.edges = [
            (*(side if is_given(side) else None for side in sides), line, evidence(basis, certainty))
            for *sides, basis, certainty, line in zip(
                *(atlas.borders[name] for name in ("left", "right", "basis", "certainty")),
                self.on_page(atlas.borders.geometry.to_numpy()),
                strict=True,
            )
        ]
        self.base = {
            name: [(feature["properties"], self.on_page(_shape(feature))) for feature in features]
            for name, features in base.items()
        }

    def _lay_out(self, atlas: Atlas) -> None:
        """Choose the scale so that the republic, as large as it ever is, fills the frame."""
        shapes = atlas.versions.geometry[(atlas.versions["unit"] == REPUBLIC).to_numpy()].dropna()
        whole = shapely.total_bounds((atlas.borders.geometry if shapes.empty else shapes).to_numpy())
        outline = shapely.segmentize(shapely.box(*whole), 0.25) if shapes.empty else shapely.union_all(shapes)
        left, bottom, right, top = shapely.transform(outline, _project).bounds
        x0, y0, x1, y1 = self.frame
        self.metres_per_mm = max((right - left) / (x1 - x0 - 7), (top - bottom) / (y1 - y0 - 7))
        self.centre = np.array([(left + right) / 2, (bottom + top) / 2])
        self.middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])

    def on_page(self, shapes: Any) -> Any:
        """Return geometry in degrees as geometry on the page."""
        fine = shapely.segmentize(shapes, 0.5)
        return shapely.transform(
            fine, lambda degrees: (_project(degrees) - self.centre) / self.metres_per_mm + self.middle
        )

    def point(self, lon: float, lat: float) -> Point:
        """Return a place on the page."""
        at = self.on_page(shapely.Point(lon, lat))
        return (at.x, at.y)

    def is_seen(self, at: Point) -> bool:
        """Return whether a place on the page lies in the map's frame."""
        left, bottom, right, top = self.frame
        return left + 1 < at[0] < right - 1 and bottom + 1 < at[1] < top - 1

    def area(self, faces: Iterable[str]) -> BaseGeometry:
        """Return the area of faces together, as far as the frame shows it."""
        inside = set(faces)
        around = [line for left, right, line, _ in self.edges if (left in inside) != (right in inside)]
        return shapely.intersection(shapely.build_area(shapely.MultiLineString(around)), self.window)

    # ---- who holds what

    def held(self, level: Level) -> dict[str, set[str]]:
        """Return the faces of each unit that is a tile of the map at a level."""
        faces: dict[str, set[str]] = defaultdict(set)
        for face, unit in self.now.at(level).items():
            faces[unit].add(face)
        return dict(sorted(faces.items()))

    def colour(self, face: str) -> str:
        """Return the colour of a face."""
        fill, uezd = self.now.fill(face), self.now.unit_of[face] if self.level == 2 else None
        if fill.kind == "claimed":
            return mix(ruler_colour(fill.colour), strength(uezd, "claimed"))
        if fill.kind == "abroad":
            return mix(unit_colour(fill.colour), 0.6)
        return mix(unit_colour(fill.colour), strength(uezd, "in" if fill.kind == "republic" else "home"))

    def lines(self, now: Day | None = None) -> dict[tuple[str, bool, str], list[Any]]:
        """Return the lines of the map, or of another day, by rank, whether they concern the republic, and evidence."""
        lines = defaultdict(list)
        for left, right, shape, kind in self.edges:
            line = (now or self.now).line(left, right)
            if line.rank == "coast":
                lines["coast", True, "solid"].append(shape)
            elif line.rank in ("republic", "authority", "gubernia") or (line.rank == "uezd" and self.level == 2):
                rank = "republic" if line.rank == "authority" else line.rank
                lines[rank, line.is_ours, kind].append(shape)
        return lines

    # ---- words of the record

    def label(self, unit: str, words: Catalogue) -> str:
        """Return a unit's short name."""
        return str(self.rows[unit][f"label_{words.language}"])

    def town_name(self, place: Mapping[str, Any], words: Catalogue) -> str:
        """Return what a town was called on the day."""
        return words.choice(self.now.town_name(place))

    def kilometre(self) -> float:
        """Return how long a kilometre is on the page, along the map's middle parallel at its middle meridian."""
        inverse = _projection().transform
        lon, lat = inverse(*self.centre, direction="INVERSE")
        _, _, metres = pyproj.Geod(ellps="WGS84").inv(lon - 0.5, lat, lon + 0.5, lat)
        return math.dist(self.point(lon - 0.5, lat), self.point(lon + 0.5, lat)) / float(metres) * 1000


def _shape(feature: Mapping[str, Any]) -> BaseGeometry:
    return shapely.geometry.shape(feature["geometry"])
