from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from kazatlas.record.faces import build_faces
from kazatlas.record.reading import read_record
from kazatlas.record.types import COVERAGE, Witness, WitnessCoordinate, WitnessTest
from kazatlas.record.versions import stretches
from kazatlas.record.witnesses import Proof, is_held_back, new_tests, write_tests
from tests.conftest import CITED, version, write_toy


def table(model, *rows: dict) -> str:
    columns = [field.alias or name for name, field in model.model_fields.items()]
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def witness(id_: str = "fort-a1", **more) -> dict:
    return {
        "id": id_, "name": "Форт", "lon": 60.5, "lat": 48.5, "coordinates": "printed on the cited page",
        "unit": "a1-uezd", "view": "both", "from": "1921-05-01", "source": "book", "locator": "p. 2",
        "quote": "Форт в уезде A1", "status": "accepted", "certainty": "less-certain", **more,
    }  # fmt: skip


def add(toy: dict, *rows: dict) -> dict:
    toy["witnesses.csv"] = table(Witness, *rows)
    return toy


def proof_of(folder: Path, toy: dict) -> Proof:
    record, problems = read_record(write_toy(folder / "geodata", toy))
    faces, more = build_faces(record)
    assert not problems
    assert not more
    return Proof(record, faces, stretches(record))


def test_a_witness_in_its_unit_is_no_fault(problems_of, toy):
    assert problems_of(add(toy, witness())) == []


def test_a_contradiction_names_place_day_distance_and_remedy(problems_of, toy):
    (problem,) = problems_of(add(toy, witness(lon=61.2)))
    told = str(problem)
    assert told.startswith("geodata/witnesses.csv, fort-a1: (Форт, 61.2000 E 48.5000 N) stands in 'a1-uezd'")
    assert "on 1921-05-01 (de_jure) the map has it in b1-uezd, 14.8 km outside" in told
    assert "Redraw the line in geodata/boundaries.geojson" in told


def test_a_rejected_witness_may_contradict_but_says_why(problems_of, toy):
    assert problems_of(add(toy, witness(lon=61.2, status="rejected", note="the book, p. 3, says B1"))) == []
    (problem,) = problems_of(add(toy, witness(lon=61.2, status="rejected")))
    assert "is rejected without a note" in problem.what


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"unit": "zz-uezd"}, "names the unit 'zz-uezd', which does not exist"),
        ({"source": "nobook"}, "names the source 'nobook', which does not exist"),
        ({"lat": ""}, "has one of lon and lat"),
        ({"lon": "", "lat": ""}, "has no point"),
        ({"from": "springtime"}, "is not a date in EDTF"),
        ({"locator": ""}, "locator: is missing"),
        ({"status": "perhaps"}, "must be 'accepted', or 'rejected'"),
        ({"lon": 400}, "must be less than or equal to 100"),
        ({"unit": "kirghiz-assr", "from": "1920-03-01", "to": "1920-04-01"}, "when the map does not have it"),
        ({"name": "a\u202eb"}, "holds the invisible character U+202E"),
    ],
)
def test_a_faulty_row_is_told(problems_of, toy, change, told):
    assert told in " ".join(map(str, problems_of(add(toy, witness(**change)))))


def test_a_broken_table_is_told(problems_of, toy):
    whole = add(toy, witness())["witnesses.csv"]
    for text, told in (
        (whole.replace("volost,", ""), "They must be id, name, lon, lat"),
        (whole.replace("Форт,", "Форт,,"), "has 17 cells for 16 columns"),
        (whole + whole.splitlines()[1] + "\n", "stands twice"),
        ("\ufeff" + whole.replace("Форт", '"Фо"рт'), "is not a CSV table"),
    ):
        toy["witnesses.csv"] = text
        assert told in " ".join(map(str, problems_of(toy)))


def test_a_point_of_openstreetmap_stands_in_a_file_of_its_own(problems_of, toy):
    point = {"id": "fort-a1", "lon": 60.5, "lat": 48.5, "osm_id": "node 1"}
    add(toy, witness(lon="", lat="", coordinates="osm node 1"))
    toy["today/witness_coordinates.csv"] = table(WitnessCoordinate, point)
    assert problems_of(toy) == []
    toy["today/witness_coordinates.csv"] = table(WitnessCoordinate, point, {**point, "id": "nobody"})
    assert "nobody: is no witness" in str(problems_of(toy)[0])


def test_a_source_of_before_counts_until_an_act_touched_the_border(tmp_path, toy):
    toy["units/uezds.yaml"]["a1-uezd"]["versions"] = [
        toy["units/uezds.yaml"]["a1-uezd"]["versions"][0], version("handover", faces=["a1", "a2"]),
    ]  # fmt: skip
    toy["units/uezds.yaml"]["a2-uezd"]["versions"][0]["until"] = "handover"
    (place,) = proof_of(tmp_path, add(toy, witness(**{"from": "1897"}))).accepted
    assert {(s.valid_from, s.valid_to, s.carried) for s in place.spans} == {("1920-01-01", "1921-04-01", "forward")}
    assert place.is_carried


def test_a_source_of_after_counts_back_to_the_last_act_that_touched_the_border(tmp_path, toy):
    (place,) = proof_of(tmp_path, add(toy, witness(**{"from": "1926"}))).accepted
    assert {(s.valid_from, s.valid_to, s.carried) for s in place.spans} == {(*COVERAGE, "back")}


def test_a_year_alone_need_be_right_on_some_day_of_it_only(problems_of, toy):
    toy["units/uezds.yaml"]["a2-uezd"]["versions"][0]["until"] = "handover"
    toy["units/uezds.yaml"]["a1-uezd"]["versions"].insert(1, version("handover", faces=["a1", "a2"]))
    del toy["units/uezds.yaml"]["a1-uezd"]["versions"][2:]
    assert problems_of(add(toy, witness(lat=49.5, **{"from": "1921"}))) == []
    (problem,) = problems_of(add(toy, witness(lat=49.5, **{"from": "1921-01-15"})))
    assert "on 1921-01-15 (de_jure) the map has it in a2-uezd" in problem.what


def test_each_view_is_checked_with_the_witnesses_that_speak_of_it(problems_of, toy):
    west = witness("town-west", lon=61.5, unit="west", **{"from": "1920-10-01", "to": "1920-12-01"})
    assert problems_of(add(toy, west | {"view": "de_jure"})) == []
    (problem,) = problems_of(add(toy, west))
    assert "(de_facto) the map has it in b1-uezd" in problem.what


def test_the_accuracy_of_a_line_follows_from_what_it_missed_and_the_gap_that_is_left(tmp_path, toy):
    # Two witnesses that the first map missed by 30 km raise the 10 km that were estimated ...
    rows = [witness(f"fort-{i}", lat=48.2 + i / 10, lon=60.1) for i in range(4)]
    tests = [
        {
            "id": row["id"],
            "data_version": "1.0.0",
            "held_back": "no",
            "missed_km": km,
            "border_km": 5,
            "method": "by-hand",
        }
        for row, km in zip(rows, (0, 0, 30, 30), strict=True)
    ]
    add(toy, *rows)
    toy["witness_tests.csv"] = table(WitnessTest, *tests)
    proof = proof_of(tmp_path, toy)
    assert proof.accuracy_km["a2~b2"] == 30.0
    # ... and a line with a witness close by on both sides cannot lie farther off than the gap between them.
    near = [witness(f"near-{i}", lon=60.97, lat=48.02 + i / 10) for i in range(10)]
    near += [witness(f"far-{i}", lon=61.03, lat=48.02 + i / 10, unit="b1-uezd") for i in range(10)]
    add(toy, *rows, *near)
    accuracy = proof_of(tmp_path, toy).accuracy_km
    assert 4 < accuracy["a1~b1"] < 20
    assert accuracy["a2~b2"] == 30.0


def test_a_new_witness_is_tested_once_and_the_outcome_kept(tmp_path, toy):
    folder = tmp_path / "geodata"
    proof = proof_of(tmp_path, add(toy, witness(lon=61.2), witness("fort-right")))
    tests = {test.id: test for test in new_tests(proof)}
    assert tests["fort-a1"].missed_km == pytest.approx(14.8)
    assert (tests["fort-right"].missed_km, tests["fort-right"].method) == (0, "by-hand")
    write_tests(folder, tests.values())
    record, problems = read_record(folder)
    assert (problems, len(record.witness_tests)) == ([], 2)
    assert new_tests(Proof(record, proof.faces, proof.items)) == []


def test_a_fifth_of_the_witnesses_is_held_back():
    assert sum(is_held_back(f"place-{i}") for i in range(1000)) == pytest.approx(200, abs=40)


def test_the_figures_of_the_proof_stand_in_the_atlas(built, toy):
    atlas = built(add(toy, witness(), witness("town-east", lon=61.5, lat=49.2, unit="b2-uezd", **{"from": "1897"})))
    told = atlas.tables["proof"]
    assert (told["accepted"], told["of_the_time"], told["carried"], told["rejected"]) == (2, 1, 1, 0)
    assert told["units"] == {"a1-uezd": 1, "b2-uezd": 1}
    assert sum(told["outer_km"].values()) == pytest.approx(
        atlas.borders[atlas.borders["line"].isin(["a2~b2", "b1~b2"])]["length_km"].sum(), abs=2
    )
    assert [feature["id"] for feature in atlas.witnesses] == ["fort-a1", "town-east"]
    assert CITED[0]["source"] == atlas.witnesses[0]["properties"]["source"]
