"""Search by name: known answers over all scripts and spellings; what was typed badly, or in malice."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazatlas.atlas.search import Hit, NameIndex, find, sound_words

# What is typed -> what must come first, as kind:id.
KNOWN = {
    # Kazakh
    "Семей": "town:semipalatinsk",
    "Семей губерниясы": "unit:semipalatinsk",
    "Семей облысы": "unit:semipalatinsk",
    "Семей уезі": "unit:semipalatinsk-uezd",
    "Ақмола": "unit:akmola",
    "Ақмола губерниясы": "unit:akmola",
    "Ақтөбе": "town:aktyubinsk",
    "Көкшетау": "town:kokchetav",
    "Қостанай": "town:kustanay",
    "Орынбор-Торғай губерниясы": "unit:orenburg-turgay",
    "Бөкей": "unit:bukey",
    "Бөкей Ордасы": "town:urda",
    "Жетісу": "unit:semirechye-oblast",
    "Маңғыстау": "unit:mangyshlak-uezd",
    "Өскемен": "town:ust-kamenogorsk",
    "Ойыл уезі": "unit:uil-uezd",
    "Сібревком": "unit:sibrevkom",
    "Қазақ АКСР": "unit:kirghiz-assr",
    "тұзды көлдер": "event:salt-lakes-first-answer",
    "Ертіс": "zone:irtysh-strip",
    "құрылтай": "event:constituent-congress",
    # Russian
    "Семипалатинск": "town:semipalatinsk",
    "Семипалатинская губерния": "unit:semipalatinsk",
    "Петропавловск": "town:petropavlovsk",
    "Кустанайский уезд": "unit:kustanay-uezd",
    "Тургайская область": "unit:turgay",
    "Киргизская АССР": "unit:kirghiz-assr",
    "Казахстан": "unit:kirghiz-assr",
    "Букеевская губерния": "unit:bukey",
    "2-й Приморский уезд": "unit:primorsky-2-uezd",
    "спор о станции Исилькуль": "zone:isilkul-dispute",
    "учредительный съезд": "event:constituent-congress",
    # English
    "Semipalatinsk gubernia": "unit:semipalatinsk",
    "Orenburg": "town:orenburg",
    "Pavlodar uezd": "unit:pavlodar-uezd",
    "Semirechye": "unit:semirechye-oblast",
    "Adai": "unit:adai-uezd",
    "1st Primorsky uezd": "unit:primorsky-1-uezd",
    "salt lakes of Pavlodar": "zone:pavlodar-salt-lakes",
    "Akmola province": "unit:akmola",
    # Kazakh in Latin letters: 2021, 2018, 2017, and as people type
    "Semey": "town:semipalatinsk",
    "Aqtöbe": "town:aktyubinsk",
    "Kökşetau": "town:kokchetav",
    "Şymkent": "town:chimkent",
    "Qyzylorda": "town:perovsk",
    "Qızılorda": "town:perovsk",
    "Nūr-Sūltan": "town:akmolinsk",
    "Jañğala": "unit:dzhangala-uezd",
    "Äulieata": "town:aulie-ata",
    "Üişık": "town:guryev",
    "Atyraý": "town:guryev",
    "Aqto'be": "town:aktyubinsk",
    "Ko'ks'etay'": "town:kokchetav",
    "Zhetisu": "unit:semirechye-oblast",
    "Jetisu": "unit:semirechye-oblast",
    "Qostanai": "town:kustanay",
    "Mangystau": "unit:mangyshlak-uezd",
    "Oskemen": "town:ust-kamenogorsk",
    # the spelling before 1918
    "Семипалатинскъ": "town:semipalatinsk",
    "Семипалатинскій уѣздъ": "unit:semipalatinsk-uezd",
    "Вѣрный": "town:verny",
    "Вѣрненскій уѣздъ": "unit:verny-uezd",
    "Бійскъ": "town:biysk",
    "Ауліэ-Ата": "town:aulie-ata",
    "Акмолинская губернія": "unit:akmola",
    "Ѳедоровка": "town:fedorovka",
    "Ханская Ставка": "town:urda",
    # other times' names
    "Верный": "town:verny",
    "Алма-Ата": "town:verny",
    "Алматы": "town:verny",
    "Almaty": "town:verny",
    "Астана": "town:akmolinsk",
    "Целиноград": "town:akmolinsk",
    "Нұр-Сұлтан": "town:akmolinsk",
    "Tselinograd": "town:akmolinsk",
    "Акмолинск": "town:akmolinsk",
    "Кызылорда": "town:perovsk",
    "Перовск": "town:perovsk",
    "Ақмешіт": "town:perovsk",
    "Ак-Мечеть": "town:perovsk",
    "Қызылжар": "town:petropavlovsk",
    "Кереку": "town:pavlodar",
    "Атырау": "town:guryev",
    "Тараз": "town:aulie-ata",
    "Джамбул": "town:aulie-ata",
    "Бишкек": "town:pishpek",
    "Фрунзе": "town:pishpek",
    "Форт-Шевченко": "town:fort-aleksandrovsky",
    "Чапаев": "town:lbischensk",
    "Қазталов": "town:talovka",
    "Соль-Илецк": "town:iletsk",
    "Чкалов": "town:orenburg",
    "Куйбышев": "town:samara",
    "Алаш-қала": "town:semipalatinsk",
    "Қараөткел": "town:akmolinsk",
    # without Kazakh letters
    "Кокшетау": "town:kokchetav",
    "Актобе": "town:aktyubinsk",
    "Костанай": "town:kustanay",
    "Акмешит": "town:perovsk",
    "Каркаралы": "town:karkaraly",
    "Ыргыз": "town:irgiz",
    "Мангыстау": "unit:mangyshlak-uezd",
    "Нур-Султан": "town:akmolinsk",
    "Уйшик": "town:guryev",
    # joined, parted, in capitals, with spaces
    "алма ата": "town:verny",
    "алмаата": "town:verny",
    "  УСТЬ КАМЕНОГОРСК ": "town:ust-kamenogorsk",
    "Nursultan": "town:akmolinsk",
    "ＳＥＭＥＹ": "town:semipalatinsk",
    # beginnings, and words in another order
    "семип": "town:semipalatinsk",
    "Karka": "town:karkaraly",
    "уезд кустанайский": "unit:kustanay-uezd",
    # small errors
    "Семипалатниск": "town:semipalatinsk",
    "Симипалатинск": "town:semipalatinsk",
    "Aktybinsk": "town:aktyubinsk",
    "Кустонай": "town:kustanay",
    "Орунбург": "town:orenburg",
    "Көкшетәу": "town:kokchetav",
    "Целинаград": "town:akmolinsk",
    "Petropavlosk": "town:petropavlovsk",
    "Семиречеснкая область": "unit:semirechye-oblast",
    "Преморский уезд": "unit:primorsky-1-uezd",
    "сибривком": "unit:sibrevkom",
}

NOTHING = ["", "   ", "ъ", "'''", "🗺", "()[]{}.*+?^$|\\", "\x00\x01\x02\x1b", "xqwzjk", "塞米伊", "\ud800", "1=1;--"]


@pytest.fixture(scope="session")
def index(atlas) -> NameIndex:
    return NameIndex(atlas)


def ids(hits: list[Hit]) -> list[str]:
    return [f"{hit.kind}:{hit.id}" for hit in hits]


@pytest.mark.parametrize(("query", "expected"), KNOWN.items(), ids=KNOWN)
def test_known_answers_come_first(index, query, expected):
    assert ids(find(index, query))[:1] == [expected]


@pytest.mark.parametrize("query", NOTHING, ids=repr)
def test_what_names_nothing_finds_nothing(index, query):
    assert find(index, query) == []


def test_a_name_finds_the_town_the_gubernia_and_the_uezd(index):
    assert ids(find(index, "Семей", 3)) == ["town:semipalatinsk", "unit:semipalatinsk", "unit:semipalatinsk-uezd"]


@pytest.mark.parametrize("query", ["с", "ор", "Ж", "qo", "Dz", "1"])
def test_one_or_two_letters_find_beginnings_only(index, query):
    hits = find(index, query, 1000)
    key = "".join(sound_words(query))
    assert hits
    assert all("".join(sound_words(hit.matched)).startswith(key) for hit in hits)


def test_names_as_typed_leave_out_names_nearly_so(index):
    assert "town:omsk" not in ids(find(index, "Орск", 1000))
    assert all(hit.edits == 0 for hit in find(index, "орен", 1000))
    assert find(index, "Семипалатниск")[0].edits == 1


def test_the_limit_holds(index):
    assert len(find(index, "а", 3)) == 3
    assert find(index, "а", 0) == []


def test_a_unit_says_when_it_existed_and_is_shown_then(index):
    [akmola] = [hit for hit in find(index, "Акмолинская губерния") if hit.id == "akmola"]
    assert akmola.spans == [("1920-01-01", "1920-01-03"), ("1920-08-26", None)]
    assert (akmola.day, akmola.view) == ("1921-01-17", "de_jure")
    assert akmola.names["kk"] == "Ақмола губерниясы"
    assert akmola.point is not None
    turgay = find(index, "Тургайская область", day="1922-12-31")[0]
    assert turgay.day < "1920-09-22"


def test_a_unit_in_force_keeps_the_readers_day_and_view(index):
    hit = find(index, "Павлодар уезі", day="1921-03-05", view="de_facto")[0]
    assert (hit.id, hit.day, hit.view) == ("pavlodar-uezd", "1921-03-05", "de_facto")


def test_a_unit_of_one_view_changes_the_view(index):
    hit = find(index, "Киргизская часть Омского уезда", day="1921-01-01", view="de_facto")[0]
    assert (hit.id, hit.day, hit.view) == ("omsk-uezd-kirghiz-part", "1921-01-01", "de_jure")


def test_a_town_has_the_name_of_the_day_and_says_which_name_was_found(index):
    before, after = (find(index, "Верный", day=day)[0] for day in ("1920-08-26", "1922-01-01"))
    assert (before.names["kk"], after.names["kk"]) == ("Верный", "Алматы")
    assert (after.matched, after.use, after.day) == ("Верный", "name", "1922-01-01")
    assert find(index, "Астана")[0].use == "later"
    assert find(index, "Ханская Ставка")[0].use == "period"


def test_an_event_is_shown_on_its_day_and_a_zone_while_it_was(index):
    event = find(index, "Телеграмма из Москвы")[0]
    assert (event.kind, event.day, event.spans, event.point) == ("event", "1922-01-26", [], None)
    zone = find(index, "спор о станции Исилькуль")[0]
    assert (zone.day, zone.spans) == ("1921-06-10", [("1921-06-10", "1922-05-01")])
    assert zone.point is not None


def test_every_name_of_the_atlas_finds_what_bears_it(index):
    for item in index.items:
        if item.kind in ("unit", "town"):
            for text in list(item.names)[::3]:
                assert f"{item.kind}:{item.id}" in ids(find(index, text)), text


@pytest.mark.parametrize(
    "query", ["Семей" * 2000, "а" * 10_000, "слово " * 2000, "﷽" * 10_000, "\u0301" * 10_000, "(a+)+$" * 2000]
)
def test_hostile_queries_are_short_work(index, query):
    find(index, query)
    started = time.process_time()
    find(index, query)
    assert time.process_time() - started < 0.1


@settings(max_examples=200, deadline=None)
@given(query=st.text(max_size=60))
def test_nothing_that_is_typed_breaks_the_search(index, query):
    hits = find(index, query)
    assert len(hits) <= 10
    assert all(hit.names.keys() == {"kk", "ru", "en"} for hit in hits)


def test_a_query_takes_less_than_twenty_milliseconds(index):
    started = time.process_time()
    for query in KNOWN:
        find(index, query)
    assert (time.process_time() - started) / len(KNOWN) < 0.020


def test_the_toy_country(toy_atlas):
    index = NameIndex(toy_atlas)
    assert ids(find(index, "B1 uezd"))[0] == "unit:b1-uezd"
    assert ids(find(index, "Town")) == ["town:town"]
    hit = find(index, "B3 raion")[0]
    assert (hit.day, hit.spans, hit.point) == ("1921-04-01", [("1921-04-01", "1922-05-01")], (61.5, 48.2))
    assert find(index, "RSFSR")[0].point is None
