"""What the atlas claims can be traced in the app: each claim to its act, its citation, its evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kazatlas.atlas.lineage import compare
from kazatlas.atlas.quality import measure_quality
from kazatlas.atlas.store import MAP_FRAME, Atlas, stops
from kazatlas.text.catalogue import LANGUAGES, Language, load_catalogue
from kazatlas.text.change_sentences import summary
from kazatlas.text.citation_styles import STYLE_NAMES
from tests.test_browser import FRAME, expect, map_of, pytestmark  # noqa: F401

EN = load_catalogue("en")


@pytest.fixture(scope="module")
def visit(chromium: Any, server: str) -> Iterator[Callable[[str], Any]]:
    """Return a function that goes to an address of the app, always in the same tab; an error fails the test."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def go(query: str) -> Any:
        page.goto(server + query)
        if "page=" in query:
            page.locator(".st-key-reading .kz-panel").last.wait_for()
        else:
            map_of(page)
            page.locator(".kz-changes").wait_for()
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        return page

    yield go
    context.close()
    assert errors == []


def choose(page: Any, label: str, option: str) -> None:
    """Choose in a list by its keyboard: a click on an option is lost when the page has just moved it."""
    page.wait_for_timeout(300)
    box = page.get_by_label(label)
    box.fill(option)
    expect(page.get_by_role("option", name=option, exact=True)).to_be_visible()
    page.keyboard.press("Enter")


def amount(text: str) -> int:
    """Return the number that a cell of a table says."""
    return int(re.sub(r"\D", "", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_changed_at_a_stop_is_said_in_words_made_from_the_record(
    visit: Callable[[str], Any], atlas: Atlas, language: Language
) -> None:
    words = load_catalogue(language)
    day = {"kk": "1921-06-10", "ru": "1920-10-12", "en": "1922-05-31"}[language]
    page = visit(f"/?lang={language}&date={day}")
    expect(page.locator(".kz-changes > li")).to_have_count(len(summary(atlas, day, words)))
    for shown, told in zip(page.locator(".kz-changes > li").all(), summary(atlas, day, words), strict=True):
        doubt = "" if told.certainty == "certain" else f" ({words('card.certainty_' + told.certainty)})"
        assert shown.inner_text() == told.text + doubt
    # And at the next stop what changed there.
    page.frame_locator(FRAME).get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    following = stops(atlas)[stops(atlas).index(day) + 1]
    expect(page.locator(".kz-changes > li").first).to_contain_text(summary(atlas, following, words)[0].text)


def test_a_relative_of_the_family_line_moves_map_and_date(visit: Callable[[str], Any]) -> None:
    page = visit("/?lang=en&date=1921-05-01&unit=aktobe")
    family = page.locator(".kz-unit-card .kz-family")
    expect(family).to_contain_text("%")
    relative = family.locator("a").first
    unit, day = relative.get_attribute("data-unit"), relative.get_attribute("data-date")
    assert (unit, day) == ("orenburg-turgay", "1921-04-01")
    relative.click()
    expect(page.locator(".kz-unit-card h3")).to_have_text("Orenburg-Turgay gubernia")
    expect(page).to_have_url(re.compile("date=1921-04-01.*unit=orenburg-turgay"))
    assert map_of(page).evaluate("() => kazatlas.element.state.unit") == unit
    expect(page.frame_locator(FRAME).locator(".kz-caption b")).to_have_text(EN.date("1921-04-01"))


def test_start_end_name_and_border_each_have_their_citations_and_these_can_be_copied(
    visit: Callable[[str], Any],
) -> None:
    page = visit("/?lang=en&date=1920-08-26&unit=pavlodar-uezd")
    card = page.locator(".kz-unit-card")
    for key in ("card.from", "card.to", "card.name_sources", "card.border"):
        ground = card.locator("> .kz-ground", has=page.locator("b", has_text=re.compile(f"^{re.escape(EN(key))}$")))
        expect(ground).to_have_count(1)
        ground.locator("> summary").click()
        cited = ground.locator(".kz-citations > li").first
        if key == "card.border":
            ground.locator("details.kz-ground summary").first.click()
            expect(ground).to_contain_text(re.compile(r"accurate to about \d+ km"))
        expect(cited.locator("cite").first).to_be_visible()
        expect(cited.locator(".kz-locator")).to_have_text(re.compile(r"\w"))
    quoted = card.locator("> .kz-ground[open] .kz-citations > li:has(blockquote:not([lang=en]))").first
    expect(quoted.locator("blockquote")).to_have_attribute("lang", re.compile("kk|ru"))
    expect(quoted.locator(".kz-translation")).to_have_text(re.compile(f"^{re.escape(EN('card.translation'))}: "))
    expect(quoted.locator("> .kz-seen").first).to_have_text(re.compile("seen|second hand"))
    # In four styles, to be taken away by a press.
    quoted.locator(".kz-cite summary").click()
    styles = quoted.locator(".kz-cite dl")
    expect(styles.locator("dt")).to_have_text(list(STYLE_NAMES.values()))
    for number in range(4):
        styles.get_by_role("button").nth(number).click()
        expect(styles.get_by_role("button").nth(number)).to_have_text(EN("card.copied"))
        assert page.evaluate("() => navigator.clipboard.readText()") == styles.locator("code").nth(number).inner_text()
    assert "@" in styles.locator("code").nth(2).inner_text()


def test_a_fact_without_a_source_says_so(visit: Callable[[str], Any], atlas: Atlas) -> None:
    cited: dict[tuple[str, str], list[Any]] = {}
    for row in atlas.versions.to_dict("records"):
        given = row["name_citations"] if isinstance(row["name_citations"], list) else []
        cited.setdefault((row["unit"], row["name_kk"] + row["name_ru"]), []).extend(given)
    bare = [unit for (unit, _), citations in cited.items() if not citations]
    if not bare:
        pytest.skip("every name has its source")
    row = next(row for row in atlas.versions.to_dict("records") if row["unit"] == bare[0])
    page = visit(f"/?lang=en&date={row['valid_from']}&unit={row['unit']}")
    ground = page.locator(".kz-unit-card > .kz-ground", has_text=EN("card.name_sources"))
    expect(ground).to_contain_text(EN("card.no_source"))


def test_the_salt_lakes_have_three_answers_and_a_reopening_each_cited(visit: Callable[[str], Any]) -> None:
    page = visit("/?lang=en&date=1922-01-16&zone=pavlodar-salt-lakes")
    card = page.locator(".kz-zone-card")
    answers = card.locator(".kz-states > li")
    assert [answer.locator("a").first.inner_text() for answer in answers.all()] == [
        EN.date(day) for day in ("1922-01-12", "1922-01-16", "1922-01-26", "1922-02-23")
    ]
    for answer in answers.all():
        answer.locator("summary").first.click()
        expect(answer.locator(".kz-citations > li").first).to_be_visible()
    expect(answers.nth(1)).to_contain_text(EN("card.in_force"))
    answers.nth(2).locator("a").first.click()
    expect(page.frame_locator(FRAME).locator(".kz-caption b")).to_have_text(EN.date("1922-01-26"))
    expect(card.locator(".kz-states > li").nth(2)).to_contain_text(EN("card.in_force"))


@pytest.mark.parametrize(
    ("zone", "kind", "told"),
    [
        ("isilkul-dispute", "dispute", "Isilkul"),
        ("astrakhan-economy", "shared-regime", "Astrakhan"),
        ("irtysh-strip", "land-return", "Irtysh"),
        ("ural-left-bank", "land-return", "Ural"),
        ("altai-volosts", "contested", "volosts"),
        ("ilek-volosts", "unplaced", "Akbulak"),
        ("taisugan-volost", "unplaced", "Taisoygan"),
    ],
)
def test_each_disputed_or_special_zone_has_its_card(atlas: Atlas, zone: str, kind: str, told: str) -> None:
    from kazatlas.web.cards import Cards

    html = Cards(atlas).zone_card(EN, zone, atlas.tables["zones"][zone]["valid_from"], "de_jure")
    assert EN(f"card.zone_{kind}") in html
    assert told in html
    assert EN("card.in_force") in html
    assert EN("card.zone_method") in html
    assert html.count('<ul class="kz-citations">') >= 2


def test_where_sources_disagree_the_card_tells_both_readings_with_their_sources(visit: Callable[[str], Any]) -> None:
    page = visit("/?lang=en&date=1921-01-17&unit=akmola")
    readings = page.locator(".kz-unit-card .kz-readings")
    other = readings.locator("ul > li", has_text="26 April 1921").first
    expect(other).to_contain_text(EN("card.reading_alternative"))
    other.locator("summary").first.click()
    expect(other.locator(".kz-citations > li").first).to_be_visible()
    conflict = readings.locator("details.kz-ground").first
    conflict.locator("> summary").click()
    expect(conflict).to_contain_text(EN("event.accepted"))
    expect(conflict).to_contain_text(EN("event.other"))
    assert conflict.locator(".kz-citations > li").count() >= 2


def test_the_republics_own_card_tells_capital_power_and_organs_with_quotations(
    visit: Callable[[str], Any], atlas: Atlas
) -> None:
    page = visit("/?lang=ru&date=1920-10-04&unit=kirghiz-assr")
    ru = load_catalogue("ru")
    fold = page.locator(".kz-unit-card > details.kz-ground", has_text=ru("pages.republic"))
    fold.locator("> summary").click()
    titles = [ru.choice(entry["title"]) for entry in atlas.tables["article"]["republic_card"]]
    expect(fold.locator("h5")).to_have_text(titles)
    for entry in atlas.tables["article"]["republic_card"]:
        expect(fold).to_contain_text(ru.choice(entry["text"]))
    assert fold.locator("blockquote[lang=kk]").count() >= len(titles) - 1
    assert fold.locator(".kz-translation").count() == fold.locator("blockquote[lang=kk]").count()


def test_a_passage_of_the_article_leads_to_the_map_at_its_date_and_unit(
    visit: Callable[[str], Any], atlas: Atlas
) -> None:
    passages = atlas.tables["article"]["passages"]
    page = visit("/?lang=en&page=article")
    sections = page.locator(".kz-passage")
    expect(sections).to_have_count(len(passages))
    for section, passage in zip(sections.all(), passages, strict=True):
        assert section.locator("blockquote").first.inner_text() == passage["quote"].strip()
        assert section.locator(".kz-translation").first.get_attribute("lang") == "en"
    assert page.locator(".kz-annotation").count() == len(atlas.tables["article"]["slips"]) == 27
    number, passage = next((n, p) for n, p in enumerate(passages) if p.get("unit") and p["date"] > "1921-01-01")
    sections.nth(number).locator(".kz-when a").click()
    frame = map_of(page)
    frame.wait_for_function("unit => kazatlas.element.state.unit === unit", arg=passage["unit"])
    day = max(day for day in stops(atlas) if day <= passage["date"])
    expect(page.frame_locator(FRAME).locator(".kz-caption b")).to_have_text(EN.date(day))


def test_the_comparison_of_two_dates_lists_every_unit_that_differs(visit: Callable[[str], Any], atlas: Atlas) -> None:
    page = visit("/?lang=kk&page=compare&date=1921-12-08&view=de_facto")
    kk = load_catalogue("kk")
    before = max(day for day in stops(atlas) if day <= "1920-12-08")
    rows = page.locator(".kz-panel tbody tr")
    wanted = compare(atlas, before, "1921-12-08", "de_facto")
    expect(rows).to_have_count(len(wanted))
    labels = sorted(kk.choice(atlas.tables["units"][row["unit"]]["label"]) for row in wanted)
    assert sorted(rows.locator("th").all_inner_texts()) == labels
    # Which two days, a reader says.
    choose(page, kk("pages.first_date"), kk.date("1920-08-26"))
    expect(rows).to_have_count(len(compare(atlas, "1920-08-26", "1921-12-08", "de_facto")))


def test_the_quality_page_tells_the_figures_of_the_record(visit: Callable[[str], Any], atlas: Atlas) -> None:
    page, quality = visit("/?lang=ru&page=quality"), measure_quality(atlas)
    ru = load_catalogue("ru")

    def cells(title: str) -> list[list[str]]:
        table = page.locator(f'table[aria-label="{ru(title)}"]')
        return [row.locator("th, td").all_inner_texts() for row in table.locator("tbody tr").all()]

    units = cells("quality.borders")
    assert [tuple(map(int, re.findall(r"\d+", row[1]))) for row in units] == list(quality.recovered.values())
    # Kilometres by evidence sum to the length of all borders, but for what is rounded away.
    *lengths, total = cells("quality.lines")
    borders = atlas.borders[atlas.borders["method"] != MAP_FRAME]
    assert amount(total[-1]) == round(borders["length_km"].sum())
    assert abs(sum(amount(cell) for row in lengths for cell in row[1:-1]) - amount(total[-1])) <= 3 * len(lengths)
    assert [amount(row[1]) for row in cells("quality.dates")] == list(quality.precisions.values())
    support = {row[0]: list(map(amount, row[1:])) for row in cells("quality.support")}
    for kind, counts in quality.supports.items():
        assert support[ru(f"quality.kind_{kind}")] == list(counts.values())
    seen = {row[0]: amount(row[1]) for row in cells("quality.seen")}
    assert seen[ru("card.seen_not-seen")] == len(quality.seen["not-seen"])
    # What we call a source that has no title of its own, we call it in the reader's language.
    text = page.locator(".st-key-reading").inner_text()
    assert "13-я сноска статьи" in text
    assert "сілтемесі" not in text
    for doubt in quality.doubts:
        assert text.count(ru.choice(doubt["question"])) == 1
