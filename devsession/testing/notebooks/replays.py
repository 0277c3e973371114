"""Replaying many notebooks, several at once; their reports come in the order of the tasks."""

from __future__ import annotations

import asyncio
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

    async def one(task: Task) -> NotebookReport:
        async with ahead:
            return await replay(task, settings, home, free, watcher)

    async with asyncio.TaskGroup() as group:
        running = [group.create_task(one(task)) for task in tasks]
        try:
            for each in running:
                reports.append(await each)
                told(reports[-1])
        except asyncio.CancelledError:
            for each in running[len(reports) :]:
                if each.done() and not each.cancelled():
                    told(each.result())
            raise
    return reports
