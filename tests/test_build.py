from __future__ import annotations

from kazatlas.atlas.store import in_force
from kazatlas.build.run import build_atlas
from kazatlas.record.reading import read_record
from tests.conftest import version, words, write_toy


def ids(atlas, day, view, level=None):
    return set(in_force(atlas.versions, day, view, level)["id"])


def test_a_version_ends_where_the_next_begins(toy_atlas):
    rows = toy_atlas.versions[toy_atlas.versions["unit"] == "b1-uezd"].sort_values("valid_from")
    assert list(rows["valid_from"]) == ["1920-01-01", "1920-08-26", "1921-04-01"]
    assert list(rows["valid_to"].dropna()) == ["1920-08-26", "1921-04-01"]
    assert list(rows["end_event"].dropna()) == ["republic", "handover"]


def test_first_level_is_the_union_of_its_children_by_decree_and_by_who_governed(toy_atlas):
    def area(view):
        west = in_force(toy_atlas.versions, "1920-09-01", view, 1).set_index("unit").loc["west"]
        return west["area_km2"], west.geometry

    (decreed, wide), (governed, narrow) = area("de_jure"), area("de_facto")
    assert wide.bounds == (60, 48, 62, 50)
    assert narrow.bounds == (60, 48, 61, 50)
    assert decreed > governed * 1.4


def test_a_parent_version_splits_where_a_child_moves(toy_atlas):
    east = toy_atlas.versions[toy_atlas.versions["unit"] == "east"]
    assert sorted(east["id"]) == [
        "east@1920-01-01",
        "east@1920-01-01:de_facto",
        "east@1920-08-26",
        "east@1921-04-01:de_facto",
    ]
    moved = east.set_index("id").loc["east@1920-08-26"]
    assert moved["start_event"] == "republic"


def test_rows_that_agree_in_both_views_are_one(toy_atlas):
    a2 = toy_atlas.versions[toy_atlas.versions["unit"] == "a2-uezd"]
    assert set(a2["view"]) == {"both"}


def test_the_republic_is_told_on_every_row(toy_atlas):
    rows = toy_atlas.versions.set_index("id")
    assert not rows.loc["a2-uezd@1920-01-01"]["in_republic"]
    assert rows.loc["a2-uezd@1920-08-26"]["in_republic"]
    assert rows.loc["a2-uezd@1920-08-26"]["start_event"] == "republic"
    assert rows.loc["b1-uezd@1920-08-26"]["in_republic"]
    assert not rows.loc["b2-uezd@1920-01-01"]["in_republic"]


def test_water_counts_in_no_area(toy_atlas):
    b2 = toy_atlas.versions.set_index("id").loc["b2-uezd@1920-01-01"]
    assert len(b2.geometry.interiors) == 1


def test_a_unit_without_a_recovered_border_is_a_point(toy_atlas):
    raion = toy_atlas.versions.set_index("unit").loc["b3-raion"]
    assert raion.geometry.geom_type == "Point"
    assert raion["border"] == "not-recovered"
    assert raion["valid_to"] == "1922-05-01"
    assert raion["end_event"] == "end"


def test_every_line_knows_the_faces_on_its_sides(toy_atlas):
    sides = {row["line"]: {row["left"], row["right"]} for _, row in toy_atlas.borders.iterrows()}
    assert sides["a1~b1"] == {"a1", "b1"}
    assert sides["b2~lake"] == {"b2", "lake"}
    assert "a1" in sides["a1~out-1"]
    assert len(sides["a1~out-1"]) == 2
    assert not all(isinstance(side, str) for side in sides["a1~out-1"])


def test_what_a_version_does_not_state_carries_over(toy_atlas):
    rows = toy_atlas.versions.set_index("id")
    later = rows.loc["a1-uezd@1921-04-01"]
    assert (later["parent"], later["certainty"], later["seat"]) == ("west", "certain", "town")


def test_who_governed_follows_the_decree_unless_said_otherwise(toy_atlas):
    rows = toy_atlas.versions.set_index("id")
    assert rows.loc["b1-uezd@1920-08-26"]["administered_by"] == "east"
    assert rows.loc["b1-uezd@1921-04-01"]["administered_by"] == "west"


def test_a_unit_of_one_view_is_absent_from_the_other(toy, built):
    toy["units/uezds.yaml"]["a2-uezd"]["versions"] += [
        version("republic", view="de_jure", faces=["a2"]),
        version("republic", view="de_facto", until="handover", name=words("A2 as governed")),
        version("handover", view="de_facto"),
    ]
    atlas = built(toy)
    assert "a2-uezd@1920-08-26" in ids(atlas, "1920-09-01", "de_jure")
    assert "a2-uezd@1920-08-26:de_facto" in ids(atlas, "1920-09-01", "de_facto")
    names = in_force(atlas.versions, "1920-09-01", "de_facto").set_index("unit")["name_en"]
    assert names["a2-uezd"] == "A2 as governed"


def test_a_split_row_cites_the_act_that_split_it(toy_atlas):
    row = toy_atlas.versions.set_index("id").loc["a2-uezd@1920-08-26"]
    assert all(c["source"] == "book" and c["locator"] for c in row["citations"])


def test_building_twice_gives_the_same_bytes(tmp_path, toy):
    folder = write_toy(tmp_path / "geodata", toy)
    first, second = build_atlas(*read_record(folder)), build_atlas(*read_record(folder))
    assert first == second


def test_a_version_does_not_split_where_only_the_unit_above_has_a_new_version(toy, built):
    toy["units/republic.yaml"]["west"]["versions"].append(version("handover", name=words("West oblast")))
    toy["units/republic.yaml"]["kirghiz-assr"]["versions"].append(version("handover", name=words("Republic again")))
    rows = built(toy).versions
    assert sorted(rows[rows["unit"] == "a2-uezd"]["valid_from"]) == ["1920-01-01", "1920-08-26"]
