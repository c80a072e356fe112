"""Session: where a reader stands, and what an address, the map or a widget makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, NamedTuple, cast

from kazatlas.atlas.selection import last_day
from kazatlas.record.types import VIEWS, View
from kazatlas.text.catalogue import LANGUAGES, Language

PAGES = ("map", "article", "tables", "compare", "place", "take", "quality", "doubts", "about")
"""The pages by name; the map's is the first, and the one that an address without a page names."""

LEVELS = (1, 2)

WALK: tuple[Mapping[str, str], ...] = (
    {"key": "decree", "date": "1920-08-26", "view": "de_jure", "unit": "kirghiz-assr"},
    {"key": "sibrevkom", "date": "1920-08-26", "view": "de_facto", "unit": "semipalatinsk"},
    {"key": "congress", "date": "1920-10-04", "view": "de_jure", "unit": "orenburg-turgay"},
    {"key": "akmola", "date": "1921-01-17", "view": "de_jure", "unit": "akmola"},
    {"key": "semey", "date": "1921-05-01", "view": "de_facto", "unit": "semipalatinsk"},
    {"key": "siberian_line", "date": "1921-06-10", "view": "de_jure", "unit": "omsk-uezd"},
    {"key": "bukey", "date": "1922-05-31", "view": "de_jure", "unit": "bukey"},
    {"key": "salt_lakes", "date": "1922-01-26", "view": "de_jure", "unit": "pavlodar-uezd"},
)
"""The guided walk: the article's story in eight places; its words are `walk.*` in the catalogues."""

Point = tuple[float, float]
"""Longitude and latitude in degrees."""


@dataclass(frozen=True)
class Place:
    """Where the map stands.

    Attributes
    ----------
    date
        A day of the timeline.
    unit, zone
        What is chosen; never both.
    compare
        The day of the second map, where two are compared.
    point
        The point of which the page of places speaks.
    """

    date: str = "1920-08-26"
    view: View = "de_jure"
    level: int = 2
    unit: str | None = None
    zone: str | None = None
    compare: str | None = None
    point: Point | None = None


OPENING = Place()
"""What the map shows first."""
OPENING_LANGUAGE: Language = "kk"


@dataclass(frozen=True)
class Contents:
    """What an address may name in an atlas.

    Attributes
    ----------
    atlas
        Tells this built atlas from any other.
    days
        The days of the timeline, in order.
    coverage
        The first day, and the first day no longer covered.
    """

    atlas: str
    data_version: str
    days: tuple[str, ...]
    coverage: tuple[str, str]
    units: frozenset[str]
    zones: frozenset[str]

    @property
    def last_day(self) -> str:
        """The last day that the atlas covers."""
        return last_day(self.coverage[1])

    def stop(self, value: Any) -> str | None:
        """Return the day of the timeline that a day belongs to; None for what is no day of the coverage."""
        if not isinstance(value, str) or not is_day(value) or not self.coverage[0] <= value < self.coverage[1]:
            return None
        return max((day for day in self.days if day <= value), default=self.days[0])


class Fault(NamedTuple):
    """Something that an address asked for and the atlas cannot show.

    Attributes
    ----------
    name, value
        Which parameter, and what it says.
    unit
        The unit that the same address asked for.
    """

    name: str
    value: str
    unit: str | None = None


@dataclass(frozen=True)
class Command:
    """What the map is to do; it obeys each serial number once.

    Attributes
    ----------
    show
        Whether to bring what is chosen into sight.
    pick
        Whether a click chooses a point instead of a unit.
    embed
        Whether map, timeline and attribution stand alone.
    shapes
        A reader's own points and areas.
    """

    serial: int
    language: Language
    place: Place
    show: bool = False
    pick: bool = False
    embed: bool = False
    shapes: tuple[Mapping[str, Any], ...] = ()

    def words(self) -> dict[str, Any]:
        """Return the command as the map's script takes it."""
        return {
            "serial": self.serial, "lang": self.language, **asdict(self.place), "embed": self.embed,
            "guests": list(self.shapes), "pick": self.pick, "show": self.show,
        }  # fmt: skip


@dataclass(frozen=True)
class Session:
    """What the server knows of one reader.

    Attributes
    ----------
    command
        The last word to the map; None before the first.
    atlas
        Which built atlas the map was sent, see `Contents.atlas`.
    step
        The step of the guided walk; None off it.
    address
        The address that the reader's browser is known to show; None before the first.
    faults
        What the last address asked for in vain.
    """

    place: Place = OPENING
    language: Language = OPENING_LANGUAGE
    page: str = PAGES[0]
    command: Command | None = None
    embed: bool = False
    atlas: str = ""
    shapes: tuple[Mapping[str, Any], ...] = ()
    step: int | None = None
    address: Mapping[str, str] | None = None
    faults: tuple[Fault, ...] = field(default=())

    @property
    def serial(self) -> int:
        """The number of the last command."""
        return self.command.serial if self.command else 0


# ---- what is understood of what a browser says


def is_day(text: str) -> bool:
    """Return whether a text is a day of the calendar, written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def point_of(value: Any) -> Point | None:
    """Return a point as longitude and latitude, or None for what is no point near the atlas."""
    parts = value.split(",") if isinstance(value, str) else value
    try:
        lon, lat = (round(float(part), 4) for part in parts)
    except (TypeError, ValueError, OverflowError):
        return None
    return (lon, lat) if 40 <= lon <= 100 and 30 <= lat <= 65 else None


def _one_of(value: Any, choices: Any) -> bool:
    """Return whether a value, which may be of any kind, is one of these texts."""
    return isinstance(value, str) and value in choices


def language_of(value: Any) -> Language | None:
    """Return the language that a value names, if any."""
    return cast(Language, value) if _one_of(value, LANGUAGES) else None


def place_of(values: Mapping[str, Any], contents: Contents) -> Place:
    """Return where the map stands, from what a browser or an address says; what is not understood is left out."""
    zone = values["zone"] if _one_of(values.get("zone"), contents.zones) else None
    unit = values["unit"] if _one_of(values.get("unit"), contents.units) and zone is None else None
    return Place(
        date=contents.stop(values.get("date")) or OPENING.date,
        view=values["view"] if _one_of(values.get("view"), VIEWS) else OPENING.view,
        level=int(values["level"]) if str(values.get("level")) in map(str, LEVELS) else OPENING.level,
        unit=unit,
        zone=zone,
        compare=contents.stop(values.get("compare")),
        point=point_of(values.get("point")),
    )


def faults_of(query: Mapping[str, str], contents: Contents) -> tuple[Fault, ...]:
    """Return what an address asks for that the atlas cannot show."""
    understood: dict[str, Callable[[str], bool]] = {
        "lang": lambda value: value in LANGUAGES,
        "page": lambda value: value in PAGES,
        "date": lambda value: contents.stop(value) is not None,
        "compare": lambda value: contents.stop(value) is not None,
        "view": lambda value: value in VIEWS,
        "level": lambda value: value in map(str, LEVELS),
        "unit": lambda value: value in contents.units,
        "zone": lambda value: value in contents.zones,
        "point": lambda value: point_of(value) is not None,
        "v": lambda value: value == contents.data_version,
    }
    unit = query.get("unit")
    asked = ((name, query.get(name)) for name in understood)
    return tuple(Fault(name, value, unit) for name, value in asked if value and not understood[name](value))


# ---- the transitions


def move(session: Session, now: int, *, place: Place | None = None, show: bool = False) -> Session:
    """Return the session after a command to the map: to go to a place, or to hear anew where it is to stand.

    Parameters
    ----------
    now
        The clock, in whole seconds. Serial numbers follow it, so that a map which has outlived the server that
        it knew obeys the new one.
    """
    command = Command(
        max(session.serial + 1, now), session.language, place or session.place, show=show,
        pick=session.page == "place", embed=session.embed, shapes=session.shapes,
    )  # fmt: skip
    return replace(session, place=command.place, command=command)


def from_address(session: Session, query: Mapping[str, str], contents: Contents, now: int) -> Session:
    """Return the session of a reader who came by a link, or went back to an earlier address."""
    if session.command is not None and query == session.address:
        return session
    asked = replace(
        session,
        language=language_of(query.get("lang")) or session.language,
        page=query["page"] if query.get("page") in PAGES else PAGES[0],
        address=dict(query),
        atlas=contents.atlas,
        faults=faults_of(query, contents),
    )
    return move(asked, now, place=place_of(query, contents), show=bool(query.get("unit") or query.get("zone")))


def from_map(session: Session, report: Any, contents: Contents) -> Session:
    """Return the session after what the map says of itself: the last word, unless it has not yet heard ours."""
    if not isinstance(report, Mapping) or session.command is None or report.get("serial") != session.serial:
        return session
    return replace(session, place=place_of(report, contents))


def from_widgets(session: Session, language: Any, page: Any, now: int) -> Session:
    """Return the session after the switches of language and page; the same one when they stand as they stood.

    A browser that is quicker than the server names a page in the language before: no page of ours, so it stays.
    """
    language = language_of(language) or session.language
    page = page if page in PAGES else session.page
    if (language, page) == (session.language, session.page):
        return session
    # A map that comes back must be told where it stood, and of the shapes that a reader has brought.
    return move(replace(session, language=language, page=page), now)


def from_rebuild(session: Session, contents: Contents, now: int) -> Session:
    """Return the session when another atlas was built meanwhile: the map that it makes is a new one."""
    if session.command is None or session.atlas == contents.atlas:
        return session
    return move(replace(session, atlas=contents.atlas), now, place=place_of(asdict(session.place), contents))


def begin_run(
    session: Session, query: Mapping[str, str], contents: Contents, *, language: Any, page: Any, now: int
) -> Session:
    """Return the session at the beginning of a run of the page.

    What the reader has just pressed counts more than the address: a browser that is quicker than the answer
    still sends an older one.
    """
    if session.command is None:
        # A browser that has outlived the server still has its switches.
        session = replace(session, language=language_of(language) or session.language)
        return from_address(session, query, contents, now)
    rebuilt = from_rebuild(session, contents, now)
    pressed = from_widgets(rebuilt, language, page, now)
    return pressed if pressed is not rebuilt else from_address(rebuilt, query, contents, now)


def to_step(session: Session, step: int | None, contents: Contents, now: int) -> Session:
    """Return the session at a step of the guided walk, or off it."""
    if step is None:
        return replace(session, step=None)
    return move(replace(session, step=step), now, place=place_of(WALK[step], contents), show=True)


def to_point(session: Session, point: Point, now: int) -> Session:
    """Return the session with another point on the map."""
    return move(session, now, place=replace(session.place, point=point_of(point)))


def with_shapes(session: Session, shapes: tuple[Mapping[str, Any], ...]) -> Session:
    """Return the session with a reader's shapes; the map hears of them with the next command."""
    return replace(session, shapes=shapes)


def without_shapes(session: Session, now: int) -> Session:
    """Return the session whose map no longer has the reader's shapes."""
    return move(replace(session, shapes=()), now)


def address_of(session: Session, contents: Contents) -> dict[str, str]:
    """Return the page's address: what a copied link must say."""
    place = {item.name: getattr(session.place, item.name) for item in fields(Place)}
    # A point is of its own page alone.
    point = place.pop("point")
    address = {"lang": session.language} | {name: str(value) for name, value in place.items() if value is not None}
    if session.page != PAGES[0]:
        address["page"] = session.page
    if point and session.page == "place":
        address["point"] = ",".join(map(str, point))
    return address | {"v": contents.data_version}


def at_address(session: Session, address: Mapping[str, str]) -> Session:
    """Return the session of a browser that was sent an address."""
    return replace(session, address=dict(address))
