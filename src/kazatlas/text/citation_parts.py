"""Parts of citations: names, dates, addresses and stops as every style needs them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

Source = Mapping[str, Any]
"""A source as the built atlas holds it: CSL fields, and the record's own, which no style prints."""

PARTS = {"chapter", "entry", "entry-dictionary", "entry-encyclopedia", "map", "paper-conference"}


def date_of(item: Source, name: str) -> list[int]:
    """Return year, month and day of a date, as far as the source gives them and a calendar has them."""
    parts: list[int] = list(((item.get(name) or {}).get("date-parts") or [[]])[0])
    if len(parts) > 1:
        try:
            date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
        except ValueError:
            return parts[:1]
    return parts


def stands_within(item: Source) -> bool:
    """Return whether the source stands within a book or a map, and not on its own."""
    return item["type"] in PARTS and "container-title" in item


def years_of(item: Source) -> str:
    """Return the year of issue, or the first and last of several."""
    years = [str(part[0]) for part in (item.get("issued") or {}).get("date-parts", []) if part]
    return "–".join(years[:2])


def spaced(given: str) -> str:
    """Return given names with a space after each initial: 'Қ.С.' is two names."""
    return re.sub(r"\.(?=[^\W\d_])", ". ", given)


def initials_of(given: str) -> str:
    """Return given names as initials: 'Карл Иванович' and 'К.И.' are 'К. И.', 'Жан-Поль' is 'Ж.-П.'."""
    names = [
        "-".join(part if part.endswith(".") else part[0] + "." for part in name.split("-") if part)
        for name in spaced(given).split()
    ]
    return " ".join(name for name in names if name)


def family_of(name: Source) -> str:
    """Return a person's family, or the whole of a name that has none."""
    return str(name.get("literal") or name.get("family") or name.get("given"))


def is_person(name: Source) -> bool:
    """Return whether a name is a family with given names."""
    return not name.get("literal") and bool(name.get("family") and name.get("given"))


def family_first(name: Source, comma: str) -> str:
    """Return a person as `Family, I.`, with the comma that a style wants."""
    return f"{family_of(name)}{comma} {initials_of(name['given'])}" if is_person(name) else family_of(name)


def initials_first(name: Source) -> str:
    """Return a person as `I. Family`."""
    return f"{initials_of(name['given'])} {family_of(name)}" if is_person(name) else family_of(name)


def with_stop(text: str) -> str:
    """Return text with a full stop, unless it ends a sentence already."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def capitalised(text: str) -> str:
    """Return text with a capital, unless its first word is no plain word, such as a file's name."""
    return text[:1].upper() + text[1:] if re.match(r"[^\W\d_]+[.,:;]?(\s|$)", text) else text


def address_of(item: Source) -> str:
    """Return the address on the web, or that of the DOI."""
    doi = item.get("DOI")
    return str(item.get("URL") or (f"https://doi.org/{doi}" if doi else ""))


def version_of(item: Source) -> str:
    """Return the version without a `V` before it."""
    # 'V3' is 'version 3'.
    return re.sub(r"^[Vv]\.?\s*(?=\d)", "", item.get("version", ""))


def with_brackets(text: str) -> str:
    """Return text that goes into parentheses, its own made brackets (APA 7, 6.8)."""
    return text.replace("(", "[").replace(")", "]")
