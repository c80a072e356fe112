"""Analysis: the atlas in Python, as tables of units and changes, lookups of points, and a map to look at."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import date
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kazatlas.atlas import store
from kazatlas.atlas.day import Day as AtlasDay
from kazatlas.atlas.day import calendar_of
from kazatlas.atlas.lineage import Change, day_before, history_of
from kazatlas.atlas.places import place_index_of
from kazatlas.atlas.selection import is_given, iso_day, view_named
from kazatlas.export.points_csv import COLUMNS, point_rows
from kazatlas.folders import find_geodata
from kazatlas.palette import colours, ruler_colour, strength, unit_colour
from kazatlas.record.types import LANGUAGES, View
from kazatlas.text.catalogue import Language, load_catalogue

if TYPE_CHECKING:
    import folium

Day = str | date | np.datetime64
"""A day: text such as `1921-06-15`, a date, a datetime, a `pandas.Timestamp` or a `numpy.datetime64`."""

UNIT_COLUMNS = [
    "unit", "type", "level", *(f"name_{language}" for language in LANGUAGES), "parent", "administered_by",
    "in_republic", "seat", "valid_from", "valid_to", "view", "border", "certainty", "area_km2", "start_event",
    "end_event", "id", "geometry",
]  # fmt: skip
"""The columns of `Atlas.units`, described in geodata/README.md under built/atlas.geojson."""

CHANGE_COLUMNS = [
    "unit", "name_kk", "name_ru", "name_en", "level", "type", "old", "new", "gained_km2", "lost_km2",
    "gained_from", "lost_to", "event", "before", "after",
]  # fmt: skip
"""The columns of `Atlas.changes`."""

_OUR_PART = "/* ---- Kazatlas's own part */"
"""Where Leaflet ends in static/map.js; frontend/build.js writes it."""

_NOT_HISTORY = ("restated", "redigitised")
"""Kinds of change that move nothing on the map: an act repeats what was, or the record alone was redrawn."""


def load(geodata: str | Path | None = None) -> Atlas:
    """Read the built atlas.

    Parameters
    ----------
    geodata
        The data folder, whose `built/` is read. When it is not given, that of the clone in which Python
        runs, else of the clone that the package lies in, else the data that the installed package holds.

    Returns
    -------
    The atlas. Reading takes about two seconds; keep what is returned.

    Raises
    ------
    kazatlas.atlas.store.AtlasError
        When it is missing, damaged or of another form; the message says what mends it.

    Examples
    --------
    >>> import kazatlas
    >>> atlas = kazatlas.load()
    >>> len(atlas.versions) > 300
    True
    """
    folder = find_geodata() if geodata is None else Path(geodata)
    return Atlas(**vars(store.load_atlas(folder / "built")))


class Atlas(store.Atlas):
    """The atlas, with questions that one asks of it in an analysis.

    `kazatlas.load()` makes one. The whole tables stand in `versions`, `borders`, `tables` and `witnesses`.
    """

    def units(self, day: Day, view: str = "de_jure", level: int = 2) -> gpd.GeoDataFrame:
        """Return the units in force on a day.

        Parameters
        ----------
        day
            The day asked about, 1920-01-01 to 1922-12-31.
        view
            `de_jure`: as decrees put the units; `de_facto`: as they were administered.
        level
            2: uezds and raions; 1: gubernias and oblasts, and uezds that stood straight under the republic;
            0: republics and authorities.

        Returns
        -------
        A row a unit, columns as in `UNIT_COLUMNS`, EPSG:4326. `area_km2` is the land area on the WGS 84
        ellipsoid, without large lakes and seas. `valid_from` and `valid_to` are timestamps, half-open:
        `valid_to` is the first day no longer, NaT where no end is known. A unit whose `border` is
        `not-recovered` has a point for its geometry and no area, one that is `not-drawn` has neither.

        Raises
        ------
        ValueError
            When day, view or level is none that the atlas has.

        Examples
        --------
        >>> import kazatlas
        >>> gubernias = kazatlas.load().units("1921-06-15", level=1)
        >>> gubernias.loc[gubernias["unit"] == "bukey", "name_en"].item()
        'Bukey gubernia'
        >>> gubernias.crs.to_epsg()
        4326
        """
        if level not in (0, 1, 2):
            raise ValueError(f"{level!r} is no level. Take 2 (uezds), 1 (gubernias) or 0 (republics and authorities).")
        rows = store.in_force(self.versions, iso_day(day), view_named(view), level)[UNIT_COLUMNS]
        dates = {name: pd.to_datetime(rows[name]) for name in ("valid_from", "valid_to")}
        return rows.assign(**dates).sort_values("unit").reset_index(drop=True)

    def changes(self, day: Day, end: Day | None = None, view: str = "de_jure") -> pd.DataFrame:
        """Return what is different about each unit on a day from the day before, or between two days.

        Parameters
        ----------
        day, end
            A day alone is compared with the day before it; two days with each other. On the first day of
            the coverage, which has no day before it, nothing is different.
        view
            `de_jure` or `de_facto`.

        Returns
        -------
        A row a change, columns as in `CHANGE_COLUMNS`: `type` is created, abolished, renamed, type_changed,
        transferred, first_level_gained, first_level_lost, border_moved or seat_moved; `old` and `new` are
        the types, units above or seats; `gained_from` and `lost_to` give km2 by the id of the other unit;
        `event` is the act, in `atlas.tables["events"]`; `before` and `after` are ids in `atlas.versions`.

        Raises
        ------
        ValueError
            When a day or the view is none that the atlas has, or the end is before the day.

        Examples
        --------
        >>> import kazatlas
        >>> changes = kazatlas.load().changes("1920-08-26")
        >>> "kirghiz-assr" in set(changes.loc[changes["type"] == "created", "unit"])
        True
        """
        first, last = (iso_day(day), iso_day(end)) if end is not None else (None, iso_day(day))
        if first and first > last:
            raise ValueError(f"{first} is after {last}. Give the earlier day first.")
        history = history_of(self)
        changes: list[Change] = []
        if first or last > history.opening:
            changes = history.differences(first or day_before(last), last, view_named(view))
        rows = []
        for change in changes:
            if change.type in _NOT_HISTORY:
                continue
            version = history.version[change.after or change.before or ""]
            rows.append({
                **vars(change), **{name: version[name] for name in CHANGE_COLUMNS if name.startswith("name_")},
                "gained_km2": sum(change.gained.values()), "lost_km2": sum(change.lost.values()),
                "gained_from": change.gained, "lost_to": change.lost,
            })  # fmt: skip
        return pd.DataFrame(rows, columns=CHANGE_COLUMNS)

    def locate(self, points: Any, day: Day, language: Language = "en") -> pd.DataFrame:
        """Return in which uezd and gubernia and under whose authority each point lay on a day, in both views.

        Parameters
        ----------
        points
            A GeoDataFrame or GeoSeries of points (of any CRS; without one, degrees on WGS 84), a DataFrame
            with the columns `lon` and `lat`, Shapely points, or pairs of longitude and latitude.
        day
            The day asked about.
        language
            Of the names: `kk`, `ru` or `en`.

        Returns
        -------
        A row a point with the index of `points`, columns as in `kazatlas.export.points_csv.COLUMNS`: units and
        names by decree and in fact, the distance in km to the nearest border of that day, how far that
        border may lie from the truth, and what to beware of (`warning`). What is not known is missing.

        Raises
        ------
        ValueError
            When the day is outside the coverage, or something is not a point on the globe.

        Examples
        --------
        >>> import kazatlas
        >>> found = kazatlas.load().locate([(80.25, 50.41)], "1921-06-15")
        >>> found.loc[0, "de_jure_uezd"]
        'semipalatinsk-uezd'
        """
        if language not in LANGUAGES:
            raise ValueError(f"{language!r} is no language of the atlas. Take kk, ru or en.")
        degrees, index = _degrees(points)
        rows = point_rows(place_index_of(self), degrees, iso_day(day), load_catalogue(language))
        return pd.DataFrame(rows, columns=COLUMNS, index=index)

    def explore(
        self, day: Day, view: str = "de_jure", level: int = 2, language: Language = "en", tiles: str | None = None
    ) -> folium.Map:
        """Return the units of a day as a folium map; see `kazatlas.explore`."""
        return explore(day, view, level, language, tiles, atlas=self)


def explore(
    day: Day,
    view: str = "de_jure",
    level: int = 2,
    language: Language = "en",
    tiles: str | None = None,
    *,
    atlas: Atlas | None = None,
) -> folium.Map:
    """Return the units of a day as a folium map: a GeoJson layer with a tooltip and a popup for each unit.

    It is a map to look at in a notebook and to build upon with folium's own layers. The atlas's own page
    moves through time with a script of its own, which this map does not have.

    Parameters
    ----------
    day
        The day to show.
    view
        `de_jure` or `de_facto`; the colour is that of the gubernia which the view puts a uezd in.
    level
        2: every unit that holds land itself, uezds mostly, and a point for each one whose border is not
        recovered; 1: gubernias and oblasts.
    language
        Of the names and words: `kk`, `ru` or `en`.
    tiles
        A background of folium's, such as `"OpenStreetMap"`, which the reader's browser then asks of its
        host. None, as a rule, draws the units alone.
    atlas
        What `kazatlas.load` returned; it is read anew when not given.

    Returns
    -------
    The map. Saved as HTML it holds Leaflet itself: folium's own pages ask a content network for Leaflet
    and for libraries that this map does without, and this one asks nobody for anything unless it has
    `tiles`. A plugin or a Marker of folium's that one adds may need more; it then asks for that.

    Raises
    ------
    ValueError
        When day, view, level or language is none that the atlas has.

    Examples
    --------
    >>> import kazatlas
    >>> page = kazatlas.explore("1921-06-15").get_root().render()
    >>> "Semipalatinsk uezd" in page, 'src="http' in page
    (True, False)
    """
    import folium

    if level not in (1, 2):
        raise ValueError(f"{level!r} is no level of the map. Take 2 (uezds) or 1 (gubernias).")
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is no language of the atlas. Take kk, ru or en.")
    atlas = load() if atlas is None else atlas
    iso, seen = iso_day(day), view_named(view)
    columns = _popup_columns(language)
    folium_map = folium.Map(location=(48.6, 67.0), zoom_start=5, tiles=tiles)
    # Leaflet and nothing else, as a part of the page: stock folium asks four other hosts for eleven files.
    folium_map.default_js = [("leaflet", _inline("map.js", "text/javascript"))]
    folium_map.default_css = [("leaflet_css", _inline("leaflet.css", "text/css"))]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": _drawn(atlas, iso, seen, level, language)},
        name="units",
        style_function=_style,
        highlight_function=lambda feature: {"weight": 3},
        marker=folium.CircleMarker(radius=4),
        tooltip=folium.GeoJsonTooltip(["name"], labels=False),
        popup=folium.GeoJsonPopup(list(columns), aliases=list(columns.values())),
    ).add_to(folium_map)
    return folium_map


def _popup_columns(language: Language) -> dict[str, str]:
    """Return what a popup tells, and its words: property -> label."""
    words = load_catalogue(language)
    keys = ("parent", "administered_by", "from", "to", "area", "certainty")
    return {"name": "", **{key: words(f"card.{key}") for key in keys}}


def _drawn(atlas: Atlas, day: str, view: View, level: int, language: Language) -> list[dict[str, Any]]:
    """Return what the map shows as GeoJSON features, with the words of its popups."""
    words = load_catalogue(language)
    rows = {row["unit"]: row for row in store.in_force(atlas.versions, day, view).to_dict("records")}

    def name(unit: Any) -> str:
        return str(rows[unit][f"name_{language}"]) if unit in rows else ""

    now = calendar_of(atlas).day(day, view)
    features = []
    for unit, row in rows.items():
        holds_land = row["border"] == "recovered" and bool(row["faces"])
        is_shown = row["level"] == 1 if level == 1 else holds_land or row["border"] == "not-recovered"
        if row["geometry"] is None or not is_shown:
            continue
        features.append({
            "type": "Feature", "id": row["id"], "geometry": store.geometry_json(row["geometry"]),
            "properties": {
                "unit": unit, "name": name(unit), "parent": name(row["parent"]),
                "administered_by": name(row["administered_by"]), "from": row["valid_from"],
                "to": row["valid_to"] if is_given(row["valid_to"]) else words("card.to_open"),
                "area": words("card.km2", number=words.number(row["area_km2"], 0)) if is_given(row["area_km2"]) else "",
                "certainty": words(f"card.certainty_{row['certainty']}"),
                **_look(now, unit, level),
            },
        })  # fmt: skip
    return features


def _look(now: AtlasDay, unit: str, level: int) -> dict[str, Any]:
    """Return a unit's colour and its strength, as the page's map has them."""
    uezd = unit if level == 2 else None
    face = next((face for face, holder in now.at(level).items() if holder == unit), None)
    if face is None:
        return {"colour": unit_colour(unit), "strength": strength(uezd)}
    fill = now.fill(face)
    if fill.kind == "claimed":
        return {"colour": ruler_colour(fill.colour), "strength": strength(uezd, "claimed")}
    if fill.kind == "abroad":
        return {"colour": unit_colour(fill.colour), "strength": 0.6}
    return {"colour": unit_colour(fill.colour), "strength": strength(uezd, "in" if fill.kind == "republic" else "home")}


def _style(feature: dict[str, Any]) -> dict[str, Any]:
    colour, share = feature["properties"]["colour"], feature["properties"]["strength"]
    return {"fillColor": colour, "fillOpacity": share, "color": colours()["line-uezd"], "weight": 1}


def _inline(name: str, kind: str) -> str:
    """Return Leaflet's script or style as an address that holds it; in our bundle its script comes before our own."""
    text = (resources.files("kazatlas") / "static" / name).read_text(encoding="utf-8").partition(_OUR_PART)[0]
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"


def _degrees(points: Any) -> tuple[np.ndarray[Any, np.dtype[np.float64]], Any]:
    """Return longitudes and latitudes in two columns, and the index that the points have."""
    if isinstance(points, gpd.GeoDataFrame):
        points = points.geometry
    index: Any = None
    if isinstance(points, gpd.GeoSeries):
        index = points.index
        points = (points if points.crs is None else points.to_crs(4326)).to_numpy()
    elif isinstance(points, pd.DataFrame):
        if missing := {"lon", "lat"} - set(points.columns):
            raise ValueError(f"The table of points has no column {sorted(missing)[0]!r}. Name the columns lon and lat.")
        index = points.index
        points = points[["lon", "lat"]].to_numpy(dtype=float)
    elif isinstance(points, shapely.Point):
        points = [points]
    items = list(points) if isinstance(points, Iterable) else [points]
    degrees = np.empty((len(items), 2))
    for number, item in enumerate(items):
        try:
            lon, lat = (item.x, item.y) if isinstance(item, shapely.Point) else item
            degrees[number] = float(lon), float(lat)
        except (TypeError, ValueError, shapely.errors.ShapelyError):
            raise ValueError(
                f"Number {number} of the points ({item!r:.60}) is not a point. "
                "Give Shapely points, or pairs of longitude and latitude."
            ) from None
    outside = ~(np.abs(degrees) <= (180, 90)).all(axis=1)
    if outside.any():
        number = int(np.flatnonzero(outside)[0])
        raise ValueError(
            f"Number {number} of the points, {degrees[number].tolist()}, is not longitude and latitude in degrees on "
            "WGS 84. Look whether the two are exchanged, or give the points with their CRS."
        )
    return degrees, index
