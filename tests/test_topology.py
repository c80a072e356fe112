"""The map's data: what the browser draws is what the build made."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from kazatlas.atlas.lineage import ghosts
from kazatlas.atlas.store import Atlas
from kazatlas.build.map_data import build_topology
from kazatlas.record.types import VIEWS


@pytest.fixture
def topology(toy_atlas: Atlas) -> dict[str, Any]:
    return build_topology(toy_atlas)


def lines_of(topology: dict[str, Any]) -> list[list[tuple[float, float]]]:
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * topology["transform"]["scale"][0], y * topology["transform"]["scale"][1]))
        lines.append(line)
    return lines


def shape_of(topology: dict[str, Any], item: dict[str, Any]) -> Any:
    lines = lines_of(topology)

    def ring(arcs: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for arc in arcs:
            points += (lines[arc] if arc >= 0 else lines[~arc][::-1])[1 if points else 0 :]
        return points

    polygons = item["arcs"] if item["type"] == "MultiPolygon" else [item["arcs"]]
    return shapely.MultiPolygon([(ring(rings[0]), [ring(hole) for hole in rings[1:]]) for rings in polygons])


def units_of(topology: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in topology["objects"]["units"]["geometries"]}


def test_every_version_is_drawn_as_the_build_made_it(toy_atlas: Atlas, topology: dict[str, Any]) -> None:
    drawn = units_of(topology)
    assert set(drawn) == set(toy_atlas.versions["id"])
    for row in toy_atlas.versions.to_dict("records"):
        geometry, item = row["geometry"], drawn[row["id"]]
        if geometry is None:
            assert item["type"] is None
        elif geometry.geom_type == "Point":
            assert item["coordinates"] == [round(geometry.x * 1000), round(geometry.y * 1000)]
        else:
            shape = shape_of(topology, item)
            assert shape.is_valid
            assert shape.symmetric_difference(geometry).area < 1e-6


def test_every_stretch_of_border_is_one_arc(toy_atlas: Atlas, topology: dict[str, Any]) -> None:
    numbers = [item["arcs"] for item in topology["objects"]["borders"]["geometries"]]
    assert sorted(numbers) == [[n] for n in range(len(toy_atlas.borders))]
    zones = [ring for zone in topology["objects"]["zones"]["geometries"] for ring in zone["arcs"]]
    assert len(topology["arcs"]) == len(toy_atlas.borders) + len(zones)


def test_a_border_knows_the_faces_on_its_sides(toy_atlas: Atlas, topology: dict[str, Any]) -> None:
    faces = [item["id"] for item in topology["objects"]["faces"]["geometries"]]
    for row, item in zip(
        toy_atlas.borders.sort_values("id").to_dict("records"),
        topology["objects"]["borders"]["geometries"],
        strict=True,
    ):
        sides = [faces[n] if n >= 0 else None for n in item["properties"]["sides"]]
        assert sides == [side if isinstance(side, str) else None for side in (row["left"], row["right"])]


def test_a_lake_is_a_hole_in_its_unit_and_water_on_the_map(topology: dict[str, Any]) -> None:
    kinds = {item["id"]: item["properties"]["kind"] for item in topology["objects"]["faces"]["geometries"]}
    assert kinds == {"a1": "land", "a2": "land", "b1": "land", "b2": "land", "lake": "water"}
    b2 = next(item for id_, item in units_of(topology).items() if id_.startswith("b2-uezd"))
    assert len(b2["arcs"]) == 2


def test_a_name_stands_inside_its_unit(topology: dict[str, Any]) -> None:
    for item in units_of(topology).values():
        if "point" in item["properties"]:
            point = shapely.Point([value / 1000 for value in item["properties"]["point"]])
            assert shape_of(topology, item).contains(point)


def test_each_day_of_an_act_is_one_stop_with_its_acts_in_the_records_order(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    events = toy["events.yaml"]
    clause = {"a-clause": copy.deepcopy(events["republic"])}
    toy["events.yaml"] = {**{id_: events[id_] for id_ in ("opens", "republic")}, **clause, **events}
    stops = build_topology(built(toy))["stops"]
    assert [stop["date"] for stop in stops] == ["1920-01-01", "1920-08-26", "1921-04-01", "1922-05-01"]
    assert [event["id"] for event in stops[1]["events"]] == ["republic", "a-clause"]


def test_another_date_of_an_act_is_kept_apart(built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]) -> None:
    reading = {"kk": "а", "ru": "б", "en": "c"}
    cited = [{"source": "book", "locator": "p. 2"}]
    toy["events.yaml"]["handover"]["alternatives"] = [
        {"date": "1921-04-26", "edtf": "1921-04-26", "status": "alternative", "reading": reading, "citations": cited}
    ]
    topology = build_topology(built(toy))
    assert topology["alternatives"] == [{"date": "1921-04-26", "event": "handover", "reading": ["а", "б", "c"]}]
    assert "1921-04-26" not in [stop["date"] for stop in topology["stops"]]


def test_a_gubernia_with_land_of_its_own_is_a_tile_only_there(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    units = toy["units/uezds.yaml"]
    del units["b2-uezd"]
    toy["units/republic.yaml"]["east"]["versions"][0]["faces"] = ["b2"]
    topology = build_topology(built(toy))
    faces = [item["id"] for item in topology["objects"]["faces"]["geometries"]]
    east = next(item for item in units_of(topology).values() if item["properties"]["unit"] == "east")
    assert [faces[n] for n in east["properties"]["faces"]] == ["b2"]
    assert shape_of(topology, east).area == pytest.approx(2 - 0.04, abs=0.01)
    tile_point = shapely.Point([value / 1000 for value in east["properties"]["tile_point"]])
    assert shapely.box(61, 49, 62, 50).contains(tile_point)


def test_background_layers_come_with_their_names(toy_atlas: Atlas) -> None:
    square = {"type": "Polygon", "coordinates": [[[60, 48], [61, 48], [61, 49], [60, 48]]]}
    label = {"type": "Point", "coordinates": [60.5, 48.5]}
    names = {"name_kk": "Көл", "name_ru": "Озеро", "name_en": "Lake", "rank": 2}
    topology = build_topology(
        toy_atlas,
        {
            "lakes": {"features": [{"properties": {}, "geometry": square}]},
            "water_labels": {"features": [{"properties": names, "geometry": label}]},
        },
    )
    assert topology["objects"]["base_lakes"]["geometries"][0]["type"] == "Polygon"
    named = topology["objects"]["base_water_labels"]["geometries"][0]
    assert named["coordinates"] == [60500, 48500]
    assert named["properties"] == {"rank": 2, "angle": 0, "name": ["Көл", "Озеро", "Lake"]}


def test_a_border_knows_how_it_was_drawn_and_from_what(toy_atlas: Atlas, topology: dict[str, Any]) -> None:
    for row, item in zip(
        toy_atlas.borders.sort_values("id").to_dict("records"),
        topology["objects"]["borders"]["geometries"],
        strict=True,
    ):
        told = item["properties"]
        assert told["km"] == row["accuracy_km"]
        method = topology["methods"][told["method"]]
        assert method["title"][2] == toy_atlas.tables["methods"][row["method"]]["title"]["en"]
        assert [topology["sources"][source] for source in method["sources"]] == ["The book"]


def test_an_edge_of_the_map_is_no_border(built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]) -> None:
    toy["methods.yaml"]["map-frame"] = copy.deepcopy(toy["methods.yaml"]["by-hand"])
    for line in toy["boundaries.geojson"]["features"]:
        if "out" in line["properties"]["id"]:
            line["properties"]["method"] = "map-frame"
    topology = build_topology(built(toy))
    frames = [
        n for n, item in enumerate(topology["objects"]["borders"]["geometries"]) if -1 in item["properties"]["sides"]
    ]
    assert len(frames) == 4
    for number, item in enumerate(topology["objects"]["borders"]["geometries"]):
        assert ("frame" in item["properties"]) == (number in frames)
        assert ("method" in item["properties"]) != (number in frames)
    ghostly = {
        n for views in topology["ghosts"].values() for levels in views.values() for level in levels for n in level
    }
    assert not ghostly & set(frames)


def test_a_stop_knows_the_borders_that_it_took_away(toy_atlas: Atlas, topology: dict[str, Any]) -> None:
    ids = [item["properties"]["id"] for item in topology["objects"]["borders"]["geometries"]]
    for stop in topology["stops"]:
        for view in VIEWS:
            told = topology["ghosts"].get(stop["date"], {}).get(view, [[], [], []])
            drawn = ghosts(toy_atlas, stop["date"], view)
            assert [[ids[number] for number in level] for level in told] == [sorted(drawn[n]) for n in (0, 1, 2)]
    assert any(topology["ghosts"].values())


def test_a_zone_comes_with_its_days_and_its_outline(topology: dict[str, Any]) -> None:
    (zone,) = topology["objects"]["zones"]["geometries"]
    assert zone["id"] == "quarrel"
    properties = zone["properties"]
    assert (properties["kind"], properties["from"], properties["to"]) == ("dispute", "1920-08-26", "1921-04-01")
    assert properties["title"] == ["q (kk)", "q (ru)", "q"]
    assert shape_of(topology, zone).area == pytest.approx(0.125)
