"""How far a run is, under a notebook's cell: for those that take long, and gone when it ends."""

from __future__ import annotations

import sys
from html import escape
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN_AFTER_SECONDS = 1.0
_SECONDS_BETWEEN = 0.5


class NotebookProgress:
    """Looks on at a run. Outside of a notebook, and for what takes no second, it shows nothing."""

    def __init__(self) -> None:
        self._total = 0
        self._begun = self._shown = monotonic()
        self._display: Any = None

    def staged(self, actions: Mapping[str, int], *, scanned: int, unchanged: int) -> None:
        """What the run offers."""
        del scanned, unchanged
        self._total = sum(actions.values())
        self._begun = self._shown = monotonic()

    def stored(self, answers: object, *, answered: int, failed: int) -> None:
        """Outcomes were stored."""
        del answers
        now = monotonic()
        long_enough = now - self._begun > _SHOWN_AFTER_SECONDS
        if long_enough and now - self._shown > _SECONDS_BETWEEN and answered < self._total:
            self._shown = now
            self._show(progress_text(self._total, answered, failed, now - self._begun))

    def finished(self, summary: object, error: object) -> None:
        """The run has ended: what stands under the cell then is its summary."""
        del summary, error
        if self._display is not None:
            self._show("")

    def _show(self, text: str) -> None:
        from IPython.display import HTML, display

        if self._display is not None:
            self._display.update(HTML(escape(text)))
        elif in_kernel():
            self._display = display(HTML(escape(text)), display_id=True)


def in_kernel() -> bool:
    """Whether this process is a notebook's kernel. Nothing is imported to find out."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def progress_text(total: int, answered: int, failed: int, seconds: float) -> str:
    """`1,200 of 20,000 records, 400 a second, 3 refused, 47 s left`."""
    rate = answered / seconds
    parts = [f"{answered:,} of {total:,} records", f"{rate:,.0f} a second"]
    parts += [f"{failed:,} refused"] if failed else []
    parts += [f"{(total - answered) / rate:,.0f} s left"] if rate else []
    return ", ".join(parts)
