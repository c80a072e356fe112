"""What words and columns mean stands once: types, tables, exports and the data dictionary agree with it."""

from __future__ import annotations

import json
from typing import Any, get_args, get_type_hints

import pytest

from kazatlas.atlas.lineage import Relation, RelationType
from kazatlas.atlas.quality import BASES
from kazatlas.atlas.selection import END_RULES, EVERYTHING, INCLUSIVE, Choice
from kazatlas.atlas.store import Atlas
from kazatlas.descriptions import _read, columns, described, unit_types, values
from kazatlas.export.formats import FORMATS, _shapes
from kazatlas.export.tables import tables
from kazatlas.record import types
from tests.conftest import GEODATA


def literal(model: Any, field: str) -> set[str]:
    """Return the words that a field of the record takes, without None."""
    found = model.model_fields[field].annotation
    nested = [part for part in get_args(found) if get_args(part)]
    return {str(word) for word in get_args(nested[0] if nested else found) if word is not None}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("certainty", set(get_args(types.Certainty))),
        ("basis", set(get_args(types.Basis))),
        ("view", {*types.VIEWS, "both"}),
        ("language", set(types.LANGUAGES)),
        ("unit_type", set(get_args(types.UnitType))),
        ("relation", set(get_args(RelationType))),
        ("evidence", set(get_args(get_type_hints(Relation)["evidence"]))),
        ("event_basis", literal(types.Event, "basis")),
        ("precision", literal(types.Event, "precision")),
        ("border", literal(types.VersionEntry, "border")),
        ("level", literal(types.VersionEntry, "level")),
        ("zone", literal(types.Zone, "kind")),
        ("seen", literal(types.Source, "seen")),
        ("status", {"accepted", *literal(types.Alternative, "status")}),
        ("figure", literal(types.Figure, "what")),
        ("measure", literal(types.Figure, "unit")),
        ("read_as", literal(types.Figure, "read_as")),
        ("rank", literal(types.Place, "rank")),
    ],
)
def test_the_types_of_the_record_take_the_words_that_are_described(name: str, words: set[str]) -> None:
    assert set(values(name)) == words
    assert all(meaning.strip() for meaning in values(name).values())


def test_the_orders_in_which_evidence_is_told_are_that_of_the_descriptions() -> None:
    assert list(BASES) == list(values("basis"))


def test_every_type_of_unit_has_its_name_in_linked_places() -> None:
    assert list(unit_types()) == list(values("unit_type"))
    assert all(set(kind) == {"aat", "label", "kk", "ru"} for kind in unit_types().values())


def test_the_data_dictionary_is_what_the_descriptions_say() -> None:
    text = (GEODATA / "README.md").read_text(encoding="utf-8")
    assert described(text) == text, "run: python -m kazatlas describe"
    assert "| `certainty` |" in text


def test_the_built_atlas_has_the_columns_that_are_described(atlas: Atlas) -> None:
    told = {column.name for column in columns("versions", form="geojson")}
    assert set(atlas.versions.columns) - {"geometry"} == told
    borders = {column.name for column in columns("borders")}
    assert set(atlas.borders.columns) - {"geometry"} == borders


@pytest.mark.parametrize("rule", list(END_RULES.values()), ids=list(END_RULES))
def test_every_table_holds_the_columns_that_are_described_and_no_word_besides(atlas: Atlas, rule: Any) -> None:
    found = tables(atlas, Choice(rule=rule))
    assert {table.name for table in found} | {"borders"} == set(_read()["tables"])
    for table in found:
        names = {column.name for column in table.columns}
        assert set(table.key) <= names
        for column in table.columns:
            if column.values:
                used = {row[column.name] for row in table.rows if row.get(column.name) is not None}
                assert used <= set(column.values), (table.name, column.name)
        assert any(row.get(name) is not None for row in table.rows for name in names)


def test_days_are_described_as_the_rule_writes_them() -> None:
    inclusive = {column.name: column.description for column in columns("versions", INCLUSIVE)}
    assert inclusive["valid_to"].startswith("last day")
    ohm = {column.name: column.description for column in columns("versions", END_RULES["ohm"])}
    assert ohm["end_date"].startswith("first day no longer")


def test_the_package_describes_columns_and_words_as_the_file_does(toy_atlas: Atlas) -> None:
    package = json.loads(FORMATS["csv"](toy_atlas, EVERYTHING)["csv/datapackage.json"])
    versions = next(resource for resource in package["resources"] if resource["name"] == "versions")
    fields = {field["name"]: field for field in versions["schema"]["fields"]}
    assert fields["certainty"]["constraints"]["enum"] == list(values("certainty"))
    for column in columns("versions"):
        assert fields[column.name]["description"] == column.description


def test_layers_have_the_same_columns_as_the_tables(toy_atlas: Atlas) -> None:
    by_name = {name: found for name, found, _ in _shapes(toy_atlas, EVERYTHING)}
    assert by_name["units_de_jure"] == columns("versions")
    assert by_name["borders"] == columns("borders")
