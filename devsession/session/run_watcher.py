"""Who looks on while a run goes: a log, a progress bar; each is told the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.session.summary import RunSummary


class Answer(NamedTuple):
    """The outcome of one record; `error` is None where the app took it. Holds no secret."""

    identifier: str
    action: str
    error: str | None


class RunWatcher(Protocol):
    """Is told what a run does, from whichever thread does it, one call at a time."""

    def staged(self, actions: Mapping[str, int], *, scanned: int, unchanged: int) -> None:
        """What the run offers: action -> records."""

    def stored(self, answers: Sequence[Answer], *, answered: int, failed: int) -> None:
        """Outcomes were stored. answered, failed: records by now, each counted once."""

    def finished(self, summary: RunSummary, error: BaseException | None) -> None:
        """The run has ended, by this error when it did not complete."""


class Watchers:
    """Several of them as one."""

    def __init__(self, *watchers: RunWatcher) -> None:
        self._watchers = watchers

    def staged(self, actions: Mapping[str, int], *, scanned: int, unchanged: int) -> None:
        for watcher in self._watchers:
            watcher.staged(actions, scanned=scanned, unchanged=unchanged)

    def stored(self, answers: Sequence[Answer], *, answered: int, failed: int) -> None:
        for watcher in self._watchers:
            watcher.stored(answers, answered=answered, failed=failed)

    def finished(self, summary: RunSummary, error: BaseException | None) -> None:
        for watcher in self._watchers:
            watcher.finished(summary, error)
