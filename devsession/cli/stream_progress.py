"""The progress of `devsession sync run` of an inbound sync, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import Progress, TextColumn

from devsession.notebook.stream_progress import streams_progress_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.http import Wait
    from devsession.plugin.inbound import StreamProgress


class StreamProgressLine:
    """Looks on at a run: records by stream; gone when it ends.

    On stderr, so that what the command prints is its result alone; nothing where that is no
    terminal, or when it is not `wanted`.
    """

    def __init__(self, *, wanted: bool, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            disable=not (wanted and console.is_terminal),
        )
        self._task = self._progress.add_task("reading the app", total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def read(self, progress: Mapping[str, StreamProgress]) -> None:
        """Records came."""
        self._progress.update(self._task, description=streams_progress_text(progress))

    def waiting(self, wait: Wait) -> None:
        """A request waits for a rate limit."""
        self._progress.update(self._task, description=str(wait))

    def ended(self) -> None:
        """The run has ended."""
        self._progress.stop()
