"""The palette: colours, strengths and dashes of the map, the same on the page, on paper, in QGIS and in notebooks."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

Theme = Literal["day", "night"]
Land = Literal["in", "home", "claimed"]
"""Land of the republic, land that will be, and land given to it by decree but ruled by another."""

DOCUMENTS = ("legal-text", "period-map", "river")
"""Evidence that shows itself where a line ran."""

FILE = "palette.toml"


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads((resources.files("kazatlas") / "static" / FILE).read_text(encoding="utf-8"))


@cache
def colours(theme: Theme = "day") -> dict[str, str]:
    """Return the colours by day or by night, by the names that the style sheet gives them.

    `ink`, `line-republic` and others by their names in the file; `c-` and a unit's id is the fill of a unit,
    `h-` and an id the hatching of land by who ruled it; `c-other` and `h-other` are those of all others.
    """
    themed = dict(_read()[theme])
    units, rulers = themed.pop("units"), themed.pop("rulers")
    return {
        **themed,
        **{f"c-{name}": value for name, value in units.items()},
        **{f"h-{name}": value for name, value in rulers.items()},
    }


def unit_colour(unit: str | None) -> str:
    """Return the fill of a first-level unit by day."""
    return colours().get(f"c-{unit}", colours()["c-other"])


def ruler_colour(ruler: str | None) -> str:
    """Return the hatching by day of land that somebody ruled."""
    return colours().get(f"h-{ruler}", colours()["h-other"])


def tint(unit: str) -> int:
    """Return which of the four strengths a uezd has; it follows from its id alone, as in the page's script."""
    number = 0
    for letter in unit:
        number = (number * 31 + ord(letter)) % 9973
    return number % 4


GUBERNIA = 1
"""The strength of a gubernia as a whole."""


def strength(unit: str | None = None, land: Land = "in") -> float:
    """Return how strongly a uezd's colour is laid on, from 0 to 1; without a uezd, that of a gubernia."""
    number = GUBERNIA if unit is None else tint(unit)
    return float(_read()["strengths"][land][number])


def dashes(medium: Literal["screen", "paper"]) -> dict[str, tuple[float, ...]]:
    """Return dashes and gaps of a line by its evidence: in pixels on the screen, in points on paper."""
    return {kind: tuple(map(float, dash)) for kind, dash in _read()["dashes"][medium].items()}


def evidence(basis: str, certainty: str) -> str:
    """Return how a line is drawn that stands on this: solid, dashed, dotted or guess."""
    if basis == "conjecture":
        return "guess"
    if certainty == "uncertain":
        return "dotted"
    return "solid" if basis in DOCUMENTS or certainty == "certain" else "dashed"


def css() -> str:
    """Return the variables of the page's style sheet: colours by day and by night, strengths and dashes."""
    day = dict(colours("day"))
    for land, name in (("in", "t"), ("home", "home"), ("claimed", "claimed")):
        day |= {f"{name}{number}": f"{share:g}" for number, share in enumerate(_read()["strengths"][land])}
    day |= {kind: " ".join(f"{part:g}" for part in dash) or "none" for kind, dash in dashes("screen").items()}
    blocks = ((":root", day), (':root[data-theme="dark"]', colours("night")))
    return "\n".join(
        f"{selector} {{\n" + "".join(f"  --{name}: {value};\n" for name, value in values.items()) + "}\n"
        for selector, values in blocks
    )
