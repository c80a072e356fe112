"""The tables: the atlas as flat rows with keys, each column described."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kazatlas.atlas.lineage import lineage
from kazatlas.atlas.selection import HALF_OPEN, Choice, EndRule, Span, event_edtf, is_in_force, joined, version_rows
from kazatlas.atlas.store import Atlas, Row, dump_json
from kazatlas.descriptions import Column, about, columns, key
from kazatlas.record.types import LANGUAGES

# Spreadsheets of East Asian languages read the wide signs, too.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Table:
    """A table: columns, the columns that make its key, rows."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: list[Column]
    rows: list[Row] = field(default_factory=list)


def _in_languages(name: str, text: dict[str, str] | None) -> Row:
    return {f"{name}_{language}": text[language] if text else None for language in LANGUAGES}


def _table(name: str, rows: list[Row], rule: EndRule = HALF_OPEN, csl_fields: Iterable[str] = ()) -> Table:
    """Return a table with what the descriptions say of it."""
    return Table(name, about(name), key(name, rule), columns(name, rule, csl_fields=csl_fields), rows)


def flat_version(row: Row, rule: EndRule, edtf: dict[str, str]) -> Row:
    """Return a version's row with lists written as text and its dates by the rule."""
    return {
        **row,
        **rule.dates(row["valid_from"], row["valid_to"]),
        "start_edtf": edtf.get(row["start_event"] or ""),
        "end_edtf": edtf.get(row["end_event"] or ""),
        "faces": "; ".join(row["faces"] or []) or None,
        "sources": "; ".join(citation["text"] for citation in row["citations"]),
    }


def _by_table(atlas: Atlas, name: str) -> list[tuple[str, Row]]:
    return sorted(atlas.tables[name].items())


def _units(atlas: Atlas) -> Table:
    rows = [{"id": id_, **_in_languages("label", unit["label"])} for id_, unit in _by_table(atlas, "units")]
    return _table("units", rows)


def _versions(atlas: Atlas, choice: Choice) -> Table:
    edtf = event_edtf(atlas)
    rows = [flat_version(row, choice.rule, edtf) for row in version_rows(atlas, choice)]
    return _table("versions", rows, choice.rule)


def _events(atlas: Atlas) -> Table:
    rows = [
        {**event, "conflicts": "; ".join(event.get("conflict", [])) or None,
         **_in_languages("title", event["title"]), **_in_languages("text", event["text"]),
         **_in_languages("placed", event.get("placed"))}
        for event in atlas.tables["events"]
    ]  # fmt: skip
    return _table("events", rows)


def _names(atlas: Atlas, choice: Choice) -> Table:
    spans: dict[tuple[str, str, str, str], list[Span]] = {}
    for row in version_rows(atlas, choice):
        named = [(language, "official", row[f"name_{language}"]) for language in LANGUAGES]
        named.append(("ru-petr1708", "period", row["name_period"]))
        for language, kind, text in named:
            if text:
                spans.setdefault((row["unit"], kind, language, text), []).append((row["valid_from"], row["valid_to"]))
    rows = [
        {"unit": unit, "text": text, "lang": language, "kind": kind, **choice.rule.dates(*span)}
        for (unit, kind, language, text), times in sorted(spans.items())
        for span in joined(times)
    ]
    return _table("names", rows, choice.rule)


def _places(atlas: Atlas, choice: Choice) -> Table:
    rows = []
    for id_, place in _by_table(atlas, "places"):
        names = place["names"]
        for number, name in enumerate(names):
            since = name.get("valid_from")
            until = names[number + 1].get("valid_from") if number + 1 < len(names) else None
            if is_in_force(since, until, choice.day):
                lon, lat = place["point"]
                rows.append(
                    {"id": f"{id_}@{since}" if since else id_, "place": id_, "lon": lon, "lat": lat,
                     "rank": place["rank"], **_in_languages("name", name), **choice.rule.dates(since, until)}
                )  # fmt: skip
    return _table("places", rows, choice.rule)


def _zones(atlas: Atlas, choice: Choice) -> Table:
    rows = [
        {"id": id_, **zone, **choice.rule.dates(zone["valid_from"], zone["valid_to"]),
         **_in_languages("title", zone["title"]), **_in_languages("text", zone["text"]),
         **_in_languages("method", zone["method"])}
        for id_, zone in _by_table(atlas, "zones")
        if is_in_force(zone["valid_from"], zone["valid_to"], choice.day)
    ]  # fmt: skip
    return _table("zones", rows, choice.rule)


def _methods(atlas: Atlas) -> Table:
    rows = [
        {"id": id_, **method, **_in_languages("title", method["title"]), **_in_languages("text", method["text"])}
        for id_, method in _by_table(atlas, "methods")
    ]
    return _table("methods", rows)


_SOURCE_COLUMNS = ["type", "title", "author", "editor", "contributor", "container-title", "publisher",
                   "publisher-place", "issued", "language", "URL", "DOI", "archive", "license"]  # fmt: skip


def _sources(atlas: Atlas) -> Table:
    kept = {"seen", "origin", "knows_to", "act_of", "quoted_in", "note"}
    others = {key for _, source in _by_table(atlas, "sources") for key in source} - kept
    names = _SOURCE_COLUMNS + sorted(others - set(_SOURCE_COLUMNS))
    rows = []
    for id_, source in _by_table(atlas, "sources"):
        row = {name: _as_text(source.get(name)) for name in names}
        note = source.get("note")
        rows.append({
            "id": id_, **row, "seen": source["seen"], "origin": source["origin"],
            "knows_to": source.get("knows_to"), "act_of": "; ".join(source.get("act_of", [])) or None,
            **(_in_languages("note", note) if isinstance(note, dict) else {"note_en": note}),
        })  # fmt: skip
    return _table("sources", rows, csl_fields=names)


def _origins(atlas: Atlas) -> Table:
    titles, sources = atlas.tables["origins"], atlas.tables["sources"]
    works = sorted({source["origin"] for source in sources.values()} | set(titles))
    rows = [
        {"id": id_, **_in_languages("title", titles.get(id_, {}).get("title", dict.fromkeys(LANGUAGES, title))),
         "knows_to": titles.get(id_, {}).get("knows_to"),
         "may_rest_on": "; ".join(titles.get(id_, {}).get("may_rest_on", [])) or None,
         "sources": sum(source["origin"] == id_ for source in sources.values())}
        for id_ in works
        for title in [sources[id_]["title"] if id_ in sources else None]
    ]  # fmt: skip
    return _table("origins", rows)


def _doubts(atlas: Atlas) -> Table:
    lists = ("units", "methods", "events", "conflicts")
    rows = [
        {"id": doubt["id"], **_in_languages("question", doubt["question"]),
         **_in_languages("searched", doubt["searched"]), **_in_languages("would_settle", doubt["would_settle"]),
         **{name: "; ".join(doubt[name]) or None for name in lists}}
        for doubt in atlas.tables["doubts"]
    ]  # fmt: skip
    return _table("doubts", rows)


def _as_text(value: Any) -> str | None:
    """Return a CSL value as text: names in full, other nested values as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, dict) and "family" in item for item in value):
        return "; ".join(", ".join(p for p in (item["family"], item.get("given")) if p) for item in value)
    return str(value) if isinstance(value, (int, float)) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _claims(atlas: Atlas) -> Table:
    rows = [row for row, _ in _claims_cited(atlas)]
    return _table("claims", rows)


def _claims_cited(atlas: Atlas) -> list[tuple[Row, list[Row]]]:
    """Return every claim with its citations."""
    claims = []
    for event in atlas.tables["events"]:
        others = event.get("alternatives", [])
        for number, claim in enumerate([{**event, "reading": event["title"], "status": "accepted"}, *others]):
            row = {"id": f"{event['id']}:{number}", "event": event["id"], "status": claim["status"],
                   "date": claim.get("date"), "edtf": claim.get("edtf"),
                   **_in_languages("title", event["title"]), **_in_languages("reading", claim["reading"])}  # fmt: skip
            if others:
                claims.append((row, claim["citations"]))
    for id_, conflict in _by_table(atlas, "conflicts"):
        readings = [{"reading": conflict["accepted"], "citations": conflict["citations"]}, *conflict["others"]]
        for number, claim in enumerate(readings):
            status = "alternative" if number else "accepted"
            texts = _in_languages("title", conflict["title"]) | _in_languages("reading", claim["reading"])
            claims.append(({"id": f"{id_}:{number}", "conflict": id_, "status": status, **texts}, claim["citations"]))
    return claims


def _citations(atlas: Atlas, choice: Choice) -> Table:
    cited: list[tuple[str, str, Iterable[Row]]] = []
    for row in version_rows(atlas, choice):
        cited += [("version", row["id"], row["citations"]), ("name", row["id"], row.get("name_citations") or [])]
    cited += [("event", event["id"], event["citations"]) for event in atlas.tables["events"]]
    cited += [("claim", row["id"], citations) for row, citations in _claims_cited(atlas)]
    for kind, name in (("place", "places"), ("zone", "zones"), ("method", "methods")):
        cited += [(kind, id_, item.get("citations", [])) for id_, item in _by_table(atlas, name)]
    cited += [("doubt", doubt["id"], doubt["citations"]) for doubt in atlas.tables["doubts"]]
    rows: list[Row] = []
    for kind, of, citations in cited:
        for citation in citations:
            translation = citation.get("translation") or {}
            rows.append({
                "id": len(rows) + 1, "kind": kind, "of": of,
                **{key: citation.get(key) for key in ("source", "locator", "quote", "quote_lang")},
                **{f"translation_{lang}": translation.get(lang) or citation.get(f"translation_{lang}")
                   for lang in LANGUAGES},
            })  # fmt: skip
    return _table("citations", rows)


def _compared(figure: Row) -> Row:
    compare = figure.get("compare", {})
    return {
        "compare_units": "; ".join(compare.get("units", [])) or None,
        "compare_without": "; ".join(compare.get("without", [])) or None,
        "compare_on": compare.get("on"),
        "compare_view": compare.get("view"),
    }


def _figures(atlas: Atlas) -> Table:
    rows = [
        {**figure, "unit": id_, "unit_of_measure": figure["unit"], "number": number,
         **_compared(figure), **_in_languages("note", figure.get("note")), **_in_languages("why", figure.get("why")),
         **_in_languages("not_comparable", figure.get("not_comparable"))}
        for id_, unit in _by_table(atlas, "units")
        for number, figure in enumerate(unit["figures"], 1)
    ]  # fmt: skip
    return _table("figures", rows)


def _lineage(atlas: Atlas, choice: Choice) -> Table:
    relation_rows = [r for r in lineage(atlas) if choice.unit is None or choice.unit in (r.from_unit, r.to_unit)]
    rows = [
        {"id": number, **vars(relation), "date": relation.day, **_in_languages("name", relation.name)}
        for number, relation in enumerate(relation_rows, 1)
    ]
    return _table("lineage", rows)


def tables(atlas: Atlas, choice: Choice) -> list[Table]:
    """Return every table; the choice limits versions, names, places, zones and what is cited for versions."""
    return [
        _units(atlas),
        _versions(atlas, choice),
        _events(atlas),
        _names(atlas, choice),
        _lineage(atlas, choice),
        _places(atlas, choice),
        _zones(atlas, choice),
        _claims(atlas),
        _figures(atlas),
        _methods(atlas),
        _origins(atlas),
        _sources(atlas),
        _doubts(atlas),
        _citations(atlas, choice),
    ]


def defused(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula: an apostrophe goes before = + - @."""
    return "'" + text if text.startswith(_FORMULA) else text


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.type == "string":
        return defused(str(value))
    return str(value).lower() if column.type == "boolean" else str(value)


def csv_bytes(table: Table) -> bytes:
    """Return the table as CSV (RFC 4180) in UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in table.columns])
    writer.writerows([[_cell(column, row.get(column.name)) for column in table.columns] for row in table.rows])
    return text.getvalue().encode()


def _constraints(table: Table, column: Column) -> Row:
    words: Row = {"enum": list(column.values)} if column.values else {}
    return words | ({"required": True} if column.name in table.key else {})


def _schema(table: Table) -> Row:
    fields = [
        {"name": column.name, "type": column.type, "description": column.description}
        | ({"constraints": rules} if (rules := _constraints(table, column)) else {})
        for column in table.columns
    ]
    foreign = [
        {"fields": [column.name], "reference": {"resource": column.refers_to, "fields": ["id"]}}
        for column in table.columns
        if column.refers_to
    ]
    return {"fields": fields, "primaryKey": list(table.key), "missingValues": [""], "foreignKeys": foreign}


def package(tables: list[Table], header: dict[str, str]) -> dict[str, bytes]:
    """Return a Frictionless Data Package: a CSV file a table, datapackage.json, README.txt and LICENSE.txt.

    Parameters
    ----------
    header
        What every file says of itself: title, version, licence, citation, attribution, end rule.
    """
    files = {f"{table.name}.csv": csv_bytes(table) for table in tables}
    licence, _, address = header["license"].partition(", ")
    resources = [
        {
            "name": table.name, "path": f"{table.name}.csv", "description": table.description,
            "profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
            "bytes": len(data), "hash": "sha256:" + hashlib.sha256(data).hexdigest(), "schema": _schema(table),
        }
        for table, data in zip(tables, files.values(), strict=True)
    ]  # fmt: skip
    described = {
        "profile": "tabular-data-package",
        "name": "kazatlas",
        **header,
        "version": header["data_version"],
        "licenses": [{"name": licence.replace(" ", "-"), "title": licence, "path": address}],
        "resources": resources,
    }
    return {
        "datapackage.json": dump_json(described),
        **files,
        "README.txt": _readme(tables, header).encode(),
        "LICENSE.txt": _licence(header).encode(),
    }


def _readme(tables: list[Table], header: dict[str, str]) -> str:
    lines = [header["title"], ""]
    lines += [f"{key.replace('_', ' ').capitalize()}: {value}" for key, value in header.items() if key != "title"]
    lines += ["", "Tables (CSV, UTF-8, comma; datapackage.json describes every column and key):", ""]
    lines += [f"  {table.name}.csv  {table.description} {len(table.rows)} rows." for table in tables]
    lines += [
        "",
        "Dates are YYYY-MM-DD. In a text column, a cell that would begin with = + - or @ has an apostrophe before it,",
        "so that no spreadsheet takes it for a formula. To open a table in Excel, choose Data, From Text/CSV, and",
        "65001: Unicode (UTF-8).",
    ]
    return "\n".join(lines) + "\n"


def _licence(header: dict[str, str]) -> str:
    return (
        f"{header['title']}\n\nLicence of the data: {header['license']}\n"
        "You may share and adapt the data for any purpose if you name the source, as below, link to the licence and\n"
        f"say what you changed.\n\nCite as: {header['citation']}\nAttribution: {header['attribution']}\n"
    )
