"""Text that means harm stays text: in the record, in addresses, in the search, in readers' files."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from kazatlas.atlas.search import NameIndex, find
from kazatlas.atlas.selection import EVERYTHING
from kazatlas.atlas.store import Atlas, load_atlas
from kazatlas.build.run import build_atlas
from kazatlas.export.formats import FORMATS
from kazatlas.plate.plate import plate
from kazatlas.record.reading import read_record
from kazatlas.record.text_files import read_json
from kazatlas.record.types import VIEWS
from kazatlas.text.catalogue import LANGUAGES, load_catalogue
from kazatlas.web import html_pages as pages
from kazatlas.web.cards import Cards
from kazatlas.web.lesson import write_lesson
from kazatlas.web.upload import UploadError, locate_features, read_upload, rows_as_csv
from tests.conftest import ROOT, at_rest, in_browser, make_toy, refuse_others, running_app, write_toy
from tests.hostile import HOSTILE, hostile_toy, is_taken

FRAME = 'iframe[title="streamlit_folium.st_folium"]'
TAKEN = [text for text in HOSTILE if is_taken(text)]
DAYS = ("1921-05-01", "1921-06-01", "1921-07-01", "1921-08-01")
"""The days on which the hostile record's events lie."""


# What text could have made of itself: elements that our pages never have, and attributes that run.
MADE = """() => {
  const found = [];
  const never = 'img,svg script,iframe,object,embed,form,math,video,audio,marquee,base,template,plaintext,isindex,x,input[onfocus],' +
    '[style*=animation],link[href*=evil],meta[http-equiv=refresh],[src*=evil],[href*=evil],use,animate';
  for (const node of document.querySelectorAll(OURS + ' *')) {
    if (node.matches(never)) found.push(node.outerHTML.slice(0, 200));
    for (const attribute of node.attributes) {
      const target = /^(href|src|action|data|formaction|xlink:href|srcdoc)$/.test(attribute.name);
      if (/^on/.test(attribute.name) || (target && /^\\s*(javascript|data|vbscript):/i.test(attribute.value))) {
        found.push(attribute.name + '=' + attribute.value.slice(0, 100));
      }
    }
  }
  return [found, window.__hacked];
}"""


def nothing_made(where: Any, ours: str) -> None:
    made, hacked = where.evaluate(MADE.replace("OURS", f"'{ours}'"))
    assert made == []
    assert hacked is None


def seen(text: str) -> str:
    """Return a text as it stands on a page: white space does not count."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


# ---- the record


def test_there_are_500_hostile_strings_and_they_differ() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) == 500
    assert 400 < len(TAKEN) < 480


@pytest.mark.parametrize("is_escaped", [True, False], ids=["escaped", "as it is"])
def test_a_text_that_is_invisible_or_endless_is_refused_in_a_sentence(tmp_path: Path, is_escaped: bool) -> None:
    write_toy(tmp_path, make_toy())
    first = (tmp_path / "sources.yaml").read_bytes()
    for text in set(HOSTILE) - set(TAKEN):
        # In quotation marks, as JSON has it, which YAML reads, too.
        title = json.dumps(text, ensure_ascii=is_escaped).encode("utf-8", "surrogatepass")
        (tmp_path / "sources.yaml").write_bytes(first + b"evil: {type: book, seen: original, title: " + title + b"}\n")
        told = [str(problem) for problem in read_record(tmp_path)[1]]
        assert any("sources.yaml" in sentence for sentence in told), ascii(text)
        assert all(sentence.isprintable() and len(sentence) < 1500 for sentence in told), told


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the app whose record is hostile."""
    home = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / ".streamlit", home / ".streamlit")
    shutil.copy(ROOT / "app.py", home)
    (home / "src").symlink_to(ROOT / "src")
    record, problems = read_record(write_toy(home / "geodata", hostile_toy(TAKEN)))
    assert [str(problem) for problem in problems] == []
    (home / "geodata" / "built").mkdir()
    for name, data in build_atlas(record, problems).items():
        (home / "geodata" / "built" / name).write_bytes(data)
    return home


@pytest.fixture(scope="module")
def hostile_atlas(hostile_home: Path) -> Atlas:
    return load_atlas(hostile_home / "geodata" / "built")


def every_text(atlas: Atlas) -> Iterator[str]:
    """Yield the HTML of every card and page of an atlas."""
    cards = Cards(atlas, with_copies=True)
    for event in atlas.tables["events"]:
        yield cards.event_card(load_catalogue("ru"), event, "de_jure")
    for language, view in zip(LANGUAGES, (*VIEWS, "de_jure"), strict=True):
        words = load_catalogue(language)
        for day in ("1920-09-01", "1922-06-01"):
            for unit in cards.rows:
                yield cards.unit_card(words, unit, day, view)
            yield cards.zone_card(words, "quarrel", day, view)
            yield pages.units_table(cards, words, day, view)
        yield pages.events_table(cards, words, view)
        yield pages.compare_table(atlas, cards, words, "1920-09-01", DAYS[-1], view)
        yield pages.article_page(cards, words)
        yield pages.republic_page(cards, words)
        yield pages.sources_table(cards, words)
        yield pages.methods_page(cards, words)
        yield pages.doubts_page(cards, words)
        yield pages.quality_page(atlas, words)


@in_browser
def test_every_card_and_table_shows_500_hostile_names_as_text(chromium: Any, hostile_atlas: Atlas) -> None:
    fragments = list(dict.fromkeys(every_text(hostile_atlas)))
    page = chromium.new_page()
    faults: list[str] = []
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.append(request.url))
    # Read by the parser as a page of its own, which is stricter than st.html: nobody cleans it afterwards.
    page.set_content(f"<!doctype html><main>{''.join(fragments)}</main>")
    nothing_made(page, "main")
    shown = seen(page.evaluate("() => document.querySelector('main').textContent"))
    assert [text for text in TAKEN if seen(text) not in shown] == []
    tags = page.evaluate("() => [...new Set([...document.querySelectorAll('main *')].map(node => node.localName))]")
    ours = set(re.findall(r"<([a-z][a-z0-9]*)", "".join(every_text_of_the_source())))
    assert set(tags) <= ours | {"tbody"}
    page.wait_for_timeout(200)
    assert page.evaluate("() => window.__hacked") is None
    assert faults == []
    page.close()


def every_text_of_the_source() -> Iterator[str]:
    for path in (ROOT / "src" / "kazatlas" / "templates").iterdir():
        yield path.read_text(encoding="utf-8")


@in_browser
def test_what_is_not_escaped_would_be_found_here(chromium: Any) -> None:
    page = chromium.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.route("**/*", lambda route: route.abort())
    for text in HOSTILE[:8]:
        page.set_content(f"<!doctype html><main>{text}</main>")
        made, hacked = page.evaluate(MADE.replace("OURS", "'main'"))
        assert made or hacked or "<script" in text.lower(), text
    page.close()


# ---- what is taken away of a hostile record


@pytest.fixture(scope="module")
def hostile_files(hostile_atlas: Atlas) -> dict[str, bytes]:
    return {name: data for write in FORMATS.values() for name, data in write(hostile_atlas, EVERYTHING).items()}


def test_no_cell_of_a_table_is_a_formula(hostile_files: dict[str, bytes]) -> None:
    tables = {name: data for name, data in hostile_files.items() if name.endswith(".csv")}
    texts = set()
    for name, data in tables.items():
        for row in csv.reader(io.StringIO(data.decode("utf-8"), newline="")):
            for cell in row:
                assert not re.match(r"[=+@\t\r\n＝＋－＠]|-(?![\d.]+$)", cell), (name, cell)
                texts |= {cell, cell.removeprefix("'")}
    assert {unicodedata.normalize("NFC", text) for text in TAKEN} <= texts


def test_every_json_file_gives_the_texts_back_as_they_were(hostile_files: dict[str, bytes]) -> None:
    for name, data in hostile_files.items():
        if name.endswith(("json", "jsonld")):
            assert json.loads(data), name
    told = json.dumps(json.loads(hostile_files["kazatlas-places.geojson"]), ensure_ascii=False)
    assert all(json.dumps(unicodedata.normalize("NFC", text), ensure_ascii=False) in told for text in TAKEN[::3])


def test_the_names_of_files_hold_nothing_of_the_texts(hostile_files: dict[str, bytes]) -> None:
    assert all(re.fullmatch(r"[a-z0-9/_.-]+", name) and ".." not in name for name in map(str.lower, hostile_files))


@pytest.mark.filterwarnings("ignore:Glyph .* missing from", "ignore:Matplotlib currently does not support")
@in_browser
def test_a_plate_of_hostile_names_is_a_picture_and_nothing_else(chromium: Any, hostile_atlas: Atlas) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    link = "javascript:window.__hacked=1//" + "".join(TAKEN[:40])
    svg = plate(hostile_atlas, {}, DAYS[0], "de_jure", 2, "en", "svg", permalink=link)
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert not tags & {"script", "foreignObject", "a", "image", "iframe", "set", "animate"}
    page.set_content(f"<!doctype html><main>{svg.decode()}</main>")
    assert page.evaluate("() => [document.querySelectorAll('main > *').length, window.__hacked || 0]") == [1, 0]
    assert asked == []
    page.close()


@in_browser
def test_a_lesson_of_hostile_names_shows_them_as_text(chromium: Any, hostile_home: Path, tmp_path: Path) -> None:
    built = hostile_home / "geodata" / "built"
    write_lesson(load_atlas(built), read_json(built / "map.json"), tmp_path / "lesson.html", "en")
    page = chromium.new_page()
    faults: list[str] = []
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Refused" in message.text else None)
    page.goto((tmp_path / "lesson.html").as_uri())
    page.locator('.kz-unit[tabindex="0"]').first.wait_for(state="attached")
    visit_hostile_days(page)
    page.locator("#cards .kz-event").first.wait_for()
    nothing_made(page, "main")
    assert faults == []
    page.close()


def visit_hostile_days(frame: Any) -> None:
    """Go to each hostile day of a map, and point at each of its units, towns and lines."""
    hacked = frame.evaluate(
        """async (days) => {
          const element = kazatlas.element;
          for (const day of days) {
            element.set({ stop: element.record.stopAt(day) });
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            for (const path of document.querySelectorAll('path[tabindex]')) {
              for (const type of ['mouseover', 'mousemove', 'focusin', 'mouseout']) {
                path.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: 200, clientY: 200 }));
              }
            }
          }
          return window.__hacked;
        }""",
        [*DAYS, "1920-09-01"],
    )
    assert hacked is None


# ---- the app itself


@pytest.fixture
def watched(chromium: Any) -> Iterator[Callable[[str], Any]]:
    """Return a function that opens a page; dialogs, errors, refusals and other hosts fail the test."""
    faults: list[str] = []
    contexts = []

    def open_(server: str) -> Any:
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
        contexts.append(context)
        refuse_others(context, server, faults)
        page = context.new_page()
        page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "Refused" in message.text else None)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


def wait_for_map(page: Any) -> Any:
    page.frame_locator(FRAME).locator('.kz-unit[tabindex="0"]').first.wait_for(state="attached", timeout=30_000)
    return next(frame for frame in page.frames if "st_folium" in frame.url)


def is_sound(page: Any) -> None:
    """Assert that a page of the app was made by nobody but the app, and did not fail."""
    nothing_made(page, ".stApp [data-testid=stHtml]")
    assert page.evaluate("() => document.querySelectorAll('.stException, img[src=x]').length") == 0


@in_browser
def test_the_app_shows_a_hostile_record_as_text(watched: Callable[[str], Any], hostile_home: Path) -> None:
    with running_app(hostile_home) as server:
        page = watched(server)
        page.goto(f"{server}/?lang=en&date={DAYS[0]}&unit=a1-uezd")
        frame = wait_for_map(page)
        page.locator(".kz-unit-card").wait_for()
        visit_hostile_days(frame)
        nothing_made(frame, "body")
        page.locator(".kz-event").nth(50).wait_for(state="attached")
        # The citations to copy come from the server when they are opened.
        page.evaluate("() => document.querySelectorAll('details.kz-cite').forEach(fold => { fold.open = true; })")
        page.locator("details.kz-cite dd code").first.wait_for(state="attached")
        is_sound(page)
        for name in ("article", "tables", "compare", "take", "about"):
            page.get_by_text(load_catalogue("en")(f"pages.{name}"), exact=True).first.click()
            page.locator(".st-key-reading h2, .st-key-reading table").first.wait_for(state="attached")
            is_sound(page)


def addresses() -> Iterator[str]:
    """Yield addresses that put all the hostile strings into the parameters, many at once and each by itself."""
    keys = ("lang", "date", "view", "level", "unit", "zone", "compare", "v", "page", "embed", "query", "ref", "a")
    texts = [text[:1500] for text in HOSTILE]
    for number in range(0, len(texts), len(keys)):
        pairs = zip(keys, texts[number : number + len(keys)], strict=False)
        yield "&".join(f"{key}={quote(text, safe='', errors='surrogatepass')}" for key, text in pairs)


@in_browser
def test_500_hostile_addresses_open_the_atlas_and_say_what_they_cannot_show(
    watched: Callable[[str], Any], server: str
) -> None:
    page = watched(server)
    told = 0
    for number, query in enumerate(addresses()):
        if number % 16 == 0:
            page.goto(f"{server}/?nr={number}&{query}", wait_until="commit")
        else:
            # As when a reader goes back to an earlier address.
            page.evaluate(
                "(query) => { history.pushState({}, '', query); dispatchEvent(new PopStateEvent('popstate')); }",
                f"?nr={number}&{query}",
            )
        # The app has answered when it has put its own words into the address.
        page.wait_for_function("() => !/nr=/.test(location.search) && /v=/.test(location.search)")
        at_rest(page)
        nothing_made(wait_for_map(page), "body")
        is_sound(page)
        told += page.locator("[data-testid=stAlert]").count() > 0
        assert "date=1920-08-26" in page.url
        assert page.locator(".kz-title h1").count() == 1
    assert told > 30


def test_500_hostile_questions_are_answered_by_the_search(atlas: Atlas, hostile_atlas: Atlas) -> None:
    index = NameIndex(atlas)
    for text in HOSTILE:
        # The search box takes 200 letters.
        assert len(find(index, text[:200], limit=8, day="1920-08-26", view="de_jure")) <= 8
    own = NameIndex(hostile_atlas)
    names = [text for text in TAKEN[::3] if len(text) < 200 and sum(map(str.isalpha, text)) > 3]
    found = [any(hit.matched == text for hit in find(own, text, limit=60)) for text in names[:40]]
    assert sum(found) > 30


@in_browser
def test_hostile_questions_in_the_search_box_stay_words(watched: Callable[[str], Any], server: str) -> None:
    page = watched(server)
    page.goto(f"{server}/?lang=en")
    wait_for_map(page)
    box = page.get_by_label(load_catalogue("en")("find.label"))
    status = page.locator('.kz-panel [role="status"]')
    for text in [text for text in HOSTILE if 3 < len(text) <= 200 and text.isprintable()][::40]:
        box.fill("Pavlodar")
        box.press("Enter")
        status.locator("li", has_text="Pavlodar").first.wait_for()
        box.fill(text)
        box.press("Enter")
        page.wait_for_function(
            "() => !/Pavlodar/.test((document.querySelector('.kz-panel [role=status]') || {}).textContent || '')"
        )
        is_sound(page)
    assert status.count() == 1


# ---- a reader's own file


def points_file(texts: list[str], **members: Any) -> bytes:
    """Return a GeoJSON file of points whose properties are named so and say so."""
    features = [
        {"type": "Feature", "properties": {text: text, "name": text, "deep": {text: [text]}},
         "geometry": {"type": "Point", "coordinates": [60.5 + n / 100, 48.5]}}
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def no_formulas(table: str) -> list[list[str]]:
    """Return the rows of a CSV table, of which no cell may be run by a spreadsheet."""
    rows = list(csv.reader(io.StringIO(table, newline="")))
    for row in rows:
        assert len(row) == len(rows[0])
        assert not [cell for cell in row if re.match(r"[=+@\t\r\n＝＋－＠]|-(?![\d.]+$)", cell)]
    return rows


def test_a_readers_file_of_500_hostile_names_becomes_a_table_without_formulas(atlas: Atlas) -> None:
    for start in range(0, 500, 25):
        texts = HOSTILE[start : start + 25]
        rows = locate_features(read_upload(points_file(texts)), atlas, "1920-08-26", "en")
        table = rows_as_csv(rows).decode("utf-8-sig")
        found = no_formulas(table)
        assert len(found) == len(texts) + 1
        own = found[0].index("own_name")
        for text, row in zip(texts, found[1:], strict=True):
            assert row[own].removeprefix("'")[:400] == writable(text.removeprefix("'"))[:400]


def writable(text: str) -> str:
    """Return a text as a file can hold it: half a surrogate pair cannot be written."""
    return text.encode("utf-8", "replace").decode()


def test_a_readers_file_that_means_harm_is_refused_in_one_of_our_sentences() -> None:
    broken = [
        b"", b"\x00" * 100, b"null", b"<script>", b'{"features": {}}', b'{"features": [[]]}', b"{" * 5000, b'{"a":' * 5000,
        b'{"features": [{"geometry": {"type": "Point", "coordinates": ["' + HOSTILE[0].encode() + b'", 1]}}]}',
        b'{"features": [{"geometry": {"type": "<script>", "coordinates": [1, 1]}}]}',
        b'{"features": [{"geometry": {"type": "Point", "coordinates": [1e999, NaN]}}]}',
        b'{"features": [{"geometry": {"type": "Point", "coordinates": [' + b"9" * 5000 + b", 1]}}]}",
        points_file(HOSTILE[:2], crs={"type": "name", "properties": {"name": HOSTILE[0]}}),
    ]  # fmt: skip
    for data in broken:
        with pytest.raises(UploadError) as refusal:
            read_upload(data)
        for language in LANGUAGES:
            assert load_catalogue(language)(f"upload.{refusal.value.code}", **refusal.value.values)


@in_browser
def test_hostile_files_can_be_given_to_the_take_away_page(
    watched: Callable[[str], Any], server: str, tmp_path: Path
) -> None:
    page = watched(server)
    page.goto(f"{server}/?lang=en&page=take")
    words = load_catalogue("en")
    page.get_by_text(words("upload.title")).click()
    given = page.locator("[data-testid=stFileUploader] input[type=file]")
    random.Random(3).shuffle(texts := [text for text in HOSTILE if len(text) < 500])
    for number, name in enumerate(("<img src=x onerror=window.__hacked=1>", "=1+1", "[x](javascript:1) :red[x]")):
        count = 35 + number
        data = points_file(texts[number * 40 : number * 40 + count])
        given.set_input_files({"name": f"{name}.geojson", "mimeType": "application/geo+json", "buffer": data})
        page.get_by_text(words("upload.done", number=count)).wait_for()
        with page.expect_download(timeout=180_000) as download:
            page.get_by_role("button", name=words("upload.download")).click()
        download.value.save_as(tmp_path / "points.csv")
        assert len(no_formulas((tmp_path / "points.csv").read_text(encoding="utf-8-sig"))) == count + 1
        is_sound(page)
    # What was read is drawn on the map, each point with its name.
    page.get_by_text(words("pages.map"), exact=True).first.click()
    frame = wait_for_map(page)
    frame.locator("path.kz-guest").nth(20).wait_for(state="attached")
    for number in range(0, 21, 4):
        frame.locator("path.kz-guest").nth(number).dispatch_event("mouseover")
    nothing_made(frame, "body")
    page.get_by_text(words("pages.take"), exact=True).first.click()
    page.get_by_text(words("upload.title")).click()
    given.set_input_files({"name": "x.geojson", "mimeType": "text/html", "buffer": f"<script>{escape(name)}".encode()})
    page.locator("[data-testid=stAlert]").wait_for()
    is_sound(page)
