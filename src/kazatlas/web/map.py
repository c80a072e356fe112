"""The map: a folium base map that carries the timeline, and the files that it asks the server for."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import folium
from branca.element import MacroElement
from folium.template import Template

from kazatlas import palette
from kazatlas.atlas.store import Atlas
from kazatlas.record.witnesses import HEADER
from kazatlas.text.catalogue import LANGUAGES, load_catalogue
from kazatlas.web.session import OPENING, OPENING_LANGUAGE

TILES = {
    "url": "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    "credit": '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>',
}
"""The online background that a reader may switch on; nothing is asked of it before."""

SPOKEN = ("map.", "card.basis_", "card.certainty_", "card.source_", "card.zone_")
"""The beginnings of the keys of the words that the element says."""

CENTRE = (48.6, 67.0)
MAP_OPTIONS: dict[str, Any] = {
    "zoom_start": 5,
    "zoom_control": False,
    "attribution_control": False,
    "zoom_snap": 0.25,
    "min_zoom": 3,
    "max_zoom": 10,
    "wheel_px_per_zoom_level": 120,
}

START = {**asdict(OPENING), "lang": OPENING_LANGUAGE}
"""What the map shows first; part of its identity, so the same for every reader."""

STATIC_URL = "../../app/static/"
"""Streamlit's static folder as seen from the component's frame, whatever path the app is served under."""


KEPT_SECONDS = 30 * 86_400
"""So long a file that no start has wanted again stays for pages that are still open."""


@dataclass(frozen=True)
class Assets:
    """The names of the files that a page asks for: the map's script and data, the citations to be copied, witnesses."""

    script: str
    data: str
    copies: str
    witnesses: str


@cache
def static_text(name: str) -> str:
    """Return a style sheet or script of the page, as it lies in `static/`."""
    return (resources.files("kazatlas") / "static" / name).read_text(encoding="utf-8")


def dump_script(value: Any) -> str:
    """Return a value as JSON that may stand inside a script element: no `</script>`, no `<!--`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def map_words(topology: Mapping[str, Any]) -> dict[str, Any]:
    """Return the element's words in all languages, with the dates of its timeline in words."""
    catalogues = [load_catalogue(language) for language in LANGUAGES]
    days = sorted({item["date"] for item in (*topology["stops"], *topology.get("alternatives", ()))})
    return {
        "words": {
            words.language: {key: text for prefix in SPOKEN for key, text in words.part(prefix).items()}
            for words in catalogues
        },
        "dates": {day: [words.date(day) for words in catalogues] for day in days},
    }


def script(topology: Mapping[str, Any]) -> str:
    """Return the element's whole script: the words, then Leaflet and the element as frontend/ bundles them."""
    words = f"window.KAZATLAS_WORDS = {dump_script(map_words(topology))};"
    return f"{words}\n{static_text('map.js')}"


def style() -> str:
    """Return the element's whole style: Leaflet's, the palette, and its own."""
    return "\n".join((static_text("leaflet.css"), palette.css(), static_text("map.css")))


def styled_script(topology: Mapping[str, Any]) -> str:
    """Return the element's script with its style: a style that came later would have the map drawn twice."""
    sheet = f"document.head.appendChild(document.createElement('style')).textContent = {dump_script(style())};"
    return f"{sheet}\n{script(topology)}"


def write_assets(folder: Path, topology: bytes, copies: Mapping[str, Any], witnesses: Mapping[str, Any]) -> Assets:
    """Put script, data and citations where the server serves them, named by their content.

    A browser may keep such a file for ever: other content has another name.

    Parameters
    ----------
    folder
        Streamlit's static folder beside the main script; made when it is not there.
    topology
        The map's data, as built (map.json).
    copies
        The citations in each style; see `kazatlas.text.citation_styles.copies`.
    witnesses
        The places that prove the borders; see `witness_data`.

    Raises
    ------
    OSError
        When a file that is not there cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.*.*"):
        # A page that was opened before an update may still ask for the files of its time.
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                old.unlink()
    data = topology.decode()
    cited, proving = (json.dumps(v, ensure_ascii=False, separators=(",", ":")) for v in (copies, witnesses))
    return Assets(
        _put(folder, "atlas", "js", styled_script(json.loads(data))), _put(folder, "atlas", "json", data),
        _put(folder, "citations", "json", cited), _put(folder, "witnesses", "json", proving),
    )  # fmt: skip


def witness_data(atlas: Atlas) -> dict[str, Any]:
    """Return the witnesses as the map's layer takes them: point, days, and the words of the source."""
    rows = []
    for feature in atlas.witnesses:
        properties = feature["properties"]
        source = atlas.tables["sources"][properties["source"]]
        kept = {
            key: properties.get(key)
            for key in ("name", "unit", "from", "volost", "locator", "quote", "status", "spans")
        }
        rows.append({
            "id": feature["id"], "at": feature["geometry"]["coordinates"], **kept, "km": properties["border_km"],
            "source": source["title"], "url": source.get("URL"),
        })  # fmt: skip
    return {**HEADER, "witnesses": rows}


def _put(folder: Path, stem: str, suffix: str, content: str) -> str:
    """Write a file named by its content, if it is not there; return its name."""
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    path = folder / f"{stem}.{digest}.{suffix}"
    if path.exists():
        # In a folder that may only be read, its age does not matter: nothing is ever cleared away there.
        with suppress(OSError):
            path.touch()
    else:
        # Written beside and moved, so that no reader is served half a file, nor two servers write the same.
        part = path.with_suffix(f".{suffix}.{os.getpid()}.part")
        part.write_text(content, encoding="utf-8")
        part.replace(path)
    return path.name


class Timeline(MacroElement):  # type: ignore[misc]
    """The timeline over the map; see frontend/src."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "Kazatlas.underStreamlit({{ this._parent.get_name() }}, Object.assign({{ this.options }}, KAZATLAS_WORDS));"
        "{% endmacro %}"
    )

    def __init__(self, data: str, witnesses: str) -> None:
        super().__init__()
        self._name = "Timeline"
        self.options = dump_script({"data": data, "witnesses": witnesses, "state": START, "tiles": TILES})


class Command(MacroElement):  # type: ignore[misc]
    """A word to the map from outside it; a map that stands is moved, not made anew."""

    _template = Template("{% macro script(this, kwargs) %}kazatlas.command({{ this.words }});{% endmacro %}")

    def __init__(self, words: Mapping[str, Any]) -> None:
        super().__init__()
        self._name = "Command"
        self.values = dict(words)
        self.words = dump_script(words)


class ScriptOnly:
    """A folium element of which streamlit-folium takes the script.

    That is made without rendering; what rendering makes is a page of folium's own, several templates
    compiled anew at each step of each reader, and nobody sees it.
    """

    def render(self, **_: Any) -> None:
        """Make nothing."""


class ScriptMap(ScriptOnly, folium.Map):  # type: ignore[misc]
    """The base map."""


class ScriptGroup(ScriptOnly, folium.FeatureGroup):  # type: ignore[misc]
    """The carrier of a command."""


def base_map(assets: Assets) -> folium.Map:
    """Return a new map with the timeline.

    Made for each run, because streamlit-folium writes into the map that it is given; its script is
    the same each time, so the reader keeps one map.
    """
    atlas_map = ScriptMap(location=CENTRE, tiles=None, **MAP_OPTIONS)
    # Leaflet and nothing else, from this server: stock folium asks five others for ten files.
    atlas_map.default_js = [("kazatlas", STATIC_URL + assets.script)]
    atlas_map.default_css = []
    Timeline(STATIC_URL + assets.data, STATIC_URL + assets.witnesses).add_to(atlas_map)
    return atlas_map


def import_plugins() -> None:
    """Import what streamlit-folium asks folium for beyond the map: it takes as long as all the rest."""
    importlib.import_module("folium.plugins")


def command_group(words: Mapping[str, Any]) -> folium.FeatureGroup:
    """Return a feature group that carries a command to the standing map.

    Parameters
    ----------
    words
        `serial` (each number is obeyed once) and any of `date`, `view`, `level`, `unit`, `zone`, `lang`,
        `compare` (a second date, or None for one map alone), `embed` (True leaves map, timeline and
        attribution), `guests` (a reader's own shapes), `pick` (True lets a click choose a point instead
        of a unit), `point` ([longitude, latitude]), and `show` to bring the unit or the zone into sight.
    """
    group = ScriptGroup()
    Command(words).add_to(group)
    return group
