"""The progress of `devsession sync run` of an inbound sync, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.cli.run_progress import TerminalLine
from devsession.notebook.stream_progress import streams_progress_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from devsession.http import Wait
    from devsession.plugin.inbound import StreamProgress


class StreamProgressLine(TerminalLine):
    """Looks on at a run: records by stream."""

    def __init__(self, *, wanted: bool, console: Console | None = None) -> None:
        super().__init__(first="reading the app", wanted=wanted, console=console)

    def read(self, progress: Mapping[str, StreamProgress]) -> None:
        """Records came."""
        self._progress.update(self._task, description=streams_progress_text(progress))

    def waiting(self, wait: Wait) -> None:
        """A request waits for a rate limit."""
        self._progress.update(self._task, description=str(wait))

    def ended(self) -> None:
        """The run has ended."""
        self._progress.stop()
