"""A headless Chromium that looks at a map page, presses its keys, clicks its units, and counts what it costs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from machine import chromium, median, memory_mb, percentile
from playwright.sync_api import Browser, BrowserContext, CDPSession, Frame, Page, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PROBE = (Path(__file__).resolve().parent / "probe.js").read_text(encoding="utf-8")
WINDOW = {"width": 1280, "height": 800}
FRAME = 'iframe[title="streamlit_folium.st_folium"]'
PATIENCE_MS = 60_000
LOST_MS = 15_000
SAME_MS = 3_000
SETTLED_MS = 900
WINDOW_MS = 1_500


@contextmanager
def browser() -> Iterator[Browser]:
    """Run Chromium while the block lasts."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def reader(opened: Browser) -> Iterator[BrowserContext]:
    """Give a reader who has never been here: an empty cache."""
    context = opened.new_context(viewport=WINDOW)
    context.add_init_script(PROBE)
    try:
        yield context
    finally:
        context.close()


@dataclass
class Step:
    """One press or click: milliseconds from it until it was heard, had changed the document, and was painted."""

    heard: float
    changed: float
    painted: float
    blanks: int
    where: str = ""


@dataclass
class Steps:
    """Many presses or clicks of one kind."""

    steps: list[Step] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def add(self, result: dict[str, Any] | None, where: str) -> None:
        """Keep what the probe measured; None is a press that changed nothing in time."""
        if result is None:
            self.lost.append(where)
        else:
            self.steps.append(Step(result["heard"], result["changed"], result["painted"], result["blanks"], where))

    def __add__(self, other: Steps) -> Steps:
        return Steps(self.steps + other.steps, self.lost + other.lost)

    @property
    def painted(self) -> list[float]:
        """Return the times until the change was painted."""
        return [step.painted for step in self.steps]

    def summary(self) -> dict[str, Any]:
        """Return the figures of all of them."""
        slowest = sorted(self.steps, key=lambda step: -step.painted)[:5]
        return {
            "count": len(self.steps),
            "lost": self.lost,
            "median": median(self.painted),
            "p95": percentile(self.painted, 0.95),
            "changed_median": median(step.changed for step in self.steps),
            "changed_p95": percentile((step.changed for step in self.steps), 0.95),
            "blank_frames": sum(step.blanks for step in self.steps),
            "slowest": [[step.where, round(step.painted, 1)] for step in slowest],
        }


def first_paint(page: Page) -> float:
    """Wait for the first painted unit; return the milliseconds from the start of navigation."""
    # Asked from here: the lesson's own policy forbids a page to evaluate what a waiting function would.
    for _ in range(PATIENCE_MS // 20):
        shown = float(page.evaluate("window.kzFirst || 0"))
        if shown:
            return shown
        page.wait_for_timeout(20)
    raise RuntimeError(f"{page.url}: no unit was painted within {PATIENCE_MS / 1000:.0f} s")


class Wire:
    """What goes over the network for a page: requests, and the frames of its websocket."""

    def __init__(self, cdp: CDPSession) -> None:
        self.http = 0
        self.socket = 0
        self.requests = 0
        self.foreign: list[str] = []
        self.sent: list[bytes] = []
        self.sizes: dict[str, int] = {}
        self._urls: dict[str, str] = {}
        cdp.on("Network.requestWillBeSent", self._asked)
        cdp.on("Network.loadingFinished", self._loaded)
        cdp.on("Network.webSocketFrameSent", lambda event: self._frame(event, sent=True))
        cdp.on("Network.webSocketFrameReceived", lambda event: self._frame(event, sent=False))
        cdp.send("Network.enable")

    @property
    def bytes(self) -> int:
        """Return all bytes, of requests' answers and of the websocket both ways."""
        return self.http + self.socket

    def _asked(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        self._urls[event["requestId"]] = url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https", "ws", "wss"):
            return
        self.requests += 1
        if parts.hostname not in ("127.0.0.1", "localhost"):
            self.foreign.append(url)

    def _loaded(self, event: dict[str, Any]) -> None:
        size = int(event["encodedDataLength"])
        self.http += size
        url = self._urls.get(event["requestId"], "")
        self.sizes[url] = self.sizes.get(url, 0) + size

    def _frame(self, event: dict[str, Any], sent: bool) -> None:
        response = event["response"]
        text = response["payloadData"]
        data = base64.b64decode(text) if response["opcode"] == 2 else text.encode()
        self.socket += len(data)
        if sent:
            self.sent.append(data)


class MapPage:
    """A page with a map, of one of the kinds that are measured.

    Parameters
    ----------
    kind
        `atlas`, `stock` or `lesson`.
    """

    def __init__(self, context: BrowserContext, url: str, kind: str) -> None:
        self.kind = kind
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.cdp = context.new_cdp_session(self.page)
        self.wire = Wire(self.cdp)
        self.page.goto(url)
        first_paint(self.page)
        self.map = self._map_frame()
        self.page.wait_for_timeout(SETTLED_MS)
        # A stop that changes no border changes nothing on the stock map; on the atlas it changes the caption.
        self.patience_ms = SAME_MS if kind == "stock" else LOST_MS
        if kind == "stock":
            self.range = self.page.get_by_role("slider")
            self.target, self.shape = ".leaflet-overlay-pane", ".leaflet-overlay-pane path"
            self.keys = self.page.main_frame
            self.last = int(self.range.get_attribute("aria-valuemax") or self.range.get_attribute("max") or 0)
        else:
            self.range = self.map.locator(".kz-range")
            self.target, self.shape = ".kz", 'path.kz-unit[data-version]:not([d="M0 0"])'
            self.keys = self.map
            self.last = int(self.range.get_attribute("max") or 0)

    def _map_frame(self) -> Frame:
        if self.kind == "lesson":
            return self.page.main_frame
        frame = self.page.locator(FRAME).element_handle().content_frame()
        assert frame is not None
        frame.evaluate(PROBE)
        return frame

    def rest(self) -> None:
        """Wait until the page has nothing more to do."""
        self.page.wait_for_timeout(SETTLED_MS)

    def throttle(self, rate: float) -> None:
        """Make the page's processor so many times slower."""
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def see(self, view: str) -> None:
        """Switch to a view, as a reader does."""
        if self.kind == "stock":
            self.page.locator("[data-testid=stRadio] label").filter(has_text=view).click()
        else:
            self.map.locator(f'input[name="kz-view"][value="{view}"]').check(force=True)
        self.rest()

    def press(self, key: str) -> None:
        """Press a key on the timeline, and wait for nothing."""
        self.page.keyboard.press(key)

    def _measured(
        self, frame: Frame, target: str, act: Callable[[], None], card: str | None = None, blank: str | None = None
    ) -> dict[str, Any] | None:
        frame.evaluate("([target, card, blank]) => kzProbe.arm(target, card, blank)", [target, card, blank])
        act()
        result: dict[str, Any] | None = frame.evaluate("(patience) => kzProbe.result(patience)", self.patience_ms)
        return result

    def walk(self, limit: int | None = None, gap_ms: int = 60, label: str = "") -> Steps:
        """Go from the first stop to the last and back, one key at a time, each when the one before is painted.

        Parameters
        ----------
        limit
            How many stops each way; None for all.
        gap_ms
            Pause between what is painted and the next key.
        """
        steps = Steps()
        count = min(self.last, limit or self.last)
        self.range.focus()
        self.press("Home")
        self.rest()
        for key in ("ArrowRight", "ArrowLeft"):
            for number in range(count):
                stop = number + 1 if key == "ArrowRight" else count - number - 1
                result = self._measured(self.map, self.target, lambda key=key: self.press(key), blank=self.shape)
                steps.add(result, f"{label} {'→' if key == 'ArrowRight' else '←'} stop {stop}")
                self.page.wait_for_timeout(gap_ms)
        self.rest()
        return steps

    def click_units(self, count: int) -> Steps:
        """Click as many different units, and wait each time for the card beside the map."""
        steps = Steps()
        shapes = self.map.locator(
            "path.kz-unit[data-version]" if self.kind != "stock" else ".leaflet-overlay-pane path.leaflet-interactive"
        )
        corner = {"x": 0.0, "y": 0.0}
        if self.kind != "lesson":
            corner = self.page.locator(FRAME).bounding_box() or corner
        total = shapes.count()
        # Neighbouring numbers are often neighbours on the map: taken from all over instead.
        for number in sorted(range(total), key=lambda number: number * 0.618 % 1):
            if len(steps.steps) == count:
                break
            # A step changes which shape is which number, so each is looked up when its turn comes.
            point = self.map.evaluate(
                "(path) => kzProbe.pointOf(path)", shapes.nth(number).element_handle(timeout=PATIENCE_MS)
            )
            if point is None:
                continue
            x, y = corner["x"] + point[0], corner["y"] + point[1]
            if not (0 < x < WINDOW["width"] and 0 < y < WINDOW["height"]):
                continue
            self.page.mouse.move(x, y)
            self.page.wait_for_timeout(60)
            result = self._measured(self.page.main_frame, "body", self._click, card=".kz-panel")
            steps.add(result, f"unit {number}")
            self.page.wait_for_timeout(450)
        return steps

    def _click(self) -> None:
        self.page.mouse.down()
        self.page.mouse.up()

    def event_timing(self) -> list[float]:
        """Return what the browser itself says of the keys so far: input to presentation, in steps of 8 ms."""
        found: list[float] = self.keys.evaluate("kzProbe.events.splice(0)")
        return found

    def _metrics(self) -> dict[str, float]:
        return {item["name"]: item["value"] for item in self.cdp.send("Performance.getMetrics")["metrics"]}

    def processor(self, keys: list[str], gap_ms: int = 120) -> dict[str, float]:
        """Press keys; return the page's own processor time for each in milliseconds, however busy the machine is."""
        self.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = self._metrics()
        for key in keys:
            self.press(key)
            self.page.wait_for_timeout(gap_ms)
        after = self._metrics()
        self.cdp.send("Performance.disable")
        names = {
            "main_thread": "TaskDuration",
            "script": "ScriptDuration",
            "style": "RecalcStyleDuration",
            "layout": "LayoutDuration",
            "paint_and_rest": "TaskOtherDuration",
            "all_threads": "ProcessTime",
        }
        return {mine: (after[name] - before[name]) * 1000 / len(keys) for mine, name in names.items()}

    def heap_mb(self) -> dict[str, float]:
        """Return the page's memory after everything that can be freed has been."""
        for _ in range(2):
            self.cdp.send("HeapProfiler.collectGarbage")
        self.cdp.send("Performance.enable")
        told = self._metrics()
        self.cdp.send("Performance.disable")
        return {"heap_mb": told["JSHeapUsedSize"] / 1e6, "nodes": told["Nodes"], "listeners": told["JSEventListeners"]}


def renderers_mb(opened: Browser) -> float:
    """Return the resident memory of the largest of Chromium's page processes."""
    told = opened.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return max((memory_mb(entry["id"]) for entry in told if entry["type"] == "renderer"), default=float("nan"))


def first_map(context: BrowserContext, url: str) -> tuple[float, Wire]:
    """Open a page; return the milliseconds until its map is painted, and what it loaded."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    wire = Wire(context.new_cdp_session(page))
    # A new window loads some hundred files of the browser's own; readers have theirs before they follow a link.
    page.wait_for_timeout(WINDOW_MS)
    page.goto(url)
    shown = first_paint(page)
    # What a page still asks for after its map counts among the bytes.
    page.wait_for_timeout(SETTLED_MS)
    page.close()
    return shown, wire
