"""Upload: a reader's own GeoJSON of points or areas, checked, and where each lay on a day."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import shapely

from kazatlas.atlas.location import COLUMNS, locate
from kazatlas.atlas.store import Atlas
from kazatlas.export.tables import defused

MAX_BYTES = 2_000_000
MAX_FEATURES = 10_000
MAX_DEPTH = 12
MAX_CELL = 500

MAX_SHAPES = 2_000
"""So many are shown on the map; all are looked up."""
MAX_VERTICES = 20_000
"""So many corners all the shown areas may have together: the map's words go with each step."""
MAX_LABEL = 80
MAX_NAMED = 5
"""So many of the features without a place are called by name."""
_LABELS = ("name", "title", "label", "аты", "атауы", "название", "имя")
_GEOMETRIES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
_WGS84 = re.compile(
    r"(urn:(x-)?ogc:def:crs:)?ogc:[\d.]*:?crs84|(urn:(x-)?ogc:def:crs:)?epsg:[\d.]*:?4326|wgs ?84"
    r"|https?://www\.opengis\.net/def/crs/(ogc/[\d.]+/crs84|epsg/[\d.]+/4326)"
)
"""The names under which degrees on WGS 84 go in GeoJSON; before RFC 7946 a file could name others."""


class ReadersFeature(NamedTuple):
    """A feature of a reader's file.

    Attributes
    ----------
    properties
        As the file has them.
    point
        Where it is asked about, EPSG:4326: the point itself, or a point inside the area; None without a geometry.
    geometry
        What the map shows, EPSG:4326; None where there is none.
    """

    properties: dict[str, Any]
    point: shapely.Point | None
    geometry: Any


class UploadError(Exception):
    """A reader's file cannot be used; `code` names the message, `values` fill it in."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def _depth(data: bytes) -> int:
    """Return how deep brackets nest, without parsing: a parser may not survive what is to be refused."""
    deepest = depth = 0
    inside = escaped = False
    for byte in data:
        if inside:
            inside = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def read_upload(data: bytes) -> list[ReadersFeature]:
    """Read a GeoJSON file: a FeatureCollection, one Feature, or a bare geometry.

    An area is asked about at a point inside it; a feature without a geometry is kept, without a place.

    Raises
    ------
    UploadError
        `too_large`, `too_deep`, `not_json`, `not_features`, `too_many`, `crs`, `geometry` (with its number).
    """
    if len(data) > MAX_BYTES:
        raise UploadError("too_large", limit=MAX_BYTES // 1_000_000)
    if _depth(data) > MAX_DEPTH:
        raise UploadError("too_deep")
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        raise UploadError("not_json") from None
    features = _features(value)
    if len(features) > MAX_FEATURES:
        raise UploadError("too_many", limit=MAX_FEATURES)
    if "crs" in value and not _is_wgs84(value["crs"]):
        raise UploadError("crs")
    return [_feature(number, feature) for number, feature in enumerate(features, 1)]


def _features(value: Any) -> list[Any]:
    """Return the features of a GeoJSON object of any type."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "Feature":
        return [value]
    if kind in _GEOMETRIES:
        return [{"type": "Feature", "properties": {}, "geometry": value}]
    features = value.get("features") if isinstance(value, dict) else None
    if not isinstance(features, list) or not features:
        raise UploadError("not_features")
    return features


def _is_wgs84(crs: Any) -> bool:
    """Return whether the `crs` member of a file of before RFC 7946 names degrees on WGS 84."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    if not isinstance(properties, dict):
        return False
    if isinstance(name := properties.get("name"), str):
        return _WGS84.fullmatch(name.strip().lower()) is not None
    return crs.get("type") == "EPSG" and str(properties.get("code")) == "4326"


def _feature(number: int, feature: Any) -> ReadersFeature:
    try:
        properties = feature.get("properties") or {}
        properties = properties if isinstance(properties, dict) else {}
        if feature["geometry"] is None:
            return ReadersFeature(properties, None, None)
        geometry: Any = shapely.geometry.shape(feature["geometry"])
        coordinates = shapely.get_coordinates(geometry)
        low, high = coordinates.min(axis=0), coordinates.max(axis=0)
        if not (low[0] >= -180 and high[0] <= 180 and low[1] >= -90 and high[1] <= 90):
            raise UploadError("crs")
        geometry = shapely.force_2d(geometry)
        point = geometry
        if geometry.geom_type != "Point":
            geometry = shapely.make_valid(geometry)
            point = geometry.representative_point()
        return ReadersFeature(properties, shapely.Point(point.x, point.y), geometry)
    except UploadError:
        raise
    except Exception:  # shapely raises many kinds for broken geometry
        raise UploadError("geometry", number=number) from None


class Upload:
    """A reader's file that was read: its features, and what has been worked out of them so far."""

    def __init__(self, features: list[ReadersFeature]) -> None:
        self.features = features
        self._rows: dict[tuple[str, str, str], list[dict[str, str]]] = {}

    @cached_property
    def shapes(self) -> list[dict[str, Any]]:
        """What the map shows of it."""
        return map_shapes(self.features)

    @property
    def located(self) -> int:
        """How many features have a place."""
        return sum(feature.point is not None for feature in self.features)

    @cached_property
    def without_place(self) -> list[str]:
        """The features without a geometry: the name of each, or its number in the file."""
        return [
            label_of(feature.properties) or f"№ {number}"
            for number, feature in enumerate(self.features, 1)
            if feature.point is None
        ]

    def rows(self, atlas: Atlas, stamp: str, day: str, language: str) -> list[dict[str, str]]:
        """Return where each feature lay, see `locate_features`; `stamp` tells the atlas from others."""
        key = (stamp, day, language)
        if key not in self._rows:
            # The last one is enough: a reader asks about one day at a time.
            self._rows = {key: locate_features(self.features, atlas, day, language)}
        return self._rows[key]


def locate_features(features: Sequence[ReadersFeature], atlas: Atlas, day: str, language: str) -> list[dict[str, str]]:
    """Return one row a feature: its own properties, then uezd, gubernia and authority on the day.

    Every row has the same columns, empty for a feature without a place; text that a spreadsheet would run as a
    formula is defused.
    """
    names = list(dict.fromkeys(str(key)[:80] for feature in features for key in feature.properties))[:40]
    places = iter(locate([feature.point for feature in features if feature.point is not None], atlas, day, language))
    rows = []
    for properties, point, _ in features:
        place = next(places) if point is not None else {}
        theirs = {str(key)[:80]: value for key, value in properties.items()}
        row = {f"own_{defused(name)}": defused(str(theirs.get(name, ""))[:MAX_CELL]) for name in names}
        row |= {"lon": f"{point.x:.5f}" if point else "", "lat": f"{point.y:.5f}" if point else "", "date": day}
        row |= {column: defused(str(place.get(column, ""))) for column in COLUMNS}
        rows.append(row)
    return rows


def rows_as_csv(rows: list[dict[str, str]]) -> bytes:
    """Return the rows as CSV (RFC 4180) in UTF-8 with its mark; half a surrogate pair becomes a question mark."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def map_shapes(features: Sequence[ReadersFeature]) -> list[dict[str, Any]]:
    """Return what the map shows of a reader's features: a GeoJSON geometry and a label each.

    Areas are simplified until all have few enough corners together, to at most a tenth of a degree;
    what is still too much is left out, as is what comes after the first `MAX_SHAPES`.
    """
    chosen = [feature for feature in features if feature.geometry is not None][:MAX_SHAPES]
    geometries = [feature.geometry for feature in chosen]
    for tolerance in (0.0, 0.001, 0.01, 0.1):
        geometries = [geometry.simplify(tolerance) if tolerance else geometry for geometry in geometries]
        if shapely.get_num_coordinates(geometries).sum() <= MAX_VERTICES:
            break
    shapes, corners = [], 0
    for feature, geometry in zip(chosen, geometries, strict=True):
        corners += shapely.get_num_coordinates(geometry)
        if corners > MAX_VERTICES:
            break
        mapping = shapely.geometry.mapping(shapely.set_precision(geometry, 1e-4, mode="pointwise"))
        shapes.append({"geometry": mapping, "label": label_of(feature.properties)})
    return shapes


def label_of(properties: dict[str, Any]) -> str:
    """Return a feature's name: what is called so, or else its first text."""
    named = {str(key).lower(): value for key, value in properties.items()}
    texts = [named.get(key) for key in _LABELS] + list(properties.values())
    label = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    # Half a surrogate pair cannot be sent.
    return " ".join(label.split())[:MAX_LABEL].encode("utf-8", "replace").decode()
