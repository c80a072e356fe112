from __future__ import annotations

import json
import math

import pytest

from kazatlas.web.upload import (
    MAX_BYTES,
    MAX_DRAWN,
    MAX_FEATURES,
    MAX_VERTICES,
    GuestFileError,
    drawn,
    read_guest,
    where_lay,
)


def file_of(*geometries, **members):
    features = [{"type": "Feature", "properties": {"name": f"n{i}"}, "geometry": g} for i, g in enumerate(geometries)]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


POINT = {"type": "Point", "coordinates": [60.5, 48.5]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b" " * (MAX_BYTES + 1), "too_large"),
        (b"[" * 100_000, "too_deep"),
        (b'{"features": ', "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[]", "not_features"),
        (b'{"type": "FeatureCollection", "features": []}', "not_features"),
        (b'{"type": "FeatureCollection", "features": [1]}', "geometry"),
        (file_of({"type": "Point", "coordinates": []}), "geometry"),
        (file_of({"type": "Point", "coordinates": [6_700_000, 6_000_000]}), "crs"),
        (file_of(POINT, crs={"properties": {"name": "EPSG:3857"}}), "crs"),
        (file_of(*[POINT] * (MAX_FEATURES + 1)), "too_many"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_reason(data, code):
    with pytest.raises(GuestFileError) as error:
        read_guest(data)
    assert error.value.code == code


def test_points_and_areas_are_told_where_they_lay(toy_atlas):
    area = {"type": "Polygon", "coordinates": [[[61.1, 48.1], [61.9, 48.1], [61.9, 48.9], [61.1, 48.1]]]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    rows = where_lay(read_guest(file_of(POINT, area, crs=crs)), toy_atlas, "1920-09-01", "en")
    assert [row["de_jure_uezd"] for row in rows] == ["a1-uezd", "b1-uezd"]
    assert [row["de_facto_gubernia"] for row in rows] == ["west", "east"]
    assert [row["own_name"] for row in rows] == ["n0", "n1"]


def test_a_cell_that_a_spreadsheet_would_run_is_defused(toy_atlas):
    data = json.dumps(
        {"type": "FeatureCollection",
         "features": [{"type": "Feature", "properties": {"=1+1": "=HYPERLINK(1)"}, "geometry": POINT}]}
    ).encode()  # fmt: skip
    (row,) = where_lay(read_guest(data), toy_atlas, "1920-09-01", "en")
    assert not any(value.startswith(("=", "+", "@")) for value in [*row, *row.values()])


def test_points_and_areas_are_drawn_with_their_names():
    area = {"type": "Polygon", "coordinates": [[[61.1, 48.1], [61.9, 48.1], [61.9, 48.9], [61.1, 48.1]]]}
    high = {"type": "Point", "coordinates": [60.5, 48.5, 210.0]}
    shapes = drawn(read_guest(file_of(POINT, area, high)))
    assert [shape["label"] for shape in shapes] == ["n0", "n1", "n2"]
    assert [shape["geometry"]["type"] for shape in shapes] == ["Point", "Polygon", "Point"]
    assert shapes[2]["geometry"]["coordinates"] == (60.5, 48.5)


def test_the_map_is_spared_what_no_eye_could_tell_apart():
    ring = [[round(60 + math.cos(n / 1000), 4), round(48 + math.sin(n / 1000), 4)] for n in range(6283)]
    area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    shapes = drawn(read_guest(file_of(*[area] * 8)))
    assert len(shapes) == 8
    assert sum(len(shape["geometry"]["coordinates"][0]) for shape in shapes) <= MAX_VERTICES
    assert len(drawn(read_guest(file_of(*[POINT] * (MAX_DRAWN + 1))))) == MAX_DRAWN
