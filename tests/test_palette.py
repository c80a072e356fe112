"""The palette stands once: the style sheet, the plates, the QGIS styles and the maps of notebooks agree."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest

from kazatlas import palette
from kazatlas.analysis import _style
from kazatlas.atlas.selection import HALF_OPEN
from kazatlas.export.qgis_styles import layer_styles
from kazatlas.record.types import Basis, Certainty
from kazatlas.web.map import style
from tests.conftest import ROOT

PACKAGE = ROOT / "src" / "kazatlas"
STATED: dict[str, Any] = tomllib.loads((PACKAGE / "static" / palette.FILE).read_text(encoding="utf-8"))
DAY, NIGHT = (
    dict(re.findall(r"--([\w-]+): ([^;]+);", block))
    for block in re.findall(r'^:root(?:\[data-theme="dark"\])? \{(.*?)^\}', palette.css(), re.DOTALL | re.MULTILINE)
)


@pytest.mark.parametrize(("theme", "block"), [("day", DAY), ("night", NIGHT)])
def test_the_style_sheet_has_the_colours_of_the_file(theme: str, block: dict[str, str]) -> None:
    stated = STATED[theme]
    assert {name: block[f"c-{name}"] for name in stated["units"]} == stated["units"]
    assert {name: block[f"h-{name}"] for name in stated["rulers"]} == stated["rulers"]
    own = {name: value for name, value in stated.items() if isinstance(value, str)}
    assert own == {name: block[name] for name in own}


def test_day_and_night_name_the_same_colours() -> None:
    assert palette.colours("day").keys() == palette.colours("night").keys()


def test_the_style_sheet_takes_every_variable_from_the_palette_and_none_besides() -> None:
    css = (PACKAGE / "static" / "map.css").read_text(encoding="utf-8")
    assert re.findall(r"--(?:c|h|t|home|claimed|line)-?\d?[\w-]*:", css) == []
    used = set(re.findall(r"var\(--([\w-]+)", css))
    assert used <= DAY.keys() | set(re.findall(r"--([\w-]+):", css)) | {"fill", "line", "stage"}  # those of the script
    assert {f"{land}{n}" for land in ("t", "home", "claimed") for n in range(4)} | {"dashed", "dotted", "guess"} <= used
    assert palette.css() in style()


@pytest.mark.parametrize(("land", "name"), [("in", "t"), ("home", "home"), ("claimed", "claimed")])
def test_uezds_are_as_strong_on_paper_as_on_the_screen(land: palette.Land, name: str) -> None:
    for unit in ("pavlodar-uezd", "atbasar-uezd", "omsk-uezd", "semipalatinsk-uezd", "a", "b", "c", "d"):
        assert float(DAY[f"{name}{palette.tint(unit)}"]) == palette.strength(unit, land)
    assert float(DAY[f"{name}1"]) == palette.strength(land=land)


def test_a_unit_that_is_not_named_has_the_colour_of_all_others() -> None:
    assert palette.unit_colour("akmola") == STATED["day"]["units"]["akmola"]
    assert palette.unit_colour("nowhere") == palette.unit_colour(None) == STATED["day"]["units"]["other"]
    assert palette.ruler_colour("nowhere") == STATED["day"]["rulers"]["other"]


def test_no_other_file_of_the_program_writes_a_colour_of_a_unit() -> None:
    colours = {value for theme in ("day", "night") for group in ("units", "rulers") for value in STATED[theme][group].values()}  # fmt: skip
    files = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".css", ".js") and path.is_file()]
    assert len(files) > 50
    found = {(path.name, colour) for path in files for colour in colours if colour in path.read_text(encoding="utf-8")}
    assert found == set()


@pytest.fixture(scope="module")
def styles() -> dict[str, ElementTree.Element]:
    made = layer_styles(["akmola", "nowhere"], HALF_OPEN, is_dated=True)
    return {name: ElementTree.fromstring(text) for name, text in made.items()}


def options(symbol: ElementTree.Element) -> dict[str, str]:
    return {o.get("name", ""): o.get("value", "") for o in symbol.iterfind(".//Option") if o.get("name")}


def rgba(colour: str, share: float) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + f",{round(255 * share)}"


def test_qgis_fills_a_gubernia_with_its_colour_and_strength(styles: dict[str, ElementTree.Element]) -> None:
    first, second, *_ = styles["units_de_jure"].iterfind(".//symbols/symbol")
    assert options(first)["color"] == rgba(palette.unit_colour("akmola"), palette.strength())
    assert options(second)["color"] == rgba(palette.unit_colour(None), palette.strength())


def test_qgis_draws_every_line_by_its_evidence_as_the_map_does(styles: dict[str, ElementTree.Element]) -> None:
    rules = [(r.get("label", ""), r.get("filter", "")) for r in styles["borders"].iterfind(".//rules/rule")]
    with closing(sqlite3.connect(":memory:")) as base:
        for basis, certainty in product(get_args(Basis), get_args(Certainty)):
            row = "(SELECT ? AS basis, ? AS certainty)"
            drawn = [
                kind for kind, test in rules
                if base.execute(f"SELECT {test} FROM {row}", (basis, certainty)).fetchone()[0]
            ]  # fmt: skip
            assert drawn == [palette.evidence(basis, certainty)], (basis, certainty)


def test_dashes_are_those_of_the_file_on_every_medium(styles: dict[str, ElementTree.Element]) -> None:
    stated = STATED["dashes"]
    assert set(stated["screen"]) == set(stated["paper"]) == {"solid", "dashed", "dotted", "guess"}
    for kind, dash in stated["screen"].items():
        assert DAY[kind] == (" ".join(map(str, dash)) or "none")
    symbols = dict(zip(palette.dashes("paper"), styles["borders"].iterfind(".//symbols/symbol"), strict=True))
    for kind, dash in stated["paper"].items():
        assert options(symbols[kind]).get("customdash", "") == ";".join(map(str, dash))


def test_maps_of_notebooks_take_their_colours_from_it() -> None:
    drawn = _style({"properties": {"colour": palette.unit_colour("akmola"), "strength": palette.strength()}})
    assert (drawn["fillColor"], drawn["fillOpacity"]) == (palette.unit_colour("akmola"), 0.88)
    assert drawn["color"] == palette.colours()["line-uezd"]


def test_the_palette_is_part_of_the_package() -> None:
    assert Path(palette.__file__).with_name("static").joinpath(palette.FILE).is_file()
