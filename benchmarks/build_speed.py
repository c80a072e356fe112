"""The build, and what is made of it on the command line: how long it takes, how much memory at most."""

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


ASKED = """
import sys, time
from pathlib import Path
import numpy as np
from kazatlas.atlas.places import in_both_views, place_index_of
from kazatlas.atlas.store import load_atlas
from kazatlas.plate.plate import plate
from kazatlas.plate.print_map import read_base
geodata = Path(sys.argv[1])
atlas, base = load_atlas(geodata / "built"), read_base(geodata / "base")
random = np.random.default_rng(1)
points = np.column_stack([random.uniform(47, 86, 100_000), random.uniform(41, 55, 100_000)])
started = time.process_time()
in_both_views(place_index_of(atlas), points, "1921-06-15")
print(time.process_time() - started)
for _ in range(2):  # the first one also loads the fonts
    started = time.process_time()
    plate(atlas, base, "1922-12-31", "de_jure", 2, "kk")
print(time.process_time() - started)
"""


def ask_once() -> tuple[float, float]:
    """Return the seconds of processor of looking 100,000 points up on a day, and of drawing a plate."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED, str(BUILT.parent)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    points, plate = map(float, done.stdout.split())
    return points, plate


def measure(quick: bool) -> tuple[list[Row], dict[str, Any], list[str]]:
    """Build a few times; return the table's rows."""
    runs = [build_once() for _ in range(1 if quick else 5)]
    asked = [ask_once() for _ in range(1 if quick else 3)]
    sizes = {path.name: path.stat().st_size / 1000 for path in sorted(BUILT.iterdir())}
    packed = {path.name: len(gzip.compress(path.read_bytes(), 6)) / 1000 for path in sorted(BUILT.iterdir())}
    rows = [
        Row("build, median", median(run[0] for run in runs), "s"),
        Row("build, peak memory", max(run[1] for run in runs), "MB"),
        Row("built files, together", sum(sizes.values()) / 1000, "MB"),
        Row("100,000 points looked up on a day, processor", median(run[0] for run in asked), "s"),
        Row("a plate drawn, processor", median(run[1] for run in asked), "s"),
    ]
    notes = []
    if any(run[2] for run in runs):
        notes.append("geodata/built was not current, or the record has problems: python -m kazatlas says which.")
    return rows, {"runs": runs, "asked": asked, "kb": sizes, "gzipped_kb": packed}, notes
