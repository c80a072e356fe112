"""The atlas in a real browser: what a reader sees, clicks, hears and takes away."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from kazatlas.atlas import Atlas, change_dates, in_force, stops
from kazatlas.lesson import write_lesson
from kazatlas.record import read_json

sync_api = pytest.importorskip("playwright.sync_api")
Page, Browser, Frame = sync_api.Page, sync_api.Browser, sync_api.Frame
expect = sync_api.expect

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FRAME = 'iframe[title="streamlit_folium.st_folium"]'

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM and os.environ.get("KAZATLAS_BROWSER") != "required", reason="needs Chromium (apt install chromium)"
    ),
]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Start the app on a free port and return its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        yield address
        process.terminate()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, server: str) -> Iterator[Callable[..., Any]]:
    """Return a function that opens the app; a request to another host or an error fails the test."""
    contexts, strangers, errors = [], [], []

    def refuse(route: Any) -> None:
        url = route.request.url
        if url.startswith((server, "data:", "blob:")):
            route.continue_()
        else:
            strangers.append(url)
            route.abort()

    def open_(query: str = "", width: int = 1366, height: int = 768, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.route("**/*", refuse)
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
            frame.evaluate("([z, l]) => { const e = kazatlas.element; e.state.lang = l; e.map.setZoom(z, {animate: false}); }", [zoom, language])
            for found in frame.evaluate(EVERY_STATE, states):
                assert found["collisions"] == [], (zoom, language)


def test_a_name_lies_inside_its_unit(open_page: Callable[..., Any]) -> None:
    outside = map_of(open_page()).evaluate("""() => {
      const element = kazatlas.element, outside = [];
      for (const [unit, label] of Object.entries(element.labels)) {
        const layer = element.units[unit];
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
          const path = element.units['pavlodar-uezd'].getElement();
          path.focus();
          for (const day of [...days, ...[...days].reverse()]) {
            element.set({ stop: element.record.stopAt(day) });
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            if (document.activeElement !== path || element.state.unit !== 'pavlodar-uezd' ||
                element.units['pavlodar-uezd'].getElement() !== path || element.map.getZoom() !== 6 ||
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
        ("End", "22 October 1922"),
        ("Home", "1 January 1920"),
    ]:
        page.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuetext", re.compile(f"^{day}. "))
    expect(frame.get_by_role("status")).to_have_text(re.compile("^1 January 1920. "))
    assert slider.evaluate("node => node === document.activeElement")
    for year in ("1920", "1921", "1922"):
        frame.get_by_role("button", name=year, exact=True).click()
        expect(slider).to_have_attribute("aria-valuetext", re.compile(f" {year}. "))


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
      const element = kazatlas.element, version = element.snapshot().force['atbasar-uezd'];
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
    expect(page.locator(".kz-panel h2").first).to_contain_text("22 October 1922")
    expect(page).to_have_url(re.compile("date=1922-10-22"))


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
    with page.expect_download() as download:
        page.get_by_role("button", name="This day (GeoJSON)").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "kazatlas-1921-06-10-de_facto.geojson"
    taken = gpd.read_file(path)
    assert len(taken) == len(in_force(atlas.versions, "1921-06-10", "de_facto"))


def test_the_data_is_small(server: str, open_page: Callable[..., Any]) -> None:
    page = open_page()
    address = map_of(page).evaluate("() => performance.getEntriesByType('resource').find(e => /json$/.test(e.name)).name")
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
    expect(page.locator(".kz-unit-card .kz-citations li").first).to_be_visible()
    page.locator(".kz-unit-card dd a").first.click()
    expect(page.locator(".kz-unit-card h3")).to_contain_text("Семипалатинская")
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
