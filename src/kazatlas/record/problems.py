"""Problems: the faults of a record, each with its place and its remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Text that turns the reading direction round, or cannot be seen, can make a card say what its source
# does not; half a surrogate pair cannot be written at all.
HIDDEN_CHARACTERS = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)

_MOST_PER_FILE = 50


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
        return quoted(re.split(" > |, ", self.where, maxsplit=1)[0])

    def __str__(self) -> str:
        where = f", {quoted(self.where, 200)}" if self.where else ""
        return f"{quoted(self.file, 200)}{where}: {quoted(self.what, 500)} {quoted(self.remedy, 500)}".strip()


def quoted(text: str, length: int = 80) -> str:
    """Return text of the record fit for one line of a message: short, and nothing invisible in it."""
    text = text if len(text) <= length else text[: length - 3] + "..."
    visible = re.sub(r"\s+", " ", text)
    return HIDDEN_CHARACTERS.sub(lambda hidden: f"\\u{ord(hidden.group()):04x}", visible)


def shortened(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems in order of file; of a file with very many, the first ones and their number."""
    by_file: dict[str, list[Problem]] = {}
    for problem in sorted(set(problems)):
        by_file.setdefault(problem.file, []).append(problem)
    chosen = []
    for file, here in by_file.items():
        chosen += here[:_MOST_PER_FILE]
        if len(here) > _MOST_PER_FILE:
            chosen.append(Problem(file, "", f"has {len(here) - _MOST_PER_FILE:,} more problems.", "Mend these first."))
    return chosen


class RecordError(Exception):
    """The record has problems; `problems` holds all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(f"the record has {len(problems)} problems")
