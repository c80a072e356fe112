"""Cards: every fact with its source, every text escaped, every absence explained."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from kazatlas.atlas import Atlas
from kazatlas.cards import Cards
from kazatlas.words import load_words

EN = load_words("en")
KK = load_words("kk")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


@pytest.fixture
def cards(toy_atlas: Atlas) -> Cards:
    return Cards(toy_atlas)


def test_a_card_names_the_unit_in_three_languages(cards: Cards) -> None:
    html = cards.unit_card(EN, "a1-uezd", "1920-09-01", "de_jure")
    assert "<h3>A1 uezd</h3>" in html
    assert "A1 uezd (kk) · A1 uezd (ru)" in html


def test_who_by_decree_and_who_in_fact_are_two_lines_where_they_differ(cards: Cards) -> None:
    before = text_of(cards.unit_card(EN, "b1-uezd", "1920-09-01", "de_jure"))
    assert "By decree West gubernia" in before
    assert "Really run by East gubernia" in before
    after = text_of(cards.unit_card(EN, "b1-uezd", "1921-09-01", "de_jure"))
    assert "By decree West gubernia" in after
    assert "Really run by" not in after


def test_an_imprecise_date_is_said_as_such(cards: Cards) -> None:
    text = text_of(cards.unit_card(EN, "b1-uezd", "1921-09-01", "de_jure"))
    assert "First day April 1921 (the source gives only the month)" in text


def test_what_the_record_finds_in_being_is_not_given_a_first_day(cards: Cards) -> None:
    text = text_of(cards.unit_card(EN, "b2-uezd", "1920-02-01", "de_jure"))
    assert "exists when the atlas begins; it began earlier" in text
    assert "1 January 1920" not in text


def test_the_first_day_no_longer_is_in_the_card(cards: Cards) -> None:
    text = text_of(cards.unit_card(EN, "b3-raion", "1921-09-01", "de_jure"))
    assert "First day no longer 1 May 1922" in text


def test_a_border_not_recovered_is_said(cards: Cards) -> None:
    text = text_of(cards.unit_card(EN, "b3-raion", "1921-09-01", "de_jure"))
    assert "its border cannot be recovered; the map shows a point within B1 uezd" in text


def test_a_borders_evidence_adds_up_to_its_length(toy_atlas: Atlas, cards: Cards) -> None:
    row = cards.version("b2-uezd", "1920-02-01", "de_jure")
    assert row is not None
    borders, shore = cards.border(row)
    lengths = toy_atlas.borders.set_index("id")["length_km"]
    assert sum(border.km for border in borders) == pytest.approx(lengths[["a2~b2", "b1~b2", "b2~out-1"]].sum())
    assert shore == pytest.approx(lengths["b2~lake"])
    assert [(border.basis, border.certainty) for border in borders] == [("conjecture", "uncertain")]


def test_a_gubernias_border_is_that_of_its_uezds_together(toy_atlas: Atlas, cards: Cards) -> None:
    row = cards.version("west", "1920-02-01", "de_jure")
    assert row is not None
    assert cards.faces_of(row) == {"a1", "a2"}
    lengths = toy_atlas.borders.set_index("id")["length_km"]
    outline = ["a1~out-1", "a2~out-1", "a1~b1", "a2~b2"]
    assert sum(border.km for border in cards.border(row)[0]) == pytest.approx(lengths[outline].sum())


def test_a_unit_that_is_not_yet_says_when_and_where_its_land_was(cards: Cards) -> None:
    html = cards.unit_card(EN, "b3-raion", "1920-09-01", "de_jure")
    assert "Does not exist yet on this day" in html
    assert "Appears: 1 April 1921" in text_of(html)
    assert "Its land was part of: B1 uezd" in text_of(html)
    assert 'data-unit="b1-uezd"' in html


def test_a_unit_that_is_no_more_says_what_it_became(cards: Cards) -> None:
    html = cards.unit_card(EN, "b3-raion", "1922-06-01", "de_jure")
    assert "No longer exists on this day" in html
    assert "Its land became part of: B1 uezd" in text_of(html)


def test_land_that_went_to_other_uezds_is_followed(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    units = toy["units/uezds.yaml"]
    units["a2-uezd"]["versions"][0]["until"] = "end"
    cited = [{"source": "book", "locator": "p. 1"}]
    units["a1-uezd"]["versions"].append({"from": "end", "faces": ["a1", "a2"], "citations": cited})
    cards = Cards(built(toy))
    row = cards.version("a2-uezd", "1922-04-30", "de_jure")
    assert row is not None
    assert [heir["unit"] for heir in cards.heirs(row, "1922-05-01", "de_jure")] == ["a1-uezd"]


def test_a_units_first_day_is_that_of_its_standing_not_of_its_outline(cards: Cards) -> None:
    text = text_of(cards.unit_card(EN, "east", "1920-09-01", "de_jure"))
    assert "First day exists when the atlas begins" in text
    assert "Within these borders 26 August 1920" in text


def test_what_is_no_document_is_said_in_the_pages_language(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    toy["sources.yaml"]["inference"] = {"type": "document", "title": "Тұжырым", "seen": "not-seen"}
    toy["units/uezds.yaml"]["a1-uezd"]["versions"][1]["citations"] = [{"source": "inference", "locator": "sum"}]
    card = Cards(built(toy)).unit_card(EN, "a1-uezd", "1921-09-01", "de_jure")
    assert "The compilers’ inference from what is cited" in card
    assert "Тұжырым" not in card


def test_an_unknown_unit_has_no_card(cards: Cards) -> None:
    assert cards.unit_card(EN, "no-such-unit", "1921-01-01", "de_jure") == ""


class Tags(HTMLParser):
    """Gathers the elements and attributes of a card."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen += [tag, *(name for name, _ in attrs)]


def test_hostile_text_of_the_record_stays_text(built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]) -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    toy["sources.yaml"]["book"] |= {"title": evil, "author": [{"family": evil}]}
    toy["events.yaml"]["republic"] |= {"title": {"kk": evil, "ru": evil, "en": evil}, "text": {"kk": evil, "ru": evil, "en": evil}}
    version = toy["units/uezds.yaml"]["a1-uezd"]["versions"][1]
    version |= {"name": {"kk": evil, "ru": evil, "en": evil}, "note": {"kk": evil, "ru": evil, "en": evil}}
    version["citations"] = [{"source": "book", "locator": evil, "quote": evil, "quote_lang": "ru", "translation": {"en": evil}}]
    cards = Cards(built(toy))
    cards.tables["sources"]["book"]["URL"] = "javascript:alert(1)"
    html = cards.unit_card(EN, "a1-uezd", "1921-09-01", "de_jure")
    html += "".join(cards.event_card(EN, event, "de_jure") for event in cards.tables["events"])
    tags = Tags()
    tags.feed(html)
    assert "img" not in tags.seen
    assert not [name for name in tags.seen if name.startswith("on")]
    assert "javascript:" not in html
    assert html.count("&lt;img") >= 8


def test_a_quotation_keeps_its_language_and_our_translation_is_marked(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    toy["units/uezds.yaml"]["a1-uezd"]["versions"][1]["citations"] = [
        {"source": "book", "locator": "p. 3", "quote": "қазақ сөзі", "quote_lang": "kk", "translation": {"en": "a Kazakh word"}}
    ]
    cards = Cards(built(toy))
    html = cards.unit_card(EN, "a1-uezd", "1921-09-01", "de_jure")
    assert '<blockquote lang="kk">қазақ сөзі</blockquote>' in html
    assert "Translation (ours): a Kazakh word" in text_of(html)
    assert "a Kazakh word" not in cards.unit_card(KK, "a1-uezd", "1921-09-01", "de_jure")


def test_an_event_says_other_sources_dates(built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]) -> None:
    cited = [{"source": "book", "locator": "p. 2"}]
    reading = {"kk": "а", "ru": "б", "en": "Joined on 26 April"}
    toy["events.yaml"]["handover"] |= {
        "alternatives": [{"date": "1921-04-26", "edtf": "1921-04-26", "status": "alternative", "reading": reading, "citations": cited}],
        "conflict": ["c1"],
    }  # fmt: skip
    cards = Cards(built(toy))
    text = text_of(cards.event_card(EN, cards.events["handover"], "de_jure"))
    assert "April 1921 (day of adoption, certain)" in text
    assert "Other sources say Joined on 26 April" in text
    assert "Accepted reading: a" in text
    assert "Another reading: o" in text


def test_links_lead_to_an_address_of_the_page(cards: Cards) -> None:
    html = cards.unit_card(EN, "b1-uezd", "1920-09-01", "de_jure")
    assert 'href="?lang=en&amp;date=1920-09-01&amp;view=de_jure&amp;unit=west"' in html
