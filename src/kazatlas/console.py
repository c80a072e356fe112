"""The console: what every command keeps to, on a terminal, in a pipe and in a file."""

from __future__ import annotations

import argparse
import io
import logging
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from tqdm import tqdm

from kazatlas.atlas.selection import ChoiceError, iso_day, view_named
from kazatlas.atlas.store import AtlasError
from kazatlas.record.types import View

DONE, FAILED, STOPPED = 0, 1, 130
"""Exit codes: all went well; something was refused or is wrong; stopped by Ctrl-C."""

log = logging.getLogger("kazatlas")


class CommandError(Exception):
    """A command cannot do what it was asked; the message says why, and what to do."""


def prepare_streams() -> None:
    """Print what the terminal cannot show as escapes; log to standard error, but not to a person's terminal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    level = logging.CRITICAL if sys.stderr.isatty() else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(levelname)s %(message)s")


def exit_code(run: Callable[[], int], remedy: str) -> int:
    """Run a command and return its exit code; what keeps it from its work is told in sentences.

    Parameters
    ----------
    remedy
        The command that mends a built atlas which cannot be read.
    """
    try:
        code = run()
        # While a reader who has gone can still be forgiven: at the end of the process it would be an error.
        sys.stdout.flush()
    except AtlasError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        print(f"Run: {remedy}", file=sys.stderr)
        log.error("atlas %s", error.code)
        return FAILED
    except (CommandError, ChoiceError) as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Stopped; geodata/built is as it was, or new and whole.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # The reader of our output, such as `head`, has had enough, and that is no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return DONE
    return code


def progress(total: float, unit: str, **options: Any) -> tqdm[Any]:
    """Return a progress bar on standard error, which shows on a terminal alone and leaves nothing behind."""
    return tqdm(total=total, unit=unit, leave=False, disable=not sys.stderr.isatty(), **options)


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn an error of the disk while a file or folder is written into a sentence.

    Raises
    ------
    CommandError
        When the disk is full, or the place may not be written or is not there.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        what = f"{place} could not be written ({error.strerror}). Make room there, or name another place."
        raise CommandError(what) from None


@contextmanager
def output(file: Path | None) -> Iterator[BinaryIO]:
    """Open where a result goes: standard output, or a file that takes its place only when it is whole.

    A device or a pipe, such as /dev/null, is written to and stays what it is.
    """
    if file is None:
        yield sys.stdout.buffer
        return
    with writing(file):
        if file.exists() and not stat.S_ISREG(file.stat().st_mode):
            with file.open("wb") as stream:
                yield stream
            return
        fresh = file.with_name(f".{file.name}.part")
        try:
            with fresh.open("wb") as stream:
                yield stream
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)


def day(text: str) -> str:
    """Return a day within the coverage, as argparse takes a type."""
    try:
        return iso_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def view(text: str) -> View:
    """Return a view by its name, `de-jure` or `de_jure`, as argparse takes a type."""
    try:
        return view_named(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
