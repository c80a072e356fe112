"""The choice that a reader makes of the atlas: which versions, and by which rule their ends are written."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kazatlas.atlas.store import Atlas, in_force
from kazatlas.record.types import COVERAGE, VIEWS, View

Span = tuple[str, str | None]
"""First day, and first day no longer; None where no end is known."""


@dataclass(frozen=True)
class EndRule:
    """How a file writes the days between which a thing was so: names of the two columns, meaning of the second."""

    name: str
    start: str
    end: str
    is_inclusive: bool
    text: str

    def last(self, valid_to: str | None) -> str | None:
        """Return the end as this rule writes it, of the first day no longer; None stays None."""
        if valid_to is None or not self.is_inclusive:
            return valid_to
        return last_day(valid_to)

    def dates(self, valid_from: str | None, valid_to: str | None) -> dict[str, str | None]:
        """Return the two columns of a thing that the atlas dates half-open."""
        return {self.start: valid_from, self.end: self.last(valid_to)}


HALF_OPEN = EndRule(
    "half-open", "valid_from", "valid_to", False,
    "half-open: valid_from is the first day, valid_to the first day no longer; empty: no end known",
)  # fmt: skip
INCLUSIVE = EndRule(
    "inclusive", "valid_from", "valid_to", True,
    "inclusive: valid_from is the first day, valid_to the last day; empty: no end known",
)  # fmt: skip
OHM = EndRule(
    "ohm", "start_date", "end_date", False,
    "OpenHistoricalMap: start_date is the first day, end_date the first day no longer; empty: no end known",
)  # fmt: skip
END_RULES = {rule.name: rule for rule in (HALF_OPEN, INCLUSIVE, OHM)}


class ChoiceError(Exception):
    """The choice names something that the atlas does not have, or leaves nothing."""


@dataclass(frozen=True)
class Choice:
    """What a reader takes away; everything, unless a day, a view, a unit or a level is named."""

    day: str | None = None
    view: str | None = None
    unit: str | None = None
    rule: EndRule = HALF_OPEN
    level: int | None = None

    @property
    def is_everything(self) -> bool:
        """Return whether neither day nor view nor unit nor level is named."""
        return (self.day, self.view, self.unit, self.level) == (None, None, None, None)

    def name(self, stem: str = "kazatlas") -> str:
        """Return the name of a file with this choice, without its ending."""
        rule = None if self.rule == HALF_OPEN else self.rule.name
        level = None if self.level is None else f"level-{self.level}"
        return "_".join(part for part in (stem, self.unit, self.day, self.view, level, rule) if part)

    def header(self, atlas: Atlas) -> dict[str, str]:
        """Return what a file with this choice says of itself."""
        level = None if self.level is None else str(self.level)
        chosen = {"date": self.day, "view": self.view, "unit": self.unit, "level": level}
        keys = ("title", "data_version", "license", "attribution", "citation")
        return {
            **{key: atlas.tables[key] for key in keys},
            "coverage": "/".join(COVERAGE),
            "end_rule": self.rule.text,
            **{key: value for key, value in chosen.items() if value},
        }


EVERYTHING = Choice()


def iso_day(day: object) -> str:
    """Return a day within the coverage as text.

    Parameters
    ----------
    day
        Text written YYYY-MM-DD, or a date, datetime, `pandas.Timestamp` or `numpy.datetime64`.

    Raises
    ------
    ValueError
        When it is no day, or one outside the coverage.
    """
    try:
        # The others write themselves as text in the same form, with the time of day after it.
        iso = date.fromisoformat(day if isinstance(day, str) else str(day)[:10]).isoformat()
    except ValueError:
        raise ValueError(f"'{day}' is not a day written YYYY-MM-DD, such as 1921-06-15") from None
    if not COVERAGE[0] <= iso < COVERAGE[1]:
        raise ValueError(f"{iso} is outside the atlas, which covers {COVERAGE[0]} to {last_day(COVERAGE[1])}")
    return iso


def view_named(name: str) -> View:
    """Return a view by its name, with an underscore or a hyphen.

    Raises
    ------
    ValueError
        When the atlas has no such view.
    """
    for view in VIEWS:
        if str(name).replace("-", "_") == view:
            return view
    raise ValueError(f"{name!r} is no view of the atlas. Take de_jure (as decrees say) or de_facto (who governed).")


def last_day(valid_to: str) -> str:
    """Return the day before the first day no longer."""
    return (date.fromisoformat(valid_to) - timedelta(days=1)).isoformat()


def is_given(value: Any) -> bool:
    """Tell a value from the None or NaN that stands for a missing one in a table."""
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def is_in_force(valid_from: str | None, valid_to: str | None, day: str | None) -> bool:
    """Return whether a half-open stretch of time holds the day; every stretch holds no day in particular."""
    return day is None or ((valid_from or day) <= day and (valid_to is None or day < valid_to))


def version_rows(atlas: Atlas, choice: Choice) -> list[dict[str, Any]]:
    """Return the chosen unit versions, as published and half-open, None for what is missing.

    Raises
    ------
    ChoiceError
        When the unit is unknown, or nothing of the choice was in force.
    """
    frame = atlas.versions
    if choice.unit and choice.unit not in set(frame["unit"]):
        near = difflib.get_close_matches(choice.unit, sorted(set(frame["unit"])), 3)
        hint = f" Did you mean {' or '.join(near)}?" if near else " units.csv of an export lists all of them."
        raise ChoiceError(f"There is no unit '{choice.unit}' in the atlas.{hint}")
    if choice.day:
        frame = in_force(frame, choice.day)
    if choice.view:
        frame = frame[frame["view"].isin([choice.view, "both"])]
    if choice.unit:
        frame = frame[frame["unit"] == choice.unit]
    if choice.level is not None:
        frame = frame[frame["level"] == choice.level]
    if frame.empty:
        where = f" in the view {choice.view}" if choice.view else ""
        raise ChoiceError(f"Of {choice.unit or 'the atlas'} nothing was in force on {choice.day or 'any day'}{where}.")
    return [{key: v if is_given(v) else None for key, v in row.items()} for row in frame.to_dict("records")]


def event_edtf(atlas: Atlas) -> dict[str, str]:
    """Return what is known of each event's date, in EDTF, by event id."""
    return {event["id"]: event["edtf"] for event in atlas.tables["events"]}


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same stretches of time with those that meet or overlap joined into one."""
    result: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], span[1] or "9")):
        if result and (result[-1][1] is None or start <= result[-1][1]):
            before = result[-1]
            result[-1] = (before[0], None if before[1] is None or end is None else max(before[1], end))
        else:
            result.append((start, end))
    return result
