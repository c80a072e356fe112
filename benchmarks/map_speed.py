"""The map as one reader has it: steps, clicks, first map, bytes, memory; and the same of the pages beside it."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from typing import Any

import servers
from browser import MapPage, Steps, Wire, browser, first_map, reader, renderers_mb
from machine import BUILT, median, percentile
from playwright.sync_api import Browser
from report import Row

from kazatlas.atlas.store import AtlasError, load_atlas
from kazatlas.record.text_files import read_json
from kazatlas.record.types import VIEWS

STEP_MS, SLOW_STEP_MS, CLICK_MS, FIRST_MS, LESSON_MS = 33, 50, 100, 400, 500
DATA_KB, LESSON_KB = 150, 2000
SLOWER = 4
LANGUAGE = "kk"

# The least that a browser does for a key: one line of text beside a range input.
FLOOR = """data:text/html,<body><input type=range class=kz-range min=0 max=51 value=0 autofocus>
<div class=kz><p id=kz-ready>0</p></div><script>document.querySelector('input').oninput = function () {
var said = this.value; requestAnimationFrame(function () { document.getElementById('kz-ready').textContent = said; });
}</script>"""


def _walks(page: MapPage, limit: int | None) -> dict[str, Steps]:
    """Walk through every stop in both views, forwards and backwards."""
    walks = {}
    for view in VIEWS:
        page.see(view)
        walks[view] = page.walk(limit, label=view)
    return walks


def _both(walks: dict[str, Steps]) -> Steps:
    return sum(walks.values(), Steps())


def _slide(page: MapPage, server: servers.Server, steps: int) -> dict[str, float]:
    """Slide without a pause; return what crossed the wire and what the server did, during and after."""
    page.range.focus()
    page.press("Home")
    page.rest()
    wire, cpu = page.wire.bytes, server.cpu_s()
    # 90 ms a key is a key held down; the map speaks to the server only after 280 ms of rest.
    for number in range(steps):
        page.press("ArrowRight" if number // page.last % 2 == 0 else "ArrowLeft")
        page.page.wait_for_timeout(80)
    during = page.wire.bytes - wire
    page.rest()
    page.rest()
    return {
        "bytes_per_step": during / steps,
        "bytes_of_rest": float(page.wire.bytes - wire - during),
        "server_ms_per_step": (server.cpu_s() - cpu) * 1000 / steps,
    }


def _stock_slide(page: MapPage, server: servers.Server, limit: int) -> dict[str, float]:
    """Step the stock page, whose slider waits for the server; return the same figures."""
    page.range.focus()
    page.press("Home")
    page.rest()
    page.rest()
    wire, cpu = page.wire.bytes, server.cpu_s()
    for _ in range(limit):
        page.press("ArrowRight")
        page.rest()
    return {
        "bytes_per_step": (page.wire.bytes - wire) / limit,
        "server_ms_per_step": (server.cpu_s() - cpu) * 1000 / limit,
    }


def _clicks(page: MapPage, server: servers.Server, count: int) -> tuple[Steps, float]:
    """Click units; return the times, and the server's milliseconds a click."""
    cpu = server.cpu_s()
    clicks = page.click_units(count)
    return clicks, (server.cpu_s() - cpu) * 1000 / max(1, len(clicks.steps))


def _floor(opened: Browser, quick: bool) -> tuple[Steps, Steps, float]:
    """Return the steps of a line of text, the same on a slower processor, and the page's processor time a step."""
    with reader(opened) as context:
        page = MapPage(context, FLOOR, "lesson")
        steps = page.walk(20 if quick else None)
        busy = _processor(page, 20, 120)
        page.throttle(SLOWER)
        return steps, page.walk(20 if quick else None), busy["main_thread"]


def _first_maps(opened: Browser, urls: dict[str, str], times: int) -> dict[str, dict[str, Any]]:
    """Open the pages in turn, each with an empty cache and again with a full one."""
    cold: dict[str, list[float]] = {kind: [] for kind in urls}
    warm: dict[str, list[float]] = {kind: [] for kind in urls}
    wires: dict[str, tuple[Wire, Wire]] = {}
    for _ in range(times):
        for kind, url in urls.items():
            with reader(opened) as context:
                shown, wire = first_map(context, url)
                cold[kind].append(shown)
                again, second = first_map(context, url)
                warm[kind].append(again)
                wires[kind] = (wire, second)
    return {
        kind: {
            "cold": cold[kind],
            "warm": warm[kind],
            "cold_median": median(cold[kind]),
            "warm_median": median(warm[kind]),
            "cold_kb": wires[kind][0].bytes / 1000,
            "warm_kb": wires[kind][1].bytes / 1000,
            "requests": wires[kind][0].requests,
            "foreign": wires[kind][0].foreign + wires[kind][1].foreign,
            "largest": sorted(wires[kind][0].sizes.items(), key=lambda item: -item[1])[:8],
        }
        for kind in urls
    }


def _processor(page: MapPage, steps: int, gap_ms: int) -> dict[str, float]:
    """Return the page's processor time per step."""
    page.range.focus()
    page.press("Home")
    page.rest()
    told = page.processor(["ArrowRight"] * min(steps, page.last), gap_ms)
    page.rest()
    return told


def _memory(opened: Browser, page: MapPage, steps: int) -> dict[str, Any]:
    """Return the page's memory before and after many steps."""
    page.range.focus()
    page.press("Home")
    page.rest()
    before = page.heap_mb()
    for number in range(steps):
        page.press("ArrowRight" if number // page.last % 2 == 0 else "ArrowLeft")
        page.page.wait_for_timeout(25)
    page.rest()
    return {"before": before, "after": page.heap_mb(), "process_mb": renderers_mb(opened), "steps": steps}


def _lesson(opened: Browser, quick: bool) -> tuple[list[Row], dict[str, Any], list[str]]:
    """Write the lesson file and open it from disk."""
    try:
        from kazatlas.web.lesson import write_lesson
    except ImportError:
        return [], {}, ["The lesson file was not measured: this version does not write one."]
    with tempfile.TemporaryDirectory(prefix="kazatlas-lesson-") as name:
        path = Path(name) / "lesson.html"
        write_lesson(load_atlas(BUILT), read_json(BUILT / "map.json"), path, LANGUAGE)
        size = path.stat().st_size / 1000
        shown, foreign = [], []
        for _ in range(3 if quick else 9):
            with reader(opened) as context:
                milliseconds, wire = first_map(context, path.as_uri())
                shown.append(milliseconds)
                foreign += wire.foreign
        with reader(opened) as context:
            page = MapPage(context, path.as_uri(), "lesson")
            walk = page.walk(12 if quick else None)
            clicks = page.click_units(8 if quick else 30)
    rows = [
        Row("lesson file: size", size, "kB", reach=LESSON_KB),
        Row("lesson file: first map from file://, median", median(shown), "ms", reach=LESSON_MS),
        Row("lesson file: step, p95", walk.summary()["p95"], "ms", reach=STEP_MS),
        Row("lesson file: click to card, median", clicks.summary()["median"], "ms", reach=CLICK_MS),
        Row("lesson file: requests to any other host", len(foreign), reach=0),
    ]
    return rows, {"first": shown, "steps": walk.summary(), "clicks": clicks.summary()}, []


def measure(quick: bool) -> tuple[list[Row], dict[str, Any], list[str]]:
    """Measure it all; return the table's rows, the details behind them, and notes."""
    try:
        load_atlas(BUILT)
    except AtlasError as error:
        raise SystemExit(str(error)) from None
    limit = 8 if quick else None
    with servers.atlas() as own, servers.stock() as other, servers.empty() as nothing, browser() as opened:
        urls = {"atlas": own.url, "stock": other.url, "empty": nothing.url}
        with reader(opened) as context:
            # The very first reader also waits for the server to read the atlas; told apart from all others.
            opening = {kind: first_map(context, url)[0] for kind, url in urls.items()}
        first = _first_maps(opened, urls, 3 if quick else 9)
        floor, slow_floor, floor_busy = _floor(opened, quick)

        with reader(opened) as context:
            page = MapPage(context, own.url, "atlas")
            walks = _walks(page, limit)
            timing = page.event_timing()
            busy = _processor(page, 20 if quick else 51, 120)
            slide = _slide(page, own, 40 if quick else 200)
            clicks, click_ms = _clicks(page, own, 8 if quick else 40)
            page.throttle(SLOWER)
            slow_walks = _walks(page, limit)
            page.throttle(1)
            memory = _memory(opened, page, 500)
            foreign = page.wire.foreign + first["atlas"]["foreign"]
        own_mb = own.memory_mb()

        with reader(opened) as context:
            page = MapPage(context, other.url, "stock")
            other_walks = _walks(page, 4 if quick else None)
            other_busy = _processor(page, 4 if quick else 20, 900)
            other_slide = _stock_slide(page, other, 4 if quick else 20)
            other_clicks, other_click_ms = _clicks(page, other, 4 if quick else 20)
            page.throttle(SLOWER)
            other_slow = page.walk(3 if quick else 20, label="slow")
            page.throttle(1)
            other_memory = _memory(opened, page, 20 if quick else 60)
        other_mb = other.memory_mb()
        lesson_rows, lesson_details, notes = _lesson(opened, quick)

    steps, slow = _both(walks), _both(slow_walks)
    told, slow_told, click_told = steps.summary(), slow.summary(), clicks.summary()
    other_told, other_slow_told = _both(other_walks).summary(), other_slow.summary()
    other_click_told, floor_told, slow_floor_told = other_clicks.summary(), floor.summary(), slow_floor.summary()
    kb = len(gzip.compress((BUILT / "map.json").read_bytes(), 6)) / 1000
    stock, empty = "stock page", "empty page"
    many, fewer = memory["steps"], f"stock page, {other_memory['steps']} steps"
    bare = f"{first['empty']['cold_median']:.0f} / {first['empty']['warm_median']:.0f} ms"

    def heap(told: dict[str, Any], when: str = "after") -> float:
        return float(told[when]["heap_mb"])

    def grown(told: dict[str, Any]) -> float:
        return heap(told) - heap(told, "before")

    def late(which: str) -> tuple[float, str, float, str, float]:
        least = first["empty"][f"{which}_median"]
        own_late, other_late = (first[kind][f"{which}_median"] - least for kind in ("atlas", "stock"))
        return own_late, "ms", other_late, stock, FIRST_MS

    rows = [
        Row("step: key press to painted map, median", told["median"], "ms", other_told["median"], stock),
        Row("step, p95", told["p95"], "ms", other_told["p95"], stock, STEP_MS),
        Row("the least a browser takes here: one line of text, median", floor_told["median"], "ms"),
        Row("the least a browser takes here: one line of text, p95", floor_told["p95"], "ms"),
        Row("step until the document is changed, before painting, p95", told["changed_p95"], "ms"),
        Row("step by the browser's own Event Timing (steps of 8 ms), p95", percentile(timing, 0.95), "ms"),
        Row("page's processor per step, main thread", busy["main_thread"], "ms", other_busy["main_thread"], stock),
        Row("one line of text: page's processor per step, main thread", floor_busy, "ms"),
        Row("page's processor per step, all threads", busy["all_threads"], "ms", other_busy["all_threads"], stock),
        Row(f"step at {SLOWER}x slower processor, median", slow_told["median"], "ms", other_slow_told["median"], stock),
        Row(f"step at {SLOWER}x slower, p95", slow_told["p95"], "ms", other_slow_told["p95"], stock, SLOW_STEP_MS),
        Row(f"one line of text at {SLOWER}x slower, p95", slow_floor_told["p95"], "ms"),
        Row("keys that changed nothing within 15 s", len(told["lost"]) + len(slow_told["lost"]), reach=0),
        Row("blank frames", told["blank_frames"], "", other_told["blank_frames"], stock, 0),
        Row("bytes per step while sliding", slide["bytes_per_step"], "B", other_slide["bytes_per_step"], stock, 0),
        Row("bytes once the map rests", slide["bytes_of_rest"], "B"),
        Row("server's processor per step", slide["server_ms_per_step"], "ms", other_slide["server_ms_per_step"], stock),
        Row("click to card, median", click_told["median"], "ms", other_click_told["median"], stock, CLICK_MS),
        Row("click to card, p95", click_told["p95"], "ms", other_click_told["p95"], stock),
        Row("server's processor per click", click_ms, "ms", other_click_ms, stock),
        Row("first map, empty cache", first["atlas"]["cold_median"], "ms", first["stock"]["cold_median"], stock),
        Row("first map, full cache", first["atlas"]["warm_median"], "ms", first["stock"]["warm_median"], stock),
        Row("an empty Streamlit page instead, empty and full cache", bare),
        Row("first map more than that, empty cache", *late("cold")),
        Row("first map more than that, full cache", *late("warm")),
        Row("first map of the first reader after a start", opening["atlas"], "ms", opening["stock"], stock),
        Row("transferred at the first load", first["atlas"]["cold_kb"], "kB", first["empty"]["cold_kb"], empty),
        Row("transferred at the second load", first["atlas"]["warm_kb"], "kB", first["empty"]["warm_kb"], empty),
        Row("map data, gzipped", kb, "kB", reach=DATA_KB),
        Row("requests to any other host", len(foreign), reach=0),
        Row(f"page's JavaScript heap after {many} steps", heap(memory), "MB", heap(other_memory), fewer),
        Row(f"growth of the heap over {many} steps", grown(memory), "MB", grown(other_memory), fewer),
        Row("page's process", memory["process_mb"], "MB", other_memory["process_mb"], stock),
        Row("server's memory after one reader", own_mb, "MB", other_mb, stock),
        *lesson_rows,
    ]  # fmt: skip
    details = {
        "steps": {view: walk.summary() for view, walk in walks.items()},
        "slow_steps": {view: walk.summary() for view, walk in slow_walks.items()},
        "processor": {"atlas": busy, "stock": other_busy},
        "floor": floor_told,
        "clicks": click_told,
        "stock": {"steps": other_told, "slow_steps": other_slow_told, "clicks": other_click_told},
        "first": first,
        "memory": memory,
        "stock_memory": other_memory,
        "lesson": lesson_details,
    }
    return rows, details, notes
