"""Ladder: in which uezd and gubernia and under whose authority one point lay, through all the years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import pyproj
import shapely

from kazatlas.atlas.selection import is_given, is_in_force
from kazatlas.atlas.store import MAP_FRAME, Atlas, change_dates
from kazatlas.record.types import VIEWS, View
from kazatlas.text.catalogue import Catalogue

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Border:
    """A stretch of border near the point.

    Attributes
    ----------
    km
        How far from the point it is drawn.
    accuracy_km
        How far from there it may have run in truth.
    neighbour
        The version of the unit behind it; None where the atlas ends.
    """

    id: str
    km: float
    accuracy_km: float
    basis: str
    certainty: str
    neighbour: Row | None

    @property
    def is_doubtful(self) -> bool:
        """Whether the point may have lain on its other side."""
        return self.km < self.accuracy_km


@dataclass(frozen=True)
class Rung:
    """A stretch of time in which the point was in the same uezd and gubernia under the same authority.

    Attributes
    ----------
    valid_from, valid_to
        First day, and first day no longer; None where no end is known.
    event, end_event
        The acts that began and ended it.
    start_precision, end_precision
        How exactly these are dated: day, month, year.
    uezd, gubernia, authority
        Unit versions; None where there is none. A uezd with the rights of a gubernia is both.
    border
        The nearest border of the smallest of them, at its nearest in this time.
    doubts
        All of its borders that are nearer than their accuracy, so that the point may have lain behind
        them; the least sure first.
    unrecovered
        Units within it whose borders are not recovered: the point may have lain in one of them.
    """

    valid_from: str
    valid_to: str | None
    event: str
    end_event: str | None
    start_precision: str
    end_precision: str | None
    uezd: Row | None
    gubernia: Row | None
    authority: Row | None
    border: Border | None
    doubts: list[Border]
    unrecovered: list[Row]


@dataclass(frozen=True)
class Ladder:
    """What is known of a point: rungs in each view, and the zones it lay in.

    No rungs: the point lies in water or outside the map.
    """

    lon: float
    lat: float
    rungs: dict[View, list[Rung]] = field(default_factory=dict)
    zones: list[str] = field(default_factory=list)

    def at(self, day: str, view: View) -> Rung | None:
        """Return the rung that holds a day."""
        return next((r for r in self.rungs[view] if is_in_force(r.valid_from, r.valid_to, day)), None)


def _rows(frame: gpd.GeoDataFrame) -> list[Row]:
    """Return a table's rows without the NaN that stand for missing values."""
    return [{key: value for key, value in row.items() if is_given(value)} for row in frame.to_dict("records")]


def _in_force(rows: list[Row], view: View, day: str) -> list[Row]:
    return [r for r in rows if r["view"] in (view, "both") and is_in_force(r["valid_from"], r.get("valid_to"), day)]


class _Map:
    """One day in one view: the units, the edges of each with who is behind them, the units drawn within each."""

    def __init__(self, rows: list[Row], edges: list[Row]) -> None:
        self.units = {row["unit"]: row for row in rows}
        self.outlines: dict[str, list[tuple[int, Row | None]]] = defaultdict(list)
        self.within: dict[str, list[Row]] = defaultdict(list)
        holders = {face: row for row in rows for face in row["faces"]}
        for number, edge in enumerate(edges):
            left, right = holders.get(edge.get("left", "")), holders.get(edge.get("right", ""))
            if left is not right:
                for own, other in ((left, right), (right, left)):
                    if own is not None:
                        self.outlines[own["unit"]].append((number, other))
        for row in rows:
            if "drawn_within" in row:
                self.within[row["drawn_within"]].append(row)


class LadderIndex:
    """The atlas on every day on which something changes, ready to be asked about points; made once."""

    def __init__(self, atlas: Atlas) -> None:
        rows = _rows(atlas.versions)
        self.days = change_dates(atlas)
        self.events = {event["id"]: event for event in atlas.tables["events"]}
        self.leaves = [row for row in rows if row["border"] == "recovered" and row["faces"]]
        self.tree = shapely.STRtree([row["geometry"] for row in self.leaves])
        self.zones = {id_: shapely.geometry.shape(zone["geometry"]) for id_, zone in atlas.tables["zones"].items()}
        land = {face for row in self.leaves for face in row["faces"]}
        # A shore is no border: beyond it lies no other unit.
        self.edges = [
            edge for edge in _rows(atlas.borders)
            if edge["method"] != MAP_FRAME and {edge.get("left"), edge.get("right")} <= land | {None}
        ]  # fmt: skip
        self.lines = [shapely.segmentize(edge["geometry"], 0.1) for edge in self.edges]
        self.maps = {(view, day): _Map(_in_force(rows, view, day), self.edges) for view in VIEWS for day in self.days}


def ladder(index: LadderIndex, lon: float, lat: float) -> Ladder:
    """Tell in which uezd and gubernia and under whose authority a point lay, from stop to stop.

    Parameters
    ----------
    lon, lat
        Degrees on WGS 84.
    """
    point = shapely.Point(lon, lat)
    found = [index.leaves[number] for number in sorted(index.tree.query(point, predicate="intersects"))]
    if not found:
        return Ladder(lon, lat, {view: [] for view in VIEWS})
    distances = _distances(index, lon, lat)
    rungs = {view: _rungs(index, found, distances, view) for view in VIEWS}
    return Ladder(lon, lat, rungs, [id_ for id_, area in index.zones.items() if area.intersects(point)])


def _distances(index: LadderIndex, lon: float, lat: float) -> list[float]:
    """Return how far the point is from each edge, in km; exact, as distances from a projection's centre are."""
    centred = pyproj.Transformer.from_crs(4326, f"+proj=aeqd +lat_0={lat} +lon_0={lon} +units=km", always_xy=True)
    lines = shapely.transform(index.lines, centred.transform, interleaved=False)
    return [round(float(km), 3) for km in shapely.distance(lines, shapely.Point(0, 0))]


def _rungs(index: LadderIndex, found: list[Row], distances: list[float], view: View) -> list[Rung]:
    rungs: list[Rung] = []
    unit = ""
    for day in index.days:
        here = _in_force(found, view, day)
        if not here:
            # On a line, in the hair's breadth between rounded outlines; what held before holds.
            continue
        # A gubernia with land of its own beside its uezds is drawn with both; the smaller unit tells more.
        # A point on a line lies in two; it stays on the side where it was, or goes with the land that moves.
        leaf = max(here, key=lambda row: (row["level"], row["unit"] == unit, row["valid_from"]))
        unit = leaf["unit"]
        rung = _rung(index, leaf, distances, view, day)
        if not rungs:
            rungs.append(rung)
        elif changed := _changed(rungs[-1], rung):
            chain = (*changed, rung.uezd, rung.gubernia, rung.authority)
            begun = (row["start_event"] for row in chain if row and row["valid_from"] == day)
            event = next(begun, leaf["start_event"])
            precision = index.events[event]["precision"]
            rungs[-1] = replace(rungs[-1], valid_to=day, end_event=event, end_precision=precision)
            rungs.append(replace(rung, event=event, start_precision=precision))
        else:
            rungs[-1] = _joined(rungs[-1], rung)
    return rungs


def _rung(index: LadderIndex, leaf: Row, distances: list[float], view: View, day: str) -> Rung:
    """Return what holds of the point on one day."""
    now = index.maps[view, day]
    steps: dict[int, Row] = {}
    step: Row | None = leaf
    while step is not None and step["level"] not in steps:
        steps[step["level"]] = step
        step = now.units.get(step.get("parent" if view == "de_jure" else "administered_by", ""))
    gubernia = steps.get(1)
    uezd = steps.get(2) or (gubernia if gubernia and gubernia["type"] == "uezd" else None)
    borders = []
    for number, other in now.outlines.get(leaf["unit"], []):
        edge = index.edges[number]
        accuracy, basis, certainty = edge["accuracy_km"], edge["basis"], edge["certainty"]
        borders.append(Border(edge["id"], distances[number], accuracy, basis, certainty, other))
    return Rung(
        day, None, leaf["start_event"], None, leaf["start_precision"], None, uezd, gubernia, steps.get(0),
        min(borders, key=lambda border: border.km, default=None),
        _doubts(borders), now.within.get(leaf["unit"], []),
    )  # fmt: skip


def _doubts(borders: list[Border]) -> list[Border]:
    return sorted((b for b in borders if b.is_doubtful), key=lambda b: (b.km - b.accuracy_km, b.id))


def _changed(before: Rung, after: Rung) -> list[Row | None]:
    """Return those of uezd, gubernia and authority that are others, or have other names."""
    pairs = ((before.uezd, after.uezd), (before.gubernia, after.gubernia), (before.authority, after.authority))
    return [new for old, new in pairs if _told(old) != _told(new)]


def _told(row: Row | None) -> tuple[Any, ...] | None:
    return tuple(row[key] for key in ("unit", "type", "name_kk", "name_ru", "name_en")) if row else None


def _joined(before: Rung, after: Rung) -> Rung:
    """Return two rungs that tell the same as one, each border at its nearest."""
    borders = [border for border in (before.border, after.border) if border]
    doubts = {border.id: border for border in (*after.doubts, *before.doubts)}
    unrecovered = {row["unit"]: row for row in (*after.unrecovered, *before.unrecovered)}
    return replace(
        before,
        border=min(borders, key=lambda border: border.km, default=None),
        doubts=_doubts(list(doubts.values())),
        unrecovered=[unrecovered[unit] for unit in sorted(unrecovered)],
    )


def printable(told: Ladder, view: View, words: Catalogue) -> list[dict[str, str]]:
    """Return the rungs as rows of text in a language, for a table on the page or on paper.

    Returns
    -------
    Rows with `since`, `until` (the first day no longer), `uezd`, `gubernia`, `authority`, `border_km`,
    `accuracy_km`, `neighbour`, `doubtful` (`yes` when the border is nearer than its accuracy) and
    `perhaps` (units with unknown borders in which the point may have lain). What is not known is empty.
    """

    def name(row: Row | None) -> str:
        return str(row[f"name_{words.language}"]) if row else ""

    def km(value: float) -> str:
        return words("card.border_km", number=words.number(round(value, 1)))

    rows = []
    for number, rung in enumerate(told.rungs[view]):
        # Where a border leaves doubt, it is the one to tell of.
        border = rung.doubts[0] if rung.doubts else rung.border
        rows.append({
            "since": words.date(rung.valid_from, rung.start_precision) if number else words("card.from_opens"),
            "until": words.date(rung.valid_to, rung.end_precision or "day") if rung.valid_to else words("card.to_open"),
            "uezd": name(rung.uezd),
            "gubernia": name(rung.gubernia),
            "authority": name(rung.authority),
            "border_km": km(border.km) if border else "",
            "accuracy_km": km(border.accuracy_km) if border else "",
            "neighbour": name(border.neighbour) if border else "",
            "doubtful": "yes" if rung.doubts else "",
            "perhaps": ", ".join(name(row) for row in rung.unrecovered),
        })  # fmt: skip
    return rows
