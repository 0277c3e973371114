"""The app of a variant: it answers as recorded, but for one call."""

from __future__ import annotations

import sys
import threading
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from devsession.testing.author_lines import spelled
from devsession.testing.faults.kinds import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    from devsession.plugin.request_matching import RequestMatching
    from devsession.recording.exchange import Exchange
    from devsession.recording.matching import CanonicalRequest
    from devsession.testing.faults.driven_time import DrivenTime
    from devsession.testing.faults.variants import Variant

_MOST_REQUESTS = 200
_MOST_A_CALL = 20


class Recording:
    """The exchanges of a cassette, and what each is known by."""

    def __init__(self, exchanges: Sequence[Exchange], matching: RequestMatching) -> None:
        from devsession.recording.replay import RequestKeys

        self.exchanges = list(exchanges)
        self.keys = RequestKeys(exchanges, matching=matching)
        self.key_of = [self.keys.of(each) for each in exchanges]

    def answers(self, variant: Variant | None) -> dict[CanonicalRequest, deque[Exchange]]:
        """What equal requests are answered, one after the other."""
        found: dict[CanonicalRequest, deque[Exchange]] = {}
        for at, (key, exchange) in enumerate(zip(self.key_of, self.exchanges, strict=True)):
            own = variant is not None and variant.at == at
            found.setdefault(key, deque()).extend(
                variant.answers if own and variant else [exchange]
            )
        return found


class Sent(NamedTuple):
    """A request that is the one of the call with the fault. when: driven seconds."""

    request: Exchange
    answer: Exchange | None
    when: float


class FaultyApp:
    """Decides about requests while a variant is played; what is not recorded cannot be reached.

    sent: the requests equal to that of the variant's call, in their order. line: the author's line
    that sent the first of them. unreachable: how many requests were not recorded.
    """

    def __init__(
        self, recording: Recording, variant: Variant | None, time: DrivenTime, file: str | None
    ) -> None:
        self._recording = recording
        self._answers: Mapping[CanonicalRequest, deque[Exchange]] = recording.answers(variant)
        self._key = None if variant is None else recording.key_of[variant.at]
        self._time = time
        self._file = file
        self._lock = threading.Lock()
        self._left = _MOST_REQUESTS + _MOST_A_CALL * len(recording.exchanges)
        self.sent: list[Sent] = []
        self.line = ""
        self.unreachable = 0

    def answer(self, request: Exchange) -> Exchange:
        """The next answer to this request. Raises: TimeoutError, ConnectionError for none."""
        key = self._recording.keys.of(request)
        self._time.take_in()
        with self._lock:
            self._left -= 1
            if self._left < 0 or self._time.never_ends:
                raise self._time.stop()
            waiting = self._answers.get(key)
            answer = waiting.popleft() if waiting else None
            if key == self._key:
                self.line = self.line or _line_in(self._file, sys._getframe())
                self.sent.append(Sent(request, answer, self._time.now()))
            self.unreachable += answer is None
        if answer is None:
            raise ConnectionRefusedError("the app is unreachable")
        if answer.status is not None:
            return answer
        raise (TimeoutError if answer.problem == TIMEOUT else ConnectionResetError)(answer.problem)


def _line_in(file: str | None, frame: FrameType | None) -> str:
    """The deepest line of a file that led here: `plugin.py, line 7`; "" when there is none."""
    while frame is not None:
        if file is not None and frame.f_code.co_filename == file:
            return spelled(file, frame.f_lineno)
        frame = frame.f_back
    return ""
