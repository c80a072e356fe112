"""The build step: copies what the page and the commands read into the wheel; all else stands in pyproject.toml.

In a clone these files stand where they are edited, outside the package, and are read there.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
TAKEN = ("VERSION", "LICENSE", "today/LICENSE", "base/*.geojson", "built/*", "editions/*.json")
"""What is read of `geodata/` without the record."""


class BuildWithData(build_py):
    """Python files and package data as ever, and the data that are built in `geodata/`."""

    def run(self) -> None:
        """Copy them; an editable install goes on reading them in the clone."""
        super().run()
        if self.editable_mode:
            return
        package = Path(self.build_lib) / "kazatlas"
        # What an earlier build left here would be in the wheel, too.
        shutil.rmtree(package / "geodata", ignore_errors=True)
        for pattern in TAKEN:
            found = sorted((ROOT / "geodata").glob(pattern))
            if not found:
                raise FileNotFoundError(f"geodata/{pattern} is missing. Run: python -m kazatlas")
            for path in found:
                place = package / path.relative_to(ROOT)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
        shutil.copyfile(ROOT / ".streamlit" / "config.toml", package / "streamlit.toml")


setup(cmdclass={"build_py": BuildWithData})
