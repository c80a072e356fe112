"""Firefox and WebKit, driven by what each of them speaks itself: WebDriver BiDi, and WebKitWebDriver.

Playwright drives neither as Debian packages them, and Debian has no geckodriver, without which selenium drives no
Firefox. Firefox answers to WebDriver BiDi by itself, over a WebSocket.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
WEBKIT_DRIVER = shutil.which("WebKitWebDriver")
MINI_BROWSER = next(iter(sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))), None)
XVFB = shutil.which("Xvfb")

WIDTH, HEIGHT = 1366, 900
KEYS = {"ArrowRight": "\ue014", "ArrowLeft": "\ue012", "Enter": "\ue007", "Escape": "\ue00c"}
"""Keys without a letter, as WebDriver names them."""


class Engine(ABC):
    """A browser with one page open."""

    @abstractmethod
    def open(self, address: str) -> None:
        """Go to an address and wait until it has loaded."""

    @abstractmethod
    def run(self, script: str) -> Any:
        """Run the body of a function in the page and return what it returns, by way of JSON."""

    @abstractmethod
    def click(self, x: float, y: float) -> None:
        """Press and release the pointer at a point of the window."""

    @abstractmethod
    def press(self, key: str) -> None:
        """Press and release a key: a letter, or one of `KEYS`."""

    def wait(self, script: str, seconds: float = 60) -> Any:
        """Run a script until it returns something true, and return that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            # Before the page is there, a script finds nothing of it.
            found = self.run(f"try {{ {script} }} catch (error) {{ return null; }}")
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s: {script}\n{self.run('return document.body.innerText')[:500]}")

    def write(self, text: str) -> None:
        """Type a text and confirm it."""
        for letter in text:
            self.press(letter)
        self.press("Enter")


class Firefox(Engine):
    """Firefox over WebDriver BiDi."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.last = 0
        self.call("session.new", capabilities={})
        self.page = self.call("browsingContext.getTree")["contexts"][0]["context"]
        self.call("browsingContext.setViewport", context=self.page, viewport={"width": WIDTH, "height": HEIGHT})

    def call(self, method: str, **params: Any) -> Any:
        self.last += 1
        self.socket.send(json.dumps({"id": self.last, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv(120))
            if answer.get("id") == self.last:
                assert answer["type"] == "success", answer
                return answer["result"]

    def open(self, address: str) -> None:
        self.call("browsingContext.navigate", context=self.page, url=address, wait="complete")

    def run(self, script: str) -> Any:
        told = self.call(
            "script.evaluate", target={"context": self.page}, awaitPromise=False,
            expression=f"JSON.stringify((() => {{ {script} }})() ?? null)",
        )  # fmt: skip
        assert told["type"] == "success", told
        return json.loads(told["result"]["value"])

    def act(self, kind: str, *actions: dict[str, Any]) -> None:
        source = {"type": kind, "id": kind, "actions": list(actions)}
        self.call("input.performActions", context=self.page, actions=[source])

    def click(self, x: float, y: float) -> None:
        move = {"type": "pointerMove", "x": round(x), "y": round(y)}
        self.act("pointer", move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0})

    def press(self, key: str) -> None:
        value = KEYS.get(key, key)
        self.act("key", {"type": "keyDown", "value": value}, {"type": "keyUp", "value": value})


class WebKit(Engine):
    """WebKitGTK's small browser through its own driver."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        driver.set_window_size(WIDTH, HEIGHT)

    def open(self, address: str) -> None:
        self.driver.get(address)

    def run(self, script: str) -> Any:
        return json.loads(self.driver.execute_script(f"return JSON.stringify((() => {{ {script} }})() ?? null)"))

    def click(self, x: float, y: float) -> None:
        from selenium.webdriver.common.actions.action_builder import ActionBuilder

        actions = ActionBuilder(self.driver)
        actions.pointer_action.move_to_location(round(x), round(y)).click()
        actions.perform()

    def press(self, key: str) -> None:
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(KEYS.get(key, key)).perform()


@contextmanager
def firefox() -> Iterator[Engine]:
    """Run Firefox without a screen, with a profile of its own."""
    from websockets.sync.client import connect

    with tempfile.TemporaryDirectory(prefix="kazatlas-firefox-", ignore_cleanup_errors=True) as profile:
        command = [str(FIREFOX), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
            assert process.stderr
            try:
                lines = (re.search(r"WebDriver BiDi listening on (ws://\S+)", line) for line in process.stderr)
                address = next(found[1] for found in lines if found)
                # Whoever writes to a pipe that nobody reads stops when it is full.
                threading.Thread(target=process.stderr.read, daemon=True).start()
                with connect(f"{address}/session", max_size=None) as socket:
                    yield Firefox(socket)
            finally:
                process.terminate()


@contextmanager
def screen() -> Iterator[str]:
    """Run an X server that nobody sees; give its display."""
    reading, writing = os.pipe()
    command = [str(XVFB), "-displayfd", str(writing), "-screen", "0", f"{WIDTH + 100}x{HEIGHT + 100}x24"]
    with subprocess.Popen([*command, "-nolisten", "tcp"], pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        try:
            yield f":{os.read(reading, 16).decode().strip()}"
        finally:
            process.terminate()
            os.close(reading)
            os.close(writing)


@contextmanager
def webkit() -> Iterator[Engine]:
    """Run WebKitGTK's small browser on a screen that nobody sees."""
    from selenium import webdriver

    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(MINI_BROWSER)
    options.add_argument("--automation")
    with screen() as display:
        service = webdriver.WebKitGTKService(str(WEBKIT_DRIVER), env={**os.environ, "DISPLAY": display})
        driver = webdriver.WebKitGTK(options=options, service=service)
        try:
            yield WebKit(driver)
        finally:
            driver.quit()


ENGINES = {
    "firefox": (firefox, [FIREFOX], "Firefox (apt install firefox-esr)"),
    "webkit": (webkit, [WEBKIT_DRIVER, MINI_BROWSER, XVFB], "WebKit (apt install webkit2gtk-driver xvfb)"),
}
"""What runs each, the programs that it needs, and how they are called."""
