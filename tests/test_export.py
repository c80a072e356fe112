from __future__ import annotations

import csv
import io
import itertools
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import frictionless
import geopandas as gpd
import jsonschema
import pandas as pd
import pyogrio
import pytest
import shapely
import yaml
from geojson_pydantic import FeatureCollection

from kazatlas.__main__ import main
from kazatlas.atlas.selection import (
    END_RULES,
    EVERYTHING,
    HALF_OPEN,
    INCLUSIVE,
    OHM,
    Choice,
    ChoiceError,
    EndRule,
    joined,
    version_rows,
)
from kazatlas.atlas.store import Atlas, in_force, stops
from kazatlas.export.formats import DEFAULT_FORMATS, FILES, FORMATS, download, export_files
from kazatlas.export.tables import csv_bytes, defused, tables
from kazatlas.export.topology import topology
from kazatlas.record.faces import geodesic_area_km2
from kazatlas.record.types import VIEWS
from tests.conftest import GEODATA, ROOT

Told = tuple[str, str, str, str | None, float]
"""Unit, view, first day, end as written, area in km2 (0 where there is no outline)."""


@pytest.fixture(params=["toy", "real"])
def some_atlas(request):
    return request.getfixturevalue("toy_atlas" if request.param == "toy" else "atlas")


def covers(day: str, start: str, end: str | None, rule: EndRule) -> bool:
    """Read an interval as the rule's own words say, apart from the program's reading."""
    return start <= day and (end is None or (day <= end if rule.name == "inclusive" else day < end))


def area(geometry: Any) -> float:
    return 0.0 if geometry is None or geometry.geom_type == "Point" else geodesic_area_km2(geometry)


def text_of(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)[:10]


def from_frame(frame: gpd.GeoDataFrame, rule: EndRule) -> list[Told]:
    return [
        (row["unit"], row["view"], str(row[rule.start])[:10], text_of(row[rule.end]), area(row["geometry"]))
        for row in frame.to_dict("records")
    ]


def read_geojson(folder: Path, rule: EndRule) -> list[Told]:
    return from_frame(gpd.read_file(folder / f"{Choice(rule=rule).name()}.geojson"), rule)


def read_units(folder: Path, rule: EndRule) -> list[Told]:
    return [told for path in (folder / "units").iterdir() for told in from_frame(gpd.read_file(path), rule)]


def read_topojson(folder: Path, rule: EndRule) -> list[Told]:
    path = next(folder.glob("*.topojson"))
    told = from_frame(gpd.read_file(path), rule)
    # GDAL leaves out what has no geometry; the file has it.
    for item in json.loads(path.read_text(encoding="utf-8"))["objects"]["units"]["geometries"]:
        if item["type"] is None:
            row = item["properties"]
            told.append((row["unit"], row["view"], row[rule.start], row[rule.end], 0.0))
    return told


def read_geopackage(folder: Path, rule: EndRule) -> list[Told]:
    path, told = next(folder.glob("*.gpkg")), []
    for view in VIEWS:
        told += from_frame(gpd.read_file(path, layer=f"units_{view}").assign(view=view), rule)
    return told


def read_csv(folder: Path, rule: EndRule) -> list[Told]:
    with next(folder.glob("csv*/versions.csv")).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [(r["unit"], r["view"], r[rule.start], r[rule.end] or None, float(r["area_km2"] or 0)) for r in rows]


def read_linked_places(folder: Path, rule: EndRule) -> list[Told]:
    """Read the days from the outlines' own `when`; those of units without one from the columns."""
    told: list[Told] = []
    for feature in json.loads(next(folder.glob("*.jsonld")).read_text(encoding="utf-8"))["features"]:
        unit, geometry = feature["@id"].removeprefix("kazatlas:"), feature["geometry"]
        shapes = geometry["geometries"] if geometry and geometry["type"] == "GeometryCollection" else [geometry]
        for shape in shapes:
            if shape and shape["type"] != "Point":
                size = area(shapely.geometry.shape(shape))
                for span in shape["when"]["timespans"]:
                    start = span["start"].get("in") or span["start"]["latest"]
                    last = span["end"].get("in")
                    if last and not rule.is_inclusive:
                        last = str(date.fromisoformat(last) + timedelta(days=1))
                    told.append((unit, shape["view"], start, last, size))
        for version in feature["properties"]["versions"]:
            if version["area_km2"] is None:
                told.append((unit, version["view"], version[rule.start], version[rule.end], 0.0))
    return told


READERS: dict[str, Callable[[Path, EndRule], list[Told]]] = {
    "geojson": read_geojson,
    "geopackage": read_geopackage,
    "csv": read_csv,
    "topojson": read_topojson,
    "linked-places": read_linked_places,
    "units": read_units,
}


def days_to_try(atlas: Any) -> list[str]:
    days = {day for stop in stops(atlas) for day in (stop, str(date.fromisoformat(stop) - timedelta(days=1)))}
    return [*sorted(day for day in days if day >= "1920-01-01"), "1922-12-31"]


def test_every_format_has_a_reader_here():
    assert set(READERS) == set(FORMATS)


@pytest.mark.parametrize("rule", list(END_RULES.values()), ids=list(END_RULES))
@pytest.mark.parametrize("format_", list(FORMATS))
def test_a_file_read_again_gives_the_same_units_with_the_same_areas_at_every_stop(some_atlas, tmp_path, format_, rule):
    export_files(some_atlas, tmp_path, [format_], Choice(rule=rule))
    versions = some_atlas.versions
    areas = versions["area_km2"].fillna(0) if format_ == "csv" else versions["geometry"].map(area)
    columns = pd.DataFrame(versions[["unit", "view", "valid_from", "valid_to"]])
    told = READERS[format_](tmp_path, rule)
    for view in VIEWS:
        for day in days_to_try(some_atlas):
            frame = in_force(columns, day, view)
            expected = dict(zip(frame["unit"], areas[frame.index], strict=True))
            read = [
                (unit, size)
                for unit, of, start, end, size in told
                if of in (view, "both") and covers(day, start, end, rule)
            ]
            assert len(read) == len(dict(read)), f"{day} {view}: a unit stands twice"
            assert set(dict(read)) == set(expected), f"{day} {view}"
            assert all(abs(size - expected[unit]) < 1e-4 for unit, size in read), f"{day} {view}"


@pytest.mark.parametrize(
    ("rule", "start", "end", "last"),
    [(HALF_OPEN, "valid_from", "valid_to", "1921-03-01"), (INCLUSIVE, "valid_from", "valid_to", "1921-02-28"),
     (OHM, "start_date", "end_date", "1921-03-01")],
)  # fmt: skip
def test_each_end_rule_writes_the_end_in_its_own_way(rule, start, end, last):
    assert rule.dates("1920-08-26", "1921-03-01") == {start: "1920-08-26", end: last}
    assert rule.dates("1920-08-26", None) == {start: "1920-08-26", end: None}
    assert end in rule.text


def test_stretches_that_meet_are_joined():
    spans = [("1921-01-01", "1921-05-01"), ("1920-01-01", "1921-01-01"), ("1921-06-01", None), ("1922-01-01", None)]
    assert joined(spans) == [("1920-01-01", "1921-05-01"), ("1921-06-01", None)]


def test_a_choice_of_day_view_and_unit_leaves_only_them(toy_atlas):
    rows = version_rows(toy_atlas, Choice("1920-09-01", "de_facto", "b1-uezd"))
    assert [(row["id"], row["administered_by"]) for row in rows] == [("b1-uezd@1920-08-26", "east")]


def test_an_unknown_unit_is_named_with_what_was_perhaps_meant(toy_atlas):
    with pytest.raises(ChoiceError, match=r"no unit 'a1-uesd' in the atlas\. Did you mean a1-uezd"):
        version_rows(toy_atlas, Choice(unit="a1-uesd"))
    with pytest.raises(ChoiceError, match="Of b3-raion nothing was in force on 1920-09-01"):
        version_rows(toy_atlas, Choice("1920-09-01", None, "b3-raion"))


def test_the_files_name_says_what_was_chosen():
    assert Choice().name() == "kazatlas"
    assert Choice("1921-06-10", "de_jure", "aktobe", INCLUSIVE).name() == "kazatlas_aktobe_1921-06-10_de_jure_inclusive"


@pytest.mark.parametrize("rule", list(END_RULES.values()), ids=list(END_RULES))
def test_licence_citation_version_attribution_and_end_rule_are_inside_every_file(toy_atlas, tmp_path, rule):
    files = export_files(toy_atlas, tmp_path, list(FORMATS), Choice(rule=rule))
    wanted = ["creativecommons.org/licenses/by/4.0", "Kazatlas, version 1.0.0", "RISTAT", "Natural Earth", "GeoNames",
              rule.text]  # fmt: skip
    for name in files:
        if name.endswith(".gpkg"):
            about = pyogrio.read_dataframe(tmp_path / name, layer="about", read_geometry=False)
            text = " ".join(about["value"]) + str(pyogrio.read_info(tmp_path / name, layer="zones")["dataset_metadata"])
        elif name.endswith((".csv", "LICENSE.txt")):
            # A table holds nothing but its rows; what lies beside it speaks for it.
            text = (tmp_path / name).with_name("README.txt").read_text(encoding="utf-8")
        else:
            text = (tmp_path / name).read_text(encoding="utf-8")
        assert [part for part in wanted if part not in text] == [], name


def test_the_same_atlas_gives_the_same_bytes(toy_atlas):
    for write in FORMATS.values():
        assert write(toy_atlas, EVERYTHING) == write(toy_atlas, EVERYTHING)


def test_geojson_keeps_to_rfc_7946(some_atlas):
    for format_ in ("geojson", "units"):
        for name, data in FORMATS[format_](some_atlas, EVERYTHING).items():
            collection = json.loads(data)
            FeatureCollection.model_validate(collection)
            assert "crs" not in collection
            for feature in collection["features"]:
                assert "crs" not in feature
                if not feature["geometry"]:
                    continue
                shape = shapely.geometry.shape(feature["geometry"])
                digits = json.dumps(feature["geometry"]["coordinates"]).replace("[", " ").replace("]", " ")
                assert max(len(number.rstrip(",").partition(".")[2]) for number in digits.split()) <= 4, name
                for part in shapely.get_parts(shape):
                    if part.geom_type == "Polygon":
                        assert part.exterior.is_ccw, feature["id"]
                        assert not any(ring.is_ccw for ring in part.interiors), feature["id"]


def test_one_units_file_holds_its_whole_history(toy_atlas):
    files = FORMATS["units"](toy_atlas, EVERYTHING)
    ids = [feature["id"] for feature in json.loads(files["units/b1-uezd.geojson"])["features"]]
    assert ids == ["b1-uezd@1920-01-01", "b1-uezd@1920-08-26", "b1-uezd@1921-04-01"]
    assert FORMATS["units"](toy_atlas, Choice(unit="b1-uezd")) == {
        "units/b1-uezd.geojson": files["units/b1-uezd.geojson"]
    }


def test_the_package_is_valid_with_its_keys(some_atlas, tmp_path):
    for choice in (EVERYTHING, Choice("1921-04-01", "de_jure", rule=OHM)):
        export_files(some_atlas, tmp_path, ["csv"], choice)
        report = frictionless.Package(str(tmp_path / choice.name("csv") / "datapackage.json")).validate()
        assert report.valid, report.flatten(["type", "message"])[:3]


def test_the_package_has_the_tables_that_are_promised(toy_atlas):
    package = json.loads(FORMATS["csv"](toy_atlas, EVERYTHING)["csv/datapackage.json"])
    by_name = {resource["name"]: resource["schema"] for resource in package["resources"]}
    assert {"units", "versions", "events", "names", "lineage", "sources", "citations", "claims"} <= set(by_name)
    assert by_name["versions"]["primaryKey"] == ["id"]
    referred = {(key["fields"][0], key["reference"]["resource"]) for key in by_name["versions"]["foreignKeys"]}
    assert {("unit", "units"), ("parent", "units"), ("administered_by", "units"), ("start_event", "events")} <= referred
    assert all(field["description"] for schema in by_name.values() for field in schema["fields"])


def test_a_broken_key_is_found_by_frictionless(toy_atlas, tmp_path):
    export_files(toy_atlas, tmp_path, ["csv"])
    table = tmp_path / "csv" / "citations.csv"
    table.write_bytes(table.read_bytes().replace(b",book,", b",boot,", 1))
    report = frictionless.Package(str(tmp_path / "csv" / "datapackage.json")).validate()
    assert not report.valid
    assert "foreign-key" in {row[0] for row in report.flatten(["type"])}


@pytest.mark.parametrize("text", ["=1+1", "+7", "-x", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_defused(text):
    assert defused(text) == "'" + text
    assert defused("Ақмола =1") == "Ақмола =1"


def test_numbers_and_dates_are_written_as_they_are(toy_atlas):
    places = next(table for table in tables(toy_atlas, EVERYTHING) if table.name == "places")
    places.rows[0]["lon"], places.rows[0]["name_en"] = -60.5, "=cmd"
    row = next(csv.DictReader(io.StringIO(csv_bytes(places).decode("utf-8"))))
    assert (row["lon"], row["name_en"]) == ("-60.5", "'=cmd")


def test_names_are_told_once_for_all_the_time_that_they_were_borne(toy_atlas):
    names = next(table for table in tables(toy_atlas, EVERYTHING) if table.name == "names")
    borne = [row for row in names.rows if row["unit"] == "b1-uezd" and row["lang"] == "en"]
    assert [(row["text"], row["valid_from"], row["valid_to"]) for row in borne] == [("B1 uezd", "1920-01-01", None)]


def test_linked_places_pass_their_schema(some_atlas):
    path = os.environ.get("KAZATLAS_LPF_SCHEMA")
    if not path:
        pytest.skip("KAZATLAS_LPF_SCHEMA does not name the schema of Linked Places 2.0")
    schema = json.loads(Path(path).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for choice in (EVERYTHING, Choice("1921-04-01", "de_facto", rule=INCLUSIVE)):
        collection = json.loads(next(iter(FORMATS["linked-places"](some_atlas, choice).values())))
        assert [error.message[:200] for error in validator.iter_errors(collection)] == []


def timespans(value: Any) -> list[dict[str, Any]]:
    """Return every timespan, however deep it lies."""
    if isinstance(value, dict):
        return value.get("timespans", []) + [span for part in value.values() for span in timespans(part)]
    return [span for part in value for span in timespans(part)] if isinstance(value, list) else []


def test_linked_places_always_write_an_end_and_only_plain_days(some_atlas):
    collection = json.loads(next(iter(FORMATS["linked-places"](some_atlas, EVERYTHING).values())))
    found = timespans(collection)
    assert found
    for span in found:
        assert set(span) == {"start", "end"}
        for point in span.values():
            for day in point.values():
                assert date.fromisoformat(day).isoformat() == day
    assert {"earliest": "1922-12-31"} in [span["end"] for span in found]


def test_linked_places_tell_both_authorities_with_their_days(toy_atlas):
    collection = json.loads(next(iter(FORMATS["linked-places"](toy_atlas, EVERYTHING).values())))
    b1 = next(feature for feature in collection["features"] if feature["@id"] == "kazatlas:b1-uezd")
    told = {(r["label"], r["relationTo"]): r["when"]["timespans"] for r in b1["relations"]}
    opened, handed = {"latest": "1920-01-01"}, {"in": "1921-03-31"}
    assert told["administered by", "kazatlas:east"] == [{"start": opened, "end": handed}]
    assert told["part of, by decree", "kazatlas:west"][0]["start"] == {"in": "1920-08-26"}
    assert all(r["relationType"] == "gvp:broaderPartitive" and r["citations"] for r in b1["relations"])
    assert {name["lang"] for name in b1["names"]} == {"kk", "ru", "en"}


def test_an_outline_is_as_certain_as_the_worst_of_its_lines(toy_atlas):
    collection = json.loads(next(iter(FORMATS["linked-places"](toy_atlas, EVERYTHING).values())))
    a1 = next(feature for feature in collection["features"] if feature["@id"] == "kazatlas:a1-uezd")
    assert a1["geometry"]["certainty"] == "uncertain"
    assert a1["geometry"]["approximation"] == {"type": "geo:hasSpatialAccuracy", "tolerance": 10000}


def test_topojson_stores_a_shared_border_once_and_keeps_its_members(toy_atlas):
    data = FORMATS["topojson"](toy_atlas, EVERYTHING)["kazatlas.topojson"]
    topology = json.loads(data)
    assert data.startswith(b'{"type":"Topology"')
    assert topology["license"].startswith("CC BY 4.0")
    ends = set()
    for arc in topology["arcs"]:
        xs, ys = (list(pd.Series([point[axis] for point in arc]).cumsum()) for axis in (0, 1))
        points = list(zip(xs, ys, strict=True))
        assert all(isinstance(value, int) for point in arc for value in point)
        for pair in itertools.pairwise(points):
            assert frozenset(pair) not in ends, "a stretch stands in two arcs"
            ends.add(frozenset(pair))


def test_topojson_holds_each_drawn_line_once_and_nothing_else(atlas: Atlas) -> None:
    topology = json.loads(FORMATS["topojson"](atlas, EVERYTHING)["kazatlas.topojson"])
    lines = {tuple((round(x * 10_000), round(y * 10_000)) for x, y in line.coords) for line in atlas.borders.geometry}
    arcs = set()
    for arc in topology["arcs"]:
        xs, ys = ([*itertools.accumulate(step)] for step in zip(*arc, strict=True))
        arcs.add(tuple(zip(xs, ys, strict=True)))
    assert len(arcs) == len(topology["arcs"])
    assert arcs <= lines


def test_an_outline_off_the_drawn_lines_is_refused(toy_atlas: Atlas) -> None:
    square = shapely.geometry.mapping(shapely.box(60.2, 48.2, 60.4, 48.4))
    feature = {"id": "x", "properties": {}, "geometry": square}
    with pytest.raises(ValueError, match="leaves the drawn lines near"):
        topology(toy_atlas, [feature], {})


@pytest.fixture
def geopackage(toy_atlas, tmp_path) -> Path:
    export_files(toy_atlas, tmp_path, ["geopackage"])
    return tmp_path / "kazatlas.gpkg"


def test_the_geopackage_has_its_layers_tables_and_dates(geopackage):
    layers = {str(name): kind for name, kind in pyogrio.list_layers(geopackage)}
    assert layers["units_de_jure"] == layers["units_de_facto"] == layers["zones"] == "MultiPolygon"
    assert (layers["borders"], layers["places"], layers["units_without_border"]) == ("LineString", "Point", "Point")
    assert {"about", "sources", "citations", "events", "names", "lineage", "claims"} <= set(layers)
    info = pyogrio.read_info(geopackage, layer="units_de_jure")
    types = dict(zip(info["fields"], info["dtypes"], strict=True))
    assert types["valid_from"] == types["valid_to"] == "datetime64[D]"
    assert info["dataset_metadata"]["license"].startswith("CC BY 4.0")
    unknown = gpd.read_file(geopackage, layer="units_without_border")
    assert list(unknown["unit"]) == ["b3-raion"]
    assert unknown.geometry.iloc[0].equals(shapely.Point(61.5, 48.2))


def test_every_layer_has_a_default_style_and_metadata_for_qgis(geopackage):
    drawn = {str(name) for name, kind in pyogrio.list_layers(geopackage) if kind is not None}
    with sqlite3.connect(geopackage) as base:
        styles = base.execute(
            "SELECT f_table_name, styleQML, f_table_schema, f_geometry_column, useAsDefault FROM layer_styles"
        ).fetchall()
        columns = {row[0]: row[1] for row in base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")}
        metadata = base.execute(
            "SELECT r.table_name, m.metadata FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id "
            "WHERE m.md_standard_uri = 'http://mrcc.com/qgis.dtd'"
        ).fetchall()
    assert {name for name, *_ in styles} == {name for name, _ in metadata} == drawn
    for name, qml, schema, column, is_default in styles:
        assert (schema, column, is_default) == ("", columns[name], 1)
        style = ElementTree.fromstring(qml)
        rules, symbols = style.findall(".//rules/rule"), style.findall(".//symbols/symbol")
        assert [rule.get("symbol") for rule in rules] == [symbol.get("name") for symbol in symbols] != []
    assert all(ElementTree.fromstring(text).findtext("license", "").startswith("CC BY 4.0") for _, text in metadata)


def test_qgis_takes_the_end_as_the_rule_writes_it(toy_atlas, tmp_path):
    limits = {}
    for rule in END_RULES.values():
        export_files(toy_atlas, tmp_path, ["geopackage"], Choice(rule=rule))
        with sqlite3.connect(tmp_path / f"{Choice(rule=rule).name()}.gpkg") as base:
            qml = base.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'units_de_jure'").fetchone()[0]
        temporal = ElementTree.fromstring(qml).find("temporal")
        assert temporal is not None
        limits[temporal.get("endField"), temporal.get("limitMode")] = rule.name
    assert limits == {("valid_to", "0"): "half-open", ("valid_to", "1"): "inclusive", ("end_date", "0"): "ohm"}


def test_files_take_their_places_only_when_all_are_whole(toy_atlas, tmp_path, monkeypatch):
    def fail(atlas: Any, choice: Choice) -> dict[str, bytes]:
        raise OSError(28, "No space left on device")

    folder = tmp_path / "taken"
    folder.mkdir()
    (folder / "mine.txt").write_text("kept")
    monkeypatch.setitem(FILES, "csv", fail)
    with pytest.raises(OSError, match="No space left"):
        export_files(toy_atlas, folder, ["geojson", "csv"])
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    monkeypatch.undo()
    export_files(toy_atlas, folder, ["csv"])
    assert sorted(path.name for path in folder.iterdir()) == ["csv", "mine.txt"]


def test_one_file_is_downloaded_as_it_is_and_several_in_a_zip():
    assert download({"units/a.geojson": b"1"}, "kazatlas") == ("a.geojson", b"1")
    name, data = download({"csv/b.csv": b"2", "csv/a.csv": b"1"}, "kazatlas")
    assert name == "kazatlas.zip"
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["csv/a.csv", "csv/b.csv"]
    assert download({"csv/b.csv": b"2", "csv/a.csv": b"1"}, "kazatlas")[1] == data


def test_the_command_writes_all_formats_and_says_what_it_wrote(tmp_path, capsys):
    assert main(["export", str(tmp_path / "out"), "--geodata", str(GEODATA)]) == 0
    said = capsys.readouterr().out
    assert "kazatlas.gpkg" in said
    assert "first day no longer" in said
    written = {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    }
    assert all(name in said for name in written)
    assert {Path(name).suffix for name in written} >= {".geojson", ".gpkg", ".csv", ".topojson", ".jsonld", ".json"}
    assert "units" in FORMATS
    assert "units" not in DEFAULT_FORMATS


def test_the_command_refuses_an_unknown_unit_in_a_sentence(tmp_path, capsys):
    assert main(["export", str(tmp_path / "out"), "--format", "geojson", "--unit", "pavlodar"]) == 1
    assert "There is no unit 'pavlodar' in the atlas. Did you mean pavlodar-uezd" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_command_says_when_the_folder_cannot_be_written(tmp_path, capsys):
    (tmp_path / "out").write_text("a file")
    assert main(["export", str(tmp_path / "out"), "--format", "geojson"]) == 1
    assert "could not be written" in capsys.readouterr().err


def test_the_citation_names_the_version_of_the_data():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == (GEODATA / "VERSION").read_text().strip()
    assert citation["license"] == "CC-BY-4.0"


def test_the_data_licence_names_every_outside_source():
    text = (GEODATA / "LICENSE").read_text(encoding="utf-8")
    assert all(name in text for name in ("CC BY 4.0", "RISTAT", "10.34894/NQOASN", "Natural Earth", "GeoNames"))
    assert ("GSHHG" in text) == (GEODATA / "base" / "rivers_gshhg.geojson").exists()


def test_witnesses_are_files_of_their_own(atlas: Atlas, tmp_path: Path) -> None:
    written = export_files(atlas, tmp_path, ["csv", "geopackage", "geojson", "witnesses"])
    own = [name for name in written if name.startswith("witnesses/")]
    assert {Path(name).suffix for name in own} == {".geojson", ".csv", ".txt"}
    collection = json.loads((tmp_path / "witnesses" / "kazatlas-witnesses.geojson").read_text(encoding="utf-8"))
    assert "ODbL" in collection["license"]
    assert "OpenStreetMap" in collection["attribution"]
    assert len(collection["features"]) == len(atlas.witnesses) > 300
    rows = (tmp_path / "witnesses" / "kazatlas-witnesses.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == len(atlas.witnesses) + 1
    # No CC BY file holds a position that is OpenStreetMap's, nor a witness at all.
    osm = next(f for f in atlas.witnesses if f["properties"]["coordinates"].startswith("osm"))
    for name in set(written) - set(own):
        data = (tmp_path / name).read_bytes()
        assert osm["id"].encode() not in data
        assert osm["properties"]["coordinates"].encode() not in data


def test_witnesses_of_a_day_are_those_that_count_then(atlas: Atlas) -> None:
    everything = FILES["witnesses"](atlas, EVERYTHING)
    day = FILES["witnesses"](atlas, Choice(day="1921-12-31", view="de_jure"))
    (all_rows,) = (json.loads(v)["features"] for k, v in everything.items() if k.endswith(".geojson"))
    (day_rows,) = (json.loads(v)["features"] for k, v in day.items() if k.endswith(".geojson"))
    assert 0 < len(day_rows) < len(all_rows)
    assert all(
        any(
            s["view"] == "de_jure" and s["valid_from"] <= "1921-12-31" < s["valid_to"] for s in f["properties"]["spans"]
        )
        for f in day_rows
    )
