"""A kernel that runs a notebook, and what that put out, fit for comparison."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import nbformat
from nbclient import NotebookClient

from devsession.kernels import kernel_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbformat import NotebookNode

WIDGET = "application/vnd.jupyter.widget-view+json"
CELL_SECONDS = 300

Outputs = list[list[dict[str, object]]]
"""For each code cell, what it put out."""


class Kernel:
    """Runs notebooks of its folder, as often as asked."""

    def __init__(self, client: NotebookClient, folder: Path) -> None:
        self._client = client
        self._folder = folder

    def run(self, file: str) -> Outputs:
        """Run a notebook from top to bottom and save it with its widgets, as JupyterLab would."""
        notebook = nbformat.read(self._folder / file, as_version=4)
        self._client.nb = notebook
        self._client.reset_execution_trackers()
        for number, cell in enumerate(notebook.cells):
            self._client.execute_cell(cell, number)
        self._client.set_widgets_metadata()
        nbformat.write(notebook, self._folder / file)
        return outputs(notebook)


@contextmanager
def new_kernel(folder: Path) -> Iterator[Kernel]:
    """A kernel in this folder, with the environment as it is now."""
    client = NotebookClient(
        nbformat.v4.new_notebook(),
        kernel_name=kernel_name(),
        timeout=CELL_SECONDS,
        # A stream comes in as many parts as the kernel happens to flush.
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel():
        yield Kernel(client, folder)


def run_twice(folder: Path, file: str) -> list[Outputs]:
    """Two runs of a notebook in one new kernel."""
    with new_kernel(folder) as kernel:
        return [kernel.run(file), kernel.run(file)]


def stored_outputs(path: Path) -> Outputs:
    """What a notebook put out when it was saved."""
    return outputs(nbformat.read(path, as_version=4))


def outputs(notebook: NotebookNode) -> Outputs:
    """All of it: text, HTML, streams, errors; not the random ids of widgets, nor cell counts."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [[_compared(output) for output in cell.outputs] for cell in cells]


def _compared(output: NotebookNode) -> dict[str, object]:
    kept = {name: value for name, value in output.items() if name != "execution_count"}
    if "data" in kept:
        kept["data"] = {kind: shown for kind, shown in output.data.items() if kind != WIDGET}
    return kept
