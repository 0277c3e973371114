"""A notebook run for what it does: its outputs are kept, and compared with nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from devsession.testing.notebooks.document import read_notebook
from devsession.testing.notebooks.kernel import kernel_place, running_kernel
from devsession.testing.notebooks.running import Execution, Limits, execute, forget_outputs

if TYPE_CHECKING:
    from pathlib import Path


def run_in_place(path: Path, *, live: bool) -> Execution:
    """Run a notebook in its folder, until the end or until a cell fails, and save what it put out.

    live: whether its network is open. Kernels are forked, where that works, from one process for all
    notebooks that are run from here.

    Raises: NotebookError when the file is no notebook, or its kernel does not start.
    """
    return asyncio.run(_run(path, live=live))


async def _run(path: Path, *, live: bool) -> Execution:
    import nbformat

    notebook = read_notebook(path).notebook
    forget_outputs(notebook)
    try:
        async with running_kernel(kernel_place(notebook, path, live=live)) as kernel:
            return await execute(notebook, kernel, Limits())
    finally:
        nbformat.write(notebook, path)
