"""Playing the cassette of one scenario: all of it, nothing else, and no network."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from devsession.recording.cassette import Call, hooked
from devsession.recording.matching import CanonicalRequest, canonical
from devsession.recording.miss import miss
from devsession.recording.network import NetworkShut

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from devsession.errors import MissError
    from devsession.recording.exchange import Exchange


class Replay:
    """While entered, each request is answered by the exchange recorded for it, each once.

    Equal requests get their answers in the order of the cassette, whatever thread asks.

    where: the cassette's file, for errors.
    """

    def __init__(self, exchanges: Sequence[Exchange], *, where: str) -> None:
        self._where = where
        self._lock = threading.Lock()
        self._left: dict[CanonicalRequest, list[Exchange]] = {}
        for exchange in exchanges:
            self._left.setdefault(canonical(exchange), []).append(exchange)
        self._shut = NetworkShut()
        self._stack = ExitStack()
        self.misses: list[MissError] = []
        self.played = 0

    def __enter__(self) -> Replay:
        self._stack.enter_context(self._shut)
        self._stack.enter_context(hooked(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def answer(self, request: Exchange) -> Exchange | Call:
        """The next answer recorded for this request.

        Raises: MissError when there is none; it is kept in `misses`, for the plugin may swallow it.
        """
        key = canonical(request.plain())
        with self._lock:
            waiting = self._left.get(key)
            if waiting:
                self.played += 1
                return waiting.pop(0)
            error = miss(key, self._candidates(key), where=self._where)
            self.misses.append(error)
        raise error

    @property
    def unplayed(self) -> list[Exchange]:
        """Recorded exchanges that nothing has asked for."""
        return [exchange for waiting in self._left.values() for exchange in waiting]

    @property
    def refused_calls(self) -> list[str]:
        """`host:port` of every live call that was stopped."""
        return self._shut.refused

    def _candidates(self, key: CanonicalRequest) -> list[CanonicalRequest]:
        """What the request may have been meant for: exchanges still waiting, or its own, all given."""
        if key in self._left:
            return [key]
        return [known for known, waiting in self._left.items() if waiting] or list(self._left)
