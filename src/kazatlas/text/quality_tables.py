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


class _Writer:
    """The figures of the quality page in one language."""

    def __init__(self, atlas: Atlas, words: Catalogue) -> None:
        self.quality, self.tables, self.words = measure_quality(atlas), atlas.tables, words
        self.number = words.number

    def section(self, name: str, columns: list[str], rows: list[list[str]], **values: Any) -> Section:
        """Return a table with its title and note from the catalogue."""
        return Section(self.words(f"quality.{name}"), self.words(f"quality.{name}_note", **values), columns, rows)

    def label(self, unit: str) -> str:
        """Return a unit's short name."""
        return self.words.choice(self.tables["units"][unit]["label"])

    def title(self, source: str) -> str:
        """Return a source's title; in the reader's language where it is ours."""
        return self.words.editorial(text := str(self.tables["sources"][source]["title"])) or text

    def work(self, origin: str) -> str:
        """Return the title of a work that sources go back to."""
        origins = self.tables["origins"]
        return self.words.choice(origins[origin]["title"]) if origin in origins else self.title(origin)

    def land(self, area: Area) -> str:
        """Return what a figure is compared with: the units, when it is not the unit alone, and the day."""
        named = " + ".join(map(self.label, area.units)) if area.units != (area.unit,) else ""
        named += "".join(f" − {self.label(unit)}" for unit in area.without)
        return ", ".join(part for part in (named.strip(), self.words.date(area.measured_on)) if part)

    def about(self, area: Area | ApartArea) -> list[str]:
        """Return whose area it is, of when, by whom, and how large."""
        years = self.words.years(area.as_of) if area.as_of else "—"
        return [self.label(area.unit), years, self.title(area.source), self.number(round(area.printed_km2))]

    def borders(self) -> list[Section]:
        """Return how many units have a border, and how many kilometres of line rest on what."""
        words, number, km = self.words, self.number, self.quality.border_km
        levels = [
            [words(f"map.level_{level}"), words("quality.n_of_m", n=number(n), m=number(m))]
            for level, (n, m) in self.quality.recovered.items()
        ]
        bases = [basis for basis in BASES if any((basis, certainty) in km for certainty in CERTAINTIES)]

        def row(heading: str, lengths: list[float], whole: float) -> list[str]:
            return [heading, *(number(round(length)) for length in lengths), number(round(whole))]

        by_basis = {basis: [km.get((basis, certainty), 0.0) for certainty in CERTAINTIES] for basis in bases}
        rows = [row(words(f"card.basis_{basis}"), lengths, sum(lengths)) for basis, lengths in by_basis.items()]
        sums = [sum(lengths) for lengths in zip(*by_basis.values(), strict=True)]
        rows.append(row(words("quality.total"), sums, self.quality.total_km))
        lost = ", ".join(sorted(map(self.label, self.quality.not_recovered), key=alphabetically))
        certain = [words(f"card.certainty_{certainty}") for certainty in CERTAINTIES]
        return [
            self.section("borders", [words("quality.level"), words("quality.units")], levels, units=lost or "—"),
            self.section("lines", [words("quality.basis"), *certain, words("quality.total")], rows),
        ]

    def support(self) -> list[Section]:
        """Return how exactly acts are dated, how sure states are, and what facts and sources rest on."""
        quality, words, number = self.quality, self.words, self.number
        shared = {origin: ids for origin, ids in quality.origins.items() if len(ids) > 1}
        works = [[self.work(origin), number(len(ids))] for origin, ids in shared.items()]
        works.append([words("quality.works_alone"), number(len(quality.origins) - len(shared))])
        not_seen = "; ".join(map(self.title, quality.seen["not-seen"]))
        return [
            self.section("dates", [words("quality.precision"), words("quality.acts")],
                         [[words(f"quality.precision_{p}"), number(n)] for p, n in quality.precisions.items()]),
            self.section("sure", [words("card.certainty"), words("quality.versions")],
                         [[words(f"card.certainty_{c}"), number(n)] for c, n in quality.certainties.items()]),
            self.section("support", [words("quality.fact"), *(words(f"quality.support_{what}") for what in SUPPORTS)],
                         [[words(f"quality.kind_{kind}"), *(number(n) for n in counts.values())]
                          for kind, counts in quality.supports.items()]),
            self.section("seen", [words("quality.how_seen"), words("quality.sources")],
                         [[words(f"card.seen_{how}"), number(len(ids))] for how, ids in quality.seen.items()],
                         titles=not_seen or "—"),
            self.section("origins", [words("quality.work"), words("quality.sources")], works),
        ]  # fmt: skip

    def areas(self) -> list[Section]:
        """Return printed areas beside measured ones, and those that nothing can be compared with."""
        words = self.words
        return [
            self.section("areas", [words(f"quality.{column}") for column in _AREA_COLUMNS],
                         [[*self.about(a), self.land(a), self.number(round(a.measured_km2)),
                           f"{round(a.difference * 100):+d} %".replace("-", "−"),
                           words.choice(a.why) if a.why else "—"] for a in self.quality.areas]),
            self.section("apart", [words(f"quality.{column}") for column in _APART_COLUMNS],
                         [[*self.about(a), words.choice(a.reason)] for a in self.quality.apart]),
        ]  # fmt: skip

    def doubts(self) -> Section:
        """Return the open questions, and what would settle each."""
        words = self.words
        rows = [[words.choice(d["question"]), words.choice(d["would_settle"])] for d in self.quality.doubts]
        return self.section("doubts", [words("doubts.question"), words("doubts.would_settle")], rows)


def quality_sections(atlas: Atlas, words: Catalogue) -> list[Section]:
    """Return the quality page as tables in words."""
    writer = _Writer(atlas, words)
    return [
        *writer.borders(),
        *proof_sections(atlas, words),
        *([outline_section(atlas, words)] if atlas.tables["outer_border"]["stretches"] else []),
        *writer.support(),
        *writer.areas(),
        writer.doubts(),
    ]
