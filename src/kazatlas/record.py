"""The record: its types, and the reading of geodata/ into them."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import shapely
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from shapely.geometry.base import BaseGeometry

COVERAGE = ("1920-01-01", "1923-01-01")
"""First day of the record, and the first day no longer in it."""

Certainty = Literal["certain", "less-certain", "uncertain"]
Basis = Literal["legal-text", "period-map", "later-map", "river", "modern-boundary", "conjecture"]
View = Literal["de_jure", "de_facto"]
VIEWS: tuple[View, View] = ("de_jure", "de_facto")
LANGUAGES = ("kk", "ru", "en")

# Text that turns the reading direction round can make a card say what its source does not.
_HIDDEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, order=True)
class Problem:
    """A fault that an editor of the record can mend: where it is, what it is, what to do."""

    file: str
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f", {self.where}" if self.where else ""
        return f"{self.file}{where}: {self.what} {self.remedy}".strip()


class RecordError(Exception):
    """The record has problems; `problems` holds all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(f"the record has {len(problems)} problems")


def _clean_text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    if hidden := _HIDDEN.search(value):
        code = ord(hidden.group())
        raise ValueError(f"holds the invisible character U+{code:04X}")
    if "ə" in value:
        raise ValueError("holds the Latin letter 'ə' (U+0259) where Kazakh has 'ә' (U+04D9)")
    return unicodedata.normalize("NFC", value)


def _clean_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("is not an id: lower-case letters, digits and single hyphens")
    return value


def _clean_line_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9~-]+", value):
        raise ValueError("is not a line's id: lower-case letters, digits, hyphens and '~'")
    return value


def _iso_day(value: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"'{value}' is not a calendar day written YYYY-MM-DD") from None
    if not date(1800, 1, 1) <= day <= date(2100, 1, 1):
        raise ValueError(f"'{value}' is outside 1800-2100")
    return day.isoformat()


def _number_as_text(value: Any) -> Any:
    # A bare 1921 in YAML is a number; as an imprecise date it is text.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Words = Annotated[str, AfterValidator(_clean_text)]
Id = Annotated[str, AfterValidator(_clean_id)]
Day = Annotated[str, AfterValidator(_iso_day)]
Edtf = Annotated[Words, BeforeValidator(_number_as_text)]
Lon = Annotated[float, Field(ge=40, le=100, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=30, le=65, allow_inf_nan=False)]


class Model(BaseModel):
    """What every part of the record shares: no unknown keys, no changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Model):
    """A text in Kazakh, Russian and English; none may be missing."""

    kk: Words
    ru: Words
    en: Words


class Citation(Model):
    """One place in one source, with its words where we have them and our translation of them."""

    source: Id
    locator: Words
    quote: Words | None = None
    quote_lang: Literal["kk", "ru", "en", "de", "fr"] | None = None
    translation: dict[Literal["kk", "ru", "en"], Words] | None = None


Citations = Annotated[list[Citation], Field(min_length=1)]


class Source(BaseModel):
    """A document, in CSL field names; `seen` says how we know it."""

    model_config = ConfigDict(extra="allow", frozen=True)
    type: Words
    title: Words
    seen: Literal["original", "facsimile", "transcription", "secondary", "not-seen"]
    language: Words | None = None
    relies_on: list[Id] = []


class Alternative(Model):
    """Another date or reading of an event, kept beside the accepted one."""

    date: Day | None = None
    edtf: Edtf | None = None
    status: Literal["alternative", "disputed"]
    reading: Text
    citations: Citations


class Event(Model):
    """A dated act, its date decided once for everything that refers to it."""

    date: Day
    precision: Literal["day", "month", "year"]
    edtf: Edtf
    placed: Text | None = None
    basis: Literal["adopted", "in-force", "carried-out", "attested"]
    certainty: Certainty
    tick: Text
    title: Text
    text: Text
    citations: Citations
    conflict: list[Id] = []
    alternatives: list[Alternative] = []


class Reading(Model):
    """One reading of a conflict."""

    reading: Text
    citations: Citations


class Conflict(Model):
    """A disagreement between sources: the accepted reading and the others."""

    title: Text
    accepted: Text
    others: Annotated[list[Reading], Field(min_length=1)]
    citations: Citations


UnitType = Literal[
    "republic", "state", "authority", "oblast", "gubernia", "uezd", "raion", "otdel", "volost",
    "undivided",
]  # fmt: skip


class VersionEntry(Model):
    """What an editor writes of a unit from one event on; fields not given carry over."""

    from_: Id = Field(alias="from")
    until: Id | None = None
    view: Literal["both", "de_jure", "de_facto"] = "both"
    level: Literal[0, 1, 2] | None = None
    type: UnitType | None = None
    name: Text | None = None
    name_period: Words | None = None
    seat: Id | None = None
    seat_outside: bool | None = None
    parent: Id | None = None
    administered_by: Id | None = None
    faces: list[Id] | None = None
    border: Literal["recovered", "not-recovered", "not-drawn"] | None = None
    drawn_within: Id | None = None
    point: tuple[Lon, Lat] | None = None
    certainty: Certainty | None = None
    citations: Citations
    name_citations: list[Citation] = []
    note: Text | None = None


class Figure(Model):
    """An area or population as a source prints it."""

    what: Literal["area", "population"]
    value: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    unit: Literal["sq-verst", "km2", "thousand-km2", "people", "thousand-people"]
    as_of: Edtf | None = None
    source: Id
    locator: Words
    note: Text | None = None


class Unit(Model):
    """A unit through time; its id holds no fact that may be corrected."""

    label: Text
    versions: Annotated[list[VersionEntry], Field(min_length=1)]
    figures: list[Figure] = []


class Method(Model):
    """How a kind of line was drawn, and from what."""

    basis: Basis
    certainty: Certainty
    accuracy_km: Annotated[float, Field(ge=0, le=200)]
    title: Text
    text: Text
    citations: Citations


class PlaceName(Text):
    """A town's name from an event or a day on; the first name has neither."""

    from_: str | None = Field(default=None, alias="from")
    citations: list[Citation] = []


class OtherNames(Model):
    """Later names of a town, for search."""

    kk: list[Words] = []
    ru: list[Words] = []
    en: list[Words] = []


class Place(Model):
    """A town with its dated names."""

    point: tuple[Lon, Lat]
    rank: Literal[1, 2, 3]
    names: Annotated[list[PlaceName], Field(min_length=1)]
    later: OtherNames = OtherNames()
    period: list[Words] = []
    citations: Citations
    note: Text | None = None


class ZoneState(Model):
    """What was decided about a zone from one event on."""

    from_: Id = Field(alias="from")
    text: Text
    citations: Citations


class Zone(Model):
    """A dated area that is not a unit: a dispute, a special regime, land returned."""

    title: Text
    text: Text
    kind: Literal["dispute", "shared-regime", "land-return", "contested"]
    from_: str = Field(alias="from")
    until: str | None = None
    states: list[ZoneState] = []
    method: Text
    certainty: Certainty
    citations: Citations


class Passage(Model):
    """A passage of the article, in its words, and what the map shows of it."""

    id: Id
    locator: Words
    quote: Words
    translation: dict[Literal["kk", "ru", "en"], Words]
    date: Day
    view: View
    unit: Id | None = None
    events: list[Id] = []
    zones: list[Id] = []
    annotations: list[Id] = []


class Slip(Model):
    """An annotation to the article: what it says, and what other sources say."""

    id: Id
    title: Text
    text: Text
    citations: Citations
    general: bool = False


class CardEntry(Model):
    """An entry of the republic's card: its capital, who governed, what Moscow kept."""

    id: Id
    title: Text
    text: Text
    citations: Citations


class OpenQuestion(Model):
    """A question for an archivist."""

    id: Id
    text: Text
    citations: list[Citation] = []


class Article(Model):
    """The article that the atlas draws, walked through in order."""

    passages: list[Passage] = []
    slips: list[Slip] = []
    republic_card: list[CardEntry] = []
    open_questions: list[OpenQuestion] = []


class Boundary(Model):
    """One drawn line: where it runs, on what evidence, how exactly."""

    id: Annotated[str, AfterValidator(_clean_line_id)]
    method: Id
    basis: Basis
    certainty: Certainty
    accuracy_km: Annotated[float, Field(ge=0, le=200, allow_inf_nan=False)]
    note: Words | None = None


class LabelPoint(Model):
    """The point that names a face, and says whether it is land or water."""

    id: Id
    kind: Literal["land", "water"]
    name: Words | None = None


@dataclass
class Record:
    """All of geodata/ that people edit, read and typed, each id with the file that it stands in."""

    folder: Path
    sources: dict[str, Source] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    methods: dict[str, Method] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    article: Article = field(default_factory=Article)
    boundaries: dict[str, tuple[Boundary, shapely.LineString]] = field(default_factory=dict)
    label_points: dict[str, tuple[LabelPoint, shapely.Point]] = field(default_factory=dict)
    zone_shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    base: dict[str, dict[str, Any]] = field(default_factory=dict)
    data_version: str = ""
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    """(kind, id) -> the file it was read from, also for those that could not be read whole."""

    def file_of(self, kind: str, id_: str) -> str:
        """Return the file in which a source, event, unit ... of this id stands."""
        return self.files.get((kind, id_), "geodata")

    def is_known(self, kind: str, id_: str) -> bool:
        """Return whether the id stands in the record, be it with faults of its own."""
        return (kind, id_) in self.files


class _UnreadableError(Exception):
    """A file that cannot be read at all."""


@dataclass
class _Lines:
    """Line numbers of what stands in one YAML file, by the path of keys that leads there."""

    at: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def of(self, path: tuple[str | int, ...]) -> int | None:
        """Return the line of the path, or of the nearest thing around it that has one."""
        while path not in self.at and path:
            path = path[:-1]
        return self.at.get(path)


def _yaml_value(
    node: yaml.Node, lines: _Lines, faults: list[tuple[int, str]], path: tuple[str | int, ...], seen: set[int]
) -> Any:
    """Turn a YAML node into plain values: no aliases, no tags, no doubled keys, dates stay text."""
    line = node.start_mark.line + 1
    lines.at[path] = line
    if id(node) in seen:
        faults.append((line, "YAML anchors and aliases are not used here; write the value out."))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str):
                faults.append((key_node.start_mark.line + 1, "a key must be plain text."))
                continue
            if key in values:
                faults.append((key_node.start_mark.line + 1, f"the key '{key}' stands twice; keep one of the two."))
                continue
            values[key] = _yaml_value(value_node, lines, faults, (*path, key), seen)
        return values
    if isinstance(node, yaml.SequenceNode):
        return [_yaml_value(child, lines, faults, (*path, i), seen) for i, child in enumerate(node.value)]
    kind = node.tag.rpartition(":")[2]
    text = node.value
    if kind in ("str", "timestamp", "value", "merge"):
        return text
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "bool":
        return text
    if kind in ("int", "float") and re.fullmatch(r"[-+]?[0-9]{1,15}", text):
        return int(text)
    if kind == "float" and re.fullmatch(r"[-+]?[0-9]{1,15}\.[0-9]{0,15}", text):
        return float(text)
    if kind in ("int", "float"):
        return text
    faults.append((line, f"the tag '{node.tag}' is not used here; write plain values."))
    return None


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _UnreadableError(f"cannot be read ({error.strerror}). Restore it from the last commit.") from None
    if len(data) > 20_000_000:
        raise _UnreadableError(
            f"is {len(data) // 1_000_000} MB large; a file of the record is under 20 MB. Restore it."
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _UnreadableError(f"line {line} is not UTF-8 text. Save the file in UTF-8.") from None


def _read_yaml(path: Path) -> tuple[dict[str, Any], _Lines, list[tuple[int, str]]]:
    """Read a YAML file whose top level is a mapping; raise `_UnreadableError` when it cannot be read."""
    text = _read_text(path)
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}" if mark else "the file"
        raise _UnreadableError(
            f"{line} is not valid YAML ({error.problem}). Look at the indentation and quotes there."
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        message = str(error).splitlines()[0]
        raise _UnreadableError(f"is not valid YAML ({message}). Restore it from the last commit.") from None
    if not isinstance(node, yaml.MappingNode):
        raise _UnreadableError("is empty or not a mapping of ids. Restore it from the last commit.")
    lines, faults = _Lines(), list[tuple[int, str]]()
    values = _yaml_value(node, lines, faults, (), set())
    return values, lines, faults


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that JSON or a map can hold")


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        doubled = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key '{doubled}' stands twice in one object")
    return values


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; raise ValueError with a sentence for doubled keys, NaN and broken files."""
    try:
        value = json.loads(_read_text(path), parse_constant=_refuse_constant, object_pairs_hook=_unique_pairs)
    except _UnreadableError as fault:
        raise ValueError(str(fault)) from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno} is not valid JSON ({error.msg}).") from None
    except RecursionError:
        raise ValueError("is nested too deeply.") from None
    if not isinstance(value, dict):
        raise ValueError("is not a JSON object.")
    return value


ModelT = TypeVar("ModelT", bound=BaseModel)


def _sentence(error: Any) -> str:
    """Say what pydantic found in words that an editor of the record can act on."""
    kind, message = error["type"], error["msg"]
    if kind == "missing":
        return "is missing."
    if kind == "extra_forbidden":
        return "is not a field known here."
    if kind == "literal_error":
        return f"must be {error['ctx']['expected'].replace(' or ', ', or ')}, not {error['input']!r}."
    if kind == "value_error":
        return f"{error['ctx']['error']}."
    if kind.startswith(("string_type", "model_type", "list_type", "dict_type", "tuple_type")):
        return f"has the wrong form ({message.lower()})."
    return f"{message}."


def _validate(
    model: type[ModelT], value: Any, file: str, lines: _Lines | None, path: tuple[str | int, ...]
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
        values, lines, faults = _read_yaml(path)
    except _UnreadableError as fault:
        problems.append(Problem(file, "", str(fault), ""))
        return
    problems += [Problem(file, f"line {line}", what, "") for line, what in faults]
    for id_, value in values.items():
        if not _ID.fullmatch(id_):
            problems.append(
                Problem(file, f"'{id_[:60]}', line {lines.of((id_,))}", "is not an id.",
                        "Use lower-case letters, digits and single hyphens.")
            )  # fmt: skip
            continue
        if (kind, id_) in record.files:
            problems.append(Problem(file, id_, f"stands in {record.files[kind, id_]} too.", "Keep one of the two."))
            continue
        record.files[kind, id_] = file
        item, found = _validate(model, value, file, lines, (id_,))
        problems += found
        if item is not None:
            into[id_] = item


def _features(file: str, path: Path, problems: list[Problem]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield (where, properties, geometry) of each feature of a GeoJSON file, reporting broken ones."""
    try:
        collection = read_json(path)
    except ValueError as error:
        problems.append(Problem(file, "", f"{error}", "Restore it from the last commit."))
        return
    features = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        problems.append(Problem(file, "", "is not a FeatureCollection with features.", "Restore it."))
        return
    for number, feature in enumerate(features, 1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        where = f"feature {number}"
        if not isinstance(properties, dict):
            problems.append(Problem(file, where, "has no properties.", "Give it an id and its evidence."))
            continue
        where = f"{properties.get('id', where)}"[:80]
        try:
            geometry = shapely.geometry.shape(feature["geometry"])
            coordinates = shapely.get_coordinates(geometry)
            if not len(coordinates) or not all(map(math.isfinite, coordinates.ravel())):
                raise ValueError("no coordinates, or coordinates that are not numbers")
        except Exception as error:  # shapely raises many kinds for broken geometry
            message = str(error).splitlines()[0] if str(error) else type(error).__name__
            problems.append(Problem(file, where, f"has a geometry that cannot be read ({message}).", "Draw it again."))
            continue
        low, high = coordinates.min(axis=0), coordinates.max(axis=0)
        if low[0] < 40 or high[0] > 100 or low[1] < 30 or high[1] > 65:
            bad = next((x, y) for x, y in coordinates if not (40 <= x <= 100 and 30 <= y <= 65))
            problems.append(
                Problem(file, where, f"lies outside the map at {bad[0]:.4f} E {bad[1]:.4f} N.",
                        "Coordinates are longitude, latitude in degrees (40-100 E, 30-65 N).")
            )  # fmt: skip
            continue
        yield where, properties, geometry


def _read_drawn(
    record: Record, problems: list[Problem], file: str, kind: str, model: type[ModelT], shape: str,
    into: dict[str, tuple[ModelT, Any]],
) -> None:  # fmt: skip
    """Read a GeoJSON file of drawn things into typed values with their geometry."""
    for where, properties, geometry in _features(file, record.folder.parent / file, problems):
        id_ = str(properties.get("id"))
        if (kind, id_) in record.files:
            problems.append(Problem(file, where, "stands twice.", "Keep one of the two."))
            continue
        record.files[kind, id_] = file
        item, found = _validate(model, properties, file, None, (where,))
        problems += found
        if geometry.geom_type != shape:
            problems.append(Problem(file, where, f"is a {geometry.geom_type}, not a {shape}.", "Draw it again."))
        elif item is not None:
            into[id_] = (item, geometry)


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
        return record, [Problem("geodata", "", "is missing.", f"Looked for it at {folder}.")]
    base = folder.name
    _read_mapping(record, problems, f"{base}/sources.yaml", "source", Source, record.sources)
    _read_mapping(record, problems, f"{base}/events.yaml", "event", Event, record.events)
    _read_mapping(record, problems, f"{base}/conflicts.yaml", "conflict", Conflict, record.conflicts)
    _read_mapping(record, problems, f"{base}/methods.yaml", "method", Method, record.methods)
    _read_mapping(record, problems, f"{base}/places.yaml", "place", Place, record.places)
    _read_mapping(record, problems, f"{base}/zones.yaml", "zone", Zone, record.zones)
    unit_files = sorted((folder / "units").glob("*.yaml"))
    if not unit_files:
        problems.append(Problem(f"{base}/units", "", "holds no .yaml file.", "Restore it from the last commit."))
    for path in unit_files:
        _read_mapping(record, problems, f"{base}/units/{path.name}", "unit", Unit, record.units)
    record.article = _read_article(record, problems, f"{base}/article.yaml")
    _read_drawn(record, problems, f"{base}/boundaries.geojson", "line", Boundary, "LineString", record.boundaries)
    _read_drawn(record, problems, f"{base}/label_points.geojson", "face", LabelPoint, "Point", record.label_points)
    for where, properties, geometry in _features(f"{base}/zones.geojson", folder / "zones.geojson", problems):
        id_ = str(properties.get("id"))
        if not geometry.is_valid or geometry.geom_type not in ("Polygon", "MultiPolygon"):
            problems.append(
                Problem(f"{base}/zones.geojson", where, f"is not a valid area ({shapely.is_valid_reason(geometry)}).",
                        "Draw it again.")
            )  # fmt: skip
        elif id_ in record.zone_shapes:
            problems.append(Problem(f"{base}/zones.geojson", where, "stands twice.", "Keep one of the two."))
        else:
            record.zone_shapes[id_] = geometry
    for path in sorted((folder / "base").glob("*.geojson")):
        file = f"{base}/base/{path.name}"
        before = len(problems)
        shapes: list[dict[str, Any]] = [
            {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(geometry)}
            for _, properties, geometry in _features(file, path, problems)
        ]
        if len(problems) == before:
            record.base[path.stem] = {"type": "FeatureCollection", "features": shapes}
            problems += [
                Problem(file, f"feature {number}", f"{key} {error}.", "Mend the text.")
                for number, shape in enumerate(shapes, 1)
                for key, value in shape["properties"].items()
                if isinstance(value, str) and value and (error := _text_fault(value))
            ]
    try:
        record.data_version = _read_text(folder / "VERSION").strip()
        if not re.fullmatch(r"\d+\.\d+\.\d+", record.data_version):
            raise _UnreadableError("must hold a version such as 1.0.0.")
    except _UnreadableError as fault:
        problems.append(Problem(f"{base}/VERSION", "", str(fault), ""))
    return record, problems


def _read_article(record: Record, problems: list[Problem], file: str) -> Article:
    try:
        values, lines, faults = _read_yaml(record.folder.parent / file)
    except _UnreadableError as fault:
        problems.append(Problem(file, "", str(fault), ""))
        return Article()
    problems += [Problem(file, f"line {line}", what, "") for line, what in faults]
    article, found = _validate(Article, values, file, lines, ())
    problems += found
    return article or Article()


def _text_fault(value: str) -> str | None:
    try:
        _clean_text(value)
    except ValueError as error:
        return str(error)
    return None
