"""Opened: what all readers share of one built atlas, until another one is built."""

from __future__ import annotations

import gc
import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from markupsafe import Markup

from kazatlas.atlas.fingerprints import Edition, edition_of, read_editions
from kazatlas.atlas.store import MANIFEST, Atlas, AtlasError, parse_built, read_built, stops
from kazatlas.plate.print_map import Base, read_base
from kazatlas.record.text_files import parse_json
from kazatlas.text.catalogue import Language
from kazatlas.text.citation_styles import copies
from kazatlas.web.cards import Cards
from kazatlas.web.map import Assets, witness_data, write_assets
from kazatlas.web.session import Contents

if TYPE_CHECKING:
    from kazatlas.atlas.ladder import LadderIndex
    from kazatlas.atlas.search import NameIndex

GIVEN_AWAY = ("atlas.geojson", "map.json")
"""The built files that a reader may take: as they are, and as a part of the lesson."""


@dataclass
class Opened:
    """What all readers share of a built atlas; everything in it comes from the same build.

    Attributes
    ----------
    stamp
        Tells this built atlas from any other.
    files
        Those of the built files that the page gives away, see `GIVEN_AWAY`, as they were when the atlas was opened.
    base
        The background of plates.
    """

    stamp: str
    geodata: Path
    atlas: Atlas
    cards: Cards
    assets: Assets
    files: Mapping[str, bytes]
    base: Base
    parts: dict[tuple[str, ...], Markup] = field(default_factory=dict)

    def kept(self, key: tuple[str, ...], make: Callable[[], Markup]) -> Markup:
        """Return a part of a page that is the same for every reader; made once."""
        if key not in self.parts:
            self.parts[key] = make()
        return self.parts[key]

    @cached_property
    def days(self) -> list[str]:
        """The days of the timeline."""
        return stops(self.atlas)

    @cached_property
    def contents(self) -> Contents:
        """What an address may name."""
        tables = self.atlas.tables
        first, end = tables["coverage"]
        return Contents(
            self.stamp, tables["data_version"], tuple(self.days), (first, end), frozenset(self.cards.rows),
            frozenset(tables["zones"]),
        )  # fmt: skip

    @cached_property
    def edition(self) -> Edition:
        """What each unit is in this version of the data."""
        return edition_of(self.atlas)

    @cached_property
    def editions(self) -> dict[str, Edition]:
        """What each unit was in the released versions."""
        return read_editions(self.geodata / "editions")

    @cached_property
    def names(self) -> NameIndex:
        """The index that names are sought in."""
        from kazatlas.atlas.search import NameIndex

        return NameIndex(self.atlas)

    @cached_property
    def places(self) -> LadderIndex:
        """The index that points are looked up in."""
        from kazatlas.atlas.ladder import LadderIndex

        return LadderIndex(self.atlas)

    def lesson(self, language: Language) -> bytes:
        """Return the lesson page in a language."""
        from kazatlas.web.lesson import write_lesson

        with TemporaryDirectory() as folder:
            file = Path(folder) / "lesson.html"
            write_lesson(self.atlas, parse_json(self.files["map.json"]), file, language)
            return file.read_bytes()


_lock = threading.Lock()
_opened: dict[tuple[Path, Path], Opened] = {}


def stamp_of(geodata: Path) -> str:
    """Return what tells the atlas that is built in a folder from any other; nothing when there is none."""
    try:
        return hashlib.sha256((geodata / "built" / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        return ""


def open_atlas(geodata: Path, static: Path) -> Opened:
    """Return the atlas that is built in a data folder; read when it is first asked for, and after each build.

    Parameters
    ----------
    geodata
        The folder with the built atlas and the background of plates.
    static
        Streamlit's static folder beside the main script, where the page's files are put.

    Raises
    ------
    AtlasError
        When the atlas or the background is missing, damaged or of another form, or `static` may not be written.
    """
    key = (geodata.resolve(), static.resolve())
    stamp = stamp_of(geodata)
    opened = _opened.get(key)
    if opened is not None and opened.stamp == stamp:
        return opened
    with _lock:
        # Another reader may have waited for the same; a build may have come while the files were read.
        while (opened := _opened.get(key)) is None or opened.stamp != stamp_of(geodata):
            _opened.pop(key, None)
            _opened[key] = _open(geodata, static, stamp_of(geodata))
            _settle()
        return opened


def _open(geodata: Path, static: Path, stamp: str) -> Opened:
    built = geodata / "built"
    files = read_built(built)
    atlas = parse_built(files, built)
    # Read now, so that a fault of the background is said at the start and not when somebody wants a plate.
    base = read_base(geodata / "base")
    citations = copies(atlas.tables, atlas.versions[["citations", "name_citations"]].to_dict("records"))
    try:
        assets = write_assets(static, files["map.json"], citations, witness_data(atlas))
    except OSError as error:
        fault = f"The folder {static}, from which the page's files are served, cannot be written ({error.strerror})."
        raise AtlasError("unwritable", fault, remedy=f"chmod u+rwx {static}") from None
    kept = {name: files[name] for name in GIVEN_AWAY}
    return Opened(stamp, geodata, atlas, Cards(atlas, with_copies=True), assets, kept, base)


def _settle() -> None:
    """Keep the collector from walking the atlas at each event of each reader: half of the server's time."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def is_replaced(opened: Opened) -> bool:
    """Return whether another atlas has been built since this one was opened."""
    return stamp_of(opened.geodata) != opened.stamp
