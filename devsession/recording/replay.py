"""Playing the cassette of one scenario: all of it, nothing else, and no network."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import ExitStack
from typing import TYPE_CHECKING

from devsession.recording.exchange import header
from devsession.recording.hooks import hooked
from devsession.recording.matching import AUTHORIZED, PLAIN, CanonicalRequest, canonical
from devsession.recording.miss import MOST_COMPARED, miss, nearest, not_sent
from devsession.recording.network import NetworkShut
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devsession.errors import MissError
    from devsession.plugin.request_matching import RequestMatching
    from devsession.recording.calls import Call
    from devsession.recording.exchange import Exchange


_NO_SECRETS = Redactor({})


class RequestKeys:
    """What requests are known by against the exchanges of one cassette.

    matching: what the plugin declares. redactor: hides live secrets, and those of recordings that
    are not ours.
    """

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        *,
        matching: RequestMatching = PLAIN,
        redactor: Redactor = _NO_SECRETS,
    ) -> None:
        self._matching = matching
        # Of headers a recorded one may hold a stand-in of what looked like a secret.
        self._redacts = bool(redactor.names or matching.match_headers)
        self._redactor = redactor
        # Of recordings that were made elsewhere, filters may have left it out of all.
        self._authorized = any(header(each.request_headers, "authorization") for each in exchanges)

    def of(self, exchange: Exchange) -> CanonicalRequest:
        """Equal for equal requests. Raises: ValueError for a URL that is none."""
        key = canonical(
            exchange.redacted(self._redactor) if self._redacts else exchange, self._matching
        )
        if self._authorized:
            return key
        return key._replace(headers=tuple(each for each in key.headers if each != AUTHORIZED))


class Replay:
    """While entered, each request is answered by the exchange recorded for it, each once.

    Equal requests get their answers in the order of the cassette, whatever thread asks.

    where: the cassette's file, for errors. matching: what the plugin declares. is_open: tells
    the warehouse's host and port, where the plugin is given one; no other place is open.
    redactor: hides live secrets, and those of recordings that are not ours.
    """

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        *,
        where: str,
        matching: RequestMatching = PLAIN,
        is_open: Callable[[str, int], bool] = lambda _host, _port: False,
        redactor: Redactor = _NO_SECRETS,
    ) -> None:
        self._where = where
        self._matching = matching
        self._lock = threading.Lock()
        self._left: dict[CanonicalRequest, deque[Exchange]] = {}
        self._keys = RequestKeys(exchanges, matching=matching, redactor=redactor)
        for exchange in exchanges:
            self._left.setdefault(self._keys.of(exchange), deque()).append(exchange)
        self._recorded = {key: len(waiting) for key, waiting in self._left.items()}
        self._missed: set[CanonicalRequest] = set()
        self._shut = NetworkShut(is_open)
        self._stack = ExitStack()
        self.misses: list[MissError] = []
        self.played = 0

    def __enter__(self) -> Replay:
        self._stack.enter_context(self._shut)
        self._stack.enter_context(hooked(self))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def answer(self, request: Exchange) -> Exchange | Call:
        """The next answer recorded for this request.

        Raises: MissError when there is none; it is kept in `misses`, for the plugin may swallow it.
        """
        key = self._keys.of(request)
        with self._lock:
            waiting = self._left.get(key)
            if waiting:
                self.played += 1
                return waiting.popleft()
            error = self._miss(key)
            self.misses.append(error)
        raise error

    @property
    def not_sent(self) -> list[str]:
        """A text for each recorded request that was not asked for, or not as often; some lines each.

        Misses have told how they differ from what is recorded: it is not told once more.
        """
        left = [(key, len(waiting)) for key, waiting in self._left.items() if waiting]
        return [
            not_sent(
                key,
                times=self._recorded[key],
                sent=self._recorded[key] - count,
                alone=not self._missed,
            )
            for key, count in left
        ]

    @property
    def refused_calls(self) -> list[str]:
        """`host:port` of every live call that was stopped."""
        return self._shut.refused

    def _miss(self, key: CanonicalRequest) -> MissError:
        compares = len(self._missed) < MOST_COMPARED
        near = nearest(key, self._candidates(key)) if compares else None
        self._missed.add(key)
        compared = ([near] if near else []) if compares else None
        return miss(key, compared, where=self._where, matching=self._matching)

    def _candidates(self, key: CanonicalRequest) -> list[CanonicalRequest]:
        """What the request may have been meant for: exchanges still waiting, or its own, all given."""
        if key in self._left:
            return [key]
        return [known for known, waiting in self._left.items() if waiting] or list(self._left)
