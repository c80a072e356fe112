"""Several processes of the app behind nginx, each reader kept to one by a cookie; loopback only."""

from __future__ import annotations

import getpass
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from string import Template
from typing import Any

import servers
from machine import find_program
from readers import PACE_S, gather, listen_to_page, summary
from report import Row

COUNT = 100
HURRY_S = 1.0

CONFIGURATION = Template("""
daemon off;
pid $folder/nginx.pid;
error_log $folder/error.log warn;
$user
worker_processes 1;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  log_format upstreams '$$upstream_addr $$status $$uri';

  # A school's readers may all come from one address, so a cookie and not the address says which process is theirs.
  map $$cookie_kazatlas $$reader { "" $$request_id; default $$cookie_kazatlas; }
  map $$cookie_kazatlas $$cookie { "" "kazatlas=$$request_id; Path=/; HttpOnly; SameSite=Lax"; default ""; }
  map $$http_upgrade $$connection_upgrade { "" close; default upgrade; }
  upstream kazatlas {
    hash $$reader consistent;
$servers
  }
  server {
    listen 127.0.0.1:$port;
    location / {
      access_log $folder/access.log upstreams;
      proxy_pass http://kazatlas;
      proxy_http_version 1.1;
      proxy_set_header Host $$http_host;
      proxy_set_header Upgrade $$http_upgrade;
      proxy_set_header Connection $$connection_upgrade;
      proxy_buffering off;
      proxy_read_timeout 1h;
      add_header Set-Cookie $$cookie;
    }
  }
}
""")


@contextmanager
def nginx(program: str, ports: list[int]) -> Iterator[tuple[str, Path]]:
    """Run nginx before servers on these ports; give its address and its folder."""
    with tempfile.TemporaryDirectory(prefix="kazatlas-nginx-") as name:
        folder = Path(name)
        number = servers.port()
        text = CONFIGURATION.substitute(
            folder=folder,
            port=number,
            user=f"user {getpass.getuser()} root;" if os.getuid() == 0 else "",
            servers="\n".join(f"    server 127.0.0.1:{port};" for port in ports),
        )
        (folder / "nginx.conf").write_text(text, encoding="utf-8")
        process = subprocess.Popen(
            [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
        )
        try:
            servers.wait_for(f"http://127.0.0.1:{number}/_stcore/health", process)
            yield f"http://127.0.0.1:{number}/", folder
        finally:
            servers.stop(process)


def _trial(program: str, state: dict[str, Any], processes: int, seconds: float, pace: float) -> dict[str, Any]:
    """Let 100 readers read through nginx from so many processes."""
    with ExitStack() as stack:
        own = [stack.enter_context(servers.atlas()) for _ in range(processes)]
        url, folder = stack.enter_context(nginx(program, [server.port for server in own]))
        # Each process reads the atlas when its first reader comes; that is not what is compared.
        for server in own:
            gather(server.url, state, 1, 2, 0.5, server.memory_mb, server.cpu_s)
        crowd = gather(
            url, state, COUNT, seconds, pace,
            lambda: sum(server.memory_mb() for server in own), lambda: sum(server.cpu_s() for server in own),
        )  # fmt: skip
        # nginx writes a websocket's line when it closes.
        time.sleep(1)
        lines = [line.split() for line in (folder / "access.log").read_text(encoding="utf-8").splitlines()]
    sessions = Counter(line[0] for line in lines if line[2] == "/_stcore/stream" and line[1] == "101")
    return summary(crowd) | {"sessions": sorted(sessions.values())}


def measure(quick: bool) -> tuple[list[Row], dict[str, Any], list[str]]:
    """Measure one process and two, at a human pace and in a hurry."""
    program = find_program("nginx")
    if program is None:
        return [], {}, ["Skipped: nginx is not installed (on Debian: apt-get install nginx-light)."]
    seconds = 12.0 if quick else 60.0
    rows, details = [], {}
    with servers.atlas() as server:
        state, _ = listen_to_page(server.url)
    for pace in (PACE_S, HURRY_S):
        one, two = (_trial(program, state, processes, seconds, pace) for processes in (1, 2))
        details[f"{pace:g} s"] = {"one": one, "two": two}
        who = f"{COUNT} readers, an event every {pace:g} s each"
        beside = "one process"
        rows += [
            Row(f"{who}: click to card, median", two["p50"], "ms", one["p50"], beside),
            Row(f"{who}: click to card, p95", two["p95"], "ms", one["p95"], beside),
            Row(f"{who}: events answered", two["events"], "", one["events"], beside),
            Row(f"{who}: errors", two["error_count"], "", one["error_count"], beside, 0),
            Row(f"{who}: memory of all processes", two["memory_mb"], "MB", one["memory_mb"], beside),
            Row(f"{who}: processor of all processes", two["cpu_percent"], "%", one["cpu_percent"], beside),
        ]
    spread = " and ".join(map(str, details[f"{PACE_S:g} s"]["two"]["sessions"]))
    notes = [
        "The column Kazatlas is two processes; nginx, the processes and the readers share the machine's cores.",
        f"The cookie gave the two processes {spread} of the {COUNT} readers.",
    ]
    return rows, details, notes
