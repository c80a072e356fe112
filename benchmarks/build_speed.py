"""The build: how long it takes, how much memory at most, and what it makes."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from typing import Any

from machine import BUILT, ROOT, median
from report import Row


def build_once() -> tuple[float, float, int]:
    """Build the whole atlas in memory and compare it with geodata/built; nothing is written.

    Returns
    -------
    Seconds, largest resident memory in MB, exit code.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kazatlas", "--check"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return seconds, usage.ru_maxrss / 1000, process.returncode


def measure(quick: bool) -> tuple[list[Row], dict[str, Any], list[str]]:
    """Build a few times; return the table's rows."""
    runs = [build_once() for _ in range(1 if quick else 5)]
    sizes = {path.name: path.stat().st_size / 1000 for path in sorted(BUILT.iterdir())}
    packed = {path.name: len(gzip.compress(path.read_bytes(), 6)) / 1000 for path in sorted(BUILT.iterdir())}
    rows = [
        Row("build, median", median(run[0] for run in runs), "s"),
        Row("build, peak memory", max(run[1] for run in runs), "MB"),
        Row("built files, together", sum(sizes.values()) / 1000, "MB"),
    ]
    notes = []
    if any(run[2] for run in runs):
        notes.append("geodata/built was not current, or the record has problems: python -m kazatlas says which.")
    return rows, {"runs": runs, "kb": sizes, "gzipped_kb": packed}, notes
