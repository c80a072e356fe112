"""Folders: where the record and the built atlas lie, in a clone of the project and in an installed package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
PACKAGED = PACKAGE / "geodata"
"""The built data in an installed package, without the record; a clone has none, see setup.py."""

BUILD = "python -m kazatlas"
REINSTALL = "python -m pip install --force-reinstall --no-deps kazatlas"


def clone_of(folder: Path) -> Path | None:
    """Return the clone of the project that a folder lies in; one whose data are missing is a clone all the same."""
    for place in (folder, *folder.parents):
        if (place / "pyproject.toml").is_file() and (place / "src" / "kazatlas" / "__init__.py").is_file():
            return place
    return None


def find_geodata() -> Path:
    """Return the data folder that commands use when they are given none.

    It is `geodata/` of the clone in which they run, else of the clone that the program itself lies in,
    else what came with the installed package.
    """
    try:
        here: Path | None = Path.cwd()
    except OSError:  # taken away in the meantime
        here = None
    clone = (here and clone_of(here)) or clone_of(PACKAGE)
    return clone / "geodata" if clone else PACKAGED


def is_packaged(geodata: Path) -> bool:
    """Return whether a data folder is the one of the installed package, which nobody edits."""
    return geodata.resolve() == PACKAGED


def remedy(geodata: Path, *, is_given: bool = False) -> str:
    """Return the command that mends what is built in a data folder; `is_given` when it was named with --geodata."""
    if is_packaged(geodata):
        return REINSTALL
    return f"{BUILD} --geodata {geodata}" if is_given else BUILD


def settings() -> Path:
    """Return the file of Streamlit's settings that the page is served with."""
    packaged = PACKAGE / "streamlit.toml"
    return packaged if packaged.is_file() else PACKAGE.parents[1] / ".streamlit" / "config.toml"
