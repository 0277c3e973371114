"""One notebook as it runs in real kernels: twice the same, and once with every cell changed."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from devsession.testing.notebooks.kernel import kernel_place, running_kernel
from devsession.testing.notebooks.running import Limits, execute
from devsession.testing.notebooks.widgets import STATE

_IMPORTS = """
import io
import sys
import ipywidgets
import pandas
from IPython.display import HTML, Image, clear_output, display
from PIL.Image import new
"""


def _image(change: str) -> str:
    return f"""
picture = new('RGB', (40, 30), 'teal')
{change}
data = io.BytesIO()
picture.save(data, 'png')
Image(data.getvalue())
"""


def _widget(value: int, password: str) -> str:
    slider = f"ipywidgets.IntSlider({value}, description='n')"
    return f"ipywidgets.VBox([{slider}, ipywidgets.Password(value='{password}')])"


# id -> what the cell says, and what it says when it is changed.
CELLS = {
    "imports": (_IMPORTS, _IMPORTS),
    "text": ("'hello'", "'hallo'"),
    "frame": (
        "frame = pandas.DataFrame({'name': ['Ada', 'Bo'], 'age': [36, 41]}); frame",
        "frame = pandas.DataFrame({'name': ['Ada', 'Bo'], 'age': [36, 42]}); frame",
    ),
    "styled": ("frame.style.highlight_max()", "frame.style.highlight_min()"),
    "image": (_image(""), _image("picture.putpixel((7, 5), (255, 0, 0))")),
    "widget": (_widget(3, "s3cr3t-value"), _widget(4, "another-one")),
    "captured": (
        "out = ipywidgets.Output()\nwith out:\n    print('inside')\nout",
        "out = ipywidgets.Output()\nwith out:\n    print('within')\nout",
    ),
    "calm": ("number = 1", "number = 1 / 0"),
    "raises": ("int('seven')", "int('7')"),
    "stream": (
        "print('to read'); print('to mend', file=sys.stderr)",
        "print('to read'); print('to bend', file=sys.stderr)",
    ),
    "table": (
        "HTML('<table><tr><th>city</th></tr><tr><td>Rome</td></tr></table>')",
        "HTML('<table><tr><th>city</th></tr><tr><td>Oslo</td></tr></table>')",
    ),
    "cleared": (
        "print('first')\nclear_output(wait=True)\nprint('second')",
        "print('first')\nprint('second')",
    ),
    "shown": (
        "shown = display({'done': 1}, display_id='progress')",
        "shown = display({'done': 2}, display_id='progress')",
    ),
    "shows": ("shown.update({'done': 100})", "shown.update({'done': 99})"),
    "error": (
        "raise ValueError(f'no such plan {object()}')",
        "raise ValueError(f'no such plane {object()}')",
    ),
}
MAY_RAISE = {"raises", "error"}


class Runs(NamedTuple):
    """stored: the reference. again: the same in another kernel. changed: with every cell changed."""

    stored: NotebookNode
    again: NotebookNode
    changed: NotebookNode

    def changed_in(self, cell_id: str) -> NotebookNode:
        """The second run, but for one cell, which came out as in the changed run."""
        notebook = deepcopy(self.again)
        cell_of(notebook, cell_id).outputs = deepcopy(cell_of(self.changed, cell_id).outputs)
        widgets = deepcopy(self.changed.metadata.widgets[STATE]["state"])
        notebook.metadata.widgets[STATE]["state"] |= widgets
        return notebook


def run_three() -> Runs:
    """In three kernels at once."""
    notebooks = [_notebook(which) for which in (0, 0, 1)]
    asyncio.run(_run(notebooks))
    return Runs(*notebooks)


async def _run(notebooks: list[NotebookNode]) -> None:
    await asyncio.gather(*map(_run_one, notebooks))


async def _run_one(notebook: NotebookNode) -> None:
    with TemporaryDirectory() as folder:
        place = kernel_place(notebook, Path(folder) / "notebook.ipynb", live=False)
        async with running_kernel(place) as kernel:
            await execute(notebook, kernel, Limits())


def _notebook(which: int) -> NotebookNode:
    notebook = new_notebook(cells=[new_markdown_cell("# A title", id="title")])
    for cell_id, sources in CELLS.items():
        may_raise = which == 1 or cell_id in MAY_RAISE
        tags = ["raises-exception"] if may_raise else []
        notebook.cells.append(new_code_cell(sources[which], id=cell_id, metadata={"tags": tags}))
    return notebook


def cell_of(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """The cell of this id."""
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def without(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """The notebook after somebody has removed a cell."""
    kept = [deepcopy(cell) for cell in notebook.cells if cell.id != cell_id]
    return NotebookNode({**deepcopy(notebook), "cells": kept})
