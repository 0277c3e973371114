"""How far an inbound run is, under a notebook's cell: gone when it ends."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from devsession.notebook.kernel import running_kernel
from devsession.render import html_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.http import Wait
    from devsession.plugin.inbound import StreamProgress

_SHOWN_AFTER_SECONDS = 1.0
_SECONDS_BETWEEN = 0.5
_NOTHING = {"text/plain": "", "text/html": ""}


class NotebookStreamProgress:
    """Looks on at an inbound run; outside of a notebook it shows nothing.

    Its place under the cell is empty for what takes no second, and empty again in the end: what a
    notebook keeps must not depend on how long a run took.
    """

    def __init__(self) -> None:
        self._begun = self._shown = monotonic()
        self._display: Any = None
        self._text = ""
        if running_kernel():
            from IPython.display import display

            self._display = display(_NOTHING, raw=True, display_id=True)

    def read(self, progress: Mapping[str, StreamProgress]) -> None:
        """Records came."""
        now = monotonic()
        if now - self._begun > _SHOWN_AFTER_SECONDS and now - self._shown > _SECONDS_BETWEEN:
            self._shown = now
            self._text = streams_progress_text(progress)
            self._show(self._text)

    def waiting(self, wait: Wait) -> None:
        """A request waits for a rate limit."""
        if wait.seconds > _SHOWN_AFTER_SECONDS:
            self._show(f"{self._text}; {wait}" if self._text else str(wait))

    def ended(self) -> None:
        """What stands under the cell then is the run's summary."""
        self._show("")

    def _show(self, text: str) -> None:
        if self._display is not None:
            shown = {"text/plain": text, "text/html": html_line(text)} if text else _NOTHING
            self._display.update(shown, raw=True)


def streams_progress_text(progress: Mapping[str, StreamProgress]) -> str:
    """`1,200 records: people 800 of 1,000, notes 400`."""
    total = sum(each.records for each in progress.values())
    parts = []
    for name, each in progress.items():
        if each.started:
            about = "about " if each.total_is_estimate else ""
            of = f" of {about}{each.total:,}" if each.total is not None else ""
            parts.append(f"{name} {each.records:,}{of}")
    return f"{total:,} records: {', '.join(parts)}"
