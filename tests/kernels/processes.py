"""Whether processes are gone, as tests ask for it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

RUNNER = """
import asyncio, sys
from devsession.kernels import FastKernelManager

async def run():
    managers = [FastKernelManager(kernel_name="devsession") for _ in range(2)]
    for manager in managers:
        print("starting", flush=True)
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready()
        client.execute("import subprocess; child = subprocess.Popen(['sleep', '600']); child.wait()")
    print("running", flush=True)
    await asyncio.sleep(600)

asyncio.run(run())
"""


def start_runner(until: str) -> subprocess.Popen[str]:
    """A runner of two kernels, each of which runs a process, when it has printed this line."""
    runner = subprocess.Popen([sys.executable, "-c", RUNNER], stdout=subprocess.PIPE, text=True)
    assert runner.stdout is not None
    while line := runner.stdout.readline():
        if line.strip() == until:
            break
    return runner


def below(pid: int) -> list[psutil.Process]:
    """The processes that descend from this one."""
    return psutil.Process(pid).children(recursive=True)


def left_of(processes: Iterable[psutil.Process], seconds: float = 20) -> list[psutil.Process]:
    """Those that still run when all should have ended; it waits for them as long as that."""
    return psutil.wait_procs(list(processes), timeout=seconds)[1]


def parent_of(pid: int) -> psutil.Process:
    """The process that a kernel was forked from."""
    found = psutil.Process(pid).parent()
    assert found is not None
    return found
