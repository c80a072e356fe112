"""A toy country: four faces and a lake, two gubernias, one uezd that changes hands; and the built atlas."""

from __future__ import annotations

import copy
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from kazatlas.atlas.store import Atlas, load_atlas
from kazatlas.build.run import build_atlas
from kazatlas.record.problems import Problem, RecordError
from kazatlas.record.reading import read_record
from tests.tiers import tier_of

ROOT = Path(__file__).resolve().parents[1]
GEODATA = ROOT / "geodata"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM and os.environ.get("KAZATLAS_BROWSER") != "required",
        reason="needs Chromium (apt install chromium)",
    ),
]
"""What marks a file of tests that drive Chromium."""


def in_browser(test: Callable[..., None]) -> Callable[..., None]:
    """Mark one test that drives Chromium."""
    for mark in IN_BROWSER:
        test = mark(test)
    return test


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier."""
    for item in items:
        if tier := tier_of(item.nodeid):
            item.add_marker(tier)


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Iterator[None]:
    """Write out half a surrogate pair, which some tests print, in what one process tells another."""
    return _writable((yield))


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _writable(item) for key, item in value.items()}
    return type(value)(map(_writable, value)) if type(value) in (list, tuple) else value


def words(text: str) -> dict[str, str]:
    """Return the same text for all three languages, marked by language."""
    return {"kk": f"{text} (kk)", "ru": f"{text} (ru)", "en": text}


CITED = [{"source": "book", "locator": "p. 1"}]


def event(date: str, **more: Any) -> dict[str, Any]:
    return {
        "date": date, "precision": "day", "edtf": date, "basis": "adopted", "certainty": "certain",
        "tick": words("tick"), "title": words("title"), "text": words("text"), "citations": CITED, **more,
    }  # fmt: skip


def version(start: str, **more: Any) -> dict[str, Any]:
    return {"from": start, "citations": CITED, **more}


def unit(label: str, *versions: dict[str, Any]) -> dict[str, Any]:
    return {"label": words(label), "versions": list(versions)}


def uezd(label: str, face: str, *later: dict[str, Any], parent: str = "west") -> dict[str, Any]:
    first = version(
        "opens", level=2, type="uezd", name=words(f"{label} uezd"), parent=parent, faces=[face], certainty="certain"
    )
    return unit(label, first, *later)


def gubernia(label: str, parent: str, *later: dict[str, Any]) -> dict[str, Any]:
    first = version(
        "opens", level=1, type="gubernia", name=words(f"{label} gubernia"), parent=parent, certainty="certain"
    )
    return unit(label, first, *later)


# Two by two squares of one degree; `a` is west, `b` east, 1 south, 2 north. A lake lies inside b2.
_X, _Y = (60.0, 61.0, 62.0), (48.0, 49.0, 50.0)
LINES = {
    "a1~out-1": [[61, 48], [60, 48], [60, 49]],
    "a2~out-1": [[60, 49], [60, 50], [61, 50]],
    "b1~out-1": [[61, 48], [62, 48], [62, 49]],
    "b2~out-1": [[62, 49], [62, 50], [61, 50]],
    "a1~a2": [[60, 49], [61, 49]],
    "a1~b1": [[61, 48], [61, 49]],
    "a2~b2": [[61, 49], [61, 50]],
    "b1~b2": [[61, 49], [62, 49]],
    "b2~lake": [[61.4, 49.4], [61.6, 49.4], [61.6, 49.6], [61.4, 49.6], [61.4, 49.4]],
}
POINTS = {"a1": [60.5, 48.5], "a2": [60.5, 49.5], "b1": [61.5, 48.5], "b2": [61.2, 49.2], "lake": [61.5, 49.5]}

TOY: dict[str, Any] = {
    "sources.yaml": {
        "book": {"type": "document", "title": "The book", "seen": "original", "origin": "book",
                 "act_of": ["opens", "republic", "handover", "end"]},
    },
    "origins.yaml": {"encyclopaedia": {"title": words("The encyclopaedia"), "knows_to": 1907}},
    "events.yaml": {
        "opens": event("1920-01-01"),
        "republic": event("1920-08-26"),
        "handover": event("1921-04-01", precision="month", edtf="1921-04", placed=words("first of the month")),
        "end": event("1922-05-01"),
    },
    "conflicts.yaml": {
        "c1": {"title": words("c"), "units": [], "accepted": words("a"), "citations": CITED,
               "others": [{"reading": words("o"), "citations": CITED}]},
    },
    "methods.yaml": {
        "by-hand": {"basis": "conjecture", "certainty": "uncertain", "at_least_km": 10, "title": words("by hand"),
                    "text": words("drawn by hand"), "citations": CITED},
    },
    "places.yaml": {
        "town": {"point": [60.5, 48.5], "rank": 1, "names": [words("Town")], "citations": CITED},
    },
    "zones.yaml": {
        "quarrel": {"title": words("q"), "text": words("q"), "kind": "dispute", "from": "republic", "until": "handover",
                    "method": words("m"), "certainty": "uncertain", "citations": CITED},
    },
    "doubts.yaml": {
        "b3-border": {"question": words("Where was B3?"), "searched": words("the book"), "would_settle": words("a map"),
                      "units": ["b3-raion"], "methods": ["by-hand"], "events": ["handover"], "conflicts": ["c1"],
                      "citations": CITED},
    },
    "article.yaml": {"passages": [], "slips": [], "republic_card": []},
    "units/republic.yaml": {
        "rsfsr": unit("RSFSR", version("opens", level=0, type="authority", name=words("RSFSR"), border="not-drawn", certainty="certain")),
        "kirghiz-assr": unit("Republic", version("republic", level=0, type="republic", name=words("Republic"), certainty="certain")),
        "west": gubernia("West", "rsfsr", version("republic", parent="kirghiz-assr")),
        "east": gubernia("East", "rsfsr"),
    },
    "units/uezds.yaml": {
        "a1-uezd": uezd("A1", "a1", version("handover", seat="town", name=words("A1 uezd"))),
        "a2-uezd": uezd("A2", "a2"),
        # By decree in the west from the republic's first day, run from the east until the handover.
        "b1-uezd": uezd("B1", "b1", version("republic", parent="west", administered_by="east"),
                        version("handover", parent="west"), parent="east"),
        "b2-uezd": uezd("B2", "b2", parent="east"),
        "b3-raion": unit("B3", version("handover", until="end", level=2, type="raion", name=words("B3 raion"), parent="west",
                                       border="not-recovered", drawn_within="b1-uezd", point=[61.5, 48.2], certainty="uncertain")),
    },
}  # fmt: skip


def _features(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows],
    }


def _with_acts(toy: dict[str, Any]) -> dict[str, Any]:
    """Return the toy record with the book as the text also of those acts that a test has added."""
    sources, events = toy.get("sources.yaml"), toy.get("events.yaml")
    book = sources.get("book") if isinstance(sources, dict) else None
    if not (isinstance(book, dict) and isinstance(book.get("act_of"), list) and isinstance(events, dict)):
        return toy
    added = [id_ for id_ in events if id_ not in TOY["events.yaml"]]
    return toy | {"sources.yaml": {**sources, "book": {**book, "act_of": [*book["act_of"], *added]}}}


def write_toy(folder: Path, toy: dict[str, Any]) -> Path:
    """Write a toy record; what is a str or bytes is written as it stands."""
    toy = _with_acts(toy)
    for name, content in toy.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif name.endswith(".geojson"):
            path.write_text(json.dumps(content), encoding="utf-8")
        else:
            # A dumper of its own kind: the record knows no YAML aliases.
            class Plain(yaml.SafeDumper):
                def ignore_aliases(self, data: Any) -> bool:
                    return True

            path.write_text(yaml.dump(content, Dumper=Plain, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def make_toy() -> dict[str, Any]:
    """Return the toy record's files."""
    made = copy.deepcopy(TOY)
    made["VERSION"] = "1.0.0\n"
    made["boundaries.geojson"] = _features([
        ({"id": name, "method": "by-hand", "basis": "conjecture", "certainty": "uncertain", "at_least_km": 10},
         {"type": "LineString", "coordinates": [[float(x), float(y)] for x, y in points]})
        for name, points in LINES.items()
    ])  # fmt: skip
    made["label_points.geojson"] = _features([
        ({"id": name, "kind": "water" if name == "lake" else "land"}, {"type": "Point", "coordinates": point})
        for name, point in POINTS.items()
    ])  # fmt: skip
    square = [[[60.0, 48.0], [60.5, 48.0], [60.5, 48.5], [60.0, 48.0]]]
    made["zones.geojson"] = _features([({"id": "quarrel"}, {"type": "Polygon", "coordinates": square})])
    made["base/land.geojson"] = _features([({"source": "book"}, {"type": "Polygon", "coordinates": square})])
    return made


@pytest.fixture
def toy() -> dict[str, Any]:
    """Return the toy record's files, to be changed by the test."""
    return make_toy()


@pytest.fixture
def problems_of(tmp_path: Path) -> Callable[[dict[str, Any]], list[Problem]]:
    """Return a function that builds a toy record and gives its problems."""

    def build(toy: dict[str, Any]) -> list[Problem]:
        record, problems = read_record(write_toy(tmp_path / "geodata", toy))
        try:
            build_atlas(record, problems)
        except RecordError as error:
            return error.problems
        return []

    return build


@pytest.fixture
def built(tmp_path: Path) -> Callable[[dict[str, Any]], Atlas]:
    """Return a function that builds a toy record and reads the atlas back."""

    def build(toy: dict[str, Any]) -> Atlas:
        record, problems = read_record(write_toy(tmp_path / "geodata", toy))
        files = build_atlas(record, problems)
        folder = tmp_path / "built"
        folder.mkdir(exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return load_atlas(folder)

    return build


@pytest.fixture
def toy_atlas(built: Callable[[dict[str, Any]], Atlas], toy: dict[str, Any]) -> Atlas:
    """Return the toy country's atlas."""
    return built(toy)


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    """Return the real atlas, as committed."""
    return load_atlas(GEODATA / "built")


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start_app(
    home: Path, port: int, env: dict[str, str] | None = None, address: str | None = "127.0.0.1"
) -> subprocess.Popen[bytes]:
    """Start the app of a folder and return its process once it answers."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", address] if address else []
    command += ["--server.fileWatcherType", "none"]
    process = subprocess.Popen(command, cwd=home, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.25)
    return process


@contextmanager
def running_app(home: Path) -> Iterator[str]:
    """Run the app of a folder on a free port; give its address."""
    port = free_port()
    with start_app(home, port) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Start the app on a free port and return its address."""
    with running_app(ROOT) as address:
        yield address


def refuse_others(context: Any, server: str, strangers: list[str]) -> None:
    """Let a browser's context reach the server alone; what else it asks for is refused and written down."""

    def refuse(route: Any) -> None:
        url = route.request.url
        if url.startswith((server, "data:", "blob:")):
            route.continue_()
        else:
            strangers.append(url)
            route.abort()

    context.route("**/*", refuse)


def at_rest(page: Any) -> None:
    """Wait until the app has answered: until then a page may still hold parts of the one before it."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Start one browser for all that need one."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
