"""An atlas that is built while the app runs: picked up whole, or told in a sentence; never mixed with the old one."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from streamlit.testing.v1 import AppTest

from kazatlas import __main__ as command
from kazatlas.atlas.store import AtlasError
from kazatlas.text.catalogue import load_catalogue
from kazatlas.web import opened as opening
from kazatlas.web.opened import is_replaced, open_atlas
from kazatlas.web.serve import entry
from tests.conftest import in_browser, make_toy, running_app, words, write_toy
from tests.test_app import ROOT, FakeMap, html_of
from tests.test_offline import FRAME, choose_on_map


def build(folder: Path, **changes: Any) -> None:
    """Build the toy country, its first uezd under another name."""
    toy = make_toy()
    toy["VERSION"] = f"{changes.get('version', '1.0.0')}\n"
    if name := changes.get("name"):
        for version in toy["units/uezds.yaml"]["a1-uezd"]["versions"]:
            version["name"] = words(name)
    if changes.get("without_b3"):
        del toy["units/uezds.yaml"]["b3-raion"]
        toy["doubts.yaml"]["b3-border"]["units"] = []
    assert command.main(["build", "--geodata", str(write_toy(folder, toy))]) == 0


@pytest.fixture
def geodata(tmp_path: Path) -> Path:
    build(tmp_path / "geodata")
    return tmp_path / "geodata"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    return tmp_path / "static"


@pytest.fixture
def fake_map() -> Iterator[FakeMap]:
    fake = FakeMap()
    with mock.patch("streamlit_folium.st_folium", fake):
        yield fake


@pytest.fixture
def app(fake_map: FakeMap, geodata: Path, tmp_path: Path) -> AppTest:
    (tmp_path / "served").mkdir()
    return AppTest.from_file(str(entry(tmp_path / "served", geodata)), default_timeout=60)


# ---- the opened atlas


def test_an_atlas_is_read_once(geodata: Path, static: Path) -> None:
    first = open_atlas(geodata, static)
    with mock.patch.object(opening, "read_built", side_effect=AssertionError):
        assert open_atlas(geodata, static) is first


def test_many_readers_at_once_open_it_once(geodata: Path, static: Path) -> None:
    with mock.patch.object(opening, "read_built", side_effect=opening.read_built) as read:
        threads = [threading.Thread(target=open_atlas, args=(geodata, static)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert read.call_count == 1


def test_a_rebuilt_atlas_is_opened_at_the_next_asking(geodata: Path, static: Path) -> None:
    before = open_atlas(geodata, static)
    assert not is_replaced(before)
    build(geodata, name="New")
    assert is_replaced(before)
    after = open_atlas(geodata, static)
    assert after is not before
    assert "New" in after.cards.unit_card(load_catalogue("en"), "a1-uezd", "1920-09-01", "de_jure")
    assert after.assets.data != before.assets.data
    assert open_atlas(geodata, static) is after


def test_what_an_atlas_gives_away_is_of_its_own_build(geodata: Path, static: Path) -> None:
    before = open_atlas(geodata, static)
    lesson = before.lesson("en")
    build(geodata, name="New")
    assert b"New" not in before.files["atlas.geojson"]
    assert before.lesson("en") == lesson
    after = open_atlas(geodata, static)
    assert b"New" in after.files["atlas.geojson"]
    assert after.lesson("en") != lesson


def test_files_damaged_after_the_opening_harm_nobody(geodata: Path, static: Path) -> None:
    before = open_atlas(geodata, static)
    (geodata / "built" / "map.json").write_text("{}")
    assert open_atlas(geodata, static) is before
    assert len(before.lesson("kk")) > 100_000


@pytest.mark.parametrize("name", ["manifest.json", "tables.json"])
def test_a_new_atlas_that_is_damaged_is_an_error_and_not_the_old_one(geodata: Path, static: Path, name: str) -> None:
    open_atlas(geodata, static)
    build(geodata, name="New")
    (geodata / "built" / name).write_text("{")
    with pytest.raises(AtlasError, match=name):
        open_atlas(geodata, static)
    build(geodata, name="Newer")
    assert not is_replaced(open_atlas(geodata, static))


def test_a_build_while_the_files_are_read_is_seen_at_once(geodata: Path, static: Path) -> None:
    real, calls = opening.read_built, []

    def read_and_build(folder: Path) -> dict[str, bytes]:
        files = real(folder)
        if not calls:
            build(geodata, name="New")
        calls.append(folder)
        return files

    with mock.patch.object(opening, "read_built", read_and_build):
        opened = open_atlas(geodata, static)
    assert len(calls) == 2
    assert b"New" in opened.files["atlas.geojson"]


# ---- the page


def test_a_reader_gets_map_cards_and_downloads_of_the_new_atlas(app: AppTest, fake_map: FakeMap, geodata: Path) -> None:
    app.query_params.update({"lang": "en", "unit": "a1-uezd"})
    assert "A1 uezd" in html_of(app.run())
    before = fake_map.commands[-1]
    build(geodata, name="New", version="1.0.1")
    fake_map.stands(unit="b1-uezd")
    html = html_of(app.run())
    # The map is another one, so it is told where it stands.
    assert fake_map.commands[-1]["serial"] > before["serial"]
    assert fake_map.commands[-1]["unit"] == "a1-uezd"
    assert "New" in html
    assert "1.0.1" in html
    assert app.query_params["v"] in ("1.0.1", ["1.0.1"])
    fake_map.stands(unit="b1-uezd")
    assert "B1" in html_of(app.run())


def test_a_unit_that_the_new_atlas_has_not_is_no_longer_chosen(app: AppTest, fake_map: FakeMap, geodata: Path) -> None:
    app.query_params.update({"lang": "en", "unit": "b3-raion", "date": "1921-05-01"})
    app.run()
    assert fake_map.commands[-1]["unit"] == "b3-raion"
    build(geodata, without_b3=True)
    app.run()
    assert not app.exception
    assert fake_map.commands[-1]["unit"] is None


def test_an_atlas_that_is_gone_or_damaged_is_one_sentence_and_comes_back(app: AppTest, geodata: Path) -> None:
    app.query_params.update({"lang": "en"})
    app.run()
    (geodata / "built" / "manifest.json").write_text("{}")
    assert [error.value for error in app.run().error] == ["The built atlas is damaged or of an older form. Run:"]
    shutil.rmtree(geodata / "built")
    assert [error.value for error in app.run().error] == ["The atlas has not been built yet. First run:"]
    build(geodata)
    assert not app.run().error
    assert not app.exception


def test_a_static_folder_that_may_not_be_written_is_one_sentence(app: AppTest, tmp_path: Path) -> None:
    (tmp_path / "served" / "static").rmdir()
    (tmp_path / "served" / "static").write_text("in the way")
    app.query_params.update({"lang": "en"})
    app.run()
    assert not app.exception
    assert [error.value[:34] for error in app.error] == ["The page’s files cannot be written"]
    assert app.code[0].value == str(tmp_path / "served" / "static")


def test_a_static_folder_that_may_only_be_read_serves_what_lies_there(geodata: Path, static: Path) -> None:
    assets = open_atlas(geodata, static).assets
    opening._opened.clear()
    refused = PermissionError(13, "Permission denied")
    with mock.patch.object(Path, "touch", side_effect=refused), mock.patch.object(Path, "unlink", side_effect=refused):
        assert open_atlas(geodata, static).assets == assets


def test_the_manifest_says_which_build_it_is(geodata: Path) -> None:
    stamp = opening.stamp_of(geodata)
    build(geodata)
    assert opening.stamp_of(geodata) == stamp
    build(geodata, name="New")
    assert opening.stamp_of(geodata) != stamp
    assert json.loads((geodata / "built" / "manifest.json").read_text())["files"]
    assert opening.stamp_of(geodata / "nowhere") == ""


# ---- in a browser


@in_browser
def test_a_map_that_is_open_becomes_the_new_atlass_at_the_readers_next_step(
    chromium: Any, geodata: Path, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / ".streamlit", tmp_path / "served" / ".streamlit")
    entry(tmp_path / "served", geodata)
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    with running_app(tmp_path / "served") as server:
        page.goto(f"{server}/?lang=en&date=1920-09-01")
        choose_on_map(page, "b1-uezd")
        page.locator(".kz-unit-card h3", has_text="B1 uezd").wait_for()
        build(geodata, name="New", version="1.0.1")
        choose_on_map(page, "a1-uezd")
        page.locator(".kz-unit-card h3", has_text="New").wait_for()
        # The new map stands where the reader stood.
        chosen = 'path[data-unit="a1-uezd"][aria-pressed="true"]'
        page.frame_locator(FRAME).locator(chosen).wait_for(state="attached")
        new = json.loads((geodata / "built" / "map.json").read_text(encoding="utf-8"))["data_version"]
        page.wait_for_url(f"**v={new}**")
        choose_on_map(page, "b1-uezd")
        page.locator(".kz-unit-card h3", has_text="B1 uezd").wait_for()
    context.close()
