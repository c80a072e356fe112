from __future__ import annotations

from collections import defaultdict

import pytest

from kazatlas.atlas import lineage
from kazatlas.atlas.lineage import changes, compare, family, ghosts, timeline_of
from tests.conftest import CITED, event, gubernia, uezd, version, words


def kinds(atlas, day, view="de_jure"):
    return {(c.type, c.unit) for c in changes(atlas, day) if c.view == view}


def only(atlas, day, type_, view="de_jure"):
    (change,) = [c for c in changes(atlas, day) if c.type == type_ and c.view == view]
    return change


@pytest.fixture
def merged(built, toy):
    """Return the toy country in which a1 and a2 become one uezd, and b2 gives its land to b1."""
    units = toy["units/uezds.yaml"]
    units["a1-uezd"]["versions"] = [units["a1-uezd"]["versions"][0] | {"until": "end"}]
    units["a2-uezd"]["versions"][0]["until"] = "end"
    a12 = version("end", level=2, type="uezd", name=words("A12 uezd"), parent="west", faces=["a1", "a2"],
                  certainty="certain")  # fmt: skip
    units["a12-uezd"] = {"label": words("A12"), "versions": [a12]}
    units["b2-uezd"]["versions"][0]["until"] = "end"
    units["b1-uezd"]["versions"].append(version("end", faces=["b1", "b2"]))
    return built(toy)


def test_nothing_is_created_on_the_records_first_day(toy_atlas):
    assert changes(toy_atlas, "1920-01-01") == []


def test_a_transfer_by_decree_is_none_in_fact(toy_atlas):
    west, b1 = [c for c in changes(toy_atlas, "1920-08-26") if c.type == "transferred" and c.view == "de_jure"]
    assert (west.unit, west.old, west.new) == ("west", "rsfsr", "kirghiz-assr")
    assert (b1.unit, b1.old, b1.new, b1.event) == ("b1-uezd", "east", "west", "republic")
    assert ("transferred", "b1-uezd") not in kinds(toy_atlas, "1920-08-26", "de_facto")
    moved = {(c.unit, c.view) for c in changes(toy_atlas, "1921-04-01") if c.type == "transferred"}
    assert moved == {("b1-uezd", "de_facto")}


def test_a_uezd_that_changes_hands_moves_its_gubernias_borders(toy_atlas):
    moved = {c.unit: c for c in changes(toy_atlas, "1921-04-01") if c.type == "border_moved" and c.level == 1}
    area = lineage.history(toy_atlas).area_km2["b1"]
    assert moved["west"].gained == {"east": pytest.approx(area, abs=0.1)}
    assert moved["east"].lost == {"west": pytest.approx(area, abs=0.1)}
    assert {c.view for c in moved.values()} == {"de_facto"}


def test_the_republic_gains_what_its_gubernias_gain(toy_atlas):
    (change,) = [c for c in changes(toy_atlas, "1921-04-01") if c.level == 0]
    assert (change.type, change.unit, list(change.gained)) == ("border_moved", "kirghiz-assr", ["east"])


def test_a_lake_is_no_land(toy_atlas):
    told = lineage.history(toy_atlas)
    b2 = next(row for row in told.rows if row["unit"] == "b2-uezd")
    assert told.area_km2["b2"] == pytest.approx(b2["area_km2"], rel=1e-3)
    assert "lake" not in told.state("1921-01-01", "de_jure").unit_of


def test_a_new_name_is_a_renaming_and_a_new_type_is_not(built, toy):
    units = toy["units/uezds.yaml"]
    units["a1-uezd"]["versions"][1]["name"] = words("Newname uezd")
    units["a2-uezd"]["versions"].append(version("handover", type="raion", name=words("A2 raion")))
    atlas = built(toy)
    assert {("renamed", "a1-uezd"), ("type_changed", "a2-uezd")} <= kinds(atlas, "1921-04-01")
    assert ("renamed", "a2-uezd") not in kinds(atlas, "1921-04-01")


def test_a_new_seat_is_a_change(toy_atlas):
    change = only(toy_atlas, "1921-04-01", "seat_moved")
    assert (change.unit, change.old, change.new) == ("a1-uezd", None, "town")


def test_an_act_without_effect_on_the_map_is_restated(built, toy):
    toy["units/uezds.yaml"]["a2-uezd"]["versions"].append(version("end", note=words("confirmed")))
    assert ("restated", "a2-uezd") in kinds(built(toy), "1922-05-01")


def test_a_version_that_only_the_record_cut_is_not_history(built, toy):
    entry = version("end")  # the same citations, no note, nothing changed
    toy["units/uezds.yaml"]["a2-uezd"]["versions"].append(entry)
    assert ("redigitised", "a2-uezd") in kinds(built(toy), "1922-05-01")


def test_a_border_that_the_record_came_to_know_is_not_history(built, toy):
    units = toy["units/uezds.yaml"]
    units["b3-raion"]["versions"][0].pop("until")
    units["b3-raion"]["versions"].append(version("end", faces=["b1"]))
    units["b1-uezd"]["versions"].append(
        version("end", border="not-recovered", drawn_within="b3-raion", point=[61.5, 48.2])
    )
    found = kinds(built(toy), "1922-05-01")
    assert {("redigitised", "b1-uezd"), ("redigitised", "b3-raion")} <= found
    assert not [unit for type_, unit in found if type_ == "border_moved"]


def test_a_uezd_with_the_rights_of_a_gubernia_gains_the_first_level(built, toy):
    toy["units/uezds.yaml"]["a2-uezd"]["versions"].append(version("end", level=1, parent="kirghiz-assr"))
    atlas = built(toy)
    change = only(atlas, "1922-05-01", "first_level_gained")
    assert (change.old, change.new) == ("west", "kirghiz-assr")
    assert ("transferred", "a2-uezd") not in kinds(atlas, "1922-05-01")


def test_two_uezds_that_become_one_are_its_predecessors(merged):
    relations = {(r.from_unit, r.to_unit): r for r in lineage.lineage(merged) if r.level == 2}
    a1, a2 = relations["a1-uezd", "a12-uezd"], relations["a2-uezd", "a12-uezd"]
    assert {a1.type, a2.type} == {"merged"}
    assert (a1.share_from, a2.share_from) == (1, 1)
    assert a1.share_to + a2.share_to == pytest.approx(1, abs=1e-5)
    assert (a1.view, a1.evidence, a1.event) == ("both", "derived", "end")
    assert (a1.from_version, a1.to_version) == ("a1-uezd@1920-08-26", "a12-uezd@1922-05-01")


def test_shares_sum_to_one_over_predecessors_and_successors(merged):
    given, taken = defaultdict(float), defaultdict(float)
    for r in lineage.lineage(merged):
        given[r.day, r.view, r.level, r.from_unit] += r.share_from
        taken[r.day, r.view, r.level, r.to_unit] += r.share_to
    assert given and all(total == pytest.approx(1, abs=1e-5) for total in [*given.values(), *taken.values()])


def test_a_family_knows_who_holds_the_land_at_the_end(merged):
    found = family(merged, "a1-uezd")
    assert [r.to_unit for r in found["successors"]] == ["a12-uezd"]
    assert found["heirs"] == {"a12-uezd": 1.0}
    assert family(merged, "a12-uezd")["origins"].keys() == {"a1-uezd", "a2-uezd"}


def test_a_unit_without_a_border_has_the_unit_it_is_drawn_within(toy_atlas):
    assert family(toy_atlas, "b3-raion")["within"] == "b1-uezd"


def test_an_unknown_unit_has_no_family(toy_atlas):
    assert family(toy_atlas, "nowhere")["heirs"] == {}


def test_what_an_act_states_is_a_relation_without_a_share(toy_atlas):
    toy_atlas.tables["units"]["b3-raion"]["relations"] = [
        {"event": "handover", "came_from": "b1-uezd", "citations": CITED},
        {"event": "end", "went_into": "a1-uezd", "citations": CITED},
    ]
    told = lineage.History(toy_atlas).relations
    stated = {(r.from_unit, r.to_unit): r for r in told if r.evidence == "stated"}
    assert stated["b1-uezd", "b3-raion"].type == "split"
    assert stated["b3-raion", "a1-uezd"].type == "merged"
    assert all(r.share_from is None and r.citations == CITED for r in stated.values())


def test_a_predecessor_may_be_older_than_the_record(toy_atlas):
    toy_atlas.tables["units"]["west"]["relations"] = [
        {"event": "opens", "came_from_name": words("Horde"), "citations": CITED}
    ]
    (stated,) = [r for r in lineage.History(toy_atlas).relations if r.evidence == "stated"]
    assert (stated.from_unit, stated.name["en"], stated.to_unit) == (None, "Horde", "west")


def test_a_border_that_is_gone_leaves_a_ghost(merged):
    gone = ghosts(merged, "1922-05-01", "de_jure")
    assert gone[2] == ["a1~a2", "b1~b2"]
    assert ghosts(merged, "1920-01-01", "de_jure") == {0: [], 1: [], 2: []}


def test_a_gubernias_ghost_is_where_its_border_was(toy_atlas):
    assert ghosts(toy_atlas, "1921-04-01", "de_facto") == {0: ["a1~b1"], 1: ["a1~b1"], 2: []}
    assert ghosts(toy_atlas, "1921-04-01", "de_jure") == {0: [], 1: [], 2: []}


def test_two_days_are_compared_unit_by_unit(merged):
    rows = {row["unit"]: row for row in compare(merged, "1921-12-31", "1922-12-31", "de_jure")}
    assert rows["a1-uezd"]["after"] is None and rows["a12-uezd"]["before"] is None
    assert rows["b1-uezd"]["gained"].keys() == {"b2-uezd"}
    assert rows["b1-uezd"]["before"]["km2"] < rows["b1-uezd"]["after"]["km2"]
    assert "rsfsr" not in rows


def test_a_day_does_not_differ_from_itself(merged):
    assert compare(merged, "1922-05-01", "1922-05-01", "de_facto") == []


def test_a_units_life_tells_what_began_and_ended_each_version(toy_atlas):
    rows = timeline_of(toy_atlas, "b3-raion")
    assert [(row["start_event"], row["end_event"]) for row in rows] == [("handover", "end")]
    assert {c.type for c in rows[0]["began"]} == {"created"}
    assert {c.type for c in rows[0]["ended"]} == {"abolished"}


def test_the_built_values_are_plain_and_the_same_each_time(toy_atlas):
    import json

    first = json.dumps(lineage.build_lineage(toy_atlas), sort_keys=True, allow_nan=False)
    assert first == json.dumps(lineage.build_lineage(toy_atlas), sort_keys=True)
    assert set(json.loads(first)) == {"changes", "ghosts", "lineage"}


def test_a_history_is_made_once_and_forgotten_with_its_atlas(built, toy):
    import gc

    atlas = built(toy)
    assert lineage.history(atlas) is lineage.history(atlas)
    key = id(atlas)
    del atlas
    gc.collect()
    assert key not in lineage._HISTORIES


def test_a_gubernia_may_rest_and_come_again(built, toy):
    toy["events.yaml"] = dict(
        sorted((toy["events.yaml"] | {"rest": event("1921-01-01")}).items(), key=lambda e: e[1]["date"])
    )
    first = version(
        "opens", level=1, type="gubernia", name=words("South gubernia"), parent="rsfsr", certainty="certain"
    )
    toy["units/republic.yaml"]["south"] = {
        "label": words("South"),
        "versions": [first | {"until": "rest"}, version("handover", parent="rsfsr")],
    }
    toy["units/republic.yaml"]["east"] = gubernia("East", "rsfsr")
    toy["units/uezds.yaml"]["b2-uezd"] = uezd(
        "B2", "b2", version("rest", parent="east"), version("handover", parent="south"), parent="south"
    )
    atlas = built(toy)
    assert ("abolished", "south") in kinds(atlas, "1921-01-01")
    assert ("created", "south") in kinds(atlas, "1921-04-01")
