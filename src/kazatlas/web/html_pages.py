"""Pages: the article, the tables, the sources and the republic's card, as escaped HTML made from the atlas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from babel import Locale, UnknownLocaleError

from kazatlas.atlas.lineage import compare
from kazatlas.atlas.store import Atlas
from kazatlas.record.types import LANGUAGES, View
from kazatlas.text.catalogue import Catalogue, alphabetically
from kazatlas.text.quality_tables import quality_sections
from kazatlas.web.cards import Cards

SORTS = ("name", "type", "parent", "administered_by", "area")


def _heading(level: int, text: str, id_: str = "") -> str:
    anchor = f' id="{escape(id_)}"' if id_ else ""
    return f"<h{level}{anchor}>{escape(text)}</h{level}>"


def _table(
    caption: str,
    columns: Iterable[str],
    rows: Iterable[list[str]],
    *,
    is_headed: bool = False,
    is_stacked: bool = False,
) -> str:
    """Return a table whose cells are HTML already; the first cell of a row heads it.

    Parameters
    ----------
    is_headed
        Whether a heading says already what the caption would; the table then only bears it as its name.
    is_stacked
        Whether a narrow page shows each row as a list of its cells, each with its column's name before it.
    """
    columns = list(columns)
    # Cells that are shown as blocks are no table to a screen reader any more, unless they say that they are.
    role = {
        name: f' role="{name}"' if is_stacked else "" for name in ("table", "row", "columnheader", "rowheader", "cell")
    }
    names = [f' data-column="{escape(column)}"' if is_stacked else "" for column in columns]
    head = "".join(f'<th scope="col"{role["columnheader"]}>{escape(column)}</th>' for column in columns)
    body = ""
    for given in rows:
        cells = [f"<div>{cell}</div>" for cell in given] if is_stacked else given
        rest = "".join(f"<td{role['cell']}{name}>{cell}</td>" for name, cell in zip(names[1:], cells[1:], strict=True))
        body += f'<tr{role["row"]}><th scope="row"{role["rowheader"]}{names[0]}>{cells[0]}</th>{rest}</tr>'
    named = f"{role['table']}{' class=kz-stacked' if is_stacked else ''}"
    label = f' aria-label="{escape(caption)}">' if is_headed else f"><caption>{escape(caption)}</caption>"
    return (
        f'<div class="kz-scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table{named}{label}'
        f"<thead><tr{role['row']}>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _quotation(words: Catalogue, quote: str, language: str, translation: dict[str, str]) -> str:
    html = f'<blockquote lang="{escape(language)}">{escape(quote)}</blockquote>'
    ours = {lang: translation[lang] for lang in LANGUAGES if lang in translation}
    if words.language == language:
        return html
    if words.language in ours:
        ours = {words.language: ours[words.language]}
    mark = escape(words("card.translation"))
    for lang, text in ours.items():
        html += f'<p class="kz-translation" lang="{lang}"><span>{mark}:</span> {escape(text)}</p>'
    return html


def article_page(cards: Cards, words: Catalogue) -> str:
    """Return the walk through the article: its words, our translation, where the map shows it, our annotations."""
    article = cards.tables["article"]
    slips = {slip["id"]: slip for slip in article["slips"]}
    html = _heading(2, words("pages.article")) + f"<p>{escape(words('pages.article_intro'))}</p>"
    html += f"<p>{cards.source(words, 'oskembaev-bodeev')}</p>"

    def annotation(id_: str) -> str:
        slip = slips[id_]
        inner = f"<p>{escape(words.choice(slip['text']))}</p>{cards.citations(words, slip['citations'])}"
        label = f"{words('pages.annotation')}: {words.choice(slip['title'])}"
        return f'<details class="kz-annotation" id="{escape(id_)}"><summary>{escape(label)}</summary>{inner}</details>'

    told: set[str] = set()
    for number, passage in enumerate(article["passages"], 1):
        link = cards.day_link(words, passage["date"], passage["view"], unit=passage.get("unit"))
        html += f'<section class="kz-passage" id="passage-{escape(passage["id"])}">'
        html += _heading(3, words("pages.passage", number=number))
        html += f'<p class="kz-seen">{escape(words.said(passage["locator"]) or passage["locator"])}</p>'
        html += _quotation(words, passage["quote"], "kk", passage["translation"])
        html += f'<p class="kz-when">{escape(words("pages.map_link"))}: {link}</p>'
        # A slip that several passages share is told in full once, and pointed to afterwards.
        for id_ in passage.get("annotations", []):
            if id_ not in told:
                html += annotation(id_)
            else:
                title = escape(words.choice(slips[id_]["title"]))
                html += (
                    f'<p class="kz-seen"><a href="#{escape(id_)}">{escape(words("pages.annotation"))}: {title}</a></p>'
                )
            told.add(id_)
        html += "</section>"
    rest = [id_ for id_ in slips if id_ not in told]
    if rest:
        html += _heading(3, words("pages.annotations_rest")) + "".join(map(annotation, rest))
    return html


def republic_page(cards: Cards, words: Catalogue) -> str:
    """Return the republic's card: its capital, who governed, what Moscow kept, its two levels of organs."""
    html = _heading(2, words("pages.republic")) + f"<p>{escape(words('page.name_note'))}</p>"
    return html + cards.organs(words)


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


def units_table(cards: Cards, words: Catalogue, day: str, view: str, sort: str = "name") -> str:
    """Return the units in force on a day as a table.

    Parameters
    ----------
    sort
        One of `SORTS`; anything else sorts by name.
    """
    rows = [row for unit in cards.rows if (row := cards.version(unit, day, view)) is not None]
    cells = []
    for row in sorted(rows, key=lambda row: (row["level"], *_sort_key(cards, row, sort, words, day, view))):
        area = words("card.km2", number=words.number(round(row["area_km2"]))) if "area_km2" in row else "–"
        cells.append([
            cards.link(words, row["unit"], day, view),
            escape(words("type." + row["type"])),
            cards.link(words, row["parent"], day, view) if "parent" in row else "–",
            cards.link(words, row["administered_by"], day, "de_facto") if "administered_by" in row else "–",
            escape(words("pages.yes") if row["in_republic"] else words("pages.no")),
            escape(area),
            escape(words("card.certainty_" + row["certainty"])),
        ])  # fmt: skip
    columns = [
        words("pages.unit"), words("pages.type"), words("card.parent"), words("card.administered_by"),
        words("pages.in_republic"), words("card.area"), words("card.certainty"),
    ]  # fmt: skip
    caption = f"{words('pages.units_on', date=words.date(day))} ({words('map.view_' + view)})"
    return _table(caption, columns, cells)


def events_table(cards: Cards, words: Catalogue, view: str) -> str:
    """Return all acts as a table, in order of date."""
    cells = []
    for event in cards.tables["events"]:
        units = [unit for unit in event["units"] if cards.version(unit, event["date"], view)]
        links = ", ".join(cards.link(words, unit, event["date"], view) for unit in units[:12])
        cells.append([
            cards.day_link(words, event["date"], view, event["precision"]),
            escape(words.choice(event["title"])),
            links or "–",
            escape(words("card.certainty_" + event["certainty"])),
            "; ".join(sorted({cards.called(words, c["source"]) for c in event["citations"]})),
        ])  # fmt: skip
    columns = [
        words("pages.date"), words("pages.act"), words("event.units"), words("card.certainty"), words("card.sources"),
    ]  # fmt: skip
    return _table(words("pages.events"), columns, cells)


def _language_name(words: Catalogue, code: Any) -> str:
    """Return a language's name in the reader's; its code where it has none."""
    if not code:
        return "–"
    try:
        return str(Locale.parse(str(code).replace("-", "_")).get_display_name(words.language) or code)
    except (UnknownLocaleError, ValueError):
        return str(code)


def sources_table(cards: Cards, words: Catalogue) -> str:
    """Return all sources that something cites, by title."""
    sources = cards.tables["sources"]
    cells = [
        [cards.source(words, id_), escape(id_), escape(_language_name(words, source.get("language")))]
        for id_, source in sorted(sources.items(), key=lambda item: str(item[1]["title"]).casefold())
    ]
    return _table(words("card.sources"), [words("pages.source"), words("pages.id"), words("pages.language")], cells)


def methods_page(cards: Cards, words: Catalogue) -> str:
    """Return how each kind of line was drawn, on what evidence, how exactly."""
    html = _heading(2, words("pages.methods"))
    for id_, method in cards.tables["methods"].items():
        basis = f"{words('card.basis_' + method['basis'])}, {words('card.certainty_' + method['certainty'])}"
        accuracy = words("pages.accuracy", km=words.number(method["accuracy_km"]))
        html += f'<section id="method-{escape(id_)}">' + _heading(3, words.choice(method["title"]))
        html += (
            f'<p class="kz-seen">{escape(basis)} · {escape(accuracy)}</p><p>{escape(words.choice(method["text"]))}</p>'
        )
        html += cards.citations(words, method["citations"]) + "</section>"
    return html


def quality_page(atlas: Atlas, words: Catalogue) -> str:
    """Return what the record knows and how well, in figures made from it."""
    html = _heading(2, words("pages.quality"))
    for section in quality_sections(atlas, words):
        rows = [[escape(cell) for cell in row] for row in section.rows]
        html += _heading(3, section.title) + f"<p>{escape(section.note)}</p>"
        html += _table(section.title, section.columns, rows, is_headed=True)
    return html


def compare_table(atlas: Atlas, cards: Cards, words: Catalogue, first: str, second: str, view: View) -> str:
    """Return every unit that differs between two days: what it was, and what it is."""
    dates = {"first": words.date(first), "second": words.date(second)}
    cells = []
    for row in sorted(compare(atlas, first, second, view), key=lambda row: (row["level"], row["unit"])):
        sides = []
        for side, day in ((row["before"], first), (row["after"], second)):
            if side is None:
                sides.append(escape(words("pages.absent")))
                continue
            area = words("card.km2", number=words.number(round(side["km2"]))) if side["km2"] else ""
            holder = cards.link(words, side["holder"], day, view) if side["holder"] else ""
            parts = (cards.link(words, row["unit"], day, view), holder, escape(area))
            sides.append("<br>".join(part for part in parts if part))
        cells.append([escape(words.choice(atlas.tables["units"][row["unit"]]["label"])), *sides])
    if not cells:
        return f"<p>{escape(words('pages.nothing_differs'))}</p>"
    columns = [words("pages.unit"), *(words("pages.was", date=date) for date in dates.values())]
    return _table(words("pages.differs", **dates), columns, cells, is_stacked=True)


def ladder_table(rows: list[dict[str, str]], words: Catalogue, view: View, place: str = "") -> str:
    """Return where a place lay from first to last, as a table (rows of `kazatlas.atlas.store.ladder.printable`)."""
    title = ": ".join(part for part in (place, words("map.view_" + view)) if part)
    heading = _heading(3, title)
    if not rows:
        return heading + f"<p>{escape(words('ladder.nowhere'))}</p>"
    cells = []
    for row in rows:
        beware = []
        if row["doubtful"]:
            told = {"km": row["border_km"], "accuracy": row["accuracy_km"], "name": row["neighbour"]}
            beware.append(words("ladder.doubt", **told))
        if row["perhaps"]:
            beware.append(words("ladder.perhaps", names=row["perhaps"]))
        cells.append([
            escape(row["since"]), escape(row["until"]), escape(row["uezd"]), escape(row["gubernia"]),
            escape(row["authority"]), escape(row["border_km"]), escape(" ".join(beware)),
        ])  # fmt: skip
    columns = [
        words("card.from"), words("card.to"), words("place.uezd"), words("place.gubernia"), words("place.authority"),
        words("place.border"), words("place.beware"),
    ]  # fmt: skip
    return heading + _table(title, columns, cells, is_headed=True, is_stacked=True)


def doubts_page(cards: Cards, words: Catalogue) -> str:
    """Return what the record does not know: where it was looked for, and which document would settle it."""
    tables = cards.tables
    html = _heading(2, words("doubts.heading")) + f"<p>{escape(words('quality.doubts_note'))}</p>"

    def line(label: str, text: str) -> str:
        return f'<p><span class="kz-seen">{escape(words(label))}:</span> {text}</p>'

    def link(unit: str) -> str:
        """Return a link to the unit's last version: the reader is to see what became of it."""
        last = cards.rows[unit][-1]
        return cards.link(words, unit, last["valid_from"], "de_facto" if last["view"] == "de_facto" else "de_jure")

    acts = {event["id"]: event for event in tables["events"]}
    for doubt in tables["doubts"]:
        html += f'<section class="kz-passage" id="doubt-{escape(doubt["id"])}">'
        html += _heading(3, words.choice(doubt["question"]))
        html += line("doubts.searched", escape(words.choice(doubt["searched"])))
        html += line("doubts.would_settle", escape(words.choice(doubt["would_settle"])))
        if doubt["units"]:
            html += line("doubts.units", ", ".join(map(link, doubt["units"])))
        if doubt["events"]:
            told = [acts[event] for event in doubt["events"]]
            html += line("doubts.events", "; ".join(
                f"{escape(words.choice(act['title']))} "
                f"({cards.day_link(words, act['date'], 'de_jure', act['precision'])})" for act in told
            ))  # fmt: skip
        if doubt["methods"]:
            titles = (words.choice(tables["methods"][method]["title"]) for method in doubt["methods"])
            html += line("doubts.lines", escape("; ".join(titles)))
        if doubt["conflicts"]:
            titles = (words.choice(tables["conflicts"][conflict]["title"]) for conflict in doubt["conflicts"])
            html += line("doubts.conflicts", escape("; ".join(titles)))
        html += (cards.citations(words, doubt["citations"]) if doubt["citations"] else "") + "</section>"
    return html
