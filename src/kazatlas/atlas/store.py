"""The atlas: what the build made of the record, written, read, and asked about a date."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from kazatlas.folders import BUILD, remedy
from kazatlas.record.text_files import parse_json
from kazatlas.record.types import COVERAGE

Row = dict[str, Any]
"""A row of a table, by the names of its columns."""

MANIFEST = "manifest.json"
WITNESSES = "witnesses.geojson"
FILES = ("atlas.geojson", "borders.geojson", "map.json", "tables.json", WITNESSES)
"""What a built atlas cannot be read without, besides its manifest."""

FORMAT = 2
"""Counts up when the form of the built files changes; an atlas of another form is not read."""

MAP_FRAME = "map-frame"
"""The method of the lines that close neighbours at the edge of the map."""

_RENAME_EXCHANGE = 2
_AT_FDCWD = -100


class AtlasError(Exception):
    """The built atlas cannot be used; `code` is missing, damaged or older, `faults` a sentence for each file."""

    def __init__(self, code: str, *faults: str, remedy: str = BUILD) -> None:
        self.code = code
        self.faults = faults
        super().__init__(f"{' '.join(faults)} Run: {remedy}")


@dataclass(frozen=True)
class Atlas:
    """The built atlas.

    Attributes
    ----------
    versions
        One row a unit version (and view, where the views differ), columns as published
        (geodata/README.md), geometry in EPSG:4326: polygons, a point where the border is not
        recovered, none where it is not drawn.
    borders
        One row a stretch of drawn line, with the faces on its left and right, basis, certainty,
        accuracy_km, method and length_km.
    tables
        Sources, events, conflicts, units, methods, places, zones and the article as plain values.
    witnesses
        Places that sources put into units, as GeoJSON features; points of OpenStreetMap's among them,
        so files of them are ODbL and apart from the rest.
    """

    versions: gpd.GeoDataFrame
    borders: gpd.GeoDataFrame
    tables: dict[str, Any]
    witnesses: list[dict[str, Any]] = field(default_factory=list)


def dump_json(value: Any) -> bytes:
    """Return the value as JSON, always the same bytes for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def dump_compact(value: Any) -> bytes:
    """Return the value as JSON without spaces, for the browser."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def dump_features(features: list[dict[str, Any]], **members: Any) -> bytes:
    """Return a GeoJSON FeatureCollection, one feature a line, with further members before them."""
    head = {"type": "FeatureCollection", **members}
    opening = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n'
    lines = (json.dumps(f, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for f in features)
    return (opening + ",\n".join(lines) + "\n]}\n").encode()


def geometry_json(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """Return a geometry as GeoJSON: 4 decimals (about 10 m), outer rings counter-clockwise (RFC 7946)."""
    if geometry is None:
        return None
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        parts = [shapely.geometry.polygon.orient(part) for part in shapely.get_parts(geometry)]
        geometry = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)

    def rounded(value: Any) -> Any:
        return round(value, 4) if isinstance(value, float) else [rounded(v) for v in value]

    mapping = shapely.geometry.mapping(geometry)
    return {"type": mapping["type"], "coordinates": rounded(mapping["coordinates"])}


def write_built(folder: Path, files: dict[str, bytes]) -> bool:
    """Put the built files in the folder's place, all of them or none.

    They are written beside the folder and the two are exchanged in one step, so that a build
    killed at any moment leaves the old folder or the new one.

    Returns
    -------
    Whether anything was written; nothing is when the folder already holds these bytes.

    Raises
    ------
    OSError
        When the disk is full or the folder may not be written; the old folder stays.
    """
    folder = Path(folder).resolve()
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    with _alone_in(folder.parent):
        # Nobody else builds here now, so these are what killed builds left.
        for stale in folder.parent.glob(".building-*"):
            shutil.rmtree(stale, ignore_errors=True)
        if is_current(folder, files):
            return False
        fresh = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
        try:
            for name, data in files.items():
                with (fresh / name).open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            fresh.chmod(0o755)
            _put_in_place(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return True


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other build writes in the folder, and keep others waiting; a killed build waits for nobody."""
    try:
        import fcntl
    except ImportError:  # a system without such locks
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network drives know no locks; two builds at once are then the maintainer's to avoid.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _put_in_place(fresh: Path, folder: Path) -> None:
    """Make `fresh` stand where `folder` stands, in one step where the system can."""
    if not folder.exists():
        fresh.rename(folder)
        return
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        done = libc.renameat2(_AT_FDCWD, os.fsencode(fresh), _AT_FDCWD, os.fsencode(folder), _RENAME_EXCHANGE)
    except (AttributeError, OSError):
        done = -1
    if done != 0:
        # No exchange on this system (it is Linux's own): two steps, the old folder kept until the second is done.
        old = fresh.with_name(fresh.name + "-old")
        folder.rename(old)
        try:
            fresh.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)


def is_current(folder: Path, files: dict[str, bytes]) -> bool:
    """Return whether the folder holds exactly these files with these bytes."""
    folder = Path(folder)
    try:
        if not folder.is_dir() or {p.name for p in folder.iterdir()} != set(files):
            return False
        return all((folder / name).read_bytes() == data for name, data in files.items())
    except OSError:  # what cannot be read is not current
        return False


def manifest_of(files: dict[str, bytes], data_version: str) -> bytes:
    """Return the manifest: form, data version, and each file's length and SHA-256."""
    listing = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in sorted(files.items())
    }
    return dump_json({"format": FORMAT, "data_version": data_version, "files": listing})


def read_built(folder: Path) -> dict[str, bytes]:
    """Return the files of a built atlas, sure that they are what one build wrote.

    Raises
    ------
    AtlasError
        When a file is missing, cut short or changed, or the atlas is of another form.
    """
    try:
        return _read_built(Path(folder))
    except AtlasError:
        # A build may have put a new atlas in the folder's place while the old one was being read.
        return _read_built(Path(folder))


def _read_built(folder: Path) -> dict[str, bytes]:
    again = remedy(folder.parent)
    if not folder.parent.is_dir():
        raise AtlasError("missing", f"The folder {folder.parent} is missing.", remedy=again)
    if not os.path.lexists(folder / MANIFEST):
        raise AtlasError("missing", f"There is no built atlas in {folder}.", remedy=again)
    try:
        manifest = parse_json((folder / MANIFEST).read_bytes())
        listing = {str(name): str(entry["sha256"]) for name, entry in manifest["files"].items()}
        form = manifest["format"]
        if not isinstance(form, int) or not all(re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,60}", name) for name in listing):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise AtlasError("damaged", f"{MANIFEST} of the built atlas cannot be read.", remedy=again) from None
    if form != FORMAT:
        raise AtlasError("older", f"The built atlas has form {form}, this program reads {FORMAT}.", remedy=again)
    files, faults = dict[str, bytes](), list[str]()
    for name in sorted({*FILES, *listing}):
        try:
            files[name] = (folder / name).read_bytes()
        except OSError:
            faults.append(f"{name} is missing from the built atlas, or unreadable.")
            continue
        if hashlib.sha256(files[name]).hexdigest() != listing.get(name):
            faults.append(f"{name} is not what the build wrote.")
    if faults:
        raise AtlasError("damaged", *faults, remedy=again)
    return files


def features_of(data: bytes) -> list[dict[str, Any]]:
    """Return the features of a built GeoJSON file."""
    features: list[dict[str, Any]] = parse_json(data)["features"]
    return features


def _frame(data: bytes) -> gpd.GeoDataFrame:
    # Not through GDAL: it flattens lists and mappings, and costs half a second at each start.
    rows = features_of(data)
    geometry = [shapely.geometry.shape(f["geometry"]) if f["geometry"] else None for f in rows]
    properties = [{"id": f["id"], **f["properties"]} for f in rows]
    return gpd.GeoDataFrame(properties, geometry=geometry, crs="EPSG:4326")


def load_atlas(folder: Path) -> Atlas:
    """Read a built atlas.

    Raises
    ------
    AtlasError
        When it is missing, damaged or of another form.
    """
    return parse_built(read_built(folder), Path(folder))


def parse_built(files: dict[str, bytes], folder: Path) -> Atlas:
    """Return the atlas that built files hold; `folder` is where they were read.

    Raises
    ------
    AtlasError
        When it is of another form.
    """
    try:
        return Atlas(
            versions=_frame(files["atlas.geojson"]),
            borders=_frame(files["borders.geojson"]),
            tables=parse_json(files["tables.json"]),
            witnesses=features_of(files[WITNESSES]),
        )
    except (ValueError, KeyError, TypeError, shapely.errors.ShapelyError) as error:
        # The checksums fit, so a program of another form wrote it.
        what = f"The built atlas has a form that this program does not read ({type(error).__name__})."
        raise AtlasError("older", what, remedy=remedy(folder.parent)) from None


def in_force(
    versions: gpd.GeoDataFrame, day: str | date, view: str | None = None, level: int | None = None
) -> gpd.GeoDataFrame:
    """Return the unit versions in force on a day.

    Parameters
    ----------
    day
        The day asked about. A version's `valid_from` counts, its `valid_to` does not.
    view
        `de_jure` or `de_facto`; None for both.
    level
        0 republic, 1 oblast or gubernia, 2 uezd or raion; None for all.
    """
    text = day if isinstance(day, str) else day.isoformat()
    chosen = (versions["valid_from"] <= text) & (versions["valid_to"].isna() | (versions["valid_to"] > text))
    if view is not None:
        chosen &= versions["view"].isin([view, "both"])
    if level is not None:
        chosen &= versions["level"] == level
    return versions[chosen]


def change_dates(atlas: Atlas) -> list[str]:
    """Return the days within the coverage on which a version of a unit begins or ends."""
    days = set(atlas.versions["valid_from"]) | set(atlas.versions["valid_to"].dropna())
    return sorted(d for d in days if COVERAGE[0] <= d < COVERAGE[1])


def stops(atlas: Atlas) -> list[str]:
    """Return the days of the timeline: every day of an act, in order."""
    return sorted({event["date"] for event in atlas.tables["events"]})
