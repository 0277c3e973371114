"""Time that is driven: whoever waits goes on at once, and every clock tells that the time has passed."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from unittest import mock

if TYPE_CHECKING:
    from types import ModuleType

_MOST_SECONDS = 24 * 3600.0
_MOST_WAITS = 20_000


class NeverEnds(BaseException):
    """It would have gone on for ever. No Exception, so that no retry catches it."""


class DrivenTime:
    """While entered, `time.sleep` and `asyncio.sleep` take no time; `time.time` and `monotonic` go on.

    That holds for the thread that enters it, for those that begin meanwhile, and for those that are
    taken in: what other threads of this process wait for has nothing to do with it. Modules that have bound `sleep` get ours as
    well; what waits otherwise (an event, a lock) waits for real. `begin()` winds it up again.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._lock = threading.Lock()
        self._sleep, self._async_sleep = time.sleep, asyncio.sleep
        self._time, self._monotonic = time.time, time.monotonic
        self._others: set[int | None] = set()
        self._waits = 0
        self._limit = _MOST_SECONDS
        self.passed = 0.0
        self.never_ends = False

    def begin(self) -> None:
        """What is played now has all the time again. Clocks are never put back."""
        self._waits, self._limit, self.never_ends = 0, self.passed + _MOST_SECONDS, False

    def take_in(self) -> None:
        """This thread has part in what is played: a pool that is older works for it."""
        self._others.discard(threading.get_ident())

    def now(self) -> float:
        """Seconds of both kinds, real ones and driven ones."""
        return self._monotonic() + self.passed

    def stop(self) -> NeverEnds:
        """What is played now is to end; what to raise for it."""
        self.never_ends = True
        return NeverEnds("it goes on for ever")

    def __enter__(self) -> DrivenTime:
        here = threading.get_ident()
        self._others = {each.ident for each in threading.enumerate() if each.ident != here}
        for module in list(sys.modules.values()):
            self._bind(module, "sleep", self._sleep, self._slept)
            self._bind(module, "sleep", self._async_sleep, self._slept_async)
        self._bind(time, "time", self._time, self._told_time)
        self._bind(time, "monotonic", self._monotonic, self._told_monotonic)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        # What was imported meanwhile has bound ours, and for it no time would pass ever again.
        real: dict[Any, Any] = {
            self._slept: self._sleep,
            self._slept_async: self._async_sleep,
            self._told_time: self._time,
            self._told_monotonic: self._monotonic,
        }
        for module in list(sys.modules.values()):
            names = getattr(module, "__dict__", {})
            for name in ("sleep", "time", "monotonic"):
                if getattr(names.get(name), "__self__", None) is self:
                    setattr(module, name, real[names[name]])

    def _bind(self, module: ModuleType, name: str, real: Any, ours: Any) -> None:
        # Not getattr: a module may load others when it is asked for a name.
        if getattr(module, "__dict__", {}).get(name) is real:
            self._stack.enter_context(mock.patch.object(module, name, ours))

    def _slept(self, seconds: float) -> None:
        if threading.get_ident() in self._others or not seconds > 0:
            self._sleep(seconds)
            return
        self._pass(seconds)
        self._sleep(0)  # it may be another thread's turn

    async def _slept_async(self, delay: float, result: Any = None) -> Any:
        if threading.get_ident() in self._others or not delay > 0:
            return await self._async_sleep(delay, result)
        self._pass(delay)
        return await self._async_sleep(0, result)

    def _pass(self, seconds: float) -> None:
        with self._lock:
            self.passed += seconds
            self._waits += 1
            over = self.passed > self._limit or self._waits > _MOST_WAITS
        if over or self.never_ends:
            raise self.stop()

    def _told_time(self) -> float:
        return self._time() + self._driven

    def _told_monotonic(self) -> float:
        return self._monotonic() + self._driven

    @property
    def _driven(self) -> float:
        return 0.0 if threading.get_ident() in self._others else self.passed
