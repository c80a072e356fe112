"""Server: what the web server's connections need that it does not give them."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

_OPEN_FILES = Path("/proc/self/fd")


def send_at_once() -> int:
    """Have the process's TCP connections, and those it will accept, send what they have without waiting.

    Streamlit hands uvicorn a listening socket that asyncio does not know as TCP, so that Nagle's algorithm
    stays on and the second message of each answer waits some 40 ms for the reader's acknowledgement of the
    first (https://github.com/Kludex/uvicorn/issues/3149). On Linux an accepted connection inherits
    `TCP_NODELAY` from the socket that listens.

    Returns
    -------
    The number of sockets that were set; 0 where the system does not list a process's open files.
    """
    count = 0
    for file in _OPEN_FILES.iterdir() if _OPEN_FILES.is_dir() else ():
        number = int(file.name)
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            with socket.socket(fileno=os.dup(number)) as found:
                if found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM:
                    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    count += 1
        except OSError:
            # Closed in the meantime, or not TCP after all.
            continue
    return count
