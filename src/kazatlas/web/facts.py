"""Facts: what a card says, as plain values in the reader's language; the templates say how it looks.

Citations are HTML already, made by the template `citation`, because many cards share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Text:
    """A text and its language, which is empty where it is the page's."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class SourceName:
    """What a source is called: the title of a work, in its language, or our own words for it."""

    text: str
    language: str = ""
    is_title: bool = False


@dataclass(frozen=True)
class Link:
    """A text that leads to a place of the atlas.

    Attributes
    ----------
    query
        The address of the place, after the question mark; empty where there is nothing to lead to.
    day
        The day that the map goes to; None where it stays at its own.
    """

    text: str
    query: str = ""
    view: str = ""
    day: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Moment:
    """A day as a link, no more exact than it is known, and the act that it is of; else words in place of a day."""

    day: Link
    precision: str = "day"
    act: str = ""


# ---- what a statement rests on


@dataclass(frozen=True)
class Reading:
    """What a source says where sources disagree; `head` is which date it is about, `status` how it stands."""

    text: str
    citations: Sequence[Markup]
    sources: Sequence[SourceName] = ()
    head: str = ""
    status: str = ""


@dataclass(frozen=True)
class Conflict:
    """Where sources disagree: the accepted reading and the others."""

    title: str
    accepted: Reading
    others: Sequence[Reading]


@dataclass(frozen=True)
class Act:
    """An act that a date rests on; `placed` says which day stands for a month or a year."""

    link: Link
    when: str
    is_attested: bool
    placed: str
    citations: Sequence[Markup]


@dataclass(frozen=True)
class Ground:
    """What one fact of a card rests on, in a few words and in full."""

    label: str
    summary: str
    acts: Sequence[Act] = ()
    citations: Sequence[Markup] = ()


@dataclass(frozen=True)
class Method:
    """A way in which a part of an outline was digitised: how long on which evidence, how, from what."""

    title: str
    summary: str
    lengths: Sequence[str]
    text: str
    citations: Sequence[Markup]


@dataclass(frozen=True)
class Outline:
    """What a border rests on: its length by evidence, then by method."""

    summary: str
    lengths: Sequence[tuple[str, str]] = ()
    methods: Sequence[Method] = ()


@dataclass(frozen=True)
class Witness:
    """A place that proves where a border lay."""

    name: Text
    about: str
    citation: Markup


@dataclass(frozen=True)
class Proof:
    """The places that prove where a unit's land lay."""

    summary: str
    notes: Sequence[str] = ()
    witnesses: Sequence[Witness] = ()


@dataclass(frozen=True)
class Figure:
    """An area or a population as a source gives it."""

    label: str
    value: str
    source: SourceName
    locator: Text
    note: str


# ---- a unit among others


@dataclass(frozen=True)
class Relative:
    """A unit whose land became this unit's, or the other way round.

    Attributes
    ----------
    name
        A link; without an address where the relative is no unit of the record on that day.
    about
        The year, the kind of relation, the share of land.
    """

    name: Link
    about: str
    sources: Sequence[SourceName]
    citations: Sequence[Markup]


@dataclass(frozen=True)
class Family:
    """Whose land became a unit's, and whose its land became."""

    before: Sequence[Relative]
    name: str
    after: Sequence[Relative]
    note: str


@dataclass(frozen=True)
class Stage:
    """A stage of a unit's life.

    Attributes
    ----------
    name
        The unit's name where it is another than before.
    about
        How the stage began.
    end
        The day on which it ended, where no other stage follows at once.
    """

    start: Link
    name: str
    about: str
    is_current: bool
    end: Moment | None


@dataclass(frozen=True)
class Life:
    """The stages of a unit's life in order of time."""

    count: str
    stages: Sequence[Stage]


# ---- cards


@dataclass(frozen=True)
class Heading:
    """What heads a unit's card: its kind, its name, that in other languages and in the spelling of the time."""

    type: str
    name: str
    other_names: Sequence[Text]
    period_name: str


@dataclass(frozen=True)
class UnitCard:
    """A unit on a day; `extent` is from when to when it had these borders, where that is not its whole life."""

    heading: Heading
    parent: Link | None
    administered_by: Link | None
    seat: str
    start: Moment
    end: Moment
    extent: tuple[Moment, Moment] | None
    area: str
    certainty: str
    notes: Sequence[str]


@dataclass(frozen=True)
class LastingFacts:
    """The part of a unit's card that is the same on each day of a version."""

    is_republic: bool
    readings: Sequence[Reading]
    conflicts: Sequence[Conflict]
    family: Family | None
    life: Life | None
    citations: Sequence[Markup]
    dates: Sequence[Ground]
    name: Ground
    outline: Outline
    proof: Proof | None
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Passage:
    """A day on which a unit ended or appears, and the units that had its land then."""

    day: Link
    units: Sequence[Link]


@dataclass(frozen=True)
class AbsentCard:
    """A unit on a day on which it does not exist; `absence` is the key of the words that say so."""

    heading: Heading
    absence: str
    ended: Passage | None = None
    appears: Passage | None = None


@dataclass(frozen=True)
class EventCard:
    """An act: when, what, which units, what other sources say, from where."""

    id: str
    title: str
    when: str
    text: str
    placed: str
    units: Sequence[Link]
    citations: Sequence[Markup]
    alternatives: Sequence[Reading]
    conflicts: Sequence[Conflict]


@dataclass(frozen=True)
class ZoneState:
    """What was decided about a zone on a day."""

    day: Link
    is_in_force: bool
    text: str
    sources: Sequence[SourceName]
    citations: Sequence[Markup]


@dataclass(frozen=True)
class ZoneCard:
    """A zone: what it was, when, what was decided, how it was drawn, from where."""

    id: str
    kind: str
    title: str
    absence: str
    text: str
    start: Moment
    end: Moment
    certainty: str
    states: Sequence[ZoneState]
    method: str
    citations: Sequence[Markup]


@dataclass(frozen=True)
class Topic:
    """An entry of the republic's card: its title, our text, what that rests on."""

    title: str
    text: str
    citations: Sequence[Markup]
