"""The types of the record: what each entry of geodata/ may say."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import shapely
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from shapely.geometry.base import BaseGeometry

from kazatlas.record.problems import HIDDEN_CHARACTERS, quoted

COVERAGE = ("1920-01-01", "1923-01-01")
"""First day of the record, and the first day no longer in it."""

Certainty = Literal["certain", "less-certain", "uncertain"]
Basis = Literal["legal-text", "reported-act", "period-map", "later-map", "river", "modern-boundary", "conjecture"]
CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)
"""From the surest down."""
BASES: tuple[Basis, ...] = get_args(Basis)
"""From the strongest evidence down."""
View = Literal["de_jure", "de_facto"]
VIEWS: tuple[View, View] = ("de_jure", "de_facto")
REPUBLIC = "kirghiz-assr"
LANGUAGES = ("kk", "ru", "en")
_MAX_TEXT = 10_000

ID_PATTERN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _clean_text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    if len(value) > _MAX_TEXT:
        raise ValueError(f"is {len(value):,} characters long; a text of the record has at most {_MAX_TEXT:,}")
    if hidden := HIDDEN_CHARACTERS.search(value):
        raise ValueError(f"holds the invisible character U+{ord(hidden.group()):04X}")
    if "ə" in value:
        raise ValueError("holds the Latin letter 'ə' (U+0259) where Kazakh has 'ә' (U+04D9)")
    return unicodedata.normalize("NFC", value)


def _clean_id(value: str) -> str:
    if not ID_PATTERN.fullmatch(value):
        raise ValueError(
            f"is not an id: '{quoted(value)}'; lower-case letters, digits and single hyphens, a letter first"
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
        raise ValueError(f"'{quoted(value)}' is not a calendar day written YYYY-MM-DD") from None
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
            raise ValueError(f"'{quoted(value)}' is not a date in EDTF, such as 1921, 1921-06, 1921-06-10 or 1920/1921")
        if known[1]:
            year, month, day = known[1].replace("X", "0"), known[2] or "-01", known[3] or "-01"
            _iso_day(f"{year}{month}{day}")
    return value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"'`\\]+", value):
        raise ValueError(f"'{quoted(value)}' is not a web address that begins with http:// or https://")
    return value


def _number_as_text(value: Any) -> Any:
    # A bare 1921 in YAML is a number; as an imprecise date it is text.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


CleanText = Annotated[str, AfterValidator(_clean_text)]
Id = Annotated[str, AfterValidator(_clean_id)]
IsoDay = Annotated[str, AfterValidator(_iso_day)]
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

    kk: CleanText
    ru: CleanText
    en: CleanText


class Citation(Model):
    """One place in one source, with its words where we have them and our translation of them."""

    source: Id
    locator: CleanText
    quote: CleanText | None = None
    quote_lang: Literal["kk", "ru", "en", "de", "fr"] | None = None
    translation: dict[Literal["kk", "ru", "en"], CleanText] | None = None


Citations = Annotated[list[Citation], Field(min_length=1)]


Year = Annotated[int, Field(strict=True, ge=1800, le=2100)]


class Name(Model):
    """A person's or body's name, as CSL writes it."""

    family: CleanText | None = None
    given: CleanText | None = None
    literal: CleanText | None = None


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
    __pydantic_extra__: dict[str, Annotated[CleanText, BeforeValidator(_number_as_text)]]
    type: CleanText
    title: CleanText
    seen: Literal["original", "facsimile", "transcription", "secondary", "not-seen"]
    language: CleanText | None = None
    origin: Id
    knows_to: Year | None = None
    act_of: list[Id] = []
    quoted_in: Id | None = None
    url: Annotated[CleanText, AfterValidator(_web_address)] | None = Field(default=None, alias="URL")
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
                raise ValueError(f"has the field '{quoted(key)}', which is no name of a CSL field")
        return self


class Origin(Model):
    """A work that sources go back to and that is no source itself."""

    title: Text
    knows_to: Year | None = None
    may_rest_on: list[Id] = []


class Alternative(Model):
    """Another date or reading of an event, kept beside the accepted one; about all its units when it lists none."""

    date: IsoDay | None = None
    edtf: Edtf | None = None
    units: list[Id] = []
    status: Literal["alternative", "disputed"]
    reading: Text
    citations: Citations


class Event(Model):
    """A dated act, its date decided once for everything that refers to it."""

    date: IsoDay
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
    name_period: CleanText | None = None
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
    locator: CleanText
    note: Text | None = None
    compare: Comparison | None = None
    why: Text | None = None
    not_comparable: Text | None = None


class StatedRelation(Model):
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
    relations: list[StatedRelation] = []


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

    kk: list[CleanText] = []
    ru: list[CleanText] = []
    en: list[CleanText] = []


class Place(Model):
    """A town with its dated names."""

    point: tuple[Lon, Lat]
    rank: Literal[1, 2, 3]
    names: Annotated[list[PlaceName], Field(min_length=1)]
    later: OtherNames = OtherNames()
    period: list[CleanText] = []
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
    locator: CleanText
    quote: CleanText
    translation: dict[Literal["kk", "ru", "en"], CleanText]
    date: IsoDay
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
    note: CleanText | None = None


class LabelPoint(Model):
    """The point that names a face, and says whether it is land or water."""

    id: Id
    kind: Literal["land", "water"]
    name: CleanText | None = None


class Witness(Model):
    """A named place that a source puts into a unit on a date (or for a span of time)."""

    id: Id
    name: CleanText
    lon: Lon | None = None
    lat: Lat | None = None
    coordinates: CleanText
    unit: Id
    view: Literal["both", "de_jure", "de_facto"]
    from_: Edtf = Field(alias="from")
    to: Edtf | None = None
    volost: CleanText | None = None
    source: Id
    locator: CleanText
    quote: CleanText | None = None
    status: Literal["accepted", "rejected"]
    certainty: Certainty
    note: CleanText | None = None

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
    osm_id: CleanText


class WitnessTest(Model):
    """How far the map of one version of the data missed a witness: the outcome of a test, kept."""

    id: Id
    data_version: CleanText
    held_back: Literal["yes", "no"]
    missed_km: Annotated[Number, Field(ge=0, le=2000)]
    border_km: Annotated[Number, Field(ge=0, le=2000)]
    method: Id


class BaseFeature(Model):
    """A part of the map's background; a point is a name that stands there."""

    id: Id | None = None
    name_kk: CleanText | None = None
    name_ru: CleanText | None = None
    name_en: CleanText | None = None
    angle: Annotated[Number, Field(ge=-360, le=360)] = 0
    rank: Annotated[int, Field(strict=True, ge=0, le=9)] = 1
    source: Id | list[Id]
    licence: CleanText | None = None


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
