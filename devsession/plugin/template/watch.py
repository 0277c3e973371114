"""Ends what takes too long: one thread looks at the renders under way, and stops them.

What stops a render is raised in its thread, between two steps of Python; one operation in C cannot
be ended, so how much one may take is bounded before it begins (`meter`, `growth`).
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from typing import TYPE_CHECKING, TypeVar

from devsession.plugin.template.meter import TooMuchWorkError

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.template.meter import Meter

    _Result = TypeVar("_Result")

_BETWEEN_LOOKS = 0.05
_LOOKS_WITHOUT_WORK = 100  # then the thread ends
_AGAIN = 1.0  # seconds; should what stops a render have been swallowed

_OF_THREADS = hasattr(time, "pthread_getcpuclockid")
# A clock on the wall also counts what other programs take.
_SECONDS, _SECONDS_OF_AUTHOR = (0.5, 5.0) if _OF_THREADS else (3.0, 10.0)

_set_exception = ctypes.pythonapi.PyThreadState_SetAsyncExc


class _StoppedError(BaseException):
    """Raised in a render's thread; no Exception, so that nothing on the way takes it for its own."""


class _Render:
    """One render under way, in the thread that made this."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.clock = time.pthread_getcpuclockid(self.thread) if _OF_THREADS else None
        self.started = self.now()
        self.deadline = self.started + _SECONDS
        self.is_stopped = False

    def now(self) -> float:
        return time.monotonic() if self.clock is None else time.clock_gettime(self.clock)


class _Watch:
    """The renders under way, and the thread that looks at them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._renders: set[_Render] = set()
        self._thread: threading.Thread | None = None

    def add(self, render: _Render) -> None:
        with self._lock:
            self._renders.add(render)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="templates", daemon=True)
                self._thread.start()

    def end(self, render: _Render) -> None:
        """After this nothing is raised any more."""
        with self._lock:
            self._renders.discard(render)
            if render.is_stopped:
                _set_exception(ctypes.c_ulong(render.thread), None)

    def _run(self) -> None:
        idle = 0
        while True:
            time.sleep(_BETWEEN_LOOKS)
            with self._lock:
                idle = 0 if self._renders else idle + 1
                if idle > _LOOKS_WITHOUT_WORK:
                    self._thread = None
                    return
                for render in self._renders:
                    now = render.now()
                    if now > render.deadline:
                        render.is_stopped, render.deadline = True, now + _AGAIN
                        stop = ctypes.py_object(_StoppedError)
                        _set_exception(ctypes.c_ulong(render.thread), stop)


_watch = _Watch()


def _forget() -> None:
    """A forked process has neither the thread nor its renders."""
    global _watch  # noqa: PLW0603
    _watch = _Watch()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def watched(work: Callable[[], _Result], meter: Meter) -> _Result:
    """What `work` makes, when it makes it in time.

    Raises: TooMuchWorkError.
    """
    watch, render = _watch, _Render()
    meter.for_author = lambda: _prolong(render)
    try:
        try:
            watch.add(render)
            return work()
        finally:
            watch.end(render)
    except _StoppedError:
        watch.end(render)  # it may have been raised while the other one began
        raise TooMuchWorkError("it takes longer than one record may") from None


def _prolong(render: _Render) -> None:
    """A filter of the plugin may import what it needs, and is no template that wants harm."""
    render.deadline = max(render.deadline, render.started + _SECONDS_OF_AUTHOR)
