"""Links: the places of the atlas as a reader's page leads to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from kazatlas.atlas.unit_index import UnitIndex
from kazatlas.text.catalogue import Catalogue
from kazatlas.web.facts import Link

_quoted = lru_cache(quote_plus)
"""A card has many links to few days and units."""


def name_of(row: Mapping[str, Any], words: Catalogue) -> str:
    """Return a version's name in the reader's language."""
    return str(row[f"name_{words.language}"])


class Links:
    """Links to days and units in one view and one language."""

    def __init__(self, index: UnitIndex, words: Catalogue, view: str) -> None:
        self.index = index
        self.words = words
        self.view = view

    def in_view(self, view: str) -> Links:
        """Return the links in another view."""
        return self if view == self.view else Links(self.index, self.words, view)

    def to(self, text: str, day: str, unit: str | None = None, *, moves: bool = True) -> Link:
        """Return a link that opens the page at a place; the map's script makes it a step instead.

        Parameters
        ----------
        moves
            Whether that step goes to the day, too; else it stays where the map is.
        """
        query = f"lang={self.words.language}&date={_quoted(day)}&view={self.view}"
        query += f"&unit={_quoted(unit)}" if unit else ""
        return Link(text, query, self.view, day if moves else None, unit)

    def day(self, day: str, precision: str = "day", unit: str | None = None) -> Link:
        """Return a day in words as a link that moves the map to it."""
        return self.to(self.words.date(day, precision), day, unit)

    def unit(self, unit: str, day: str) -> Link:
        """Return a unit's name on a day as a link that chooses it, on the day that the map shows."""
        if row := self.index.version(unit, day, self.view):
            return self.to(name_of(row, self.words), day, unit, moves=False)
        return Link(self.label(unit) if self.index.rows.get(unit) else unit)

    def units(self, units: list[str], day: str) -> list[Link]:
        """Return units as links, but for those that are not there on the day."""
        return [self.unit(unit, day) for unit in units if self.index.version(unit, day, self.view)]

    def label(self, unit: str) -> str:
        """Return what a unit is called whatever the day."""
        return self.words.choice(self.index.tables["units"][unit]["label"])
