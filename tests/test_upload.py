from __future__ import annotations

import json
import math
from unittest import mock

import pytest
from streamlit.testing.v1 import AppTest

from kazatlas import __main__ as command
from kazatlas.atlas.location import locate
from kazatlas.web.serve import entry
from kazatlas.web.upload import (
    MAX_BYTES,
    MAX_FEATURES,
    MAX_SHAPES,
    MAX_VERTICES,
    Upload,
    UploadError,
    locate_features,
    map_shapes,
    read_upload,
)
from tests.conftest import write_toy


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
        (file_of(POINT, crs={"type": "name", "properties": {"name": "EPSG:43260"}}), "crs"),
        (file_of(POINT, crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::14326"}}), "crs"),
        (file_of(POINT, crs={"type": "EPSG", "properties": {"code": 43260}}), "crs"),
        (file_of(POINT, crs=None), "crs"),
        (b'{"type": "Feature", "properties": {}}', "geometry"),
        (b'{"type": "Topology", "objects": {}}', "not_features"),
        (file_of(*[POINT] * (MAX_FEATURES + 1)), "too_many"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_reason(data, code):
    with pytest.raises(UploadError) as error:
        read_upload(data)
    assert error.value.code == code


def test_points_and_areas_are_told_where_they_lay(toy_atlas):
    area = {"type": "Polygon", "coordinates": [[[61.1, 48.1], [61.9, 48.1], [61.9, 48.9], [61.1, 48.1]]]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    rows = locate_features(read_upload(file_of(POINT, area, crs=crs)), toy_atlas, "1920-09-01", "en")
    assert [row["de_jure_uezd"] for row in rows] == ["a1-uezd", "b1-uezd"]
    assert [row["de_facto_gubernia"] for row in rows] == ["west", "east"]
    assert [row["own_name"] for row in rows] == ["n0", "n1"]


def test_a_cell_that_a_spreadsheet_would_run_is_defused(toy_atlas):
    data = json.dumps(
        {"type": "FeatureCollection",
         "features": [{"type": "Feature", "properties": {"=1+1": "=HYPERLINK(1)"}, "geometry": POINT}]}
    ).encode()  # fmt: skip
    (row,) = locate_features(read_upload(data), toy_atlas, "1920-09-01", "en")
    assert not any(value.startswith(("=", "+", "@")) for value in [*row, *row.values()])


def test_points_and_areas_are_drawn_with_their_names():
    area = {"type": "Polygon", "coordinates": [[[61.1, 48.1], [61.9, 48.1], [61.9, 48.9], [61.1, 48.1]]]}
    high = {"type": "Point", "coordinates": [60.5, 48.5, 210.0]}
    shapes = map_shapes(read_upload(file_of(POINT, area, high)))
    assert [shape["label"] for shape in shapes] == ["n0", "n1", "n2"]
    assert [shape["geometry"]["type"] for shape in shapes] == ["Point", "Polygon", "Point"]
    assert shapes[2]["geometry"]["coordinates"] == (60.5, 48.5)


def test_the_map_is_spared_what_no_eye_could_tell_apart():
    ring = [[round(60 + math.cos(n / 1000), 4), round(48 + math.sin(n / 1000), 4)] for n in range(6283)]
    area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    shapes = map_shapes(read_upload(file_of(*[area] * 8)))
    assert len(shapes) == 8
    assert sum(len(shape["geometry"]["coordinates"][0]) for shape in shapes) <= MAX_VERTICES
    assert len(map_shapes(read_upload(file_of(*[POINT] * (MAX_SHAPES + 1))))) == MAX_SHAPES


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}},
        {"type": "name", "properties": {"name": "EPSG:4326"}},
        {"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
        {"type": "name", "properties": {"name": "WGS 84"}},
        {"type": "EPSG", "properties": {"code": 4326}},
    ],
)
def test_degrees_on_wgs_84_are_taken_under_each_of_their_names(crs):
    assert len(read_upload(file_of(POINT, crs=crs))) == 1


def test_one_feature_is_a_file(toy_atlas):
    feature = {"type": "Feature", "properties": {"name": "aul"}, "geometry": POINT}
    (row,) = locate_features(read_upload(json.dumps(feature).encode()), toy_atlas, "1920-09-01", "en")
    assert (row["own_name"], row["de_jure_uezd"]) == ("aul", "a1-uezd")


@pytest.mark.parametrize(
    "geometry", [POINT, {"type": "GeometryCollection", "geometries": [POINT]}], ids=lambda geometry: geometry["type"]
)
def test_a_bare_geometry_is_a_file(toy_atlas, geometry):
    (row,) = locate_features(read_upload(json.dumps(geometry).encode()), toy_atlas, "1920-09-01", "en")
    assert row["de_jure_uezd"] == "a1-uezd"


def test_a_feature_without_a_geometry_is_named_and_refuses_nobody(toy_atlas):
    unnamed = {"type": "Feature", "properties": None, "geometry": None}
    value = json.loads(file_of(POINT, None, POINT))
    value["features"].append(unnamed)
    upload = Upload(read_upload(json.dumps(value).encode()))
    assert (upload.located, len(upload.shapes)) == (2, 2)
    assert upload.without_place == ["n1", "№ 4"]
    rows = upload.rows(toy_atlas, "", "1920-09-01", "en")
    assert [row["own_name"] for row in rows] == ["n0", "n1", "n2", ""]
    assert [row["de_jure_uezd"] for row in rows] == ["a1-uezd", "", "a1-uezd", ""]
    assert [row["lon"] for row in rows] == ["60.50000", "", "60.50000", ""]


def test_a_file_without_any_place_has_rows_and_no_shapes(toy_atlas):
    upload = Upload(read_upload(file_of(None, None)))
    assert (upload.located, upload.shapes, len(upload.rows(toy_atlas, "", "1920-09-01", "en"))) == (0, [], 2)


def test_what_was_worked_out_of_a_file_is_kept(toy_atlas):
    upload = Upload(read_upload(file_of(POINT)))
    with mock.patch("kazatlas.web.upload.locate", wraps=locate) as located:
        first = upload.rows(toy_atlas, "one", "1920-09-01", "en")
        assert upload.rows(toy_atlas, "one", "1920-09-01", "en") is first
        assert located.call_count == 1
        for changed in (("two", "1920-09-01", "en"), ("two", "1921-05-01", "en"), ("two", "1921-05-01", "ru")):
            upload.rows(toy_atlas, *changed)
        assert located.call_count == 4
    assert upload.shapes is upload.shapes


def test_the_page_reads_a_file_once(tmp_path, toy):
    built = write_toy(tmp_path / "geodata", toy)
    assert command.main(["build", "--geodata", str(built)]) == 0
    (tmp_path / "served").mkdir()
    page = AppTest.from_file(str(entry(tmp_path / "served", built)), default_timeout=60)
    page.query_params.update({"lang": "en", "page": "take"})
    file = mock.Mock(file_id="a", getvalue=lambda: file_of(POINT, None))
    with (
        mock.patch("streamlit.file_uploader", return_value=file),
        mock.patch("kazatlas.web.downloads.read_upload", wraps=read_upload) as reading,
    ):
        page.run()
        page.run()
        assert not page.exception
        text = " ".join(item.proto.body for item in page.get("html"))
        assert "Points looked up: 1. Shown on the map: 1. Without a place in the file: 1 (n1)." in text
        assert reading.call_count == 1
        file.file_id = "b"
        page.run()
        assert reading.call_count == 2
