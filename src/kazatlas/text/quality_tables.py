"""Quality tables: the figures of the record's quality as tables in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kazatlas.atlas.quality import ApartArea, Area, measure_quality
from kazatlas.atlas.store import Atlas
from kazatlas.record.evidence import SUPPORTS
from kazatlas.record.types import BASES, CERTAINTIES
from kazatlas.text.catalogue import Catalogue, alphabetically

_AREA_COLUMNS = ("unit", "as_of", "source", "printed", "compared", "measured", "difference", "why")
_APART_COLUMNS = ("unit", "as_of", "source", "printed", "why")


@dataclass(frozen=True)
class Section:
    """A table of the quality page in words."""

    title: str
    note: str
    columns: list[str]
    rows: list[list[str]]


def proof_sections(atlas: Atlas, words: Catalogue) -> list[Section]:
    """Return what the witnesses prove, as tables in words."""
    proof, number = atlas.tables["proof"], words.number
    kinds = ("accepted", "counted", "of_the_time", "carried", "waiting", "rejected", "origins")
    rows = [[words(f"quality.proof_{kind}"), number(proof[kind])] for kind in kinds]
    for version, held in proof["held_back"].items():
        of = words("quality.n_of_m", n=number(held["right"]), m=number(held["right"] + held["wrong"]))
        rows.append([words("quality.held", version=version), of])
    reaches = []
    for low, high in zip([0, *proof["reach"]], [*proof["reach"], None], strict=True):
        name = words("quality.reach_within", low=low, high=high) if high else words("quality.reach_farther")
        reaches.append([name, *(number(proof[side][str(high or "farther")]) for side in ("outer_km", "inner_km"))])
    return [
        Section(words("quality.proof"), f"{words('quality.proof_note')} {words('quality.proof_searched')}",
                [words("quality.proof_what"), words("quality.proof_number")], rows),
        Section(words("quality.reach"), words("quality.reach_note", date=words.date(proof["reach_on"])),
                [words(f"quality.reach_{column}") for column in ("distance", "outer", "inner")], reaches),
    ]  # fmt: skip


def outline_section(atlas: Atlas, words: Catalogue) -> Section:
    """Return where the outer border lies far from later maps, and why."""
    table, units, number = atlas.tables["outer_border"], atlas.tables["units"], words.number
    rows = []
    for stretch in table["stretches"]:
        sides = " | ".join(words.choice(units[stretch[side]]["label"]) for side in ("inside", "outside"))
        why = words.choice(table["reasons"][stretch["reason"]]["why"])
        against = words.choice(table["against"][stretch["against"]])
        rows.append([sides, against, number(stretch["km"]), number(stretch["farthest_km"]), why])
    columns = [words(f"quality.outline_{column}") for column in ("sides", "against", "km", "farthest", "why")]
    return Section(words("quality.outline"), words("quality.outline_note"), columns, rows)


def quality_sections(atlas: Atlas, words: Catalogue) -> list[Section]:
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
        return words.editorial(text := str(tables["sources"][source]["title"])) or text

    def work(origin: str) -> str:
        return words.choice(tables["origins"][origin]["title"]) if origin in tables["origins"] else title(origin)

    def land(area: Area) -> str:
        """Return what a figure is compared with: the units, when it is not the unit alone, and the day."""
        named = " + ".join(map(label, area.units)) if area.units != (area.unit,) else ""
        named += "".join(f" − {label(unit)}" for unit in area.without)
        return ", ".join(part for part in (named.strip(), words.date(area.measured_on)) if part)

    def about(area: Area | ApartArea) -> list[str]:
        years = words.years(area.as_of) if area.as_of else "—"
        return [label(area.unit), years, title(area.source), number(round(area.printed_km2))]

    shared = {origin: ids for origin, ids in quality.origins.items() if len(ids) > 1}
    works = [[work(origin), number(len(ids))] for origin, ids in shared.items()]
    works.append([words("quality.works_alone"), number(len(quality.origins) - len(shared))])
    not_seen = "; ".join(map(title, quality.seen["not-seen"]))
    lost = ", ".join(sorted(map(label, quality.not_recovered), key=alphabetically))
    return [
        section("borders", [words("quality.level"), words("quality.units")], levels, units=lost or "—"),
        section("lines", [words("quality.basis"), *certain, words("quality.total")], lengths),
        *proof_sections(atlas, words),
        *([outline_section(atlas, words)] if atlas.tables["outer_border"]["stretches"] else []),
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
        section("origins", [words("quality.work"), words("quality.sources")], works),
        section("areas", [words(f"quality.{column}") for column in _AREA_COLUMNS],
                [[*about(a), land(a), number(round(a.measured_km2)),
                  f"{round(a.difference * 100):+d} %".replace("-", "−"), words.choice(a.why) if a.why else "—"]
                 for a in quality.areas]),
        section("apart", [words(f"quality.{column}") for column in _APART_COLUMNS],
                [[*about(a), words.choice(a.reason)] for a in quality.apart]),
        section("doubts", [words("doubts.question"), words("doubts.would_settle")],
                [[words.choice(doubt["question"]), words.choice(doubt["would_settle"])]
                 for doubt in quality.doubts]),
    ]  # fmt: skip
