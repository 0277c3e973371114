"""An app that stands in for the real one: it knows what was recorded, and can be told to refuse."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlsplit

from devsession.recording.hooks import hooked
from devsession.recording.matching import canonical
from devsession.recording.network import NetworkShut
from devsession.testing.contract.carrying import carried
from devsession.testing.contract.refusal import answered
from devsession.testing.json_values import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.request_matching import RequestMatching
    from devsession.recording.exchange import Exchange
    from devsession.recording.matching import CanonicalRequest
    from devsession.secrets.redact import Redactor
    from devsession.testing.contract.refusal import Refusal

_MOST_CALLS = 5_000


class EndlessError(BaseException):
    """It was called without end. No Exception, so that what an author catches does not catch it."""


class StandIn:
    """A Player: while entered, the network is shut and this app answers each request.

    As recorded, where the request is: equal ones in their order, the last one again from then on.
    A request that is like a recorded one gets its answer, carried over. What else is asked is not
    found (404), and kept in `unknown`.

    played: recordings of this very run, which go before `known`. heard: what was asked; answers:
    what was answered, but for refusals.
    """

    def __init__(
        self,
        played: Sequence[Exchange],
        known: Sequence[Exchange],
        *,
        redactor: Redactor,
        matching: RequestMatching,
        refusal: Refusal | None = None,
    ) -> None:
        self._redactor = redactor
        self._matching = matching
        self._refusal = refusal
        self._recorded = [*played, *known]
        self._known: dict[CanonicalRequest, list[Exchange]] = {}
        for part in (played, known):
            of_part: dict[CanonicalRequest, list[Exchange]] = {}
            for exchange in part:
                of_part.setdefault(canonical(exchange, matching), []).append(exchange)
            self._known = of_part | self._known
        self._asked: dict[CanonicalRequest, int] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._shut = NetworkShut()
        self._stack = ExitStack()
        self.heard: list[Exchange] = []
        self.answers: list[Exchange] = []
        self.unknown: list[str] = []

    def __enter__(self) -> Self:
        self._stack.enter_context(self._shut)
        self._stack.enter_context(hooked(self))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    @property
    def called(self) -> list[str]:
        """Every URL that was asked, and `//host:port` of the calls that only the network saw."""
        return [*(each.url for each in self.heard), *(f"//{each}" for each in self._shut.refused)]

    @property
    def not_heard(self) -> list[str]:
        """`host:port` of what was called by a library that is not recorded."""
        return self._shut.refused

    @property
    def requests(self) -> list[CanonicalRequest]:
        """What was asked, as it would be compared with recordings."""
        return [canonical(each.redacted(self._redactor), self._matching) for each in self.heard]

    def answer(self, request: Exchange) -> Exchange:
        """Raises: EndlessError when it is asked without end."""
        with self._lock:
            self.heard.append(request)
            if len(self.heard) > _MOST_CALLS:
                raise EndlessError
            if self._refusal is not None and self._refusal.refuses(request):
                return self._refusal.answer(request)
            plain = request.redacted(self._redactor)
            known = self._as_recorded(plain) or self._like(request, plain)
            answer = known or self._unknown(plain)
            self.answers.append(answer)
            return answer

    def forget(self) -> None:
        """Equal requests are answered from the first recording on again."""
        self._asked, self._numbers = {}, count(1)

    def _as_recorded(self, plain: Exchange) -> Exchange | None:
        key = canonical(plain, self._matching)
        answers = self._known.get(key)
        if answers is None:
            return None
        turn = self._asked[key] = self._asked.get(key, -1) + 1
        return answers[min(turn, len(answers) - 1)]

    def _like(self, request: Exchange, plain: Exchange) -> Exchange | None:
        alike = [each for each in self._recorded if each.succeeded and _is_like(each, plain)]
        if not alike:
            return None
        nearest = max(alike, key=lambda each: _nearness(each, plain))
        return self._said_of(nearest, request)

    def _said_of(self, nearest: Exchange, request: Exchange) -> Exchange:
        """The answer to the nearest recorded request, as it is for this one."""
        return carried(nearest, request, self._numbers)

    def _unknown(self, plain: Exchange) -> Exchange:
        self.unknown.append(f"{plain.method} {plain.url}")
        body = b'{"error": {"message": "no recording has an answer to this"}}'
        return answered(plain, HTTPStatus.NOT_FOUND, body)


def _is_like(recorded: Exchange, asked: Exchange) -> bool:
    """Whether it asks the same thing of another record: at most identifiers in its path differ."""
    one, other = urlsplit(recorded.url), urlsplit(asked.url)
    if (recorded.method, one.netloc) != (asked.method, other.netloc):
        return False
    steps, others = one.path.split("/"), other.path.split("/")
    return len(steps) == len(others) and all(
        step == another or (_has_digit(step) and _has_digit(another))
        for step, another in zip(steps, others, strict=True)
    )


def _nearness(recorded: Exchange, asked: Exchange) -> int:
    """How much of the query and of the body is equal."""
    ours, theirs = (set(parse_qsl(urlsplit(each.url).query)) for each in (recorded, asked))
    one, other = _fields(recorded), _fields(asked)
    equal = sum(1 for name in one if name in other and one[name] == other[name])
    return len(ours & theirs) + equal - len(one.keys() ^ other.keys())


def _fields(exchange: Exchange) -> dict[str, object]:
    body = parsed(exchange.request_body)
    return body if isinstance(body, dict) else {}


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)
