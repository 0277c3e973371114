"""How a service is used: what decides whether it may end by itself."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

    from starlette.types import ASGIApp, Receive, Scope, Send

IDLE_VARIABLE = "DEVSESSION_IDLE_MINUTES"
_IDLE_MINUTES = 30.0


@dataclass(frozen=True)
class Use:
    """What a running service says of itself.

    quiet_seconds: since its last request. connections: that are open, without the asking one.
    ends_after: minutes with neither a request nor a connection; None when it never does.
    """

    quiet_seconds: float
    connections: int
    ends_after: float | None


class Usage:
    """Counts requests and connections of a service; its app has to be wrapped by `counted`."""

    def __init__(self, ends_after: float | None) -> None:
        self._ends_after = ends_after
        self._last_request = self._last_open = time.monotonic()
        self.connections: Callable[[], Sized] = tuple

    def now(self) -> Use:
        """As it is during a request that asks for it."""
        quiet = time.monotonic() - self._last_request
        return Use(quiet, max(len(self.connections()) - 1, 0), self._ends_after)

    def idle(self) -> bool:
        """Whether nobody was connected for so long that the service should end.

        A request holds a connection until it is answered, and a client that lives keeps one.
        """
        if self.connections():
            self.postpone()
        quiet = time.monotonic() - self._last_open
        return self._ends_after is not None and quiet >= self._ends_after * 60

    def postpone(self) -> None:
        """The time without a connection begins now."""
        self._last_open = time.monotonic()

    def counted(self, app: ASGIApp) -> ASGIApp:
        """The app, whose requests count from now on."""

        async def count(scope: Scope, receive: Receive, send: Send) -> None:
            self._last_request = time.monotonic()
            self.postpone()
            try:
                await app(scope, receive, send)
            finally:
                self._last_request = time.monotonic()

        return count


def idle_minutes() -> float | None:
    """How long a service may be idle, from DEVSESSION_IDLE_MINUTES; None, for 0, is for ever.

    Raises:
        SetupError: the variable holds no such number.
    """
    text = os.environ.get(IDLE_VARIABLE, "").strip()
    try:
        minutes = float(text) if text else _IDLE_MINUTES
    except ValueError:
        minutes = -1.0
    if not 0 <= minutes < float("inf"):
        raise SetupError(
            f"{IDLE_VARIABLE} is no number of minutes.",
            tried=repr(text),
            where="the environment",
            next_step=f"{IDLE_VARIABLE}=30, or 0 for a service that never ends by itself",
        )
    return minutes or None
