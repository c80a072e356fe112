"""The outline: the republic's outer border beside later maps, and why it stands far from them where it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from kazatlas.record.problems import Problem
from kazatlas.record.types import COVERAGE, REPUBLIC, Record
from kazatlas.record.witnesses import Proof

FAR_KM = 20.0
"""A stretch farther than this from a later map's line wants an explanation."""

TURKESTAN = ("turkestan-assr", "khorezm", "bukhara")
"""Whose side is left out: that border was drawn anew as a whole in 1924."""

_STEP_KM = 5.0


def _top(proof: Proof, unit: str, day: str) -> str:
    """Return who stands at the top of a unit by decree on a day."""
    held = {s.unit: s.holder for s in proof.items if s.view == "de_jure" and s.covers(day)}
    while held.get(unit):
        unit = str(held[unit])
    return unit


def far_stretches(proof: Proof, day: str) -> list[dict[str, Any]]:
    """Return the stretches of the outer border that lie far from a later map's line.

    Parameters
    ----------
    day
        The day of the border by decree (ISO).

    Returns
    -------
    For each line and each later map (`against`), in order: `km` of border farther than `FAR_KM`, the
    `farthest_km`, and the units `inside` and `outside`. Distances are measured in a plane around the
    middle of the map (azimuthal equidistant; within about 1 % here).
    """
    controls = {id_: proof.flat(shape) for id_, (_, shape) in proof.record.outlines.items()}
    far: dict[tuple[str, str], dict[str, Any]] = {}
    for edge, flat, left, right in proof.border_between(day, outer=True):
        tops = {unit: _top(proof, unit, day) for unit in (left, right)}
        if any(top.startswith(TURKESTAN) for top in tops.values()):
            continue
        inside, outside = (left, right) if tops[left] == REPUBLIC else (right, left)
        at = np.linspace(0, flat.length, max(2, round(flat.length / _STEP_KM) + 1))
        points = shapely.line_interpolate_point(flat, at)
        for against, control in controls.items():
            distances = shapely.distance(points, control)
            beyond = distances[distances > FAR_KM]
            if not len(beyond):
                continue
            stretch = far.setdefault((edge.line.id, against), {"km": 0.0, "farthest_km": 0.0})
            stretch |= {"line": edge.line.id, "against": against, "inside": inside, "outside": outside}
            stretch["km"] += edge.length_km * len(beyond) / len(points)
            stretch["farthest_km"] = max(stretch["farthest_km"], float(beyond.max()))
    return [
        {**stretch, "km": round(stretch["km"]), "farthest_km": round(stretch["farthest_km"])}
        for _, stretch in sorted(far.items())
    ]


def reasons(record: Record) -> dict[tuple[str, str], str]:
    """Return, by line and later map, the id of the explanation that the record gives."""
    return {
        (line, against): id_ for id_, stretch in record.outer_border.items()
        for line in stretch.lines for against in stretch.against
    }  # fmt: skip


def check_outline(proof: Proof) -> Iterator[Problem]:
    """Yield every stretch of the outer border that lies far from a later map and is not explained."""
    file = f"{proof.record.folder.name}/outer_border.yaml"
    explained = reasons(proof.record)
    for stretch in far_stretches(proof, last_day()):
        if (stretch["line"], stretch["against"]) not in explained:
            what = (
                f"lies up to {stretch['farthest_km']} km from {stretch['against']} over {stretch['km']} km "
                f"(between {stretch['inside']} and {stretch['outside']}), and no reason is given."
            )
            yield Problem(file, stretch["line"], what, "Redraw the line, or say which act or doubt explains it.")


def last_day() -> str:
    """Return the last day of the record."""
    return str(np.datetime64(COVERAGE[1]) - 1)


def outline_table(proof: Proof) -> list[dict[str, Any]]:
    """Return the far stretches, each with the id of its explanation."""
    explained = reasons(proof.record)
    return [
        {**stretch, "reason": explained[stretch["line"], stretch["against"]]}
        for stretch in far_stretches(proof, last_day())
    ]
