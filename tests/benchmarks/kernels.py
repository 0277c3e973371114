"""Kernels that are forked, against kernels that jupyter_client starts: time and memory."""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import psutil
from jupyter_client.manager import AsyncKernelManager

from devsession.kernels import FastKernelManager, kernel_name
from tests.benchmarks.figure import Figure

if TYPE_CHECKING:
    from jupyter_client.asynchronous import AsyncKernelClient

_RUNS = 7
_KERNELS = 8
# What a notebook begins with.
_FIRST_CELL = """
import pandas, requests, ipywidgets
pandas.DataFrame({"a": range(1000)}).describe()
"""


def kernel_start() -> Figure:
    """Seconds from starting a kernel to its first executed cell, the median of seven.

    Ours as our runner starts it; the baseline as jupyter_client does. Both take turns. The process
    that ours is forked from has begun: a run of notebooks begins one.
    """
    _need_fast_kernels()
    return asyncio.run(_starts(FastKernelManager, AsyncKernelManager))


def kernel_start_stock_tools() -> Figure:
    """The same from start to end, as stock tools run a notebook on either kernelspec."""
    _need_fast_kernels()
    return asyncio.run(_starts(AsyncKernelManager, AsyncKernelManager, and_end=True))


def kernel_memory() -> Figure:
    """MB that eight kernels after their first cell take (PSS), ours with what they are forked from."""
    _need_fast_kernels()
    return Figure(asyncio.run(_memory(kernel_name())), asyncio.run(_memory("python3")), unit="MB")


def _need_fast_kernels() -> None:
    if kernel_name() != "devsession":
        raise RuntimeError("kernels cannot be forked here: pip install -e . on Linux")


async def _starts(
    ours: type[AsyncKernelManager], baseline: type[AsyncKernelManager], *, and_end: bool = False
) -> Figure:
    await _seconds(ours(kernel_name="devsession"), and_end=and_end)
    await asyncio.sleep(6)  # it goes on loading while nobody waits
    runs = [
        (
            await _seconds(ours(kernel_name="devsession"), and_end=and_end),
            await _seconds(baseline(kernel_name="python3"), and_end=and_end),
        )
        for _ in range(_RUNS)
    ]
    values, baselines = zip(*runs, strict=True)
    return Figure(median(values), median(baselines))


async def _seconds(manager: AsyncKernelManager, *, and_end: bool) -> float:
    start = perf_counter()
    client = await _with_first_cell(manager)
    first_cell = perf_counter() - start
    client.stop_channels()
    await manager.shutdown_kernel()
    return perf_counter() - start if and_end else first_cell


async def _with_first_cell(manager: AsyncKernelManager) -> AsyncKernelClient:
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    reply = await client.execute(_FIRST_CELL, reply=True, timeout=60)
    if reply["content"]["status"] != "ok":
        raise RuntimeError(f"the first cell failed: {reply['content']}")
    return client


async def _memory(name: str) -> float:
    managers = [AsyncKernelManager(kernel_name=name) for _ in range(_KERNELS)]
    clients = [await _with_first_cell(manager) for manager in managers]
    await asyncio.sleep(6)
    started = psutil.Process().children(recursive=True)
    taken = sum(each.memory_full_info().pss for each in started) / 1e6
    for client, manager in zip(clients, managers, strict=True):
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
    return taken
