"""What time it is, and how it passes: by itself, or as a test drives it."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> float:
        """Seconds since the epoch: processes and runs have them in common."""

    def wait(self, seconds: float) -> None:
        """Come back when they have passed. Ctrl-C ends it at once."""

    async def wait_async(self, seconds: float) -> None:
        """The same, while the event loop goes on."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        return time.time()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    async def wait_async(self, seconds: float) -> None:
        import anyio  # waits under asyncio and under trio; httpx brings it

        await anyio.sleep(seconds)


class DrivenClock:
    """A clock for tests: waiting takes no time, it moves the hands. `waits` has how long each was."""

    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.waits: list[float] = []

    def now(self) -> float:
        return self._now

    def wait(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds
            self.waits.append(seconds)

    async def wait_async(self, seconds: float) -> None:
        self.wait(seconds)

    def forward(self, seconds: float) -> None:
        """Time passes while nobody waits."""
        with self._lock:
            self._now += seconds
