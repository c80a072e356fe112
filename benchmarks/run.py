"""Run the benchmarks: `python benchmarks/run.py [--quick] [--only NAME]`; print the tables and write them as JSON."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import behind_nginx
import build_speed
import growth
import map_speed
import readers
import servers
from machine import describe, load, now
from report import MEASURES, Row, merge, plain, section

RESULTS = Path(__file__).resolve().parent / "results.json"
Measured = tuple[list[Row], dict[str, Any], list[str]]


def main() -> int:
    """Run what is asked for; return 1 if a measure could not be taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few samples, to try it out; not kept as results")
    parser.add_argument("--only", choices=MEASURES, action="append", help="this measure alone; may be given again")
    parser.add_argument("--minutes", type=float, default=0.0, help="let 100 readers read for so long as well")
    parser.add_argument("--port", type=int, default=8700, help="the first of the ports of 127.0.0.1 that are used")
    parser.add_argument("--output", type=Path, help="where the JSON goes (benchmarks/results.json)")
    options = parser.parse_args()
    # Told to end, it still stops what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    servers.use_ports_from(options.port)
    output = options.output or (Path(tempfile.gettempdir()) / "kazatlas-quick.json" if options.quick else RESULTS)
    measures: dict[str, Callable[[], Measured]] = {
        "build": lambda: build_speed.measure(options.quick),
        "map": lambda: map_speed.measure(options.quick),
        "readers": lambda: readers.measure(options.quick, options.minutes),
        "growth": lambda: growth.measure(options.quick),
        "nginx": lambda: behind_nginx.measure(options.quick),
    }
    machine = describe()
    failed = []
    for name in MEASURES:
        if options.only and name not in options.only:
            continue
        began, date = time.perf_counter(), now()
        before = load()
        try:
            rows, details, notes = measures[name]()
        except Exception:
            # The other measures are still worth having.
            traceback.print_exc()
            failed.append(name)
            continue
        content = {
            "date": date,
            "machine": machine,
            "load": [before, load()],
            "quick": options.quick,
            "seconds": time.perf_counter() - began,
            "rows": plain(rows),
            "notes": notes,
            "details": details,
        }
        print(section(name, content), flush=True)
        merge(output, {name: content})
    print(f"Written to {output.name}." + (f" Not measured: {', '.join(failed)}." if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
