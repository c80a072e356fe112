"""Every file that a reader can take away."""

from __future__ import annotations

import csv
import itertools
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from kazatlas.atlas.selection import EVERYTHING, Choice, event_edtf, is_given, version_rows
from kazatlas.atlas.store import Atlas, Row, dump_features, geometry_json
from kazatlas.descriptions import Column, about, columns
from kazatlas.export.linked_places import linked_places
from kazatlas.export.qgis_styles import layer_metadata, layer_styles
from kazatlas.export.tables import flat_version, package, tables
from kazatlas.export.topology import topology
from kazatlas.record.types import VIEWS, Witness
from kazatlas.record.witnesses import HEADER

LONG_AGO = "2000-01-01T00:00:00.000Z"
"""Stands for the time of writing where a GeoPackage must have one: the same data give the same bytes."""


def _dump(value: Row) -> bytes:
    # In this order: GDAL knows a TopoJSON file by the type that it begins with.
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()


def _properties(row: Row, choice: Choice, edtf: dict[str, str]) -> Row:
    dates = choice.rule.dates(row["valid_from"], row["valid_to"])
    properties = {"start_edtf": edtf.get(row["start_event"]), "end_edtf": edtf.get(row["end_event"] or "")}
    result: Row = {}
    for key, value in row.items():
        if key == "valid_from":
            result |= dates | properties
        elif key not in ("id", "valid_to", "geometry"):
            result[key] = value
    return result


def _features(atlas: Atlas, choice: Choice) -> list[Row]:
    edtf = event_edtf(atlas)
    return [
        {"type": "Feature", "id": row["id"], "properties": _properties(row, choice, edtf),
         "geometry": geometry_json(row["geometry"])}
        for row in version_rows(atlas, choice)
    ]  # fmt: skip


def geojson_files(atlas: Atlas, choice: Choice) -> dict[str, bytes]:
    """Return the chosen versions as GeoJSON (RFC 7946); with everything, also borders, places and zones."""
    header = choice.header(atlas)
    files = {f"{choice.name()}.geojson": dump_features(_features(atlas, choice), **header)}
    if choice.is_everything:
        for name, columns, rows in _shapes(atlas, choice)[-3:]:
            features = [
                {"type": "Feature", "id": row["id"], "geometry": geometry_json(row["geometry"]),
                 "properties": {column.name: row.get(column.name) for column in columns if column.name != "id"}}
                for row in rows
            ]  # fmt: skip
            files[f"{choice.name(f'kazatlas-{name}')}.geojson"] = dump_features(features, **header)
    return files


def unit_files(atlas: Atlas, choice: Choice) -> dict[str, bytes]:
    """Return one GeoJSON file a unit, with the unit's whole history."""
    header = choice.header(atlas)
    features = sorted(_features(atlas, choice), key=lambda f: str(f["properties"]["unit"]))
    return {
        f"units/{unit}.geojson": dump_features(list(unit_features), **(header | {"unit": unit}))
        for unit, unit_features in itertools.groupby(features, lambda f: str(f["properties"]["unit"]))
    }


def csv_files(atlas: Atlas, choice: Choice) -> dict[str, bytes]:
    """Return the tables as CSV, with the datapackage.json that makes them a Frictionless Data Package."""
    files = package(tables(atlas, choice), choice.header(atlas))
    return {f"{choice.name('csv')}/{name}": data for name, data in files.items()}


def linked_places_files(atlas: Atlas, choice: Choice) -> dict[str, bytes]:
    """Return the chosen units as Linked Places 2.0."""
    return {f"{choice.name('kazatlas-linked-places')}.jsonld": _dump(linked_places(atlas, choice))}


def topojson_files(atlas: Atlas, choice: Choice) -> dict[str, bytes]:
    """Return the chosen versions as TopoJSON: shared borders once, on the atlas's own grid."""
    return {f"{choice.name()}.topojson": _dump(topology(atlas, _features(atlas, choice), choice.header(atlas)))}


Layer = tuple[str, list[Column], list[Row]]


def _shapes(atlas: Atlas, choice: Choice) -> list[Layer]:
    """Return the layers: name, columns, rows with their geometry."""
    version_columns = columns("versions", choice.rule)
    edtf = event_edtf(atlas)
    rows = [flat_version(row, choice.rule, edtf) for row in version_rows(atlas, choice)]
    points = [row for row in rows if row["geometry"] is not None and row["geometry"].geom_type == "Point"]
    # A layer has one kind of geometry: in that of areas, a unit without one is a row without a shape.
    areas = [{**row, "geometry": None} if row in points else row for row in rows]
    layers = [
        (f"units_{view}", version_columns, [row for row in areas if row["view"] in ("both", view)])
        for view in VIEWS
        if choice.view in (None, view)
    ]
    layers.append(("units_without_border", version_columns, points))
    borders = [
        {key: value if is_given(value) else None for key, value in row.items()}
        for row in atlas.borders.to_dict("records")
    ]
    layers.append(("borders", columns("borders"), borders))
    flat = {table.name: table for table in tables(atlas, choice)}
    places = [{**row, "geometry": shapely.Point(row["lon"], row["lat"])} for row in flat["places"].rows]
    zones = [
        {**row, "geometry": shapely.geometry.shape(atlas.tables["zones"][row["id"]]["geometry"])}
        for row in flat["zones"].rows
    ]
    layers.append(("places", flat["places"].columns, places))
    layers.append(("zones", flat["zones"].columns, zones))
    return layers


_GEOMETRY = {"borders": "LineString", "places": "Point", "units_without_border": "Point"}


def _field(column: Column, rows: list[Row]) -> tuple[Any, Any]:
    """Return a column's values and the mask of those that are missing, as pyogrio takes them."""
    values = [row.get(column.name) for row in rows]
    missing = np.array([value is None for value in values], dtype=bool)
    if column.type == "date":
        return np.array([value or "NaT" for value in values], dtype="datetime64[D]"), missing
    if column.type == "number":
        return np.array([np.nan if value is None else value for value in values], dtype="float64"), missing
    if column.type == "integer":
        return np.array([value or 0 for value in values], dtype="int32"), missing
    if column.type == "boolean":
        return np.array([bool(value) for value in values], dtype=bool), missing
    return np.array([None if value is None else str(value) for value in values], dtype=object), missing


def _write_layer(path: Path, layer: Layer, header: dict[str, str], *, has_geometry: bool) -> None:
    name, columns, rows = layer
    fields = [_field(column, rows) for column in columns]
    kind = _GEOMETRY.get(name, "MultiPolygon") if has_geometry else None
    geometry = None
    if has_geometry:
        shapes = [row["geometry"] for row in rows]
        if kind == "MultiPolygon":
            shapes = [shape and shapely.multipolygons(shapely.get_parts(shape)) for shape in shapes]
        geometry = np.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], dtype=object)
    pyogrio.raw.write(
        path, geometry, [values for values, _ in fields], [column.name for column in columns],
        field_mask=[missing for _, missing in fields], layer=name, driver="GPKG", geometry_type=kind,
        crs="EPSG:4326" if has_geometry else None, append=path.exists(),
        layer_options={"DESCRIPTION": about(name), "IDENTIFIER": name},
        dataset_metadata=None if path.exists() else header,
        # Older QGIS and GDAL warn of 1.4, of which nothing is used here.
        dataset_options=None if path.exists() else {"VERSION": "1.3"},
    )  # fmt: skip


def _finish_geopackage(path: Path, styles: dict[str, str], metadata: dict[str, str]) -> None:
    """Add the styles and the metadata that QGIS reads, and take the time of writing out."""
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), "
            "f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), "
            "styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
            "update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
        )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', "
            "'layer_styles')"
        )
        base.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
            "VALUES ('', '', ?, 'geom', 'kazatlas', ?, '', 1, 'Kazatlas', '', ?)",
            [(name, style, LONG_AGO) for name, style in styles.items()],
        )
        for name, text in metadata.items():
            number = base.execute(
                "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
                "VALUES ('dataset', 'http://mrcc.com/qgis.dtd', 'text/xml', ?)", (text,)
            ).lastrowid  # fmt: skip
            base.execute(
                "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) VALUES ('table', ?, ?)",
                (name, number),
            )
        base.execute("UPDATE gpkg_contents SET last_change = ?", (LONG_AGO,))
        base.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (LONG_AGO,))


def geopackage_files(atlas: Atlas, choice: Choice) -> dict[str, bytes]:
    """Return a GeoPackage: layers with QGIS styles, the tables beside them, metadata."""
    header = choice.header(atlas)
    itself = ("about", [Column("name", ""), Column("value", "")], [{"name": k, "value": v} for k, v in header.items()])
    layers = _shapes(atlas, choice)
    flat: list[Layer] = [
        (table.name, table.columns, table.rows)
        for table in tables(atlas, choice)
        if table.name not in ("versions", "places", "zones")
    ]
    first = sorted({row["unit"] for row in version_rows(atlas, choice) if row["level"] == 1})
    styles = layer_styles(first, choice.rule, is_dated=choice.day is not None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kazatlas.gpkg"
        for layer in layers:
            _write_layer(path, layer, header, has_geometry=True)
        for layer in [itself, *flat]:
            _write_layer(path, layer, header, has_geometry=False)
        names = [name for name, _, _ in layers]
        _finish_geopackage(
            path,
            {name: styles[name] for name in names},
            {name: layer_metadata(name, about(name), header) for name in names},
        )
        return {f"{choice.name()}.gpkg": path.read_bytes()}


def witness_files(atlas: Atlas, choice: Choice) -> dict[str, bytes]:
    """Return the places that prove the borders, as GeoJSON and CSV: files of their own, as their licence is ODbL.

    Of a choice are those of its unit, and of its view and day those that count then.
    """

    def chosen(span: Row) -> bool:
        return (choice.view is None or span["view"] == choice.view) and (
            choice.day is None or span["valid_from"] <= choice.day < span["valid_to"]
        )

    everything = choice.view is None and choice.day is None
    features = [
        feature for feature in atlas.witnesses
        if (choice.unit is None or feature["properties"]["unit"] == choice.unit)
        and (everything or any(map(chosen, feature["properties"]["spans"])))
    ]  # fmt: skip
    header = choice.header(atlas) | HEADER
    stem = choice.name("kazatlas-witnesses")
    stream = StringIO(newline="")
    names = [name for name in Witness.model_fields if name not in ("from_", "lon", "lat")]
    columns = ["id", "lon", "lat", *("from" if name == "to" else name for name in names[1:])]
    columns.insert(columns.index("from") + 1, "to")
    writer = csv.DictWriter(stream, [*columns, "border_km"], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for feature in features:
        lon, lat = feature["geometry"]["coordinates"]
        writer.writerow({**feature["properties"], "id": feature["id"], "lon": lon, "lat": lat})
    note = "".join(f"{key}: {value}\n" for key, value in header.items())
    return {
        f"witnesses/{stem}.geojson": dump_features(features, **header),
        f"witnesses/{stem}.csv": b"\xef\xbb\xbf" + stream.getvalue().encode(),
        "witnesses/LICENSE.txt": note.encode(),
    }


FORMATS: dict[str, Callable[[Atlas, Choice], dict[str, bytes]]] = {
    "geojson": geojson_files,
    "geopackage": geopackage_files,
    "csv": csv_files,
    "topojson": topojson_files,
    "linked-places": linked_places_files,
    "units": unit_files,
}
"""In which form a reader may take the units."""
FILES = {**FORMATS, "witnesses": witness_files}
DEFAULT_FORMATS = [name for name in FILES if name != "units"]


def download(files: dict[str, bytes], stem: str) -> tuple[str, bytes]:
    """Return the name and bytes of one file to download: the file itself, or all of them in a ZIP."""
    if len(files) == 1:
        name, data = next(iter(files.items()))
        return Path(name).name, data
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return f"{stem}.zip", stream.getvalue()


def export_files(
    atlas: Atlas,
    folder: Path,
    formats: Sequence[str] = (),
    choice: Choice = EVERYTHING,
    progress: Callable[[str], None] = lambda name: None,
) -> dict[str, int]:
    """Write the files of the formats into a folder.

    They are written beside their places first and moved there when all are whole, so that a
    full disk leaves no half-written file. Other files in the folder stay.

    Parameters
    ----------
    formats
        Keys of `FILES`; all but one file a unit, when none is named.
    progress
        Called with the name of each format as it begins.

    Returns
    -------
    Name of each file below the folder -> its length in bytes.

    Raises
    ------
    ChoiceError
        When the choice names an unknown unit or leaves nothing; nothing is written then.
    OSError
        When the folder cannot be written.
    """
    files: dict[str, bytes] = {}
    for name in formats or DEFAULT_FORMATS:
        progress(name)
        files |= FILES[name](atlas, choice)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".exporting-", dir=folder) as fresh:
        for name, data in files.items():
            path = Path(fresh) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for name in files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            (Path(fresh) / name).replace(path)
    return {name: len(data) for name, data in files.items()}
