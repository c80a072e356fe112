"""Guest: a reader's own GeoJSON of points or areas, checked, and where each lay on a day."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, NamedTuple

import shapely

from kazatlas.atlas.location import COLUMNS, locate
from kazatlas.atlas.store import Atlas
from kazatlas.export.tables import defused

MAX_BYTES = 2_000_000
MAX_FEATURES = 10_000
MAX_DEPTH = 12
MAX_CELL = 500
_WGS84 = ("crs84", "4326", "wgs84", "wgs 84")


MAX_DRAWN = 2_000
"""So many are drawn on the map; all are looked up."""
MAX_VERTICES = 20_000
"""So many corners all the drawn areas may have together: the map's words go with each step."""
MAX_LABEL = 80
_LABELS = ("name", "title", "label", "аты", "атауы", "название", "имя")


class Guest(NamedTuple):
    """A reader's feature.

    Attributes
    ----------
    properties
        As the file has them.
    point
        Where it is asked about, EPSG:4326: the point itself, or a point inside the area.
    geometry
        What is drawn, EPSG:4326.
    """

    properties: dict[str, Any]
    point: shapely.Point
    geometry: Any


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


def read_guest(data: bytes) -> list[Guest]:
    """Read the points of a GeoJSON file; an area is asked about at a point inside it.

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
    return [_guest(number, feature) for number, feature in enumerate(features, 1)]


def _guest(number: int, feature: Any) -> Guest:
    try:
        geometry: Any = shapely.geometry.shape(feature["geometry"])
        coordinates = shapely.get_coordinates(geometry)
        low, high = coordinates.min(axis=0), coordinates.max(axis=0)
        if not (low[0] >= -180 and high[0] <= 180 and low[1] >= -90 and high[1] <= 90):
            raise GuestFileError("crs")
        geometry = shapely.force_2d(geometry)
        point = geometry
        if geometry.geom_type != "Point":
            geometry = shapely.make_valid(geometry)
            point = geometry.representative_point()
        properties = feature.get("properties") or {}
        return Guest(properties if isinstance(properties, dict) else {}, shapely.Point(point.x, point.y), geometry)
    except GuestFileError:
        raise
    except Exception:  # shapely raises many kinds for broken geometry
        raise GuestFileError("geometry", number=number) from None


def where_lay(guests: list[Guest], atlas: Atlas, day: str, language: str) -> list[dict[str, str]]:
    """Return one row a point: its own properties, then uezd, gubernia and authority on the day.

    Every row has the same columns; text that a spreadsheet would run as a formula is defused.
    """
    names = list(dict.fromkeys(str(key)[:80] for guest in guests for key in guest.properties))[:40]
    found = locate([guest.point for guest in guests], atlas, day, language)
    rows = []
    for (properties, point, _), told in zip(guests, found, strict=True):
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


def drawn(guests: list[Guest]) -> list[dict[str, Any]]:
    """Return what the map draws of a reader's features: a GeoJSON geometry and a label each.

    Areas are simplified until all have few enough corners together, to at most a tenth of a degree;
    what is still too much is left out, as is what comes after the first `MAX_DRAWN`.
    """
    chosen = guests[:MAX_DRAWN]
    shapes = [guest.geometry for guest in chosen]
    for tolerance in (0.0, 0.001, 0.01, 0.1):
        shapes = [shape.simplify(tolerance) if tolerance else shape for shape in shapes]
        if shapely.get_num_coordinates(shapes).sum() <= MAX_VERTICES:
            break
    found, corners = [], 0
    for guest, shape in zip(chosen, shapes, strict=True):
        corners += shapely.get_num_coordinates(shape)
        if corners > MAX_VERTICES:
            break
        geometry = shapely.geometry.mapping(shapely.set_precision(shape, 1e-4, mode="pointwise"))
        found.append({"geometry": geometry, "label": _label(guest.properties)})
    return found


def _label(properties: dict[str, Any]) -> str:
    """Return a feature's name: what is called so, or else its first text."""
    named = {str(key).lower(): value for key, value in properties.items()}
    texts = [named.get(key) for key in _LABELS] + list(properties.values())
    label = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    # Half a surrogate pair cannot be sent.
    return " ".join(label.split())[:MAX_LABEL].encode("utf-8", "replace").decode()
