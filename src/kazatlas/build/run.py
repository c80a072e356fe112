"""The build: record and faces made into the atlas's files."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely
from pydantic import BaseModel
from shapely.geometry.base import BaseGeometry

from kazatlas.atlas.lineage import day_before
from kazatlas.atlas.store import (
    MANIFEST,
    WITNESSES,
    Atlas,
    dump_compact,
    dump_features,
    dump_json,
    geometry_json,
    manifest_of,
)
from kazatlas.build.map_data import build_topology
from kazatlas.record.checks import area_of, check_map, check_record, day_of, evidence_of
from kazatlas.record.faces import Faces, build_faces
from kazatlas.record.outline import check_outline, outline_table
from kazatlas.record.problems import Problem, RecordError
from kazatlas.record.types import COVERAGE, LANGUAGES, REPUBLIC, VIEWS, Record, VersionEntry
from kazatlas.record.versions import Stretch, holdings, stretches
from kazatlas.record.witnesses import HEADER as WITNESS_HEADER
from kazatlas.record.witnesses import REACHES_KM, Place, Proof, check_witnesses, counts, is_held_back
from kazatlas.text.catalogue import load_catalogue
from kazatlas.text.quality_tables import quality_sections

KM2_PER_SQUARE_VERST = 1.13806
"""1 verst = 500 sazhen = 1.0668 km (Brockhaus-Efron, s.v. Верста)."""

_KM2 = {
    "sq-verst": KM2_PER_SQUARE_VERST, "thousand-sq-verst": 1000 * KM2_PER_SQUARE_VERST, "km2": 1.0,
    "thousand-km2": 1000.0,
}  # fmt: skip

TITLE = "Kazatlas: first Soviet borders of Kazakhstan, 1920-1922"
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
ATTRIBUTION = (
    "Kazatlas contributors; lines drawn from RISTAT, Russian Empire Historical GIS Maps (1897), "
    "DOI 10.34894/NQOASN (CC0); I. Sablin and others, Transcultural Empire GIS, DOI 10.11588/data/10064 (CC BY 4.0); "
    "Natural Earth (public domain); GeoNames (CC BY 4.0)"
)


def data_header(data_version: str) -> dict[str, str]:
    """Return what every file that is taken away says of itself."""
    return {
        "title": TITLE,
        "data_version": data_version,
        "license": LICENCE,
        "attribution": ATTRIBUTION,
        "citation": f"Kazatlas, version {data_version} of the data.",
        "end_rule": "half-open: valid_from is the first day, valid_to the first day no longer; null: no end known",
        "coverage": f"{COVERAGE[0]}/{COVERAGE[1]}",
    }


@dataclass(frozen=True)
class Row:
    """A unit version as published, in one view or in both."""

    unit: str
    view: str
    valid_from: str
    valid_to: str | None
    start_event: str
    end_event: str | None
    entry: VersionEntry
    faces: frozenset[str]
    in_republic: bool


def _republic_days(items: list[Stretch]) -> dict[str, list[tuple[str, str | None]]]:
    """Return, for every unit, the stretches of time in which decrees put it into the republic."""
    here = [s for s in items if s.view == "de_jure"]
    by_unit: dict[str, list[Stretch]] = defaultdict(list)
    for stretch in here:
        by_unit[stretch.unit].append(stretch)
    memo: dict[str, list[tuple[str, str | None]]] = {}

    def inside(unit: str, path: tuple[str, ...] = ()) -> list[tuple[str, str | None]]:
        if unit in path:
            return []
        if unit not in memo:
            spans = []
            for stretch in by_unit[unit]:
                span = (stretch.valid_from, stretch.valid_to)
                if unit == REPUBLIC:
                    spans.append(span)
                elif stretch.entry.parent:
                    spans += [o for p in inside(stretch.entry.parent, (*path, unit)) if (o := _overlap(span, p))]
            memo[unit] = _joined(spans)
        return memo[unit]

    for unit in [*by_unit]:
        inside(unit)
    return memo


def _joined(spans: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Return the spans in order, those that touch made one."""
    result: list[tuple[str, str | None]] = []
    for start, end in sorted(spans, key=lambda span: span[0]):
        if result and result[-1][1] == start:
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def _overlap(a: tuple[str, str | None], b: tuple[str, str | None]) -> tuple[str, str | None] | None:
    start = max(a[0], b[0])
    ends = [end for end in (a[1], b[1]) if end is not None]
    end = min(ends) if ends else None
    return None if end is not None and end <= start else (start, end)


def rows(record: Record, items: list[Stretch]) -> list[Row]:
    """Return the unit versions as published: split where a child moves or the republic's border passes."""
    held = defaultdict(list)
    for holding in holdings(record, items):
        held[holding.unit, holding.view].append(holding)
    republic = _republic_days(items)
    events_on = defaultdict(list)
    for stretch in items:
        events_on[stretch.valid_from].append((stretch.entry.from_, stretch))
        if stretch.valid_to and stretch.end_event:
            events_on[stretch.valid_to].append((stretch.end_event, stretch))

    def cause(day: str, unit: str, moved: frozenset[str]) -> str:
        """Return the event that changed a unit on a day on which its own entry does not begin."""
        touching = [
            event for event, s in events_on[day]
            if moved & frozenset(s.entry.faces or ()) or s.unit == REPUBLIC or unit in (s.holder, s.unit)
        ]  # fmt: skip
        candidates = touching or [event for event, _ in events_on[day]]
        order = list(record.events)
        return min(candidates, key=order.index)

    pieces: list[Row] = []
    for stretch in items:
        entry = stretch.entry
        span = (stretch.valid_from, stretch.valid_to)
        within = entry.border not in ("not-recovered", "not-drawn")
        spans = (
            [
                (o, h.faces)
                for h in held[stretch.unit, stretch.view]
                if (o := _overlap(span, (h.valid_from, h.valid_to)))
            ]
            if within
            else [(span, frozenset[str]())]
        )
        parent_days = republic.get(entry.parent or "", []) if stretch.unit != REPUBLIC else [span]
        before = frozenset[str]()
        for (start, end), faces in sorted(spans, key=lambda span: span[0][0]):
            cuts = sorted({d for day in parent_days for d in day if d and start < d and (end is None or d < end)})
            bounds = [start, *cuts, end]
            for begin, stop in itertools.pairwise(bounds):
                assert begin is not None
                first = begin == stretch.valid_from
                pieces.append(Row(
                    stretch.unit, stretch.view, begin, stop,
                    entry.from_ if first else cause(begin, stretch.unit, faces ^ before),
                    stretch.end_event if stop == stretch.valid_to else cause(stop or "", stretch.unit, faces),
                    entry, faces, any(a <= begin and (b is None or begin < b) for a, b in parent_days),
                ))  # fmt: skip
                before = faces
    return _both_views(pieces)


def _both_views(pieces: list[Row]) -> list[Row]:
    """Join the rows that say the same in both views into one."""

    def key(row: Row) -> tuple[Any, ...]:
        return (row.unit, row.valid_from, row.valid_to, row.faces, id(row.entry.citations), row.in_republic)

    by_view = {view: {key(row): row for row in pieces if row.view == view} for view in VIEWS}
    result = []
    for view in VIEWS:
        other = by_view[VIEWS[1 - VIEWS.index(view)]]
        for k, row in by_view[view].items():
            if k not in other:
                result.append(row)
            elif view == "de_jure":
                result.append(Row(**{**row.__dict__, "view": "both"}))
    return sorted(result, key=lambda row: (row.entry.level or 0, row.unit, row.valid_from, row.view))


def row_id(row: Row) -> str:
    """Return the version id: `unit@valid_from`, with `:de_facto` for a row of that view alone."""
    return f"{row.unit}@{row.valid_from}" + (":de_facto" if row.view == "de_facto" else "")


def _citations(record: Record, row: Row) -> list[dict[str, Any]]:
    """Return the citations of a row: its entry's, and where a child's move split it, that event's."""
    cited = list(row.entry.citations)
    if row.start_event != row.entry.from_:
        cited += [c for c in record.events[row.start_event].citations if c not in cited]
    published = []
    for citation in cited:
        source = record.sources[citation.source]
        item = {"source": citation.source, "locator": citation.locator, "text": f"{source.title}: {citation.locator}"}
        if citation.quote:
            item |= {"quote": citation.quote, "quote_lang": citation.quote_lang or ""}
            item |= {f"translation_{lang}": text for lang, text in (citation.translation or {}).items()}
        published.append(item)
    return published


def _start_basis(record: Record, row: Row) -> str:
    """Return how the row's first day is known; `attested` is "by that day at the latest"."""
    if row.entry.attested and row.start_event == row.entry.from_:
        return "attested"
    return record.events[row.start_event].basis


def _feature(record: Record, faces: Faces, row: Row) -> dict[str, Any]:
    entry, unit = row.entry, record.units[row.unit]
    assert entry.name is not None
    geometry: BaseGeometry | None = None
    if row.faces:
        geometry = area_of(faces, row.faces)
    elif entry.border == "not-recovered" and entry.point:
        geometry = shapely.Point(entry.point)
    border = "recovered" if row.faces else entry.border or "not-drawn"
    properties = {
        "unit": row.unit,
        "type": entry.type,
        "level": entry.level,
        **{f"name_{lang}": getattr(entry.name, lang) for lang in LANGUAGES},
        **{f"label_{lang}": getattr(entry.label or unit.label, lang) for lang in LANGUAGES},
        "name_period": entry.name_period,
        "seat": entry.seat,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "start_precision": record.events[row.start_event].precision,
        "start_basis": _start_basis(record, row),
        "end_precision": record.events[row.end_event].precision if row.end_event else None,
        "view": row.view,
        "parent": entry.parent,
        "administered_by": entry.administered_by,
        "in_republic": row.in_republic,
        "border": border,
        "drawn_within": entry.drawn_within if border == "not-recovered" else None,
        "faces": sorted(entry.faces or ()),
        "certainty": entry.certainty,
        "area_km2": round(sum(faces.area_km2[f] for f in row.faces), 1) if row.faces else None,
        "start_event": row.start_event,
        "end_event": row.end_event,
        "citations": _citations(record, row),
        "name_citations": [c.model_dump(exclude_none=True) for c in entry.name_citations],
        **{f"note_{lang}": getattr(entry.note, lang) if entry.note else None for lang in LANGUAGES},
    }
    return {"type": "Feature", "id": row_id(row), "properties": properties, "geometry": geometry_json(geometry)}


def _witness_feature(proof: Proof, place: Place) -> dict[str, Any]:
    """Return a witness as published: its source's words, the days for which it counts, how near its border it is."""
    witness = place.witness
    tested = place.spans and witness.status == "accepted"
    near, edge = proof.border_of(place) if tested else (None, None)
    properties = {
        **witness.model_dump(by_alias=True, exclude={"id", "lon", "lat"}),
        "spans": [
            {"view": s.view, "valid_from": s.valid_from, "valid_to": s.valid_to, "carried": s.carried or None}
            for s in place.spans
        ],
        "held_back": is_held_back(witness.id),
        "border_km": None if edge is None or near is None else round(near, 1),
        "border": edge.id if edge else None,
    }  # fmt: skip
    return {"type": "Feature", "id": witness.id, "properties": properties, "geometry": geometry_json(place.point)}


def _methods(proof: Proof) -> dict[str, Any]:
    """Return the methods as plain values, each with how far its lines may lie from the truth, where known."""
    missed = proof.missed_by_method
    return {
        id_: {**method, "accuracy_km": float(math.ceil(max(method["at_least_km"], missed.get(id_, 0.0))))}
        for id_, method in _plain(proof.record.methods).items()
    }


def _proof_table(proof: Proof) -> dict[str, Any]:
    """Return what the witnesses prove, in figures: counts, misses, and km of border by the distance of witnesses."""
    closing = day_before(COVERAGE[1])
    accepted = {place.witness.id: place for place in proof.accepted}
    origins = evidence_of(proof.record).independent(place.witness.source for place in proof.accepted)
    held_back: dict[str, Counter[bool]] = defaultdict(Counter)
    for test in proof.record.witness_tests:
        if test.held_back == "yes" and test.id in accepted:
            held_back[test.data_version][test.missed_km == 0] += 1
    return {
        **counts(proof),
        "origins": len(origins),
        "units": dict(sorted(Counter(place.witness.unit for place in proof.accepted).items())),
        "held_back": {version: {"right": n[True], "wrong": n[False]} for version, n in sorted(held_back.items())},
        "missed_km": {method: round(km, 1) for method, km in proof.missed_by_method.items()},
        "reach": list(REACHES_KM),
        "reach_on": closing,
        **{
            name: {str(reach or "farther"): round(km) for reach, km in proof.reach(closing, outer=outer).items()}
            for name, outer in (("outer_km", True), ("inner_km", False))
        },
    }


def _plain(items: dict[str, Any]) -> dict[str, Any]:
    return {
        id_: item.model_dump(by_alias=True, exclude_none=True) if isinstance(item, BaseModel) else item
        for id_, item in items.items()
    }


def _tables(record: Record, published: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the rest of the record as plain values: what cards, tables and exports tell."""
    changed = defaultdict(set)
    for feature in published:
        for name in ("start_event", "end_event"):
            if event := feature["properties"][name]:
                changed[event].add(feature["properties"]["unit"])
    units = {}
    for id_, unit in record.units.items():
        figures = []
        for figure in unit.figures:
            item = figure.model_dump(exclude_none=True)
            factor = _KM2.get(figure.read_as or figure.unit)
            if factor:
                item["km2"] = round(figure.value * factor)
            if figure.compare:
                item["compare"]["on"] = day_of(record, figure.compare.on)
            figures.append(item)
        relations = [relation.model_dump(exclude_none=True) for relation in unit.relations]
        units[id_] = {"label": unit.label.model_dump(), "figures": figures, "relations": relations}
    zones = _plain(record.zones)
    for id_, zone in zones.items():
        zone["geometry"] = geometry_json(record.zone_shapes[id_])
        for end in ("from", "until"):
            zone[f"valid_{'to' if end == 'until' else end}"] = day_of(record, zone.get(end))
        for state in zone.get("states", []):
            state["date"] = day_of(record, state["from"])
    places = _plain(record.places)
    for place in places.values():
        for name in place["names"]:
            name["valid_from"] = day_of(record, name.get("from"))
    return {
        **data_header(record.data_version),
        "coverage": list(COVERAGE),
        "sources": _plain(record.sources),
        "origins": _plain(record.origins),
        "events": [{"id": i, **e, "units": sorted(changed[i])} for i, e in _plain(record.events).items()],
        "conflicts": _plain(record.conflicts),
        "units": units,
        "methods": _plain(record.methods),
        "places": places,
        "zones": zones,
        "doubts": [{"id": i, **d} for i, d in _plain(record.doubts).items()],
        "article": record.article.model_dump(exclude_none=True),
    }


def _checked_map(record: Record, problems: Iterable[Problem], progress: Callable[[str], None]) -> Proof:
    """Return the faces, versions and witnesses of a record without faults; raise RecordError for any other.

    What rests on something faulty is not checked: one fault would be reported as many.
    """
    faults = list(problems)
    if record.unread:
        raise RecordError(sorted(set(faults)))

    def can_check(*parts: str) -> bool:
        return not {problem.file.split("/")[1] for problem in faults if "/" in problem.file}.intersection(parts)

    progress("check")
    faults += check_record(record)
    progress("faces")
    faces, items = Faces(), stretches(record)
    lines = ("boundaries.geojson", "label_points.geojson")
    if can_check(*lines):
        faces, unmet = build_faces(record)
        faults += unmet
    progress("map")
    if can_check(*lines, "events.yaml", "units", "places.yaml"):
        faults += check_map(record, faces, items)
    proof = Proof(record, faces, items)
    progress("witnesses")
    if can_check(*lines, "events.yaml", "units", "witnesses.csv", "today", "witness_tests.csv"):
        faults += check_witnesses(proof)
        if can_check("control", "outer_border.yaml"):
            faults += check_outline(proof)
    if faults:
        raise RecordError(sorted(set(faults)))
    return proof


def build_atlas(
    record: Record, problems: Iterable[Problem] = (), progress: Callable[[str], None] = lambda step: None
) -> dict[str, bytes]:
    """Build every file of geodata/built/ from the record.

    Parameters
    ----------
    problems
        What reading the record has already found.
    progress
        Called with the name of each step as it begins.

    Returns
    -------
    File name -> bytes; the same record gives the same bytes.

    Raises
    ------
    RecordError
        With every problem of the record, when there is one.
    """
    proof = _checked_map(record, problems, progress)
    faces, items = proof.faces, proof.items
    progress("versions")
    published = [_feature(record, faces, row) for row in rows(record, items)]
    header = data_header(record.data_version)
    borders = [
        {"type": "Feature", "id": edge.id,
         "properties": {"line": edge.line.id, "left": edge.left, "right": edge.right, "basis": edge.line.basis,
                        "certainty": edge.line.certainty, "accuracy_km": proof.accuracy_km[edge.id],
                        "method": edge.line.method, "note": edge.line.note, "length_km": round(edge.length_km, 3)},
         "geometry": geometry_json(edge.geometry)}
        for edge in faces.edges
    ]  # fmt: skip
    tables = {
        **_tables(record, published),
        "methods": _methods(proof),
        "proof": _proof_table(proof),
        "outer_border": {
            "stretches": outline_table(proof),
            "reasons": _plain(record.outer_border),
            "against": {id_: outline.title.model_dump() for id_, (outline, _) in record.outlines.items()},
        },
    }
    witnesses = [_witness_feature(proof, place) for place in proof.places]
    progress("topology")
    atlas = Atlas(_frame(published), _frame(borders), tables, witnesses)
    files = {
        "atlas.geojson": dump_features(published, **header),
        "borders.geojson": dump_features(borders, **header),
        WITNESSES: dump_features(witnesses, **header | WITNESS_HEADER),
        "tables.json": dump_json(tables),
        "report.md": report(atlas).encode(),
        "map.json": dump_compact(build_topology(atlas, record.base)),
    }
    files[MANIFEST] = manifest_of(files, record.data_version)
    return files


def report(atlas: Atlas) -> str:
    """Return what the record knows and how well, as tables in English for the data dictionary."""
    text = "# How well the record knows\n\nComputed by the build from the record; not edited by hand.\n"
    for section in quality_sections(atlas, load_catalogue("en")):
        text += f"\n## {section.title}\n\n{section.note}\n\n"
        lines = [section.columns, ["---"] * len(section.columns), *section.rows]
        text += "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)
    return text


def _frame(features: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    geometry = [shapely.geometry.shape(f["geometry"]) if f["geometry"] else None for f in features]
    return gpd.GeoDataFrame([{"id": f["id"], **f["properties"]} for f in features], geometry=geometry, crs="EPSG:4326")
