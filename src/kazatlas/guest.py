"""Guest: a reader's own GeoJSON of points or areas, checked, and where each lay on a day."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import shapely

from kazatlas.atlas import Atlas
from kazatlas.location import COLUMNS, locate
from kazatlas.tables import defused

MAX_BYTES = 2_000_000
MAX_FEATURES = 10_000
MAX_DEPTH = 12
MAX_CELL = 500
_WGS84 = ("crs84", "4326", "wgs84", "wgs 84")


class GuestFileError(Exception):
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


def read_guest(data: bytes) -> list[tuple[dict[str, Any], shapely.Point]]:
    """Read the points of a GeoJSON file; an area is asked about at a point inside it.

    Returns
    -------
    (properties, point in EPSG:4326) of each feature.

    Raises
    ------
    GuestFileError
        `too_large`, `too_deep`, `not_json`, `not_features`, `too_many`, `crs`, `geometry` (with its number).
    """
    if len(data) > MAX_BYTES:
        raise GuestFileError("too_large", limit=MAX_BYTES // 1_000_000)
    if _depth(data) > MAX_DEPTH:
        raise GuestFileError("too_deep")
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        raise GuestFileError("not_json") from None
    features = value.get("features") if isinstance(value, dict) else None
    if not isinstance(features, list) or not features:
        raise GuestFileError("not_features")
    if len(features) > MAX_FEATURES:
        raise GuestFileError("too_many", limit=MAX_FEATURES)
    if "crs" in value and not any(name in json.dumps(value["crs"]).lower() for name in _WGS84):
        raise GuestFileError("crs")
    return [_point(number, feature) for number, feature in enumerate(features, 1)]


def _point(number: int, feature: Any) -> tuple[dict[str, Any], shapely.Point]:
    try:
        geometry: Any = shapely.geometry.shape(feature["geometry"])
        coordinates = shapely.get_coordinates(geometry)
        low, high = coordinates.min(axis=0), coordinates.max(axis=0)
        if not (low[0] >= -180 and high[0] <= 180 and low[1] >= -90 and high[1] <= 90):
            raise GuestFileError("crs")
        if geometry.geom_type != "Point":
            geometry = shapely.make_valid(geometry).representative_point()
        properties = feature.get("properties") or {}
        return (properties if isinstance(properties, dict) else {}), shapely.Point(geometry.x, geometry.y)
    except GuestFileError:
        raise
    except Exception:  # shapely raises many kinds for broken geometry
        raise GuestFileError("geometry", number=number) from None


def where_lay(
    points: list[tuple[dict[str, Any], shapely.Point]], atlas: Atlas, day: str, language: str
) -> list[dict[str, str]]:
    """Return one row a point: its own properties, then uezd, gubernia and authority on the day.

    Every row has the same columns; text that a spreadsheet would run as a formula is defused.
    """
    names = list(dict.fromkeys(str(key)[:80] for properties, _ in points for key in properties))[:40]
    found = locate([point for _, point in points], atlas, day, language)
    rows = []
    for (properties, point), told in zip(points, found, strict=True):
        own = {str(key)[:80]: value for key, value in properties.items()}
        row = {f"own_{defused(name)}": defused(str(own.get(name, ""))[:MAX_CELL]) for name in names}
        row |= {"lon": f"{point.x:.5f}", "lat": f"{point.y:.5f}", "date": day}
        row |= {column: defused(str(told.get(column, ""))) for column in COLUMNS}
        rows.append(row)
    return rows


def rows_as_csv(rows: list[dict[str, str]]) -> bytes:
    """Return the rows as CSV (RFC 4180) in UTF-8 with its mark; half a surrogate pair becomes a question mark."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig", "replace")
