"""Citations of the sources and of the atlas, as APA 7, GOST R 7.0.5-2008, BibTeX and CSL-JSON; plain text.

The styles are written out here, each rule beside its line. The general formatters were tried and
left: of the two for CSL, citeproc-py repeats the title where it stands for the author, pandoc is a
program of its own, and the CSL style for GOST leaves out the address and the place in the source;
of the two writers of BibTeX, pybtex breaks addresses by escaping them, bibtexparser leaves special
characters bare or turns every Cyrillic letter into a command.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

from kazatlas.text.citation_parts import (
    PARTS,
    Source,
    address_of,
    capitalised,
    date_of,
    family_first,
    family_of,
    initials_first,
    is_person,
    spaced,
    stands_within,
    version_of,
    with_brackets,
    with_stop,
    years_of,
)

if TYPE_CHECKING:
    from kazatlas.text.catalogue import Catalogue

Style = Literal["apa", "gost", "bibtex", "csl-json"]
STYLES: tuple[Style, ...] = get_args(Style)

STYLE_NAMES: dict[Style, str] = {
    "apa": "APA 7", "gost": "ГОСТ Р 7.0.5-2008", "bibtex": "BibTeX", "csl-json": "CSL-JSON",
}  # fmt: skip
"""Each style's own name, the same in every language."""

AUTHOR = "Kazatlas contributors"
"""Who made the atlas, as CITATION.cff says."""

# Kinds that a reader must be told, in English and in Russian.
_KINDS = {"dataset": ("Data set", "набор данных"), "map": ("Map", "карта")}
# What is dated by itself, and not by the book or page that prints it.
_DATED_THEMSELVES = {"bill", "document", "legislation", "manuscript", "personal_communication", "treaty"}

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_CSL_NAMES = ("author", "editor", "translator", "contributor")
_CSL_DATES = ("issued", "accessed")
_NOT_CSL = {"seen", "origin", "knows_to", "act_of", "quoted_in", "note"}

_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{sign: f"\\{sign}" for sign in "$&#_%"},
}  # fmt: skip
"""BibTeX counts braces even behind a backslash, so they go in by name."""


@dataclass(frozen=True)
class AtlasView:
    """What the atlas shows, to be cited: its title in the page's language, the day, the view.

    Attributes
    ----------
    title
        The unit or the whole that is shown, such as 'Ақтөбе губерниясы'.
    day, view
        The ISO day on the map, and `de_jure` or `de_facto`.
    url
        The address that leads back to it.
    accessed
        The ISO day on which the reader saw it.
    """

    title: str
    day: str
    view: str
    url: str | None = None
    accessed: str | None = None


def cite(source: Source, locator: str | None, style: Style, *, key: str = "source", via: Source | None = None) -> str:
    """Return a citation of a source.

    Parameters
    ----------
    source
        The source; what it does not state is never supplied.
    locator
        The place in it. GOST puts it into the reference; APA has places only in the text, so a
        second line gives the parenthetical citation; BibTeX has it in `note`, CSL in `locator`.
    style
        One of `STYLES`.
    key
        The entry's key in BibTeX and its `id` in CSL-JSON.
    via
        The source through which this one is known, when it was not seen itself.

    Returns
    -------
    Plain text, not yet escaped for a page: one line of GOST; one or two of APA; a BibTeX entry; a
    JSON array of one CSL item.
    """
    item = _clean(source)
    through = _clean(via) if via else None
    place = " ".join((locator or "").split())
    if style == "apa":
        return _apa(item, place, through)
    if style == "gost":
        return _gost(item, place, through)
    if style == "bibtex":
        return _bibtex(item, place, through, key)
    return _csl_json(item, place, through, key)


def cite_source(tables: Mapping[str, Any], id_: str, locator: str | None, style: Style) -> str:
    """Return a citation of a source of the built atlas; one not seen is cited through what quotes it.

    That is the source named in its `quoted_in`, or one that goes back to it, first of its own language;
    and what only the atlas itself tells, such as a conclusion of ours, is cited in the atlas.
    """
    sources: Mapping[str, Source] = tables["sources"]
    source = sources[id_]
    via = None
    if source["seen"] == "not-seen":
        relying = [other for name, other in sources.items() if name != id_ and other.get("origin") == id_]
        relying.sort(key=lambda other: other.get("language") != source.get("language"))
        via = sources.get(source.get("quoted_in", "")) or next(iter(relying), None)
        if via is None and "URL" not in source:
            via = atlas_source(tables)
    return cite(source, locator, style, key=id_, via=via)


def copies(tables: Mapping[str, Any], *values: Any) -> dict[str, dict[str, list[str]]]:
    """Return every citation that occurs in the built atlas, in each of the styles.

    Parameters
    ----------
    tables
        The built atlas's tables.
    values
        What else holds citations: the rows of its versions.

    Returns
    -------
    By source and locator, the citation in the order of `STYLES`.
    """
    by_source: dict[str, dict[str, list[str]]] = {}
    waiting: list[Any] = [tables, *values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            source, locator = value.get("source"), value.get("locator")
            if isinstance(source, str) and isinstance(locator, str) and source in tables["sources"]:
                by_locator = by_source.setdefault(source, {})
                if locator not in by_locator:
                    by_locator[locator] = [cite_source(tables, source, locator, style) for style in STYLES]
            waiting += value.values()
        elif isinstance(value, (list, tuple)):
            waiting += value
    return by_source


def atlas_source(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the atlas itself as a source, in its version; dated where the tables say when it was `released`."""
    return {
        "type": "dataset",
        "title": tables["title"],
        "author": [{"literal": AUTHOR}],
        "version": tables["data_version"],
        "license": tables["license"],
        "language": "en",
        **_csl_day("issued", tables.get("released")),
    }


def cite_view(tables: Mapping[str, Any], words: Catalogue, shown: AtlasView, style: Style) -> str:
    """Return a citation of what the atlas shows: a map within the atlas, in the version of its data."""
    view = words(f"map.view_{shown.view}")
    whole = atlas_source(tables)
    source = whole | {
        "type": "map",
        "title": f"{shown.title}, {words.date(shown.day)} ({view[:1].lower()}{view[1:]})",
        "container-title": whole["title"],
        "language": words.language,
        **_csl_day("accessed", shown.accessed),
        **({"URL": shown.url} if shown.url else {}),
    }
    return cite(source, None, style, key=f"kazatlas-{shown.day}-{shown.view.replace('_', '-')}")


def _csl_day(name: str, day: str | None) -> dict[str, Any]:
    if not day:
        return {}
    moment = date.fromisoformat(day)
    return {name: {"date-parts": [[moment.year, moment.month, moment.day]]}}


def _clean(source: Source) -> dict[str, Any]:
    """Return a source with single spaces, no nameless names, and no address but one of the web."""
    item: dict[str, Any] = {}
    for name, value in source.items():
        # The record's names of further fields have no underscore.
        known = "archive_" + name[8:] if name in ("archive-location", "archive-collection") else name
        item[known] = " ".join(value.split()) if isinstance(value, str) else value
    for role in _CSL_NAMES:
        item[role] = [name for name in item.get(role) or () if any(name.values())]
    if not re.match(r"https?://", item.get("URL", "")):
        item.pop("URL", None)
    return item


# ---- APA 7, by the sections of the Publication Manual


def _apa(item: Source, locator: str, via: Source | None) -> str:
    text = _apa_reference(item)
    if via:
        text += f" As cited in {_apa_reference(via)}"
    if locator:
        # 8.13: who, year, place; 8.6: then the work through which it is known
        inside = f"{_apa_who(item)} {years_of(item) or 'n.d.'}, {with_brackets(locator)}"
        if via:
            inside += f", as cited in {_apa_who(via)} {years_of(via) or 'n.d.'}"
        text += f"\n({inside})"
    return text


def _apa_reference(item: Source) -> str:
    is_part = stands_within(item)
    authors, editors = item["author"], item["editor"]
    lead = _apa_names(authors)
    if editors and not lead and not is_part:
        lead = f"{_apa_names(editors)} {_apa_editor(editors)}"  # 9.10: editors stand for authors
    title = item["title"]
    aside = [item["edition"]] if "edition" in item else []
    if version := version_of(item):
        version = f"Version {with_brackets(version)}"
        aside += [] if is_part else [version]
    if aside:
        title += f" ({', '.join(aside)})"  # 9.19
    if kind := _KINDS.get(item["type"]):
        title += f" [{kind[0]}]"  # 9.21
    when = f"({_apa_date(item)})"
    parts = [lead, when, title] if lead else [title, when]  # 9.12: without an author, the title leads
    parts.append(_apa_container(item, version))
    if "archive" in item:
        # The archive, in parentheses what it keeps it under, the town.
        shelf = ", ".join(item[name] for name in ("archive_collection", "archive_location") if name in item)
        parts.append(item["archive"] + (f" ({with_brackets(shelf)})" if shelf else ""))
        parts[-1] += f", {item['archive-place']}" if "archive-place" in item else ""
    parts.append(item.get("publisher", ""))
    text = " ".join(with_stop(part) for part in parts if part)
    if address := (f"https://doi.org/{item['DOI']}" if "DOI" in item else address_of(item)):
        # 9.16: the day of reading where what is there may change; 9.35: no full stop after an address
        accessed = date_of(item, "accessed")
        seen = f"Retrieved {_apa_day(accessed)}, from " if accessed and "DOI" not in item else ""
        text += f" {seen}{address}"
    return text


def _apa_container(item: Source, version: str) -> str:
    text: str = item.get("container-title", "")
    volume, page = item.get("volume", ""), item.get("page", "")
    number = item.get("issue") or item.get("number", "")
    if not stands_within(item):
        # 9.25: Journal, volume(issue), pages
        if text and item["type"].startswith("article-"):
            numbers = f"{volume}({number})" if volume and number else volume or number
            text = ", ".join(part for part in (text, numbers, page.replace("-", "–")) if part)
        return text
    if editors := item["editor"]:
        names = [initials_first(name) for name in editors]
        text = f"{_and(names)} {_apa_editor(editors)}, {text}"  # 9.28
    pages = f"pp. {page.replace('-', '–')}" if re.search(r"[-–,]", page) else f"p. {page}" if page else ""
    aside = ", ".join(part for part in (version, f"Vol. {volume}" if volume else "", pages) if part)
    return f"In {text}" + (f" ({aside})" if aside else "")


def _apa_editor(editors: Sequence[Source]) -> str:
    return "(Eds.)" if len(editors) > 1 else "(Ed.)"


def _and(names: Sequence[str]) -> str:
    if len(names) < 3:
        return " & ".join(names)
    return f"{', '.join(names[:-1])}, & {names[-1]}"


def _apa_names(names: Sequence[Source]) -> str:
    shown = [family_first(name, ",") for name in names]
    if len(shown) > 20:
        return f"{', '.join(shown[:19])}, ... {shown[-1]}"  # 9.8
    return _and(shown) if len(shown) != 2 else f"{shown[0]}, & {shown[1]}"


def _apa_day(parts: Sequence[int]) -> str:
    """Return 'February 23, 1922', or as much of it as is known."""
    if len(parts) < 2:
        return "".join(str(part) for part in parts)
    month = _MONTHS[parts[1] - 1]
    return f"{month} {parts[2]}, {parts[0]}" if len(parts) > 2 else f"{month} {parts[0]}"


def _apa_date(item: Source) -> str:
    parts = date_of(item, "issued")
    if not parts:
        return "n.d."  # 9.17
    if len(parts) < 2 or "–" in years_of(item):
        return years_of(item)
    month = _MONTHS[parts[1] - 1]
    return f"{parts[0]}, {month} {parts[2]}" if len(parts) > 2 else f"{parts[0]}, {month}"


def _apa_who(item: Source) -> str:
    """Return who is named in the text, with the comma: families (8.17), or the short title (8.14)."""
    families = [family_of(name) for name in item["author"] or ([] if stands_within(item) else item["editor"])]
    if not families:
        return f"“{re.split('[:;] ', item['title'], maxsplit=1)[0]},”"
    return (f"{families[0]} et al." if len(families) > 2 else " & ".join(families)) + ","


# ---- GOST R 7.0.5-2008, reference behind the text


def _gost(item: Source, locator: str, via: Source | None) -> str:
    text = _gost_reference(item, locator, is_through=via is not None)
    if via:
        text += f" Приводится по: {_gost_reference(via, '')}"  # 4.12
    return text


def _gost_reference(item: Source, locator: str, *, is_through: bool = False) -> str:
    people = [name for name in item["author"] if not name.get("literal")]
    # 4.10.2: one, two or three persons stand first; more, and bodies, stand behind the title.
    heads = people if len(people) <= 3 else []
    others = [initials_first(name) for name in item["author"] if name not in heads]
    if len(people) > 3:
        others = [f"{others[0]} [и др.]"]
    first = f"{with_stop(', '.join(family_first(name, '') for name in heads))} " if heads else ""
    first += _gost_title(item)
    roles = _gost_roles(item)
    behind = [", ".join(others)] * bool(others) + ([] if stands_within(item) else roles)
    first += f" / {' ; '.join(behind)}" if behind else ""
    archive, container = item.get("archive", ""), item.get("container-title", "")
    if holder := archive or container:
        first += f" // {_gost_punctuation(holder)}"
        first += f" / {' ; '.join(roles)}" if roles and stands_within(item) else ""
    areas = [first]
    if archive:
        # 11: the archive, then fond, opis, delo, list, each a sentence
        areas += [item[name] for name in ("archive_collection", "archive_location") if name in item]
        areas[1:] = [_gost_shelf(area) for area in areas[1:]]
        areas.append(container)
        locator = _gost_shelf(locator)
    areas.append(item.get("edition", ""))
    areas.append(f"Версия {version}" if (version := version_of(item)) else "")
    areas.append(_gost_imprint(item, is_through=is_through))
    volume, number = item.get("volume", ""), item.get("issue") or item.get("number", "")
    areas.append(", ".join([f"Т. {volume}"] * bool(volume) + [f"№ {number}"] * bool(number)))
    if locator:
        areas.append(capitalised(locator))  # the place stands for the extent: 'С. 18', not '288 с.'
    elif "page" in item:
        areas.append(f"С. {item['page'].replace('-', '–')}")
    elif "number-of-pages" in item:
        areas.append(f"{item['number-of-pages']} с.")
    if address := address_of(item):
        accessed = date_of(item, "accessed")
        seen = ".".join(f"{part:02}" for part in reversed(accessed))
        areas.append(f"URL: {address}" + (f" (дата обращения: {seen})" if seen else ""))
    return " ".join(with_stop(area) for area in areas if area)


def _gost_roles(item: Source) -> list[str]:
    """Return 'ред. Ф. Н. Базанова': in the nominative, as a name is not declined without knowing whose it is."""
    words = {"editor": "ред.", "translator": "пер."}
    return [
        f"{word} {', '.join(initials_first(name) for name in item[role])}" for role, word in words.items() if item[role]
    ]


def _gost_punctuation(title: str) -> str:
    """Return a title with the sign before what explains it set off by spaces, as GOST 7.1 prescribes."""
    return re.sub(r"(?<=[^\s:]): (?=\S)", " : ", title, count=1)


def _gost_title(item: Source) -> str:
    main, colon, rest = _gost_punctuation(item["title"]).partition(" : ")
    text: str = main
    if address_of(item):
        text += " [Электронный ресурс]"  # section 10: in lists that hold printed matter too
    text += colon + rest
    if kind := _KINDS.get(item["type"]):
        text += f" : {kind[1]}"
    issued = date_of(item, "issued")
    if item["type"] in _DATED_THEMSELVES and issued and str(issued[0]) not in item["title"]:
        text += f", {_russian_day(issued)}"
    return text


def _russian_day(parts: Sequence[int]) -> str:
    if len(parts) < 2:
        return f"{parts[0]} г."
    from babel.dates import format_date

    pattern = "d MMMM y 'г.'" if len(parts) > 2 else "LLLL y 'г.'"
    return format_date(date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1), pattern, "ru")


def _gost_imprint(item: Source, *, is_through: bool) -> str:
    """Return place : publisher, year; 'no year' only of what neither a page nor another source dates."""
    where = " : ".join(item[name] for name in ("publisher-place", "publisher") if name in item)
    if item["type"] in _DATED_THEMSELVES and years_of(item):
        return where
    year = years_of(item) or ("" if address_of(item) or is_through else "[б. г.]" if where else "[Б. г.]")
    return ", ".join(part for part in (where, year) if part)


def _gost_shelf(text: str) -> str:
    """Return 'ф. 3, оп. 2, д. 10' as 'Ф. 3. Оп. 2. Д. 10'."""
    shelf = re.sub(
        r"(?:^|[,;.]?\s+)(ф|оп|д|лл|л|картон)(\.?\s*№?\s*\d)",
        lambda match: f". {match[1].capitalize()}{match[2]}",
        text,
        flags=re.IGNORECASE,
    )
    return shelf.removeprefix(". ")


# ---- BibTeX


def _bibtex(item: Source, locator: str, via: Source | None, key: str) -> str:
    container = item.get("container-title", "")
    kind, holder = "misc", "howpublished"
    if item["type"] == "book":
        kind = "book"
    elif item["type"] == "article-journal" and container:
        kind, holder = "article", "journal"
    elif item["type"] in PARTS - {"map"} and container:
        kind, holder = "incollection", "booktitle"
    shelf = [
        item[name] for name in ("archive", "archive_collection", "archive_location", "archive-place") if name in item
    ]
    version = version_of(item)
    notes = [_KINDS[item["type"]][0] if item["type"] in _KINDS else "", f"Version {version}" if version else ""]
    notes += [capitalised(locator), f"As cited in: {_apa_reference(via)}" if via else ""]
    issued = date_of(item, "issued")
    entry = [container if holder == "howpublished" else "", ", ".join(shelf)]
    plain = {
        holder: container,
        "howpublished": "; ".join(part for part in entry if part),
        "publisher": item.get("publisher", ""),
        "address": item.get("publisher-place", ""),
        "edition": item.get("edition", ""),
        "year": years_of(item).replace("–", "--"),
        "volume": item.get("volume", ""),
        "number": item.get("issue") or item.get("number", ""),
        "pages": re.sub("[-–]+", "--", item.get("page", "")),
        "pagetotal": item.get("number-of-pages", ""),
    }
    fields = {role: _bibtex_names(item[role]) for role in ("author", "editor", "translator") if item[role]}
    fields["title"] = f"{{{_latex(item['title'])}}}"  # a second pair of braces: styles change letters' case
    fields |= {name: _latex(value) for name, value in plain.items() if value}
    if len(issued) > 1:
        fields["month"] = _MONTHS[issued[1] - 1][:3].lower()
    if len(issued) > 2:
        fields["day"] = str(issued[2])
    # Identifiers are taken letter by letter, so nothing in them is escaped but what ends the field.
    for name, value in (("doi", item.get("DOI", "")), ("url", item.get("URL", ""))):
        if value:
            fields[name] = value.replace("{", "%7B").replace("}", "%7D")
    if accessed := date_of(item, "accessed"):
        fields["urldate"] = "-".join(f"{part:02}" for part in accessed)
    if "language" in item:
        fields["language"] = _language(item["language"])
    if notes := [note for note in notes if note]:
        fields["note"] = _latex(" ".join([*map(with_stop, notes[:-1]), notes[-1]]))
    lines = [f"  {name} = {value}" if name == "month" else f"  {name} = {{{value}}}" for name, value in fields.items()]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in text)


def _bibtex_names(names: Sequence[Source]) -> str:
    return " and ".join(
        ", ".join(
            # Braces keep a body's name, or one with a comma or an 'and', from being taken apart.
            f"{{{_latex(part)}}}" if not is_person(name) or re.search(r",|\band\b", part, re.I) else _latex(part)
            for part in ([family_of(name), spaced(name["given"])] if is_person(name) else [family_of(name)])
        )
        for name in names
    )


def _language(code: str) -> str:
    """Return a language's English name, as babel and biblatex know it: 'kk-Arab' is 'kazakh'."""
    from babel import Locale, UnknownLocaleError

    try:
        return (Locale.parse(code.partition("-")[0]).get_language_name("en") or code).lower()
    except (UnknownLocaleError, ValueError):
        return _latex(code)


# ---- CSL-JSON


def _csl_json(item: Source, locator: str, via: Source | None, key: str) -> str:
    csl: dict[str, Any] = {"id": key, "type": item["type"], "title": item["title"]}
    # Some schemas want a family of every name; programs take the literal where there is one.
    csl |= {
        role: [
            dict(name) if is_person(name) else {"family": family_of(name), "literal": family_of(name)}
            for name in item[role]
        ]
        for role in _CSL_NAMES
        if item[role]
    }
    csl |= {name: value for name, value in item.items() if isinstance(value, str) and name not in _NOT_CSL}
    csl |= {name: {"date-parts": item[name]["date-parts"]} for name in _CSL_DATES if item.get(name)}
    if locator:
        csl["locator"] = locator
    if via:
        csl["note"] = f"As cited in: {_apa_reference(via)}"
    return json.dumps([csl], ensure_ascii=False, indent=2)
