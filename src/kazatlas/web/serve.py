"""Server: the page served without a clone of the project, and what the web server's connections lack."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
import tempfile
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from kazatlas.folders import settings

_OPEN_FILES = Path("/proc/self/fd")

_ENTRY = """\
from pathlib import Path

GEODATA, STATIC = Path({geodata!r}), Path(__file__).parent / "static"

if __name__ == "__main__":  # a run for one reader
    from kazatlas.web import page

    page.main(GEODATA, STATIC)
else:  # the server's start
    from streamlit.starlette import App

    from kazatlas.web.serve import prepared

    app = App(__file__, lifespan=prepared(GEODATA, STATIC))
"""
"""What Streamlit runs, as `app.py` is in a clone."""


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
            with socket.socket(fileno=os.dup(number)) as copy:
                if copy.family in (socket.AF_INET, socket.AF_INET6) and copy.type == socket.SOCK_STREAM:
                    copy.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    count += 1
        except OSError:
            # Closed in the meantime, or not TCP after all.
            continue
    return count


def entry(folder: Path, geodata: Path) -> Path:
    """Lay out in an empty folder what Streamlit serves, and return the script that it is to run.

    Streamlit serves static files only from `static/` beside the script that it runs. An installed package
    is no place for them: it may not be written, and several servers may run from it.
    """
    (folder / "static").mkdir()
    script = folder / "app.py"
    script.write_text(_ENTRY.format(geodata=str(geodata.resolve())), encoding="utf-8")
    return script


def prepared(geodata: Path, static: Path) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Return what the server does at its start: make ready what its first reader would else wait for.

    The server answers when that is done. An atlas that cannot be opened does not keep it from starting: the page
    says what is wrong.
    """

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        def prepare() -> None:
            from kazatlas.web.page import prepare

            prepare(geodata, static)

        await asyncio.to_thread(prepare)
        yield

    return lifespan


def flags(settings: Mapping[str, Any], of: str = "") -> list[str]:
    """Return Streamlit's settings, as its config.toml has them, as options of its command line."""
    options = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            options += flags(value, f"{of}{name}.")
        else:
            options.append(f"--{of}{name}={str(value).lower() if isinstance(value, bool) else value}")
    return options


def _keep(folder: str) -> None:
    """Keep what tidies /tmp off a folder for the life of the process: systemd-tmpfiles passes by locked folders."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_SH)


def serve(geodata: Path, options: Sequence[str] = ()) -> int:
    """Serve the page of a data folder until it is stopped (Ctrl-C or SIGTERM); return the exit code.

    The page's script and static files stand in a private temporary folder, see `entry`, which is taken away
    when the server stops; nothing else is written. The page's settings are given as options, because Streamlit
    looks for a file of them in the current folder.

    Parameters
    ----------
    geodata
        The folder with the built atlas.
    options
        Streamlit's own, such as `--server.port=8502`; they count more than the page's settings.
    """
    from streamlit.web import cli

    pages = flags(tomllib.loads(settings().read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory(prefix="kazatlas-serve-") as folder:
        script = entry(Path(folder), geodata)
        _keep(folder)
        try:
            cli.main(["run", str(script), *pages, *options], prog_name="streamlit")
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
