"""The page, without a browser: streamlit-folium is replaced by what a map would answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]


class FakeMap:
    """Stands for the map in the reader's browser: hears commands, answers with where it stands."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {}
        self.commands: list[dict[str, Any]] = []
        self.keys: list[str] = []

    def __call__(self, base: Any, **arguments: Any) -> dict[str, Any]:
        base.get_root().render()
        self.keys.append(arguments["key"])
        group = arguments["feature_group_to_add"]
        self.commands.append(next(iter(group._children.values())).values)
        return self.answer

    def stands(self, **place: Any) -> None:
        """Let the reader have moved the map since it heard the last command."""
        last = self.commands[-1]
        keys = ("date", "view", "level", "unit", "serial")
        self.answer = {key: place.get(key, last.get(key)) for key in keys}


@pytest.fixture
def fake_map() -> Iterator[FakeMap]:
    fake = FakeMap()
    with mock.patch("streamlit_folium.st_folium", fake):
        yield fake


@pytest.fixture
def app(fake_map: FakeMap) -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def html_of(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(item.proto.body for item in app.main if item.type == "html") + "\n".join(
        item.proto.body for item in app.get("html")
    )


def test_opens_in_kazakh_on_the_day_of_the_decree(app: AppTest, fake_map: FakeMap) -> None:
    html = html_of(app.run())
    assert "Қазақ АКСР атласы" in html
    assert "1920 жылғы 26 тамыз" in html
    assert fake_map.commands[-1] | {"serial": 0} == {
        "serial": 0, "date": "1920-08-26", "view": "de_jure", "level": 2, "unit": None, "lang": "kk", "show": False, "zone": None, "compare": None, "point": None, "pick": False, "embed": False,
        "guests": [],
    }  # fmt: skip


def test_says_once_that_the_kirghiz_republic_is_the_kazakh_one(app: AppTest) -> None:
    html = html_of(app.run())
    assert "қазақ республикасы" in html


@pytest.mark.parametrize(("language", "title"), [("ru", "Атлас Казахской АССР"), ("en", "Atlas of the Kazakh ASSR")])
def test_a_click_changes_the_language_of_page_and_map(
    app: AppTest, fake_map: FakeMap, language: str, title: str
) -> None:
    app.run()
    app.radio[0].set_value(language).run()
    assert title in html_of(app)
    assert fake_map.commands[-1]["lang"] == language
    assert fake_map.commands[-1]["serial"] > fake_map.commands[0]["serial"]
    assert len(set(fake_map.keys)) == 1


def test_a_chosen_unit_shows_its_card_with_its_sources(app: AppTest, fake_map: FakeMap) -> None:
    app.run()
    fake_map.stands(unit="semipalatinsk-uezd")
    html = html_of(app.run())
    assert '<article class="kz-card kz-unit-card">' in html
    assert "Дереккөздер" in html


def test_moving_the_map_moves_the_panel_and_the_address(app: AppTest, fake_map: FakeMap) -> None:
    app.run()
    fake_map.stands(date="1921-06-10", view="de_facto", unit="pavlodar-uezd")
    assert "1921 жылғы 10 маусым" in html_of(app.run())
    query = {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}
    assert query.pop("v") == (ROOT / "geodata" / "VERSION").read_text().strip()
    assert query == {"lang": "kk", "date": "1921-06-10", "view": "de_facto", "level": "2", "unit": "pavlodar-uezd"}


def test_an_answer_to_an_older_command_does_not_undo_a_newer_one(app: AppTest, fake_map: FakeMap) -> None:
    app.run()
    fake_map.stands(date="1922-05-31")
    app.run()
    app.radio[0].set_value("en").run()
    # The map has not yet heard of the new language: its answer still bears the old number.
    assert "31 May 1922" in html_of(app)
    assert fake_map.commands[-1]["date"] == "1922-05-31"


def test_a_link_opens_the_map_at_its_place(app: AppTest, fake_map: FakeMap) -> None:
    app.query_params.update({"lang": "ru", "date": "1921-12-30", "view": "de_facto", "unit": "turgay-uezd"})
    html = html_of(app.run())
    command = fake_map.commands[-1]
    assert (command["date"], command["view"], command["unit"]) == ("1921-12-21", "de_facto", "turgay-uezd")
    assert command["show"]
    assert "Источники" in html


def test_an_address_that_makes_no_sense_opens_the_atlas_all_the_same(app: AppTest, fake_map: FakeMap) -> None:
    app.query_params.update({"lang": "xx", "date": "yesterday", "view": "<b>", "level": "9", "unit": "../../etc"})
    html = html_of(app.run())
    assert "../../etc" not in html
    command = fake_map.commands[-1]
    assert (command["date"], command["lang"], command["unit"]) == ("1920-08-26", "kk", None)


@pytest.mark.parametrize(
    "answer",
    [
        {"date": 5},
        {"date": "1919-01-01"},
        {"unit": ["a"]},
        {"view": ["de_jure"]},
        {"unit": "<script>"},
        {"view": None, "level": "x"},
        "text",
        None,
    ],
)
def test_a_damaged_answer_of_the_map_is_not_obeyed(app: AppTest, fake_map: FakeMap, answer: Any) -> None:
    app.run()
    fake_map.stands()
    fake_map.answer = fake_map.answer | answer if isinstance(answer, dict) else answer
    own = html_of(app).count("<script>")
    assert html_of(app.run()).count("<script>") == own


def test_both_files_can_be_taken_away(app: AppTest) -> None:
    app.run()
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Осы күн (GeoJSON)", "Бүкіл атлас (GeoJSON)"]


def test_no_text_of_another_language_on_the_page(app: AppTest) -> None:
    app.query_params.update({"lang": "en"})
    html = html_of(app.run())
    # Catalogue of the sources themselves stand in the citations and between quotation marks.
    theirs = r"<script>.*?</script>|<style>.*?</style>|<ul class=\"kz-citations\">.*?</ul>|<[^>]+>|«[^»]*»|“[^”]*”|&quot;.*?&quot;"
    shown = re.sub(theirs, " ", html, flags=re.DOTALL)
    assert not re.findall("[А-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі]{3,}", shown)


@pytest.mark.parametrize("page", ["article", "tables", "compare", "place", "take", "quality", "doubts", "about"])
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_opens_in_every_language(app: AppTest, fake_map: FakeMap, page: str, language: str) -> None:
    app.query_params.update({"lang": language, "page": page})
    html = html_of(app.run())
    assert f'lang="{language}"' in html
    assert len(html) > 800


def test_an_address_that_asks_for_what_is_not_there_is_answered_in_words(app: AppTest, fake_map: FakeMap) -> None:
    app.query_params.update({"lang": "en", "date": "1930-01-01", "unit": "atlantis", "view": "de_novo", "v": "0.0.1"})
    told = [warning.value for warning in app.run().warning]
    assert len(told) == 4
    assert "not in the atlas" in told[0]


def test_the_search_finds_a_town_by_a_later_name_and_links_to_its_uezd(app: AppTest, fake_map: FakeMap) -> None:
    app.query_params.update({"lang": "en"})
    app.run()
    html = html_of(app.text_input(key="query").input("Semey").run())
    assert "kz-found" in html
    assert 'data-unit="semipalatinsk-uezd"' in html


def test_the_walk_moves_the_map(app: AppTest, fake_map: FakeMap) -> None:
    app.run()
    app.button(key="walk_start").click().run()
    assert fake_map.commands[-1]["unit"] == "kirghiz-assr"
    app.button(key="walk_next").click().run()
    assert (fake_map.commands[-1]["view"], fake_map.commands[-1]["unit"]) == ("de_facto", "semipalatinsk")
    app.button(key="walk_stop").click().run()
    assert not app.exception
    assert app.button(key="walk_start")


def test_my_place_tells_a_towns_ladder(app: AppTest, fake_map: FakeMap) -> None:
    app.query_params.update({"lang": "en", "page": "place"})
    app.run()
    html = html_of(app.text_input(key="place_query").input("Pavlodar").run())
    assert "Omsk gubernia" in html
    assert "Semipalatinsk gubernia" in html


def test_a_link_of_an_older_version_says_what_has_changed_about_its_unit(app: AppTest, fake_map: FakeMap) -> None:
    app.query_params.update({"lang": "en", "unit": "borovoe-raion", "v": "1.0.0"})
    app.run()
    (told,) = [warning.value for warning in app.warning]
    assert told.startswith("The link was made with version 1.0.0 of the data")
    assert "dates, name, rank or subordination; sources or notes" in told


def test_a_link_of_an_older_version_without_a_unit_says_how_many_units_changed(app: AppTest, fake_map: FakeMap) -> None:
    app.query_params.update({"lang": "en", "v": "1.0.0"})
    app.run()
    assert "Units changed since: " in app.warning[0].value
