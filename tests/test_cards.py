"""Cards: every fact with its source, every text escaped, every absence explained."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from kazatlas.atlas.store import Atlas, stops
from kazatlas.text.catalogue import LANGUAGES, load_catalogue
from kazatlas.text.citation_styles import STYLES, cite_source, copies
from kazatlas.web.cards import Cards

EN = load_catalogue("en")
KK = load_catalogue("kk")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


@pytest.fixture
def cards(toy_atlas: Atlas) -> Cards:
    return Cards(toy_atlas)


def test_a_card_names_the_unit_in_three_languages(cards: Cards) -> None:
    html = cards.unit_card(EN, "a1-uezd", "1920-09-01", "de_jure")
    assert "<h3>A1 uezd</h3>" in html
    assert '<span lang="kk">A1 uezd (kk)</span> · <span lang="ru">A1 uezd (ru)</span>' in html


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
    borders, shore = cards.index.border(row)
    lengths = toy_atlas.borders.set_index("id")["length_km"]
    assert sum(border.km for border in borders) == pytest.approx(lengths[["a2~b2", "b1~b2", "b2~out-1"]].sum())
    assert shore == pytest.approx(lengths["b2~lake"])
    assert [(border.basis, border.certainty) for border in borders] == [("conjecture", "uncertain")]


def test_a_gubernias_border_is_that_of_its_uezds_together(toy_atlas: Atlas, cards: Cards) -> None:
    row = cards.version("west", "1920-02-01", "de_jure")
    assert row is not None
    assert cards.index.faces_of(row) == {"a1", "a2"}
    lengths = toy_atlas.borders.set_index("id")["length_km"]
    outline = ["a1~out-1", "a2~out-1", "a1~b1", "a2~b2"]
    assert sum(border.km for border in cards.index.border(row)[0]) == pytest.approx(lengths[outline].sum())


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
    assert [other["unit"] for other in cards.index.successors(row, "1922-05-01", "de_jure")] == ["a1-uezd"]


def test_a_units_first_day_is_that_of_its_standing_not_of_its_outline(cards: Cards) -> None:
    text = text_of(cards.unit_card(EN, "east", "1920-09-01", "de_jure"))
    assert "First day exists when the atlas begins" in text
    assert "Within these borders 26 August 1920" in text


def test_what_is_no_document_is_said_in_the_pages_language(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    toy["sources.yaml"]["inference"] = {
        "type": "document",
        "title": "Тұжырым",
        "seen": "not-seen",
        "origin": "inference",
    }
    toy["units/uezds.yaml"]["a1-uezd"]["versions"][1] |= {
        "certainty": "uncertain", "citations": [{"source": "inference", "locator": "sum"}],
    }  # fmt: skip
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
    texts = {"kk": evil, "ru": evil, "en": evil}
    other = {"edtf": "1921", "status": "disputed", "reading": texts, "citations": [{"source": "book", "locator": evil}]}
    toy["events.yaml"]["handover"] |= {"title": texts, "alternatives": [other], "conflict": ["c1"], "placed": texts}
    toy["conflicts.yaml"]["c1"] |= {"title": texts, "accepted": texts}
    toy["methods.yaml"]["by-hand"] |= {"title": texts, "text": texts}
    toy["zones.yaml"]["quarrel"] |= {"title": texts, "text": texts, "method": texts}
    toy["events.yaml"]["republic"] |= {
        "title": {"kk": evil, "ru": evil, "en": evil},
        "text": {"kk": evil, "ru": evil, "en": evil},
    }
    version = toy["units/uezds.yaml"]["a1-uezd"]["versions"][1]
    version |= {"name": {"kk": evil, "ru": evil, "en": evil}, "note": {"kk": evil, "ru": evil, "en": evil}}
    version["citations"] = [
        {"source": "book", "locator": evil, "quote": evil, "quote_lang": "ru", "translation": {"en": evil}}
    ]
    cards = Cards(built(toy), with_copies=True)
    cards.tables["sources"]["book"]["URL"] = "javascript:alert(1)"
    html = "".join([
        cards.unit_card(EN, "a1-uezd", "1921-09-01", "de_jure"),
        *(cards.event_card(EN, event, "de_jure") for event in cards.tables["events"]),
        cards.zone_card(EN, "quarrel", "1921-01-01", "de_jure"),
    ])  # fmt: skip
    tags = Tags()
    tags.feed(html)
    assert "img" not in tags.seen
    assert not [name for name in tags.seen if name.startswith("on")]
    assert "javascript:" not in html
    assert html.count("&lt;img") >= 20


def test_a_quotation_keeps_its_language_and_our_translation_is_marked(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    toy["units/uezds.yaml"]["a1-uezd"]["versions"][1]["citations"] = [
        {
            "source": "book",
            "locator": "p. 3",
            "quote": "қазақ сөзі",
            "quote_lang": "kk",
            "translation": {"en": "a Kazakh word"},
        }
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
    text = text_of(cards.event_card(EN, cards.index.events["handover"], "de_jure"))
    assert "April 1921 (day of adoption, certain)" in text
    assert "Other sources say Joined on 26 April" in text
    assert "Accepted reading: a" in text
    assert "Another reading: o" in text


def test_links_lead_to_an_address_of_the_page(cards: Cards) -> None:
    html = cards.unit_card(EN, "b1-uezd", "1920-09-01", "de_jure")
    assert 'href="?lang=en&amp;date=1920-09-01&amp;view=de_jure&amp;unit=west"' in html


def ground(html: str, label: str) -> str:
    """Return the text of one of the lines that say what a fact rests on."""
    found = re.search(rf'<(p|details) class="kz-ground">(<summary>)?<b>{label}</b>.*?</\1>', html)
    assert found, html
    return text_of(found[0])


def test_start_end_and_border_each_have_their_own_sources(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    toy["events.yaml"]["handover"]["citations"] = [{"source": "book", "locator": "p. 7"}]
    toy["events.yaml"]["end"]["citations"] = [{"source": "book", "locator": "p. 8"}]
    toy["methods.yaml"]["by-hand"]["citations"] = [{"source": "book", "locator": "p. 9"}]
    cards = Cards(built(toy))
    html = cards.unit_card(EN, "b3-raion", "1921-09-01", "de_jure")
    assert "sources: 1" in ground(html, "First day")
    assert "p. 7" in ground(html, "First day")
    assert "first of the month" in ground(html, "First day")
    assert "p. 8" in ground(html, "First day no longer")
    border = text_of(cards.unit_card(EN, "b1-uezd", "1921-09-01", "de_jure").split("Evidence for its border")[1])
    assert "by hand : " in border
    assert "conjecture, uncertain, accurate to about 10 km drawn by hand" in border
    assert "p. 9" in border


def test_what_has_no_source_says_so(cards: Cards) -> None:
    html = cards.unit_card(EN, "b3-raion", "1921-09-01", "de_jure")
    assert ground(html, "Sources of the name") == "Sources of the name : no source yet"
    assert ground(html, "Evidence for its border") == "Evidence for its border : no source yet"
    html = cards.unit_card(EN, "b2-uezd", "1920-02-01", "de_jure")
    start = ground(html, "First day")
    assert start == "First day : exists when the atlas begins; it began earlier · no source yet"
    assert ground(html, "First day no longer").endswith("unchanged to the end of 1922, where the atlas ends")


def test_a_name_is_cited_by_any_version_that_bears_it(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    versions = toy["units/uezds.yaml"]["b1-uezd"]["versions"]
    versions[2]["name_citations"] = [{"source": "book", "locator": "p. 77"}]
    html = Cards(built(toy)).unit_card(EN, "b1-uezd", "1920-09-01", "de_jure")
    assert "p. 77" in ground(html, "Sources of the name")


def test_a_day_that_is_only_attested_is_said_as_such(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    toy["events.yaml"]["handover"]["basis"] = "attested"
    html = Cards(built(toy)).unit_card(EN, "b3-raion", "1921-09-01", "de_jure")
    assert "It was so by this day at the latest; when it happened is not known." in ground(html, "First day")


def test_the_lengths_of_the_ways_of_drawing_add_up_to_the_outline(cards: Cards) -> None:
    row = cards.version("b2-uezd", "1920-02-01", "de_jure")
    assert row is not None
    borders, shore = cards.index.border(row)
    assert sum(way.km for way in cards.index.outline(row)) == pytest.approx(
        sum(border.km for border in borders) + shore
    )


def test_relatives_are_links_to_their_own_days_with_shares(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    units = toy["units/uezds.yaml"]
    units["a2-uezd"]["versions"][0]["until"] = "end"
    units["a1-uezd"]["versions"].append(
        {"from": "end", "faces": ["a1", "a2"], "citations": [{"source": "book", "locator": "p. 1"}]}
    )
    cards = Cards(built(toy))
    after = cards.unit_card(EN, "a1-uezd", "1922-05-01", "de_jure")
    assert 'data-date="1921-04-01" data-unit="a2-uezd">A2 uezd</a>' in after
    assert re.search(r"A2 uezd 1922, merger, (49|50)%", text_of(after))
    before = cards.unit_card(EN, "a2-uezd", "1921-05-01", "de_jure")
    assert 'data-date="1922-05-01" data-unit="a1-uezd">A1 uezd</a>' in before
    assert "A1 uezd 1922, merger, 100%" in text_of(before)


def test_what_an_act_states_is_marked_and_cited(built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]) -> None:
    name = {"kk": "Орда", "ru": "Орда", "en": "The Horde"}
    cited = [{"source": "book", "locator": "p. 12"}]
    toy["units/uezds.yaml"]["b3-raion"]["relations"] = [
        {"event": "handover", "came_from_name": name, "citations": cited}
    ]
    text = text_of(Cards(built(toy)).unit_card(EN, "b3-raion", "1921-09-01", "de_jure"))
    assert "The Horde 1921, replacement, stated by the act" in text
    assert "p. 12" in text
    assert "Percentages" not in text


def test_a_units_life_marks_the_version_of_the_day(cards: Cards) -> None:
    html = cards.unit_card(EN, "b1-uezd", "1920-09-01", "de_jure")
    life = html.split("Its life</b>: stages: 3")[1].split("</ol>")[0]
    assert re.findall(r'data-date="([^"]*)"', life) == ["1920-01-01", "1920-08-26", "1921-04-01"]
    assert re.findall(r'<li aria-current=true><a[^>]*data-date="([^"]*)"', life) == ["1920-08-26"]


def test_other_readings_of_a_units_dates_are_in_its_card(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    cited = [{"source": "book", "locator": "p. 2"}]
    reading = {"kk": "а", "ru": "б", "en": "The day of a meeting"}
    toy["events.yaml"]["handover"] |= {
        "alternatives": [{"edtf": "1921-04-26", "status": "alternative", "reading": reading, "citations": cited}],
        "conflict": ["c1"],
    }  # fmt: skip
    cards = Cards(built(toy))
    text = text_of(cards.unit_card(EN, "b3-raion", "1921-09-01", "de_jure"))
    assert "Other readings First day: 26 April 1921 – The day of a meeting (alternative) The book" in text
    assert "Accepted reading: a" in text
    assert "Other readings" not in text_of(cards.unit_card(EN, "a2-uezd", "1921-09-01", "de_jure"))


def test_a_reading_about_other_units_is_not_in_the_card(
    built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]
) -> None:
    reading = {"kk": "а", "ru": "б", "en": "A1 uezd was restored in May"}
    other = {
        "edtf": "1921-05",
        "status": "disputed",
        "units": ["a1-uezd"],
        "reading": reading,
        "citations": [{"source": "book", "locator": "p. 2"}],
    }
    toy["events.yaml"]["handover"] |= {"alternatives": [other], "conflict": ["c1"]}
    toy["conflicts.yaml"]["c1"]["title"]["en"] = "When A1 uezd was restored"
    toy["conflicts.yaml"]["c1"]["units"] = ["a1-uezd"]
    cards = Cards(built(toy))
    assert "May 1921 – A1 uezd was" in text_of(cards.unit_card(EN, "a1-uezd", "1921-09-01", "de_jure"))
    assert "When A1 uezd was restored" in cards.unit_card(EN, "a1-uezd", "1921-09-01", "de_jure")
    assert "Other readings" not in cards.unit_card(EN, "b3-raion", "1921-09-01", "de_jure")


MARK = re.compile(r'<details class="kz-cite" data-source="([^"]*)" data-locator="([^"]*)">')


def test_a_citation_can_be_copied_in_each_style(toy_atlas: Atlas, cards: Cards) -> None:
    html = Cards(toy_atlas, with_copies=True).unit_card(EN, "a1-uezd", "1921-09-01", "de_jure")
    assert ("book", "p. 1") in MARK.findall(html)
    told = copies(toy_atlas.tables, toy_atlas.versions[["citations", "name_citations"]].to_dict("records"))
    assert told["book"]["p. 1"] == [cite_source(toy_atlas.tables, "book", "p. 1", style) for style in STYLES]
    assert "kz-cite" not in cards.unit_card(EN, "a1-uezd", "1921-09-01", "de_jure")


def test_a_zones_card_marks_what_was_in_force(built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]) -> None:
    cited = [{"source": "book", "locator": "p. 31"}]
    toy["events.yaml"]["answer"] = copy.deepcopy(toy["events.yaml"]["republic"]) | {
        "date": "1920-10-01",
        "edtf": "1920-10-01",
        "certainty": "less-certain",
    }
    toy["events.yaml"] = dict(sorted(toy["events.yaml"].items(), key=lambda item: item[1]["date"]))
    toy["zones.yaml"]["quarrel"]["states"] = [
        {"from": "republic", "text": {"kk": "а", "ru": "б", "en": "The first word"}, "citations": cited},
        {"from": "answer", "text": {"kk": "а", "ru": "б", "en": "The second word"}, "citations": cited},
    ]
    cards = Cards(built(toy))
    text = text_of(cards.zone_card(EN, "quarrel", "1920-09-01", "de_jure"))
    assert "disputed land q" in text
    assert "First day no longer April 1921 (the source gives only the month)" in text
    assert "26 August 1920 in force on this day The first word" in text
    assert "1 October 1920 The second word" in text
    assert "How its area was drawn m" in text
    assert "p. 31" in text
    later = text_of(cards.zone_card(EN, "quarrel", "1920-11-01", "de_jure"))
    assert "1 October 1920 in force on this day The second word" in later
    for day, told in (("1920-02-01", "Does not exist yet"), ("1921-06-01", "No longer exists")):
        text = text_of(cards.zone_card(EN, "quarrel", day, "de_jure"))
        assert told in text
        assert "in force" not in text
    assert cards.zone_card(EN, "no-such-zone", "1920-09-01", "de_jure") == ""


def test_a_link_may_leave_the_day_as_it_is(cards: Cards) -> None:
    html = cards.unit_card(EN, "b1-uezd", "1920-09-01", "de_jure")
    links = {text: tag for tag, text in re.findall("(<a [^>]*>)([^<]*)", html)}
    assert 'data-date="1920-08-26"' in links["26 August 1920"]
    assert "data-date" not in links["West gubernia"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_of_the_atlas_can_be_made(atlas: Atlas, language: Any) -> None:
    cards, words = Cards(atlas, with_copies=True), load_catalogue(language)
    told = copies(atlas.tables, atlas.versions[["citations", "name_citations"]].to_dict("records"))
    days = stops(atlas)
    for view in ("de_jure", "de_facto"):
        for unit in cards.rows:
            for day in days[::7]:
                html = cards.unit_card(words, unit, day, view)
                assert words("card.grounds") in html or cards.version(unit, day, view) is None
                for source, locator in MARK.findall(html):
                    assert len(told[unescape(source)][unescape(locator)]) == len(STYLES)
        for zone in atlas.tables["zones"]:
            assert cards.zone_card(words, zone, days[-1], view)


def test_a_day_with_another_reading_shows_it_in_the_real_atlas(atlas: Atlas) -> None:
    cards = Cards(atlas)
    assert "26 April 1921" in cards.unit_card(EN, "akmola", "1921-02-01", "de_jure")
    assert "15 August 1922" in cards.unit_card(EN, "irgiz-uezd", "1922-10-22", "de_jure")
    assert "15 August 1922" not in cards.unit_card(EN, "temir-uezd", "1922-10-22", "de_jure")


@pytest.mark.parametrize(
    ("parts", "told"),
    [([1922], "1922"), ([1922, 2], "February 1922"), ([1922, 2, 23], "23 February 1922"), ([1922, 2, 31], "1922-2-31")],
)
def test_a_sources_date_is_said_in_words(toy_atlas: Atlas, parts: list[int], told: str) -> None:
    toy_atlas.tables["sources"]["book"]["issued"] = {"date-parts": [parts]}
    assert f"</cite>. {told} <span" in Cards(toy_atlas).references(EN).line("book")
