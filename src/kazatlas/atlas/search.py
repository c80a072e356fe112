"""Names: the atlas searched by name, in any spelling that a reader may type."""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import shapely
from anyascii import anyascii
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kazatlas.atlas.selection import Span, is_given, is_in_force, joined
from kazatlas.atlas.store import Atlas
from kazatlas.record.types import LANGUAGES, VIEWS, View

Row = Mapping[str, Any]
Kind = Literal["unit", "town", "zone", "event"]
Use = Literal["name", "later", "period"]
"""A name of 1920-1922, a name of another time (as a rule a later one), or the spelling before 1918."""

_LATER = {
    "kirghiz-assr": (
        "Қазақ АКСР", "Қазақ АССР", "Қазақстан", "Казакская АССР", "Казахская АССР", "Казахстан",
        "Kazak ASSR", "Kazakh ASSR", "Kazakhstan",
    )
}  # fmt: skip
"""Names that readers look for a unit by, and that it bore after the record closes."""

_KINDS: tuple[Kind, ...] = ("town", "unit", "zone", "event")
_LONGEST_QUERY = 100
_LONGEST_WORD = 40
_MOST_WORDS = 8

# ---- one spelling for all

_LETTERS = str.maketrans({
    "ъ": "", "ь": "",  # silent; anyascii writes an apostrophe
    "ң": "n",  # anyascii writes ng, the Latin alphabet of 2021 ñ, and most people n
    "ş": "sh", "ç": "ch",  # anyascii leaves the tail off
    "ý": "u",  # у in the Latin alphabet of 2018
})  # fmt: skip
_APOSTROPHES = str.maketrans(dict.fromkeys("ʼ‘’´`ʹ", "'"))
# What different spellings write for one sound, in the order in which they are replaced.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("s'", "sh"), ("c'", "ch"), ("y'", "u"), ("'", ""),  # the apostrophes of 2017
        ("shch", "sh"),
        ("dzh?|dj|zh", "j"),  # Джетысу, Djetysu, Жетісу, Zhetisu, Jetisu
        ("kh|x", "h"), ("gh", "g"), ("q|c(?!h)", "k"), ("w", "u"),
        ("[iy]e|yo", "e"),  # Semirechye, Семиречье; Fyodorovka, Фёдоровка
        ("y", "i"),  # ы, й, и and і are told apart by few who type without Kazakh letters
        (r"([^\W\d])\1+", r"\1"),
    )
]  # fmt: skip


def sound_words(text: str) -> list[str]:
    """Return the words of a text in Latin letters, spelt alike in whatever script and alphabet they came.

    Ақтөбе, Актобе, Aqtöbe and Aktobe all become `aktobe`; Вѣрный and Верный `verni`.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES).translate(_LETTERS)
    ascii_ = anyascii(plain).casefold()
    for pattern, sound in _SOUNDS:
        ascii_ = pattern.sub(sound, ascii_)
    return re.findall(r"[a-z0-9]+", ascii_)


def _key(words: list[str]) -> str:
    """Return the words as one, so that Алма-Ата, алма ата and алмаата are one name."""
    return _SOUNDS[-1][0].sub(_SOUNDS[-1][1], "".join(words))


# ---- the index


@dataclass(frozen=True)
class Hit:
    """What a search found.

    Attributes
    ----------
    kind, id
        A unit, a town, a zone or an event, and its id.
    names
        Its name in each language on `day`.
    matched, use
        The name that the query found, and whether it was borne in 1920-1922.
    spans
        When it existed: first days, and first days no longer (None: no end known). A town has the
        whole record; an event has none, it happened on `day`.
    day, view
        Where to show it: the reader's own day and view, if it existed there.
    point
        Longitude and latitude of a place in it; None for an event and what has no place on the map.
    edits
        How many letters the query is away from the name.
    """

    kind: Kind
    id: str
    names: dict[str, str]
    matched: str
    use: Use
    spans: list[Span]
    day: str
    view: View
    point: tuple[float, float] | None
    edits: int = 0


@dataclass
class _Item:
    """Something that has names; `weight` puts the larger and nearer first among equals."""

    kind: Kind
    id: str
    weight: int
    rows: list[Row]
    names: dict[str, _Name] = field(default_factory=dict)


@dataclass
class _Name:
    """A name, and the rows of the item that bear it."""

    text: str
    use: Use
    words: frozenset[str]
    key: str
    rows: list[Row]


_Grade = tuple[int, int]
"""0 the whole name, 1 its beginning, 2 words within it, 3 nearly; and by how many letters it differs."""
_Grader = Callable[[_Name], _Grade | None]


class NameIndex:
    """All names of an atlas, ready to be searched; made once."""

    def __init__(self, atlas: Atlas) -> None:
        tables = atlas.tables
        self.coverage: tuple[str, str] = tuple(tables["coverage"])
        self.items = [
            *_units(atlas),
            *(_town(id_, place) for id_, place in tables["places"].items()),
            *(_zone(id_, zone) for id_, zone in tables["zones"].items()),
            *(_event(event) for event in tables["events"]),
        ]
        names = [name for item in self.items for name in item.names.values()]
        self.words = sorted({word for name in names for word in name.words})
        self.keys = sorted({name.key for name in names})


def _add(item: _Item, text: Any, use: Use, row: Row) -> None:
    """Note that a row of the item bears a name; the same text twice is one name, of its first use."""
    if not is_given(text):
        return
    if text not in item.names:
        words = sound_words(text)
        item.names[text] = _Name(text, use, frozenset(words), _key(words), [])
    item.names[text].rows.append(row)


def _units(atlas: Atlas) -> list[_Item]:
    items: dict[str, _Item] = {}
    for row in atlas.versions.to_dict("records"):
        item = items.setdefault(row["unit"], _Item("unit", row["unit"], max(row["level"], 1) + 1, []))
        item.rows.append(row)
        for language in LANGUAGES:
            _add(item, row[f"name_{language}"], "name", row)
            _add(item, row[f"label_{language}"], "name", row)
        _add(item, row["name_period"], "period", row)
        for text in _LATER.get(row["unit"], ()):
            _add(item, text, "later", row)
    for item in items.values():
        item.rows.sort(key=lambda row: row["valid_from"])
        if any(row["in_republic"] for row in item.rows):
            item.weight -= 1
    return list(items.values())


def _town(id_: str, place: Row) -> _Item:
    item = _Item("town", id_, place["rank"], [place])
    for name in place["names"]:
        for language in LANGUAGES:
            _add(item, name[language], "name", place)
    for language in LANGUAGES:
        for text in place.get("later", {}).get(language, ()):
            _add(item, text, "later", place)
    for text in place.get("period", ()):
        _add(item, text, "period", place)
    return item


def _zone(id_: str, zone: Row) -> _Item:
    item = _Item("zone", id_, 3, [zone])
    for language in LANGUAGES:
        _add(item, zone["title"][language], "name", zone)
    return item


def _event(event: Row) -> _Item:
    item = _Item("event", event["id"], 4, [event])
    for text in ("title", "tick"):
        for language in LANGUAGES:
            _add(item, event[text][language], "name", event)
    return item


# ---- searching


def find(index: NameIndex, query: str, limit: int = 10, day: str = "1920-08-26", view: View = "de_jure") -> list[Hit]:
    """Search units, towns, zones and events by name.

    A whole name comes before the beginning of one, and that before words within one; names that
    differ from the query by a few letters are looked for only when none is as typed. A query of one
    or two letters finds beginnings of names alone. Of two alike, the larger comes first, and the
    republic's own before its neighbours.

    Parameters
    ----------
    query
        Whatever was typed; what is no letter or digit, and all beyond 100 characters, is passed over.
    day, view
        Where the reader is; a hit is shown there if it existed there, else on the nearest day.
    """
    words = [word[:_LONGEST_WORD] for word in sound_words(query[:_LONGEST_QUERY])[:_MOST_WORDS]]
    key = _key(words)
    if not key or limit < 1:
        return []
    hits = _graded(index, _as_typed(index, words, key)) or _graded(index, _nearly(index, words, key))
    return [_hit(index, item, name, grade[1], day, view) for grade, item, name in hits[:limit]]


def _graded(index: NameIndex, grade: _Grader) -> list[tuple[_Grade, _Item, _Name]]:
    """Return every item with a name that fits, by its best name, the best first."""
    graded = []
    for item in index.items:
        fitting = [(g, len(name.key), n, name) for n, name in enumerate(item.names.values()) if (g := grade(name))]
        if fitting:
            best, length, _, name = min(fitting)
            graded.append(((*best, item.weight, _KINDS.index(item.kind), length, item.id), best, item, name))
    return [(grade, item, name) for _, grade, item, name in sorted(graded, key=lambda one: one[0])]


def _as_typed(index: NameIndex, words: list[str], key: str) -> _Grader:
    """Return the grade of a name that is as typed: whole, at its beginning, or at the beginnings of its words."""
    beginning = [_beginning(index.words, word) for word in words]
    is_short = len(key) <= 2

    def grade(name: _Name) -> _Grade | None:
        if name.key.startswith(key):
            return (int(name.key != key), 0)
        return (2, 0) if not is_short and all(name.words & some for some in beginning) else None

    return grade


def _nearly(index: NameIndex, words: list[str], key: str) -> _Grader:
    """Return the grade of a name that differs from the query by a few letters, as a whole or word by word.

    Catalogue that no name has are passed over, so that `Akmola province` finds Akmola.
    """
    by_key = _near(key, index.keys)
    by_word = {word: near for word in words if (near := _near(word, index.words))}
    says_something = any(len(word) > 3 for word in by_word)

    def grade(name: _Name) -> _Grade | None:
        edits = [by_key[name.key]] if name.key in by_key else []
        hits = [[near[word] for word in name.words if word in near] for near in by_word.values()]
        if says_something and all(hits):
            edits.append(sum(map(min, hits)))
        return (3, min(edits)) if edits else None

    return grade


def _beginning(words: list[str], typed: str) -> set[str]:
    """Return those of the sorted words that begin as typed."""
    start = bisect_left(words, typed)
    return set(itertools.takewhile(lambda word: word.startswith(typed), itertools.islice(words, start, None)))


def _near(typed: str, words: list[str]) -> dict[str, int]:
    """Return the words that are, or begin, as typed but for a few letters, and how many letters."""
    near = dict.fromkeys(_beginning(words, typed), 0)
    allowed = 0 if len(typed) < 4 else 1 if len(typed) < 6 else 2 if len(typed) < 11 else 3
    if allowed:
        for choices in (words, [word[: len(typed)] for word in words]):
            hits = process.extract(typed, choices, scorer=OSA.distance, score_cutoff=allowed, limit=None)
            for _, edits, number in hits:
                near[words[number]] = min(int(edits), near.get(words[number], allowed))
    return near


def _hit(index: NameIndex, item: _Item, name: _Name, edits: int, day: str, view: View) -> Hit:
    if item.kind == "unit":
        row, day, view = _nearest(name.rows, day, view)
        names = {language: row[f"name_{language}"] for language in LANGUAGES}
        spans = joined((row["valid_from"], row["valid_to"] if is_given(row["valid_to"]) else None) for row in item.rows)
        return Hit("unit", item.id, names, name.text, name.use, spans, day, view, _point(row["geometry"]), edits)
    thing = item.rows[0]
    if item.kind == "town":
        borne = [named for named in thing["names"] if (named["valid_from"] or "") <= day] or thing["names"][:1]
        names = {language: borne[-1][language] for language in LANGUAGES}
        lon, lat = thing["point"]
        return Hit("town", item.id, names, name.text, name.use, [index.coverage], day, view, (lon, lat), edits)
    if item.kind == "zone":
        span = (thing["valid_from"], thing["valid_to"])
        day = day if is_in_force(*span, day) else span[0]
        place = _point(shapely.geometry.shape(thing["geometry"]))
        return Hit("zone", item.id, thing["title"], name.text, name.use, [span], day, view, place, edits)
    return Hit("event", item.id, thing["title"], name.text, name.use, [], thing["date"], view, None, edits)


def _nearest(rows: Sequence[Row], day: str, view: View) -> tuple[Row, str, View]:
    """Return the version to show, and on which day in which view: those asked for, if it was then."""
    here = [row for row in rows if row["view"] in (view, "both")]
    if not here:
        other = VIEWS[1 - VIEWS.index(view)]
        return _nearest(rows, day, other)
    begun = [row for row in here if row["valid_from"] <= day]
    row = begun[-1] if begun else here[0]
    ended = is_given(row["valid_to"]) and row["valid_to"] <= day
    return row, row["valid_from"] if ended or not begun else day, view


def _point(geometry: Any) -> tuple[float, float] | None:
    if geometry is None or geometry.is_empty:
        return None
    inside = geometry.representative_point()
    return round(inside.x, 4), round(inside.y, 4)
