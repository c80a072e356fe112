"""The same atlas as folium and streamlit-folium show it out of the box: a slider, and `feature_group_to_add`.

The base map keeps its identity, so each step sends and draws only the day's units; that is the best of
the stock ways (see README.md). The data, the panel's cards and the caching are those of the atlas.
It runs from a folder made for it, in whose `static` lies Leaflet: stock folium would ask for it elsewhere.
"""

import gc
import os
from pathlib import Path

import folium
import streamlit as st
from streamlit_folium import st_folium

from kazatlas.atlas.store import in_force, load_atlas, stops
from kazatlas.record.text_files import read_json
from kazatlas.record.types import VIEWS
from kazatlas.text.catalogue import load_catalogue
from kazatlas.web.cards import Cards
from kazatlas.web.map import CENTRE
from kazatlas.web.serve import send_at_once

BUILT = Path(os.environ["KAZATLAS_BUILT"])
COLOURS = ("#d9c09a", "#e0b35c", "#8fb0d9", "#86b8a0", "#cba1c4", "#dc8f7c")


class LocalMap(folium.Map):
    """A folium map whose Leaflet comes from this server."""

    default_js = (("leaflet", "../../app/static/leaflet.js"),)
    default_css = (("leaflet_css", "../../app/static/leaflet.css"),)


@st.cache_resource(show_spinner=False)
def open_atlas():
    """Read the atlas once for the server's life, and spare the collector the walk through it and readers a wait."""
    atlas = load_atlas(BUILT)
    features = {feature["id"]: feature for feature in read_json(BUILT / "atlas.geojson")["features"]}
    found = atlas, features, Cards(atlas), stops(atlas)
    send_at_once()
    gc.collect()
    gc.freeze()
    return found


def units_of(atlas, features, day, view):
    """Return the day's units that are tiles of the map, as a feature group."""
    group = folium.FeatureGroup(name="units")
    rows = in_force(atlas.versions, day, view)
    tiles = [features[row.id] for row in rows.itertuples() if row.faces and row.geometry is not None]
    shown = [
        {
            "type": "Feature",
            "id": feature["id"],
            "geometry": feature["geometry"],
            "properties": {key: feature["properties"][key] for key in ("unit", "name_kk", "parent")},
        }
        for feature in tiles
        if feature["geometry"]["type"] != "Point"
    ]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": shown},
        style_function=lambda feature: {
            "fillColor": COLOURS[sum(map(ord, feature["properties"]["parent"] or "")) % len(COLOURS)],
            "color": "#5b4a3f",
            "weight": 1,
            "fillOpacity": 0.8,
        },
        tooltip=folium.GeoJsonTooltip(["unit"], labels=False),
    ).add_to(group)
    return group


def main():
    """Lay out the page."""
    st.set_page_config(page_title="Stock", layout="wide")
    atlas, features, cards, days = open_atlas()
    words = load_catalogue("kk")
    view = st.radio("view", VIEWS, horizontal=True)
    day = days[st.slider("stop", 0, len(days) - 1, 0)]
    left, right = st.columns([2.55, 1])
    with left:
        value = st_folium(
            LocalMap(location=CENTRE, zoom_start=5, tiles=None),
            key="stock",
            height=560,
            use_container_width=True,
            returned_objects=["last_object_clicked_tooltip"],
            feature_group_to_add=units_of(atlas, features, day, view),
        )
    with right, st.container(key="panel"):
        unit = ((value or {}).get("last_object_clicked_tooltip") or "").strip()
        events = [event for event in atlas.tables["events"] if event["date"] == day]
        html = [cards.unit_card(words, unit, day, view)] if unit else []
        html += [cards.event_card(words, event, view) for event in events]
        st.html(f'<div class="kz-panel">{"".join(html)}</div>')


main()
