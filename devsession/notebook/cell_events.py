"""When a cell begins and ends, told to whoever records what it did."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from devsession.notebook.kernel import running_cell, running_shell

if TYPE_CHECKING:
    from collections.abc import Callable

# The shell remembers who listens, not a module: a module can be loaded again, and a second
# listener beside the first would count every cell twice.
_LISTENER = "_devsession_cell_events"

_log = logging.getLogger("devsession")


class CellEvents:
    """Calls `on_cell_start(text)` and `on_cell_end(error)` around every cell that IPython runs.

    error: what the cell raised, None when it went well.

    A callback that raises never breaks the author's cell: a warning is logged instead.
    """

    def __init__(
        self,
        *,
        on_cell_start: Callable[[str], None],
        on_cell_end: Callable[[BaseException | None], None],
    ) -> None:
        self._on_cell_start = on_cell_start
        self._on_cell_end = on_cell_end
        self._in_cell = False

    def register(self) -> bool:
        """Listen from now on, instead of whoever listened before; False outside IPython.

        The cell that calls this has begun already, and counts as begun.
        """
        shell = running_shell()
        if shell is None:
            return False
        previous = getattr(shell, _LISTENER, None)
        if previous is not None:
            previous.unregister()
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)
        setattr(shell, _LISTENER, self)
        if running := running_cell():
            self._started(running)
        return True

    def unregister(self) -> None:
        """Listen no more; nothing happens when this one does not listen."""
        shell = running_shell()
        if shell is None or getattr(shell, _LISTENER, None) is not self:
            return
        shell.events.unregister("pre_run_cell", self._begin)
        shell.events.unregister("post_run_cell", self._end)
        delattr(shell, _LISTENER)

    def _begin(self, info: Any) -> None:
        self._started(info.raw_cell)

    def _started(self, text: str) -> None:
        self._in_cell = True
        self._call(self._on_cell_start, text)

    def _end(self, result: Any) -> None:
        # An empty cell ends without having begun.
        if self._in_cell:
            self._in_cell = False
            self._call(self._on_cell_end, result.error_before_exec or result.error_in_exec)

    def _call(self, callback: Callable[[Any], None], value: object) -> None:
        try:
            callback(value)
        except Exception as error:  # noqa: BLE001 - the author's cell goes on, whatever we did
            # Its text may quote the app or a secret, so only its kind is told.
            _log.warning("devsession could not follow this cell: %s", type(error).__name__)
            _log.debug("what went wrong", exc_info=True)
