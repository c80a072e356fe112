"""A sheet of paper in millimetres: areas, lines, and words that do not lie on one another."""

from __future__ import annotations

import io
import math
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Normal, Stroke
from matplotlib.textpath import text_to_path
from shapely.geometry.base import BaseGeometry

Format = Literal["png", "svg"]
Slope = Literal["normal", "italic"]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

A4 = (297.0, 210.0)
DPI = 300
MM = 25.4 / 72
"""One point in millimetres."""

LEADING = 1.18
THIN_SPACE = "\u2009"

# Nothing of the reader's own settings, the same names in every SVG, letters as outlines, dashes in points.
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "kazatlas",
    "svg.fonttype": "path",
    "lines.scale_dashes": False,
    "path.simplify": True,
}
_DRAWING = threading.RLock()


@contextmanager
def drawing() -> Iterator[None]:
    """Let one sheet at a time be drawn: the library's settings are the whole program's."""
    with _DRAWING, mpl.rc_context(_SETTINGS):
        yield


@cache
def _font(family: str, weight: str, slope: Slope) -> FontProperties:
    """Return a font that has Kazakh letters: Noto where it is installed, else the library's own DejaVu."""
    for name in (f"Noto {family}", f"DejaVu {family}"):
        wanted = FontProperties(family=[name], weight=weight, style=slope)
        try:
            return FontProperties(fname=findfont(wanted, fallback_to_default=False))
        except ValueError:
            continue
    raise LookupError(f"no font for {family}")


@dataclass(frozen=True)
class Style:
    """How words look: size in points; `spaced` capitals stand apart, `halo` is the colour round the letters."""

    size: float
    colour: str
    family: str = "Serif"
    weight: str = "normal"
    slope: Slope = "normal"
    spaced: bool = False
    halo: str | None = None

    @property
    def font(self) -> FontProperties:
        """Return the font, without its size."""
        return _font(self.family, self.weight, self.slope)

    @property
    def height(self) -> float:
        """Return the height of a line in millimetres."""
        return self.size * MM * LEADING

    def shown(self, text: str) -> str:
        """Return the text as it is set: on one line."""
        text = re.sub(r"[\t\r\n]", " ", text)
        return THIN_SPACE.join(text.upper()) if self.spaced else text

    def width(self, text: str) -> float:
        """Return the width of a text in millimetres."""
        return _width(self.font, self.shown(text)) * self.size * MM

    def fit(self, text: str, width: float) -> Style:
        """Return the style, smaller if need be, in which the text is no wider than this."""
        return replace(self, size=self.size * min(1.0, width / max(self.width(text), 1e-6)))


@cache
def _width(font: FontProperties, text: str) -> float:
    """Return the width of a text set in size 1."""
    sized = font.copy()
    sized.set_size(100)
    return float(text_to_path.get_text_width_height_descent(text, sized, False)[0]) / 100


def wrap(text: str, style: Style, width: float) -> list[str]:
    """Break a text at its spaces into lines no wider than this."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and style.width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def breaks(text: str) -> list[list[str]]:
    """Return ways to set a name on one line or two, the single line first."""
    cuts = [i + 1 for i, letter in enumerate(text[:-1]) if letter in " -"]
    return [[text], *([text[:cut].strip(), text[cut:].strip()] for cut in cuts)]


def around(centre: Point, width: float, height: float) -> Box:
    """Return the box of this size about a centre."""
    x, y = centre
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


class Sheet:
    """A sheet to draw on; what is drawn later lies on top."""

    def __init__(self, form: Format, size: tuple[float, float] = A4) -> None:
        self.form: Format = form
        self.size = size
        self.figure = Figure(figsize=(size[0] / 25.4, size[1] / 25.4), facecolor="#ffffff")
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, size[0])
        self.axes.set_ylim(0, size[1])
        self.order = 0
        self.taken = np.empty((0, 4))
        self.bounds: Box = (0, 0, *size)

    def _next(self) -> int:
        self.order += 1
        return self.order

    # ---- areas and lines

    def area(
        self, shape: BaseGeometry, fill: str, *, edge: str | None = None, width: float = 0.2, alpha: float = 1
    ) -> None:
        """Fill an area; without an edge of its own it gets a hair of its colour, so that no seam shows."""
        rings = [
            ring.coords
            for part in shapely.get_parts(shape)
            if part.geom_type == "Polygon"
            for ring in (part.exterior, *part.interiors)
        ]
        if rings:
            outline = Outline.make_compound_path(*(Outline(np.asarray(ring), closed=True) for ring in rings))
            line = edge or (fill if alpha == 1 else "none")
            self.axes.add_artist(
                PathPatch(outline, facecolor=fill, edgecolor=line, linewidth=width, alpha=alpha, zorder=self._next())
            )

    def box(self, box: Box, fill: str, edge: str | None = None, width: float = 0.4) -> None:
        """Fill a rectangle."""
        self.area(shapely.box(*box), fill, edge=edge, width=width)

    def line(
        self, shape: BaseGeometry, colour: str, width: float, dash: Sequence[float] = (), alpha: float = 1
    ) -> None:
        """Draw lines; width and dashes in points."""
        # A line goes on where another begins, so that its dashes do not start anew at each joint.
        shape = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
        lines = [np.asarray(part.coords) for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 1]
        if lines:
            self.axes.add_artist(
                LineCollection(
                    lines, colors=colour, linewidths=width, alpha=alpha, zorder=self._next(), capstyle="butt",
                    joinstyle="round", linestyles=[(0, tuple(dash)) if dash else "solid"],
                ),
            )  # fmt: skip

    def stroke(self, points: Sequence[Point], colour: str, width: float, dash: Sequence[float] = ()) -> None:
        """Draw one line through points."""
        self.line(shapely.LineString(points), colour, width, dash)

    def dot(self, centre: Point, radius: float, fill: str, edge: str, width: float) -> None:
        """Draw a round sign."""
        self.area(shapely.Point(centre).buffer(radius), fill, edge=edge, width=width)

    # ---- words

    def write(
        self, at: Point, text: str, style: Style, align: Literal["left", "center", "right"] = "left", angle: float = 0
    ) -> None:
        """Set a line of text; `at` is the middle of its height."""
        # A little below the middle lies the base of letters that are as high as they are.
        drop = style.size * MM * 0.34
        turn = math.radians(angle)
        # Letters of a PNG are outlines too, unhinted: as wide on the page as they were measured.
        passes: list[tuple[str, list[Any]]] = [(style.colour, [Normal()] if self.form == "png" else [])]
        if style.halo:
            passes.insert(0, (style.halo, [Stroke(linewidth=style.size * 0.3, foreground=style.halo, alpha=0.85)]))
        for colour, effects in passes:
            self.axes.text(
                at[0] + drop * math.sin(turn), at[1] - drop * math.cos(turn), style.shown(text),
                fontproperties=style.font, fontsize=style.size, color=colour, ha=align, va="baseline",
                rotation=angle, rotation_mode="anchor", zorder=self._next(), parse_math=False, path_effects=effects,
            )  # fmt: skip

    def reserve(self, box: Box) -> None:
        """Keep labels off a box."""
        self.taken = np.vstack([self.taken, box])

    def is_free(self, box: Box, gap: float = 0.3) -> bool:
        """Return whether a box lies within the bounds and on nothing that is reserved."""
        left, bottom, right, top = self.bounds
        if box[0] < left or box[1] < bottom or box[2] > right or box[3] > top:
            return False
        t = self.taken
        apart = (t[:, 0] > box[2] + gap) | (t[:, 2] < box[0] - gap) | (t[:, 1] > box[3]) | (t[:, 3] < box[1])
        return bool(apart.all())

    def set_lines(self, centre: Point, lines: Sequence[str], style: Style, box: Box) -> None:
        """Set lines of text about a centre, and keep later labels off their box."""
        top = centre[1] + style.height * (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            self.write((centre[0], top - number * style.height), line, style, "center")
        self.reserve(box)

    def label_inside(self, shape: BaseGeometry, text: str, styles: Iterable[Style], *, loose: bool = False) -> bool:
        """Set a name where it fits inside an area, as near to the area's middle as it can.

        Parameters
        ----------
        styles
            Tried in this order.
        loose
            Whether a name that fits nowhere may reach over the area's edge.
        """
        if shape.is_empty:
            return False
        middle = _middle(shape)
        shapely.prepare(shape)
        left, bottom, right, top = shape.bounds
        styles = list(styles)
        for style in styles:
            for lines in breaks(text):
                width, height = max(map(style.width, lines)), style.height * len(lines)
                xs, ys = np.meshgrid(
                    np.concatenate([[middle[0]], np.arange(left + width / 2, right - width / 2, max(1.5, width / 8))]),
                    np.concatenate(
                        [[middle[1]], np.arange(bottom + height / 2, top - height / 2, max(0.8, height / 4))]
                    ),
                )
                x, y = xs.ravel(), ys.ravel()
                boxes = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
                x, y = (places := np.column_stack([x, y])[shapely.contains(shape, boxes)]).T
                far = (x - middle[0]) ** 2 + (2 * (y - middle[1])) ** 2
                for number in np.argsort(far, kind="stable"):
                    box = around((places[number][0], places[number][1]), width, height)
                    if self.is_free(box):
                        self.set_lines((places[number][0], places[number][1]), lines, style, box)
                        return True
        if not loose:
            return False
        for style in styles[-1:]:
            for shift in (0.0, 0.7, -0.7, 1.4, -1.4):
                for lines in breaks(text):
                    centre = (middle[0], middle[1] + shift * style.height)
                    box = around(centre, max(map(style.width, lines)), style.height * len(lines))
                    if self.is_free(box):
                        self.set_lines(centre, lines, style, box)
                        return True
        return False

    def label_beside(self, at: Point, text: str, style: Style, gap: float, avoid: BaseGeometry | None = None) -> bool:
        """Set a name beside a sign, if it can be done without covering lines to avoid; else not, or on them."""
        width, height = style.width(text), style.height * 0.86
        across, along = gap + width / 2, gap + height / 2
        ways = [(1, 0), (-1, 0), (0, 1), (0, -1), (0.9, 0.7), (0.9, -0.7), (-0.9, 0.7), (-0.9, -0.7)]
        ways += [(0.5, 1), (-0.5, 1), (0.5, -1), (-0.5, -1)]
        centres = [(at[0] + x * across, at[1] + y * along) for x, y in ways]
        free = [(c, box) for c in centres if self.is_free(box := around(c, width, height))]
        clear = [pair for pair in free if avoid is None or not avoid.intersects(shapely.box(*pair[1]))]
        for centre, box in (clear or free)[:1]:
            self.set_lines(centre, [text], style, box)
            return True
        return False

    def label_along(self, shape: BaseGeometry, text: str, style: Style, gap: float) -> bool:
        """Set a name along a line, beside the stretch of it that is straightest."""
        width, height = style.width(text), style.height * 0.8
        candidates: list[tuple[float, float, np.ndarray[Any, Any], np.ndarray[Any, Any]]] = []
        merged = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
        for line in shapely.get_parts(merged):
            steps = np.arange(0, line.length, 1.0)
            count = math.ceil(width)
            if len(steps) <= count:
                continue
            points = shapely.get_coordinates(shapely.line_interpolate_point(line, steps))
            for start in range(0, len(points) - count, 2):
                stretch = points[start : start + count + 1]
                # From left to right, as it is read.
                a, b = (stretch[0], stretch[-1]) if stretch[0][0] <= stretch[-1][0] else (stretch[-1], stretch[0])
                chord = b - a
                length = float(np.hypot(*chord))
                if length < 0.85 * width:
                    continue
                off = (stretch - a) @ np.array([-chord[1], chord[0]]) / length
                candidates.append((float(np.ptp(off)), float(off.max()), a, b))
        for bend, above, a, b in sorted(candidates, key=lambda item: item[0]):
            if bend > 2:
                break
            along = (b - a) / np.hypot(*(b - a))
            across = np.array([-along[1], along[0]])
            centre = (a + b) / 2 + across * (above + gap + height / 2)
            # A slanting word is a row of small boxes.
            places = np.linspace(-width / 2, width / 2, max(2, math.ceil(width / height)))
            boxes = [around(tuple(centre + along * place), height, height) for place in places]
            if all(map(self.is_free, boxes)):
                angle = math.degrees(math.atan2(along[1], along[0]))
                self.write((centre[0], centre[1]), text, style, "center", angle)
                for box in boxes:
                    self.reserve(box)
                return True
        return False

    # ---- the file

    def save(self, about: Mapping[str, str]) -> bytes:
        """Return the sheet as a file; `about` has `title`, `rights` and `source`. The same sheet, the same bytes."""
        metadata: dict[str, Any] = {
            "png": {"Software": None, "Title": about["title"], "Copyright": about["rights"], "Source": about["source"]},
            "svg": {"Date": None, "Creator": "Kazatlas", "Title": about["title"], "Rights": about["rights"],
                    "Source": about["source"]},
        }[self.form]  # fmt: skip
        file = io.BytesIO()
        self.figure.savefig(file, format=self.form, dpi=DPI if self.form == "png" else 72, metadata=metadata)
        return _SVG_PATH.sub(_shorten, file.getvalue()) if self.form == "svg" else file.getvalue()


_SVG_PATH = re.compile(rb'(?m)^(?:\s*<path d=")?[MLQC] [-\d. ]+$')


def _shorten(line: re.Match[bytes]) -> bytes:
    """Return a line of an SVG path with two decimals of a point: three thousandths of a millimetre."""
    return re.sub(rb"(\.\d\d)\d+", rb"\1", line[0])


def _middle(shape: Any) -> Point:
    """Return the point farthest from an area's edge, in an area drawn higher than it is: labels are wide."""
    stretch = 2.2
    tall = shapely.transform(shape, lambda xy: xy * [1, stretch])
    spoke = shapely.maximum_inscribed_circle(tall, tolerance=0.3)
    x, y = spoke.coords[0]
    return (x, y / stretch)
