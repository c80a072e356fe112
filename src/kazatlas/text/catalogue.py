"""Catalogue: the interface's texts, dates and numbers in Kazakh, Russian and English."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

Language = Literal["kk", "ru", "en"]
LANGUAGES: tuple[Language, ...] = ("kk", "ru", "en")

OWN_NAMES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
"""Each language in its own words, for the switch between them."""

# Babel writes "1920 ж. 26 там." and "26 авг. 1920 г."; a card has room for whole words.
_DATE_PATTERNS = {
    "kk": {"day": "y 'жылғы' d MMMM", "month": "y 'жылғы' MMMM", "year": "y 'жыл'"},
    "ru": {"day": "d MMMM y 'года'", "month": "LLLL y 'года'", "year": "y 'год'"},
    "en": {"day": "d MMMM y", "month": "LLLL y", "year": "y"},
}


@dataclass(frozen=True)
class Catalogue:
    """The words of one language; a missing one is an error, never another language's."""

    language: Language
    texts: dict[str, str]

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of a key, with the values put into its braces."""
        text = self.texts[key]
        return text.format(**values) if values else text

    def choice(self, texts: dict[str, str]) -> str:
        """Return this language's one of a text that the record gives in all three."""
        return texts[self.language]

    def date(self, day: str, precision: str = "day") -> str:
        """Return an ISO day in words, no more exact than it is known: `day`, `month` or `year`."""
        return _date(day, precision, self.language)

    def number(self, value: float, digits: int = 1) -> str:
        """Return a number with the language's own grouping and decimal sign, and at most so many decimals."""
        return _decimal(round(value, digits) if value % 1 else round(value), self.language)

    def years(self, edtf: str) -> str:
        """Return years that are given in EDTF as one writes them: `1890/1907` is 1890–1907, `192X` the 1920s."""
        parts = [self("card.decade", year=f"{part[:3]}0") if part.endswith("X") else part for part in edtf.split("/")]
        return "–".join(parts)

    def editorial(self, text: str) -> str | None:
        """Return in this language what we say ourselves in a citation; none where the words are a source's."""
        row = _editorial_texts().get(text)
        return row[self.language] if row else None

    def foreign(self, language: str | None) -> str:
        """Return the code of a language that a text must be marked with; none where it is this one or not known."""
        return language if language and language != self.language else ""

    def part(self, prefix: str) -> dict[str, str]:
        """Return all texts whose keys begin so, as the map's script takes them."""
        return {key: text for key, text in self.texts.items() if key.startswith(prefix)}


# Babel takes longer over a date or a number than a template over a card, and a card says few different ones.
@lru_cache(4096)
def _date(day: str, precision: str, language: Language) -> str:
    return format_date(date.fromisoformat(day), format=_DATE_PATTERNS[language][precision], locale=language)


@lru_cache(4096)
def _decimal(number: float, language: Language) -> str:
    return format_decimal(number, locale=language)


@cache
def _editorial_texts() -> dict[str, dict[str, str]]:
    """Read our own words in citations (`locale/citations.tsv`), by what they are in any language."""
    file = resources.files("kazatlas") / "locale" / "citations.tsv"
    texts: dict[str, dict[str, str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        row: dict[str, str] = dict(zip(LANGUAGES, line.split("\t"), strict=True))
        texts |= dict.fromkeys(row.values(), row)
    return texts


@cache
def load_catalogue(language: Language) -> Catalogue:
    """Read one language's catalogue.

    Raises
    ------
    ValueError
        When an entry of the catalogue has no text.
    """
    file = resources.files("kazatlas") / "locale" / f"{language}.po"
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=Locale.parse(language))
    texts = {str(message.id): str(message.string) for message in catalogue if message.id}
    if empty := [key for key, text in texts.items() if not text.strip()]:
        raise ValueError(f"{language}.po has no text for {', '.join(empty)}")
    return Catalogue(language, texts)


_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"


def alphabetically(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts Kazakh and Russian as their alphabets do."""
    return [(_ALPHABET.find(letter), letter) for letter in text.lower()]


def fields(text: str) -> set[str]:
    """Return the names in braces that a text wants filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
