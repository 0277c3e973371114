"""Replaying many notebooks, several at once; their reports come in the order of the tasks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from devsession.testing.notebooks.replay import replay

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devsession.testing.notebooks.replay import Home, Settings, Task, Watcher
    from devsession.testing.notebooks.report import NotebookReport


def run_notebooks(
    tasks: Sequence[Task],
    settings: Settings,
    home: Home,
    *,
    workers: int = 1,
    told: Callable[[NotebookReport], None] = lambda _report: None,
    watcher: Watcher | None = None,
) -> list[NotebookReport]:
    """Replay each in a kernel of its own, so many at once.

    told: gets each report as soon as it and those before it are there. After Ctrl-C, which ends
    all kernels, it has been told what was done.

    Raises: KeyboardInterrupt on Ctrl-C.
    """
    return asyncio.run(_all(tasks, settings, home, workers, told, watcher))


async def _all(
    tasks: Sequence[Task],
    settings: Settings,
    home: Home,
    workers: int,
    told: Callable[[NotebookReport], None],
    watcher: Watcher | None,
) -> list[NotebookReport]:
    # While so many run, the kernel of the next one starts.
    free, ahead = asyncio.Semaphore(workers), asyncio.Semaphore(workers + 1)
    reports: list[NotebookReport] = []

    turns = [_Turn(free, asyncio.Event()) for _ in tasks]
    for before, turn in pairwise(turns):
        turn.before = before.taken

    async def one(task: Task, turn: _Turn) -> NotebookReport:
        async with ahead:
            try:
                return await replay(task, settings, home, turn, watcher)
            finally:
                turn.taken.set()

    async with asyncio.TaskGroup() as group:
        running = [group.create_task(one(*each)) for each in zip(tasks, turns, strict=True)]
        try:
            for each in running:
                reports.append(await each)
                told(reports[-1])
                _go_on()
        except asyncio.CancelledError:
            for each in running[len(reports) :]:
                if each.done() and not each.cancelled():
                    told(each.result())
            raise
    return reports


def _go_on() -> None:
    """Raises: CancelledError when Ctrl-C came while a replay ended, which it let happen."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@dataclass
class _Turn:
    """One of the places of those that run, taken in the order of the tasks, however soon a kernel is
    ready. before: that the task before has taken its own."""

    free: asyncio.Semaphore
    taken: asyncio.Event
    before: asyncio.Event | None = None

    async def __aenter__(self) -> None:
        if self.before is not None:
            await self.before.wait()
        await self.free.acquire()
        self.taken.set()

    async def __aexit__(self, *_: object) -> None:
        self.free.release()
