"""The real record: sound, cited, current, and what its sources say."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
import spherely

from kazatlas.atlas.quality import unexplained
from kazatlas.atlas.store import change_dates, in_force, is_current
from kazatlas.build.run import build_atlas
from kazatlas.record.reading import read_record
from kazatlas.record.types import COVERAGE, VIEWS
from tests.conftest import GEODATA

EQUAL_AREA = "+proj=aea +lat_1=42 +lat_2=56 +lat_0=50 +lon_0=65 +datum=WGS84"
FACTS = list(csv.DictReader((Path(__file__).parent / "known_facts.csv").open(encoding="utf-8")))


def km2(geometry):
    return gpd.GeoSeries([geometry], crs=4326).to_crs(EQUAL_AREA).area.sum() / 1e6


def days_round_changes(atlas):
    for day in change_dates(atlas):
        before = (dt.date.fromisoformat(day) - dt.timedelta(1)).isoformat()
        if before >= COVERAGE[0]:
            yield before
        yield day


@pytest.fixture(scope="module")
def polygons(atlas):
    return atlas.versions[atlas.versions.geometry.notna() & (atlas.versions["border"] == "recovered")]


def test_the_record_has_no_problem_and_the_built_atlas_is_current():
    record, problems = read_record(GEODATA)
    assert [str(problem) for problem in problems] == []
    assert is_current(GEODATA / "built", build_atlas(record, problems))


@pytest.mark.parametrize("view", VIEWS)
def test_uezds_have_no_overlap_and_fill_exactly_their_gubernias(atlas, polygons, view):
    holder = "parent" if view == "de_jure" else "administered_by"
    for day in days_round_changes(atlas):
        tiles = in_force(polygons, day, view)
        leaves = tiles[(tiles["level"] == 2) | ((tiles["faces"].map(len) > 0) & ~tiles["unit"].isin(tiles[holder]))]
        assert not leaves["unit"].duplicated().any(), day
        total, joined = leaves.to_crs(EQUAL_AREA).area.sum() / 1e6, km2(leaves.union_all())
        assert abs(total - joined) < 1, f"{day} {view}: {total - joined:.2f} km2 of overlap"
        for _, gubernia in tiles[(tiles["level"] == 1)].iterrows():
            children = leaves[(leaves[holder] == gubernia["unit"]) & (leaves["level"] == 2)]
            if len(children) and gubernia["in_republic"]:
                rest = km2(children.union_all().symmetric_difference(gubernia.geometry))
                assert rest < 1, f"{day} {view} {gubernia['unit']}: differs from its uezds by {rest:.1f} km2"


def test_the_land_never_has_a_hole(atlas, polygons):
    covered = {}
    for view in VIEWS:
        for day in days_round_changes(atlas):
            tiles = in_force(polygons, day, view)
            leaves = tiles[tiles["faces"].map(len) > 0]
            covered[view, day] = frozenset(face for faces in leaves["faces"] for face in faces)
            assert sum(map(len, leaves["faces"])) == len(covered[view, day]), f"{day} {view}: a face twice"
    assert len(set(covered.values())) == 1


def test_every_polygon_is_valid_on_the_sphere(polygons):
    faults = {}
    for _, row in polygons.iterrows():
        try:
            spherely.from_wkb(shapely.to_wkb(row.geometry))
        except RuntimeError as error:
            faults[row["id"]] = str(error)
    assert faults == {}


@pytest.mark.parametrize("fact", FACTS, ids=lambda f: f"{f['unit']}-{f['date']}-{f['view']}")
def test_a_fact_read_in_a_source_stands_on_the_map(atlas, fact):
    rows = in_force(atlas.versions, fact["date"], fact["view"]).set_index("unit")
    holder = "parent" if fact["view"] == "de_jure" else "administered_by"
    assert rows.loc[fact["unit"]][holder] == fact["parent"]
    assert fact["source"] in atlas.tables["sources"]


@pytest.mark.parametrize(
    ("day", "view", "unit", "there"),
    [
        ("1920-08-25", "de_jure", "kirghiz-assr", False),
        ("1920-08-26", "de_jure", "kirghiz-assr", True),
        ("1920-09-01", "de_facto", "omsk-gubernia", True),
        ("1920-09-01", "de_facto", "akmola", False),
        ("1920-09-01", "de_jure", "akmola", True),
        ("1921-04-25", "de_facto", "akmola", False),
        ("1921-04-26", "de_facto", "akmola", True),
        ("1920-06-11", "de_jure", "mangyshlak-uezd", True),
        ("1920-06-12", "de_jure", "mangyshlak-uezd", False),
        ("1920-06-12", "de_jure", "adai-uezd", True),
        ("1920-08-26", "de_jure", "adai-uezd", False),
        ("1920-08-26", "de_facto", "adai-uezd", True),
        ("1920-08-26", "de_jure", "mangyshlak-uezd", True),
        ("1920-08-26", "de_jure", "adai-volosts", True),
        ("1920-10-24", "de_jure", "mangyshlak-uezd", True),
        ("1920-10-25", "de_jure", "mangyshlak-uezd", False),
        ("1920-10-25", "de_jure", "adai-volosts", False),
        ("1920-10-25", "de_jure", "adai-uezd", True),
        ("1921-12-31", "de_jure", "aktobe", True),
        ("1921-12-31", "de_jure", "kustanay", True),
        ("1921-12-31", "de_jure", "orenburg", True),
        ("1921-12-31", "de_jure", "orenburg-turgay", False),
        ("1922-05-30", "de_jure", "kalmyk-uezd", True),
        ("1922-05-31", "de_jure", "kalmyk-uezd", False),
        ("1922-07-26", "de_jure", "uil-uezd", True),
        ("1922-07-27", "de_jure", "uil-uezd", False),
    ],
)
def test_a_unit_is_there_from_its_first_day_to_its_last(atlas, day, view, unit, there):
    assert (unit in set(in_force(atlas.versions, day, view)["unit"])) is there


def at(atlas, day, view, level, lon, lat):
    rows = in_force(atlas.versions, day, view, level)
    rows = rows[rows["border"] == "recovered"]
    hit = rows[rows.contains(shapely.Point(lon, lat))]
    return list(hit["unit"])


def test_orenburg_joins_on_22_september_1920(atlas):
    orenburg = (55.10, 51.77)
    assert at(atlas, "1920-09-21", "de_jure", 0, *orenburg) == []
    assert at(atlas, "1920-09-22", "de_jure", 0, *orenburg) == ["kirghiz-assr"]


@pytest.mark.parametrize(
    ("place", "lon", "lat", "gubernia"),
    [("Novouzensk", 48.14, 50.46, "saratov-gubernia"), ("Pallasovka", 46.90, 50.05, "german-commune"),
     ("Kaysatskoe", 46.79, 49.74, "tsaritsyn-gubernia"), ("Elton", 46.84, 49.13, "tsaritsyn-gubernia"),
     ("Magnitnaya", 59.03, 53.40, "chelyabinsk-gubernia"), ("Buzuluk", 52.26, 52.78, "samara-gubernia")],
)  # fmt: skip
def test_the_neighbours_are_those_of_1920(atlas, place, lon, lat, gubernia):
    assert at(atlas, "1920-01-01", "de_jure", 1, lon, lat) == [gubernia]


@pytest.mark.parametrize(
    ("day", "uezd", "gubernia"),
    [("1921-10-04", "aktyubinsk-uezd", "aktobe"), ("1921-10-05", "orsk-uezd", "orenburg")],
)
@pytest.mark.parametrize(("lon", "lat"), [(56.407, 51.397), (55.939, 51.566)])
def test_belyaevka_and_kryuchkovka_pass_to_orsk(atlas, day, uezd, gubernia, lon, lat):
    assert at(atlas, day, "de_jure", 2, lon, lat) == [uezd]
    assert at(atlas, day, "de_jure", 1, lon, lat) == [gubernia]


@pytest.mark.parametrize(
    ("day", "lon", "lat", "uezd"),
    [("1920-10-11", 54.68, 49.07, "temir-uezd"), ("1920-10-12", 54.68, 49.07, "uil-uezd"),
     ("1920-01-01", 51.11, 50.78, "lbischensk-uezd"), ("1920-01-01", 51.37, 51.22, "ural-uezd")],
)  # fmt: skip
def test_uil_was_temirs_and_skvorkino_lbischensks(atlas, day, lon, lat, uezd):
    assert at(atlas, day, "de_jure", 2, lon, lat) == [uezd]


@pytest.mark.parametrize(
    ("place", "lon", "lat", "uezd"),
    [("Saykhin", 46.767, 48.815, ["kalmyk-uezd"]), ("Dzhanybek", 46.849, 49.425, ["torgun-uezd"]),
     ("Kaztalovka", 48.69, 49.77, ["talovka-uezd"]), ("Kaysatskoe", 46.79, 49.74, []), ("Elton", 46.84, 49.13, [])],
)  # fmt: skip
def test_the_horde_reaches_saykhin_and_dzhanybek(atlas, place, lon, lat, uezd):
    assert at(atlas, "1921-01-01", "de_jure", 2, lon, lat) == uezd


@pytest.mark.parametrize("day", ["1920-01-01", "1921-01-01", "1922-12-31"])
@pytest.mark.parametrize(
    ("town", "lon", "lat", "bashkir"),
    [("Temyasovo", 58.10, 52.99, True), ("Kuvandyk", 57.36, 51.48, True), ("Isyangulovo", 56.59, 52.19, True),
     ("Uchaly", 59.44, 54.36, True), ("Beloretsk", 58.40, 53.96, True), ("Orsk", 58.49, 51.23, False),
     ("Isaevo-Dedovo", 55.50, 52.35, False), ("Verkhneuralsk", 59.22, 53.88, False)],
)  # fmt: skip
def test_the_bashkir_cantons_were_never_orenburgs(atlas, day, town, lon, lat, bashkir):
    assert (at(atlas, day, "de_jure", 0, lon, lat) == ["bashkir-assr"]) is bashkir


@pytest.mark.parametrize(
    ("town", "lon", "lat", "gubernia"),
    [("Turgay", 63.50, 49.63, "kustanay"), ("Irgiz", 61.27, 48.62, "aktobe"), ("Uil", 54.68, 49.07, "aktobe")],
)
def test_the_steppe_towns_at_the_end_of_1921(atlas, town, lon, lat, gubernia):
    assert at(atlas, "1921-12-31", "de_jure", 1, lon, lat) == [gubernia]


@pytest.mark.parametrize(
    ("place", "lon", "lat", "uezd"),
    [
        ("Dzharkent", 80.00, 44.17, "dzharkent-uezd"),
        ("Chundzha", 79.47, 43.54, "dzharkent-uezd"),
        ("Kegen", 79.23, 43.02, "dzharkent-uezd"),
        ("Narynkol", 80.18, 42.72, "dzharkent-uezd"),
        ("Podgornoe", 79.48, 43.33, "dzharkent-uezd"),
        ("Verny", 76.95, 43.26, "verny-uezd"),
        ("Belovodskoe", 74.11, 42.83, "pishpek-uezd"),
        ("Kara-Balta", 73.85, 42.81, "pishpek-uezd"),
        ("Merke", 73.19, 42.87, "aulie-ata-uezd"),
        ("Kochkor", 75.75, 42.22, "pishpek-uezd"),
        ("Naryn", 76.00, 41.43, "przhevalsk-uezd"),
        ("At-Bashy", 75.80, 41.17, "przhevalsk-uezd"),
    ],
)
def test_a_place_of_the_south_lies_in_the_uezd_that_a_source_names(atlas, place, lon, lat, uezd):
    assert at(atlas, "1921-06-01", "de_jure", 2, lon, lat) == [uezd]


def test_sarkand_passes_to_lepsinsk_uezd_on_21_december_1921(atlas):
    sarkand = (79.92, 45.41)
    assert at(atlas, "1921-12-20", "de_jure", 2, *sarkand) == ["kopal-uezd"]
    assert at(atlas, "1921-12-21", "de_jure", 2, *sarkand) == ["lepsinsk-uezd"]


@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [("Ganyushkino", 49.27, 46.60), ("Krasnovodsk", 52.97, 40.01), ("Guryev", 51.92, 47.11),
     ("Fort Aleksandrovsky", 50.26, 44.51)],
)  # fmt: skip
def test_places_on_the_coast_stand_on_land(atlas, polygons, name, lon, lat):
    day = in_force(polygons, "1921-01-01", "de_jure")
    assert day.contains(shapely.Point(lon, lat)).any(), name


def test_the_aral_sea_is_not_land(polygons):
    assert not in_force(polygons, "1921-01-01", "de_jure").contains(shapely.Point(59.8, 45.0)).any()


def test_every_version_is_cited_with_a_place_in_the_source(atlas):
    for _, row in atlas.versions.iterrows():
        assert row["citations"], row["id"]
        for citation in row["citations"]:
            assert citation["source"] in atlas.tables["sources"], row["id"]
            assert citation["locator"].strip(), row["id"]


def test_every_event_and_method_is_cited(atlas):
    for item in [*atlas.tables["events"], *atlas.tables["methods"].values(), *atlas.tables["zones"].values()]:
        assert item["citations"], item
        assert all(c["source"] in atlas.tables["sources"] and c["locator"] for c in item["citations"])


def test_each_gubernia_of_the_republic_has_the_area_that_a_source_prints_or_a_reason(atlas):
    assert [(area.unit, round(area.difference, 2)) for area in unexplained(atlas)] == []


def test_general_knowledge_makes_nothing_certain(atlas):
    facts = [*atlas.tables["events"], *atlas.tables["zones"].values(), *atlas.versions.to_dict("records")]
    for fact in facts:
        cited = [citation["source"] for citation in fact["citations"]]
        assert fact["certainty"] != "certain" or "general-knowledge" not in cited, fact.get("id")


def test_every_doubt_says_what_was_searched_and_names_what_it_is_about(atlas):
    assert len(atlas.tables["doubts"]) >= 20
    for doubt in atlas.tables["doubts"]:
        assert doubt["citations"], doubt["id"]
        assert doubt["units"] or doubt["id"] == "census-1920", doubt["id"]


def test_every_published_column_is_in_the_data_dictionary(atlas):
    dictionary = (GEODATA / "README.md").read_text(encoding="utf-8")
    features = json.loads((GEODATA / "built/atlas.geojson").read_text(encoding="utf-8"))["features"]
    columns = {column for feature in features for column in feature["properties"]}
    assert [c for c in sorted(columns) if f"`{c}`" not in dictionary] == []
    borders = set(atlas.borders.columns) - {"geometry", "id"}
    assert [c for c in sorted(borders) if f"`{c}`" not in dictionary] == []


def test_no_page_of_the_record_has_a_latin_schwa():
    for path in GEODATA.rglob("*"):
        if path.suffix in (".yaml", ".geojson", ".md", ".json"):
            assert "ə" not in path.read_text(encoding="utf-8"), path.name


def test_a_unit_is_labelled_by_its_name_of_the_day(atlas):
    label = {
        day: in_force(atlas.versions, day, "de_jure").set_index("unit").loc["semirechye-oblast", "label_en"]
        for day in ("1922-10-21", "1922-10-22")
    }
    assert label == {"1922-10-21": "Semirechye", "1922-10-22": "Jetysu"}


UNKNOWN_DAY = re.compile(
    r"first day of the gubernia is not known|(^|[.] )The day (is|was) not (known|found)|When the raion was formed is not known|"
    r"The day on which .* was restored was not found|First named in the list|uezd in 1922 \(the day is not known\)|"
    r"The uezd was abolished in 1921; one|The day is taken with that of the gubernia|Only the (year|month)"
)


def test_no_row_claims_a_day_that_its_note_calls_unknown(atlas):
    rows = atlas.versions[atlas.versions["note_en"].fillna("").map(lambda note: bool(UNKNOWN_DAY.search(note)))]
    # A row that an act cut in two tells the note of its first part again.
    rows = rows.sort_values("valid_from").drop_duplicates(["unit", "note_en", "view"])
    claimed = rows[(rows["start_precision"] == "day") & (rows["start_basis"] != "attested")]
    assert len(rows) > 15 and list(claimed["id"]) == []


@pytest.mark.parametrize(
    "row",
    [
        "borovoe-raion@1921-04-01", "denisovka-raion@1921-04-01", "semiozernoe-raion@1921-04-01",
        "fedorovka-raion@1921-04-01", "kustanay-uezd@1921-04-01", "turgay-uezd@1921-04-01", "orekhovka-raion@1921-06-10",
        "iletsk-raion@1920-03-25", "isaevo-dedovo-uezd@1920-03-25", "krasnokholm-raion@1920-03-25",
        "petrovskoe-raion@1920-03-25", "pokrovka-raion@1920-03-25", "sharlyk-raion@1920-03-25",
        "isaevo-dedovo-uezd@1922-06-07", "orenburg-uezd@1922-06-07",
    ],
)  # fmt: skip
def test_a_borrowed_day_is_known_to_the_year_only(atlas, row):
    assert atlas.versions.set_index("id").loc[row, "start_precision"] == "year"
