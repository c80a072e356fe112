"""The schemas for editors are what the record takes, and the record keeps to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kazatlas.record.schemas import schema_files, schemas
from kazatlas.record.text_files import read_yaml
from tests.conftest import GEODATA, ROOT

FILES = [*sorted(GEODATA.glob("*.yaml")), *sorted((GEODATA / "units").glob("*.yaml"))]


def kind(file: Path) -> str:
    return "units" if file.parent.name == "units" else file.stem


def test_the_schemas_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in (GEODATA / "schemas").iterdir()}
    assert written == schema_files(), "run: python -m kazatlas describe"


def test_every_edited_file_has_a_schema() -> None:
    assert {kind(file) for file in FILES} == set(schemas())


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_record_keeps_to_its_schemas(file: Path) -> None:
    values, _, faults = read_yaml(file)
    assert not faults
    validator = jsonschema.Draft202012Validator(schemas()[kind(file)])
    plain = json.loads(json.dumps(values))
    assert [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(plain)] == []


def mistake(name: str, entry: dict[str, Any]) -> list[str]:
    validator = jsonschema.Draft202012Validator(schemas()[name])
    return [error.message for error in validator.iter_errors(entry)]


def test_an_unknown_field_and_an_unknown_word_are_found() -> None:
    text = {"kk": "a", "ru": "a", "en": "a"}
    doubt = {"question": text, "searched": text, "would_settle": text}
    assert mistake("doubts", {"where": doubt}) == []
    assert mistake("doubts", {"where": {**doubt, "quest": text}})
    assert mistake("doubts", {"Where is it": doubt})
    assert mistake("doubts", {"where": {**doubt, "question": {"kk": "a", "ru": "a"}}})


def test_the_head_of_each_file_names_its_schema_for_editors() -> None:
    for file in FILES:
        up = "../" if file.parent.name == "units" else ""
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema={up}schemas/{kind(file)}.schema.json"


def test_the_editors_settings_map_the_files_to_their_schemas() -> None:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    mapped = {Path(schema).name: files for schema, files in settings["yaml.schemas"].items()}
    assert mapped == {
        f"{name}.schema.json": "geodata/units/*.yaml" if name == "units" else f"geodata/{name}.yaml"
        for name in schemas()
    }
