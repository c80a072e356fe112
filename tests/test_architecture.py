"""The shape of the code: rooms in layers, and nothing too long to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "kazatlas"
LAYERS = {"record": 0, "atlas": 1, "text": 2, "build": 3, "export": 3, "plate": 3, "web": 4}
"""A room imports from those below it alone; rooms of one layer do not know each other. See docs/architecture.md."""
MODULES = sorted(SOURCE.rglob("*.py"))


def room_of(module: Path) -> str:
    parts = module.relative_to(SOURCE).parts
    return parts[0] if len(parts) > 1 else ""


def imports_of(module: Path) -> set[str]:
    """Return the rooms that a module imports from."""
    names = {
        node.module.split(".")[1]
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kazatlas.")
    }
    return names & LAYERS.keys()


@pytest.mark.parametrize("module", [m for m in MODULES if room_of(m)], ids=lambda m: str(m.relative_to(SOURCE)))
def test_a_room_imports_only_from_lower_layers(module: Path) -> None:
    room = room_of(module)
    assert {other for other in imports_of(module) if other != room and LAYERS[other] >= LAYERS[room]} == set()


def test_every_room_is_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert {path.parent.name for path in SOURCE.glob("*/__init__.py")} == LAYERS.keys()
    assert all(f"| `{room}` |" in text for room in LAYERS)


def test_no_module_is_longer_than_600_lines() -> None:
    lengths = {m.name: len(m.read_text(encoding="utf-8").splitlines()) for m in MODULES}
    assert {name: length for name, length in lengths.items() if length > 600} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    """Lines of code; a docstring may take what it needs."""
    longest = {}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = ast.get_docstring(node, clean=False) or ""
                length = (node.end_lineno or 0) - node.lineno + 1 - len(docstring.splitlines())
                if length > 60:
                    longest[f"{module.name}: {node.name}"] = length
    assert longest == {}


def test_the_entry_of_a_clone_is_short() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) < 200
