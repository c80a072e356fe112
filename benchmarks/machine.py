"""The machine and the moment of a measurement, and the few numbers made of many."""

from __future__ import annotations

import datetime
import importlib.metadata
import math
import os
import platform
import shutil
import socket
import statistics
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "geodata" / "built"
PACKAGES = ("streamlit", "streamlit-folium", "folium", "playwright", "websockets")
_SBIN = os.pathsep.join(("/usr/sbin", "/usr/local/sbin"))


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def median(values: Iterable[float]) -> float:
    """Return the median, or NaN of nothing."""
    found = list(values)
    return statistics.median(found) if found else math.nan


def find_program(*names: str) -> str | None:
    """Return the first of these programs that is installed."""
    path = os.environ.get("PATH", "") + os.pathsep + _SBIN
    return next((found for name in names if (found := shutil.which(name, path=path))), None)


def chromium() -> str | None:
    """Return the system's Chromium, or None to let Playwright use its own."""
    return find_program("chromium", "chromium-browser", "google-chrome")


def free_port(first: int, taken: set[int]) -> int:
    """Return a free port of the loopback address, counted up from `first`."""
    for port in range(first, first + 100):
        if port in taken:
            continue
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
        taken.add(port)
        return port
    raise SystemExit(f"No free port from {first} to {first + 99}. Say another beginning with --port.")


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used, of all its threads; NaN where there is no /proc."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return math.nan
    # The name of the program stands in brackets and may hold spaces; user and system time are fields 14 and 15.
    fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process; NaN where there is no /proc."""
    statm = Path(f"/proc/{pid}/statm")
    if not statm.is_file():
        return math.nan
    return int(statm.read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _chromium_version() -> str:
    program = chromium()
    if program is None:
        return "Playwright's own"
    told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    return " ".join(told.split()[:2]) or "unknown"


def describe() -> dict[str, Any]:
    """Return what a reader of the figures must know of the machine."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "chromium": _chromium_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def now() -> str:
    """Return the present minute, in UTC."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")


def load() -> float:
    """Return how many processes wanted a processor, on average over the last minute."""
    return round(os.getloadavg()[0], 2)
