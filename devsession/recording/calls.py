"""What an HTTP library's hook and who decides about a request say to each other."""

from __future__ import annotations

import sys
import threading
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from devsession.recording.exchange import header

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from devsession.http import RateLimiter, Slot
    from devsession.recording.exchange import Exchange

# Of an answer that its caller closes unread, the rest is fetched if it is no longer than this.
_FETCHED = 1 << 20
_FIRST_ERROR = 400


@dataclass
class Turn:
    """A live request's place in the app's rate limits: it waits for it before it is sent."""

    limiter: RateLimiter
    method: str
    url: str
    _slot: Slot | None = field(default=None, init=False)

    def take(self) -> None:
        """Wait for it. Raises: LimitError, DeadlineError, LedgerError; then nothing is sent."""
        self._slot = self.limiter.take(self.method, self.url)

    async def take_async(self) -> None:
        """The same, while the event loop goes on."""
        self._slot = await self.limiter.take_async(self.method, self.url)

    def seen(self) -> None:
        """Its answer begins, or there is none."""
        if self._slot is not None:
            self._slot.seen()


@dataclass
class Call:
    """The decision to call the app.

    `done` gets the exchange once the app has answered, its body whole; `failed` what stopped it from
    answering, a body that broke off included. `goes` is told when it is sent.
    turn: its place in the app's rate limits. heard: whether anybody listens to what it answers.
    """

    done: Callable[[Exchange], None]
    failed: Callable[[BaseException], None]
    goes: Callable[[], None] = lambda: None
    turn: Turn | None = None
    heard: bool = True

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Inside the app is called, until its answer begins; before that it waits for its turn."""
        with self.failing():
            if self.turn is not None:
                self.turn.take()
            with self._on_its_way():
                yield

    @asynccontextmanager
    async def sending_async(self) -> AsyncIterator[None]:
        """The same, while the event loop goes on."""
        with self.failing():
            if self.turn is not None:
                await self.turn.take_async()
            with self._on_its_way():
                yield

    def seen(self) -> None:
        """Its answer begins, or there is none: it leaves its place in the rate limits."""
        if self.turn is not None:
            self.turn.seen()

    @contextmanager
    def _on_its_way(self) -> Iterator[None]:
        try:
            self.goes()
            yield
        finally:
            self.seen()

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Inside the app is called: what is raised there has stopped it from answering."""
        try:
            yield
        except BaseException as error:
            self.failed(error)
            raise


# The app is called, and nobody keeps what it answers.
UNHEARD = Call(done=lambda _answered: None, failed=lambda _error: None, heard=False)


class Player(Protocol):
    """Who decides about a request: the recorder, or the replay of a scenario."""

    def answer(self, request: Exchange) -> Exchange | Call:
        """The answer to give, or a Call. Called once a request, from any thread.

        What it raises reaches the caller of the HTTP library as it is; but TimeoutError and
        ConnectionError stand for no answer, and become what the library raises then.
        """


class Arrival:
    """The answer of the app while its body goes to the caller: told once, when its body has ended.

    answered: the exchange without a body yet.
    """

    def __init__(self, call: Call, answered: Exchange) -> None:
        self._call = call
        self._answered = answered
        self._chunks: list[bytes] = []
        self._lock = threading.Lock()
        self._told = False

    @property
    def told(self) -> bool:
        """Whether it is over: nothing that comes now counts."""
        return self._told

    @property
    def is_error(self) -> bool:
        """Whether its body is to be read at once: callers raise before they read it."""
        return (self._answered.status or 0) >= _FIRST_ERROR

    def worth_fetching(self) -> bool:
        """Whether the rest of a body that its caller closes now is read: it is known to be short.

        Not for who is being stopped: a cancelled task, Ctrl-C.
        """
        error = sys.exception()
        if self._told or not (error is None or isinstance(error, Exception)):
            return False
        length = header(self._answered.response_headers, "content-length")
        return length.isdecimal() and int(length) <= _FETCHED

    def add(self, chunk: bytes) -> None:
        """A piece of the body has come."""
        self._chunks.append(bytes(chunk))

    def heard(self, piece: bytes | None) -> bytes | None:
        """The next piece has come, or None: there is none."""
        self.ended() if piece is None else self.add(piece)
        return piece

    def ended(self) -> None:
        """The body is whole, or its caller wants no more of it: that is what the app answered."""
        if self._first():
            body = b"".join(self._chunks)
            self._chunks = []
            self._call.done(replace(self._answered, response_body=body))

    def broken(self, error: BaseException) -> None:
        """The body broke off: what came is no answer."""
        if self._first():
            self._chunks = []
            self._call.failed(error)

    def _first(self) -> bool:
        with self._lock:
            first, self._told = not self._told, True
        return first


def framed(answer: Exchange) -> Iterator[tuple[str, str]]:
    """The headers of an answer that is played, one by one; its length is the body's own."""
    for name, values in answer.response_headers.items():
        for value in values:
            own = name.lower() == "content-length" and not answer.bodiless
            yield name, str(len(answer.response_body)) if own else one_line(value)


def one_line(text: str) -> str:
    """What can stand in one line of an answer's head."""
    return text.replace("\r", " ").replace("\n", " ")
