"""The progress of `devsession sync run`, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Mapping


class RunProgress:
    """Looks on at a run: records, rate, refusals and time left; gone when it ends.

    On stderr, so that what the command prints is its result alone; nothing where that is no
    terminal, or when it is not `wanted`.
    """

    def __init__(self, *, wanted: bool, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[failed]:,} refused"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            transient=True,
            disable=not (wanted and console.is_terminal),
        )
        self._task = self._progress.add_task("reading", total=None, failed=0, rate="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def staged(self, actions: Mapping[str, int], *, scanned: int, unchanged: int) -> None:
        """What the run offers."""
        del scanned, unchanged
        self._progress.reset(
            self._task, total=sum(actions.values()), description="sending", failed=0, rate=""
        )

    def stored(self, answers: object, *, answered: int, failed: int) -> None:
        """Outcomes were stored."""
        del answers
        self._progress.update(self._task, completed=answered, failed=failed)
        speed = self._progress.tasks[0].speed
        self._progress.update(self._task, rate=f"{speed:,.0f} a second" if speed else "")

    def finished(self, summary: object, error: object) -> None:
        """The run has ended."""
        del summary, error
        self._progress.stop()
