"""The progress of `devsession sync run`, on a terminal."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn

from devsession.notebook.progress import progress_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.http import Wait


class TerminalLine:
    """A line that says how far something is, gone when it ends.

    On stderr, so that what the command prints is its result alone; nothing where that is no
    terminal, or when it is not `wanted`. first: what it says in the beginning, behind the `columns`.
    """

    def __init__(
        self, *columns: ProgressColumn, first: str, wanted: bool, console: Console | None
    ) -> None:
        console = console or Console(stderr=True)
        self._progress = Progress(
            *columns,
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            disable=not (wanted and console.is_terminal),
        )
        self._task = self._progress.add_task(first, total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


class RunProgress(TerminalLine):
    """Looks on at a run: records, rate, refusals and time left."""

    def __init__(self, *, wanted: bool, console: Console | None = None) -> None:
        super().__init__(BarColumn(), first="reading the source", wanted=wanted, console=console)
        self._total = self._answered = self._failed = 0
        self._begun = monotonic()

    def staged(self, actions: Mapping[str, int], *, scanned: int, unchanged: int) -> None:
        """What the run offers."""
        del scanned, unchanged
        self._total = sum(actions.values())
        self._begun = monotonic()
        self._tell(0, 0)

    def stored(self, answers: object, *, answered: int, failed: int) -> None:
        """Outcomes were stored."""
        del answers
        self._answered, self._failed = answered, failed
        self._tell(answered, failed)

    def waiting(self, wait: Wait) -> None:
        """A request waits for a rate limit."""
        if wait.seconds >= 1:
            self._tell(self._answered, self._failed, f"; {wait}")

    def finished(self, summary: object, error: object) -> None:
        """The run has ended."""
        del summary, error
        self._progress.stop()

    def _tell(self, answered: int, failed: int, more: str = "") -> None:
        text = progress_text(self._total, answered, failed, monotonic() - self._begun) + more
        self._progress.update(self._task, total=self._total, completed=answered, description=text)
