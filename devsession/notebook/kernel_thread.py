"""Where forms live in a kernel: on the thread that runs cells, between two of them."""

from __future__ import annotations

import sys
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def between_cells() -> Callable[[Callable[[], None]], None] | None:
    """Has a function called on the kernel's main thread, when no cell runs; None outside a kernel."""
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    return None if kernel is None else kernel.io_loop.add_callback


def where_cells_run(function: Callable[[], None]) -> None:
    """Call it on the thread that runs cells: now, or from another thread between two of them.

    JupyterLab sends what is clicked on a page that was loaded again to a subshell, whose thread runs
    beside the cells.
    """
    later = between_cells()
    if later is None or current_thread() is main_thread():
        function()
    else:
        later(function)
