"""The map's colours for every eye: neighbours are told apart, and lines stand out, by day and by night."""

from __future__ import annotations

import math
import re
from itertools import combinations

import pytest

from kazatlas import palette
from kazatlas.atlas.store import Atlas, stops
from kazatlas.atlas.unit_index import UnitIndex
from kazatlas.record.types import VIEWS

CSS = palette.css()
DAY, NIGHT = re.findall(r'^:root(?:\[data-theme="dark"\])? \{(.*?)^\}', CSS, re.DOTALL | re.MULTILINE)[:2]
THEMES = {"day": DAY, "night": NIGHT}

# Machado, Oliveira and Fernandes (2009), full severity, on linear sRGB.
EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))

Colour = tuple[float, ...]


def colours(theme: str, prefix: str) -> dict[str, str]:
    return dict(re.findall(rf"--{prefix}-([\w-]+): (#[0-9a-f]{{6}});", THEMES[theme]))


def linear(colour: str) -> Colour:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def times(matrix: tuple[Colour, ...], colour: Colour) -> Colour:
    return tuple(sum(m * c for m, c in zip(row, colour, strict=True)) for row in matrix)


def lab(colour: str, eye: str) -> Colour:
    xyz = times(TO_XYZ, times(EYES[eye], linear(colour)))
    x, y, z = (
        max(0.0, part / white) ** (1 / 3) if part / white > 0.008856 else 7.787 * part / white + 16 / 116
        for part, white in zip(xyz, (0.95047, 1, 1.08883), strict=True)
    )
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


def apart(one: str, other: str) -> float:
    """Return how far two colours are apart for the eye that tells them apart worst."""
    return min(math.dist(lab(one, eye), lab(other, eye)) for eye in EYES)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((times(TO_XYZ, linear(colour))[1] for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(scope="module")
def neighbours(atlas: Atlas) -> set[tuple[str, str]]:
    """Return the gubernias and oblasts that bordered on each other at some time."""
    index, found = UnitIndex(atlas), set[tuple[str, str]]()
    for view in VIEWS:
        for day in stops(atlas):
            rows = [row for unit in index.rows if (row := index.version(unit, day, view)) and row["level"] == 1]
            holder = {face: str(row["unit"]) for row in rows for face in index.faces_of(row)}
            for edge in index.edges:
                left, right = holder.get(edge["left"]), holder.get(edge["right"])
                if left and right and left != right:
                    found.add((min(left, right), max(left, right)))
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_gubernias_that_bordered_on_each_other_are_told_apart_by_every_eye(
    neighbours: set[tuple[str, str]], theme: str
) -> None:
    fill = colours(theme, "c")
    pairs = [pair for pair in neighbours if fill.keys() >= set(pair)]
    assert len(pairs) > 15
    assert {pair for pair in pairs if apart(fill[pair[0]], fill[pair[1]]) < 6} == set()


@pytest.mark.parametrize("theme", THEMES)
def test_those_who_ruled_are_told_apart_by_every_eye(theme: str) -> None:
    hatch = colours(theme, "h")
    assert {pair for pair in combinations(hatch, 2) if apart(hatch[pair[0]], hatch[pair[1]]) < 9} == set()


@pytest.mark.parametrize("theme", THEMES)
def test_borders_of_republic_and_gubernias_stand_out_on_every_land(theme: str) -> None:
    line, fill = colours(theme, "line"), colours(theme, "c")
    low = {(a, b) for a in ("republic", "gubernia") for b in fill if contrast(line[a], fill[b]) < 3}
    assert low == set()
