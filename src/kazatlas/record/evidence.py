"""Evidence: what a fact rests on, and whether it may be called certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

OWN_SOURCES = ("general-knowledge", "inference")
"""What is no document: what is generally known, and what we conclude."""

SUPPORTS = ("none", "own", "one", "one-origin", "several")
"""What a fact rests on: no source yet; only what is generally known or inferred; one source;
several that go back to one work; several that do not."""

_PRIMARY = ("original", "facsimile", "transcription")
_ACTS = ("legislation", "document")


@dataclass(frozen=True)
class Evidence:
    """The sources and the works that they go back to, both as plain values (`geodata/README.md`)."""

    sources: Mapping[str, Mapping[str, Any]]
    origins: Mapping[str, Mapping[str, Any]]

    def _origins(self, cited: Iterable[str], year: int | None) -> set[str]:
        """Return the works that the sources go back to; when a year is given, those that can know of it."""
        origins = set()
        for source in (self.sources[id_] for id_ in cited if id_ not in OWN_SOURCES):
            last = source.get("knows_to") or self.origins.get(source["origin"], {}).get("knows_to")
            if year is None or last is None or last >= year:
                origins.add(str(source["origin"]))
        return origins

    def _may_rest_on(self, origin: str) -> set[str]:
        return {origin, *self.origins.get(origin, {}).get("may_rest_on", ())}

    def independent(self, cited: Iterable[str], year: int | None = None) -> set[str]:
        """Return one work for each independent testimony among the cited sources, in no order.

        A work that may rest on another that is cited too does not count beside it, and of works that
        may rest on the same third one counts.

        Parameters
        ----------
        year
            Only sources count that can know of this year (`knows_to`).
        """
        origins = self._origins(cited, year)
        apart = {o for o in origins if not (self._may_rest_on(o) - {o}) & origins} or set(sorted(origins)[:1])
        kept, basis = set(), set[str]()
        for origin in sorted(apart):
            if not self._may_rest_on(origin) & basis:
                kept.add(origin)
            basis |= self._may_rest_on(origin)
        return kept

    def support(self, cited: Iterable[str]) -> str:
        """Return what a fact rests on that cites these sources; one of `SUPPORTS`."""
        ids = set(cited)
        if not ids:
            return "none"
        if not ids.difference(OWN_SOURCES):
            return "own"
        if len(self.independent(ids)) > 1:
            return "several"
        return "one" if len(ids.difference(OWN_SOURCES)) == 1 else "one-origin"

    def is_act(self, source: str, event: str) -> bool:
        """Return whether the source is the text of the act itself, seen in some form."""
        item = self.sources[source]
        return event in item.get("act_of", ()) and is_primary(item)

    def doubt(self, cited: Iterable[str], event: str, year: int) -> str | None:
        """Return why a fact of that act and year that cites these may not be called certain; None when it may."""
        ids = set(cited)
        if "general-knowledge" in ids:
            return "it cites general-knowledge"
        if any(self.is_act(id_, event) for id_ in ids):
            return None
        works = sorted(self.independent(ids, year))
        if len(works) > 1:
            return None
        if works:
            return f"all that it cites goes back to one work, '{works[0]}'"
        return "nothing that it cites is a work that could know of it"


def is_primary(source: Mapping[str, Any]) -> bool:
    """Return whether the source is a document whose own text was seen."""
    return source["type"] in _ACTS and source["seen"] in _PRIMARY
