from __future__ import annotations

import pytest

from kazatlas.atlas.lineage import changes, history
from kazatlas.record.types import LANGUAGES
from kazatlas.text.catalogue import fields, load_catalogue
from kazatlas.text.change_sentences import summary
from kazatlas.text.inflection import inflect
from tests.conftest import CITED, event, version


def name(kk, ru, en):
    return {"kk": kk, "ru": ru, "en": en}


@pytest.fixture
def told_toy(toy):
    """Return the toy record with names that can be inflected."""
    for units in (toy["units/republic.yaml"], toy["units/uezds.yaml"]):
        for unit in units.values():
            for entry in unit["versions"]:
                entry.pop("name", None) if entry["from"] == "handover" and "until" not in entry else None
    for id_, kk, ru in (("west", "Батыс", "Западная"), ("east", "Шығыс", "Восточная")):
        toy["units/republic.yaml"][id_]["versions"][0]["name"] = name(
            f"{kk} губерниясы", f"{ru} губерния", f"{id_.title()} gubernia"
        )
    toy["units/republic.yaml"]["rsfsr"]["versions"][0]["type"] = "republic"
    toy["units/republic.yaml"]["kirghiz-assr"]["label"] = name("Қырғыз АКСР", "Киргизская АССР", "Kirghiz ASSR")
    toy["units/republic.yaml"]["rsfsr"]["label"] = name("РКФСР", "РСФСР", "RSFSR")
    for id_ in ("a1", "a2", "b1", "b2"):
        toy["units/uezds.yaml"][f"{id_}-uezd"]["versions"][0]["name"] = name(
            f"{id_.upper()} уезі", f"{id_.upper()}-ский уезд", f"{id_.upper()} uezd"
        )
    toy["units/uezds.yaml"]["b3-raion"]["versions"][0]["name"] = name("B3 ауданы", "B3-ский район", "B3 raion")
    return toy


def texts(atlas, day, language="en"):
    return [told.text for told in summary(atlas, day, load_catalogue(language))]


def test_the_republic_comes_first_then_gubernias_then_uezds(built, told_toy):
    levels = [told.level for told in summary(built(told_toy), "1920-08-26", load_catalogue("en"))]
    assert levels == sorted(levels) and set(levels) == {0, 1, 2}


def test_what_differs_between_decree_and_fact_says_so(built, told_toy):
    atlas = built(told_toy)
    km2 = load_catalogue("en").number(round(history(atlas).area_km2["b1"], -1))
    assert f"By decree, B1 uezd (about {km2} km²) passes from East gubernia to West gubernia." in texts(
        atlas, "1920-08-26"
    )
    assert f"In fact, B1 uezd (about {km2} km²) passes from East gubernia to West gubernia." in texts(
        atlas, "1921-04-01"
    )


def test_what_is_the_same_by_decree_and_in_fact_is_said_once(built, told_toy):
    assert "By decree and in fact, West gubernia becomes part of the Kirghiz ASSR." in texts(
        built(told_toy), "1920-08-26"
    )


def test_a_transfer_is_told_in_the_cases_of_each_language(built, told_toy):
    atlas = built(told_toy)
    russian = " ".join(texts(atlas, "1921-04-01", "ru"))
    km2 = load_catalogue("ru").number(round(history(atlas).area_km2["b1"], -1))
    assert (
        f"На деле B1-ский уезд (около {km2} км²) переходит из состава Восточной губернии в состав Западной" in russian
    )
    kazakh = " ".join(texts(atlas, "1921-04-01", "kk"))
    assert f"Іс жүзінде B1 уезі (шамамен {km2} км²) Шығыс губерниясының құрамынан Батыс губерниясының" in kazakh


def test_a_unit_without_a_border_is_shown_within_another(built, told_toy):
    (told,) = [t for t in summary(built(told_toy), "1921-04-01", load_catalogue("en")) if "b3-raion" in t.units]
    assert told.text == "B3 raion is formed; its border is not recovered, and the map shows a point within B1 uezd."
    assert told.certainty == "uncertain"


def test_what_an_act_states_is_told_as_the_act_says(built, told_toy):
    atlas = built(told_toy)
    atlas.tables["units"]["b3-raion"]["relations"] = [
        {"event": "handover", "came_from": "b1-uezd", "citations": CITED},
        {"event": "end", "went_into": "b1-uezd", "citations": CITED},
    ]
    assert "B3 raion is split off from B1 uezd; its border is not recovered." in texts(atlas, "1921-04-01")
    assert texts(atlas, "1922-05-01") == ["B3 raion is abolished and merged into B1 uezd."]


def test_uezds_that_make_a_new_one_are_told_with_it(built, told_toy):
    units = told_toy["units/uezds.yaml"]
    units["a1-uezd"]["versions"] = [units["a1-uezd"]["versions"][0] | {"until": "end"}]
    units["a2-uezd"]["versions"][0]["until"] = "end"
    units["b3-raion"]["versions"][0].pop("until")
    entry = version("end", level=2, type="uezd", name=name("A уезі", "A-ский уезд", "A uezd"), parent="west",
                    faces=["a1", "a2"], certainty="certain")  # fmt: skip
    units["a-uezd"] = {"label": name("A", "A", "A"), "versions": [entry]}
    atlas = built(told_toy)
    assert texts(atlas, "1922-05-01") == ["A uezd is formed from A1 and A2 uezds."]
    assert texts(atlas, "1922-05-01", "ru") == ["Из A1-ского и A2-ского уездов образуется A-ский уезд."]
    assert texts(atlas, "1922-05-01", "kk") == ["A1 және A2 уездерінен A уезі құрылды."]


def test_uezds_that_change_alike_are_told_together(built, told_toy):
    for id_ in ("a1", "a2"):
        told_toy["units/uezds.yaml"][f"{id_}-uezd"]["versions"].append(
            version(
                "end",
                type="raion",
                name=name(f"{id_.upper()} ауданы", f"{id_.upper()}-ский район", f"{id_.upper()} raion"),
            )
        )
    told_toy["units/uezds.yaml"]["b3-raion"]["versions"][0].pop("until")
    atlas = built(told_toy)
    assert texts(atlas, "1922-05-01") == ["A1 and A2 uezds become raions."]
    assert texts(atlas, "1922-05-01", "ru") == ["A1-ский и A2-ский уезды преобразуются в районы."]
    assert texts(atlas, "1922-05-01", "kk") == ["A1 және A2 уездері ауданға айналды."]


def test_a_name_that_changes_in_one_language_only_is_told_in_all(built, told_toy):
    told_toy["units/uezds.yaml"]["b3-raion"]["versions"][0].pop("until")
    told_toy["units/uezds.yaml"]["a2-uezd"]["versions"].append(
        version("end", name=name("A2 уезі", "Новый уезд", "New uezd"))
    )
    atlas = built(told_toy)
    assert texts(atlas, "1922-05-01") == ["A2 uezd is renamed New uezd."]
    assert texts(atlas, "1922-05-01", "kk") == [
        "A2 уезінің орысша ресми атауы өзгерді: «A2-ский уезд» орнына – «Новый уезд»."
    ]


def test_days_on_which_the_map_stays_the_same_say_so(built, told_toy):
    told_toy["events.yaml"]["session"] = event("1922-06-01", certainty="less-certain")
    atlas = built(told_toy)
    assert texts(atlas, "1922-06-01") == ["Nothing on the map changes on this day."]
    assert texts(atlas, "1920-01-01")[0].startswith("The record opens here")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_of_change_has_sentences_but_where_we_only_redrew(toy_atlas, language):
    for day in history(toy_atlas).days[1:]:
        sentences = summary(toy_atlas, day, load_catalogue(language))
        is_changed = any(change.type != "redigitised" for change in changes(toy_atlas, day))
        assert [sentence.type == "nothing" for sentence in sentences].count(True) == (not is_changed)
        for text in texts(toy_atlas, day, language):
            assert text[:1] == text[:1].upper() and "{" not in text


def test_the_catalogues_want_the_same_names_filled_in():
    keys = [key for key in load_catalogue("en").texts if key.startswith(("change.", "quality."))]
    for key in keys:
        wanted = [fields(load_catalogue(language).texts[key]) for language in LANGUAGES]
        assert wanted[0] == wanted[1] == wanted[2] or key.startswith("change.renamed_"), key


@pytest.mark.parametrize(
    ("language", "case"), [("kk", "gen"), ("kk", "abl"), ("kk", "dat"), ("ru", "gen"), ("ru", "acc")]
)
def test_no_sentence_of_the_toy_country_needs_a_case_that_is_not_known(built, told_toy, language, case):
    for row in history(built(told_toy)).rows:
        if row["level"]:
            assert inflect(row[f"name_{language}"], case, language)


@pytest.mark.parametrize(
    ("type_", "word", "told"),
    [("uezd", "uezd", "A2 uezd is formed again from part of A1 uezd."),
     ("raion", "raion", "A2 raion is formed from part of A1 uezd.")],
)  # fmt: skip
def test_only_what_had_been_of_that_type_is_formed_again(built, told_toy, type_, word, told):
    units = told_toy["units/uezds.yaml"]
    units["a2-uezd"]["versions"][0]["until"] = "republic"
    units["a2-uezd"]["versions"].append(version("end", type=type_, name=name("A2", "A2", f"A2 {word}")))
    units["a1-uezd"]["versions"].insert(1, version("republic", faces=["a1", "a2"]))
    units["a1-uezd"]["versions"].append(version("end", faces=["a1"]))
    assert told in texts(built(told_toy), "1922-05-01")
