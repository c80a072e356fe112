"""Inflection: the names of units in the cases of Kazakh and Russian, and several names as one phrase."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Case = Literal["", "gen", "dat", "abl", "acc"]
"""Kazakh knows gen, dat and abl here, Russian gen and acc, English none."""

PLURALS = {
    "kk": {
        "уезі": "уездері", "ауданы": "аудандары", "губерниясы": "губерниялары", "облысы": "облыстары",
        "бөлімі": "бөлімдері", "болысы": "болыстары",
    },
    "ru": {
        "уезд": "уезды", "район": "районы", "губерния": "губернии", "область": "области", "отдел": "отделы",
        "волость": "волости",
    },
    "en": {
        "uezd": "uezds", "raion": "raions", "gubernia": "gubernias", "oblast": "oblasts", "otdel": "otdels",
        "volost": "volosts",
    },
}  # fmt: skip
"""The word that ends a unit's name and tells its type, and its plural."""

# Nominative -> genitive, accusative.
_RUSSIAN_NOUNS = {
    "уезд": ("уезда", "уезд"), "уезды": ("уездов", "уезды"), "район": ("района", "район"),
    "районы": ("районов", "районы"), "губерния": ("губернии", "губернию"), "губернии": ("губерний", "губернии"),
    "область": ("области", "область"), "области": ("областей", "области"), "отдел": ("отдела", "отдел"),
    "отделы": ("отделов", "отделы"), "волость": ("волости", "волость"), "волости": ("волостей", "волости"),
    "часть": ("части", "часть"), "части": ("частей", "части"), "земля": ("земли", "землю"),
    "полоса": ("полосы", "полосу"), "республика": ("республики", "республику"), "край": ("края", "край"),
    "комитет": ("комитета", "комитет"), "сибревком": ("Сибревкома", "Сибревком"),
    "асср": ("АССР", "АССР"), "рсфср": ("РСФСР", "РСФСР"), "хорезм": ("Хорезма", "Хорезм"),
    "бухара": ("Бухары", "Бухару"),
}  # fmt: skip
_RUSSIAN_ADJECTIVES = (
    ("ский", "ского", "ский"), ("ской", "ского", "ской"), ("ый", "ого", "ый"), ("ий", "ого", "ий"), ("-й", "-го", "-й"),
    ("ая", "ой", "ую"), ("ые", "ых", "ые"), ("ие", "их", "ие"),
)  # fmt: skip

_BACK, _FRONT = "аоұыуяёю", "әөүіеэ"
_VOICELESS = "пфктсшщчцхһқбгдв"
_KAZAKH_ENDINGS = {
    # After a vowel and м, н, ң; after the other voiced consonants; after voiceless ones.
    "gen": (("ның", "нің"), ("дың", "дің"), ("тың", "тің")),
    "dat": (("ға", "ге"), ("ға", "ге"), ("қа", "ке")),
    "abl": (("дан", "ден"), ("дан", "ден"), ("тан", "тен")),
}
_KAZAKH_POSSESSIVE = {"gen": ("ның", "нің"), "dat": ("на", "не"), "abl": ("нан", "нен")}


def _kazakh(text: str, case: Case) -> str | None:
    name, _, tail = text.partition(" (") if text.endswith(")") else (text, "", "")
    tail = f" ({tail}" if tail else ""
    if case not in _KAZAKH_ENDINGS:
        return text
    if name.endswith("СР"):  # read letter by letter: -эр
        return name + "-" + _KAZAKH_ENDINGS[case][1][1] + tail
    last = name[-1:].lower()
    vowels = [letter for letter in name.lower() if letter in _BACK + _FRONT]
    if not vowels or not re.fullmatch("[а-яёәғқңөұүһі]", last):
        return None
    front = vowels[-1] in _FRONT
    if last in "ыі":  # the names of units end in "its": уезі, губерниясы
        return name + _KAZAKH_POSSESSIVE[case][front] + tail
    ending = _KAZAKH_ENDINGS[case][2 if last in _VOICELESS else 0 if last in "мнң" + _BACK + _FRONT else 1][front]
    if case == "abl" and last in "мнң":
        ending = ("нан", "нен")[front]
    return name + ending + tail


def _russian(text: str, case: Case) -> str | None:
    if case not in ("gen", "acc"):
        return text
    column = 0 if case == "gen" else 1
    words, match, resting, closed = [], False, False, False
    for word in text.split(" "):
        opening, bare, closing = re.fullmatch(r"([(«]*)(.*?)([),»]*)", word).groups()  # type: ignore[union-attr]
        if resting and word == "и" and not closed:
            resting = False
        elif not resting:
            noun = _RUSSIAN_NOUNS.get(bare.lower())
            if noun:
                # What follows the noun is its own: "Киргизская часть | Омского уезда".
                match = resting = True
                closed = closed or bare.lower() in ("часть", "части", "земля")
                capital = bare[:1].isupper()
                bare = noun[column][:1].upper() + noun[column][1:] if capital else noun[column]
            else:
                ends = ((end, forms[column]) for end, *forms in _RUSSIAN_ADJECTIVES if bare.endswith(end))
                for end, form in ends:
                    bare = bare.removesuffix(end) + form
                    break
        words.append(opening + bare + closing)
    return " ".join(words) if match else None


def inflect(text: str, case: Case, language: str) -> str | None:
    """Return a name in a case, or None where the rules do not know its words."""
    if not case or language == "en":
        return text
    return _kazakh(text, case) if language == "kk" else _russian(text, case)


@dataclass(frozen=True)
class Phrase:
    """Names in the nominative, joined by a word for "and"; `f"{phrase:gen}"` gives a case.

    A name that the rules cannot inflect stays as it is.
    """

    names: tuple[str, ...]
    language: str
    conjunction: str = " "

    def __format__(self, case: str) -> str:
        wanted: Case = case if case in ("gen", "dat", "abl", "acc") else ""  # type: ignore[assignment]
        forms = [inflect(name, wanted, self.language) or name for name in self.names]
        return join(forms, self.conjunction)

    def __str__(self) -> str:
        return format(self, "")


def join(texts: list[str], conjunction: str) -> str:
    """Return texts as a list in words: "a", "a and b", "a, b and c"."""
    return conjunction.join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


def gather(names: list[str], language: str, conjunction: str) -> list[str]:
    """Say the type once for names that share it: "Kalmyk uezd", "Torgun uezd" -> "Kalmyk and Torgun uezds"."""
    groups: dict[str, list[str]] = {}
    for name in names:
        stem, _, last = name.rpartition(" ")
        shared = stem and last in PLURALS[language] and not re.search(" of |часть |бөлігі", stem)
        groups.setdefault(last if shared else name, []).append(stem if shared else name)
    return [
        key if key == stems[0] else f"{join(stems, conjunction)} {PLURALS[language][key] if len(stems) > 1 else key}"
        for key, stems in groups.items()
    ]
