"""Linked Places: the atlas as a gazetteer that other gazetteers can read (format 2.0)."""

from __future__ import annotations

import itertools
import re
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from kazatlas.atlas.selection import Choice, Span, joined, last_day, version_rows
from kazatlas.atlas.store import Atlas, Row, geometry_json
from kazatlas.descriptions import unit_types, values
from kazatlas.record.types import COVERAGE, LANGUAGES

CONTEXT = "https://raw.githubusercontent.com/LinkedPasts/linked-places/master/linkedplaces-context-v1.1.jsonld"

_CERTAINTY = list(values("certainty"))
"""The surest first."""

_URL = re.compile(r"https?://(www\.)?[a-zA-Z0-9.-]{2,256}\.[a-z]{2,63}(:[0-9]{1,5})?(/\S*)?")


def place_id(unit: str) -> str:
    """Return the identifier of a unit as a place."""
    return f"kazatlas:{unit}"


def _timespan(span: Span) -> dict[str, Any]:
    # Without an end the format reads "during the start", so an open one is written as "on the last day or later".
    start, end = span
    return {
        "start": {"latest": start} if start == COVERAGE[0] else {"in": start},
        "end": {"in": last_day(end)} if end else {"earliest": last_day(COVERAGE[1])},
    }


def _when(spans: list[Span], certainty: str | None = None) -> dict[str, Any]:
    return {"timespans": [_timespan(span) for span in spans]} | ({"certainty": certainty} if certainty else {})


def _span(row: Row) -> Span:
    return row["valid_from"], row["valid_to"]


def _citations(atlas: Atlas, citations: list[Row]) -> list[dict[str, str]]:
    cited = []
    for citation in citations:
        source = atlas.tables["sources"][citation["source"]]
        item = {"label": " ".join(f"{source['title']}: {citation['locator']}".split())}
        if _URL.fullmatch(str(source.get("URL", ""))):
            item["@id"] = source["URL"]
        if item not in cited:
            cited.append(item)
    return cited


class _Attested:
    """Statements about a place: equal ones are told once, with all their times and citations."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.said: dict[tuple[Any, ...], tuple[dict[str, Any], list[Row]]] = {}

    def add(self, key: tuple[Any, ...], statement: dict[str, Any], row: Row) -> None:
        self.said.setdefault(key, (statement, []))[1].append(row)

    def told(self, *, with_certainty: bool = True) -> list[dict[str, Any]]:
        result = []
        for statement, rows in self.said.values():
            # Of several versions that say the same, the least certain speaks for all.
            certainty = max((row["certainty"] for row in rows), key=_CERTAINTY.index)
            item = {**statement, "when": _when(joined(_span(row) for row in rows), certainty)}
            if with_certainty:
                item.setdefault("certainty", certainty)
            item.setdefault("citations", _citations(self.atlas, [c for row in rows for c in row["citations"]]))
            result.append(item)
        return result


def _names(atlas: Atlas, rows: list[Row]) -> list[dict[str, Any]]:
    names = _Attested(atlas)
    for row in rows:
        cited = row if not row.get("name_citations") else {**row, "citations": row["name_citations"]}
        for language in LANGUAGES:
            toponym = row[f"name_{language}"]
            names.add((language, toponym), {"toponym": toponym, "lang": language}, cited)
        if row["name_period"]:
            names.add(("period", row["name_period"]), {"toponym": row["name_period"], "lang": "ru-petr1708"}, cited)
    return names.told(with_certainty=False)


def _types(atlas: Atlas, rows: list[Row]) -> list[dict[str, Any]]:
    types = _Attested(atlas)
    for row in rows:
        kind = {"en": row["type"], **unit_types()[row["type"]]}
        labels = [{"label": kind[lang], "lang": lang} for lang in LANGUAGES]
        types.add((row["type"],), {"identifier": kind["aat"], "label": kind["label"], "sourceLabels": labels}, row)
    return types.told(with_certainty=False)


def _relations(atlas: Atlas, rows: list[Row]) -> list[dict[str, Any]]:
    relations = _Attested(atlas)
    for row in rows:
        for authority, label, views in (
            (row["parent"], "part of, by decree", ("both", "de_jure")),
            (row["administered_by"], "administered by", ("both", "de_facto")),
        ):
            if authority and row["view"] in views:
                to = {"relationType": "gvp:broaderPartitive", "relationTo": place_id(authority), "label": label}
                relations.add((authority, label), to, row)
    return relations.told()


class _Evidence:
    """What the drawn lines round an area rest on; of several, the least certain and least exact speaks for all."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.lines: dict[frozenset[Any], Row] = {}
        for line in atlas.borders.to_dict("records"):
            for pair in itertools.pairwise(line["geometry"].coords):
                self.lines[frozenset(pair)] = line

    def of(self, area: BaseGeometry) -> dict[str, Any]:
        """Return certainty, accuracy and citations of an area's outline; nothing for a point."""
        rings = [ring for part in shapely.get_parts(area) for ring in shapely.get_rings(part)]
        pairs = {frozenset(pair) for ring in rings for pair in itertools.pairwise(ring.coords)}
        around = {line["id"]: line for pair in pairs if (line := self.lines.get(pair))}.values()
        if not around:
            return {}
        methods = self.atlas.tables["methods"]
        cited = [c for method in sorted({line["method"] for line in around}) for c in methods[method]["citations"]]
        return {
            "certainty": max((line["certainty"] for line in around), key=_CERTAINTY.index),
            "approximation": {
                "type": "geo:hasSpatialAccuracy",
                "tolerance": round(1000 * max(line["accuracy_km"] for line in around)),
            },
            "citations": _citations(self.atlas, cited),
        }


def _geometry(atlas: Atlas, evidence: _Evidence, rows: list[Row]) -> dict[str, Any] | None:
    shapes = _Attested(atlas)
    for row in rows:
        if row["geometry"] is not None:
            # `view` is ours: readers that do not know it see two outlines for the same days, as there were.
            shape = {**(geometry_json(row["geometry"]) or {}), "view": row["view"], "area_km2": row["area_km2"]}
            shapes.add((row["geometry"].wkb, row["view"]), shape | evidence.of(row["geometry"]), row)
    geometry = shapes.told()
    if len(geometry) < 2:
        return geometry[0] if geometry else None
    return {"type": "GeometryCollection", "geometries": geometry}


def linked_places(atlas: Atlas, choice: Choice) -> dict[str, Any]:
    """Return the chosen units as a Linked Places collection: one feature a unit, each statement dated and cited.

    The format knows no open end and no half-open dates: an end is the last day, and where none is
    known, the last day of the coverage "or later". What began by the coverage's first day began
    "then or earlier". The columns in `properties` follow the choice's end rule.
    """
    evidence = _Evidence(atlas)
    units: dict[str, list[Row]] = {}
    for row in version_rows(atlas, choice):
        units.setdefault(row["unit"], []).append(row)
    features = []
    for unit, rows in sorted(units.items()):
        versions = [
            {"id": row["id"], "view": row["view"], **choice.rule.dates(*_span(row)), "area_km2": row["area_km2"]}
            for row in rows
        ]
        features.append({
            "@id": place_id(unit),
            "type": "Feature",
            "properties": {"title": rows[-1]["name_en"], "fclasses": ["A"], "versions": versions},
            "when": _when(joined(_span(row) for row in rows)),
            "names": _names(atlas, rows),
            "types": _types(atlas, rows),
            "geometry": _geometry(atlas, evidence, rows),
            "relations": _relations(atlas, rows),
            "descriptions": [
                {"value": " ".join(rows[-1][f"note_{language}"].split()), "lang": language}
                for language in LANGUAGES
                if rows[-1][f"note_{language}"]
            ],
        })  # fmt: skip
    header = choice.header(atlas)
    # The schema keeps `citation` for a dataset citation of a form of its own.
    header["cite_as"] = header.pop("citation")
    return {"type": "FeatureCollection", "@context": CONTEXT, **header, "features": features}
