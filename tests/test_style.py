"""The code keeps the project's rules."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    "command", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=" ".join
)
def test_the_checkers_find_nothing(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


SOURCES = sorted((ROOT / "src" / "kazatlas").rglob("*.py"))
TEMPLATES = sorted((ROOT / "src" / "kazatlas" / "templates").iterdir())


def test_no_html_is_made_outside_the_templates():
    made, trusted = [], []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if re.search(r"\b(html|xml\.sax\.saxutils|markupsafe) import .*\bescape\b|escape\(", text):
            made.append(path.name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
                made += [f"{path.name}:{node.lineno}" for part in parts if re.search("<[a-zA-Z/!]", part)]
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Markup"
                and node.args
            ):
                trusted.append(path.name)
    assert made == []
    assert set(trusted) == {"templates.py"}


def test_every_template_escapes_what_it_shows():
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert path.name.endswith(".html.jinja")
        assert not re.search(r"\|\s*safe\b|autoescape", text), path.name
        assert text.startswith("{#- "), f"{path.name} does not say what it is"


def test_every_template_is_used():
    texts = [path.read_text(encoding="utf-8") for path in (*SOURCES, *TEMPLATES)]
    for path in TEMPLATES:
        name = path.name.removesuffix(".html.jinja")
        assert any(f'"{name}"' in text or f'"{path.name}"' in text for text in texts), path.name
