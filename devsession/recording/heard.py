"""What was exchanged in this process, and the secrets that are hidden in it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devsession.recording.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from devsession.recording.exchange import Exchange
    from devsession.recording.known import Token
    from devsession.secrets.redact import Redactor

_numbers: ContextVar[list[int] | None] = ContextVar("numbers of exchanges", default=None)


# A process may live for days: of what came before the last mark, so many bytes are kept.
_KEPT_BYTES = 16 * 2**20
# What an exchange takes beside its bodies.
_BESIDE = 4_000


class Heard:
    """Exchanges in the order of their requests, numbered from the first one of this process.

    A token that arrives late is hidden in earlier ones. Those that came long before a mark go.
    """

    def __init__(self) -> None:
        self.known = Known()
        self._late: list[Token] = []
        self._exchanges: list[Exchange] = []
        self._gone = 0

    def mark(self) -> int:
        """The number of the next one. Whoever asks wants what comes; of the old ones some go."""
        size = 0
        for place in range(len(self._exchanges) - 1, -1, -1):
            each = self._exchanges[place]
            size += len(each.request_body) + len(each.response_body) + _BESIDE
            if size > _KEPT_BYTES:
                del self._exchanges[: place + 1]
                self._gone += place + 1
                break
        return self._gone + len(self._exchanges)

    def add(self, exchange: Exchange) -> int:
        """One more, and its number."""
        self._exchanges.append(exchange)
        number = self._gone + len(self._exchanges) - 1
        if (numbers := _numbers.get()) is not None:
            numbers.append(number)
        return number

    def update(self, number: int, **changes: Any) -> None:
        """What is known of one by now."""
        if number >= self._gone:
            self.answered(number, replace(self._exchanges[number - self._gone], **changes))

    def answered(self, number: int, exchange: Exchange) -> None:
        """The answer has come."""
        if number >= self._gone:
            self._exchanges[number - self._gone] = exchange

    @contextmanager
    def listening(self) -> Iterator[list[int]]:
        """Inside, the numbers of what this thread asks, or a task of it, and no other thread."""
        numbers: list[int] = []
        token = _numbers.set(numbers)
        try:
            yield numbers
        finally:
            _numbers.reset(token)

    def those(self, numbers: Iterable[int]) -> list[Exchange]:
        """Those of these numbers."""
        places = (number - self._gone for number in numbers)
        return [self._exchanges[place] for place in places if place >= 0]

    def since(self, mark: int, end: int | None = None) -> list[Exchange]:
        """Those from a number on, and before another one."""
        first = max(mark - self._gone, 0)
        last = len(self._exchanges) if end is None else max(end - self._gone, 0)
        return self._exchanges[first:last]

    def learn(self, tokens: Iterable[Token]) -> None:
        """Know these tokens from now on."""
        self._late += self.known.take(tokens)

    def hide_all(self) -> None:
        """Hide all that is known by now in all that was exchanged."""
        hidden = self.known.redactor
        self._exchanges = [exchange.redacted(hidden) for exchange in self._exchanges]

    def hide_late(self) -> Redactor | None:
        """Hide the tokens that came since; what hides them, when one of them stood somewhere."""
        late, self._late = self.known.redactor_of(self._late), []
        holding = [
            number
            for number, exchange in enumerate(self._exchanges if late.names else ())
            if late.find(repr(exchange))
        ]
        for number in holding:
            self._exchanges[number] = self._exchanges[number].redacted(late)
        return late if holding else None
