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


class Heard:
    """Exchanges in the order of their requests. A token that arrives late is hidden in earlier ones."""

    def __init__(self) -> None:
        self.known = Known()
        self._late: list[Token] = []
        self._exchanges: list[Exchange] = []

    def __len__(self) -> int:
        return len(self._exchanges)

    def add(self, exchange: Exchange) -> int:
        """One more, and its number."""
        self._exchanges.append(exchange)
        number = len(self._exchanges) - 1
        if (numbers := _numbers.get()) is not None:
            numbers.append(number)
        return number

    def update(self, number: int, **changes: Any) -> None:
        """What is known of one by now."""
        self._exchanges[number] = replace(self._exchanges[number], **changes)

    def answered(self, number: int, exchange: Exchange) -> None:
        """The answer has come."""
        self._exchanges[number] = exchange

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
        return [self._exchanges[number] for number in numbers]

    def since(self, mark: int) -> list[Exchange]:
        """Those from a number on."""
        return self._exchanges[mark:]

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
