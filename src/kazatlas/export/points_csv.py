"""Points in CSV: a reader's table of points, read in pieces, and written with where each lay on a day."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from kazatlas.atlas.places import PlaceIndex, Whereabouts, in_both_views
from kazatlas.record.types import VIEWS, View
from kazatlas.text.catalogue import Catalogue
from kazatlas.text.place_sentences import beware, unit_name

_UNITS = ("uezd", "gubernia", "authority")
_BORDER = ("border_km", "border_accuracy_km", "border_certainty", "border_basis", "border_neighbour")

_KEYS = {
    view: ([f"{view}_{part}" for part in _UNITS], [f"{view}_{part}_name" for part in _UNITS],
           [f"{view}_{part}" for part in _BORDER])
    for view in VIEWS
}  # fmt: skip

COLUMNS = [*(key for keys in zip(*_KEYS.values(), strict=True) for view in keys for key in view), "warning"]
"""What is told of a point; described in geodata/README.md. The names and the warning are in the reader's language."""

CHUNK = 10_000
MOST_TOLD = 20

LONGITUDES = ("lon", "longitude", "lng", "long", "x", "долгота", "бойлық")
LATITUDES = ("lat", "latitude", "y", "широта", "ендік")


def point_row(words: Catalogue, places: Mapping[View, Whereabouts]) -> dict[str, str | float]:
    """Return what is told of a point, keys as in `COLUMNS`; a key is missing where there is nothing to tell.

    Parameters
    ----------
    places
        Where it lay, in each view.
    """
    cells: dict[str, str | float] = {}
    for view, place in places.items():
        ids, names, measures = _KEYS[view]
        for id_, name, row in zip(ids, names, place.units, strict=True):
            if row is not None:
                cells[id_], cells[name] = row["unit"], unit_name(words, row)
        if border := place.nearest:
            behind = border.neighbour["unit"] if border.neighbour is not None else ""
            known = (round(border.km, 1), float(border.accuracy_km), border.certainty, border.basis, behind)
            cells.update(zip(measures, known, strict=True))
    if warning := beware(words, places):
        cells["warning"] = warning
    return cells


def point_rows(index: PlaceIndex, points: Any, day: str, words: Catalogue) -> list[dict[str, str | float]]:
    """Return for each point what is told of it on a day, see `point_row`.

    Parameters
    ----------
    points
        One row a point: longitude and latitude, degrees on WGS 84.
    """
    located = in_both_views(index, points, day)
    return [point_row(words, dict(zip(located, places, strict=True))) for places in zip(*located.values(), strict=True)]


class PointsError(Exception):
    """The file of points cannot be used; `code` names the message (`points.*`), `values` fill it in."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(code)

    def told(self, words: Catalogue) -> str:
        """Return which file, where, and what to do, as a sentence."""
        return words(f"points.{self.code}", **self.values)


def _column(header: list[str], wanted: str | None, usual: Sequence[str], file: str) -> int:
    names = [name.strip().lower() for name in header]
    columns = ", ".join(header)
    if wanted is not None:
        if wanted.strip().lower() in names:
            return names.index(wanted.strip().lower())
        raise PointsError("no_column", file=file, column=wanted, columns=columns)
    matching = [number for number, name in enumerate(names) if name in usual]
    if len(matching) == 1:
        return matching[0]
    option = f"--{usual[0]} COLUMN"
    if matching:
        first, second = (header[number] for number in matching[:2])
        raise PointsError(f"two_{usual[0]}", file=file, first=first, second=second, option=option)
    raise PointsError(f"no_{usual[0]}", file=file, columns=columns, first=usual[0], second=usual[1], option=option)


def _number(
    words: Catalogue, text: str, row: int, column: str, bounds: float, may_have_comma: bool, file: str
) -> tuple[float, str]:
    """Return a coordinate, or NaN and the sentence that says what is wrong with it."""
    where = {"file": file, "row": row, "column": column}
    plain = text.strip().replace("\u2212", "-")
    if may_have_comma:
        plain = plain.replace(",", ".")
    if not plain:
        return math.nan, words("points.blank", **where)
    try:
        value = float(plain)
    except ValueError:
        return math.nan, words("points.no_number", **where, text=text[:40])
    if not math.isfinite(value) or abs(value) > bounds:
        return math.nan, words("points.out_of_bounds", **where, text=plain[:40], bounds=f"{bounds:g}")
    return value, ""


@dataclass
class PointFile:
    """A CSV file of points, read in pieces: header, dialect, where the coordinates stand."""

    path: Path
    lon_column: str | None = None
    lat_column: str | None = None

    def __post_init__(self) -> None:
        try:
            with self.path.open("rb") as stream:
                start = stream.read(65536)
        except OSError as error:
            raise PointsError("unreadable", file=self.path, reason=error.strerror) from None
        file = self.path.name
        self.has_mark = start.startswith(b"\xef\xbb\xbf")
        first = next(_text_lines([start.partition(b"\n")[0]], file))
        if not first.strip():
            raise PointsError("empty", file=file, example="name,lon,lat")
        self.delimiter = max(",;\t", key=first.count)
        try:
            self.header = next(csv.reader([first.rstrip("\r")], delimiter=self.delimiter))
        except csv.Error as error:
            raise PointsError("no_csv", file=file, row=1, reason=error) from None
        self.lon = _column(self.header, self.lon_column, LONGITUDES, file)
        self.lat = _column(self.header, self.lat_column, LATITUDES, file)
        if taken := sorted(set(self.header) & set(COLUMNS)):
            raise PointsError("taken", file=file, column=taken[0])

    def chunks(self, on_read: Callable[[int], None]) -> Iterator[list[tuple[int, list[str]]]]:
        """Yield the rows below the header, some thousands at a time, each with its number in the file.

        Parameters
        ----------
        on_read
            Called with the number of bytes read so far.
        """
        with self.path.open("rb") as stream:
            lines = _text_lines(stream, self.path.name)
            reader = csv.reader(lines, delimiter=self.delimiter)
            chunk: list[tuple[int, list[str]]] = []
            number = 0
            try:
                for number, row in enumerate(reader, 1):
                    if row and number > 1:
                        chunk.append((number, row))
                    if len(chunk) == CHUNK:
                        yield chunk
                        on_read(stream.tell())
                        chunk = []
            except csv.Error as error:
                raise PointsError("no_csv", file=self.path.name, row=number + 1, reason=error) from None
            yield chunk
            on_read(stream.tell())


def _text_lines(lines: Iterable[bytes], file: str) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise PointsError("no_utf8", file=file, row=number) from None


def write_located(
    points: PointFile,
    index: PlaceIndex,
    day: str,
    words: Catalogue,
    output: TextIO,
    on_bad: Callable[[str], None],
    on_read: Callable[[int], None] = lambda count: None,
) -> int:
    """Write the points' rows with where each lay on a day; return how many there were.

    Every row of the file has one in the result, in the same order. Where coordinates cannot be
    read, the columns that we add are empty but for the warning, which says why.

    Parameters
    ----------
    on_bad
        Called with the sentence about each row whose coordinates cannot be read.
    on_read
        Called with the number of bytes read so far.
    """
    file, count = points.path.name, 0
    writer = csv.writer(output, delimiter=points.delimiter)
    writer.writerow([*points.header, *COLUMNS])
    width = len(points.header)
    may_have_comma, has_comma = points.delimiter != ",", None

    def cell(value: str | float) -> str | float:
        return str(value).replace(".", ",") if isinstance(value, float) else value

    def coordinates(number: int, row: list[str]) -> tuple[float, float, str]:
        if len(row) != width:
            fault = words("points.cells", file=file, row=number, count=len(row), width=width)
            return math.nan, math.nan, fault
        lon, fault = _number(words, row[points.lon], number, points.header[points.lon], 180, may_have_comma, file)
        lat, other = _number(words, row[points.lat], number, points.header[points.lat], 90, may_have_comma, file)
        return lon, lat, " ".join(part for part in (fault, other) if part)

    for chunk in points.chunks(on_read):
        if has_comma is None:
            # Where the table writes 61,5, a spreadsheet would read our 18.2 as a date.
            has_comma = may_have_comma and any("," in row[points.lon] for _, row in chunk if len(row) == width)
        read = [coordinates(number, row) for number, row in chunk]
        good = np.array([(lon, lat) for lon, lat, fault in read if not fault], dtype=float)
        answers = iter(point_rows(index, good, day, words))
        for (_, row), (_, _, fault) in zip(chunk, read, strict=True):
            if fault:
                on_bad(fault)
            answer = {"warning": fault} if fault else next(answers)
            # A short row is filled up, so that our columns stand under their names.
            cells = row + [""] * (width - len(row))
            answer_cells = [answer.get(column, "") for column in COLUMNS]
            writer.writerow(cells + (list(map(cell, answer_cells)) if has_comma else answer_cells))
        count += len(chunk)
    return count
