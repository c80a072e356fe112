"""What is installed and shipped is named with its licence."""

from __future__ import annotations

import re
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement

from kazatlas.web.map import script
from tests.conftest import GEODATA, ROOT

LIST = (ROOT / "LICENSES.md").read_text(encoding="utf-8")
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
RUNTIME, _, _ = REQUIREMENTS.partition("# tests")


def names(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "-"))]
    return [Requirement(line).name for line in lines]


def table(heading: str) -> dict[str, list[str]]:
    """Return the rows of the table below a heading, by their first cell."""
    part = LIST.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return {row[0]: row[1:] for row in rows[2:]}


def test_every_library_that_the_app_needs_is_named_with_its_licence_and_why() -> None:
    told = table("Libraries that the app needs")
    assert [name.lower() for name in told] == [name.lower() for name in names(RUNTIME)]
    assert all(licence and why for licence, why in told.values())


FAMILIES = ("Apache", "BSD", "MIT", "MPL", "ISC", "PSF", "Python Software Foundation")


@pytest.mark.parametrize("name", names(RUNTIME))
def test_the_licence_that_is_told_is_the_one_that_the_library_says(name: str) -> None:
    about = distribution(name).metadata
    says = " ".join(str(about.get(key) or "") for key in ("License-Expression", "License"))
    says += " ".join(text for text in about.get_all("Classifier") or [] if text.startswith("License"))
    theirs = {family[:3] for family in FAMILIES if re.search(rf"\b{family}\b", says)}
    told = {key.lower(): cells[0] for key, cells in table("Libraries that the app needs").items()}[name.lower()]
    # A library that says nothing in its metadata has its licence in a file.
    assert not theirs or any(family[:3] in theirs for family in FAMILIES if family in told), says[:200]


def test_data_and_assets_are_named_with_their_licences() -> None:
    data, assets = table("Data that ours are made from"), table("Files that reach the reader")
    told = {name.split(",")[0].split(" 1")[0]: cells[0] for name, cells in (data | assets).items()}
    wanted = {
        "RISTAT": "CC0",
        "Natural Earth": "public domain",
        "GeoNames": "CC BY 4.0",
        "GSHHG": "LGPL",
        "Leaflet": "BSD-2",
    }
    assert {name: licence for name, licence in wanted.items() if licence not in told.get(name, "")} == {}
    ours = (GEODATA / "LICENSE").read_text(encoding="utf-8")
    assert all(name in ours for name in wanted if name != "Leaflet")


def test_leaflets_notice_stays_in_what_is_served() -> None:
    assert "(c) 2010-2023 Vladimir Agafonkin" in script({"stops": []})
    assert "Redistributions in binary form must reproduce" in LIST


def test_every_requirement_has_a_lower_and_an_upper_bound() -> None:
    lines = [line for line in REQUIREMENTS.splitlines() if line and not line.startswith(("#", "-"))]
    open_ = [line for line in lines if not {">=", "<"} <= {part.operator for part in Requirement(line).specifier}]
    assert open_ == []
