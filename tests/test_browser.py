"""The atlas in a real browser: what a reader sees, clicks, hears and takes away."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from kazatlas.atlas.day import calendar_of
from kazatlas.atlas.lineage import ghosts, history_of
from kazatlas.atlas.store import MAP_FRAME, Atlas, change_dates, in_force, stops
from kazatlas.palette import evidence, tint
from kazatlas.record.text_files import read_json
from kazatlas.record.types import VIEWS
from kazatlas.text.catalogue import load_catalogue
from kazatlas.web.lesson import write_lesson
from tests.conftest import IN_BROWSER, refuse_others

sync_api = pytest.importorskip("playwright.sync_api")
Page, Browser, Frame = sync_api.Page, sync_api.Browser, sync_api.Frame
expect = sync_api.expect
expect.set_options(timeout=15_000)  # a loaded machine is slow, and not wrong

ROOT = Path(__file__).resolve().parents[1]
FRAME = 'iframe[title="streamlit_folium.st_folium"]'

pytestmark = IN_BROWSER


@pytest.fixture
def open_page(chromium: Any, server: str) -> Iterator[Callable[..., Any]]:
    """Return a function that opens the app; a request to another host or an error fails the test."""
    contexts, strangers, errors = [], [], []

    def open_(query: str = "", width: int = 1366, height: int = 768, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        refuse_others(context, server, strangers)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(server + query)
        map_of(page)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert strangers == []
    assert errors == []


def map_of(page: Any) -> Any:
    """Return the map's frame once its first stop is drawn."""
    page.frame_locator(FRAME).locator('.kz-unit[tabindex="0"]').first.wait_for(state="attached", timeout=30_000)
    return next(frame for frame in page.frames if "st_folium" in frame.url)


# Goes to each [date, view] in turn and tells what is on the map: version ids, and whether labels collide.
EVERY_STATE = """
async (states) => {
  const element = kazatlas.element, seen = [];
  for (const [date, view] of states) {
    element.set({ stop: element.record.stopAt(date), view: view });
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const shown = [...document.querySelectorAll('path[data-unit]')].filter(path =>
      path.style.display !== 'none' && (path.getAttribute('d') || '').length > 9);
    const boxes = [...document.querySelectorAll('.kz-label')].map(label => {
      const range = document.createRange();
      range.selectNodeContents(label);
      return [label.textContent, range.getBoundingClientRect()];
    });
    const collisions = [];
    boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
      if (p.left < q.right && q.left < p.right && p.top + 2 < q.bottom - 2 && q.top + 2 < p.bottom - 2) {
        collisions.push(a + ' / ' + b);
      }
    }));
    seen.push({ ids: shown.map(path => path.dataset.version), collisions, labels: boxes.length });
  }
  return seen;
}
"""


def expected_ids(atlas: Atlas, day: str, view: str) -> list[str]:
    """Return the versions that the map of uezds must show on a day: tiles, and points."""
    rows = in_force(atlas.versions, day, view)
    rows = rows[~rows.geometry.isna()]
    tiles = rows["faces"].map(bool) | (rows.geometry.geom_type == "Point")
    return sorted(rows[tiles]["id"])


def days_to_try(atlas: Atlas) -> list[str]:
    """Return the day before, the day and the day after each change, within the coverage."""
    first, end = (date.fromisoformat(day) for day in atlas.tables["coverage"])
    days = {date.fromisoformat(day) + timedelta(n) for day in change_dates(atlas) for n in (-1, 0, 1)}
    return sorted(day.isoformat() for day in days if first <= day < end)


def assert_every_state(frame: Any, atlas: Atlas) -> None:
    states = [[day, view] for view in ("de_jure", "de_facto") for day in days_to_try(atlas)]
    seen = frame.evaluate(EVERY_STATE, states)
    for (day, view), found in zip(states, seen, strict=True):
        assert sorted(found["ids"]) == expected_ids(atlas, day, view), (day, view)
        assert found["collisions"] == [], (day, view)
        assert found["labels"] > 20


def test_every_stop_shows_exactly_the_units_in_force(open_page: Callable[..., Any], atlas: Atlas) -> None:
    assert_every_state(map_of(open_page()), atlas)


def test_names_do_not_collide_at_any_zoom_or_in_any_language(open_page: Callable[..., Any], atlas: Atlas) -> None:
    frame = map_of(open_page())
    states = [[day, "de_jure"] for day in stops(atlas)[::6]]
    for zoom in (4, 5.5, 6.25, 7):
        for language in ("kk", "ru", "en"):
            frame.evaluate(
                "([z, l]) => { const e = kazatlas.element; e.state.lang = l; e.map.setZoom(z, {animate: false}); }",
                [zoom, language],
            )
            for found in frame.evaluate(EVERY_STATE, states):
                assert found["collisions"] == [], (zoom, language)


def test_a_name_lies_inside_its_unit(open_page: Callable[..., Any]) -> None:
    outside = map_of(open_page()).evaluate("""() => {
      const element = kazatlas.element, outside = [];
      for (const [unit, label] of Object.entries(element.plate.labels.shown)) {
        const layer = element.plate.units[unit];
        if (!layer) continue;
        const box = label.node.getBoundingClientRect(), path = layer.getElement();
        const svg = path.ownerSVGElement.getScreenCTM().inverse();
        // The drawn shore is smoothed, so a name beside a lake may touch it by a pixel or two.
        const inside = [-4, 0, 4].some(shift => path.isPointInFill(
          new DOMPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2 + shift).matrixTransform(svg)));
        if (!inside) outside.push(unit);
      }
      return outside;
    }""")
    assert outside == []


def test_what_is_chosen_and_where_one_looks_stay_while_the_date_moves(
    open_page: Callable[..., Any], atlas: Atlas
) -> None:
    page = open_page()
    frame = map_of(page)
    lost = frame.evaluate(
        """async (days) => {
          const element = kazatlas.element, lost = [];
          element.map.setView([50, 76], 6, { animate: false });
          element.select('pavlodar-uezd');
          const path = element.plate.units['pavlodar-uezd'].getElement();
          path.focus();
          for (const day of [...days, ...[...days].reverse()]) {
            element.set({ stop: element.record.stopAt(day) });
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            if (document.activeElement !== path || element.state.unit !== 'pavlodar-uezd' ||
                element.plate.units['pavlodar-uezd'].getElement() !== path || element.map.getZoom() !== 6 ||
                !element.map.getCenter().equals([50, 76], 0.01)) lost.push(day);
          }
          return lost;
        }""",
        stops(atlas),
    )
    assert lost == []
    expect(page.locator(".kz-unit-card h3")).to_have_text("Павлодар уезі")


def test_the_timeline_works_by_keyboard_and_says_where_it_is(open_page: Callable[..., Any], atlas: Atlas) -> None:
    page = open_page("/?lang=en")
    frame = page.frame_locator(FRAME)
    slider = frame.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^26 August 1920. "))
    slider.focus()
    for key, day in [
        ("ArrowRight", "22 September 1920"),
        ("ArrowLeft", "26 August 1920"),
        ("PageUp", "1 January 1921"),
        ("PageDown", "1 January 1920"),
        ("End", "31 December 1922"),
        ("Home", "1 January 1920"),
    ]:
        page.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuetext", re.compile(f"^{day}. "))
    expect(frame.get_by_role("status")).to_have_text(re.compile("^1 January 1920. "))
    assert slider.evaluate("node => node === document.activeElement")
    for year in ("1920", "1921", "1922"):
        frame.get_by_role("button", name=year, exact=True).click()
        expect(slider).to_have_attribute("aria-valuetext", re.compile(f" {year}. "))


def test_several_steps_between_two_frames_end_at_the_last(open_page: Callable[..., Any], atlas: Atlas) -> None:
    frame = map_of(open_page())
    caption, days = frame.locator(".kz-caption"), stops(atlas)
    words = load_catalogue("kk")
    for stop in ([3, 9, 20], [30, 2]):
        frame.evaluate("stops => stops.forEach(stop => kazatlas.element.go(stop))", stop)
        expect(caption).to_contain_text(words.date(days[stop[-1]]))
        assert frame.evaluate("() => kazatlas.element.plate.stop") == stop[-1]


def test_the_key_of_a_stop_is_the_same_however_one_came_there(open_page: Callable[..., Any]) -> None:
    wrong = map_of(open_page()).evaluate("""() => {
      const element = kazatlas.element, states = [];
      element.record.stops.forEach((_, stop) => ["de_jure", "de_facto"].forEach(view => ["kk", "ru"].forEach(lang =>
        states.push({ stop, view, lang }))));
      const keyOf = state => {
        Object.assign(element.state, state);
        element.draw();
        return element.key.innerHTML;
      };
      // Forwards, and with leaps: each key is made of what is left of another.
      const walked = states.map(keyOf), leapt = states.map((_, n) => keyOf(states[n * 37 % states.length]));
      const fresh = states.map(state => {
        element.key.replaceChildren();
        element.legend.chips = {};
        element.legend.keyShown = null;
        return keyOf(state);
      });
      return states.filter((_, n) => walked[n] !== fresh[n] || leapt[n] !== fresh[n * 37 % states.length]);
    }""")
    assert wrong == []


def test_the_map_keeps_its_size_at_every_stop(open_page: Callable[..., Any]) -> None:
    frame = map_of(open_page())
    sizes = frame.evaluate("""() => kazatlas.element.record.stops.flatMap((_, stop) =>
      ["de_jure", "de_facto"].flatMap(view => ["kk", "ru", "en"].map(lang => {
        Object.assign(kazatlas.element.state, { stop, view, lang });
        kazatlas.element.announce();
        kazatlas.element.draw();
        const box = kazatlas.element.map.getContainer().getBoundingClientRect();
        return [box.top, box.width, box.height].join();
      })))""")
    assert len(sizes) > 300
    assert len(set(sizes)) == 1


def test_play_runs_through_the_acts_and_stops_at_a_press(open_page: Callable[..., Any]) -> None:
    frame = open_page("/?lang=en").frame_locator(FRAME)
    slider = frame.get_by_role("slider")
    before = int(slider.input_value())
    frame.get_by_role("button", name="Speed").click()
    frame.get_by_role("button", name="Speed").click()
    frame.get_by_role("button", name="Play").click()
    expect(slider).not_to_have_value(str(before))
    frame.get_by_role("button", name="Pause").click()
    now = slider.input_value()
    time.sleep(0.9)
    assert slider.input_value() == now


def test_a_click_on_a_region_shows_its_source_note(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=ru&date=1921-12-31")
    frame = map_of(page)
    path = frame.locator('path[data-unit="atbasar-uezd"]')
    where = frame.evaluate("""() => {
      const element = kazatlas.element, version = element.day().force['atbasar-uezd'];
      const at = element.map.latLngToContainerPoint(element.record.place(version.point[0], version.point[1]));
      const box = element.map.getContainer().getBoundingClientRect();
      return [box.left + at.x, box.top + at.y];
    }""")
    box = page.locator(FRAME).bounding_box()
    page.mouse.click(box["x"] + where[0], box["y"] + where[1] + 14)
    card = page.locator(".kz-unit-card")
    expect(card.locator("h3")).to_have_text("Атбасарский уезд")
    expect(card.locator(".kz-citations li").first).to_contain_text(re.compile(r"\w"))
    expect(path).to_have_attribute("aria-pressed", "true")


def test_a_region_can_be_chosen_by_keyboard_alone(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en")
    path = page.frame_locator(FRAME).locator('path[data-unit="kustanay-uezd"]')
    path.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".kz-unit-card h3")).to_have_text("Kustanay uezd")
    page.keyboard.press("Escape")
    expect(page.locator(".kz-unit-card")).to_have_count(0)


def test_the_panel_follows_the_timeline_when_it_rests(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en")
    page.frame_locator(FRAME).get_by_role("slider").focus()
    page.keyboard.press("End")
    expect(page.locator(".kz-panel h2", has_text="31 December 1922")).to_be_visible()
    expect(page).to_have_url(re.compile("date=1922-12-31"))


def test_nothing_is_sent_while_the_timeline_moves(open_page: Callable[..., Any]) -> None:
    page = open_page()
    frame = map_of(page)
    page.wait_for_timeout(1500)
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request.url))
    frame.evaluate("() => { window.posts = 0; window.addEventListener('message', () => { window.posts++; }); }")
    reports = frame.evaluate("""async () => {
      let reports = 0;
      const element = kazatlas.element, tell = element.options.report;
      element.options.report = state => { reports++; tell(state); };
      for (let stop = 0; stop < 30; stop++) {
        element.go(stop);
        await new Promise(done => setTimeout(done, 30));
      }
      return reports;
    }""")
    assert reports == 0
    assert sent == []


def test_the_language_changes_without_making_the_map_anew(open_page: Callable[..., Any]) -> None:
    page = open_page()
    frame = map_of(page)
    frame.evaluate("() => { window.same = true; kazatlas.element.map.setZoom(6, {animate: false}); }")
    page.get_by_text("English", exact=True).click()
    expect(page.locator(".kz-title h1")).to_have_text("Atlas of the Kazakh ASSR")
    expect(page.frame_locator(FRAME).locator(".kz-caption b")).to_have_text("26 August 1920")
    assert frame.evaluate("() => window.same && kazatlas.element.map.getZoom() === 6")


def test_languages_pressed_faster_than_the_server_answers_do_not_break_the_page(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en&date=1921-06-10")
    titles = {"Русский": "Атлас Казахской АССР", "English": "Atlas of the Kazakh ASSR", "Қазақша": "Қазақ АКСР атласы"}
    for language, title in [*titles.items()] * 3:
        page.get_by_text(language, exact=True).click()
        expect(page.locator(".kz-title h1")).to_have_text(title)
    expect(page.locator(".st-key-page")).to_contain_text("Карта")
    assert "date=1921-06-10" in page.url


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_no_interface_text_is_of_another_language(open_page: Callable[..., Any], language: str) -> None:
    frame = open_page(f"/?lang={language}").frame_locator(FRAME)
    text = " ".join(frame.locator(".kz").all_inner_texts())
    foreign = "[А-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі]{2,}" if language == "en" else "[A-Za-z]{2,}"
    assert not re.findall(foreign, text)
    if language == "ru":
        assert not re.findall("[ӘәҒғҚқҢңӨөҰұҮүҺһІі]", text)


def test_a_link_of_a_card_moves_the_map_without_loading_the_page(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en&date=1920-09-15&unit=petropavlovsk-uezd")
    frame = map_of(page)
    frame.evaluate("() => { window.same = true; }")
    page.locator(".kz-unit-card dd a").first.click()
    expect(page.locator(".kz-unit-card h3")).to_have_text("Akmola oblast")
    assert frame.evaluate("() => window.same && kazatlas.element.state.unit") == "akmola"


def test_a_unit_that_is_not_there_says_what_became_of_it_with_links(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en&date=1922-10-22&unit=kalmyk-uezd")
    card = page.locator(".kz-unit-card")
    expect(card).to_contain_text("No longer exists on this day")
    card.locator(".kz-heirs a").first.click()
    expect(card.locator("h3")).to_have_text("Urda uezd")


def test_the_shown_day_can_be_taken_away(open_page: Callable[..., Any], tmp_path: Path, atlas: Atlas) -> None:
    page = open_page("/?lang=en&date=1921-06-10&view=de_facto")
    with page.expect_download(timeout=180_000) as download:
        page.get_by_role("button", name="This day (GeoJSON)").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "kazatlas-1921-06-10-de_facto.geojson"
    taken = gpd.read_file(path)
    assert len(taken) == len(in_force(atlas.versions, "1921-06-10", "de_facto"))


def test_the_data_is_small(server: str, open_page: Callable[..., Any]) -> None:
    page = open_page()
    address = map_of(page).evaluate(
        "() => performance.getEntriesByType('resource').find(e => /json$/.test(e.name)).name"
    )
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.read()) <= 150_000


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1366, 768)])
def test_nothing_needs_sideways_scrolling(open_page: Callable[..., Any], width: int, height: int) -> None:
    page = open_page(width=width, height=height, has_touch=width < 500)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    frame = map_of(page)
    assert frame.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    inside = frame.evaluate("""() => [...document.querySelectorAll('.kz-timeline button, .kz-range, .kz-switch')].every(
      node => node.getBoundingClientRect().right <= innerWidth + 12 && node.getBoundingClientRect().bottom <= innerHeight)""")
    assert inside


def test_the_timeline_answers_a_finger(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en", width=360, height=740, has_touch=True, is_mobile=True)
    slider = page.frame_locator(FRAME).get_by_role("slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.98, box["y"] + box["height"] / 2)
    expect(slider).to_have_attribute("aria-valuetext", re.compile(" 1922. "))


def test_a_dark_page_has_a_dark_map(open_page: Callable[..., Any]) -> None:
    frame = map_of(open_page(color_scheme="dark"))
    frame.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert frame.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(29, 30, 31)"


@pytest.fixture(scope="module")
def lesson_file(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Path:
    path = tmp_path_factory.mktemp("lesson") / "lesson.html"
    write_lesson(atlas, read_json(ROOT / "geodata" / "built" / "map.json"), path, "ru")
    return path


def test_the_lesson_shows_every_stop_without_a_network(chromium: Any, lesson_file: Path, atlas: Atlas) -> None:
    assert lesson_file.stat().st_size <= 2_000_000
    context = chromium.new_context(offline=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    wanted, errors = [], []
    page.on("request", lambda request: wanted.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(lesson_file.as_uri())
    page.locator('.kz-unit[tabindex="0"]').first.wait_for(state="attached")
    assert_every_state(page, atlas)
    page.evaluate("() => kazatlas.element.select('pavlodar-uezd')")
    expect(page.locator(".kz-unit-card h3")).to_have_text("Павлодарский уезд")
    expect(page.locator(".kz-unit-card .kz-citations li:visible").first).to_be_visible()
    page.locator(".kz-unit-card dd a").first.click()
    expect(page.locator(".kz-unit-card h3")).to_contain_text("Семипалатинская")
    page.evaluate("() => kazatlas.element.select(null, 'isilkul-dispute')")
    expect(page.locator(".kz-zone-card h3")).to_contain_text("Исилькуль")
    assert [url for url in wanted if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []
    context.close()


def test_the_lesson_names_no_other_host_that_it_would_ask(lesson_file: Path) -> None:
    page = lesson_file.read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']?https?:", page)
    json.loads(re.search(r"KAZATLAS_LESSON = (\{.*?\});</script>", page).group(1))  # type: ignore[union-attr]


def test_the_online_background_is_asked_for_only_when_switched_on(chromium: Any, server: str) -> None:
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    asked: list[str] = []
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(server) else route.abort())
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server + "/?lang=en")
    frame = map_of(page)
    frame.locator(".kz-legend summary").click()
    note = frame.locator(".kz-tiles")
    expect(note).to_contain_text("asks tile.openstreetmap.org for pictures of the area in view")
    assert [url for url in asked if not url.startswith((server, "data:", "blob:"))] == []
    note.locator("input").check()
    page.wait_for_timeout(500)
    strangers = {url.split("/")[2] for url in asked if not url.startswith((server, "data:", "blob:"))}
    assert strangers == {"tile.openstreetmap.org"}
    expect(frame.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")
    context.close()


# ---- the places that prove the border


def test_the_places_that_prove_the_border_are_shown_when_wanted(open_page: Callable[..., Any], atlas: Atlas) -> None:
    page = open_page("/?lang=en&date=1921-12-31&unit=kustanay-uezd")
    frame, asked = map_of(page), []
    page.on("request", lambda request: asked.append(request.url))
    marks = frame.locator("path.kz-witness")
    expect(marks).to_have_count(0)
    frame.locator(".kz-legend summary").click()
    frame.locator(".kz-witnesses input").check()
    day = frame.evaluate("kazatlas.element.day().date")
    there = [
        feature for feature in atlas.witnesses
        if any(
            s["view"] == "de_jure" and s["valid_from"] <= day < s["valid_to"] for s in feature["properties"]["spans"]
        ) or (feature["properties"]["status"] == "rejected" and not feature["properties"]["spans"])
    ]  # fmt: skip
    assert len(there) > 100
    expect(marks).to_have_count(len(there))
    assert sum("witnesses." in url for url in asked) == 1
    # One click shows the words of the source.
    told = next(f["properties"] for f in there if f["properties"]["unit"] == "kustanay-uezd")
    frame.evaluate(
        "name => kazatlas.element.witnesses.marks.find(({ witness: w }) => w.name === name && w.unit === 'kustanay-uezd').mark.fire('click')",
        told["name"],
    )
    words = frame.locator(".kz-witness-words")
    expect(words).to_contain_text(told["name"])
    expect(words).to_contain_text(told["quote"])
    expect(words).to_contain_text(told["locator"])
    # The card counts them, and opens them with their sources.
    proof = page.locator("details.kz-ground", has_text="Places that prove it")
    count = sum(f["properties"]["unit"] == "kustanay-uezd" for f in there)
    expect(proof.locator("summary").first).to_contain_text(f"Places that prove it: {count}")
    frame.locator(".kz-witnesses input").uncheck()
    expect(marks).to_have_count(0)


# ---- what a line rests on

# Where the middle of a stretch between two faces lies in the frame's window; the faces in any order.
LINE_AT = """([a, b]) => {
  const element = kazatlas.element, record = element.record;
  const index = record.borders.findIndex(border => {
    const faces = border.sides.map(face => (record.faces[face] || {}).id);
    return faces.includes(a) && faces.includes(b);
  });
  const at = element.map.latLngToContainerPoint(element.record.middleOf(index));
  const box = element.map.getContainer().getBoundingClientRect();
  return [box.left + at.x, box.top + at.y];
}"""

# The numbers of the stretches that are drawn as borders.
DRAWN_LINES = """() => kazatlas.element.plate.edges
  .map((edge, index) => getComputedStyle(edge.getElement()).display === 'none' ? -1 : index).filter(index => index >= 0)"""


def edges_of(atlas: Atlas) -> list[dict[str, Any]]:
    """Return the stretches of line in the order in which the map numbers them."""
    return [dict(row) for row in atlas.borders.sort_values("id").to_dict("records")]


def click_on_map(page: Any, at: list[float]) -> None:
    box = page.locator(FRAME).bounding_box()
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])


def listen(frame: Any) -> None:
    """Keep what the map tells the page from now on in `said`."""
    frame.evaluate("""() => {
      const element = kazatlas.element, tell = element.options.report;
      window.said = [];
      element.options.report = state => { said.push(state); tell(state); };
    }""")


def test_a_line_says_what_it_rests_on_and_leaves_the_click_to_the_unit(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en&date=1921-12-31")
    frame = map_of(page)
    at = frame.evaluate(LINE_AT, ["atbasar", "akmolinsk"])
    box = page.locator(FRAME).bounding_box()
    page.mouse.move(box["x"] + at[0] - 40, box["y"] + at[1])
    page.mouse.move(box["x"] + at[0] + 2, box["y"] + at[1])
    tip = frame.locator(".kz-line-tooltip")
    expect(tip.locator("strong")).to_have_text(re.compile("Atbasar – Akmolinsk|Akmolinsk – Atbasar"))
    expect(tip.locator("span")).to_have_text([
        "Border of a uezd or raion",
        "Rests on: map of the time (uncertain)",
        "Accuracy: about 30 km",
        "How drawn: Between Akmolinsk and Atbasar uezds",
        re.compile(r"^Source: Russian Empire Historical GIS Maps \(1897\); "),
    ])  # fmt: skip
    page.mouse.click(box["x"] + at[0] + 2, box["y"] + at[1])
    expect(page.locator(".kz-unit-card h3")).to_have_text(re.compile("Atbasar|Akmolinsk"))
    page.mouse.move(box["x"] + at[0] + 45, box["y"] + at[1] + 5)
    expect(tip).to_be_hidden()


def test_a_tap_on_a_line_says_what_it_rests_on(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en&date=1921-12-31", width=360, height=740, has_touch=True, is_mobile=True)
    frame = map_of(page)
    page.wait_for_timeout(1800)
    page.locator(FRAME).scroll_into_view_if_needed()
    at = frame.evaluate(LINE_AT, ["atbasar", "akmolinsk"])
    box = page.locator(FRAME).bounding_box()
    page.touchscreen.tap(box["x"] + at[0] + 3, box["y"] + at[1])
    tip = frame.locator(".kz-line-tooltip")
    expect(tip.locator("strong")).to_be_visible()
    said, stage = tip.bounding_box(), frame.locator(".kz-stage").bounding_box()
    assert stage["x"] <= said["x"]
    assert said["x"] + said["width"] <= stage["x"] + stage["width"]


def test_lines_are_one_stop_of_the_keyboard_and_the_arrows_go_along_them(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en&date=1921-12-31&unit=kustanay-uezd")
    frame = map_of(page)
    frame.wait_for_function("() => kazatlas.element.state.unit === 'kustanay-uezd'")
    stop = frame.locator(".kz-edge[tabindex]")
    expect(stop).to_have_count(1)
    stop.focus()
    seen = set()
    for _ in range(4):
        expect(frame.locator(".kz-line-tooltip strong")).to_have_text(re.compile("Kustanay"))
        seen.add(frame.evaluate("() => document.activeElement.getAttribute('aria-label')"))
        page.keyboard.press("ArrowRight")
    assert len(seen) >= 3
    assert all("Rests on: " in text and " km." in text for text in seen)
    expect(stop).to_have_count(1)
    page.keyboard.press("Escape")
    expect(frame.locator(".kz-line-tooltip")).to_be_hidden()


def test_only_documented_borders_are_drawn_when_the_reader_wants_no_others(
    open_page: Callable[..., Any], atlas: Atlas
) -> None:
    frame = map_of(open_page("/?lang=en&date=1921-06-13"))
    edges = edges_of(atlas)
    before = {edges[number]["basis"] for number in frame.evaluate(DRAWN_LINES)}
    assert "conjecture" in before
    frame.locator(".kz-legend summary").click()
    switch = frame.get_by_role("checkbox", name="Documented borders only")
    switch.check()
    frame.wait_for_function("() => document.querySelector('.kz-documented')")
    after = frame.evaluate(DRAWN_LINES)
    assert after
    assert "conjecture" not in {edges[number]["basis"] for number in after}
    expect(switch).to_be_checked()


def test_where_the_map_ends_no_border_is_drawn_or_told(open_page: Callable[..., Any], atlas: Atlas) -> None:
    frame = map_of(open_page())
    frames = {n for n, edge in enumerate(edges_of(atlas)) if edge["method"] == "map-frame"}
    assert frames
    for day in stops(atlas)[::8]:
        told = frame.evaluate(
            """async (day) => {
              const element = kazatlas.element;
              element.set({ stop: element.record.stopAt(day) });
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              return element.record.borders.map((_, index) => element.lines.isTold(element.plate, index));
            }""",
            day,
        )
        assert not frames & set(frame.evaluate(DRAWN_LINES))
        assert not [n for n in frames if told[n]]


# ---- the borders of the day before


def test_a_stop_shows_the_borders_that_it_took_away_and_no_others(open_page: Callable[..., Any], atlas: Atlas) -> None:
    frame = map_of(open_page())
    numbers = {edge["id"]: n for n, edge in enumerate(edges_of(atlas)) if edge["method"] != "map-frame"}
    some = 0
    for view in VIEWS:
        shown = frame.evaluate(
            """async ([days, view]) => {
              const element = kazatlas.element, shown = [];
              for (const day of days) {
                element.set({ stop: element.record.stopAt(day), view: view });
                await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
                const lines = element.plate.ghost.getLatLngs();
                shown.push(element.record.borders.flatMap((border, n) => lines.some(line => line[0] === border.line[0]) ? [n] : []));
              }
              return shown;
            }""",
            [stops(atlas), view],
        )
        for day, found in zip(stops(atlas), shown, strict=True):
            gone = {numbers[edge] for edges in ghosts(atlas, day, view).values() for edge in edges if edge in numbers}
            assert set(found) == gone, (day, view)
            some += bool(gone)
    assert some > 20


# ---- zones


def test_zones_are_there_only_while_in_force(open_page: Callable[..., Any], atlas: Atlas) -> None:
    frame = map_of(open_page())
    zones = atlas.tables["zones"]
    for day in stops(atlas):
        shown = frame.evaluate(
            """async (day) => {
              const element = kazatlas.element;
              element.set({ stop: element.record.stopAt(day) });
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              return [...document.querySelectorAll('[data-zone]')].filter(path => path.style.display !== 'none' &&
                path.getAttribute('tabindex') === '0').map(path => path.dataset.zone);
            }""",
            day,
        )
        wanted = [id_ for id_, z in zones.items() if z["valid_from"] <= day < (z.get("valid_to") or "9999")]
        assert sorted(shown) == sorted(wanted), day


def test_a_zone_is_chosen_like_a_unit_and_a_second_click_goes_through_it(open_page: Callable[..., Any]) -> None:
    page = open_page("/?lang=en&date=1922-01-16")
    frame = map_of(page)
    listen(frame)
    frame.locator('path[data-zone="pavlodar-salt-lakes"]').focus()
    page.keyboard.press("Enter")
    frame.wait_for_function("() => said.some(state => state.zone === 'pavlodar-salt-lakes' && state.unit === null)")
    expect(frame.locator('path[data-zone="pavlodar-salt-lakes"]')).to_have_attribute("aria-pressed", "true")
    at = frame.evaluate("""() => {
      const element = kazatlas.element;
      element.map.setView([54.85, 71.5], 7, { animate: false });
      const zone = element.record.zones.find(zone => zone.id === 'isilkul-dispute');
      const middle = L.latLngBounds(zone.rings[0]).getCenter();
      const at = element.map.latLngToContainerPoint(middle), box = element.map.getContainer().getBoundingClientRect();
      return [box.left + at.x, box.top + at.y];
    }""")
    click_on_map(page, at)
    frame.wait_for_function("() => said.at(-1).zone === 'isilkul-dispute'")
    page.wait_for_timeout(400)
    click_on_map(page, at)
    frame.wait_for_function("() => said.at(-1).zone === null && said.at(-1).unit === 'petropavlovsk-uezd'")
    frame.locator(".kz-legend summary").click()
    frame.get_by_role("button", name="The dispute over Isilkul station").last.click()
    frame.wait_for_function("() => said.at(-1).zone === 'isilkul-dispute'")
    frame.locator('path[data-zone="isilkul-dispute"]').focus()
    page.keyboard.press("Escape")
    frame.wait_for_function("() => said.at(-1).zone === null && said.at(-1).unit === null")


def test_zones_can_be_put_away(open_page: Callable[..., Any]) -> None:
    frame = map_of(open_page("/?lang=en&date=1921-06-13"))
    zone = frame.locator('path[data-zone="irtysh-strip"]')
    expect(zone).to_be_visible()
    frame.locator(".kz-legend summary").click()
    frame.get_by_role("checkbox", name="Show on the map").uncheck()
    expect(zone).to_be_hidden()


# ---- two dates beside each other


def test_two_dates_are_compared_by_a_divider(open_page: Callable[..., Any], atlas: Atlas) -> None:
    page = open_page("/?lang=en&date=1920-08-26")
    frame = map_of(page)
    listen(frame)
    button = frame.get_by_role("button", name="Compare dates")
    button.click()
    frame.get_by_label("Compare with").select_option("1921-12-08")
    frame.wait_for_function("() => said.some(state => state.compare === '1921-12-08' && state.date === '1920-08-26')")
    plates = frame.evaluate("""() => ['plate', 'other'].map(key => {
      const plate = kazatlas.element[key];
      return [...plate.svg.querySelectorAll('path[data-unit]')].filter(path =>
        path.style.display !== 'none' && (path.getAttribute('d') || '').length > 9).map(path => path.dataset.version);
    })""")
    assert sorted(plates[0]) == expected_ids(atlas, "1920-08-26", "de_jure")
    assert sorted(plates[1]) == expected_ids(atlas, "1921-12-08", "de_jure")
    divider = frame.get_by_role("slider", name="Divider between the two dates")
    expect(divider).to_have_attribute(
        "aria-valuetext", "50 %: on the left 26 August 1920, on the right 8 December 1921"
    )
    # Beside the divider lies the one date, on its other side the other.
    there = """() => {
      const element = kazatlas.element, version = element.day().force['turgay-uezd'];
      const at = element.map.latLngToContainerPoint(element.record.place(version.point[0], version.point[1]));
      const box = element.map.getContainer().getBoundingClientRect();
      const path = document.elementFromPoint(box.left + at.x, box.top + at.y + 12);
      return path.dataset.version;
    }"""
    divider.focus()
    page.keyboard.press("End")
    assert frame.evaluate(there) in plates[0]
    page.keyboard.press("Home")
    assert frame.evaluate(there) in plates[1]
    page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "2")
    box = divider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 200, steps=4)
    page.mouse.up()
    assert int(divider.get_attribute("aria-valuenow")) > 30
    divider.focus()
    page.keyboard.press("Escape")
    expect(divider).to_be_hidden()
    frame.wait_for_function("() => said.at(-1).compare === null")
    expect(button).to_be_focused()
    assert frame.evaluate("() => getComputedStyle(kazatlas.element.plate.pane).clipPath") == "none"


def test_a_command_sets_the_compared_date_and_its_button_leaves_it(open_page: Callable[..., Any]) -> None:
    frame = map_of(open_page("/?lang=en"))
    frame.evaluate("() => kazatlas.command({ serial: kazatlas.element.state.serial + 1, compare: '1922-12-31' })")
    expect(frame.get_by_label("Compare with")).to_have_value("1922-12-31")
    frame.get_by_role("button", name="Leave the comparison").click()
    expect(frame.get_by_role("slider")).to_have_count(1)


# ---- within another page


@pytest.mark.parametrize(("width", "height"), [(360, 320), (640, 320), (900, 400), (1200, 600)])
def test_map_timeline_and_attribution_stand_alone_in_a_small_frame(
    chromium: Any, lesson_file: Path, width: int, height: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(lesson_file.as_uri())
    page.locator('.kz-unit[tabindex="0"]').first.wait_for(state="attached")
    page.evaluate("""() => {
      document.querySelectorAll('.kz-title, .side').forEach(node => node.remove());
      document.querySelector('.frame').style.cssText = 'position: fixed; inset: 0; margin: 0; min-height: 0; height: auto';
      kazatlas.command({ serial: 1, embed: true });
    }""")
    page.wait_for_timeout(300)
    for name in (".kz-bar", ".kz-key"):
        expect(page.locator(name)).to_be_hidden()
    expect(page.locator(".kz-attribution")).to_contain_text("CC BY 4.0")
    stage = page.locator(".kz-stage").bounding_box()
    assert stage["height"] >= 0.45 * height
    for name in (".kz-range", ".kz-next", ".kz-attribution"):
        box = page.locator(name).bounding_box()
        assert box["x"] + box["width"] <= width + 12, name
        assert box["y"] + box["height"] <= height, name
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("^22 сентября 1920 года"))
    page.locator('path[data-unit="atbasar-uezd"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator('path[data-unit="atbasar-uezd"]')).to_have_attribute("aria-pressed", "true")
    context.close()


def test_a_hollow_tick_says_which_other_date_a_source_gives_and_leads_to_the_event(
    open_page: Callable[..., Any], atlas: Atlas
) -> None:
    frame = open_page("/?lang=en").frame_locator(FRAME)
    first, last = stops(atlas)[0], stops(atlas)[-1]
    others = [
        (event, other)
        for event in atlas.tables["events"]
        for other in event.get("alternatives") or []
        if other.get("date") and other["date"] != event["date"] and first <= other["date"] <= last
    ]
    ticks = frame.locator(".kz-tick-other")
    expect(ticks).to_have_count(len(others))
    titles = [tick.get_attribute("title") for tick in ticks.all()]
    for event, other in others:
        assert any(event["title"]["en"] in title and other["reading"]["en"] in title for title in titles)
    event, other = next(pair for pair in others if pair[0]["id"] == "akmola-gubernia")
    ticks.nth(next(n for n, title in enumerate(titles) if other["reading"]["en"] in title)).click()
    expect(frame.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("^17 January 1921"))


def test_a_readers_own_points_are_drawn_for_the_visit(open_page: Callable[..., Any]) -> None:
    page = open_page("?lang=en")
    page.get_by_text("Take away", exact=True).click()
    page.get_by_text("Your own points").click()
    area = [[60, 48], [64, 48], [64, 50], [60, 50], [60, 48]]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": geometry}
        for name, geometry in (
            ("<b>Grandmother's aul</b>", {"type": "Point", "coordinates": [71.4, 51.1]}),
            ("A survey", {"type": "Polygon", "coordinates": [area]}),
        )
    ]
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    given = page.locator('[data-testid="stFileUploader"] input[type="file"]')
    given.set_input_files({"name": "mine.geojson", "mimeType": "application/geo+json", "buffer": data})
    page.get_by_text("Shown on the map: 2.").wait_for()
    page.get_by_text("Map", exact=True).click()
    frame = map_of(page)
    frame.locator(".kz-guest.point").hover()
    assert frame.locator(".leaflet-tooltip").inner_text() == "<b>Grandmother's aul</b>"
    frame.locator(".kz-guest.point").click()
    page.get_by_role("heading", name="Akmolinsk uezd").wait_for()
    assert frame.locator(".kz-guest.area").count() == 1
    page.get_by_text("Take your points off the map").click()
    frame.locator(".kz-guest").first.wait_for(state="detached")


def test_a_click_on_the_map_asks_in_which_uezd_a_place_lay(open_page: Callable[..., Any]) -> None:
    page = open_page("?lang=en&page=place")
    frame = map_of(page)
    where = frame.evaluate("""() => {
      const at = kazatlas.element.map.latLngToContainerPoint([52.28, 76.97]);
      return { x: at.x, y: at.y };
    }""")
    frame.locator(".leaflet-container").click(position=where)
    # A pixel of this map is some kilometres wide.
    page.get_by_text(re.compile(r"^5[12][.\d]*° N, 7[67][.\d]*° E: What decrees say")).wait_for()
    assert "Pavlodar uezd" in page.locator("table").first.inner_text()
    assert frame.evaluate("() => kazatlas.element.state.unit") is None
    page.get_by_label("Town or village").fill("Верный")
    page.get_by_label("Town or village").press("Enter")
    page.get_by_role("heading", name=re.compile("(Almaty|Verny).*: What decrees say")).wait_for()
    assert frame.locator(".kz-picked").count() == 1
    page.get_by_text("Map", exact=True).click()
    page.get_by_label("Search by name").wait_for()
    expect(map_of(page).locator(".kz-picked")).to_be_hidden()


# ---- one day, one answer; see test_day.py


SHOWN = """() => {
  const { element } = kazatlas, { plate, record } = element, days = [];
  for (let stop = 0; stop < record.stops.length; stop++) for (const view of ['de_jure', 'de_facto']) {
    Object.assign(element.state, { stop, view, level: 2 });
    element.draw();
    const laid = {};
    const faces = plate.day().unitOf.flatMap((unit, face) => {
      const path = plate.units[unit].getElement();
      return [[record.faces[face].id, [unit, path.style.fill, path.getAttribute("class"), path.style.display !== "none"]]];
    });
    Object.values(plate.claims).forEach(layer => {
      const box = layer.getElement().getAttribute('d');
      if (layer.getLatLngs().flat(9).length) laid[layer.getElement().style.fill] = box;
    });
    days.push({
      date: record.stops[stop].date, view, faces: Object.fromEntries(faces), claims: Object.keys(laid),
      lines: plate.edges.map(edge => edge.getElement().getAttribute('class').split(' ').slice(1).join(' '))
    });
  }
  return days;
}"""
CLASSES = {"republic": "in", "claimed": "claimed", "home": "home", "abroad": "out"}


def test_the_app_draws_each_face_and_line_as_the_day_says(open_page: Callable[..., Any], atlas: Atlas) -> None:
    page = open_page("?lang=en&date=1920-08-26&view=de_jure")
    edges = atlas.borders.sort_values("id").to_dict("records")
    calendar = calendar_of(atlas)
    shown = map_of(page).evaluate(SHOWN)
    assert len(shown) == 2 * len(history_of(atlas).days)
    for now in shown:
        day = calendar.day(now["date"], now["view"])
        assert now["faces"].keys() == day.unit_of.keys()
        parts: set[str] = set()
        for face, (unit, colour, css, is_shown) in now["faces"].items():
            fill = day.fill(face)
            prefix = "h" if fill.kind == "claimed" else "c"
            wanted = f"var(--{prefix}-{fill.colour}, var(--{prefix}-other))"
            classes = [CLASSES[fill.kind], *([] if fill.kind == "abroad" else [f"t{tint(unit)}"])]
            assert (unit, is_shown) == (day.unit_of[face], True)
            if (colour, css.split()[2:4]) != (wanted, classes):
                # The claimed part of a unit is laid over it.
                assert fill.kind == "claimed" and wanted in now["claims"], (day.date, day.view, face)
                parts.add(wanted)
        assert parts == set(now["claims"])
        for edge, css in zip(edges, now["lines"], strict=True):
            left, right = (side if isinstance(side, str) else None for side in (edge["left"], edge["right"]))
            if edge["method"] == MAP_FRAME:
                assert css.split()[0] == "none"
                continue
            line = day.line(left, right)
            beyond = [] if line.is_ours else ["beyond"]
            assert css.split() == [line.rank, *beyond, evidence(edge["basis"], edge["certainty"])], (
                day.date,
                edge["id"],
            )
