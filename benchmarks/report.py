"""The table: rows of figures with what they are held to, as Markdown and as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MEASURES = ("build", "map", "readers", "growth", "nginx")
TITLES = {
    "build": "Build",
    "map": "Map: one reader, headless Chromium; beside it a stock st_folium page on the same data, in the same run",
    "readers": "Readers at once",
    "growth": "Growth with units: the same atlas two and four times over",
    "nginx": "Two processes behind nginx, against one",
}


@dataclass
class Row:
    """One line of the table.

    Attributes
    ----------
    name, unit
        What is measured, and in what.
    value
        The atlas's figure.
    beside
        The figure that it stands beside, measured in the same run; `beside_is` says what that is.
    reach
        The most that it should be; None where nothing is promised.
    """

    name: str
    value: float | str | None
    unit: str = ""
    beside: float | str | None = None
    beside_is: str = ""
    reach: float | None = None

    @property
    def met(self) -> str:
        """Return whether the figure is within its reach; nothing where there is none."""
        if self.reach is None or not isinstance(self.value, int | float) or math.isnan(self.value):
            return ""
        return "yes" if self.value <= self.reach else "NO"


def written(value: float | str | None) -> str:
    """Return a figure as one reads it: three digits, no more."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, str):
        return value
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")


def table(rows: list[Row]) -> str:
    """Return rows as a Markdown table that is also straight on a terminal."""
    cells = [("measure", "Kazatlas", "beside it", "reach", "met")]
    for row in rows:
        unit = f" {row.unit}" if row.unit else ""
        beside = "" if row.beside is None else f"{written(row.beside)}{unit} ({row.beside_is})"
        reach = "" if row.reach is None else f"≤ {written(row.reach)}{unit}"
        value = written(row.value) + (unit if not isinstance(row.value, str) else "")
        cells.append((row.name, value, beside, reach, row.met))
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    padded = [[text.ljust(width) for text, width in zip(line, widths, strict=True)] for line in cells]
    lines = [f"| {' | '.join(line)} |" for line in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def section(name: str, content: dict[str, Any]) -> str:
    """Return a measure's heading, its moment and its table."""
    machine = content["machine"]
    quick = " Quick run: too few samples to quote." if content["quick"] else ""
    load = " to ".join(str(value) for value in content["load"])
    moment = (
        f"{content['date']}, {machine['cores']} × {machine['processor']}, {machine['memory_gb']} GB, "
        f"Python {machine['python']}, {machine['chromium']}, streamlit {machine['packages']['streamlit']}; "
        f"load average {load}.{quick}"
    )
    rows = [Row(**row) for row in content["rows"]]
    if content["load"][0] > machine["cores"] / 2:
        moment += " The machine was busy with other things before: the times are longer than on a quiet one."
    notes = "".join(f"\n- {note}" for note in content["notes"])
    return f"### {TITLES[name]}\n\n{moment}\n\n{table(rows)}\n{notes}\n"


def plain(rows: list[Row]) -> list[dict[str, Any]]:
    """Return rows as plain values, NaN as none."""
    return [
        {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in asdict(row).items()}
        for row in rows
    ]


def rounded(value: Any) -> Any:
    """Return a value for JSON: figures rounded, NaN as none."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 3)
    if isinstance(value, dict):
        return {str(key): rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value


def merge(path: Path, measured: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Put what was measured into the file, and leave the file's other measures with their own dates."""
    known: dict[str, Any] = {}
    if path.is_file():
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            known = {}
    merged = {name: rounded(content) for name, content in {**known, **measured}.items() if name in MEASURES}
    ordered = {name: merged[name] for name in MEASURES if name in merged}
    path.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return ordered
