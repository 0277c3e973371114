"""The app's rate limits, as the plugin's api_limits() declares them, kept in a session.

They hold where the app is called: in cells, in `scenario.run()`, and in runs for real. All of them
count in one file of `.devsession/`, so that a run goes on where the one before, or a cell, stopped.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from devsession.errors import PluginRaisedError, UsageError
from devsession.http import Deadline, RateLimiter, until
from devsession.plugin.limits import ApiLimits
from devsession.session.plugin_call import calling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from devsession.http import Wait
    from devsession.plugin.contract import Plugin
    from devsession.plugin.parameters import SyncConfigurationParameters
    from devsession.session.development import DevelopmentSession

_LEDGER = "limits.db"
_TOLD_SECONDS = 1.0
_MOST_TOLD = 5


def time_limit(minutes: object) -> Deadline:
    """The deadline of a run that begins now. Raises: UsageError for what is no number over 0."""
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not minutes > 0:
        raise UsageError(
            "time_limit_mins is a number of minutes, more than 0",
            tried=f"time_limit_mins={minutes!r}",
            next_step="session.run(slug, time_limit_mins=30)",
        )
    return Deadline(minutes * 60)


@contextmanager
def limits_in_run(
    session: DevelopmentSession,
    plugin: Plugin,
    parameters: SyncConfigurationParameters,
    tell: Callable[[Wait], None],
    deadline: Deadline,
) -> Iterator[None]:
    """Inside a run calls the app: nothing is recorded, and each request waits for its turn.

    tell: is told of each wait, by the thread that waits. Whatever ends the run ends the waits.
    deadline: the run's, which holds inside.

    Raises: PluginRaisedError when api_limits() raises, or returns something else than limits.
    """
    limiter = _limiter(session, plugin, parameters, tell)
    with session.recorder.paused(limiter), _ended_together(limiter, deadline):
        yield


@contextmanager
def limits_in_scenario(
    session: DevelopmentSession, plugin: Plugin, parameters: SyncConfigurationParameters
) -> Iterator[None]:
    """Inside the plugin's method is called on a scenario: what calls the app waits for its turn.

    Raises: as `limits_in_run`.
    """
    if session.offline:
        yield
        return
    limiter = _limiter(session, plugin, parameters, _Printed())
    before = session.recorder.limit_by(limiter)
    try:
        with _ended_together(limiter, Deadline()):
            yield
    finally:
        session.recorder.limit_by(before)


def limits_in_cells(session: DevelopmentSession, parameters: SyncConfigurationParameters) -> None:
    """From now on what cells ask of the app waits for its turn. Raises: as `limits_in_run`."""
    if not session.offline:
        limiter = _limiter(session, session.plugin, parameters, _Printed())
        session.recorder.limit_by(limiter)


def _limiter(
    session: DevelopmentSession,
    plugin: Plugin,
    parameters: SyncConfigurationParameters,
    tell: Callable[[Wait], None],
) -> RateLimiter:
    declared: Any = []
    if plugin.has("api_limits"):
        with calling(plugin, "api_limits", session.vault):
            declared = plugin.api_limits(parameters)
    if not isinstance(declared, list) or not all(isinstance(each, ApiLimits) for each in declared):
        raise PluginRaisedError(
            f"api_limits() of {type(plugin).__name__} returned {type(declared).__name__}",
            next_step="return a list of ApiLimits, empty for none; see help(devsession.plugin.ApiLimits)",
        )
    limits = [each.to_limit() for each in declared]
    return RateLimiter(limits, ledger=session.workspace.private / _LEDGER, on_wait=tell)


@contextmanager
def _ended_together(limiter: RateLimiter, deadline: Deadline) -> Iterator[None]:
    """What ends the block ends the waits of all its threads."""
    limiter.deadline = deadline
    try:
        with _ended_by_ctrl_c(deadline), until(deadline):
            yield
    finally:
        deadline.cancel()
        limiter.close()


@contextmanager
def _ended_by_ctrl_c(deadline: Deadline) -> Iterator[None]:
    """Ctrl-C ends waits at once: a pool of threads waits for its threads before it lets go."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        deadline.cancel()
        before(number, frame)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Printed:
    """Says under the cell what is waited for: the first waits that are felt."""

    def __init__(self) -> None:
        self._left = _MOST_TOLD
        self._lock = threading.Lock()

    def __call__(self, wait: Wait) -> None:
        if wait.seconds < _TOLD_SECONDS:
            return
        with self._lock:
            self._left -= 1
            left = self._left
        if left >= 0:
            more = "" if left else "; further waits are not told"
            print(f"{wait}{more}")  # noqa: T201 - the cell shows it
