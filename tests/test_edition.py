"""Edition: a link from an older version of the data is told what has changed since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kazatlas.atlas.fingerprints import changed, changed_units, edition_of, read_editions, write_edition
from kazatlas.atlas.store import Atlas
from tests.conftest import GEODATA, words

Built = Callable[[dict[str, Any]], Atlas]


def version_of(toy: dict[str, Any]) -> dict[str, Any]:
    return toy["units/uezds.yaml"]["a1-uezd"]["versions"][0]


def rename(toy: dict[str, Any]) -> None:
    version_of(toy)["name"] = words("Other uezd")


def cite(toy: dict[str, Any]) -> None:
    version_of(toy)["citations"] = [{"source": "book", "locator": "p. 99"}]


def redraw(toy: dict[str, Any]) -> None:
    for feature in toy["boundaries.geojson"]["features"]:
        if feature["properties"]["id"] == "a1~out-1":
            feature["geometry"]["coordinates"].insert(1, [60.5, 47.9])


@pytest.mark.parametrize(("change", "aspect"), [(rename, "history"), (cite, "sources"), (redraw, "border")])
def test_what_changed_about_a_unit_is_told_apart(
    built: Built, toy: dict[str, Any], toy_atlas: Atlas, change: Callable[[dict[str, Any]], None], aspect: str
) -> None:
    old = edition_of(toy_atlas)
    change(toy)
    new = edition_of(built(toy))
    assert changed(old, new, "a1-uezd") == [aspect]
    assert changed(old, new, "b1-uezd") == []
    assert "a1-uezd" in changed_units(old, new)
    assert "b1-uezd" not in changed_units(old, new)


def test_a_unit_that_an_older_version_had_not_is_new_in_all(toy_atlas: Atlas) -> None:
    new = edition_of(toy_atlas)
    old = {unit: prints for unit, prints in new.items() if unit != "a1-uezd"}
    assert changed(old, new, "a1-uezd") == ["history", "border", "sources"]


def test_an_edition_comes_back_as_it_was_written(tmp_path: Path, toy_atlas: Atlas) -> None:
    edition = edition_of(toy_atlas)
    write_edition(tmp_path, "1.0.0", edition)
    (tmp_path / "2.0.0.json").write_text("{ not JSON", encoding="utf-8")
    assert read_editions(tmp_path) == {"1.0.0": edition}


def test_the_edition_of_this_version_is_written_down(atlas: Atlas) -> None:
    version = atlas.tables["data_version"]
    told = "run: python -m kazatlas edition"
    assert read_editions(GEODATA / "editions").get(version) == edition_of(atlas), told
