"""The lesson: the atlas's map, cards and sources as one file that needs no network."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from kazatlas.atlas.store import Atlas, stops
from kazatlas.record.types import VIEWS
from kazatlas.text.catalogue import Catalogue, Language, load_catalogue
from kazatlas.web.cards import Cards
from kazatlas.web.map import CENTRE, MAP_OPTIONS, START, dump_script, map_words, script, style
from kazatlas.web.templates import as_it_is, render


def _asset(name: str) -> str:
    return (resources.files("kazatlas") / "static" / name).read_text(encoding="utf-8")


def _packed(value: Any) -> str:
    """Return a value as packed JSON; every browser since 2023 unpacks it by itself."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def _in_parts(cards: dict[str, Any]) -> dict[str, Any]:
    """Return cards whose texts are lists of numbers of `parts`: most of a card is that of the day before."""
    parts: dict[str, int] = {}
    texts = [
        [parts.setdefault(part, len(parts)) for part in re.split("(?=<details)|(?<=</details>)", text) if part]
        for text in cards["texts"]
    ]
    return {**cards, "parts": list(parts), "texts": texts}


def lesson_cards(atlas: Atlas, words: Catalogue) -> dict[str, Any]:
    """Return every card of the atlas in one language, each text once.

    Returns
    -------
    `texts`, a list of HTML; `units` and `zones`, view -> unit or zone -> [day from which, number of
    text] in order of time; `events`, view -> day -> numbers of texts.
    """
    cards = Cards(atlas)
    numbers: dict[str, int] = {}

    def number(html: str) -> int:
        # A file has no addresses of its own to open; its links only move the map.
        return numbers.setdefault(re.sub(r'href="\?[^"]*"', 'href="#"', html), len(numbers))

    days = stops(atlas)

    def changes(card: Callable[[Catalogue, str, str, str], str], of: str, view: str) -> list[list[Any]]:
        """Return the days from which a card says something else, with what it says."""
        changed: list[list[Any]] = []
        for day in days:
            text = number(card(words, of, day, view))
            if not changed or changed[-1][1] != text:
                changed.append([day, text])
        return changed

    units: dict[str, dict[str, list[list[Any]]]] = {}
    zones: dict[str, dict[str, list[list[Any]]]] = {}
    events: dict[str, dict[str, list[int]]] = {view: {} for view in VIEWS}
    for view in VIEWS:
        units[view] = {unit: changes(cards.unit_card, unit, view) for unit in sorted(cards.rows)}
        zones[view] = {zone: changes(cards.zone_card, zone, view) for zone in sorted(atlas.tables["zones"])}
        for event in atlas.tables["events"]:
            events[view].setdefault(event["date"], []).append(number(cards.event_card(words, event, view)))
    return {"texts": list(numbers), "units": units, "zones": zones, "events": events}


def write_lesson(atlas: Atlas, topology: Mapping[str, Any], path: Path, language: Language = "kk") -> int:
    """Write the lesson in one language and return its size in bytes.

    Parameters
    ----------
    topology
        The map's data, as built (map.json).
    """
    words = load_catalogue(language)
    options = {
        "state": {**START, "lang": language},
        "map": {"center": CENTRE, **{_camel(key): value for key, value in MAP_OPTIONS.items()}},
        "words": {key: words(key) for key in ("page.no_unit", "page.at_this_stop")},
    }
    page = render(
        "lesson",
        words,
        version=atlas.tables["data_version"],
        style=as_it_is(style() + _asset("page.css")),
        # The words of the file's own language are all that it can ask for.
        script=as_it_is(script({"stops": []})),
        map_words=as_it_is(dump_script(map_words(topology))),
        options=as_it_is(dump_script(options)),
        lesson=as_it_is(_asset("lesson.js")),
        topology=as_it_is(_packed(topology)),
        cards=as_it_is(_packed(_in_parts(lesson_cards(atlas, words)))),
    )
    data = page.encode()
    path.write_bytes(data)
    return len(data)


def _camel(name: str) -> str:
    """Return an option's name as Leaflet spells it; `zoom_start` is folium's own word for `zoom`."""
    first, *rest = ["zoom"] if name == "zoom_start" else name.split("_")
    return first + "".join(part.title() for part in rest)
