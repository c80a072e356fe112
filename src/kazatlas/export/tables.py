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
from kazatlas.atlas.selection import Choice, EndRule, Span, event_edtf, is_in_force, joined, version_rows
from kazatlas.atlas.store import Atlas, dump_json
from kazatlas.record.types import LANGUAGES

Row = dict[str, Any]

# Spreadsheets of East Asian languages read the wide signs, too.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Column:
    """A column: its type in a Data Package's words, and the table whose key it holds."""

    name: str
    description: str
    type: str = "string"
    refers_to: str | None = None


@dataclass(frozen=True)
class Table:
    """A table: columns, the columns that make its key, rows."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: list[Column]
    rows: list[Row] = field(default_factory=list)


def _texts(name: str, description: str) -> list[Column]:
    return [Column(f"{name}_{language}", f"{description} ({language})") for language in LANGUAGES]


def _in_languages(name: str, text: dict[str, str] | None) -> Row:
    return {f"{name}_{language}": text[language] if text else None for language in LANGUAGES}


def _dates(rule: EndRule) -> list[Column]:
    end = "last day" if rule.is_inclusive else "first day no longer"
    return [Column(rule.start, "first day", "date"), Column(rule.end, f"{end}; empty: none known", "date")]


def version_columns(rule: EndRule) -> list[Column]:
    """Return the columns of a unit version, the same in every flat format."""
    return [
        Column("id", "the version's id: unit@first day, with :de_facto where that view alone is meant"),
        Column("unit", "the unit", refers_to="units"),
        Column("view", "de_jure: by decree; de_facto: as administered; both"),
        Column("level", "0 republic or authority, 1 oblast or gubernia, 2 uezd or raion", "integer"),
        Column("type", "republic, state, authority, oblast, gubernia, uezd, raion, otdel, volost, undivided"),
        *_texts("name", "name with its type"),
        *_texts("label", "short name for a map"),
        Column("name_period", "Russian name in the spelling before 1918"),
        Column("seat", "the seat, a place"),
        *_dates(rule),
        Column("start_edtf", "what is known of the beginning, in EDTF"),
        Column("end_edtf", "what is known of the end, in EDTF"),
        Column("start_precision", "how exactly the beginning is dated: day, month, year"),
        Column("end_precision", "how exactly the end is dated: day, month, year"),
        Column("start_event", "the act that began it", refers_to="events"),
        Column("end_event", "the act that ended it", refers_to="events"),
        Column("parent", "the unit to which decrees put it", refers_to="units"),
        Column("administered_by", "the unit that ran it", refers_to="units"),
        Column("in_republic", "whether decrees put it into the Kirghiz (Kazakh) ASSR", "boolean"),
        Column("border", "recovered: a polygon; not-recovered: a point; not-drawn: no geometry"),
        Column("drawn_within", "for a point: the unit inside whose polygon it lay", refers_to="units"),
        Column("faces", "the areas between drawn lines that it holds, parted by ;"),
        Column("certainty", "certain, less-certain, uncertain: of the facts, not of the border"),
        Column("area_km2", "land area on the WGS 84 ellipsoid, km2", "number"),
        Column("sources", "where it stands: source and place in it, parted by ;"),
        *_texts("note", "what a reader should know"),
    ]


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
    columns = [Column("id", "the unit's id; it never changes"), *_texts("label", "short name")]
    return Table("units", "Every republic, authority, oblast, gubernia, uezd and raion.", ("id",), columns, rows)


def _versions(atlas: Atlas, choice: Choice) -> Table:
    edtf = event_edtf(atlas)
    rows = [flat_version(row, choice.rule, edtf) for row in version_rows(atlas, choice)]
    text = "What each unit was from one act to the next."
    return Table("versions", text, ("id",), version_columns(choice.rule), rows)


def _events(atlas: Atlas) -> Table:
    columns = [
        Column("id", "the act's id"),
        Column("date", "the day on which the timeline puts it", "date"),
        Column("precision", "how exactly the sources date it: day, month, year"),
        Column("edtf", "what is known of the date, in EDTF"),
        Column("basis", "adopted, in-force, carried-out or attested"),
        Column("certainty", "certain, less-certain, uncertain"),
        Column("conflicts", "conflicts of sources that touch it, parted by ;"),
        *_texts("title", "what the act was"),
        *_texts("text", "what it did"),
        *_texts("placed", "why an imprecise date stands on that day"),
    ]
    rows = [
        {**event, "conflicts": "; ".join(event.get("conflict", [])) or None,
         **_in_languages("title", event["title"]), **_in_languages("text", event["text"]),
         **_in_languages("placed", event.get("placed"))}
        for event in atlas.tables["events"]
    ]  # fmt: skip
    return Table("events", "Dated acts.", ("id",), columns, rows)


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
        for (unit, kind, language, text), found in sorted(spans.items())
        for span in joined(found)
    ]
    columns = [
        Column("unit", "the unit", refers_to="units"),
        Column("text", "the name"),
        Column("lang", "its language, BCP 47; ru-petr1708 is Russian in the spelling before 1918"),
        Column("kind", "official or period"),
        *_dates(choice.rule),
    ]
    key = ("unit", "text", "lang", "kind", choice.rule.start)
    return Table("names", "Every name of a unit, and from when to when it bore it.", key, columns, rows)


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
    columns = [
        Column("id", "the named place: place, and from its second name on @first day"),
        Column("place", "the place"),
        Column("lon", "longitude, degrees", "number"),
        Column("lat", "latitude, degrees", "number"),
        Column("rank", "1 large, 3 small", "integer"),
        *_texts("name", "name"),
        *_dates(choice.rule),
    ]
    return Table("places", "Towns with their dated names.", ("id",), columns, rows)


def _zones(atlas: Atlas, choice: Choice) -> Table:
    rows = [
        {"id": id_, **zone, **choice.rule.dates(zone["valid_from"], zone["valid_to"]),
         **_in_languages("title", zone["title"]), **_in_languages("text", zone["text"]),
         **_in_languages("method", zone["method"])}
        for id_, zone in _by_table(atlas, "zones")
        if is_in_force(zone["valid_from"], zone["valid_to"], choice.day)
    ]  # fmt: skip
    columns = [
        Column("id", "the zone"),
        Column("kind", "dispute, shared-regime, land-return, contested, unplaced"),
        *_dates(choice.rule),
        Column("certainty", "certain, less-certain, uncertain"),
        *_texts("title", "what it is"),
        *_texts("text", "what happened there"),
        *_texts("method", "how its area was drawn"),
    ]
    return Table("zones", "Dated areas that are not units: disputes, special regimes, land returned.",
                 ("id",), columns, rows)  # fmt: skip


def _methods(atlas: Atlas) -> Table:
    rows = [
        {"id": id_, **method, **_in_languages("title", method["title"]), **_in_languages("text", method["text"])}
        for id_, method in _by_table(atlas, "methods")
    ]
    columns = [
        Column("id", "the method"),
        Column("basis", "legal-text, reported-act, period-map, later-map, river, modern-boundary or conjecture"),
        Column("certainty", "certain, less-certain, uncertain"),
        Column("accuracy_km", "how far a line so drawn may lie from the truth, km", "number"),
        *_texts("title", "what it is"),
        *_texts("text", "how the line was drawn, and from what"),
    ]
    return Table("methods", "How the lines were drawn.", ("id",), columns, rows)


_SOURCE_COLUMNS = ["type", "title", "author", "editor", "contributor", "container-title", "publisher",
                   "publisher-place", "issued", "language", "URL", "DOI", "archive", "license"]  # fmt: skip


def _sources(atlas: Atlas) -> Table:
    own = {"seen", "origin", "knows_to", "act_of", "quoted_in", "note"}
    found = {key for _, source in _by_table(atlas, "sources") for key in source} - own
    names = _SOURCE_COLUMNS + sorted(found - set(_SOURCE_COLUMNS))
    rows = []
    for id_, source in _by_table(atlas, "sources"):
        row = {name: _as_text(source.get(name)) for name in names}
        note = source.get("note")
        rows.append({
            "id": id_, **row, "seen": source["seen"], "origin": source["origin"],
            "knows_to": source.get("knows_to"), "act_of": "; ".join(source.get("act_of", [])) or None,
            **(_in_languages("note", note) if isinstance(note, dict) else {"note_en": note}),
        })  # fmt: skip
    columns = [
        Column("id", "the source"),
        *(Column(name, f"CSL {name}") for name in names),
        Column("seen", "original, facsimile, transcription, secondary or not-seen: how we know it"),
        Column(
            "origin",
            "the work that it goes back to; sources of one work do not confirm each other",
            refers_to="origins",
        ),
        Column("knows_to", "the last year that it can know of", "integer"),
        Column("act_of", "the acts whose own text it is, parted by ;"),
        *_texts("note", "what a reader should know of it"),
    ]
    return Table("sources", "Every document cited, in CSL fields.", ("id",), columns, rows)


def _origins(atlas: Atlas) -> Table:
    known, sources = atlas.tables["origins"], atlas.tables["sources"]
    works = sorted({source["origin"] for source in sources.values()} | set(known))
    rows = [
        {"id": id_, **_in_languages("title", known.get(id_, {}).get("title", dict.fromkeys(LANGUAGES, title))),
         "knows_to": known.get(id_, {}).get("knows_to"),
         "may_rest_on": "; ".join(known.get(id_, {}).get("may_rest_on", [])) or None,
         "sources": sum(source["origin"] == id_ for source in sources.values())}
        for id_ in works
        for title in [sources[id_]["title"] if id_ in sources else None]
    ]  # fmt: skip
    columns = [
        Column("id", "the work: a source of that id, or one that is known only through other sources"),
        *_texts("title", "its title"),
        Column("knows_to", "the last year that it can know of", "integer"),
        Column("may_rest_on", "works that it may rest on where it does not say, parted by ;"),
        Column("sources", "how many sources go back to it", "integer"),
    ]
    return Table("origins", "The works that sources go back to.", ("id",), columns, rows)


def _doubts(atlas: Atlas) -> Table:
    lists = ("units", "methods", "events", "conflicts")
    rows = [
        {"id": doubt["id"], **_in_languages("question", doubt["question"]),
         **_in_languages("searched", doubt["searched"]), **_in_languages("would_settle", doubt["would_settle"]),
         **{name: "; ".join(doubt[name]) or None for name in lists}}
        for doubt in atlas.tables["doubts"]
    ]  # fmt: skip
    columns = [
        Column("id", "the doubt"),
        *_texts("question", "what is not known"),
        *_texts("searched", "where it was looked for"),
        *_texts("would_settle", "which document would settle it, and where it may lie"),
        Column("units", "the units that it is about, parted by ;"),
        Column("methods", "the ways in which the lines that it is about were drawn, parted by ;"),
        Column("events", "the acts that it is about, parted by ;"),
        Column("conflicts", "the conflicts of sources that it is about, parted by ;"),
    ]
    return Table("doubts", "What the record does not know.", ("id",), columns, rows)


def _as_text(value: Any) -> str | None:
    """Return a CSL value as text: names in full, other nested values as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, dict) and "family" in item for item in value):
        return "; ".join(", ".join(p for p in (item["family"], item.get("given")) if p) for item in value)
    return str(value) if isinstance(value, (int, float)) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _claims(atlas: Atlas) -> Table:
    rows = [row for row, _ in _claims_cited(atlas)]
    columns = [
        Column("id", "the claim: the event or conflict, and its number among the readings"),
        Column("event", "the act whose date or sense is claimed", refers_to="events"),
        Column("conflict", "the conflict of sources"),
        Column("status", "accepted, alternative or disputed"),
        Column("date", "the day that the reading gives", "date"),
        Column("edtf", "what the reading gives, in EDTF"),
        *_texts("title", "what the conflict is about"),
        *_texts("reading", "the reading"),
    ]
    return Table("claims", "Where sources disagree: the accepted reading and the others.", ("id",), columns, rows)


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
    columns = [
        Column("id", "number of the citation in this file", "integer"),
        Column("kind", "what is cited for: version, name (of a version), event, claim, place, zone, method, doubt"),
        Column("of", "its id in the table of that kind"),
        Column("source", "the source", refers_to="sources"),
        Column("locator", "the place in it"),
        Column("quote", "its exact words"),
        Column("quote_lang", "their language"),
        *_texts("translation", "our translation of them"),
    ]
    return Table("citations", "What stands where: a source and a place in it for every statement.",
                 ("id",), columns, rows)  # fmt: skip


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
    columns = [
        Column("unit", "the unit", refers_to="units"),
        Column("number", "number among the unit's figures", "integer"),
        Column("what", "area or population"),
        Column("value", "the number as printed", "number"),
        Column("unit_of_measure", "sq-verst, km2, thousand-km2, people, thousand-people: as printed"),
        Column("read_as", "the unit that we take a misprinted one for: sq-verst, thousand-sq-verst"),
        Column("km2", "the area in km2, by the unit that it is read in; 1 sq-verst is 1.13806 km2", "number"),
        Column("as_of", "the time it is given for, in EDTF"),
        Column("source", "the source", refers_to="sources"),
        Column("locator", "the place in it"),
        *_texts("note", "what a reader should know of it"),
        Column("compare_units", "the units that it is compared with, parted by ;; empty: the unit itself"),
        Column("compare_without", "the units whose area is taken off, parted by ;"),
        Column("compare_on", "the day on which they are measured", "date"),
        Column("compare_view", "de_jure or de_facto"),
        *_texts("why", "why the map differs"),
        *_texts("not_comparable", "why the map shows nothing to compare it with"),
    ]
    return Table("figures", "Areas and populations as sources print them.", ("unit", "number"), columns, rows)


def _lineage(atlas: Atlas, choice: Choice) -> Table:
    found = [r for r in lineage(atlas) if choice.unit is None or choice.unit in (r.from_unit, r.to_unit)]
    rows = [
        {"id": number, **vars(relation), "date": relation.day, **_in_languages("name", relation.name)}
        for number, relation in enumerate(found, 1)
    ]
    columns = [
        Column("id", "number of the relation in this file", "integer"),
        Column("type", "continues, replaced, merged, divided, split, ceded"),
        Column("from_unit", "the predecessor", refers_to="units"),
        Column("to_unit", "the successor", refers_to="units"),
        Column("from_version", "the predecessor's version until then"),
        Column("to_version", "the successor's version from then on"),
        Column("date", "the day", "date"),
        Column("event", "the act", refers_to="events"),
        Column("view", "de_jure, de_facto or both"),
        Column("level", "1 oblast or gubernia, 2 uezd or raion", "integer"),
        Column("share_from", "the part of the predecessor's area that passed", "number"),
        Column("share_to", "the part of the successor's area that it makes", "number"),
        Column("km2", "the area that passed, km2", "number"),
        Column("evidence", "derived from the map, or stated by an act"),
        *_texts("name", "name of a predecessor that is not a unit of the atlas"),
    ]
    return Table("lineage", "What became of what.", ("id",), columns, rows)


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


def _schema(table: Table) -> Row:
    fields = [
        {"name": column.name, "type": column.type, "description": column.description}
        | ({"constraints": {"required": True}} if column.name in table.key else {})
        for column in table.columns
    ]
    foreign = [
        {"fields": [column.name], "reference": {"resource": column.refers_to, "fields": ["id"]}}
        for column in table.columns
        if column.refers_to
    ]
    return {"fields": fields, "primaryKey": list(table.key), "missingValues": [""], "foreignKeys": foreign}


def package(found: list[Table], header: dict[str, str]) -> dict[str, bytes]:
    """Return a Frictionless Data Package: a CSV file a table, datapackage.json, README.txt and LICENSE.txt.

    Parameters
    ----------
    header
        What every file says of itself: title, version, licence, citation, attribution, end rule.
    """
    files = {f"{table.name}.csv": csv_bytes(table) for table in found}
    licence, _, address = header["license"].partition(", ")
    resources = [
        {
            "name": table.name, "path": f"{table.name}.csv", "description": table.description,
            "profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
            "bytes": len(data), "hash": "sha256:" + hashlib.sha256(data).hexdigest(), "schema": _schema(table),
        }
        for table, data in zip(found, files.values(), strict=True)
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
        "README.txt": _readme(found, header).encode(),
        "LICENSE.txt": _licence(header).encode(),
    }


def _readme(found: list[Table], header: dict[str, str]) -> str:
    lines = [header["title"], ""]
    lines += [f"{key.replace('_', ' ').capitalize()}: {value}" for key, value in header.items() if key != "title"]
    lines += ["", "Tables (CSV, UTF-8, comma; datapackage.json describes every column and key):", ""]
    lines += [f"  {table.name}.csv  {table.description} {len(table.rows)} rows." for table in found]
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
