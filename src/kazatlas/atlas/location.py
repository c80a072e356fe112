"""Location: in which uezd, in which gubernia and under whose authority points lay on a day."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
import shapely.geometry

from kazatlas.atlas.selection import is_in_force
from kazatlas.atlas.store import Atlas, in_force
from kazatlas.record.types import VIEWS

Row = dict[str, Any]
Floats = npt.NDArray[np.float64]

# Equidistant along the meridians, and within 1 in 100 along the parallels between 36 and 58 degrees north.
_TO_KM = pyproj.Transformer.from_crs(
    4326, "+proj=eqdc +lat_0=48 +lon_0=67 +lat_1=40 +lat_2=55 +units=km", always_xy=True
)

COLUMNS = [
    *(f"{view}_{part}" for view in VIEWS for part in ("uezd", "gubernia", "authority")),
    *(f"{view}_{part}_name" for view in VIEWS for part in ("uezd", "gubernia", "authority")),
    "border_km", "border_accuracy_km", "border_certainty", "warning",
]  # fmt: skip
"""What is told of a point: ids and names by both views, the nearest border of that day, and what to beware of."""

CHUNK = 10_000

LONGITUDES = ("lon", "longitude", "lng", "long", "x", "долгота", "бойлық")
LATITUDES = ("lat", "latitude", "y", "широта", "ендік")


@dataclass(frozen=True)
class _View:
    """One view of a day: the areas that divide the land, and for each of them who stands above it."""

    areas: list[Any]
    ladders: list[Row]
    unrecovered: list[str]


@dataclass(frozen=True)
class _Borders:
    """The borders of a day, cut into straight segments, in kilometres."""

    tree: shapely.STRtree
    by_accuracy: list[tuple[float, shapely.STRtree, npt.NDArray[np.int64]]]
    accuracy: Floats
    certainties: list[str]


class Locator:
    """The atlas on one day, ready to be asked about points.

    Parameters
    ----------
    day
        The day asked about, ISO.
    language
        Of the names and warnings' names: kk, ru or en.
    """

    def __init__(self, atlas: Atlas, day: str, language: str = "en") -> None:
        self.language = language
        self.views = {view: self._view(atlas, day, view) for view in VIEWS}
        self.borders = self._borders(atlas, day)
        self.unplaced = [
            (shapely.geometry.shape(zone["geometry"]), zone["title"][language])
            for zone in atlas.tables["zones"].values()
            if zone["kind"] == "unplaced" and is_in_force(zone["valid_from"], zone["valid_to"], day)
        ]

    def _view(self, atlas: Atlas, day: str, view: str) -> _View:
        rows = {row["unit"]: row for row in in_force(atlas.versions, day, view).to_dict("records")}
        above = "parent" if view == "de_jure" else "administered_by"
        areas, ladders, unrecovered = [], [], []
        for row in rows.values():
            if row["border"] != "recovered" or not row["faces"]:
                continue
            ladder: Row = {}
            step: Row | None = row
            while step is not None and (name := ("authority", "gubernia", "uezd")[step["level"]]) not in ladder:
                ladder[name], ladder[f"{name}_name"] = step["unit"], step[f"name_{self.language}"]
                step = rows.get(step[above])
            areas.append(row["geometry"])
            ladders.append({f"{view}_{key}": value for key, value in ladder.items()})
            inside = [r[f"name_{self.language}"] for r in rows.values() if r["drawn_within"] == row["unit"]]
            unrecovered.append(", ".join(sorted(inside)))
        return _View(areas, ladders, unrecovered)

    def _borders(self, atlas: Atlas, day: str) -> _Borders | None:
        """Return the lines that part two units on the day, in either view."""
        holders: dict[str, dict[str, str]] = {}
        for view in VIEWS:
            for row in in_force(atlas.versions, day, view).to_dict("records"):
                holders.setdefault(view, {}).update(dict.fromkeys(row["faces"] or (), row["unit"]))
        land = {face for faces in atlas.versions["faces"] for face in faces or ()}
        pairs: list[Floats] = []
        accuracies: list[float] = []
        certainties: list[str] = []
        for line in atlas.borders.to_dict("records"):
            sides = {line[side] if isinstance(line[side], str) else None for side in ("left", "right")}
            # A shore is no border: beyond it lies no other unit.
            if sides - land - {None} or all(len({h.get(f or "") for f in sides}) < 2 for h in holders.values()):
                continue
            coords = np.column_stack(_TO_KM.transform(*shapely.get_coordinates(line["geometry"]).T))
            pairs.append(np.stack([coords[:-1], coords[1:]], axis=1))
            accuracies += [line["accuracy_km"]] * (len(coords) - 1)
            certainties += [line["certainty"]] * (len(coords) - 1)
        if not pairs:
            return None
        segments: Any = shapely.linestrings(np.concatenate(pairs))
        accuracy = np.array(accuracies, dtype=float)
        near = []
        for km in np.unique(accuracy):
            own = np.flatnonzero(accuracy == km)
            near.append((float(km), shapely.STRtree(segments[own]), own))
        return _Borders(shapely.STRtree(segments), near, accuracy, certainties)

    def locate(self, lon: Floats, lat: Floats) -> list[Row]:
        """Return what is told of each point, keys as in `COLUMNS`; what is not known is missing.

        Parameters
        ----------
        lon, lat
            Degrees on WGS 84.
        """
        told: list[Row] = [{} for _ in lon]
        points: Any = shapely.points(lon, lat)
        tree = shapely.STRtree(points)
        warnings: list[list[str]] = [[] for _ in lon]
        nowhere = set(range(len(told)))
        for view in self.views.values():
            # Asked from the side of the few large areas, which are then prepared once for all points.
            for number, area in enumerate(view.areas):
                for point in tree.query(area, predicate="intersects").tolist():
                    told[point].update(view.ladders[number])
                    nowhere.discard(point)
                    if view.unrecovered[number] and not warnings[point]:
                        warnings[point].append(
                            f"May have lain in a unit whose border is not recovered: {view.unrecovered[number]}."
                        )
        for area, title in self.unplaced:
            for point in tree.query(area, predicate="intersects").tolist():
                warnings[point].append(f"Lies where land changed hands and its new border was not found: {title}.")
        self._tell_borders(lon, lat, told, warnings)
        for point in nowhere:
            warnings[point] = ["Lies in no unit of the atlas: in water or outside the map."]
        for row, own in zip(told, warnings, strict=True):
            if own:
                row["warning"] = " ".join(own)
        return told

    def _tell_borders(self, lon: Floats, lat: Floats, told: list[Row], warnings: list[list[str]]) -> None:
        borders = self.borders
        asked = np.array([number for number, row in enumerate(told) if row], dtype=int)
        if borders is None or not len(asked):
            return
        points = shapely.points(*_TO_KM.transform(lon[asked], lat[asked]))
        (_, segment), km = borders.tree.query_nearest(points, return_distance=True, all_matches=False)
        margin = np.minimum(km - borders.accuracy[segment], 0)
        for accuracy, tree, own in borders.by_accuracy:
            (some, found), distance = tree.query_nearest(
                points, max_distance=accuracy, return_distance=True, all_matches=False
            )
            # The nearest border is told, unless another one may rather have run on the point's other side.
            is_nearer = distance - accuracy < margin[some]
            some, found, distance = some[is_nearer], found[is_nearer], distance[is_nearer]
            margin[some], segment[some], km[some] = distance - accuracy, own[found], distance
        for number, point in enumerate(asked.tolist()):
            distance_km, accuracy = float(km[number]), float(borders.accuracy[segment[number]])
            told[point]["border_km"], told[point]["border_accuracy_km"] = round(distance_km, 1), accuracy
            told[point]["border_certainty"] = borders.certainties[segment[number]]
            if distance_km < accuracy:
                warnings[point].append(
                    f"Lies {distance_km:.1f} km from a border that is known to {accuracy:g} km: "
                    "may have lain on its other side."
                )


def locate(points: Sequence[Any], atlas: Atlas, day: str, language: str = "en") -> list[Row]:
    """Return for each point in which uezd and gubernia and under whose authority it lay on a day.

    Parameters
    ----------
    points
        Shapely points, EPSG:4326.

    Returns
    -------
    A row a point, keys as in `COLUMNS`; a key is missing where there is nothing to tell.
    """
    coordinates = shapely.get_coordinates(np.asarray(points, dtype=object))
    return Locator(atlas, day, language).locate(coordinates[:, 0], coordinates[:, 1])


class PointsError(Exception):
    """The file of points cannot be used; the message says which file, where, and what to do."""


def _column(header: list[str], wanted: str | None, known: Sequence[str], what: str, file: str) -> int:
    names = [name.strip().lower() for name in header]
    if wanted is not None:
        if wanted.strip().lower() in names:
            return names.index(wanted.strip().lower())
        raise PointsError(f"{file} has no column '{wanted}'. Its columns are: {', '.join(header)}.")
    found = [number for number, name in enumerate(names) if name in known]
    if len(found) == 1:
        return found[0]
    option = f"--{known[0]} COLUMN"
    if found:
        twice = " and ".join(f"'{header[number]}'" for number in found)
        raise PointsError(
            f"{file} has two columns that may hold the {what}, {twice}. Name the right one with {option}."
        )
    raise PointsError(
        f"{file} has no column that is called {known[0]} or {known[1]}. Its columns are: {', '.join(header)}. "
        f"Name the one that holds the {what} with {option}."
    )


def _number(text: str, row: int, column: str, bounds: float, may_have_comma: bool, file: str) -> tuple[float, str]:
    """Return a coordinate, or NaN and the sentence that says what is wrong with it."""
    where = f"{file}, row {row}, column '{column}':"
    plain = text.strip().replace("\u2212", "-")
    if may_have_comma:
        plain = plain.replace(",", ".")
    if not plain:
        return math.nan, f"{where} is empty. Write degrees, such as 69.15."
    try:
        value = float(plain)
    except ValueError:
        return math.nan, f"{where} '{text[:40]}' is not a number. Write decimal degrees with a point, such as 69.15."
    if not math.isfinite(value) or abs(value) > bounds:
        return math.nan, (
            f"{where} {plain[:40]} is not between -{bounds:g} and {bounds:g}. "
            "Write degrees on WGS 84; look whether longitude and latitude are exchanged."
        )
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
            raise PointsError(f"{self.path} cannot be read ({error.strerror}). Look at its name and place.") from None
        file = self.path.name
        self.has_mark = start.startswith(b"\xef\xbb\xbf")
        first = next(_text_lines([start.partition(b"\n")[0]], file))
        if not first.strip():
            raise PointsError(f"{file} is empty. Its first row must name the columns, such as: name,lon,lat")
        self.delimiter = max(",;\t", key=first.count)
        try:
            self.header = next(csv.reader([first.rstrip("\r")], delimiter=self.delimiter))
        except csv.Error as error:
            raise PointsError(f"{file}, row 1: is not CSV ({error}). Save the table as CSV UTF-8.") from None
        self.lon = _column(self.header, self.lon_column, LONGITUDES, "longitude", file)
        self.lat = _column(self.header, self.lat_column, LATITUDES, "latitude", file)
        if taken := sorted(set(self.header) & set(COLUMNS)):
            raise PointsError(f"{file} already has a column '{taken[0]}', which the result would have too. Rename it.")

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
                raise PointsError(
                    f"{self.path.name}, row {number + 1}: is not CSV ({error}). Look at the quotation marks there."
                ) from None
            yield chunk
            on_read(stream.tell())


def _text_lines(lines: Iterable[bytes], file: str) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise PointsError(
                f"{file}, row {number}: is not UTF-8 text. Save the table as CSV UTF-8 and try again."
            ) from None


def locate_file(
    points: PointFile,
    locator: Locator,
    output: TextIO,
    on_bad: Callable[[str], None],
    on_read: Callable[[int], None] = lambda count: None,
) -> int:
    """Write the points' rows with what is told of each; return how many there were.

    Every row of the file has one in the result, in the same order. Where coordinates cannot be
    read, the columns that we add are empty but for the warning, which says why.

    Parameters
    ----------
    on_bad
        Called with the sentence about each row whose coordinates cannot be read.
    """
    file, count = points.path.name, 0
    writer = csv.writer(output, delimiter=points.delimiter)
    writer.writerow([*points.header, *COLUMNS])
    width = len(points.header)
    may_have_comma, has_comma = points.delimiter != ",", None

    def cell(value: str | float) -> str | float:
        return str(value).replace(".", ",") if isinstance(value, float) else value

    for chunk in points.chunks(on_read):
        if has_comma is None:
            # Where the table writes 61,5, a spreadsheet would read our 18.2 as a date.
            has_comma = may_have_comma and any("," in row[points.lon] for _, row in chunk if len(row) == width)
        found: list[tuple[float, float, str]] = []
        for number, row in chunk:
            if len(row) != width:
                fault = f"{file}, row {number}: has {len(row)} cells where the first row has {width}. Mend the row."
                found.append((math.nan, math.nan, fault))
                continue
            lon, fault = _number(row[points.lon], number, points.header[points.lon], 180, may_have_comma, file)
            lat, other = _number(row[points.lat], number, points.header[points.lat], 90, may_have_comma, file)
            found.append((lon, lat, " ".join(part for part in (fault, other) if part)))
        good = [number for number, (_, _, fault) in enumerate(found) if not fault]
        told: list[Row] = [{"warning": fault} for _, _, fault in found]
        lons, lats = (np.array([found[number][axis] for number in good], dtype=float) for axis in (0, 1))
        for number, answer in zip(good, locator.locate(lons, lats), strict=True):
            told[number] = answer
        for (_, row), answer, (_, _, fault) in zip(chunk, told, found, strict=True):
            if fault:
                on_bad(fault)
            # A short row is filled up, so that our columns stand under their names.
            cells = row + [""] * (width - len(row))
            own = [answer.get(column, "") for column in COLUMNS]
            writer.writerow(cells + (list(map(cell, own)) if has_comma else own))
        count += len(chunk)
    return count
