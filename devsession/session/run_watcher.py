"""Who looks on while a run goes: a log, a progress bar; each is told the same."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.http import Wait
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

    def waiting(self, wait: Wait) -> None:
        """A request to the app begins to wait for a rate limit."""

    def finished(self, summary: RunSummary, error: BaseException | None) -> None:
        """The run has ended, by this error when it did not complete."""


class Watchers:
    """Several of them as one."""

    def __init__(self, *watchers: RunWatcher) -> None:
        self._watchers = watchers
        self._lock = threading.Lock()

    def staged(self, actions: Mapping[str, int], *, scanned: int, unchanged: int) -> None:
        with self._lock:
            for watcher in self._watchers:
                watcher.staged(actions, scanned=scanned, unchanged=unchanged)

    def stored(self, answers: Sequence[Answer], *, answered: int, failed: int) -> None:
        with self._lock:
            for watcher in self._watchers:
                watcher.stored(answers, answered=answered, failed=failed)

    def waiting(self, wait: Wait) -> None:
        with self._lock:
            for watcher in self._watchers:
                watcher.waiting(wait)

    def finished(self, summary: RunSummary, error: BaseException | None) -> None:
        with self._lock:
            for watcher in self._watchers:
                watcher.finished(summary, error)
