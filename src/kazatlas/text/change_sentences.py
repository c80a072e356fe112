"""Change sentences: what changed on a day, in Kazakh, Russian and English."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from math import floor, log10
from typing import Any

from kazatlas.atlas.lineage import SLIVER_KM2, Change, History, State, day_before, history
from kazatlas.atlas.store import Atlas
from kazatlas.record.types import CERTAINTIES, VIEWS
from kazatlas.text.catalogue import Catalogue
from kazatlas.text.inflection import PLURALS, Phrase, gather

_WHOLE = 0.999
_COMMON_RU = ("Киргизская часть", "Земля ")
_GONE = ("abolished", "merged", "divided", "abolished_alone", "moved")
_ORDER = (
    "formed", "grows", "created", "restored", "split_point", "created_unknown", "created_point", "created_alone",
    "replaced", "divided", "abolished", "merged", "abolished_alone", "type_changed", "renamed", "joined",
    "transferred", "authority", "first_level_gained", "first_level_lost", "moved", "seat_moved", "restated",
    "opens", "nothing",
)  # fmt: skip


@dataclass(frozen=True)
class ChangeSentence:
    """A sentence about a day: what it is about, how sure the record is of it, and its text."""

    level: int
    view: str
    type: str
    units: tuple[str, ...]
    certainty: str
    text: str


@dataclass(frozen=True)
class _Statement:
    """What one sentence says, before it is put into a language.

    `land` are units with whether all their land is meant; `old` and `new` as in a change;
    `km2` is land, `other` a second area where a sentence has two.
    """

    type: str
    level: int
    view: str
    units: tuple[str, ...]
    old: str | None = None
    new: str | None = None
    land: tuple[tuple[str, bool], ...] = ()
    km2: float = 0.0
    other: float = 0.0


class _SentenceWriter:
    """Makes statements of a day's changes, and sentences of statements."""

    def __init__(self, record: History, day: str) -> None:
        self.history = record
        self.day = day
        before = day_before(day)
        self.old: dict[str, State] = {view: record.state(before, view) for view in VIEWS}
        self.new: dict[str, State] = {view: record.state(day, view) for view in VIEWS}
        self.stated = [r for r in record.relations if r.day == day and r.evidence == "stated"]

    # ---- from changes to statements

    def statements(self, changes: Iterable[Change]) -> list[_Statement]:
        """Return what is to be said of a day's changes, each thing once."""
        single: list[_Statement] = []
        for view in VIEWS:
            here = [change for change in changes if change.view == view]
            single += self._without_echoes([s for change in here for s in self._of_change(change)], here, view)
        joined = self._join(single)
        if any(s.type != "restated" for s in joined):
            joined = [s for s in joined if s.type != "restated"]
        else:
            # The act's own units; those below or above them were only cut with them.
            top = min((s.level for s in joined), default=0)
            joined = [s for s in joined if s.level == top]
        return sorted(joined, key=lambda s: (s.level, _ORDER.index(s.type), s.view != "both", s.units))

    def _of_change(self, change: Change) -> Iterable[_Statement]:
        old, new = self.old[change.view], self.new[change.view]
        base = _Statement("", change.level, change.view, (change.unit,), change.old, change.new)
        if change.type == "created":
            yield from self._created(change, base)
        elif change.type == "abolished":
            into = self._stated(change.unit, "went_into")
            if into:
                yield replace(base, type="merged", land=into)
            elif change.lost and not all(u in new.rows and new.rows[u]["type"] == "undivided" for u in change.lost):
                tile = old.rows[change.unit]["type"] == "undivided"
                yield replace(
                    base, type="divided" if tile else "abolished", land=self._became(change.lost, change.view)
                )
            else:
                yield replace(base, type="abolished_alone")
        elif change.type == "transferred":
            kinds = {s.rows[u]["type"] for s, u in ((old, change.old), (new, change.new)) if u}
            joins = change.new and new.drawn_holder(change.unit) == change.new and change.level == 1
            kind = "authority" if "authority" in kinds else "joined" if joins else "transferred"
            yield replace(base, type=kind, km2=self.history.km2(new.land.get(change.unit, ())))
        elif change.type in ("first_level_gained", "first_level_lost"):
            yield replace(base, type=change.type)
        elif change.type == "border_moved" and change.level == 0:
            yield replace(base, type="grows", km2=sum(change.gained.values()), other=sum(change.lost.values()))
        elif change.type == "border_moved":
            for unit, km2 in change.gained.items():
                yield replace(base, type="moved", units=(unit,), new=change.unit, km2=km2)
            for unit, km2 in change.lost.items():
                yield replace(base, type="moved", new=unit, km2=km2)
        elif change.type != "redigitised":
            yield replace(base, type=change.type)

    def _created(self, change: Change, base: _Statement) -> Iterable[_Statement]:
        old, new = self.old[change.view], self.new[change.view]
        row = new.rows[change.unit]
        below = self._drawn_in(change.unit, new)
        if change.level == 0:
            jure, facto = (self.history.km2(self.new[view].land.get(change.unit, ())) for view in VIEWS)
            yield replace(base, type="formed", view="both", km2=jure, other=facto)
        elif row["type"] == "undivided" and below:
            # A tile of the map: what was really formed are the units whose border in it is not known.
            yield replace(base, type="created_unknown", units=below, land=self._was(change.gained, change.view))
        elif row["type"] == "undivided":
            # Land whose uezd is not known but whose gubernia is the same: nothing more is known.
            if {old.holder(unit) for unit in change.gained} == {new.holder(change.unit)}:
                return
            yield replace(base, type="joined", new=new.holder(change.unit), km2=sum(change.gained.values()))
        elif change.gained:
            # What had been an oblast and begins as a gubernia is no gubernia formed again.
            earlier = any(
                r["unit"] == change.unit and r["valid_from"] < self.day and r["type"] == row["type"]
                for r in self.history.rows
            )
            yield replace(base, type="restored" if earlier else "created", land=self._was(change.gained, change.view))
        elif (tile := row.get("drawn_within")) not in old.rows and self._is_tile(tile, new):
            land = next(c.gained for c in self.history.changes(self.day) if c.unit == tile and c.view == change.view)
            yield replace(base, type="created_unknown", land=self._was(land, change.view))
        elif stated := self._stated(change.unit, "came_from"):
            yield replace(base, type="split_point", land=stated)
        elif row["border"] == "not-recovered":
            yield replace(base, type="created_point", new=row["drawn_within"])
        else:
            yield replace(base, type="created_alone")

    def _stated(self, unit: str, side: str) -> tuple[tuple[str, bool], ...]:
        """Return the units that an act of the day names as those it came from or went into."""
        key, other = ("from_unit", "to_unit") if side == "went_into" else ("to_unit", "from_unit")
        named = [getattr(r, other) for r in self.stated if getattr(r, key) == unit]
        return tuple((relative, True) for relative in named if relative)

    def _is_tile(self, unit: str | None, state: State) -> bool:
        return unit in state.rows and state.rows[unit]["type"] == "undivided"

    def _drawn_in(self, unit: str, state: State) -> tuple[str, ...]:
        """Return the units without a border of their own that are drawn within a unit."""
        return tuple(sorted(u for u, row in state.rows.items() if row.get("drawn_within") == unit))

    def _was(self, parts: dict[str, float], view: str) -> tuple[tuple[str, bool], ...]:
        """Return whose land it was the day before, and whether they passed whole; those first."""
        old, new = self.old[view], self.new[view]
        land = []
        for unit, km2 in parts.items():
            whole = unit not in new.rows and km2 >= _WHOLE * self.history.km2(old.land[unit])
            land.append((unit, whole or self._is_tile(unit, old)))
        return tuple(sorted(land, key=lambda item: not item[1]))

    def _became(self, parts: dict[str, float], view: str) -> tuple[tuple[str, bool], ...]:
        """Return whose land it is on the day; for land of unknown division, the units within it."""
        new = self.new[view]
        named = [self._drawn_in(unit, new) if self._is_tile(unit, new) else (unit,) for unit in parts]
        return tuple((unit, True) for units in named for unit in units)

    def _without_echoes(self, single: list[_Statement], changes: list[Change], view: str) -> list[_Statement]:
        """Leave out what another sentence of the day says in other words.

        The cases, by what the change would be called if it stood alone:

        - abolished or divided, where a new unit's sentence names the old one as the whole of which it was formed;
        - transferred, where the unit that it passes from is such a whole: there is nothing left to pass from;
        - created of one such whole that makes up nearly all of the new unit: one unit replaced by another;
        - moved (land passes between two units), where either unit has just begun or ended, as its own sentence
          accounts for the land; where, among uezds, one of the two was or is of the first level; and, at the first
          level, the part of the land that passes with whole uezds, each of which has its sentence.
        """
        old, new = self.old[view], self.new[view]
        abolished = {c.unit: c for c in changes if c.type == "abolished"}
        wholes = self._formed_from_whole(single, abolished.keys(), old)
        passed = self._passed_with_uezds(changes, old, new)
        result = []
        for statement in single:
            s, unit = statement, statement.units[0]
            if s.type in ("abolished", "divided") and unit in wholes:
                continue
            if s.type == "transferred" and s.old in wholes:
                continue
            if s.type == "moved":
                both = [state.rows[u] for state in (old, new) for u in (unit, s.new) if u in state.rows]
                if len(both) < 4:
                    continue
                if s.level == 2 and (old.rows[unit]["level"] < 2 or new.rows[str(s.new)]["level"] < 2):
                    continue
                rest = s.km2 - (passed[unit, s.new] if s.level == 1 else 0.0)
                if rest < SLIVER_KM2:
                    continue
                s = replace(s, km2=rest)
            if s.type == "created" and len(s.land) == 1 and s.land[0][0] in wholes:
                area = sum(abolished[s.land[0][0]].lost.values())
                if area >= _WHOLE * self.history.km2(new.land[unit]):
                    s = replace(s, type="replaced")
            result.append(s)
        return list(dict.fromkeys(result))

    def _formed_from_whole(self, single: Iterable[_Statement], abolished: Collection[str], old: State) -> set[str]:
        """Return the abolished units that a new unit's sentence names as a whole of which it was formed."""
        formed = [s for s in single if s.type in ("created", "restored", "created_unknown")]
        return {
            unit
            for s in formed
            for unit, is_whole in s.land
            if is_whole and unit in abolished and not self._is_tile(unit, old)
        }

    def _passed_with_uezds(
        self, changes: Iterable[Change], old: State, new: State
    ) -> dict[tuple[str | None, str | None], float]:
        """Return how much land, in km2, passes from one holder to another with whole units."""
        passed: dict[tuple[str | None, str | None], float] = defaultdict(float)
        for change in changes:
            if change.type in ("transferred", "first_level_gained", "first_level_lost"):
                area = self.history.km2(old.land.get(change.unit, set()) & new.land.get(change.unit, set()))
                passed[change.old, change.unit if change.type == "first_level_gained" else change.new] += area
        return passed

    def _join(self, statements: list[_Statement]) -> list[_Statement]:
        """Say once what is the same in both views, and what happened to several units alike."""
        views: dict[_Statement, dict[str, _Statement]] = defaultdict(dict)
        begun = {unit for s in statements if s.type in ("created", "restored") for unit in s.units}
        for s in statements:
            # Who joins what is one fact, even where the land differs between the views.
            is_about_area = s.type in ("grows", "moved")
            views[replace(s, view="", km2=round(s.km2) if is_about_area else 0.0)][s.view] = s
        merged: list[_Statement] = []
        for by_view in views.values():
            first = next(iter(by_view.values()))
            if len(by_view) == 2:
                same = len({round(s.km2) for s in by_view.values()}) == 1
                first = replace(first, view="both", km2=first.km2 if same else 0.0)
            elif first.type == "seat_moved" and not first.old and first.units[0] in begun:
                first = replace(first, view="both")  # in the other view it begins that day, with this seat
            merged.append(first)
        groups: dict[_Statement, list[_Statement]] = defaultdict(list)
        for s in merged:
            alone = s.type in ("formed", "grows", "moved", "renamed", "seat_moved")
            # Uezds with an area and raions without a border make two sentences.
            has_area = float(s.km2 > 0 and s.level == 2)
            groups[s if alone else replace(s, units=(), km2=has_area)].append(s)
        return [
            replace(
                group[0], units=tuple(dict.fromkeys(u for s in group for u in s.units)),
                km2=sum(s.km2 for s in group) if all(s.km2 for s in group) else 0.0,
            )
            for group in groups.values()
        ]  # fmt: skip

    # ---- from statements to sentences

    def sentences(self, s: _Statement, words: Catalogue) -> list[str]:
        """Return a statement in words; two sentences where a language needs them."""
        if s.type == "type_changed":
            return self._types(s, words)
        if s.type == "renamed":
            return [self._framed(self._renamed(s, words), s, words)]
        if s.type == "seat_moved":
            return [self._framed(self._seat(s, words), s, words)]
        now = s.type not in _GONE
        values: dict[str, Any] = {"units": self.phrase(s.units, words, s.view, now)}
        if s.land:
            values["land"] = self._land_phrase(s, words)
        if s.type in ("transferred", "authority", "first_level_gained", "first_level_lost"):
            values["old"] = self.phrase((s.old or "",), words, s.view, False)
        if s.new and s.type != "restated":
            values["new"] = self.phrase((s.new,), words, s.view, True)
        if s.type in ("transferred", "authority", "joined", "moved"):
            values["area"] = f" ({words('change.about_km2', number=self.number(s.km2, words))})" if s.km2 else ""
        key = f"change.{s.type}"
        if s.type == "grows":
            key = "change.grows" if not s.other else "change.shrinks" if not s.km2 else "change.reshaped"
        if s.type in ("formed", "grows"):
            values |= {"km2": self.number(s.km2, words), "other": self.number(s.other, words)}
        else:
            key += ".one" if len(s.units) == 1 else ".many"
        text = self._framed(words(key, **values), s, words)
        return [f"{text} {words('change.attested')}" if self._is_attested(s) else text]

    def _is_attested(self, s: _Statement) -> bool:
        """Return whether all that is known of a beginning is that it was so by this day at the latest."""
        if s.type in _GONE or not (s.type.startswith("created") or s.type in ("transferred", "authority")):
            return False
        rows = [self._row(unit, s.view, True) for unit in s.units]
        return all(row["start_basis"] == "attested" and row["valid_from"] == self.day for row in rows)

    def _framed(self, text: str, s: _Statement, words: Catalogue) -> str:
        """Add in which view it holds, and begin with a capital."""
        transfer = s.type in ("transferred", "authority", "joined", "first_level_gained", "first_level_lost")
        key = {"de_jure": "change.by_decree", "de_facto": "change.in_fact"}.get(s.view)
        if s.view == "both" and transfer and self._is_republic_there():
            key = "change.by_decree_and_in_fact"
        text = words(key, sentence=text) if key else text
        return text[:1].upper() + text[1:]

    def _is_republic_there(self) -> bool:
        """Return whether the day is one on which who decrees and who rules can differ."""
        state = self.new["de_jure"]
        return any(row["level"] == 1 and state.drawn_holder(unit) for unit, row in state.rows.items())

    def number(self, area: float, words: Catalogue) -> str:
        """Return an area rounded to three digits: no border is known better."""
        digits = max(0, floor(log10(area)) - 2) if area >= 1 else 0
        return words.number(round(area / 10**digits) * 10**digits)

    def _row(self, unit: str, view: str, now: bool) -> Any:
        views = VIEWS if view == "both" else (view,)
        states = [self.new, self.old] if now else [self.old, self.new]
        return next(state[v].rows[unit] for state in states for v in views if unit in state[v].rows)

    def certainty(self, s: _Statement) -> str:
        """Return the least certainty of the versions that a statement is about."""
        now = s.type not in _GONE
        return max((str(self._row(unit, s.view, now)["certainty"]) for unit in s.units), key=CERTAINTIES.index)

    def name(self, unit: str, words: Catalogue, view: str, now: bool) -> str:
        """Return a unit's name on the day, or on the day before."""
        row = self._row(unit, view, now)
        if row["level"] == 0:
            name = words.choice(self.history.tables["units"][unit]["label"])
        else:
            name = str(row[f"name_{words.language}"])
        if words.language == "en" and (
            row["level"] == 0 or name.rpartition(" ")[2] not in PLURALS["en"] or " of " in name
        ):
            return f"the {name}"
        if words.language == "ru" and name.startswith(_COMMON_RU):
            # A name that is a description has its capital only as a title.
            return name[:1].lower() + name[1:]
        return name

    def phrase(self, units: Iterable[str], words: Catalogue, view: str, now: bool) -> Phrase:
        """Return units' names as one phrase, their type said once."""
        names = [self.name(unit, words, view, now) for unit in units]
        return self._listed(gather(names, words.language, words("change.and")), words)

    def _listed(self, names: list[str], words: Catalogue) -> Phrase:
        """Join names with "and", or with a stronger word where they are lists themselves."""
        nested = any(words("change.and") in name for name in names)
        return Phrase(tuple(names), words.language, words("change.and_also" if nested else "change.and"))

    def _land_phrase(self, s: _Statement, words: Catalogue) -> Phrase:
        now = s.type in ("abolished", "merged", "divided")
        whole = [unit for unit, all_of_it in s.land if all_of_it]
        parts = [unit for unit, all_of_it in s.land if not all_of_it]
        names = list(self.phrase(whole, words, s.view, now).names) if whole else []
        if parts:
            some = self.phrase(parts, words, s.view, now)
            names.append(words("change.part" if len(parts) == 1 else "change.parts", units=some))
        return self._listed(names, words)

    def _types(self, s: _Statement, words: Catalogue) -> list[str]:
        """Say a change of type: "X uezd becomes a raion", or with both names where the name changed too."""
        alike, renamed = list[str](), list[str]()
        for unit in s.units:
            was, now = self.name(unit, words, s.view, False), self.name(unit, words, s.view, True)
            (alike if was.rpartition(" ")[0] == now.rpartition(" ")[0] else renamed).append(unit)
        texts = []
        if alike:
            number = ".one" if len(alike) == 1 else ".many"
            type_ = words(f"change.type_{s.new}{number}")
            texts.append(
                words(f"change.type_changed{number}", units=self.phrase(alike, words, s.view, False), type=type_)
            )
        for unit in renamed:
            names = {key: self.phrase((unit,), words, s.view, key == "new") for key in ("old", "new")}
            texts.append(words("change.becomes", **names))
        return [self._framed(text, s, words) for text in texts]

    def _renamed(self, s: _Statement, words: Catalogue) -> str:
        unit = s.units[0]
        old, new = (self.phrase(s.units, words, s.view, now) for now in (False, True))
        if str(old) != str(new):
            return words("change.renamed", old=old, new=new)
        rows = self._row(unit, s.view, False), self._row(unit, s.view, True)
        other = next(lang for lang in ("ru", "kk", "en") if rows[0][f"name_{lang}"] != rows[1][f"name_{lang}"])
        names = {"was": rows[0][f"name_{other}"], "now": rows[1][f"name_{other}"]}
        return words(f"change.renamed_{other}", units=new, **names)

    def _seat(self, s: _Statement, words: Catalogue) -> str:
        values: dict[str, Any] = {"units": self.phrase(s.units, words, s.view, True)}
        if s.old:
            values["old"] = self._place(s.old, words, day_before(self.day))
        if s.new:
            values["new"] = self._place(s.new, words, self.day)
        key = "change.seat_moved" if s.old and s.new else "change.seat_left" if s.old else "change.seat_new"
        return words(key, **values)

    def _place(self, place: str, words: Catalogue, day: str) -> str:
        names = self.history.tables["places"][place]["names"]
        begun = [name for name in names if (name.get("valid_from") or "") <= day]
        return words.choice((begun or names)[-1])


def summary(atlas: Atlas, day: str, words: Catalogue) -> list[ChangeSentence]:
    """Return what changed on a day in sentences: the republic, then gubernias, then uezds.

    What is the same by decree and in fact, and what happened to several units alike, is said
    once. On the record's first day, and when nothing on the map changes, one sentence says so.
    """
    record = history(atlas)
    if day <= record.opening:
        here = record.state(day, "de_jure").rows.values()
        counts = {
            key: words.number(sum(row["level"] == level for row in here))
            for key, level in (("first", 1), ("second", 2))
        }
        return [ChangeSentence(0, "both", "opens", (), "certain", words("change.opens", **counts))]
    writer = _SentenceWriter(record, day)
    sentences = [
        ChangeSentence(s.level, s.view, s.type, s.units, writer.certainty(s), text)
        for s in writer.statements(record.changes(day))
        for text in writer.sentences(s, words)
    ]
    return sentences or [ChangeSentence(0, "both", "nothing", (), "certain", words("change.nothing"))]
