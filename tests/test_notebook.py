"""The notebook of docs/ runs from its first cell to its last, and is kept without outputs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

NOTEBOOK = ROOT / "docs" / "analysis.ipynb"


@pytest.fixture(scope="module")
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_is_whole_and_without_outputs(notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell for cell in code if cell.outputs or cell.execution_count] == []
    text = "\n".join(cell.source for cell in notebook.cells)
    assert all(re.search(rf"\.{name}\(", text) for name in ("load", "units", "changes", "locate", "explore"))
    assert "Қазақша" in text
    assert "По-русски" in text


def test_the_notebook_runs(notebook: nbformat.NotebookNode, tmp_path: Path) -> None:
    # In a folder of its own, as it saves a map; with the code of this clone, whatever is installed.
    client = NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": tmp_path}})
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    told = "\n".join(str(output.get("data", output.get("text"))) for output in outputs)
    assert "Kazatlas" in told
    assert "Семей" in told
    assert "iframe" in told
    assert "Series([]" not in told
    assert [output for output in outputs if output.output_type == "stream" and output.name == "stderr"] == []
    assert (tmp_path / "kazatlas.html").stat().st_size > 100_000
