"""A folder of notebooks to be run, and the home that they have."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nbformat

from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from pathlib import Path

    from nbformat import NotebookNode

SECRET = "tok-5f2b9c1e77aa"


@dataclass(frozen=True)
class Home:
    """Knows one secret, and keeps executed notebooks in a folder."""

    folder: Path

    def redactor(self, notebook: Path) -> Redactor:
        return Redactor({"CRM_TOKEN": SECRET})

    def kept(self, notebook: Path) -> Path:
        self.folder.mkdir(exist_ok=True)
        return self.folder


def code(source: str, shown: str | None = None, *tags: str) -> NotebookNode:
    """A cell that was run, and what it is stored with as its result."""
    cell = nbformat.v4.new_code_cell(source)
    if shown is not None:
        result = nbformat.v4.new_output("execute_result", {"text/plain": shown}, execution_count=1)
        cell.outputs = [result]
    cell.metadata.tags = list(tags)
    return cell


def write(
    path: Path, *cells: NotebookNode, kernel: str = "python3", language: str = "python"
) -> Path:
    """A notebook's file, its cells counted as one run from top to bottom counts them."""
    spec = {"name": kernel, "display_name": kernel, "language": language}
    notebook = nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": spec})
    run = (cell for cell in cells if cell.cell_type == "code")
    for count, cell in enumerate(run, 1):
        cell.execution_count = count
        for output in cell.outputs:
            output.execution_count = count
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return path


def write_kernelspec(folder: Path, name: str, language: str) -> None:
    """A kernel that is installed and cannot be started."""
    spec = {"argv": ["no-such-program"], "display_name": name, "language": language}
    place = folder / "kernels" / name
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
