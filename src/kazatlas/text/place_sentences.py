"""Place sentences: where a point lay and what to beware of, in words of a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from kazatlas.atlas.day import Row
from kazatlas.atlas.places import PlaceHistory, PlaceWarning, Whereabouts
from kazatlas.record.types import View
from kazatlas.text.catalogue import Catalogue, Language, load_catalogue


def unit_name(words: Catalogue, row: Row | None) -> str:
    """Return a unit version's name; nothing where there is no unit."""
    return str(row[f"name_{words.language}"]) if row else ""


def kilometres(words: Catalogue, km: float) -> str:
    """Return a distance to a tenth of a kilometre."""
    return _kilometres(words.language, round(km, 1))


@lru_cache(maxsize=10_000)
def _kilometres(language: Language, km: float) -> str:
    # Babel takes long, and many points have the same distance to a tenth.
    words = load_catalogue(language)
    return words("card.border_km", number=words.number(km))


def warning_sentence(words: Catalogue, warning: PlaceWarning) -> str:
    """Return a warning as a sentence."""
    sentence = {name: _SAID[name](words, value) for name, value in warning.values.items()}
    return words(warning.key, **sentence)


_SAID: dict[str, Callable[[Catalogue, Any], str]] = {
    "km": kilometres,
    "accuracy": kilometres,
    "name": unit_name,
    "names": lambda words, rows: ", ".join(unit_name(words, row) for row in rows),
    "title": Catalogue.choice,
}
"""How the values of warnings are said."""


def beware(words: Catalogue, places: Mapping[View, Whereabouts]) -> str:
    """Return the warnings about a point in all the views given; what holds in one of several names it."""
    warnings = {view: place.warnings for view, place in places.items()}
    common, *others = warnings.values()
    if all(parts == common for parts in others):
        return " ".join([warning_sentence(words, warning) for warning in common])
    sentences = []
    for view, parts in warnings.items():
        for warning in parts:
            sentence = warning_sentence(words, warning)
            if not all(warning in others for others in warnings.values()):
                sentence = f"{words('map.view_' + view)}: {sentence}"
            if sentence not in sentences:
                sentences.append(sentence)
    return " ".join(sentences)


def history_rows(words: Catalogue, history: PlaceHistory, view: View) -> list[dict[str, str]]:
    """Return where a point lay through time as rows of text, for a table on the page or on paper.

    Returns
    -------
    Rows with `since`, `until` (the first day no longer), `uezd`, `gubernia`, `authority`, `border_km` (to the
    nearest border, with its unit of measure) and `beware` (the warnings). What is not known is empty.
    """
    rows = []
    for number, span in enumerate(history.spans[view]):
        uezd, gubernia, authority = (unit_name(words, row) for row in span.place.units)
        until = words.date(span.valid_to, span.end_precision or "day") if span.valid_to else words("card.to_open")
        rows.append({
            "since": words.date(span.valid_from, span.start_precision) if number else words("card.from_opens"),
            "until": until,
            "uezd": uezd,
            "gubernia": gubernia,
            "authority": authority,
            "border_km": kilometres(words, span.place.nearest.km) if span.place.nearest else "",
            "beware": beware(words, {view: span.place}),
        })  # fmt: skip
    return rows
