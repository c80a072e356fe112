"""The descriptions: what each word and each column of the atlas's files means."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from kazatlas.atlas.selection import HALF_OPEN, EndRule
from kazatlas.record.types import LANGUAGES

FILE = "descriptions.toml"
HALF_OPEN_END = "first day no longer"

Form = Literal["tables", "geojson"]
"""The flat tables, or the GeoJSON of versions as it is built."""


@dataclass(frozen=True)
class Column:
    """A column: its type in a Data Package's words, the words that it may hold, the table whose key it holds."""

    name: str
    description: str
    type: str = "string"
    refers_to: str | None = None
    values: tuple[str, ...] = ()


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads((resources.files("kazatlas") / FILE).read_text(encoding="utf-8"))


def values(name: str) -> dict[str, str]:
    """Return the words that a column may hold and what each means, in their order."""
    return dict(_read()["values"][name])


def unit_types() -> dict[str, dict[str, str]]:
    """Return how each type of unit is told in Linked Places: `aat`, `label`, `kk`, `ru`."""
    return dict(_read()["linked_places"])


def about(name: str) -> str:
    """Return what a table or layer is, in a sentence."""
    layers: dict[str, str] = _read()["layers"]
    return layers[name] if name in layers else str(_read()["tables"][name]["about"])


def key(table: str, rule: EndRule = HALF_OPEN) -> tuple[str, ...]:
    """Return the columns that make a table's key."""
    return tuple(rule.start if name == HALF_OPEN.start else name for name in _read()["tables"][table]["key"])


def columns(
    table: str, rule: EndRule = HALF_OPEN, form: Form = "tables", csl_fields: Iterable[str] = ()
) -> list[Column]:
    """Return a table's columns in their order.

    Parameters
    ----------
    rule
        How ends are written; it names and describes the columns of days.
    csl_fields
        The fields of CSL that sources have, for the table of sources.
    """
    described_columns: list[Column] = []
    for stated in _read()["tables"][table]["columns"]:
        if stated.get("only", form) != form:
            continue
        name, text, kind = stated["name"], _described(stated), stated.get("type", "string")
        words = tuple(values(stated["values"])) if "values" in stated and kind == "string" else ()
        if name == "csl":
            described_columns += [Column(field, text.format(name=field)) for field in csl_fields]
        elif name == HALF_OPEN.start:
            described_columns.append(Column(rule.start, text, kind))
        elif name == HALF_OPEN.end:
            described_columns.append(
                Column(rule.end, text.replace("first day no longer", "last day") if rule.is_inclusive else text, kind)
            )
        elif stated.get("languages"):
            described_columns += [Column(f"{name}_{language}", f"{text} ({language})") for language in LANGUAGES]
        else:
            described_columns.append(Column(name, text, kind, stated.get("of"), words))
    return described_columns


def _described(stated: dict[str, Any]) -> str:
    """Return a column's text with the words that it may hold: `certain, less-certain, uncertain: of the facts`."""
    text = str(stated["text"])
    if "values" not in stated:
        return text
    allowed = values(stated["values"])
    # Numbers say nothing by themselves.
    words = ", ".join(f"{word} {meaning}" if word.isdigit() else word for word, meaning in allowed.items())
    return f"{words}: {text}" if text else words


# ---- the tables of geodata/README.md


def words_table() -> str:
    """Return every word that a column may hold, as a table in Markdown."""
    used: dict[str, list[str]] = {}
    for table, stated in _read()["tables"].items():
        for column in stated["columns"]:
            if "values" in column:
                used.setdefault(column["values"], []).append(f"`{table}.{column['name']}`")
    lines = ["| column | words, and what they mean |", "|---|---|"]
    for name, rows in _read()["values"].items():
        if name in used:
            meanings = "; ".join(f"`{word}` {meaning.replace(';', ',')}" for word, meaning in rows.items())
            lines.append(f"| {' '.join(used[name])} | {meanings} |")
    return "\n".join(lines) + "\n"


def columns_table(table: str, form: Form) -> str:
    """Return a table's columns as a table in Markdown, those in three languages in one row."""
    lines = ["| column | what it holds |", "|---|---|"]
    for stated in _read()["tables"][table]["columns"]:
        if stated.get("only", form) != form or (form == "geojson" and stated["name"] == "id"):
            continue
        name = stated["name"]
        names = [f"{name}_{language}" for language in LANGUAGES] if stated.get("languages") else [name]
        lines.append(f"| {' '.join(f'`{each}`' for each in names)} | {_described(stated)} |")
    return "\n".join(lines) + "\n"


SECTIONS: dict[str, Callable[[], str]] = {
    "words": words_table,
    "columns of built/atlas.geojson": lambda: columns_table("versions", "geojson"),
}
"""What stands between marks in geodata/README.md, by the words of the mark."""


_MARK = "<!-- {} -->\n"
"""A comment of Markdown's that readers do not see."""


def described(text: str) -> str:
    """Return the text of geodata/README.md with its generated tables as they should be."""
    for name, table in SECTIONS.items():
        start, end = _MARK.format(f"{name}: written by `python -m kazatlas describe`"), _MARK.format(f"end of {name}")
        head, _, rest = text.partition(start)
        _, _, tail = rest.partition(end)
        text = f"{head}{start}{table()}{end}{tail}"
    return text


def write_readme(geodata: Path) -> Path:
    """Write the tables of geodata/README.md anew; return its path."""
    file = geodata / "README.md"
    file.write_text(described(file.read_text(encoding="utf-8")), encoding="utf-8")
    return file
