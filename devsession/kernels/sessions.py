"""The processes of a kernel: it leads a session, and what its cells start belongs to it.

What a cell starts in a session of its own (a service that is to outlive it) is left alone.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

_TRIES = 5  # a process that forks while it is killed can leave another one


def end_session(leader: int) -> None:
    """Kill all that is left of a session. The leader is not waited for."""
    with suppress(OSError):
        os.killpg(leader, signal.SIGKILL)
    for _ in range(_TRIES):
        others = [pid for pid in _all_processes() if pid != leader and _session_of(pid) == leader]
        if not others:
            return
        for pid in others:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _all_processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None
