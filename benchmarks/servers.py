"""Streamlit servers for a measurement: started on a port of their own, watched, and always stopped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from machine import BUILT, ROOT, cpu_s, free_port, memory_mb

HERE = Path(__file__).resolve().parent
START_SECONDS = 60
_taken: set[int] = set()
_first_port = 8700


def use_ports_from(first: int) -> None:
    """Take ports from here on."""
    global _first_port  # noqa: PLW0603
    _first_port = first


def port() -> int:
    """Return a port that nobody uses and that is not given twice."""
    return free_port(_first_port, _taken)


class Server:
    """A running Streamlit server."""

    def __init__(self, process: subprocess.Popen[bytes], number: int, started_s: float) -> None:
        self.process = process
        self.port = number
        self.url = f"http://127.0.0.1:{number}/"
        self.started_s = started_s

    def cpu_s(self) -> float:
        """Return the processor time used since the start."""
        return cpu_s(self.process.pid)

    def memory_mb(self) -> float:
        """Return the resident memory."""
        return memory_mb(self.process.pid)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that this program started."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> float:
    """Wait until an address answers; return the seconds that it took."""
    started = time.perf_counter()
    while time.perf_counter() - started < START_SECONDS:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return time.perf_counter() - started
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError(f"{url} did not answer within {START_SECONDS} s")


@contextmanager
def streamlit(script: Path, folder: Path, built: Path = BUILT, static: bool = True) -> Iterator[Server]:
    """Run a page while the block lasts.

    Parameters
    ----------
    script
        The page.
    folder
        Where it runs: its `.streamlit` is obeyed.
    built
        The built atlas, for pages that ask the environment for it.
    static
        Whether the files in `static` beside the page are served.
    """
    number = port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(script),
        f"--server.port={number}", "--server.address=127.0.0.1", "--server.headless=true",
        "--server.fileWatcherType=none", "--browser.gatherUsageStats=false",
        f"--server.enableStaticServing={str(static).lower()}",
    ]  # fmt: skip
    environment = os.environ | {"KAZATLAS_BUILT": str(built), "PYTHONPATH": str(ROOT / "src")}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield Server(process, number, wait_for(f"http://127.0.0.1:{number}/_stcore/health", process))
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace")[-2000:])
            raise
        finally:
            stop(process)


@contextmanager
def atlas() -> Iterator[Server]:
    """Run the atlas itself."""
    with streamlit(ROOT / "app.py", ROOT) as server:
        yield server


@contextmanager
def stock() -> Iterator[Server]:
    """Run the stock page on the same data."""
    with tempfile.TemporaryDirectory(prefix="kazatlas-stock-") as name:
        folder = Path(name)
        shutil.copy(HERE / "stock_page.py", folder / "app.py")
        files = resources.files("kazatlas") / "static"
        (folder / "static").mkdir()
        (folder / "static" / "leaflet.css").write_bytes((files / "leaflet.css").read_bytes())
        # The atlas's own bundle begins with Leaflet; the stock page has that part of it.
        leaflet, _, _ = (files / "map.js").read_text(encoding="utf-8").partition("/* ---- Kazatlas's own part */")
        (folder / "static" / "leaflet.js").write_text(leaflet, encoding="utf-8")
        with streamlit(folder / "app.py", folder) as server:
            yield server


@contextmanager
def empty() -> Iterator[Server]:
    """Run the empty page."""
    with streamlit(HERE / "empty_page.py", HERE, static=False) as server:
        yield server
