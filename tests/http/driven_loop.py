"""An event loop whose time passes at once: tasks that wait are simulated, one after another."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

EPOCH = 1_750_000_000.0


class DrivenLoop(asyncio.SelectorEventLoop):
    """Where all tasks wait, the hands move to the first that does not any more."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Hands(self))

    def time(self) -> float:
        return self._now

    def move(self, seconds: float) -> None:
        self._now += seconds


class _Hands(selectors.SelectSelector):
    def __init__(self, loop: DrivenLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "every task waits for ever"
        self._loop.move(max(timeout, 0.0))
        return super().select(0)


class LoopClock:
    """The clock of a driven loop."""

    def __init__(self, loop: DrivenLoop) -> None:
        self._loop = loop

    def now(self) -> float:
        return EPOCH + self._loop.time()

    def wait(self, seconds: float) -> None:
        raise AssertionError("this would stop every other task")

    async def wait_async(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run_driven(loop: DrivenLoop, main: Coroutine[Any, Any, None]) -> None:
    """Run it to its end."""
    try:
        loop.run_until_complete(main)
    finally:
        loop.close()
