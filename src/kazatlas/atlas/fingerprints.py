"""Edition: what each unit was in a released version of the data, to tell what has changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import shapely

from kazatlas.atlas.store import Atlas

Aspect = Literal["history", "border", "sources"]
Edition = dict[str, dict[Aspect, str]]

ASPECTS: dict[Aspect, tuple[str, ...]] = {
    "history": (
        "id", "valid_from", "valid_to", "view", "level", "type", "name_kk", "name_ru", "name_en", "name_period",
        "parent", "administered_by", "seat", "start_event", "end_event", "start_precision", "end_precision",
    ),
    "border": ("border", "drawn_within"),
    "sources": ("citations", "name_citations", "note_kk", "note_ru", "note_en", "certainty"),
}  # fmt: skip
"""What can change about a unit, and where it stands in its versions; its geometry belongs to the border."""


def edition_of(atlas: Atlas) -> Edition:
    """Return a short print of every unit's history, border and sources.

    Returns
    -------
    By unit and aspect, twelve hexadecimal digits of the SHA-256 of what stands in the built atlas.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in atlas.versions.sort_values(["unit", "id"]).to_dict("records"):
        rows.setdefault(row["unit"], []).append(row)
    return {
        unit: {aspect: _digest([_values(row, aspect) for row in versions]) for aspect in ASPECTS}
        for unit, versions in rows.items()
    }


def _values(row: Mapping[str, Any], aspect: Aspect) -> list[Any]:
    # A missing cell of a table is None or NaN; NaN alone is not itself.
    values = [None if row[key] != row[key] else row[key] for key in ASPECTS[aspect]]
    if aspect == "border":
        shape = row["geometry"]
        values.append(None if shape is None else shapely.get_coordinates(shape).round(4).tolist())
    return values


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_editions(folder: Path) -> dict[str, Edition]:
    """Return the released editions by version; a file that cannot be read is as if it were not there."""
    editions = {}
    for file in sorted(folder.glob("*.json")):
        try:
            editions[file.stem] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
    return editions


def write_edition(folder: Path, version: str, edition: Edition) -> Path:
    """Write the edition of a version, whole or not at all; return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{version}.json"
    part = file.with_suffix(".json.part")
    lines = (f"{json.dumps(unit)}: {json.dumps(edition[unit])}" for unit in sorted(edition))
    part.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    part.replace(file)
    return file


def changed(old: Edition, new: Edition, unit: str) -> list[Aspect]:
    """Return what changed about a unit from one edition to another; all of it where the old one had none."""
    before, now = old.get(unit, {}), new.get(unit, {})
    return [aspect for aspect in ASPECTS if before.get(aspect) != now.get(aspect)]


def changed_units(old: Edition, new: Edition) -> list[str]:
    """Return the units about which anything changed."""
    return sorted(unit for unit in old.keys() | new.keys() if old.get(unit) != new.get(unit))
