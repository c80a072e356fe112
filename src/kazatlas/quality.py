"""Quality: how far the record can be trusted, counted from the atlas itself."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kazatlas.atlas import MAP_FRAME, Atlas
from kazatlas.lineage import History, day_before, history
from kazatlas.words import Words, alphabetically

BASES = ("legal-text", "period-map", "later-map", "river", "modern-boundary", "conjecture")
CERTAINTIES = ("certain", "less-certain", "uncertain")
PRECISIONS = ("day", "month", "year")
SEEN = ("original", "facsimile", "transcription", "secondary", "not-seen")
SUPPORTS = ("none", "own", "one", "one-origin", "several")
"""What a fact rests on: no source yet; only what is generally known or inferred; one source;
several that go back to one work; several that do not."""

_AREA_COLUMNS = ("unit", "as_of", "source", "printed", "measured", "difference")

_OWN = {"general-knowledge", "inference"}


@dataclass(frozen=True)
class Area:
    """An area as a source prints it, beside what the map measures."""

    unit: str
    as_of: str | None
    source: str
    locator: str
    printed_km2: float
    measured_km2: float
    measured_on: str

    @property
    def difference(self) -> float:
        """Return by which part the measured area is larger (or, negative, smaller) than the printed."""
        return self.measured_km2 / self.printed_km2 - 1


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
    areas
        Every printed area with a measured one, the largest difference first.
    open_questions
        As the record asks them, with citations.
    """

    recovered: dict[int, tuple[int, int]]
    not_recovered: list[str]
    border_km: dict[tuple[str, str], float]
    total_km: float
    precisions: dict[str, int]
    certainties: dict[str, int]
    supports: dict[str, dict[str, int]]
    seen: dict[str, list[str]]
    areas: list[Area]
    open_questions: list[dict[str, Any]]


@dataclass(frozen=True)
class Section:
    """A table of the quality page in words."""

    title: str
    note: str
    columns: list[str]
    rows: list[list[str]]


def _origins(source: str, sources: Mapping[str, Any]) -> set[str]:
    """Return a source and all works that it says it relies on."""
    found, waiting = set[str](), [source]
    while waiting:
        if (here := waiting.pop()) not in found:
            found.add(here)
            waiting += sources.get(here, {}).get("relies_on", [])
    return found


def support(cited: Iterable[str], sources: Mapping[str, Any]) -> str:
    """Return what a fact rests on that cites these sources; one of `SUPPORTS`."""
    ids = set(cited)
    if not ids:
        return "none"
    if not ids - _OWN:
        return "own"
    families: list[set[str]] = []
    for id_ in sorted(ids - _OWN):
        origins = _origins(id_, sources)
        families = [f for f in families if not f & origins] + [origins.union(*(f for f in families if f & origins))]
    if len(families) > 1:
        return "several"
    return "one" if len(ids - _OWN) == 1 else "one-origin"


def _cited(citations: Any) -> list[str]:
    return [citation["source"] for citation in citations or ()]


def _facts(told: History, methods: Iterable[str]) -> Iterable[tuple[str, list[str]]]:
    """Yield every fact of the record: its kind, and the sources that it cites."""
    tables = told.tables
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in told.rows:
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


def _areas(told: History) -> list[Area]:
    """Return printed areas with what the map measures at the nearest time that it shows."""
    closing = day_before(told.tables["coverage"][1])
    found = []
    for unit, entry in told.tables["units"].items():
        rows = [row for row in told.rows if row["unit"] == unit and row["view"] != "de_facto" and "area_km2" in row]
        rows.sort(key=lambda row: str(row["valid_from"]))
        for figure in entry.get("figures", ()):
            if figure["what"] != "area" or not rows:
                continue
            year = re.match(r"\d{4}", figure.get("as_of") or "")
            wanted = min(f"{year.group()}-12-31", closing) if year else told.opening
            row = next((row for row in reversed(rows) if row["valid_from"] <= wanted), rows[0])
            measured = Area(
                unit, figure.get("as_of"), figure["source"], figure["locator"], figure["km2"], row["area_km2"],
                max(row["valid_from"], min(wanted, day_before(row.get("valid_to", told.tables["coverage"][1])))),
            )  # fmt: skip
            found.append(measured)
    return sorted(found, key=lambda area: (-abs(area.difference), area.unit, area.printed_km2))


def measure_quality(atlas: Atlas) -> Quality:
    """Return the figures of the quality page."""
    # The edge of the map is no border of anything.
    borders = atlas.borders[atlas.borders["method"] != MAP_FRAME]
    told = history(atlas)
    units = {row["unit"]: row for row in told.rows if row["level"] > 0 and row["type"] != "undivided"}
    drawn = {row["unit"] for row in told.rows if row["border"] == "recovered"}
    recovered = {
        level: (sum(unit in drawn for unit in here), len(here))
        for level in (1, 2)
        if (here := [unit for unit, row in units.items() if row["level"] == level])
    }
    km: dict[tuple[str, str], float] = defaultdict(float)
    for basis, certainty, length in zip(borders["basis"], borders["certainty"], borders["length_km"], strict=True):
        km[basis, certainty] += length
    precisions = Counter(event["precision"] for event in told.tables["events"])
    certainties = Counter(row["certainty"] for row in told.rows)
    supports: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, cited in _facts(told, borders["method"]):
        supports[kind][support(cited, told.tables["sources"])] += 1
    seen: dict[str, list[str]] = {how: [] for how in SEEN}
    for id_, source in told.tables["sources"].items():
        if id_ not in _OWN:
            seen[source["seen"]].append(id_)
    return Quality(
        recovered=recovered,
        not_recovered=sorted(unit for unit in units if unit not in drawn),
        border_km={(b, c): km[b, c] for b in BASES for c in CERTAINTIES if (b, c) in km},
        total_km=float(borders["length_km"].sum()),
        precisions={precision: precisions[precision] for precision in PRECISIONS},
        certainties={certainty: certainties[certainty] for certainty in CERTAINTIES},
        supports={kind: {what: counts[what] for what in SUPPORTS} for kind, counts in supports.items()},
        seen=seen,
        areas=_areas(told),
        open_questions=list(told.tables["article"].get("open_questions", [])),
    )


def proof_sections(atlas: Atlas, words: Words) -> list[Section]:
    """Return what the witnesses prove, as tables in words."""
    proof, number = atlas.tables["proof"], words.number
    kinds = ("accepted", "counted", "of_the_time", "carried", "waiting", "rejected", "origins")
    told = [[words(f"quality.proof_{kind}"), number(proof[kind])] for kind in kinds]
    for version, held in proof["held_back"].items():
        of = words("quality.n_of_m", n=number(held["right"]), m=number(held["right"] + held["wrong"]))
        told.append([words("quality.held", version=version), of])
    reaches = []
    for low, high in zip([0, *proof["reach"]], [*proof["reach"], None], strict=True):
        name = words("quality.reach_within", low=low, high=high) if high else words("quality.reach_farther")
        reaches.append([name, *(number(proof[side][str(high or "farther")]) for side in ("outer_km", "inner_km"))])
    return [
        Section(words("quality.proof"), words("quality.proof_note"),
                [words("quality.proof_what"), words("quality.proof_number")], told),
        Section(words("quality.reach"), words("quality.reach_note", date=words.date(proof["reach_on"])),
                [words(f"quality.reach_{column}") for column in ("distance", "outer", "inner")], reaches),
    ]  # fmt: skip


def quality_sections(atlas: Atlas, words: Words) -> list[Section]:
    """Return the quality page as tables in words."""
    quality, tables = measure_quality(atlas), atlas.tables

    def section(name: str, columns: list[str], rows: list[list[str]], **values: Any) -> Section:
        return Section(words(f"quality.{name}"), words(f"quality.{name}_note", **values), columns, rows)

    def label(unit: str) -> str:
        return words.choice(tables["units"][unit]["label"])

    number = words.number
    levels = [
        [words(f"map.level_{level}"), words("quality.n_of_m", n=number(n), m=number(m))]
        for level, (n, m) in quality.recovered.items()
    ]
    bases = [basis for basis in BASES if any((basis, certainty) in quality.border_km for certainty in CERTAINTIES)]
    lengths = [
        [words(f"card.basis_{basis}"), *(number(round(quality.border_km.get((basis, c), 0.0))) for c in CERTAINTIES),
         number(round(sum(quality.border_km.get((basis, c), 0.0) for c in CERTAINTIES)))]
        for basis in bases
    ]  # fmt: skip
    sums = [sum(quality.border_km.get((basis, c), 0.0) for basis in bases) for c in CERTAINTIES]
    lengths.append([words("quality.total"), *(number(round(km)) for km in sums), number(round(quality.total_km))])
    certain = [words(f"card.certainty_{certainty}") for certainty in CERTAINTIES]

    def title(source: str) -> str:
        return words.said(own := str(tables["sources"][source]["title"])) or own

    not_seen = "; ".join(map(title, quality.seen["not-seen"]))
    lost = ", ".join(sorted(map(label, quality.not_recovered), key=alphabetically))
    return [
        section("borders", [words("quality.level"), words("quality.units")], levels, units=lost or "—"),
        section("lines", [words("quality.basis"), *certain, words("quality.total")], lengths),
        *proof_sections(atlas, words),
        section("dates", [words("quality.precision"), words("quality.acts")],
                [[words(f"quality.precision_{p}"), number(n)] for p, n in quality.precisions.items()]),
        section("sure", [words("card.certainty"), words("quality.versions")],
                [[words(f"card.certainty_{c}"), number(n)] for c, n in quality.certainties.items()]),
        section("support", [words("quality.fact"), *(words(f"quality.support_{what}") for what in SUPPORTS)],
                [[words(f"quality.kind_{kind}"), *(number(n) for n in counts.values())]
                 for kind, counts in quality.supports.items()]),
        section("seen", [words("quality.how_seen"), words("quality.sources")],
                [[words(f"card.seen_{how}"), number(len(ids))] for how, ids in quality.seen.items()],
                titles=not_seen or "—"),
        section("areas", [words(f"quality.{column}") for column in _AREA_COLUMNS],
                [[label(a.unit), words.years(a.as_of) if a.as_of else "—", title(a.source),
                  number(round(a.printed_km2)), number(round(a.measured_km2)),
                  f"{round(a.difference * 100):+d} %".replace("-", "−")] for a in quality.areas]),
    ]  # fmt: skip
