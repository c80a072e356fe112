"""Plates: a view of the atlas as a printed page."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from kazatlas.atlas.store import Atlas
from kazatlas.palette import colours as palette
from kazatlas.palette import dashes, ruler_colour, strength, unit_colour
from kazatlas.plate.canvas import A4, Box, Format, Point, Sheet, Style, around, drawing, wrap
from kazatlas.plate.print_map import PAPER, Base, Level, Scene, mix
from kazatlas.record.types import REPUBLIC, View
from kazatlas.text.catalogue import Catalogue, Language, alphabetically, load_catalogue

RIVERS = "GSHHG (LGPL-3.0-or-later)"
"""Where the rivers come from that Natural Earth does not have."""

LEGEND_WIDTH = 62.0
_MARGIN, BAND, _TITLE, _FOOTER = 8.0, 3.4, 15.5, 13.5

# Widths in points, and how strong a border is that is not the republic's.
_WIDTHS = {"republic": 1.5, "gubernia": 0.95, "uezd": 0.5}
_BEYOND = {"republic": 0.9, "gubernia": 0.6, "uezd": 0.35}
_CLAIM = (6, 2, 1, 2)
_SIZES = {1: (13, 12, 11, 10, 9, 8, 7), 2: (10.5, 9.5, 8.5, 7.5, 6.6)}
_TOWN_SIZES = (6.4, 6.0, 5.2, 4.8)


# ---- the map


def draw_ground(sheet: Sheet, scene: Scene, *, blank: bool = False) -> None:
    """Draw land and sea, the units in their colours, hatches, lakes and rivers."""
    colours = palette()
    water = PAPER if blank else mix(colours["water"], 0.9)
    sheet.box(scene.frame, PAPER if blank else mix(colours["c-out"], 0.45))
    for _, shape in scene.base.get("sea", []):
        sheet.area(shapely.intersection(shape, scene.window), water)
    if not blank:
        by_colour = defaultdict(set)
        for face in scene.now.unit_of:
            by_colour[scene.colour(face)].add(face)
        for colour, faces in sorted(by_colour.items()):
            sheet.area(scene.area(faces), colour)
        if scene.view == "de_jure":
            for ruler, faces in scene.now.disputed.items():
                draw_hatch(sheet, scene.area(faces), ruler_colour(ruler))
    wet = {side for left, right, *_ in scene.edges for side in (left, right) if side} - set(scene.now.unit_of)
    if wet:
        sheet.area(scene.area(wet), water)
    for _, shape in scene.base.get("lakes", []):
        sheet.area(shapely.intersection(shape, scene.window), water, edge=colours["water-line"], width=0.3)
    for _, shape in _rivers(scene):
        sheet.line(shape, colours["water-line"], 0.45)


def _rivers(scene: Scene) -> list[tuple[Mapping[str, Any], BaseGeometry]]:
    """Return the rivers as far as the frame and the land show them."""
    rivers = [*scene.base.get("rivers", []), *scene.base.get("rivers_gshhg", [])]
    return [(about, shapely.intersection(shape, scene.window)) for about, shape in rivers]


def draw_hatch(sheet: Sheet, shape: BaseGeometry, colour: str, step: float = 1.7, width: float = 0.75) -> None:
    """Draw slanting lines over an area."""
    left, bottom, right, top = shape.bounds
    height = top - bottom
    # Counted from the page's corner, so that hatches side by side go on in one another.
    starts = np.arange(math.floor((left - top) / step) * step + bottom, right - bottom + bottom, step)
    lines = shapely.MultiLineString([[(x, bottom), (x + height, top)] for x in starts])
    sheet.line(shapely.intersection(lines, shape), colour, width, alpha=0.75)


def draw_borders(sheet: Sheet, scene: Scene) -> None:
    """Draw the borders by rank and evidence, the highest on top, and a band inside the republic's."""
    colours = palette()
    borders = scene.lines()
    if republic := [f for f in scene.now.unit_of if scene.now.authority_of[f] == REPUBLIC]:
        outer = [
            line
            for (rank, concerns_us, _), lines in borders.items()
            if rank == "republic" and concerns_us
            for line in lines
        ]
        band = shapely.union_all(outer).buffer(1.7, cap_style="flat")
        sheet.area(shapely.intersection(band, scene.area(republic)), colours["band"], alpha=0.28)
    if coast := borders.get(("coast", True, "solid")):
        _draw_line(sheet, scene, coast, colours["water-line"], 0.5, ())
    for rank in ("uezd", "gubernia", "republic"):
        for concerns_us in (False, True):
            for kind, dash in dashes("paper").items():
                if lines := borders.get((rank, concerns_us, kind)):
                    colour = colours[f"line-{rank}"]
                    width = (_WIDTHS if concerns_us else _BEYOND)[rank]
                    _draw_line(sheet, scene, lines, colour if concerns_us else mix(colour, 0.6), width, dash)
    if scene.view == "de_facto" and scene.now.is_after_foundation:
        shown = {line for (rank, *_), lines in borders.items() if rank == "republic" for line in lines}
        law = scene.lines(scene.now.law)
        claim = [
            line for (rank, concerns_us, _), ls in law.items() if rank == "republic" and concerns_us for line in ls
        ]
        if claim := [line for line in claim if line not in shown]:
            _draw_line(sheet, scene, claim, colours["band"], 1.1, _CLAIM)


def _draw_line(
    sheet: Sheet, scene: Scene, lines: list[Any], colour: str, width: float, dash: tuple[float, ...]
) -> None:
    merged = shapely.line_merge(shapely.MultiLineString(lines)) if len(lines) > 1 else lines[0]
    sheet.line(shapely.intersection(merged, scene.window), colour, width, dash)


def draw_frame(sheet: Sheet, scene: Scene) -> None:
    """Draw the map's frame with degrees on it."""
    ink = palette()["ink"]
    left, bottom, right, top = scene.frame
    outer = (left - BAND, bottom - BAND, right + BAND, top + BAND)
    style = Style(4.6, palette()["soft"], "Sans")
    for box, width in ((scene.frame, 0.5), (outer, 1.0)):
        sheet.line(shapely.box(*box).exterior, ink, width)
    for degree in range(0, 180, 5):
        for is_meridian in (True, False):
            along = np.linspace(20, 75, 221) if is_meridian else np.linspace(20, 110, 361)
            pairs = [(degree, lat) for lat in along] if is_meridian else [(lon, degree) for lon in along]
            if not is_meridian and not 20 <= degree <= 75:
                continue
            crossings = shapely.intersection(
                scene.on_page(shapely.LineString(pairs)), shapely.box(*scene.frame).exterior
            )
            for point in (part for part in shapely.get_parts(crossings) if part.geom_type == "Point"):
                x, y = point.x, point.y
                on_side = min(x - left, right - x) < 0.01
                # Meridians are told above and below, parallels at the sides.
                if on_side == is_meridian or (on_side and not bottom + 3 < y < top - 3):
                    continue
                dx = 0 if not on_side else -1 if x - left < 0.01 else 1
                dy = 0 if on_side else -1 if y - bottom < 0.01 else 1
                sheet.stroke([(x, y), (x + dx * 0.9, y + dy * 0.9)], ink, 0.5)
                if on_side or left + 4 < x < right - 4:
                    at = (x + dx * 2.15, y + dy * 2.1)
                    sheet.write(at, f"{degree}°", style, "center", 90 if on_side else 0)


# ---- labels


def draw_labels(sheet: Sheet, scene: Scene, words: Catalogue) -> None:
    """Set names: gubernias and uezds inside their areas, then towns, waters and neighbours where there is room."""
    colours = palette()
    # Legend and scale lie on the map already: what they cover is not there.
    towns = [town for town in _towns(scene) if sheet.is_free(around(town[0], 1.4, 1.4))]
    for at, rank, _ in towns:
        _draw_town(sheet, at, rank)
        sheet.reserve(around(at, 1.3, 1.3))
    unknown = _unknown(scene) if scene.level == 2 else []
    for at, _ in unknown:
        draw_ring(sheet, at)
        sheet.reserve(around(at, 2, 2))
    large, small, soft = (
        [Style(size, colour, weight=weight, spaced=True, halo=PAPER) for size in sizes]
        for colour, weight, sizes in (
            (mix(colours["line-republic"], 0.9), "bold", _SIZES[scene.level]),
            (colours["ink"], "normal", (5.6, 5.2, 4.8, 4.4)),
            (colours["soft"], "normal", (8, 7, 6, 5.2)),
        )
    )
    strong = [line for (rank, *_), lines in scene.lines().items() if rank in ("republic", "gubernia") for line in lines]
    avoid = shapely.MultiLineString(strong)
    shapely.prepare(avoid)

    def name_towns(ranks: tuple[int, ...]) -> None:
        for at, rank, place in towns:
            if rank in ranks:
                style = Style(_TOWN_SIZES[rank], colours["ink"], "Sans", "bold" if rank < 2 else "normal", halo=PAPER)
                sheet.label_beside(at, scene.town_name(place, words), style, 1.05, avoid)

    # A gubernia that has land on both sides of the republic's border is named on both.
    here = {unit: set(filter(scene.now.is_ours, faces)) for unit, faces in scene.held(1).items()}
    beyond = {unit: faces - here[unit] for unit, faces in scene.held(1).items()}
    for unit, shape in _by_size(scene, here):
        # It leaves room for the names of what it is divided into.
        text, room = scene.label(unit, words), shape.area * (0.06 if scene.level == 2 else 1)
        styles = [style for style in large[:-1] if style.width(text) * style.height < room] + large[-1:]
        sheet.label_inside(shape, text, styles, loose=scene.level == 1 and not beyond[unit])
    name_towns((0, 1))
    _label_seas(sheet, scene, words)
    for at, unit in unknown:
        style = Style(5.0, colours["accent"], "Sans", slope="italic", halo=PAPER)
        sheet.label_beside(at, scene.label(unit, words), style, 1.35)
    if scene.level == 2:
        for unit, shape in _by_size(scene, scene.held(2)):
            if is_ours(scene, unit, 2) and unit not in scene.held(1):
                sheet.label_inside(shape, scene.label(unit, words), small, loose=True)
    name_towns((2,))
    for unit, shape in _by_size(scene, beyond):
        sheet.label_inside(shape, scene.label(unit, words), soft)
    name_towns((3,))
    _label_lakes_and_rivers(sheet, scene, words)


def _by_size(scene: Scene, held: Mapping[str, set[str]]) -> list[tuple[str, BaseGeometry]]:
    """Return units with their areas, the largest first."""
    areas = [(unit, scene.area(faces)) for unit, faces in held.items() if faces]
    return sorted(areas, key=lambda item: (-item[1].area, item[0]))


def is_ours(scene: Scene, unit: str, level: Level) -> bool:
    """Return whether a unit holds land of the republic."""
    return any(map(scene.now.is_ours, scene.held(level)[unit]))


def _towns(scene: Scene) -> list[tuple[Point, int, Mapping[str, Any]]]:
    """Return the towns to show: where, of what rank (0 the republic's seat, 1, 2, 3 no seat), and which."""
    ranks: dict[str, int] = {}
    for row in scene.rows.values():
        if "seat" not in row or row["border"] != "recovered":
            continue
        rank = 0 if row["unit"] == REPUBLIC else max(1, row["level"])
        ours = rank < 2 or is_ours(scene, row["unit"], 2)
        if rank <= scene.level and ours:
            ranks[row["seat"]] = min(rank, ranks.get(row["seat"], 9))
    rings = [at for at, _ in _unknown(scene)]
    towns = []
    for id_, place in sorted(scene.tables["places"].items()):
        at = scene.point(*place["point"])
        rank = ranks.get(id_, 3)
        shown = rank < 3 or place["rank"] == 1 or (scene.level == 2 and place["rank"] == 2)
        if shown and scene.is_seen(at) and not (rank == 3 and any(math.dist(at, ring) < 1.2 for ring in rings)):
            towns.append((at, rank, place))
    return towns


def _unknown(scene: Scene) -> list[tuple[Point, str]]:
    """Return the units whose border is not recovered, as points."""
    rows = [row for _, row in sorted(scene.rows.items()) if row["border"] == "not-recovered"]
    return [(scene.point(*scene.known_points[row["id"]]), row["unit"]) for row in rows]


def _draw_town(sheet: Sheet, at: Point, rank: int) -> None:
    ink = palette()["ink"]
    if rank == 0:
        sheet.dot(at, 1.05, PAPER, ink, 0.6)
    if rank < 2:
        sheet.dot(at, 0.75, PAPER if rank else ink, ink, 0.6)
    if rank == 1:
        sheet.dot(at, 0.3, ink, ink, 0.1)
    if rank > 1:
        sheet.dot(at, 0.45 if rank == 2 else 0.3, ink if rank == 2 else PAPER, ink, 0.35)


def draw_ring(sheet: Sheet, at: Point) -> None:
    """Draw the sign of a unit whose border is not recovered."""
    sheet.dot(at, 0.8, PAPER, palette()["accent"], 0.8)


def _label_seas(sheet: Sheet, scene: Scene, words: Catalogue) -> None:
    for about, shape in scene.base.get("water_labels", []):
        if about["rank"] == 1 and scene.is_seen(at := (shape.x, shape.y)):
            style = Style(8, palette()["water-ink"], slope="italic")
            name = about[f"name_{words.language}"]
            lines = wrap(name, style, 0)
            box = around(at, max(map(style.width, lines)), style.height * len(lines))
            if sheet.is_free(box):
                sheet.set_lines(at, lines, style, box)


def _label_lakes_and_rivers(sheet: Sheet, scene: Scene, words: Catalogue) -> None:
    ink = palette()["water-ink"]
    for about, shape in scene.base.get("water_labels", []):
        if about["rank"] > 1 and scene.is_seen(at := (shape.x, shape.y)):
            style = Style(5.6 if about["rank"] == 2 else 4.8, ink, slope="italic", halo=PAPER)
            sheet.label_beside(at, about[f"name_{words.language}"], style, 1.2)
    style = Style(4.9, ink, slope="italic", halo=PAPER)
    for about, shape in sorted(_rivers(scene), key=lambda item: -item[1].length):
        sheet.label_along(shape, about[f"name_{words.language}"], style, 0.25)


# ---- legend, title, footer

Swatch = Callable[[Box], None]
Entry = tuple[Swatch | None, str]


def in_order(item: tuple[str, str]) -> list[tuple[int, str]]:
    """Return what sorts names by the Kazakh alphabet, which holds the Russian one in its order."""
    return alphabetically(item[0])


def legend_entries(sheet: Sheet, scene: Scene, words: Catalogue) -> list[list[Entry]]:
    """Return the legend's rows: each of one or two signs with their meaning; without a sign it is a heading."""
    colours = palette()
    firsts = [(scene.label(unit, words), unit) for unit in scene.held(1) if unit in scene.now.gubernias]
    share = strength(land="in" if scene.now.is_after_foundation else "home")

    def patch(colour: str) -> Swatch:
        return lambda box: sheet.box(box, colour, colours["soft"], 0.25)

    def hatched(colour: str) -> Swatch:
        def draw(box: Box) -> None:
            sheet.box(box, PAPER)
            draw_hatch(sheet, shapely.box(*box), colour)
            sheet.line(shapely.box(*box).exterior, colours["soft"], 0.25)

        return draw

    cells: list[Entry] = [(patch(mix(unit_colour(unit), share)), label) for label, unit in sorted(firsts, key=in_order)]
    heading = "map.legend_units" if scene.now.is_after_foundation else "map.legend_units_before"
    rows: list[list[Entry]] = [[(None, words(heading))]]
    rows += [cells[i : i + 2] for i in range(0, len(cells), 2)]
    if rulers := scene.now.disputed:
        rows.append([(None, words("map.legend_hatched" if scene.view == "de_jure" else "map.legend_claimed"))])
    for ruler in rulers:
        colour = ruler_colour(ruler)
        sign = hatched(colour) if scene.view == "de_jure" else patch(mix(colour, strength(land="claimed")))
        rows.append([(sign, scene.label(ruler, words))])
    rows += line_entries(sheet, scene, words)
    rows.append([(None, words("map.legend_evidence"))])
    for kind, dash in dashes("paper").items():
        rows.append(
            [(_stroke(sheet, colours["line-gubernia"], _WIDTHS["gubernia"], dash), words(f"map.evidence_{kind}"))]
        )
    rows.append([(None, words("plate.places"))])
    signs: list[Entry] = [
        (_sign(partial(_draw_town, sheet, rank=rank)), words(f"plate.{key}"))
        for rank, key in enumerate(("capital", "seat_1", "seat_2", "town"))
        if (rank != 2 or scene.level == 2) and (rank != 0 or scene.now.is_after_foundation)
    ]
    if scene.level == 2:
        signs.append((_sign(partial(draw_ring, sheet)), words("map.not_recovered")))
    return rows + [[sign] for sign in signs]


def line_entries(sheet: Sheet, scene: Scene, words: Catalogue) -> list[list[Entry]]:
    """Return the legend's rows for the ranks of borders."""
    colours = palette()
    rows: list[list[Entry]] = [[(None, words("map.legend_lines"))]]
    for rank, width in _WIDTHS.items():
        if (rank != "uezd" or scene.level == 2) and (rank != "republic" or scene.now.is_after_foundation):
            rows.append([(_stroke(sheet, colours[f"line-{rank}"], width, ()), words(f"map.line_{rank}"))])
    if scene.view == "de_facto" and scene.now.is_after_foundation:
        rows.insert(2, [(_stroke(sheet, colours["band"], 1.1, _CLAIM), words("map.line_claim"))])
    return rows


def _stroke(sheet: Sheet, colour: str, width: float, dash: tuple[float, ...]) -> Swatch:
    def draw(box: Box) -> None:
        middle = (box[1] + box[3]) / 2
        sheet.stroke([(box[0], middle), (box[2], middle)], colour, width, dash)

    return draw


def _sign(draw: Callable[[Point], None]) -> Swatch:
    return lambda box: draw(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))


def draw_legend(sheet: Sheet, frame: Box, rows: list[list[Entry]], width: float = LEGEND_WIDTH) -> None:
    """Draw a legend in the frame's lower right corner."""
    ink, soft = palette()["ink"], palette()["soft"]
    style, bold = Style(5.4, ink, "Sans"), Style(5.4, soft, "Sans", "bold")
    lines: list[tuple[list[tuple[Swatch | None, list[str]]], float]] = []
    for row in rows:
        room = width / len(row) - (10.5 if row[0][0] else 3)
        cells = [(sign, wrap(text, style if sign else bold, room)) for sign, text in row]
        lines.append((cells, max(len(texts) for _, texts in cells) * 2.35 + (0.6 if row[0][0] else 1.4)))
    height = sum(high for _, high in lines) + 2.6
    box = (frame[2] - width, frame[1], frame[2], frame[1] + height)
    sheet.box(box, PAPER, ink, 0.5)
    sheet.reserve(box)
    y = box[3] - 1.0
    for cells, high in lines:
        for number, (sign, texts) in enumerate(cells):
            x = box[0] + 1.8 + number * (width - 2) / 2
            middle = y - (high + (0 if sign else 0.8)) / 2
            if sign:
                sign((x, middle - 0.95, x + 6.2, middle + 0.95))
            for line, text in enumerate(texts):
                at = (x + (7.6 if sign else 0), middle + 2.35 * ((len(texts) - 1) / 2 - line))
                sheet.write(at, text, style if sign else bold)
        y -= high


def scale_steps(longest: float) -> list[float]:
    """Return the marks of a scale bar that is no longer than this: round numbers from 0."""
    power = 10.0 ** math.floor(math.log10(longest))
    digit, parts = max((digit, parts) for digit, parts in ((1, 2), (2, 2), (3, 3), (5, 5)) if digit * power <= longest)
    return [digit * power * part / parts for part in range(parts + 1)]


def draw_scale(sheet: Sheet, scene: Scene, words: Catalogue) -> None:
    """Draw a scale bar in the frame's lower left corner, and say the scale and the projection."""
    ink = palette()["ink"]
    one = scene.kilometre()
    marks = scale_steps(30 / one)
    style = Style(5.0, ink, "Sans")
    ratio = round(1e6 / one, -(len(str(round(1e6 / one))) - 3))
    caption = [words("plate.scale", number=words.number(ratio)), *wrap(words("plate.projection"), style, 36)]
    left, bottom = scene.frame[0], scene.frame[1]
    width = max(marks[-1] * one + 10, *(style.width(text) + 4 for text in caption))
    box = (left, bottom, left + width, bottom + 8.2 + 2.3 * len(caption))
    sheet.box(box, PAPER, ink, 0.5)
    sheet.reserve(box)
    x, y = left + 3.5, box[3] - 5.2
    for number, (start, end) in enumerate(itertools.pairwise(marks)):
        sheet.box((x + start * one, y, x + end * one, y + 1.0), PAPER if number % 2 else ink, ink, 0.4)
    for mark in marks:
        unit = f" {words('map.km')}" if mark == marks[-1] else ""
        sheet.write((x + mark * one, y + 2.6), words.number(mark) + unit, style, "center")
    for number, text in enumerate(caption):
        sheet.write((left + 2, y - 2.0 - 2.3 * number), text, style)


def title_of(scene: Scene, words: Catalogue) -> str:
    """Return the plate's title, with the date in words."""
    return words("plate.title" if scene.now.is_after_foundation else "plate.title_before", date=words.date(scene.day))


def draw_title(sheet: Sheet, title: str, text: str) -> None:
    """Draw the title and under it what the map shows."""
    colours = palette()
    width = sheet.size[0] - 2 * _MARGIN
    top = sheet.size[1] - _MARGIN
    sheet.write((_MARGIN, top - 4.2), title, Style(18, colours["ink"], weight="bold").fit(title, width))
    style = Style(8.6, colours["soft"])
    sheet.write((_MARGIN, top - 11.2), text, style.fit(text, width))


def draw_footer(sheet: Sheet, scene: Scene, words: Catalogue, title: str, permalink: str | None) -> None:
    """Draw sources, licence, version of the data, how to cite, and where the view is found."""
    version = scene.tables["data_version"]
    style = Style(5.2, palette()["soft"], "Sans")
    cite = words("plate.cite", name="Kazatlas", version=version, title=title, view=words(f"map.view_{scene.view}"))
    sentences = [
        words("page.name_note"),
        " ".join((words("page.credit"), words("plate.rivers", source=RIVERS))),
        f"{words('page.licence', version=version)} {cite}",
        permalink or "",
    ]
    width = sheet.size[0] - 2 * _MARGIN
    lines = [line for text in sentences[:3] for line in wrap(text, style, width)] + sentences[3:]
    y = _MARGIN + _FOOTER - 2.2
    for line in filter(None, lines):
        sheet.write((_MARGIN, y), line, style.fit(line, width))
        y -= 2.5


def shows(scene: Scene, words: Catalogue) -> str:
    """Return the view and a line that says what the map shows."""
    sentences = [f"{words('map.view_' + scene.view)}. {words(f'plate.shows_{scene.view}_{scene.level}')}"]
    if scene.now.disputed:
        sentences.append(words(f"plate.parted_{scene.view}"))
    return " ".join(sentences)


# ---- the two pages


def page_frame(right: float = 0) -> Box:
    """Return the frame of the map on the page, with room at its right, in mm."""
    return (
        _MARGIN + BAND, _MARGIN + _FOOTER + BAND,
        A4[0] - _MARGIN - BAND - right, A4[1] - _MARGIN - _TITLE - BAND,
    )  # fmt: skip


def described(scene: Scene, title: str, permalink: str | None) -> dict[str, str]:
    """Return what the file says of itself: title, rights, address."""
    tables = scene.tables
    rights = f"{tables['license']}; {tables['attribution']}; {RIVERS}"
    return {"title": f"Kazatlas: {title}", "rights": rights, "source": permalink or tables["citation"]}


def plate(
    atlas: Atlas, base: Base, day: str, view: View, level: Level, language: Language, form: Format = "png",
    permalink: str | None = None,
) -> bytes:  # fmt: skip
    """Draw a view of the atlas as a plate: A4, landscape, 300 dots per inch or SVG.

    Parameters
    ----------
    base
        The map's background; see `read_base`.
    level
        1 gubernias and oblasts, 2 their uezds and raions too.
    permalink
        The address of this view, printed at the foot.

    Returns
    -------
    The file; the same view gives the same bytes.
    """
    words = load_catalogue(language)
    with drawing():
        sheet = Sheet(form)
        scene = Scene(atlas, base, day, view, level, page_frame())
        sheet.bounds = scene.frame
        draw_ground(sheet, scene)
        draw_borders(sheet, scene)
        draw_legend(sheet, scene.frame, legend_entries(sheet, scene, words))
        draw_scale(sheet, scene, words)
        draw_labels(sheet, scene, words)
        draw_frame(sheet, scene)
        title = title_of(scene, words)
        draw_title(sheet, title, shows(scene, words))
        draw_footer(sheet, scene, words, title, permalink)
        return sheet.save(described(scene, title, permalink))
