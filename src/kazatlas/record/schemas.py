"""The schemas: what the edited YAML files may say, as JSON Schema for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from kazatlas.record.types import (
    ID_PATTERN,
    Article,
    Conflict,
    Doubt,
    Event,
    Method,
    Origin,
    OuterStretch,
    Place,
    Source,
    Unit,
    Zone,
)

FOLDER = "schemas"

ENTRIES: dict[str, type[BaseModel]] = {
    "sources": Source,
    "origins": Origin,
    "events": Event,
    "conflicts": Conflict,
    "units": Unit,
    "places": Place,
    "zones": Zone,
    "doubts": Doubt,
    "methods": Method,
    "outer_border": OuterStretch,
}
"""The files that hold entries by their ids, and what an entry of each may say; `units` stands for units/*.yaml."""

# In YAML a bare 1921 is a number, and the record takes it for text.
_NUMBER_AS_TEXT = ("edtf", "as_of")


def schemas() -> dict[str, dict[str, Any]]:
    """Return a JSON Schema (draft 2020-12) for each kind of file, by the file's name without its ending."""
    by_file = {"article": _head("article") | Article.model_json_schema()}
    for name, model in ENTRIES.items():
        entry = model.model_json_schema()
        definitions = entry.pop("$defs", {})
        by_file[name] = {
            **_head(name),
            "type": "object",
            "propertyNames": {"pattern": f"^{ID_PATTERN.pattern}$"},
            "additionalProperties": entry,
            "$defs": definitions,
        }
    return {name: _with_numbers(schema) for name, schema in by_file.items()}


def _head(name: str) -> dict[str, str]:
    file = "units/*.yaml" if name == "units" else f"{name}.yaml"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "description": f"geodata/{file} of Kazatlas"}


def _with_numbers(schema: Any) -> Any:
    """Return a schema in which imprecise dates may be bare numbers, too, as the record reads them."""
    if isinstance(schema, list):
        return [_with_numbers(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _with_numbers(value) for key, value in schema.items()}
    for name in _NUMBER_AS_TEXT:
        stated = changed.get("properties", {}).get(name)
        if isinstance(stated, dict):
            changed["properties"][name] = {"anyOf": [stated, {"type": "integer"}]}
    return changed


def write_schemas(geodata: Path) -> list[Path]:
    """Write the schemas into geodata/schemas; return their paths."""
    folder = geodata / FOLDER
    folder.mkdir(exist_ok=True)
    written = []
    for name, text in schema_files().items():
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written


def schema_files() -> dict[str, str]:
    """Return the schemas as files: name -> text."""
    return {
        f"{name}.schema.json": json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, schema in sorted(schemas().items())
    }
