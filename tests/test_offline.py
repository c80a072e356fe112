"""Without a network, and with a server that comes and goes: the atlas needs nobody else and comes back by itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyproj
import pytest

from kazatlas.export.formats import FORMATS
from kazatlas.text.catalogue import load_catalogue
from tests.conftest import ROOT, at_rest, free_port, in_browser, refuse_others, start_app

FRAME = 'iframe[title="streamlit_folium.st_folium"]'
PAGES = ("article", "tables", "compare", "place", "take", "quality", "doubts", "about")

# Put before all that a process does: whoever asks for another host is refused and written down.
GUARD = """
import os, socket

def is_here(host):
    text = host.decode() if isinstance(host, bytes) else host
    return not text or text in ("localhost", "::1", "0.0.0.0", "::") or str(text).startswith("127.")

def guarded(real, place):
    def call(*args, **more):
        host = args[place] if len(args) > place else more.get("host")
        host = host[0] if isinstance(host, tuple) else None if place else host
        if not is_here(host):
            with open(os.environ["KAZATLAS_STRANGERS"], "a") as file:
                file.write(f"{host}\\n")
            raise OSError(101, "Network is unreachable")
        return real(*args, **more)
    return call

for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, guarded(getattr(socket.socket, name), 1))
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, guarded(getattr(socket, name), 0))
"""


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Return the environment of processes that reach no other host; one that tries to fails the test."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    strangers = tmp_path / "strangers.txt"
    strangers.touch()
    paths = [str(tmp_path / "guard"), str(ROOT / "src"), str(ROOT)]
    yield {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "KAZATLAS_STRANGERS": str(strangers)}
    assert strangers.read_text() == ""


def test_the_guard_sees_whoever_asks_for_another_host(guard: dict[str, str]) -> None:
    for code in (
        "import urllib.request; urllib.request.urlopen('http://example.org')",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))",
    ):
        done = subprocess.run([sys.executable, "-c", code], env=guard, capture_output=True, text=True, check=False)
        assert "Network is unreachable" in done.stderr
    told = Path(guard["KAZATLAS_STRANGERS"])
    assert told.read_text().split() == ["example.org", "192.0.2.1"]
    told.write_text("")


def without_network() -> list[str]:
    """Return the command that takes the network away from a process and its libraries, where it may be used."""
    command = ["unshare", "--user", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
        return command
    return []


def test_every_command_and_export_works_without_a_network(guard: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("name,lon,lat\nСемей,80.25,50.41\n", encoding="utf-8")
    out = tmp_path / "out"
    commands = [
        ["--check"],
        ["at", "1921-06-15", "--view", "de-facto"],
        ["lesson", str(tmp_path / "lesson.html"), "--lang", "kk"],
        ["locate", str(tmp_path / "points.csv"), "--date", "1921-06-15", "--output", str(tmp_path / "found.csv")],
        ["export", str(out), *(part for form in FORMATS for part in ("--format", form))],
    ]
    code = "import json, sys; from kazatlas.__main__ import main; sys.exit(sum(map(main, json.loads(sys.argv[1]))))"
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", code, json.dumps(commands)],
        env=guard, cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert (tmp_path / "lesson.html").stat().st_size > 500_000
    assert "Semipalatinsk" in (tmp_path / "found.csv").read_text(encoding="utf-8")
    assert {"csv", "units", "kazatlas.gpkg", "kazatlas.topojson"} <= {path.name for path in out.iterdir()}


def test_projections_are_computed_from_what_is_installed() -> None:
    assert not pyproj.network.is_network_enabled()


@in_browser
def test_the_app_started_as_the_readme_says_asks_no_other_host(
    guard: dict[str, str], chromium: Any, tmp_path: Path
) -> None:
    port = free_port()
    with start_app(ROOT, port, env=guard, address=None) as process:
        try:
            walk_through(chromium, f"http://localhost:{port}", tmp_path)
        finally:
            process.terminate()


def walk_through(chromium: Any, server: str, folder: Path) -> None:
    """Open every page of the app, take a file of each kind, and let the browser reach nobody but the server."""
    words = load_catalogue("en")
    strangers: list[str] = []
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    refuse_others(context, server, strangers)
    page = context.new_page()
    page.goto(f"{server}/?lang=en&unit=pavlodar-uezd")
    page.locator(".kz-unit-card h3").wait_for()
    for name in PAGES:
        page.get_by_text(words(f"pages.{name}"), exact=True).first.click()
        page.wait_for_url(re.compile(f"page={name}"))
        page.locator(".st-key-reading .kz-panel h2, .st-key-reading .kz-panel table").first.wait_for(state="attached")
    page.get_by_text(words("pages.take"), exact=True).first.click()
    for button in ("take.download", "take.plate_png"):
        page.wait_for_timeout(100)
        at_rest(page)
        with page.expect_download(timeout=180_000) as download:
            page.get_by_role("button", name=words(button), exact=True).click()
        download.value.save_as(folder / download.value.suggested_filename)
    context.close()
    assert strangers == []


@pytest.fixture
def restarting() -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """Return the address of an app of its own, and functions that stop it and start it again."""
    port = free_port()
    running = [start_app(ROOT, port)]

    def stop() -> None:
        process = running.pop()
        process.terminate()
        process.wait(timeout=20)

    def start() -> None:
        running.append(start_app(ROOT, port))
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()

    yield f"http://127.0.0.1:{port}", stop, start
    for process in running:
        process.terminate()
        process.wait(timeout=20)


@in_browser
def test_an_open_page_comes_back_when_the_server_was_restarted_and_its_map_answers(
    chromium: Any, restarting: tuple[str, Callable[[], None], Callable[[], None]]
) -> None:
    server, stop, start = restarting
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server}/?lang=en&date=1921-06-10")
    units = page.frame_locator(FRAME).locator('.kz-unit[tabindex="0"]')
    units.first.wait_for(state="attached", timeout=30_000)
    # Some talk between the page and the map, so that both count from more than nothing.
    page.get_by_text("Русский", exact=True).click()
    page.locator(".kz-title h1", has_text="Атлас Казахской АССР").wait_for()
    page.get_by_text("English", exact=True).click()
    page.locator(".kz-title h1", has_text="Atlas of the Kazakh ASSR").wait_for()
    choose(page, "atbasar-uezd", "Atbasar uezd")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url) if frame == page.main_frame else None)
    frame = next(frame for frame in page.frames if "st_folium" in frame.url)
    before = frame.evaluate("() => kazatlas.element.state.serial")
    stop()
    # The map itself needs no server while it is away.
    choose_on_map(page, "kustanay-uezd")
    start()
    page.locator('[data-testid="stApp"][data-test-connection-state="CONNECTED"]').wait_for(timeout=60_000)
    # The new server has spoken to the map that is older than it.
    frame.wait_for_function("(before) => kazatlas.element.state.serial > before", arg=before)
    assert page.get_by_role("dialog").count() == 0
    choose(page, "omsk-uezd", "Omsk uezd")
    choose(page, "pavlodar-uezd", "Pavlodar uezd")
    assert page.locator(".kz-title h1").inner_text() == "Atlas of the Kazakh ASSR"
    assert "date=1921-06-10" in page.url
    assert errors == []
    assert [url for url in loads if not url.startswith(server)] == []
    context.close()


def choose_on_map(page: Any, unit: str) -> None:
    path = page.frame_locator(FRAME).locator(f'path[data-unit="{unit}"]')
    path.focus()
    page.keyboard.press("Enter")


def choose(page: Any, unit: str, name: str) -> None:
    """Choose a unit on the map and wait for its card."""
    choose_on_map(page, unit)
    page.locator(".kz-unit-card h3", has_text=name).wait_for(timeout=20_000)
