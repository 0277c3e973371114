"""A system that is busy: it puts each request off, and says for how long."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from devsession.testing.contract.refusal import Refusal

if TYPE_CHECKING:
    from http import HTTPStatus

    from devsession.recording.exchange import Exchange

RETRY_AFTER_SECONDS = 2
# Whoever asks so often meanwhile does not wait.
MOST_TRIES = 20
_BODY = b'{"message": "too busy, try again later"}'
_Asked = tuple[str, str, bytes]


class Busy:
    """Each request is refused until `RETRY_AFTER_SECONDS` after it was first asked.

    Source: RFC 9110 section 10.2.3, Retry-After; RFC 6585 section 4, 429.
    """

    def __init__(self, status: HTTPStatus) -> None:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        self.refusal = Refusal(status, _BODY, self._puts_off, headers)
        self._first: dict[_Asked, float] = {}
        self._last: dict[_Asked, float] = {}
        self._tries: Counter[_Asked] = Counter()
        self._served: set[_Asked] = set()

    @property
    def hammered(self) -> str:
        """What was asked again and again without waiting; nothing when that was not done."""
        return next(
            (_named(each) for each, tries in self._tries.items() if tries >= MOST_TRIES), ""
        )

    @property
    def given_up(self) -> tuple[str, int, float] | None:
        """What was not asked again when it could have been: how often it was, in how many seconds."""
        for each, tries in self._tries.items():
            if each not in self._served:
                return _named(each), tries, self._last[each] - self._first[each]
        return None

    def _puts_off(self, request: Exchange) -> bool:
        asked = (request.method, request.url, request.request_body)
        # As the step's time goes by, which is driven.
        now = self._last[asked] = time.monotonic()
        over = now >= self._first.setdefault(asked, now) + RETRY_AFTER_SECONDS
        if over or self._tries[asked] >= MOST_TRIES:
            self._served.add(asked)
            return False
        self._tries[asked] += 1
        return True


def _named(asked: _Asked) -> str:
    method, url, _ = asked
    return f"{method} {url}"
