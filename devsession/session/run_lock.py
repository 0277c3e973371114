"""One run of a sync at a time: who holds it, and what becomes of a run whose process died."""

from __future__ import annotations

import getpass
import json
import os
import socket
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devsession.notebook.kernel import running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.session.workspace import Workspace
    from devsession.warehouse.records import RunRecord, SyncRecord
    from devsession.warehouse.store import Store

RUNNING, KILLED = "running", "killed"


@dataclass(frozen=True)
class Holder:
    """The process that runs a sync, as it says itself."""

    pid: int
    host: str
    user: str
    since: str
    program: str

    @classmethod
    def this_process(cls) -> Holder:
        return cls(
            pid=os.getpid(),
            host=socket.gethostname(),
            user=_user(),
            since=datetime.now(UTC).isoformat(sep=" ", timespec="seconds"),
            program="a notebook's kernel" if running_kernel() else "the command line",
        )

    def __str__(self) -> str:
        return (
            f"process {self.pid} of {self.user} on {self.host}, {self.program}, since {self.since}"
        )


@contextmanager
def only_run(workspace: Workspace, sync: SyncRecord, *, patience: float = 0) -> Iterator[bool]:
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
        told.write_text(json.dumps(asdict(Holder.this_process())), encoding="utf-8")
        yield True
    finally:
        told.unlink(missing_ok=True)
        lock.release()


def holder_of(workspace: Workspace, sync: SyncRecord) -> str:
    """Who runs the sync, for people."""
    try:
        return str(Holder(**json.loads(_holder_file(workspace, sync).read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError):
        return "another process, which began or ended just now"


def runs_of(workspace: Workspace, store: Store, sync: SyncRecord) -> list[RunRecord]:
    """The runs of a sync, the last one first; those whose process died are marked as killed."""
    runs = store.runs(sync)
    if all(run.status != RUNNING for run in runs):
        return runs
    with only_run(workspace, sync) as alone:
        if alone:
            end_killed(store, sync)
    return store.runs(sync)


def end_killed(store: Store, sync: SyncRecord) -> None:
    """Inside `only_run`, what is called running was killed."""
    for run in store.runs(sync):
        if run.status == RUNNING:
            store.finish_run(run, status=KILLED, counts=run.counts)


def outcomes_folder(workspace: Workspace) -> Path:
    """Where runs keep what the warehouse does not have yet, and their locks."""
    return workspace.private / "outcomes"


def _holder_file(workspace: Workspace, sync: SyncRecord) -> Path:
    return outcomes_folder(workspace) / f"{sync.id}.holder"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "an unnamed user"
