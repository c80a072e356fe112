"""The record: its types, and the reading of geodata/ into them."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import shapely
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from shapely.geometry.base import BaseGeometry

COVERAGE = ("1920-01-01", "1923-01-01")
"""First day of the record, and the first day no longer in it."""

Certainty = Literal["certain", "less-certain", "uncertain"]
Basis = Literal["legal-text", "reported-act", "period-map", "later-map", "river", "modern-boundary", "conjecture"]
View = Literal["de_jure", "de_facto"]
VIEWS: tuple[View, View] = ("de_jure", "de_facto")
REPUBLIC = "kirghiz-assr"
LANGUAGES = ("kk", "ru", "en")

MAX_FILE = 5_000_000
MAX_BUILT_FILE = 100_000_000
_MAX_FEATURES = 5_000
_MAX_DEPTH = 20
_MAX_TEXT = 10_000
_MAX_TOLD = 50

# Text that turns the reading direction round, or cannot be seen, can make a card say what its source
# does not; half a surrogate pair cannot be written at all.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, order=True)
class Problem:
    """A fault that an editor of the record can mend: where it is, what it is, what to do."""

    file: str
    where: str
    what: str
    remedy: str

    @property
    def id(self) -> str:
        """The id of the event, unit, line ... that has the fault, if it is of one."""
        return _shown(re.split(" > |, ", self.where, maxsplit=1)[0])

    def __str__(self) -> str:
        where = f", {_shown(self.where, 200)}" if self.where else ""
        return f"{_shown(self.file, 200)}{where}: {_shown(self.what, 500)} {_shown(self.remedy, 500)}".strip()


def _shown(text: str, length: int = 80) -> str:
    """Return text of the record fit for one line of a message: short, and nothing invisible in it."""
    text = text if len(text) <= length else text[: length - 3] + "..."
    visible = re.sub(r"\s+", " ", text)
    return _HIDDEN.sub(lambda hidden: f"\\u{ord(hidden.group()):04x}", visible)


def fewer(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems in order of file; of a file with very many, the first ones and their number."""
    by_file: dict[str, list[Problem]] = {}
    for problem in sorted(set(problems)):
        by_file.setdefault(problem.file, []).append(problem)
    chosen = []
    for file, found in by_file.items():
        chosen += found[:_MAX_TOLD]
        if len(found) > _MAX_TOLD:
            chosen.append(Problem(file, "", f"has {len(found) - _MAX_TOLD:,} more problems.", "Mend these first."))
    return chosen


class RecordError(Exception):
    """The record has problems; `problems` holds all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(f"the record has {len(problems)} problems")


def _clean_text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    if len(value) > _MAX_TEXT:
        raise ValueError(f"is {len(value):,} characters long; a text of the record has at most {_MAX_TEXT:,}")
    if hidden := _HIDDEN.search(value):
        raise ValueError(f"holds the invisible character U+{ord(hidden.group()):04X}")
    if "ə" in value:
        raise ValueError("holds the Latin letter 'ə' (U+0259) where Kazakh has 'ә' (U+04D9)")
    return unicodedata.normalize("NFC", value)


def _clean_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(
            f"is not an id: '{_shown(value)}'; lower-case letters, digits and single hyphens, a letter first"
        )
    return value


def _clean_line_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9~-]+", value):
        raise ValueError("is not a line's id: lower-case letters, digits, hyphens and '~'")
    return value


def _iso_day(value: str) -> str:
    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"'{_shown(value)}' is not a calendar day written YYYY-MM-DD") from None
    if not date(1800, 1, 1) <= day <= date(2100, 1, 1):
        raise ValueError(f"'{value}' is outside 1800-2100")
    return value


def _event_or_day(value: str) -> str:
    return _iso_day(value) if value[:1].isdigit() else _clean_id(value)


def _edtf(value: str) -> str:
    """Accept a day, month or year of EDTF, with ? ~ % or X, or an interval of two."""
    for part in value.split("/"):
        known = re.fullmatch(r"(\d{4}|\d{3}X|\d{2}XX)(-\d{2})?(-\d{2})?[?~%]?|\.\.", part, re.ASCII)
        if not known or (known[3] and not known[2]) or value.count("/") > 1 or value == "..":
            raise ValueError(f"'{_shown(value)}' is not a date in EDTF, such as 1921, 1921-06, 1921-06-10 or 1920/1921")
        if known[1]:
            year, month, day = known[1].replace("X", "0"), known[2] or "-01", known[3] or "-01"
            _iso_day(f"{year}{month}{day}")
    return value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"'`\\]+", value):
        raise ValueError(f"'{_shown(value)}' is not a web address that begins with http:// or https://")
    return value


def _number_as_text(value: Any) -> Any:
    # A bare 1921 in YAML is a number; as an imprecise date it is text.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Words = Annotated[str, AfterValidator(_clean_text)]
Id = Annotated[str, AfterValidator(_clean_id)]
Day = Annotated[str, AfterValidator(_iso_day)]
Edtf = Annotated[str, BeforeValidator(_number_as_text), AfterValidator(_edtf)]
Moment = Annotated[str, AfterValidator(_event_or_day)]
"""The id of an event, or a day."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Lon = Annotated[Number, Field(ge=40, le=100)]
Lat = Annotated[Number, Field(ge=30, le=65)]


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


Year = Annotated[int, Field(strict=True, ge=1800, le=2100)]


class Name(Model):
    """A person's or body's name, as CSL writes it."""

    family: Words | None = None
    given: Words | None = None
    literal: Words | None = None


class CslDate(Model):
    """A date as CSL writes it: year, month and day, as far as they are known."""

    date_parts: Annotated[list[Annotated[list[int], Field(min_length=1, max_length=3)]], Field(min_length=1)] = Field(
        alias="date-parts"
    )


class Source(BaseModel):
    """A document, in CSL field names; `seen` says how we know it, `origin` which work it goes back to.

    Further CSL fields are text.
    """

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)
    __pydantic_extra__: dict[str, Annotated[Words, BeforeValidator(_number_as_text)]]
    type: Words
    title: Words
    seen: Literal["original", "facsimile", "transcription", "secondary", "not-seen"]
    language: Words | None = None
    origin: Id
    knows_to: Year | None = None
    act_of: list[Id] = []
    quoted_in: Id | None = None
    url: Annotated[Words, AfterValidator(_web_address)] | None = Field(default=None, alias="URL")
    author: list[Name] | None = None
    editor: list[Name] | None = None
    translator: list[Name] | None = None
    contributor: list[Name] | None = None
    issued: CslDate | None = None
    accessed: CslDate | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _known_keys(self) -> Source:
        for key in self.model_extra or ():
            if not re.fullmatch("[A-Za-z-]{2,40}", key):
                raise ValueError(f"has the field '{_shown(key)}', which is no name of a CSL field")
        return self


class Origin(Model):
    """A work that sources go back to and that is no source itself."""

    title: Text
    knows_to: Year | None = None
    may_rest_on: list[Id] = []


class Alternative(Model):
    """Another date or reading of an event, kept beside the accepted one; about all its units when it lists none."""

    date: Day | None = None
    edtf: Edtf | None = None
    units: list[Id] = []
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
    """A disagreement between sources: the accepted reading and the others; `units` may be none in particular."""

    title: Text
    units: list[Id]
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
    attested: bool | None = None
    level: Literal[0, 1, 2] | None = None
    type: UnitType | None = None
    label: Text | None = None
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


class Comparison(Model):
    """The units whose areas on a day together are what a printed figure is about."""

    units: Annotated[list[Id], Field(min_length=1)]
    without: list[Id] = []
    on: Moment
    view: View = "de_jure"


class Figure(Model):
    """An area or population as a source prints it, and what on the map it is to be compared with."""

    what: Literal["area", "population"]
    value: Annotated[Number, Field(gt=0)]
    unit: Literal["sq-verst", "km2", "thousand-km2", "people", "thousand-people"]
    read_as: Literal["sq-verst", "thousand-sq-verst"] | None = None
    as_of: Edtf | None = None
    source: Id
    locator: Words
    note: Text | None = None
    compare: Comparison | None = None
    why: Text | None = None
    not_comparable: Text | None = None


class Relation(Model):
    """What an act says that a unit came from, or went into; the predecessor may lie outside the record."""

    event: Id
    came_from: Id | None = None
    went_into: Id | None = None
    came_from_name: Text | None = None
    citations: Citations


class Unit(Model):
    """A unit through time; its id holds no fact that may be corrected."""

    label: Text
    versions: Annotated[list[VersionEntry], Field(min_length=1)]
    figures: list[Figure] = []
    relations: list[Relation] = []


class Method(Model):
    """How a kind of line was drawn, and from what."""

    basis: Basis
    certainty: Certainty
    at_least_km: Annotated[Number, Field(ge=0, le=200)]
    title: Text
    text: Text
    citations: Citations


class PlaceName(Text):
    """A town's name from an event or a day on; the first name has neither."""

    from_: Moment | None = Field(default=None, alias="from")
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
    kind: Literal["dispute", "shared-regime", "land-return", "contested", "unplaced"]
    from_: Moment = Field(alias="from")
    until: Moment | None = None
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


class Doubt(Model):
    """What the record does not know: where it was looked for, and what would settle it."""

    question: Text
    searched: Text
    would_settle: Text
    units: list[Id] = []
    methods: list[Id] = []
    events: list[Id] = []
    conflicts: list[Id] = []
    citations: list[Citation] = []


class OuterStretch(Model):
    """Why lines of the outer border lie far from a later map: the act or the doubt that explains it."""

    lines: Annotated[list[Annotated[str, AfterValidator(_clean_line_id)]], Field(min_length=1)]
    against: Annotated[list[Id], Field(min_length=1)]
    why: Text
    events: list[Id] = []
    doubts: list[Id] = []
    citations: Citations


class Outline(Model):
    """A line of a later map, to compare the outer border with."""

    id: Id
    title: Text
    source: Id


class Article(Model):
    """The article that the atlas draws, walked through in order."""

    passages: list[Passage] = []
    slips: list[Slip] = []
    republic_card: list[CardEntry] = []


class Boundary(Model):
    """One drawn line: where it runs, on what evidence, how exactly."""

    id: Annotated[str, AfterValidator(_clean_line_id)]
    method: Id
    basis: Basis
    certainty: Certainty
    at_least_km: Annotated[Number, Field(ge=0, le=200)]
    note: Words | None = None


class LabelPoint(Model):
    """The point that names a face, and says whether it is land or water."""

    id: Id
    kind: Literal["land", "water"]
    name: Words | None = None


class Witness(Model):
    """A named place that a source puts into a unit on a date (or for a span of time)."""

    id: Id
    name: Words
    lon: Lon | None = None
    lat: Lat | None = None
    coordinates: Words
    unit: Id
    view: Literal["both", "de_jure", "de_facto"]
    from_: Edtf = Field(alias="from")
    to: Edtf | None = None
    volost: Words | None = None
    source: Id
    locator: Words
    quote: Words | None = None
    status: Literal["accepted", "rejected"]
    certainty: Certainty
    note: Words | None = None

    @model_validator(mode="after")
    def _whole(self) -> Witness:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("has one of lon and lat; give both, or neither and the place in today/")
        if self.status == "rejected" and self.note is None:
            raise ValueError("is rejected without a note; say which cited row or act says otherwise")
        return self


class WitnessCoordinate(Model):
    """Where a witness stands by OpenStreetMap, when no freer source has the place."""

    id: Id
    lon: Lon
    lat: Lat
    osm_id: Words


class WitnessTest(Model):
    """How far the map of one version of the data missed a witness: the outcome of a test, kept."""

    id: Id
    data_version: Words
    held_back: Literal["yes", "no"]
    missed_km: Annotated[Number, Field(ge=0, le=2000)]
    border_km: Annotated[Number, Field(ge=0, le=2000)]
    method: Id


class BaseFeature(Model):
    """A part of the map's background; a point is a name that stands there."""

    id: Id | None = None
    name_kk: Words | None = None
    name_ru: Words | None = None
    name_en: Words | None = None
    angle: Annotated[Number, Field(ge=-360, le=360)] = 0
    rank: Annotated[int, Field(strict=True, ge=0, le=9)] = 1
    source: Id | list[Id]
    licence: Words | None = None


@dataclass
class Record:
    """All of geodata/ that people edit, read and typed, each id with the file that it stands in."""

    folder: Path
    sources: dict[str, Source] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    methods: dict[str, Method] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    doubts: dict[str, Doubt] = field(default_factory=dict)
    article: Article = field(default_factory=Article)
    boundaries: dict[str, tuple[Boundary, shapely.LineString]] = field(default_factory=dict)
    label_points: dict[str, tuple[LabelPoint, shapely.Point]] = field(default_factory=dict)
    zone_shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    outer_border: dict[str, OuterStretch] = field(default_factory=dict)
    outlines: dict[str, tuple[Outline, shapely.LineString]] = field(default_factory=dict)
    base: dict[str, dict[str, Any]] = field(default_factory=dict)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    witness_coordinates: dict[str, WitnessCoordinate] = field(default_factory=dict)
    witness_tests: list[WitnessTest] = field(default_factory=list)
    data_version: str = ""
    unread: set[str] = field(default_factory=set)
    """Files that could not be read at all: what they hold is not known."""
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


def _scalar(text: str, kind: str) -> Any:
    """Return a plain YAML scalar's value: dates stay text, and so does what only looks like a number."""
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind in ("int", "float") and re.fullmatch(r"[-+]?[0-9]{1,15}", text):
        return int(text)
    if kind == "float" and re.fullmatch(r"[-+]?[0-9]{1,15}\.[0-9]{0,15}", text):
        return float(text)
    return text


class _Yaml:
    """A YAML file read into plain values: no anchors, aliases, tags or doubled keys, and no deep nesting.

    It reads the parser's events, because the parser's own trees know no limit of depth.
    """

    def __init__(self, text: str) -> None:
        self.loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        self.lines = _Lines()
        self.faults: list[tuple[int, str]] = []

    def document(self) -> Any:
        """Return the value of the one document; None when there is none."""
        self.loader.get_event()
        if self.loader.check_event(yaml.StreamEndEvent):
            return None
        self.loader.get_event()
        value = self._value((), self.loader.get_event())
        self.loader.get_event()
        if not self.loader.check_event(yaml.StreamEndEvent):
            line = self.loader.peek_event().start_mark.line + 1
            raise _UnreadableError(f"line {line} begins a second document. Take the line '---' or '...' before it out.")
        return value

    def _value(self, path: tuple[str | int, ...], event: Any) -> Any:
        line = event.start_mark.line + 1
        self.lines.at[path] = line
        if len(path) > _MAX_DEPTH:
            raise _UnreadableError(f"line {line} is nested more than {_MAX_DEPTH} deep. Restore it.")
        if event.anchor is not None:
            self.faults.append(
                (line, "YAML anchors and aliases (& and *) are not used here. Write the value out, or quote it.")
            )
        if isinstance(event, yaml.AliasEvent):
            return None
        if event.tag is not None and event.tag != "!":
            self.faults.append((line, f"the tag '{_shown(event.tag)}' is not used here. Write a plain value."))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            values: list[Any] = []
            while not isinstance(inner := self.loader.get_event(), yaml.SequenceEndEvent):
                values.append(self._value((*path, len(values)), inner))
            return values
        tag = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        return _scalar(event.value, tag.rpartition(":")[2]) if event.implicit[0] else event.value

    def _mapping(self, path: tuple[str | int, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self.loader.get_event(), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            key = event.value if isinstance(event, yaml.ScalarEvent) else ""
            inner = (*path, key)
            if not isinstance(event, yaml.ScalarEvent):
                self._value(inner, event)
                self.faults.append((line, "a key is not plain text. Write a word."))
            elif hidden := _HIDDEN.search(key):
                self.faults.append(
                    (line, f"a key holds the invisible character U+{ord(hidden.group()):04X}. Take it out.")
                )
            elif key in values:
                self.faults.append((line, f"the key '{_shown(key)}' stands twice. Keep one of the two."))
                # The first one's lines stay.
                inner = (*path, key, "again")
            value = self._value(inner, self.loader.get_event())
            values.setdefault(key, value)
        return values


def _read_text(path: Path, limit: int = MAX_FILE) -> str:
    try:
        if path.exists() and not path.is_file():
            raise _UnreadableError("is not a file. Restore it from the last commit.")
        size = path.stat().st_size
        data = path.read_bytes() if size <= limit else b""
    except OSError as error:
        raise _UnreadableError(f"cannot be read ({error.strerror}). Restore it from the last commit.") from None
    except ValueError as error:
        raise _UnreadableError(f"cannot be read ({error}). Rename it.") from None
    if size > limit:
        raise _UnreadableError(f"is {size / 1e6:.0f} MB large; it is at most {limit / 1e6:.0f} MB. Restore it.")
    return _decode(data)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _UnreadableError(f"line {line} is not UTF-8 text. Save the file in UTF-8.") from None


def _read_visible(path: Path) -> str:
    """Read a text in which nothing is hidden, not even in its comments."""
    text = _read_text(path)
    if hidden := _HIDDEN.search(text.replace("\r", "\n")):
        line = text.count("\n", 0, hidden.start()) + 1
        raise _UnreadableError(f"line {line} holds the invisible character U+{ord(hidden.group()):04X}. Take it out.")
    return text


def _read_yaml(path: Path) -> tuple[dict[str, Any], _Lines, list[tuple[int, str]]]:
    """Read a YAML file whose top level is a mapping; raise `_UnreadableError` when it cannot be read."""
    text = _read_visible(path)
    try:
        reader = _Yaml(text)
        values = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}" if mark else "the file"
        raise _UnreadableError(
            f"{line} is not valid YAML ({error.problem}). Look at the indentation and quotes there."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        message = str(error).splitlines()[0]
        raise _UnreadableError(f"is not valid YAML ({message}). Restore it from the last commit.") from None
    if not isinstance(values, dict) or not (values or reader.faults):
        raise _UnreadableError("is empty or not a mapping of ids. Restore it from the last commit.")
    return values, reader.lines, reader.faults


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that JSON or a map can hold.")


def _whole_number(digits: str) -> int:
    if len(digits) > 16:
        raise ValueError(f"a number has {len(digits):,} digits.")
    return int(digits)


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        doubled = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key '{_shown(doubled)}' stands twice in one object.")
    return values


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file whose top level is an object, such as one of the built atlas.

    Raises
    ------
    ValueError
        With a sentence, for doubled keys, NaN and broken files.
    """
    try:
        return parse_json(_read_text(path, MAX_BUILT_FILE))
    except _UnreadableError as fault:
        raise ValueError(str(fault)) from None


def parse_json(text: str | bytes) -> dict[str, Any]:
    """Return the object that a JSON text holds; raise ValueError as `read_json` does."""
    try:
        text = _decode(text) if isinstance(text, bytes) else text
        value = json.loads(
            text, parse_int=_whole_number, parse_constant=_refuse_constant, object_pairs_hook=_unique_pairs
        )
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
    kind, message, given = error["type"], error["msg"], _shown(repr(error["input"]))
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
        record.unread.add(file)
        problems.append(Problem(file, "", str(fault), ""))
        return
    problems += [Problem(file, f"line {line}", what, "") for line, what in faults]
    for id_, value in values.items():
        if not _ID.fullmatch(id_):
            problems.append(
                Problem(file, f"'{_shown(id_)}', line {lines.of((id_,))}", "is not an id.",
                        "Use lower-case letters, digits and single hyphens, a letter first.")
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


def _features(record: Record, file: str, problems: list[Problem]) -> Iterator[tuple[str, dict[str, Any], BaseGeometry]]:
    """Yield (where, properties, geometry) of each feature of a GeoJSON file, reporting broken ones."""
    try:
        collection = parse_json(_read_visible(record.folder.parent / file))
    except (_UnreadableError, ValueError) as error:
        record.unread.add(file)
        problems.append(
            Problem(
                file, "", f"{error}", "" if isinstance(error, _UnreadableError) else "Restore it from the last commit."
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
        where = _shown(str(properties.get("id", where)))
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
        raise ValueError(_shown(message or "it is not a geometry")) from None
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
        item, found = _validate(model, properties, file, None, (where,))
        problems += found
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
        item, found = _validate(BaseFeature, properties, file, None, (where,))
        problems += found
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
        return _scalar(text.strip(), "float")
    return text


def _read_table(record: Record, problems: list[Problem], file: str, model: type[ModelT]) -> list[tuple[str, ModelT]]:
    """Read a CSV file into typed rows, each with where it stands; a file that is not there has none."""
    path = record.folder.parent / file
    if not path.exists():
        return []
    try:
        text = _read_visible(path)
    except _UnreadableError as fault:
        record.unread.add(file)
        problems.append(Problem(file, "", str(fault), ""))
        return []
    columns = [field.alias or name for name, field in model.model_fields.items()]
    found: list[tuple[str, ModelT]] = []
    try:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = next(rows, [])
        if header != columns:
            what = f"has the columns {_shown(', '.join(header), 200)}."
            problems.append(Problem(file, "line 1", what, f"They must be {', '.join(columns)}, in this order."))
            return []
        for row in rows:
            where = f"{_shown(row[0]) if row else ''}, line {rows.line_num}"
            if len(found) >= _MAX_FEATURES:
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
                found.append((where, item))
    except csv.Error as error:
        problems.append(Problem(file, "", f"is not a CSV table ({error}).", "Look at the quotes there."))
    return found


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
        record.data_version = _read_text(folder / "VERSION").strip()
        if not re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}", record.data_version):
            raise _UnreadableError("holds no version. Write one, such as 1.0.0.")
    except _UnreadableError as fault:
        problems.append(Problem(f"{base}/VERSION", "", str(fault), ""))
    return record, problems


def _files_in(folder: Path, ending: str, problems: list[Problem]) -> list[Path]:
    """Return a folder's files in order of name, reporting those that would be passed over; hidden ones are none."""
    found = []
    for path in sorted(folder.glob("[!.]*")):
        if path.suffix == ending and re.fullmatch("[a-z0-9_-]+", path.stem):
            found.append(path)
        else:
            file = f"{folder.parent.name}/{folder.name}/{path.name}"
            remedy = (
                f"Rename it with lower-case Latin letters, digits, hyphens and the ending {ending}, or take it away."
            )
            problems.append(Problem(file, "", "has a name under which it is not read.", remedy))
    return found


def _read_article(record: Record, problems: list[Problem], file: str) -> Article:
    try:
        values, lines, faults = _read_yaml(record.folder.parent / file)
    except _UnreadableError as fault:
        record.unread.add(file)
        problems.append(Problem(file, "", str(fault), ""))
        return Article()
    problems += [Problem(file, f"line {line}", what, "") for line, what in faults]
    article, found = _validate(Article, values, file, lines, ())
    problems += found
    return article or Article()
