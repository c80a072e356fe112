"""A reader's table of points in CSV: read as spreadsheets write it, answered row by row, refused in a sentence."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from kazatlas.__main__ import main
from kazatlas.atlas.places import place_index_of
from kazatlas.export import points_csv
from kazatlas.export.points_csv import COLUMNS, PointFile, PointsError, point_rows, write_located
from kazatlas.text.catalogue import LANGUAGES, load_catalogue
from tests.conftest import GEODATA

IN_B1 = (61.5, 48.5)
WORDS = load_catalogue("en")


def run(atlas, folder, text, day="1920-09-01", words=WORDS, **columns):
    """Return the rows of the result and the sentences about bad rows."""
    path = folder / "points.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    file, bad, output = PointFile(path, **columns), [], io.StringIO(newline="")
    write_located(file, place_index_of(atlas), day, words, output, bad.append)
    return list(csv.DictReader(io.StringIO(output.getvalue()), delimiter=file.delimiter)), bad


def ask_about(atlas, *points, day="1920-09-01", language="en"):
    return point_rows(place_index_of(atlas), points, day, load_catalogue(language))


def test_a_point_is_told_by_decree_and_by_who_governed(toy_atlas):
    (row,) = ask_about(toy_atlas, IN_B1)
    assert (row["de_jure_uezd"], row["de_jure_gubernia"], row["de_jure_authority"]) == (
        "b1-uezd", "west", "kirghiz-assr",
    )  # fmt: skip
    assert (row["de_facto_uezd"], row["de_facto_gubernia"], row["de_facto_authority"]) == ("b1-uezd", "east", "rsfsr")
    assert row["de_jure_gubernia_name"] == "West gubernia"


def test_names_are_in_the_language_asked_for(toy_atlas):
    (row,) = ask_about(toy_atlas, IN_B1, language="kk")
    assert row["de_jure_uezd_name"] == "B1 uezd (kk)"


def test_the_nearest_border_is_told_in_each_view(toy_atlas):
    (row,) = ask_about(toy_atlas, (60.7, 48.5))
    for view in ("de_jure", "de_facto"):
        assert row[f"{view}_border_km"] == pytest.approx(22.2, abs=0.05)
        assert (row[f"{view}_border_accuracy_km"], row[f"{view}_border_certainty"]) == (10, "uncertain")
        assert (row[f"{view}_border_basis"], row[f"{view}_border_neighbour"]) == ("conjecture", "b1-uezd")
    assert "warning" not in row


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The point lies 3.7 km from a border known to 10 km: it may have lain on the other side (B1 uezd)."),
        ("ru", "Точка лежит в 3,7 км от границы, известной с точностью 10 км: она могла быть по другую сторону "
               "(B1 uezd (ru))."),
        ("kk", "Нүкте шекарадан 3,7 км жерде, ал шекара 10 км дәлдікпен ғана белгілі: нүкте оның арғы жағында болуы "
               "мүмкін (B1 uezd (kk))."),
    ],
)  # fmt: skip
def test_a_point_nearer_to_a_border_than_it_is_known_is_warned_of(toy_atlas, language, sentence):
    (row,) = ask_about(toy_atlas, (60.95, 48.5), language=language)
    assert row["de_jure_border_km"] == 3.7
    assert row["warning"] == sentence


@pytest.mark.parametrize("point", [(61.5, 49.5), (10, 10)])
def test_water_and_what_lies_outside_belong_to_no_unit(toy_atlas, point):
    assert ask_about(toy_atlas, point) == [{"warning": "The point lies in water or outside the map."}]


def test_no_points_are_answered_with_no_rows(toy_atlas):
    assert ask_about(toy_atlas) == []


def test_every_row_of_a_file_has_one_in_the_result(toy_atlas, tmp_path):
    rows, bad = run(toy_atlas, tmp_path, "name,lon,lat\nКент,61.5,48.5\nA,60.5,49.5\n")
    assert [(row["name"], row["de_jure_uezd"]) for row in rows] == [("Кент", "b1-uezd"), ("A", "a2-uezd")]
    assert list(rows[0]) == ["name", "lon", "lat", *COLUMNS]
    assert bad == []


@pytest.mark.parametrize(
    "text",
    ["lat;lon\n48,5;61,5\n", "\ufefflat,lon\r\n48.5,61.5\r\n", "Latitude\tLongitude\n48.5\t61.5\n",
     'Ендік,Бойлық\n"48.5"," 61.5 "\n', "широта;долгота\n48.5;61.5", "lat,lon\n\n48.5,61.5\n\n"],
)  # fmt: skip
def test_tables_are_read_as_spreadsheets_write_them(toy_atlas, tmp_path, text):
    rows, bad = run(toy_atlas, tmp_path, text)
    assert [row["de_jure_uezd"] for row in rows] == ["b1-uezd"]
    assert bad == []


def test_numbers_have_a_comma_where_the_table_has_one(toy_atlas, tmp_path):
    (row,), _ = run(toy_atlas, tmp_path, "lat;lon\n48,5;60,95\n")
    assert (row["de_jure_border_km"], row["de_jure_border_accuracy_km"]) == ("3,7", "10,0")


def test_the_columns_can_be_named(toy_atlas, tmp_path):
    rows, _ = run(toy_atlas, tmp_path, "X1,Y1,lon,lat\n61.5,48.5,,\n", lon_column="x1", lat_column="Y1")
    assert rows[0]["de_jure_uezd"] == "b1-uezd"


BAD = [
    ("61.5,", "points.csv, row 3, column 'lat': is empty. Write degrees, such as 69.15."),
    ("here,48.5", "points.csv, row 3, column 'lon': 'here' is not a number. Write decimal degrees with a point, "
                  "such as 69.15."),
    ("48.5,161.5", "points.csv, row 3, column 'lat': 161.5 is not between -90 and 90. Write degrees on WGS 84; look "
                   "whether longitude and latitude are exchanged."),
    ("nan,48.5", "points.csv, row 3, column 'lon': nan is not between -180 and 180. Write degrees on WGS 84; look "
                 "whether longitude and latitude are exchanged."),
    ("61.5", "points.csv, row 3: has 1 cells where the first row has 2. Mend the row."),
    ("61,5,48.5", "points.csv, row 3: has 3 cells where the first row has 2. Mend the row."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "sentence"), BAD)
def test_a_bad_row_is_named_with_what_to_do_and_the_others_are_answered(toy_atlas, tmp_path, line, sentence):
    rows, bad = run(toy_atlas, tmp_path, f"lon,lat\n61.5,48.5\n{line}\n60.5,48.5\n")
    assert bad == [sentence]
    assert [row["de_jure_uezd"] for row in (rows[0], rows[2])] == ["b1-uezd", "a1-uezd"]
    if line.count(",") < 2:
        assert rows[1]["warning"] == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "points.csv is empty. Its first row must name the columns, such as: name,lon,lat"),
        (b"name,lat\nA,1\n", "points.csv has no column that is called lon or longitude. Its columns are: name, lat. "
                             "Name the one that holds the longitude with --lon COLUMN."),
        (b"lon,x,lat\n1,1,1\n", "points.csv has two columns that may hold the longitude, 'lon' and 'x'. Name the right "
                                "one with --lon COLUMN."),
        (b"lon,lat,warning\n", "points.csv already has a column 'warning', which the result would have too. Rename it."),
        ("lon,lat,аты\n".encode("cp1251"), "points.csv, row 1: is not UTF-8 text. Save the table as CSV UTF-8 and try "
                                           "again."),
        ("lon,lat\n1,2\nа,б\n".encode("cp1251"), "points.csv, row 3: is not UTF-8 text. Save the table as CSV UTF-8 and "
                                                 "try again."),
        ("lon,lat\n".encode("utf-16"), "points.csv, row 1: is not UTF-8 text. Save the table as CSV UTF-8 and try "
                                       "again."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(toy_atlas, tmp_path, text, sentence):
    with pytest.raises(PointsError) as error:
        run(toy_atlas, tmp_path, text)
    assert error.value.told(WORDS) == sentence
    for language in LANGUAGES:
        assert "{" not in error.value.told(load_catalogue(language))


def test_a_quotation_mark_that_never_closes_is_refused_in_a_sentence(toy_atlas, tmp_path):
    limit = csv.field_size_limit(1000)
    try:
        with pytest.raises(PointsError) as error:
            run(toy_atlas, tmp_path, 'lon,lat\n1,2\n"' + "x\n" * 1000)
    finally:
        csv.field_size_limit(limit)
    told = error.value.told(WORDS)
    assert told.startswith("points.csv, row 3: is not CSV (")
    assert "Look at the quotation marks there" in told


def test_an_unknown_column_is_refused_with_those_there_are(toy_atlas, tmp_path):
    with pytest.raises(PointsError) as error:
        run(toy_atlas, tmp_path, "lon,lat\n", lon_column="east")
    assert error.value.told(WORDS) == "points.csv has no column 'east'. Its columns are: lon, lat."


def test_a_long_file_is_answered_piece_by_piece(toy_atlas, tmp_path, monkeypatch):
    monkeypatch.setattr(points_csv, "CHUNK", 3)
    path, read = tmp_path / "points.csv", []
    path.write_text("n,lon,lat\n" + "".join(f"{n},{60.5 + n % 2},48.5\n" for n in range(8)))
    output = io.StringIO(newline="")
    index = place_index_of(toy_atlas)
    assert write_located(PointFile(path), index, "1920-09-01", WORDS, output, print, read.append) == 8
    rows = list(csv.DictReader(io.StringIO(output.getvalue())))
    assert [row["de_jure_uezd"] for row in rows] == ["a1-uezd", "b1-uezd"] * 4
    assert [row["n"] for row in rows] == list("01234567")
    assert read[-1] == path.stat().st_size


def ask(*words):
    return main(["locate", *map(str, words), "--geodata", str(GEODATA)])


def test_the_command_writes_the_result_and_counts_what_it_could_not_read(tmp_path, capsys):
    points, output = tmp_path / "points.csv", tmp_path / "told.csv"
    points.write_text("lon,lat\n69.15,54.87\nx,54.87\n", encoding="utf-8-sig")
    assert ask(points, "--date", "1920-09-10", "--output", output, "--language", "ru") == 1
    said = capsys.readouterr().err
    assert "points.csv, строка 3, столбец «lon»: «x» — не число." in said
    assert "Проверено точек: 2 (10 сентября 1920 года).\nНе прочитано строк: 1.\n" in said
    assert output.read_bytes().startswith(b"\xef\xbb\xbflon,lat,")
    row = next(csv.DictReader(output.open(encoding="utf-8-sig", newline="")))
    assert (row["de_jure_gubernia"], row["de_facto_authority"]) == ("akmola", "sibrevkom")
    assert row["de_jure_uezd_name"] == "Петропавловский уезд"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["points.csv", "told.csv"]


def test_the_command_writes_to_standard_output(tmp_path, capsys):
    (tmp_path / "points.csv").write_text("lon,lat\n69.15,54.87\n")
    assert ask(tmp_path / "points.csv", "--date", "1920-09-10") == 0
    assert "petropavlovsk-uezd,akmola,kirghiz-assr,petropavlovsk-uezd,omsk-gubernia" in capsys.readouterr().out


def test_the_command_names_a_missing_file_and_keeps_the_old_result(tmp_path, capsys):
    assert ask(tmp_path / "none.csv", "--date", "1920-09-10") == 1
    assert "none.csv cannot be read (No such file or directory)" in capsys.readouterr().err
    points, output = tmp_path / "points.csv", tmp_path / "told.csv"
    points.write_bytes(b"lon,lat\n" + b"69.15,54.87\n" * 3 + b"\xff\n")
    output.write_text("old")
    assert ask(points, "--date", "1920-09-10", "--output", output) == 1
    assert "row 5: is not UTF-8" in capsys.readouterr().err
    assert output.read_text() == "old"
    assert ask(points, "--date", "1920-09-10", "--output", tmp_path / "no" / "told.csv") == 1
    assert "told.csv could not be written" in capsys.readouterr().err


def test_a_bad_row_is_named_in_the_language_asked_for(toy_atlas, tmp_path):
    _, bad = run(toy_atlas, tmp_path, "lon,lat\n61.5,\n", words=load_catalogue("kk"))
    assert bad == ["points.csv, 2-жол, «lat» бағаны: бос. Градуспен жазыңыз, мысалы 69.15."]


def test_every_point_of_a_long_file_has_its_row(tmp_path):
    random = np.random.default_rng(1)
    lon, lat = random.uniform(47, 86, 20_000), random.uniform(41, 55, 20_000)
    points = tmp_path / "points.csv"
    lines = (f"{number},{x:.4f},{y:.4f}\n" for number, (x, y) in enumerate(zip(lon, lat, strict=True)))
    points.write_text("n,lon,lat\n" + "".join(lines))
    assert ask(points, "--date", "1921-06-15", "--output", tmp_path / "told.csv") == 0
    with (tmp_path / "told.csv").open() as stream:
        assert sum(1 for _ in stream) == 20_001
