"""Pages: the article, the tables, the sources and the republic's card, as HTML made from the atlas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from markupsafe import Markup

from kazatlas.atlas.lineage import compare
from kazatlas.atlas.store import Atlas
from kazatlas.record.types import LANGUAGES, View
from kazatlas.text.catalogue import Catalogue, alphabetically
from kazatlas.text.quality_tables import quality_sections
from kazatlas.web.cards import MOST_LINKED, Cards
from kazatlas.web.facts import Link, SourceName, Text
from kazatlas.web.templates import render

SORTS = ("name", "type", "parent", "administered_by", "area")

NONE = "–"
"""What stands in a cell that has nothing to say."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table: what it holds, in the order in which the template says it."""

    text: str = ""
    links: Sequence[Link] = ()
    sources: Sequence[SourceName] = ()
    line: Markup | None = None


def _table(
    words: Catalogue,
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    is_headed: bool = False,
    is_stacked: bool = False,
) -> Markup:
    """Return a table; the first cell of a row heads it.

    Parameters
    ----------
    is_headed
        Whether a heading says already what the caption would; the table then only bears it as its name.
    is_stacked
        Whether a narrow page shows each row as a list of its cells, each with its column's name before it.
    """
    return render("table", words, caption=caption, columns=columns, rows=list(rows),
        is_headed=is_headed, is_stacked=is_stacked,
    )  # fmt: skip


# ---- pages to be read


def article_page(cards: Cards, words: Catalogue) -> Markup:
    """Return the walk through the article: its words, our translation, where the map shows it, our annotations."""
    article, references = cards.tables["article"], cards.references(words)
    annotations = {
        slip["id"]: {
            "id": slip["id"],
            "title": words.choice(slip["title"]),
            "text": words.choice(slip["text"]),
            "citations": references.citations(slip["citations"]),
        }
        for slip in article["slips"]
    }
    passages = []
    shown: set[str] = set()
    for passage in article["passages"]:
        links = cards.writer(words, passage["view"]).links
        ids = passage.get("annotations", [])
        passages.append({
            "id": passage["id"],
            "place": words.editorial(passage["locator"]) or passage["locator"],
            "quote": Text(passage["quote"], "kk"),
            "translations": _translations(words, "kk", passage["translation"]),
            "link": links.day(passage["date"], unit=passage.get("unit")),
            # An annotation that several passages share is given in full once, and pointed to afterwards.
            "annotations": [{"is_first": id_ not in shown, **annotations[id_]} for id_ in ids],
        })  # fmt: skip
        shown.update(ids)
    return render("article_page", words, source=references.line("oskembaev-bodeev"), passages=passages,
        rest=[annotation for id_, annotation in annotations.items() if id_ not in shown],
    )  # fmt: skip


def _translations(words: Catalogue, language: str, translation: Mapping[str, str]) -> list[Text]:
    """Return our translation of a quotation into the reader's language; into all where that has none."""
    if words.language == language:
        return []
    languages = (words.language,) if words.language in translation else LANGUAGES
    return [Text(translation[code], code) for code in languages if code in translation]


def republic_page(cards: Cards, words: Catalogue) -> Markup:
    """Return the republic's card: its capital, who governed, what Moscow kept, its two levels of organs."""
    return render("republic_page", words, topics=cards.writer(words).republic())


def methods_page(cards: Cards, words: Catalogue) -> Markup:
    """Return how each kind of line was drawn, on what evidence, how exactly."""
    methods = [
        {
            "id": id_,
            "title": words.choice(method["title"]),
            "basis": method["basis"],
            "certainty": method["certainty"],
            "accuracy": words("pages.accuracy", km=words.number(method["accuracy_km"])),
            "text": words.choice(method["text"]),
            "citations": cards.references(words).citations(method["citations"]),
        }
        for id_, method in cards.tables["methods"].items()
    ]
    return render("methods_page", words, methods=methods)


def quality_page(atlas: Atlas, words: Catalogue) -> Markup:
    """Return what the record knows and how well, in figures made from it."""
    sections = [
        {
            "title": section.title,
            "note": section.note,
            "table": _table(
                words, section.title, section.columns, [[Cell(text) for text in row] for row in section.rows],
                is_headed=True,
            ),
        }
        for section in quality_sections(atlas, words)
    ]  # fmt: skip
    return render("quality_page", words, sections=sections)


def doubts_page(cards: Cards, words: Catalogue) -> Markup:
    """Return what the record does not know: where it was looked for, and which document would settle it."""
    tables = cards.tables
    links = cards.writer(words).links

    def link(unit: str) -> Link:
        """Return a link to the unit's last version: the reader is to see what became of it."""
        last = cards.rows[unit][-1]
        view = "de_facto" if last["view"] == "de_facto" else "de_jure"
        return cards.writer(words, view).links.unit(unit, last["valid_from"])

    acts = {
        event["id"]: (words.choice(event["title"]), links.day(event["date"], event["precision"]))
        for event in tables["events"]
    }
    doubts = [
        {
            "id": doubt["id"],
            "question": words.choice(doubt["question"]),
            "searched": words.choice(doubt["searched"]),
            "would_settle": words.choice(doubt["would_settle"]),
            "units": [link(unit) for unit in doubt["units"]],
            "acts": [acts[event] for event in doubt["events"]],
            "methods": [words.choice(tables["methods"][method]["title"]) for method in doubt["methods"]],
            "conflicts": [words.choice(tables["conflicts"][conflict]["title"]) for conflict in doubt["conflicts"]],
            "citations": cards.references(words).citations(doubt["citations"]),
        }
        for doubt in tables["doubts"]
    ]
    return render("doubts_page", words, doubts=doubts)


# ---- tables


def _sort_key(
    cards: Cards, row: Mapping[str, Any], sort: str, words: Catalogue, day: str, view: str
) -> tuple[Any, ...]:
    """Return a key that sorts by what the reader sees, as the alphabet of the page's language does."""
    name = alphabetically(str(row[f"name_{words.language}"]))
    if sort == "area":
        return (-(row.get("area_km2") or 0), name)
    if sort == "type":
        return (alphabetically(words("type." + row["type"])), name)
    if sort in ("parent", "administered_by"):
        holder = cards.version(row.get(sort, ""), day, view if sort == "parent" else "de_facto")
        return (alphabetically(str(holder[f"name_{words.language}"]) if holder else ""), name)
    return (name,)


def units_table(cards: Cards, words: Catalogue, day: str, view: str, sort: str = "name") -> Markup:
    """Return the units in force on a day as a table.

    Parameters
    ----------
    sort
        One of `SORTS`; anything else sorts by name.
    """
    links = cards.writer(words, view).links

    def holder(row: Mapping[str, Any], by: str, view: str) -> Cell:
        return Cell(links=[links.in_view(view).unit(row[by], day)]) if by in row else Cell(NONE)

    rows = [row for unit in cards.rows if (row := cards.version(unit, day, view)) is not None]
    cells = []
    for row in sorted(rows, key=lambda row: (row["level"], *_sort_key(cards, row, sort, words, day, view))):
        area = words("card.km2", number=words.number(round(row["area_km2"]))) if "area_km2" in row else NONE
        cells.append([
            Cell(links=[links.unit(row["unit"], day)]),
            Cell(words("type." + row["type"])),
            holder(row, "parent", view),
            holder(row, "administered_by", "de_facto"),
            Cell(words("pages.yes") if row["in_republic"] else words("pages.no")),
            Cell(area),
            Cell(words("card.certainty_" + row["certainty"])),
        ])  # fmt: skip
    columns = [
        words("pages.unit"), words("pages.type"), words("card.parent"), words("card.administered_by"),
        words("pages.in_republic"), words("card.area"), words("card.certainty"),
    ]  # fmt: skip
    caption = f"{words('pages.units_on', date=words.date(day))} ({words('map.view_' + view)})"
    return _table(words, caption, columns, cells)


def events_table(cards: Cards, words: Catalogue, view: str) -> Markup:
    """Return all acts as a table, in order of date."""
    links, references = cards.writer(words, view).links, cards.references(words)
    cells = []
    for event in cards.tables["events"]:
        units = links.units(event["units"], event["date"])[:MOST_LINKED]
        sources = set(references.names(event["citations"]))
        cells.append([
            Cell(links=[links.day(event["date"], event["precision"])]),
            Cell(words.choice(event["title"])),
            Cell(links=units) if units else Cell(NONE),
            Cell(words("card.certainty_" + event["certainty"])),
            Cell(sources=sorted(sources, key=_source_order)),
        ])  # fmt: skip
    columns = [
        words("pages.date"), words("pages.act"), words("event.units"), words("card.certainty"), words("card.sources"),
    ]  # fmt: skip
    return _table(words, words("pages.events"), columns, cells)


def _source_order(name: SourceName) -> tuple[Any, ...]:
    """Return a key that puts works in other languages first, and our own words for a source last."""
    return (not name.is_title, not name.language, name.language, name.text)


def _language_name(words: Catalogue, code: Any) -> str:
    """Return a language's name in the reader's; its code where it has none."""
    if not code:
        return NONE
    try:
        return str(Locale.parse(str(code).replace("-", "_")).get_display_name(words.language) or code)
    except (UnknownLocaleError, ValueError):
        return str(code)


def sources_table(cards: Cards, words: Catalogue) -> Markup:
    """Return all sources that something cites, by title."""
    sources = cards.tables["sources"]
    cells = [
        [Cell(line=cards.references(words).line(id_)), Cell(id_), Cell(_language_name(words, source.get("language")))]
        for id_, source in sorted(sources.items(), key=lambda item: str(item[1]["title"]).casefold())
    ]
    columns = [words("pages.source"), words("pages.id"), words("pages.language")]
    return _table(words, words("card.sources"), columns, cells)


def compare_table(atlas: Atlas, cards: Cards, words: Catalogue, first: str, second: str, view: View) -> Markup:
    """Return every unit that differs between two days: what it was, and what it is."""
    links = cards.writer(words, view).links

    def cell(unit: str, side: Mapping[str, Any] | None, day: str) -> Cell:
        if side is None:
            return Cell(words("pages.absent"))
        names = [links.unit(unit, day), *([links.unit(side["holder"], day)] if side["holder"] else [])]
        return Cell(words("card.km2", number=words.number(round(side["km2"]))) if side["km2"] else "", names)

    cells = [
        [
            Cell(links.label(row["unit"])),
            cell(row["unit"], row["before"], first),
            cell(row["unit"], row["after"], second),
        ]
        for row in sorted(compare(atlas, first, second, view), key=lambda row: (row["level"], row["unit"]))
    ]
    if not cells:
        return render("notice", words, text=words("pages.nothing_differs"), is_status=False)
    dates = {"first": words.date(first), "second": words.date(second)}
    columns = [words("pages.unit"), *(words("pages.was", date=date) for date in dates.values())]
    return _table(words, words("pages.differs", **dates), columns, cells, is_stacked=True)


def ladder_table(rows: list[dict[str, str]], words: Catalogue, view: View, place: str = "") -> Markup:
    """Return where a place lay from first to last, as a table (rows of `kazatlas.atlas.ladder.printable`)."""
    title = ": ".join(part for part in (place, words("map.view_" + view)) if part)
    cells = []
    for row in rows:
        beware = []
        if row["doubtful"]:
            values = {"km": row["border_km"], "accuracy": row["accuracy_km"], "name": row["neighbour"]}
            beware.append(words("ladder.doubt", **values))
        if row["perhaps"]:
            beware.append(words("ladder.perhaps", names=row["perhaps"]))
        texts = [row[key] for key in ("since", "until", "uezd", "gubernia", "authority", "border_km")]
        cells.append([Cell(text) for text in (*texts, " ".join(beware))])
    columns = [
        words("card.from"), words("card.to"), words("place.uezd"), words("place.gubernia"), words("place.authority"),
        words("place.border"), words("place.beware"),
    ]  # fmt: skip
    table = _table(words, title, columns, cells, is_headed=True, is_stacked=True) if cells else None
    return render("ladder", words, title=title, table=table)
