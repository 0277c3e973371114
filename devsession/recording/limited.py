"""Rate limits for what is not recorded: a run for real."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devsession.recording.calls import UNHEARD, Call, Turn
from devsession.recording.hooks import hooked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.http import RateLimiter
    from devsession.recording.exchange import Exchange


@contextmanager
def limited(limiter: RateLimiter, *, is_warehouse: Callable[[str, int], bool]) -> Iterator[None]:
    """Inside every request of this process waits for the app's rate limits; nothing is recorded.

    is_warehouse: whether a host and port is our warehouse's, which has none.
    """
    if not limiter.limits:
        yield
        return
    with hooked(_Limiting(limiter, is_warehouse)):
        yield


class _Limiting:
    """Has every request called, in its turn."""

    def __init__(self, limiter: RateLimiter, is_warehouse: Callable[[str, int], bool]) -> None:
        self._limiter = limiter
        self._is_warehouse = is_warehouse

    def answer(self, request: Exchange) -> Call:
        url = urlsplit(request.url)
        if self._is_warehouse(url.hostname or "", url.port or 0):
            return UNHEARD
        turn = Turn(self._limiter, request.method, request.url)
        return Call(UNHEARD.done, UNHEARD.failed, turn=turn, heard=False)
