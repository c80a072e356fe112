"""The reading of geodata/ into the types of the record."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely
from pydantic import BaseModel, ValidationError
from shapely.geometry.base import BaseGeometry

from kazatlas.record.problems import Problem, quoted
from kazatlas.record.text_files import (
    LineNumbers,
    UnreadableError,
    parse_json,
    read_text_file,
    read_visible_text,
    read_yaml,
    yaml_scalar,
)
from kazatlas.record.types import (
    ID_PATTERN,
    Article,
    BaseFeature,
    Boundary,
    Conflict,
    Doubt,
    Event,
    LabelPoint,
    Method,
    Origin,
    OuterStretch,
    Outline,
    Place,
    Record,
    Source,
    Unit,
    Witness,
    WitnessCoordinate,
    WitnessTest,
    Zone,
)

_MAX_FEATURES = 5_000


ModelT = TypeVar("ModelT", bound=BaseModel)


def _sentence(error: Any) -> str:
    """Say what pydantic found in words that an editor of the record can act on."""
    kind, message, given = error["type"], error["msg"], quoted(repr(error["input"]))
    if kind == "missing":
        return "is missing."
    if kind == "extra_forbidden":
        return "is not a field known here."
    if kind == "literal_error":
        return f"must be {error['ctx']['expected'].replace(' or ', ', or ')}, not {given}."
    if kind == "value_error":
        return f"{error['ctx']['error']}."
    if kind.startswith(("string_type", "model_type", "list_type", "dict_type", "tuple_type")):
        return f"has the wrong form: {message[:1].lower()}{message[1:]}, not {given}."
    return f"{message.replace('Input should', 'must')}, not {given}."


def _validate(
    model: type[ModelT], value: Any, file: str, lines: LineNumbers | None, path: tuple[str | int, ...]
) -> tuple[ModelT | None, list[Problem]]:
    """Read one value as a model; return it, or None with what is wrong in it."""
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        problems = []
        for fault in error.errors():
            spot = tuple(part for part in fault["loc"] if not str(part).startswith("function-"))
            line = lines.of((*path, *spot)) if lines else None
            place = " > ".join(str(part) for part in (*path, *spot))
            where = f"{place}, line {line}" if line else place
            problems.append(Problem(file, where, _sentence(fault), "See the data dictionary in geodata/README.md."))
        return None, problems


def _read_mapping(
    record: Record, problems: list[Problem], file: str, kind: str, model: type[ModelT], into: dict[str, ModelT]
) -> None:
    """Read a YAML file of `id: fields` into typed values, gathering every problem."""
    path = record.folder.parent / file
    try:
        values, lines, faults = read_yaml(path)
    except UnreadableError as fault:
        record.unread.add(file)
        problems.append(Problem(file, "", str(fault), ""))
        return
    problems += [Problem(file, f"line {line}", what, "") for line, what in faults]
    for id_, value in values.items():
        if not ID_PATTERN.fullmatch(id_):
            problems.append(
                Problem(file, f"'{quoted(id_)}', line {lines.of((id_,))}", "is not an id.",
                        "Use lower-case letters, digits and single hyphens, a letter first.")
            )  # fmt: skip
            continue
        if (kind, id_) in record.files:
            problems.append(Problem(file, id_, f"stands in {record.files[kind, id_]} too.", "Keep one of the two."))
            continue
        record.files[kind, id_] = file
        item, invalid = _validate(model, value, file, lines, (id_,))
        problems += invalid
        if item is not None:
            into[id_] = item


def _features(record: Record, file: str, problems: list[Problem]) -> Iterator[tuple[str, dict[str, Any], BaseGeometry]]:
    """Yield (where, properties, geometry) of each feature of a GeoJSON file, reporting broken ones."""
    try:
        collection = parse_json(read_visible_text(record.folder.parent / file))
    except (UnreadableError, ValueError) as error:
        record.unread.add(file)
        problems.append(
            Problem(
                file, "", f"{error}", "" if isinstance(error, UnreadableError) else "Restore it from the last commit."
            )
        )
        return
    features = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        record.unread.add(file)
        problems.append(Problem(file, "", "is not a FeatureCollection with features.", "Restore it."))
        return
    if len(features) > _MAX_FEATURES:
        record.unread.add(file)
        what = f"has {len(features):,} features; the build takes at most {_MAX_FEATURES:,}."
        problems.append(Problem(file, "", what, "Restore it, or join some of them."))
        return
    for number, feature in enumerate(features, 1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        where = f"feature {number}"
        if not isinstance(properties, dict):
            problems.append(Problem(file, where, "has no properties.", "Give it an id and its evidence."))
            continue
        where = quoted(str(properties.get("id", where)))
        try:
            geometry = _geometry(feature.get("geometry"))
        except ValueError as error:
            problems.append(Problem(file, where, f"has a geometry that cannot be read ({error}).", "Draw it again."))
            continue
        coordinates = shapely.get_coordinates(geometry)
        low, high = coordinates.min(axis=0), coordinates.max(axis=0)
        if low[0] < 40 or high[0] > 100 or low[1] < 30 or high[1] > 65:
            bad = next((x, y) for x, y in coordinates if not (40 <= x <= 100 and 30 <= y <= 65))
            problems.append(
                Problem(file, where, f"lies outside the map at {bad[0]:.4f} E {bad[1]:.4f} N.",
                        "Coordinates are longitude, latitude in degrees (40-100 E, 30-65 N).")
            )  # fmt: skip
            continue
        yield where, properties, geometry


def _geometry(value: Any) -> BaseGeometry:
    """Return a GeoJSON geometry, its heights left out; raise ValueError when it is none."""
    try:
        with np.errstate(all="ignore"):  # infinite numbers are told below
            geometry = shapely.force_2d(shapely.geometry.shape(value))
    except Exception as error:  # shapely raises many kinds for broken geometry
        message = str(error).splitlines()[0] if str(error) else ""
        raise ValueError(quoted(message or "it is not a geometry")) from None
    coordinates = shapely.get_coordinates(geometry)
    if not len(coordinates) or not all(map(math.isfinite, coordinates.ravel())):
        raise ValueError("no coordinates, or coordinates that are not numbers")
    return geometry


def _read_drawn(
    record: Record, problems: list[Problem], file: str, kind: str, model: type[ModelT], shape: str,
    into: dict[str, tuple[ModelT, Any]],
) -> None:  # fmt: skip
    """Read a GeoJSON file of drawn things into typed values with their geometry."""
    for where, properties, geometry in _features(record, file, problems):
        item, faults = _validate(model, properties, file, None, (where,))
        problems += faults
        id_ = properties.get("id")
        if not isinstance(id_, str):
            continue
        if (kind, id_) in record.files:
            problems.append(Problem(file, where, "stands twice.", "Keep one of the two."))
            continue
        record.files[kind, id_] = file
        if geometry.geom_type != shape:
            problems.append(Problem(file, where, f"is a {geometry.geom_type}, not a {shape}.", "Draw it again."))
        elif item is not None:
            into[id_] = (item, geometry)


def _read_zone_shapes(record: Record, problems: list[Problem], file: str) -> None:
    for where, properties, geometry in _features(record, file, problems):
        id_ = properties.get("id")
        if not isinstance(id_, str) or set(properties) != {"id"}:
            problems.append(Problem(file, where, "must have the property `id` and no other.", "Give the zone's id."))
        elif geometry.geom_type not in ("Polygon", "MultiPolygon"):
            problems.append(Problem(file, where, f"is a {geometry.geom_type}, not an area.", "Draw it again."))
        elif not geometry.is_valid:
            reason = shapely.is_valid_reason(geometry)
            problems.append(Problem(file, where, f"is not a valid area ({reason}).", "Draw it again."))
        elif id_ in record.zone_shapes:
            problems.append(Problem(file, where, "stands twice.", "Keep one of the two."))
        else:
            record.zone_shapes[id_] = geometry


def _read_base(record: Record, problems: list[Problem], file: str) -> None:
    """Read one layer of the map's background."""
    kinds = ("Polygon", "MultiPolygon", "LineString", "MultiLineString", "Point")
    shapes: list[dict[str, Any]] = []
    for where, properties, geometry in _features(record, file, problems):
        item, faults = _validate(BaseFeature, properties, file, None, (where,))
        problems += faults
        if geometry.geom_type not in kinds:
            what = f"is a {geometry.geom_type}, not an area, line or point."
            problems.append(Problem(file, where, what, "Draw it again."))
        elif (
            item is not None and geometry.geom_type == "Point" and not (item.name_kk and item.name_ru and item.name_en)
        ):
            problems.append(Problem(file, where, "is a point without a name.", "Give name_kk, name_ru and name_en."))
        elif item is not None:
            mapping = shapely.geometry.mapping(geometry)
            shapes.append({"type": "Feature", "properties": properties, "geometry": mapping})
    record.base[Path(file).stem] = {"type": "FeatureCollection", "features": shapes}


def _cell(name: str, text: str) -> Any:
    """Return the value of a cell: nothing for an empty one, a number for a measure."""
    if not text.strip():
        return None
    if name in ("lon", "lat") or name.endswith("_km"):
        return yaml_scalar(text.strip(), "float")
    return text


def _read_table(record: Record, problems: list[Problem], file: str, model: type[ModelT]) -> list[tuple[str, ModelT]]:
    """Read a CSV file into typed rows, each with where it stands; a file that is not there has none."""
    path = record.folder.parent / file
    if not path.exists():
        return []
    try:
        text = read_visible_text(path)
    except UnreadableError as fault:
        record.unread.add(file)
        problems.append(Problem(file, "", str(fault), ""))
        return []
    columns = [field.alias or name for name, field in model.model_fields.items()]
    items: list[tuple[str, ModelT]] = []
    try:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = next(rows, [])
        if header != columns:
            what = f"has the columns {quoted(', '.join(header), 200)}."
            problems.append(Problem(file, "line 1", what, f"They must be {', '.join(columns)}, in this order."))
            return []
        for row in rows:
            where = f"{quoted(row[0]) if row else ''}, line {rows.line_num}"
            if len(items) >= _MAX_FEATURES:
                what = f"is one row too many: {_MAX_FEATURES:,} are read."
                problems.append(Problem(file, where, what, "Take some out."))
                break
            if len(row) != len(columns):
                what = f"has {len(row)} cells for {len(columns)} columns."
                problems.append(Problem(file, where, what, "Put a cell that holds a comma into quotes."))
                continue
            cells = {name: _cell(name, text) for name, text in zip(columns, row, strict=True)}
            given = {name: value for name, value in cells.items() if value is not None}
            item, faults = _validate(model, given, file, None, (where,))
            problems += faults
            if item is not None:
                items.append((where, item))
    except csv.Error as error:
        problems.append(Problem(file, "", f"is not a CSV table ({error}).", "Look at the quotes there."))
    return items


def _read_witnesses(record: Record, problems: list[Problem]) -> None:
    base = record.folder.name
    file = f"{base}/witnesses.csv"
    for where, witness in _read_table(record, problems, file, Witness):
        if ("witness", witness.id) in record.files:
            problems.append(Problem(file, where, "stands twice.", "Keep one of the two."))
            continue
        record.files["witness", witness.id] = file
        record.witnesses[witness.id] = witness
    file = f"{base}/today/witness_coordinates.csv"
    for where, coordinate in _read_table(record, problems, file, WitnessCoordinate):
        if coordinate.id in record.witness_coordinates:
            problems.append(Problem(file, where, "stands twice.", "Keep one of the two."))
        record.witness_coordinates[coordinate.id] = coordinate
    record.witness_tests = [row for _, row in _read_table(record, problems, f"{base}/witness_tests.csv", WitnessTest)]


def read_record(folder: Path) -> tuple[Record, list[Problem]]:
    """Read everything that people edit in geodata/.

    Parameters
    ----------
    folder
        The project's `geodata` folder.

    Returns
    -------
    The record as far as it could be read, and every problem met in reading it. Files are named
    relative to the project, such as `geodata/events.yaml`.
    """
    folder = Path(folder).resolve()
    record, problems = Record(folder), list[Problem]()
    if not folder.is_dir():
        record.unread.add("geodata")
        return record, [Problem("geodata", "", "is missing.", f"Looked for it at {folder}.")]
    base = folder.name
    _read_mapping(record, problems, f"{base}/sources.yaml", "source", Source, record.sources)
    _read_mapping(record, problems, f"{base}/origins.yaml", "origin", Origin, record.origins)
    _read_mapping(record, problems, f"{base}/events.yaml", "event", Event, record.events)
    _read_mapping(record, problems, f"{base}/conflicts.yaml", "conflict", Conflict, record.conflicts)
    _read_mapping(record, problems, f"{base}/methods.yaml", "method", Method, record.methods)
    _read_mapping(record, problems, f"{base}/places.yaml", "place", Place, record.places)
    _read_mapping(record, problems, f"{base}/zones.yaml", "zone", Zone, record.zones)
    _read_mapping(record, problems, f"{base}/doubts.yaml", "doubt", Doubt, record.doubts)
    unit_files = _files_in(folder / "units", ".yaml", problems)
    if not unit_files:
        record.unread.add(f"{base}/units")
        problems.append(Problem(f"{base}/units", "", "holds no .yaml file.", "Restore it from the last commit."))
    for path in unit_files:
        _read_mapping(record, problems, f"{base}/units/{path.name}", "unit", Unit, record.units)
    record.article = _read_article(record, problems, f"{base}/article.yaml")
    _read_drawn(record, problems, f"{base}/boundaries.geojson", "line", Boundary, "LineString", record.boundaries)
    _read_drawn(record, problems, f"{base}/label_points.geojson", "face", LabelPoint, "Point", record.label_points)
    _read_zone_shapes(record, problems, f"{base}/zones.geojson")
    _read_witnesses(record, problems)
    if (folder / "control").exists() or (folder / "outer_border.yaml").exists():
        outlines = f"{base}/control/outlines.geojson"
        _read_drawn(record, problems, outlines, "outline", Outline, "LineString", record.outlines)
        _read_mapping(record, problems, f"{base}/outer_border.yaml", "stretch", OuterStretch, record.outer_border)
    layers = _files_in(folder / "base", ".geojson", problems)
    if not layers:
        problems.append(Problem(f"{base}/base", "", "holds no .geojson file.", "Restore it from the last commit."))
    for path in layers:
        _read_base(record, problems, f"{base}/base/{path.name}")
    try:
        record.data_version = read_text_file(folder / "VERSION").strip()
        if not re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}", record.data_version):
            raise UnreadableError("holds no version. Write one, such as 1.0.0.")
    except UnreadableError as fault:
        problems.append(Problem(f"{base}/VERSION", "", str(fault), ""))
    return record, problems


def _files_in(folder: Path, ending: str, problems: list[Problem]) -> list[Path]:
    """Return a folder's files in order of name, reporting those that would be passed over; hidden ones are none."""
    paths = []
    for path in sorted(folder.glob("[!.]*")):
        if path.suffix == ending and re.fullmatch("[a-z0-9_-]+", path.stem):
            paths.append(path)
        else:
            file = f"{folder.parent.name}/{folder.name}/{path.name}"
            remedy = (
                f"Rename it with lower-case Latin letters, digits, hyphens and the ending {ending}, or take it away."
            )
            problems.append(Problem(file, "", "has a name under which it is not read.", remedy))
    return paths


def _read_article(record: Record, problems: list[Problem], file: str) -> Article:
    try:
        values, lines, faults = read_yaml(record.folder.parent / file)
    except UnreadableError as fault:
        record.unread.add(file)
        problems.append(Problem(file, "", str(fault), ""))
        return Article()
    problems += [Problem(file, f"line {line}", what, "") for line, what in faults]
    article, invalid = _validate(Article, values, file, lines, ())
    problems += invalid
    return article or Article()
