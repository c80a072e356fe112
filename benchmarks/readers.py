"""Many readers at once: clients that open the page's websocket and say what the page's map would say.

A reader here is the page without its pixels: it opens a session, keeps what the page keeps, and every few
seconds sends the map's new state as the page does; the answer counts when the card beside the map has come.
`listen_to_page` holds its message against the one that a real Chromium sends.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import servers
from browser import MapPage, browser, reader
from machine import BUILT, load, median, percentile
from report import Row
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from kazatlas.record.text_files import read_json

PACE_S = 3.0
PATIENCE_S = 20.0
WARM_UP_S = 15.0
CLICK_P95_MS = 300
GROWTH_PERCENT = 10
CROWDS = (1, 10, 50, 100)


class ReaderError(Exception):
    """The server did not answer, or answered with a fault."""


@dataclass
class Asked:
    """One event of one reader: when it was sent, and the milliseconds until its card and until the run's end."""

    at: float
    card: float
    finished: float


@dataclass
class Crowd:
    """What all readers of one trial measured."""

    opened: list[float] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    seconds: float = 0.0


class Reader:
    """One reader's session."""

    def __init__(self, socket: ClientConnection, url: str) -> None:
        self.socket = socket
        self.url = url
        self.query = ""
        self.page_hash = ""
        self.map_id = ""
        self.fragment = ""
        self.serial = 0
        self.strings: dict[str, str] = {}
        self.shown: dict[tuple[int, ...], str] = {}
        self.kept: dict[str, tuple[int, ForwardMsg]] = {}
        self.runs = 0
        self.state: dict[str, Any] = {}

    def message(self, state: dict[str, Any] | None) -> BackMsg:
        """Return the message that the page would send; None is a page that has just been opened."""
        message = BackMsg()
        client = message.rerun_script
        client.widget_states.SetInParent()
        client.query_string = self.query
        context = client.context_info
        context.timezone, context.locale, context.url, context.color_scheme = "UTC", "en-US", self.url, "light"
        context.timezone_offset, context.is_embedded = 0, False
        if state is None:
            return message
        for id_, value in self.strings.items():
            client.widget_states.widgets.add(id=id_, string_value=value)
        text = json.dumps(state, separators=(",", ":"), ensure_ascii=False)
        client.widget_states.widgets.add(id=self.map_id, json_value=text)
        client.page_script_hash, client.fragment_id = self.page_hash, self.fragment
        client.cached_message_hashes.extend(self.kept)
        return message

    async def _run(self, state: dict[str, Any] | None) -> tuple[float, float]:
        """Send a message; return the milliseconds until a card has changed and until the run has ended."""
        started = time.perf_counter()
        card = 0.0
        await self.socket.send(self.message(state).SerializeToString())
        async with asyncio.timeout(PATIENCE_S):
            while True:
                data = await self.socket.recv()
                message = ForwardMsg()
                message.ParseFromString(data if isinstance(data, bytes) else data.encode())
                if message.WhichOneof("type") == "ref_hash":
                    metadata = message.metadata
                    message = ForwardMsg.FromString(self.kept[message.ref_hash][1].SerializeToString())
                    message.metadata.CopyFrom(metadata)
                # Of several parts of the card, the last one that changes.
                if self._take(message):
                    card = (time.perf_counter() - started) * 1000
                if message.WhichOneof("type") == "script_finished":
                    name = ForwardMsg.ScriptFinishedStatus.Name(message.script_finished)
                    if not name.endswith("SUCCESSFULLY"):
                        raise ReaderError(name)
                    break
        self.runs += 1
        # The page keeps large messages for the next two runs, and says which it has.
        self.kept = {key: (run, kept) for key, (run, kept) in self.kept.items() if run >= self.runs - 2}
        return card, (time.perf_counter() - started) * 1000

    def _take(self, message: ForwardMsg) -> bool:
        """Take in a message; return whether it brought another card."""
        if message.metadata.cacheable and message.hash:
            self.kept[message.hash] = (self.runs, message)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page_hash = message.new_session.page_script_hash or self.page_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            return self._take_element(message)
        return False

    def _take_element(self, message: ForwardMsg) -> bool:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise ReaderError(element.exception.message or element.exception.type)
        if kind == "component_instance":
            self.map_id, self.fragment = element.component_instance.id, message.delta.fragment_id
            serial = re.search(r'\\"serial\\":\s*(\d+)', element.component_instance.json_args)
            self.serial = int(serial.group(1)) if serial else 0
        elif kind in ("radio", "selectbox"):
            choice = getattr(element, kind)
            self.strings[choice.id] = choice.raw_value or choice.options[choice.default]
        elif kind in ("text_input", "text_area"):
            self.strings[getattr(element, kind).id] = getattr(element, kind).default
        elif kind == "html" and "kz-panel" in element.html.body:
            path = tuple(message.metadata.delta_path)
            changed = self.shown.get(path) != element.html.body
            self.shown[path] = element.html.body
            return changed
        return False

    async def open(self) -> float:
        """Open the session; return the milliseconds until the page was there."""
        _, finished = await self._run(None)
        if not self.map_id:
            raise ReaderError("the page came without its map")
        return finished

    async def ask(self, state: dict[str, Any]) -> Asked:
        """Say where the map now stands; return how long the card took."""
        at = time.perf_counter()
        card, finished = await self._run({**state, "serial": self.serial})
        if not card:
            raise ReaderError("the card did not change")
        return Asked(at, card, finished)


class Script:
    """What readers do: choose a unit, or move to another day; never the same twice."""

    def __init__(self, seed: int, state: dict[str, Any]) -> None:
        topology = read_json(BUILT / "map.json")
        self.days = [stop["date"] for stop in topology["stops"]]
        versions = [item["properties"] for item in topology["objects"]["units"]["geometries"]]
        self.units = sorted({version["unit"] for version in versions if version["level"]})
        self.chance = random.Random(seed)
        self.state = state

    def next(self) -> dict[str, Any]:
        """Return the next state of the map: six in ten are clicks, the others steps of the timeline."""
        state = dict(self.state)
        if state.get("unit") is None or self.chance.random() < 0.6:
            state["unit"] = self.chance.choice([unit for unit in self.units if unit != state["unit"]])
        else:
            state["date"] = self.chance.choice([day for day in self.days if day != state["date"]])
        self.state = state
        return state


async def _cookie(url: str) -> str:
    """Fetch the page itself, as a browser does first; return the cookie that it gave, if any."""

    def fetch() -> str:
        from urllib.request import urlopen

        with urlopen(url, timeout=PATIENCE_S) as answer:
            cookies = answer.headers.get_all("Set-Cookie") or []
        return "; ".join(cookie.split(";", 1)[0] for cookie in cookies)

    return await asyncio.to_thread(fetch)


async def _one(
    number: int, url: str, state: dict[str, Any], crowd: Crowd, start: float, until: float, pace: float
) -> None:
    """Be one reader from `start` until `until`."""
    script = Script(number, state)
    try:
        await asyncio.sleep(max(0.0, start - time.perf_counter()))
        cookie = await _cookie(url)
        address = url.replace("http", "ws", 1) + "_stcore/stream"
        headers = {"Cookie": cookie} if cookie else None
        async with connect(
            address, subprotocols=["streamlit"], max_size=None, additional_headers=headers, compression=None,
            open_timeout=PATIENCE_S, ping_interval=None, proxy=None,
        ) as socket:  # fmt: skip
            one = Reader(socket, url)
            crowd.opened.append(await one.open())
            while True:
                await asyncio.sleep(pace * script.chance.uniform(0.5, 1.5))
                if time.perf_counter() > until:
                    return
                crowd.asked.append(await one.ask(script.next()))
    except (ReaderError, WebSocketException, OSError, TimeoutError, KeyError) as error:
        crowd.errors.append(f"{type(error).__name__}: {error}"[:200])


async def _crowd(
    url: str,
    state: dict[str, Any],
    count: int,
    seconds: float,
    pace: float,
    memory: Callable[[], float],
    cpu: Callable[[], float],
) -> Crowd:
    crowd = Crowd()
    begun = time.perf_counter()
    # Readers come within the first seconds, not in one instant.
    arrival = min(10.0, count / 10)
    until = begun + arrival + seconds
    used = cpu()

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.1)
            crowd.late.append((time.perf_counter() - before - 0.1) * 1000)
            if not crowd.memory or before - begun - crowd.memory[-1][0] >= 2:
                crowd.memory.append((before - begun, memory()))

    watcher = asyncio.create_task(watch())
    await asyncio.gather(
        *(_one(number, url, state, crowd, begun + arrival * number / count, until, pace) for number in range(count))
    )
    watcher.cancel()
    with suppress(asyncio.CancelledError):
        await watcher
    crowd.memory.append((time.perf_counter() - begun, memory()))
    crowd.seconds = time.perf_counter() - begun
    crowd.cpu_s = cpu() - used
    return crowd


def gather(
    url: str,
    state: dict[str, Any],
    count: int,
    seconds: float,
    pace: float,
    memory: Callable[[], float],
    cpu: Callable[[], float],
) -> Crowd:
    """Let readers read for a while; return what they measured.

    Parameters
    ----------
    state
        What the page's map says of itself first.
    count, seconds, pace
        How many readers, for how long, and the seconds between two events of one of them, on average.
    memory, cpu
        Return the servers' memory and processor time.
    """
    return asyncio.run(_crowd(url, state, count, seconds, pace, memory, cpu))


def growth_percent(crowd: Crowd) -> float:
    """Return by how much the server's memory grew after warming up: the last tenth against the first, by medians."""
    warm = [value for at, value in crowd.memory if at > max(WARM_UP_S, crowd.seconds / 6)]
    tenth = max(1, len(warm) // 10)
    if len(warm) < 4:
        return float("nan")
    return (median(warm[-tenth:]) / median(warm[:tenth]) - 1) * 100


def summary(crowd: Crowd) -> dict[str, Any]:
    """Return a trial's figures."""
    cards = [asked.card for asked in crowd.asked]
    return {
        "events": len(cards),
        "p50": median(cards),
        "p95": percentile(cards, 0.95),
        "p99": percentile(cards, 0.99),
        "worst": max(cards, default=float("nan")),
        "finished_p95": percentile((asked.finished for asked in crowd.asked), 0.95),
        "open_p50": median(crowd.opened),
        "open_p95": percentile(crowd.opened, 0.95),
        "errors": crowd.errors[:20],
        "error_count": len(crowd.errors),
        "memory_mb": crowd.memory[-1][1],
        "growth_percent": growth_percent(crowd),
        "cpu_percent": crowd.cpu_s / crowd.seconds * 100,
        "cpu_ms_per_event": crowd.cpu_s * 1000 / max(1, len(cards) + len(crowd.opened)),
        "client_late_p95": percentile(crowd.late, 0.95),
        "load": load(),
    }


def listen_to_page(url: str) -> tuple[dict[str, Any], list[str]]:
    """Let Chromium click a unit; return the state that its map sends, and where a reader here would say otherwise."""
    with browser() as opened, reader(opened) as context:
        page = MapPage(context, url, "atlas")
        page.click_units(1)
        page.rest()
        real = BackMsg.FromString(page.wire.sent[-1]).rerun_script

    async def ours(state: dict[str, Any]) -> BackMsg:
        address = url.replace("http", "ws", 1) + "_stcore/stream"
        async with connect(address, subprotocols=["streamlit"], max_size=None, compression=None, proxy=None) as socket:
            one = Reader(socket, url)
            await one.open()
            return one.message(state)

    said = [json.loads(widget.json_value) for widget in real.widget_states.widgets if widget.json_value]
    if not said:
        raise ReaderError("the page sent nothing when a unit was clicked")
    made = asyncio.run(ours(said[0])).rerun_script
    differences = [name for name in ("page_script_hash", "fragment_id") if getattr(real, name) != getattr(made, name)]
    both = [sorted(str(widget) for widget in one.widget_states.widgets) for one in (real, made)]
    if both[0] != both[1]:
        differences.append("widget_states")
    return said[0] | {"unit": None}, differences


def rows_of(told: dict[str, Any], count: int, pace: float) -> list[Row]:
    """Return the table's rows of one trial."""
    who = f"{count} reader{'s' if count > 1 else ''}, an event every {pace:g} s each"
    reach = CLICK_P95_MS if count == max(CROWDS) and pace == PACE_S else None
    return [
        Row(f"{who}: click to card, median", told["p50"], "ms"),
        Row(f"{who}: click to card, p95", told["p95"], "ms", reach=reach),
        Row(f"{who}: errors in {told['events']} events", told["error_count"], reach=0),
        Row(f"{who}: server's memory", told["memory_mb"], "MB"),
        Row(f"{who}: server's processor", told["cpu_percent"], "% of a core"),
    ]


def measure(quick: bool, minutes: float) -> tuple[list[Row], dict[str, Any], list[str]]:
    """Measure growing crowds on one server, and where minutes are given the largest for so long."""
    rows: list[Row] = []
    details: dict[str, Any] = {}
    seconds = 12.0 if quick else 60.0
    with servers.atlas() as server:
        state, differences = listen_to_page(server.url)
        at_rest = server.memory_mb()
        for count in (1, 10, 100) if quick else CROWDS:
            crowd = gather(server.url, state, count, seconds, PACE_S, server.memory_mb, server.cpu_s)
            told = details[str(count)] = summary(crowd)
            rows += rows_of(told, count, PACE_S)
        most = details["100"]
        rows.append(Row("100 readers: server's processor per event", most["cpu_ms_per_event"], "ms"))
        rows.append(Row("100 readers: a session opened, p95", most["open_p95"], "ms"))
        rows.append(Row("server's memory for each reader more", (most["memory_mb"] - at_rest) / 100, "MB"))
    if minutes:
        # A server of its own, so that its memory begins where a deployed one begins.
        with servers.atlas() as server:
            crowd = gather(server.url, state, 100, minutes * 60, PACE_S, server.memory_mb, server.cpu_s)
        told = details["long"] = summary(crowd) | {"memory": crowd.memory[::15]}
        who = f"100 readers for {minutes:g} min"
        rows += [
            Row(f"{who}: click to card, p95", told["p95"], "ms", reach=CLICK_P95_MS),
            Row(f"{who}: errors in {told['events']} events", told["error_count"], reach=0),
            Row(f"{who}: server's memory grew after warm-up by", told["growth_percent"], "%", reach=GROWTH_PERCENT),
        ]
    notes = [
        "The readers share the two cores with the server; a reader is late by "
        f"{most['client_late_p95']:.1f} ms (p95) itself, which is part of the figures."
    ]
    if differences:
        notes.append(f"Chromium's own message differs from the readers' in: {', '.join(differences)}.")
    else:
        notes.append("The readers' message is the same as the one that Chromium's page sends.")
    return rows, details, notes
