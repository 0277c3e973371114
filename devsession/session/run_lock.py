"""One run of a sync at a time: who holds it, and what becomes of a run whose process died."""

from __future__ import annotations

import getpass
import os
import socket
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devsession.notebook.kernel import running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.session.workspace import Workspace
    from devsession.warehouse.records import InboundSyncRecord, RunRecord, SyncRecord
    from devsession.warehouse.store import Store

RUNNING, KILLED, FROZEN = "running", "killed", "frozen"


@contextmanager
def only_run(
    workspace: Workspace, sync: SyncRecord | InboundSyncRecord, *, patience: float = 0
) -> Iterator[bool]:
    """Whether no other run of the sync goes on, in any process; none begins inside.

    The system lets the lock go when the process ends, however it ends. patience: seconds to wait
    for one who only looks.
    """
    from filelock import FileLock, Timeout

    file = outcomes_folder(workspace) / f"{sync.id}.lock"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        yield False
        return
    told = _holder_file(workspace, sync)
    try:
        told.write_text(_this_process(), encoding="utf-8")
        yield True
    finally:
        told.unlink(missing_ok=True)
        lock.release()


def holder_of(workspace: Workspace, sync: SyncRecord | InboundSyncRecord) -> str:
    """Who runs the sync, for people."""
    told = ""
    with suppress(OSError):
        told = _holder_file(workspace, sync).read_text(encoding="utf-8")
    return told or "another process, which began or ended just now"


def runs_of(
    workspace: Workspace, store: Store, sync: SyncRecord | InboundSyncRecord
) -> list[RunRecord]:
    """The runs of a sync, the last one first; those whose process died are marked as killed.

    Freezing a scenario is none, though it has a number as runs have.
    """
    runs = store.runs(sync)
    if any(run.status == RUNNING for run in runs):
        with only_run(workspace, sync) as alone:
            if alone:
                end_killed(store, sync)
        runs = store.runs(sync)
    return [run for run in runs if run.status != FROZEN]


def end_killed(store: Store, sync: SyncRecord | InboundSyncRecord) -> None:
    """Inside `only_run`, what is called running was killed."""
    for run in store.runs(sync):
        if run.status == RUNNING:
            store.finish_run(run, status=KILLED, counts=run.counts)


def outcomes_folder(workspace: Workspace) -> Path:
    """Where runs keep what the warehouse does not have yet, and their locks."""
    return workspace.runs / "outcomes"


def _holder_file(workspace: Workspace, sync: SyncRecord | InboundSyncRecord) -> Path:
    return outcomes_folder(workspace) / f"{sync.id}.holder"


def _this_process() -> str:
    program = "a notebook's kernel" if running_kernel() else "the command line"
    since = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    return f"process {os.getpid()} of {_user()} on {socket.gethostname()}, {program}, since {since}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "an unnamed user"
