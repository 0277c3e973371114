"""The kernel that this process is, if it is one. Nothing is imported to find out."""

from __future__ import annotations

import sys
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def running_shell() -> Any:
    """The running IPython shell; None outside IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def running_kernel() -> Any:
    """The running kernel; None outside one."""
    return getattr(running_shell(), "kernel", None)


def running_cell() -> str | None:
    """The text of the cell that runs right now; None where none does: a widget's message is no cell."""
    shell = running_shell()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    is_cell = parent.get("header", {}).get("msg_type") == "execute_request"
    return str(parent["content"]["code"]) if is_cell else None


def between_cells() -> Callable[[Callable[[], None]], None] | None:
    """Has a function called on the kernel's main thread, when no cell runs; None outside a kernel."""
    kernel = running_kernel()
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
