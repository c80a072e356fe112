from __future__ import annotations

import pytest

from kazatlas.text.inflection import Phrase, gather, inflect


@pytest.mark.parametrize(
    ("name", "case", "told"),
    [
        ("Омбы губерниясы", "abl", "Омбы губерниясынан"),
        ("Павлодар уезі", "gen", "Павлодар уезінің"),
        ("Адай уезі", "dat", "Адай уезіне"),
        ("Қалмақ және Торғын уездері", "abl", "Қалмақ және Торғын уездерінен"),
        ("Омбы уезінің Қырғыз бөлігі", "abl", "Омбы уезінің Қырғыз бөлігінен"),
        ("Жаңғала және Теңіз уездері (бөлінбеген)", "gen", "Жаңғала және Теңіз уездерінің (бөлінбеген)"),
        ("Қырғыз (Қазақ) АКСР", "dat", "Қырғыз (Қазақ) АКСР-ге"),
        ("РКФСР", "gen", "РКФСР-дің"),
        ("Сібір ревкомы", "gen", "Сібір ревкомының"),
        ("Хорезм", "abl", "Хорезмнен"),
        ("Бұхара", "dat", "Бұхараға"),
    ],
)
def test_kazakh_names_follow_vowel_harmony(name, case, told):
    assert inflect(name, case, "kk") == told


@pytest.mark.parametrize(
    ("name", "case", "told"),
    [
        ("Павлодарский уезд", "gen", "Павлодарского уезда"),
        ("Омская губерния", "gen", "Омской губернии"),
        ("Омская губерния", "acc", "Омскую губернию"),
        ("Акмолинская (Омская) область", "gen", "Акмолинской (Омской) области"),
        ("1-й Приморский уезд", "gen", "1-го Приморского уезда"),
        ("Боровской район", "gen", "Боровского района"),
        ("Омская и Челябинская губернии", "gen", "Омской и Челябинской губерний"),
        ("Киргизская часть Омского уезда", "gen", "Киргизской части Омского уезда"),
        ("часть Уральской области и Омской губернии", "gen", "части Уральской области и Омской губернии"),
        ("Прибрежная полоса и Сафроновская, Николаевская волости", "gen",
         "Прибрежной полосы и Сафроновской, Николаевской волостей"),
        ("Киргизская АССР", "gen", "Киргизской АССР"),
        ("Сибревком", "gen", "Сибревкома"),
    ],
)  # fmt: skip
def test_russian_names_are_inflected_to_their_noun(name, case, told):
    assert inflect(name, case, "ru") == told


def test_a_name_that_the_rules_do_not_know_stays_as_it_is():
    assert inflect("Horde", "gen", "kk") is None
    assert inflect("Нечто", "gen", "ru") is None
    assert f"{Phrase(('Нечто',), 'ru'):gen}" == "Нечто"


def test_names_of_one_type_say_it_once():
    assert gather(["Kalmyk uezd", "Torgun uezd", "Orsk raion"], "en", " and ") == [
        "Kalmyk and Torgun uezds",
        "Orsk raion",
    ]
    assert gather(["Омская губерния", "Уфимская губерния"], "ru", " и ") == ["Омская и Уфимская губернии"]
    assert gather(["Ор уезі", "Елек уезі", "Адай уезі"], "kk", " және ") == ["Ор, Елек және Адай уездері"]


def test_a_part_of_a_unit_is_not_counted_among_units():
    names = ["Kirghiz part of Omsk uezd", "Orsk uezd"]
    assert gather(names, "en", " and ") == names
