"""The atlas for every reader: by keyboard, by screen reader, on a phone, in one language at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import pytest

from kazatlas.atlas.store import Atlas
from kazatlas.text.catalogue import LANGUAGES, OWN_NAMES, Language, load_catalogue
from kazatlas.web.lesson import lesson_cards
from kazatlas.web.session import WALK
from tests.conftest import at_rest
from tests.test_browser import FRAME, expect, map_of, pytestmark  # noqa: F401
from tests.test_claims import choose
from tests.test_words import FOREIGN

PAGES = ("map", "article", "tables", "compare", "place", "take", "quality", "doubts", "about")
SIZES = ((1366, 768), (360, 740))

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

# The rules of WCAG 2.0 to 2.2, levels A and AA. What is left out is not the atlas's own markup:
# folium writes a viewport without zoom into the map's frame, where browsers pay it no heed.
RUN_AXE = """async () => {
  const result = await axe.run({ exclude: [['meta[name="viewport"]']] }, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'], iframes: false,
  });
  // A unit that reaches beyond the map's edge is cut off there, but axe takes it to cover the buttons outside: whether
  // something does, a press at each corner tells.
  const open = node => {
    const element = document.querySelector(node.target[0]), box = element.getBoundingClientRect();
    return box.width >= 24 && box.height >= 24 && [[3, 3], [box.width - 3, 3], [3, box.height - 3], [box.width - 3, box.height - 3]]
      .every(([x, y]) => element.contains(document.elementFromPoint(box.left + x, box.top + y)));
  };
  return result.violations.flatMap(rule => rule.nodes.filter(node => rule.id !== 'target-size' || !open(node))
    .map(node => [rule.id, node.target.join(' '), node.html.slice(0, 200)]));
}"""

# By how many pixels a part is higher than its least height.
BEYOND_KEPT = """(name) => {
  const part = document.querySelector(name);
  return part.getBoundingClientRect().height - parseFloat(getComputedStyle(part).minHeight);
}"""

# Texts and names as a reader sees or hears them, but for quotations and the titles of sources.
TEXTS = """() => {
  const theirs = 'script, style, noscript, blockquote, cite, code, [data-testid="stCode"], [data-testid="stIconMaterial"]', found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  // What is marked as of another language is of another language.
  const ours = element => (element.closest('[lang]') || document.documentElement).lang === document.documentElement.lang;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.data.trim() && !node.parentElement.closest(theirs) && ours(node.parentElement)) found.push(node.data.trim());
  }
  for (const name of ['aria-label', 'placeholder', 'alt', 'aria-valuetext', 'aria-description']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      if (element.getAttribute(name) && !element.closest(theirs)) found.push(element.getAttribute(name));
    }
  }
  // The frame's own title is the component's; the page names the frame itself.
  return window.parent === window ? [document.title, ...found] : found;
}"""

# The rightmost pixel that the reader would have to scroll to; tables scroll by themselves, within the page.
SIDEWAYS = """() => {
  const main = document.querySelector('[data-testid="stMain"]') || document.documentElement;
  return Math.max(document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth);
}"""

KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһ"
STRANGE = {
    "en": r"[А-Яа-яЁёІі" + KAZAKH + "]{2,}",
    "ru": rf"\w[{KAZAKH}]|[{KAZAKH}]\w|[A-Za-z]{{3,}}",
    # Catalogue of Russian that Kazakh has no use for: its own are spelt with the same letters.
    "kk": r"[A-Za-z]{3,}|\b(?:в|на|по|из|для|года|году|область|уезда|что|который|было|были|этот|эта)\s",
}


@pytest.fixture(scope="module")
def reader(chromium: Any, server: str) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page of the atlas, all in one context for each colour scheme."""
    contexts: dict[str, Any] = {}
    errors: list[str] = []

    def open_(language: str, name: str, scheme: str = "light") -> Any:
        if scheme not in contexts:
            contexts[scheme] = chromium.new_context(color_scheme=scheme)
        page = contexts[scheme].new_page()
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{server}/?lang={language}&page={name}")
        if name.startswith("map"):
            map_of(page)
            page.locator(".kz-changes").wait_for()
        else:
            page.locator(".st-key-reading .kz-panel").first.wait_for()
        at_rest(page)
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        return page

    yield open_
    for context in contexts.values():
        context.close()
    assert errors == []


@pytest.fixture(scope="module")
def names_of_sources(atlas: Atlas) -> list[str]:
    """Return what the sources are called and where in them something stands, the longest first."""
    told: set[str] = set()

    def gather(value: Any) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                gather(inner)
        elif isinstance(value, list):
            for inner in value:
                gather(inner)
        elif isinstance(value, str):
            told.add(value)

    def locators(value: Any) -> None:
        if isinstance(value, dict):
            told.update({str(value["locator"])} if "locator" in value else set())
            for inner in value.values():
                locators(inner)
        elif isinstance(value, list):
            for inner in value:
                locators(inner)

    for id_, source in atlas.tables["sources"].items():
        told.add(id_)
        gather(source)
    locators(atlas.tables)
    for witness in atlas.witnesses:
        # A place is called as its source prints it.
        told |= {witness["properties"]["name"], witness["properties"]["locator"]}
    # What we say ourselves in a citation, we say in the reader's language.
    ours = load_catalogue("en").editorial
    return sorted((text for text in told if len(text) > 2 and ours(text) is None), key=len, reverse=True)


def frames_of(page: Any) -> list[Any]:
    """Return the page, and the map's frame where there is one."""
    return [frame for frame in page.frames if frame == page.main_frame or "st_folium" in frame.url]


def violations(page: Any) -> list[Any]:
    found = []
    for frame in frames_of(page):
        frame.evaluate(AXE)
        found += frame.evaluate(RUN_AXE)
    return found


def strange_texts(page: Any, language: Language, names: list[str]) -> set[str]:
    """Return the texts that are not of the page's language."""
    return strange(language, {text for frame in frames_of(page) for text in frame.evaluate(TEXTS)}, names)


def strange(language: Language, texts: Iterable[str], names: list[str]) -> set[str]:
    """Return those of the texts that are not of the language."""
    allowed = rf"{FOREIGN}|GEOJSON|BibTeX|APA|CSL|ГОСТ|Kazatlas|WCAG|\b[IVXLC]+\b|«[^»]*»|“[^”]*”|\"[^\"]*\"|\b\w+\.(?:kz|ru|net|org|com)\b"
    allowed += "|" + "|".join(OWN_NAMES.values())
    found = set()
    for text in texts:
        if re.search(STRANGE[language], re.sub(allowed, " ", text)):
            left = text
            for name in names:
                left = left.replace(name, " ")
            if re.search(STRANGE[language], re.sub(allowed, " ", left)):
                found.add(text)
    return found


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_can_be_read_by_everyone(
    reader: Callable[..., Any], names_of_sources: list[str], language: Language, name: str
) -> None:
    page = reader(language, name)
    assert page.evaluate("() => document.documentElement.lang") == language
    assert violations(page) == []
    assert strange_texts(page, language, names_of_sources) == set()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(150)
        assert [frame.evaluate(SIDEWAYS) for frame in frames_of(page)] == [0] * len(frames_of(page)), width
        # The switches come after the map: the place that is kept for them is large enough, so that it does not jump.
        assert page.evaluate(BEYOND_KEPT, ".st-key-head") < 1, width
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_dark_page_can_be_read_by_everyone(reader: Callable[..., Any], name: str) -> None:
    page = reader("kk", name, "dark")
    for frame in frames_of(page)[1:]:
        frame.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    page.evaluate("() => document.querySelectorAll('.kz-panel details').forEach(fold => { fold.open = true; })")
    assert violations(page) == []
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_wherever_a_reader_goes_nothing_is_of_another_language(
    reader: Callable[..., Any], names_of_sources: list[str], language: Language
) -> None:
    words, page = load_catalogue(language), reader(language, "map")
    frame = page.frame_locator(FRAME)

    def assert_ours() -> None:
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        assert strange_texts(page, language, names_of_sources) == set()

    # At the first visit: three sentences, the day of the decree, and a walk of eight steps.
    intro = page.locator("#kz-search .kz-hint")
    assert len(re.findall(r"[^.]+\.(?: |$)", intro.inner_text())) == 3
    expect(frame.locator(".kz-caption b")).to_have_text(words.date("1920-08-26"))
    page.get_by_role("button", name=words("walk.start")).click()
    for number, step in enumerate(WALK, 1):
        heading = words("walk.step", number=number, total=len(WALK))
        expect(page.locator(".kz-walk h2")).to_have_text(f"{heading}: {words('walk.' + str(step['key']))}")
        expect(frame.locator(".kz-caption b")).to_have_text(words.date(str(step["date"])))
        expect(page.locator(".kz-unit-card")).to_be_visible()
        if number in (3, 6):
            assert_ours()
        onward = page.get_by_role("button", name=words("walk.next"), exact=True)
        if number < len(WALK):
            onward.click()
    expect(onward).to_be_disabled()
    page.get_by_role("button", name=words("walk.stop"), exact=True).click()
    expect(page.locator(".kz-walk")).to_have_count(0)
    # The legend, what a line says, two dates beside each other, and what the search finds.
    frame.locator(".kz-legend summary").click()
    frame.locator(".kz-edge[tabindex]").focus()
    expect(frame.locator(".kz-line-tooltip strong")).to_be_visible()
    frame.get_by_role("button", name=words("map.compare")).click()
    expect(frame.get_by_role("slider", name=words("map.divider"))).to_be_visible()
    search = page.get_by_label(words("find.label"))
    later = {"kk": "Астана", "ru": "Астана", "en": "Astana"}[language]
    search.fill(later)
    search.press("Enter")
    expect(page.locator(".kz-found li").first).to_contain_text(words("find.later", name=later))
    page.evaluate("() => document.querySelectorAll('.kz-panel details').forEach(fold => { fold.open = true; })")
    assert_ours()
    search.fill("xqwzjk")
    search.press("Enter")
    expect(page.locator('[role="status"]', has_text=words("find.nothing"))).to_be_visible()
    # An address that asks for what is not there.
    page.goto(f"{page.url.partition('?')[0]}?lang={language}&date=1850-01-01&unit=nowhere&view=x&v=0.0.1")
    expect(page.locator('[data-testid="stAlert"]')).to_have_count(4)
    page.wait_for_function("language => document.documentElement.lang === language", arg=language)
    assert_ours()
    page.close()


MENTIONED = ("Торғын", "Примор", "Бухарская народная советская республика, БНСР")
"""Names of another language that a text is about."""


class _Ours(HTMLParser):
    """The texts of a card that are in the page's language; quotations and titles are not."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.theirs, self.found, self.open = 0, list[str](), list[bool]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.open.append(tag in ("cite", "blockquote", "code") or "lang" in dict(attrs))
            self.theirs += self.open[-1]

    def handle_endtag(self, tag: str) -> None:
        self.theirs -= self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.theirs:
            self.found.append(data.strip())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_card_on_any_day_has_a_word_of_another_language(
    atlas: Atlas, names_of_sources: list[str], language: Language
) -> None:
    texts = lesson_cards(atlas, load_catalogue(language))["texts"]
    assert len(texts) > 500
    ours = {text for html in texts for text in _Ours(html).found}
    assert strange(language, ours, [*names_of_sources, *MENTIONED]) == set()


def test_map_and_timeline_stand_together_on_the_first_screen_of_a_phone(reader: Callable[..., Any]) -> None:
    for language in LANGUAGES:
        page = reader(language, "map")
        page.set_viewport_size({"width": 360, "height": 740})
        page.wait_for_timeout(300)
        frame = page.frame_locator(FRAME)
        stage, track = frame.locator(".kz-stage").bounding_box(), frame.locator(".kz-range").bounding_box()
        assert stage["height"] >= 220, language
        assert track["y"] + track["height"] <= 740, language
        page.close()


def test_the_map_stays_in_sight_while_a_card_is_read(reader: Callable[..., Any]) -> None:
    page = reader("en", "map&unit=semipalatinsk")
    panel = page.locator(".st-key-panel")
    heights = panel.evaluate("node => [node.scrollHeight, node.clientHeight]")
    assert heights[0] > 2 * heights[1]
    page.locator(".kz-changes").scroll_into_view_if_needed()
    assert page.locator(".kz-changes").bounding_box()["y"] < 768
    assert page.locator(FRAME).bounding_box()["y"] > 0
    assert page.locator('[data-testid="stMain"]').evaluate("node => node.scrollHeight - node.clientHeight") <= 0
    page.close()


def test_my_place_has_a_history_that_warns_fits_a_phone_and_can_be_printed(
    atlas: Atlas, reader: Callable[..., Any]
) -> None:
    words, page = load_catalogue("ru"), reader("ru", "place")
    accuracy = words.number(atlas.tables["methods"]["period-map-line"]["accuracy_km"])
    page.get_by_label(words("place.town")).fill("Исилькуль")
    page.keyboard.press("Enter")
    table = page.locator(".kz-stacked").first
    expect(table.locator("tbody tr")).to_have_count(5)
    expect(page.locator("h3").first).to_have_text(f"Исилькуль: {words('map.view_de_jure')}")
    expect(table.locator("tbody tr").last).to_contain_text(
        re.compile(rf"Точка лежит в [0-9,]+ км от границы.*точностью {accuracy} км")
    )
    page.set_viewport_size({"width": 360, "height": 740})
    expect(table.locator("td").first).to_have_css("display", "grid")
    assert page.locator(".kz-scroll").first.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    for name in (".st-key-page", ".st-key-language", ".st-key-place_query"):
        expect(page.locator(name)).to_be_hidden()
    assert page.locator(".kz-stacked").count() == 2
    # Nothing cuts off what is longer than a sheet.
    cut = """node => {
      for (; node; node = node.parentElement) if (getComputedStyle(node).overflowY !== 'visible') return node.className || node.tagName;
    }"""
    assert page.locator(".kz-stacked").last.evaluate(cut) is None
    page.close()


def test_the_units_in_force_are_a_table_to_be_sorted_and_followed(reader: Callable[..., Any]) -> None:
    words, page = load_catalogue("en"), reader("en", "tables&date=1921-12-31")
    table = page.locator(".kz-panel table").first
    choose(page, words("pages.sort"), words("pages.sort_area"))
    largest = table.locator("tbody tr", has_text="gubernia").first.locator("th")
    expect(largest).to_have_text("Akmola gubernia")
    largest.locator("a").click()
    map_of(page)
    expect(page.locator(".kz-unit-card h3")).to_have_text("Akmola gubernia")
    page.close()


# ---- by keyboard alone


def tab_to(page: Any, target: Any, limit: int = 120) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        # A frame that holds the focus has an element that is `:focus` of its own.
        if target.evaluate("node => node === document.activeElement && document.hasFocus()"):
            return
    raise AssertionError(f"Tab does not come to {target}")


def go_to_page(page: Any, language: Language, name: str) -> None:
    """Go to a page of the atlas by the arrows of the switch."""
    options = page.locator(".st-key-page input")
    wanted = options.nth(PAGES.index(name))
    for _ in PAGES:
        if wanted.evaluate("node => node.checked"):
            break
        now = page.evaluate("() => document.activeElement.value")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("value => document.activeElement.value !== value", arg=now)
    expect(page).to_have_title(re.compile("^" + re.escape(load_catalogue(language)(f"pages.{name}"))))
    at_rest(page)


SEMEY = {"kk": "Семей", "ru": "Семипалатинск", "en": "Semey"}
TRANSFER = {
    "kk": "Семей губерниясы Сібревком қарамағынан шықты",
    "ru": "Семипалатинская губерния вышла из подчинения Сибревкому",
    "en": "Semipalatinsk gubernia leaves the Sibrevkom",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_newcomer_finds_semeys_transfer_by_keyboard_alone(reader: Callable[..., Any], language: Language) -> None:
    words = load_catalogue(language)
    page = reader(language, "map")
    frame = page.frame_locator(FRAME)
    # Past the map to the search.
    tab_to(page, page.locator(".kz-skip"), 4)
    page.keyboard.press("Enter")
    search = page.get_by_label(words("find.label"))
    tab_to(page, search, 2)
    page.keyboard.type(SEMEY[language])
    page.keyboard.press("Enter")
    link = page.locator('.kz-found a[data-unit="semipalatinsk"]').first
    link.wait_for()
    tab_to(page, link, 12)
    page.keyboard.press("Enter")
    card = page.locator(".kz-unit-card")
    expect(card.locator("h3")).to_have_text(re.compile("Семей|Семипалатинск|Semipalatinsk"))
    # On to the top again, into the map: what was so in fact, and the day on which Semey came to the republic.
    tab_to(page, frame.locator('input[name="kz-view"]:checked'))
    page.keyboard.press("ArrowRight")
    slider = frame.get_by_role("slider")
    tab_to(page, slider, 40)
    page.keyboard.press("PageUp")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(words.date("1921-01-01")))
    for _ in range(20):
        if TRANSFER[language] in slider.get_attribute("aria-valuetext"):
            break
        before = slider.get_attribute("aria-valuetext")
        page.keyboard.press("ArrowRight")
        expect(slider).not_to_have_attribute("aria-valuetext", before)
    expect(slider).to_have_attribute("aria-valuetext", re.compile(TRANSFER[language]))
    expect(page).to_have_url(re.compile("date=1921-04-01.*view=de_facto|view=de_facto.*date=1921-04-01"))
    # Its source.
    act = page.locator(".kz-event-card, .kz-card:not(.kz-unit-card)").first
    expect(act.locator(".kz-citations").first).to_be_attached()
    source = act.locator("a[href^=http], summary").first
    tab_to(page, source)
    page.keyboard.press("Enter")
    expect(act.locator(".kz-citations li").first).to_be_visible()
    # A year earlier, as a table.
    tab_to(page, page.locator(".st-key-page input:checked"))
    go_to_page(page, language, "compare")
    table = page.locator(".kz-panel table")
    for day in ("1921-04-01", "1920-03-25"):
        expect(table.locator("thead")).to_contain_text(words.date(day))
    expect(table.locator("tbody th", has_text=re.compile("Семей|Семипалатин|Semipalatinsk")).first).to_be_visible()
    # A file to take away.
    go_to_page(page, language, "take")
    tab_to(page, page.locator(".st-key-take button"), 30)
    with page.expect_download(timeout=180_000) as download:
        page.keyboard.press("Enter")
    assert re.fullmatch(r"kazatlas.*\.(zip|geojson)", download.value.suggested_filename)
    page.close()
