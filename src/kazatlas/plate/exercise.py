"""Exercises: the map of a plate blank, with a numbered key, for lessons."""

from __future__ import annotations

import math
from dataclasses import replace

from kazatlas.atlas.store import Atlas
from kazatlas.palette import colours as palette
from kazatlas.plate.canvas import LEADING, MM, Format, Point, Sheet, Style, drawing, wrap
from kazatlas.plate.plate import (
    BAND,
    described,
    draw_borders,
    draw_footer,
    draw_frame,
    draw_ground,
    draw_legend,
    draw_scale,
    draw_title,
    is_ours,
    line_entries,
    page_frame,
    shows,
    title_of,
)
from kazatlas.plate.print_map import PAPER, Base, Level, Scene
from kazatlas.record.types import View
from kazatlas.text.catalogue import Catalogue, Language, load_catalogue

KEY_WIDTH = 70.0
"""How wide the key is, in mm."""


def roman(number: int) -> str:
    """Return a number from 1 to 39 in Roman numerals."""
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * (number // 10) + ones[number % 10]


def key_of(scene: Scene) -> list[tuple[str, list[str]]]:
    """Return the gubernias to be named, from west to east, each with its uezds from north to south."""

    def place(unit: str, level: Level) -> Point:
        at = scene.area(scene.held(level)[unit]).representative_point()
        return (at.x, -at.y)

    key = []
    firsts = [unit for unit in scene.held(1) if is_ours(scene, unit, 1)]
    for first in sorted(firsts, key=lambda unit: place(unit, 1)):
        uezds = {
            unit for face, unit in scene.now.unit_of.items()
            if scene.now.gubernia_of[face] == first and unit != first and scene.now.is_ours(face)
        }  # fmt: skip
        key.append((first, sorted(uezds, key=lambda unit: place(unit, 2)[::-1]) if scene.level == 2 else []))
    return key


def exercise(
    atlas: Atlas, base: Base, day: str, view: View, language: Language, form: Format = "png", *, answers: bool = False,
    level: Level = 2, permalink: str | None = None,
) -> bytes:  # fmt: skip
    """Draw the map blank, its gubernias and uezds numbered, with lines to write their names on.

    Parameters
    ----------
    answers
        Fill in the names and colour the gubernias: the teacher's copy.
    level
        1 to ask for gubernias and oblasts only.
    """
    words = load_catalogue(language)
    with drawing():
        sheet = Sheet(form)
        scene = Scene(atlas, base, day, view, level, page_frame(KEY_WIDTH + 3))
        sheet.bounds = scene.frame
        draw_ground(sheet, scene, blank=not answers)
        draw_borders(sheet, scene)
        draw_legend(sheet, scene.frame, line_entries(sheet, scene, words), 54)
        draw_scale(sheet, scene, words)
        key = key_of(scene)
        draw_key(sheet, scene, words, key, answers=answers)
        draw_frame(sheet, scene)
        title = words("plate.answers" if answers else "plate.exercise", title=title_of(scene, words))
        draw_title(sheet, title, shows(scene, words) if answers else words(f"plate.task_{level}"))
        draw_footer(sheet, scene, words, title, permalink)
        return sheet.save(described(scene, title, permalink))


def draw_key(sheet: Sheet, scene: Scene, words: Catalogue, key: list[tuple[str, list[str]]], *, answers: bool) -> None:
    """Number the map's units and draw the key beside it: names, or lines to write them on."""
    colours = palette()
    numeral = Style(11, colours["line-republic"], weight="bold", halo=PAPER)
    numbers = [Style(size, colours["ink"], "Sans", halo=PAPER) for size in (6.4, 4.6)]
    lines: list[tuple[str, str, bool]] = []
    count = 0
    for position, (first, uezds) in enumerate(key, start=1):
        lines.append((roman(position), str(scene.rows[first][f"name_{words.language}"]), True))
        shape = scene.area(filter(scene.now.is_ours, scene.held(1)[first]))
        sheet.label_inside(shape, roman(position), [numeral], loose=True)
        for unit in uezds:
            count += 1
            lines.append((str(count), str(scene.rows[unit][f"name_{words.language}"]), False))
    counted = [unit for _, uezds in key for unit in uezds]
    areas = {unit: scene.area(filter(scene.now.is_ours, scene.held(2)[unit])) for unit in counted}
    for unit, shape in sorted(areas.items(), key=lambda item: item[1].area):
        sheet.label_inside(shape, str(counted.index(unit) + 1), numbers, loose=True)
    left, top = scene.frame[2] + BAND + 3, scene.frame[3] + BAND
    height = top - (scene.frame[1] - BAND)
    rows = max(math.ceil(len(lines) / 2), 12)
    step = min(height / rows, 6.4)
    for position, (sign, name, is_first) in enumerate(lines):
        column, row = divmod(position, rows)
        x, y = left + column * KEY_WIDTH / 2, top - (row + 0.7) * step
        end = x + KEY_WIDTH / 2 - 2
        style = Style(6.2 if is_first else 5.6, colours["ink"], "Sans", "bold" if is_first else "normal")
        sheet.write((x, y), sign, style)
        if answers:
            name_lines = wrap(name, style, end - x - 5.4)
            smaller = replace(style, size=min(style.size, step / len(name_lines) / MM / LEADING))
            for line, text in enumerate(name_lines):
                at = (x + 5.4, y + smaller.height * ((len(name_lines) - 1) / 2 - line))
                sheet.write(at, text, smaller.fit(text, end - x - 5.4))
        else:
            sheet.stroke([(x + 5.4, y - 1.2), (end, y - 1.2)], colours["soft"], 0.4)
