"""Quality: how far the record can be trusted, counted from the atlas itself."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kazatlas.atlas.lineage import History, day_before, history_of
from kazatlas.atlas.store import MAP_FRAME, Atlas
from kazatlas.record.evidence import OWN_SOURCES, SUPPORTS, Evidence
from kazatlas.record.types import BASES, CERTAINTIES

PRECISIONS = ("day", "month", "year")
SEEN = ("original", "facsimile", "transcription", "secondary", "not-seen")


@dataclass(frozen=True)
class Area:
    """An area as a source prints it, beside what the map measures.

    Attributes
    ----------
    units, without
        What the figure is about: the areas of these units together, but for those.
    why
        Why the two differ, in three languages; None when nobody has said.
    """

    unit: str
    as_of: str | None
    source: str
    locator: str
    printed_km2: float
    measured_km2: float
    measured_on: str
    units: tuple[str, ...]
    without: tuple[str, ...]
    why: dict[str, str] | None

    @property
    def difference(self) -> float:
        """Return by which part the measured area is larger (or, negative, smaller) than the printed."""
        return self.measured_km2 / self.printed_km2 - 1


@dataclass(frozen=True)
class ApartArea:
    """An area as a source prints it, of something that the map does not show, and the reason in three languages."""

    unit: str
    as_of: str | None
    source: str
    printed_km2: float
    reason: dict[str, str]


@dataclass(frozen=True)
class Quality:
    """The figures of the quality page.

    Attributes
    ----------
    recovered
        Level -> units with a recovered border, units in all; land whose division is unknown is no unit.
    not_recovered
        Ids of the units without.
    border_km
        Basis, certainty -> km of drawn line; they sum to `total_km`.
    precisions, certainties
        Acts by how exactly their date is known; unit versions by how sure they are.
    supports
        Kind of fact -> what it rests on (`SUPPORTS`) -> how many.
    seen
        How sources were seen -> their ids; what is generally known or inferred is no source.
    origins
        Work -> ids of the sources that go back to it, the work with the most first.
    areas
        Every printed area with a measured one, the largest difference first.
    apart
        Every printed area that cannot be compared with the map.
    doubts
        What the record does not know, in its order.
    """

    recovered: dict[int, tuple[int, int]]
    not_recovered: list[str]
    border_km: dict[tuple[str, str], float]
    total_km: float
    precisions: dict[str, int]
    certainties: dict[str, int]
    supports: dict[str, dict[str, int]]
    seen: dict[str, list[str]]
    origins: dict[str, list[str]]
    areas: list[Area]
    apart: list[ApartArea]
    doubts: list[dict[str, Any]]


def _cited(citations: Any) -> list[str]:
    return [citation["source"] for citation in citations or ()]


def _facts(history: History, methods: Iterable[str]) -> Iterable[tuple[str, list[str]]]:
    """Yield every fact of the record: its kind, and the sources that it cites."""
    tables = history.tables
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in history.rows:
        yield "version", _cited(row["citations"])
        names[row["unit"], row["name_kk"] + row["name_ru"]] += _cited(row.get("name_citations"))
    for cited in names.values():
        yield "name", cited
    for event in tables["events"]:
        yield "event", _cited(event["citations"])
    for method in sorted(set(methods)):
        yield "line", _cited(tables["methods"].get(method, {}).get("citations"))
    for zone in tables["zones"].values():
        yield "zone", _cited(zone["citations"])
    for place in tables["places"].values():
        yield "place", _cited(place.get("citations"))


def _measured(history: History, units: Iterable[str], without: Iterable[str], day: str, view: str) -> float | None:
    """Return the area of units together on a day, but for others; None when one is not drawn then."""
    total = 0.0
    for sign, ids in ((1, units), (-1, without)):
        for id_ in ids:
            row = next(
                (
                    row for row in history.rows
                    if row["unit"] == id_ and row["view"] in ("both", view) and "area_km2" in row
                    and row["valid_from"] <= day and ("valid_to" not in row or day < row["valid_to"])
                ),
                None,
            )  # fmt: skip
            if row is None:
                return None
            total += sign * row["area_km2"]
    return total


def _nearest(history: History, unit: str, as_of: str | None) -> str | None:
    """Return the day on which the map shows the unit nearest to a time; None when it is never drawn."""
    rows = [row for row in history.rows if row["unit"] == unit and row["view"] != "de_facto" and "area_km2" in row]
    if not rows:
        return None
    rows.sort(key=lambda row: str(row["valid_from"]))
    closing = history.tables["coverage"][1]
    year = re.match(r"\d{4}", as_of or "")
    wanted = min(f"{year.group()}-12-31", day_before(closing)) if year else history.opening
    row = next((row for row in reversed(rows) if row["valid_from"] <= wanted), rows[0])
    return max(str(row["valid_from"]), min(wanted, day_before(row.get("valid_to", closing))))


def _areas(history: History) -> tuple[list[Area], list[ApartArea]]:
    """Return printed areas with what the map measures of the same land, and those that it does not show.

    Land and day are those that the record names (`compare`); without a name, the unit itself at the
    nearest time that the map shows.
    """
    areas, apart = list[Area](), list[ApartArea]()
    for unit, entry in history.tables["units"].items():
        for figure in entry.get("figures", ()):
            if figure["what"] != "area":
                continue
            as_of, source, printed = figure.get("as_of"), figure["source"], figure["km2"]
            if reason := figure.get("not_comparable"):
                apart.append(ApartArea(unit, as_of, source, printed, reason))
                continue
            compare = figure.get("compare") or {
                "units": [unit],
                "on": _nearest(history, unit, as_of),
                "view": "de_jure",
            }
            units, without, day = tuple(compare["units"]), tuple(compare.get("without", ())), compare["on"]
            measured = day and _measured(history, units, without, day, compare["view"])
            if measured:
                areas.append(Area(
                    unit, as_of, source, figure["locator"], printed, measured, day, units, without, figure.get("why")
                ))  # fmt: skip
    areas.sort(key=lambda area: (-abs(area.difference), area.unit, area.printed_km2))
    return areas, sorted(apart, key=lambda area: (area.unit, area.as_of or "", area.printed_km2))


def unexplained(atlas: Atlas, within: float = 0.05) -> list[Area]:
    """Return the best figure of each first-level unit of the republic that the map misses by more, without a reason."""
    first = {row["unit"] for row in history_of(atlas).rows if row["level"] == 1 and row["in_republic"]}
    best: dict[str, Area] = {}
    # The last one wins: areas stand in order of difference, the largest first.
    for area in measure_quality(atlas).areas:
        if area.unit in first:
            best[area.unit] = area
    return [area for area in best.values() if abs(area.difference) > within and area.why is None]


def measure_quality(atlas: Atlas) -> Quality:
    """Return the figures of the quality page."""
    # The edge of the map is no border of anything.
    borders = atlas.borders[atlas.borders["method"] != MAP_FRAME]
    history = history_of(atlas)
    units = {row["unit"]: row for row in history.rows if row["level"] > 0 and row["type"] != "undivided"}
    bounded = {row["unit"] for row in history.rows if row["border"] == "recovered"}
    recovered = {
        level: (sum(unit in bounded for unit in here), len(here))
        for level in (1, 2)
        if (here := [unit for unit, row in units.items() if row["level"] == level])
    }
    km: dict[tuple[str, str], float] = defaultdict(float)
    for basis, certainty, length in zip(borders["basis"], borders["certainty"], borders["length_km"], strict=True):
        km[basis, certainty] += length
    precisions = Counter(event["precision"] for event in history.tables["events"])
    certainties = Counter(row["certainty"] for row in history.rows)
    supports: dict[str, Counter[str]] = defaultdict(Counter)
    evidence = Evidence(history.tables["sources"], history.tables["origins"])
    for kind, cited in _facts(history, borders["method"]):
        supports[kind][evidence.support(cited)] += 1
    origins: dict[str, list[str]] = defaultdict(list)
    seen: dict[str, list[str]] = {how: [] for how in SEEN}
    for id_, source in history.tables["sources"].items():
        if id_ not in OWN_SOURCES:
            seen[source["seen"]].append(id_)
            origins[source["origin"]].append(id_)
    areas, apart = _areas(history)
    return Quality(
        recovered=recovered,
        not_recovered=sorted(unit for unit in units if unit not in bounded),
        border_km={(b, c): km[b, c] for b in BASES for c in CERTAINTIES if (b, c) in km},
        total_km=float(borders["length_km"].sum()),
        precisions={precision: precisions[precision] for precision in PRECISIONS},
        certainties={certainty: certainties[certainty] for certainty in CERTAINTIES},
        supports={kind: {what: counts[what] for what in SUPPORTS} for kind, counts in supports.items()},
        seen=seen,
        origins=dict(sorted(origins.items(), key=lambda item: (-len(item[1]), item[0]))),
        areas=areas,
        apart=apart,
        doubts=history.tables["doubts"],
    )
