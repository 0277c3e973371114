"""How a run of either direction begins, and comes to its end: alone, and with a summary."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from devsession.errors import SetupError, UsageError
from devsession.session.run_lock import holder_of, only_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.session.development import DevelopmentSession
    from devsession.session.run_log import RunLog

S = TypeVar("S")

COMPLETED, TIMED_OUT = "completed", "timed out"

# Whoever plans or freezes holds a sync for a moment as well.
_PATIENCE_SECONDS = 2


class RunInterrupted(KeyboardInterrupt):
    """Ctrl-C during a run; `summary` says what was done until then, and it is kept."""

    def __init__(self, summary: Any) -> None:
        super().__init__(str(summary))
        self.summary = summary

    def _render_traceback_(self) -> list[str]:
        return [f"stopped; {self.summary}", "what was done is kept: the next run goes on"]


@contextmanager
def turn_of(session: DevelopmentSession, sync: Any, *, twice: str) -> Iterator[None]:
    """Inside a sync of either direction runs, and no other run of it begins.

    twice: what two at once would do.

    Raises: UsageError when the session is offline, or a run of this sync goes on already.
    """
    if session.offline:
        raise UsageError(
            "A run for real calls the app, and DEVSESSION_OFFLINE is set",
            next_step=f"unset DEVSESSION_OFFLINE; devsession sync run {sync.slug}",
            sync=sync.slug,
        )
    workspace, record = session.workspace, sync.record
    with only_run(workspace, record, patience=_PATIENCE_SECONDS) as alone:
        if not alone:
            raise UsageError(
                f"A run of {sync.slug!r} goes on already; nothing was sent",
                tried=f"two at once would {twice}",
                where=holder_of(workspace, record),
                next_step=f"wait for its end; devsession sync show {sync.slug}",
                sync=sync.slug,
            )
        yield


def to_its_end(
    session: DevelopmentSession,
    log: RunLog,
    work: Callable[[], str],
    end: Callable[[str, BaseException | None], S],
) -> S:
    """Do the work of a run, with its log, and end it, however it ends; its summary.

    work: returns how it ended: COMPLETED, or TIMED_OUT. end: makes the summary of a status, and of
    what stopped it.

    Raises: RunInterrupted on Ctrl-C; what the work raises.
    """
    with log.into(session.workspace.runs / "logs"):
        try:
            status = work()
        except KeyboardInterrupt as stopped:
            raise RunInterrupted(end("interrupted", stopped)) from None
        except BaseException as error:
            # The first error is the one to tell; the next look finds that this run is dead.
            with suppress(SetupError):
                end("failed", error)
            raise
        return end(status, None)
