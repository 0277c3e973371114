"""Which cell or run a request belongs to, and which of its equal requests it is."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from devsession.recording.exchange import Exchange
    from devsession.recording.matching import CanonicalRequest

# What Test of the connection form asks has a scope of its own, behind this and the cell's.
TEST = "test:"
# So has what a form asks beside the cells. Neither is any part of a sync.
FORM = "form:"
_CLICK = "click"

_is_aside: ContextVar[bool] = ContextVar("whether a form asks beside the cells", default=False)


def of_the_sync(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Without what Test and forms asked meanwhile."""
    return [each for each in exchanges if not each.scope.startswith((TEST, FORM))]


class Place(NamedTuple):
    """The `turn`-th of a scope's equal requests."""

    scope: str
    key: CanonicalRequest
    turn: int


class Takes:
    """Counts equal requests, anew in each execution of a scope: a cell, a run, a Test.

    Requests of all threads belong to the scope that began last, but for those of forms.
    """

    def __init__(self) -> None:
        self.execution = 0
        self._scope = ""
        self._begun: set[str] = set()
        self._ended = False
        self._executions = 0
        self._turns: dict[tuple[str, CanonicalRequest], int] = {}
        self._tests = 0
        self._anew = 0

    @property
    def scope(self) -> str:
        """That of a request which is made now."""
        if _is_aside.get():
            return FORM
        if self.tests:
            return TEST + (_CLICK if self._ended else self._scope)
        return self._scope

    @property
    def begun(self) -> frozenset[str]:
        """Every scope that began in this process."""
        return frozenset(self._begun)

    @property
    def tests(self) -> bool:
        """Whether a Test is under way."""
        return self._tests > 0

    @property
    def calls(self) -> bool:
        """Whether the app is called whatever the tape has."""
        return self.tests or self._anew > 0

    def begin(self, scope: str) -> None:
        """A scope begins."""
        self._scope = scope
        self._begun.add(scope)
        self._ended = False
        self._executions += 1
        self.execution = self._executions
        self._turns = {}

    def end(self) -> None:
        """It has ended; what its threads still ask belongs to it."""
        self._ended = True

    def place(self, key: CanonicalRequest) -> Place:
        """Where a request stands that is made now; it is counted."""
        scope = self.scope
        if scope == FORM:  # which wants the newest
            return Place(scope, key, 1)
        turn = self._turns[scope, key] = self._turns.get((scope, key), 0) + 1
        return Place(scope, key, turn)

    @contextmanager
    def inside(self, scope: str) -> Iterator[None]:
        """A scope within another one, which goes on afterwards."""
        before = self._scope, self.execution, self._turns
        self.begin(scope)
        try:
            yield
        finally:
            self._scope, self.execution, self._turns = before

    @contextmanager
    def testing(self) -> Iterator[None]:
        """A Test. Between cells it is a click: each counts anew, so that the last one is kept."""
        self._tests += 1
        if self._ended:
            self._turns = {at: n for at, n in self._turns.items() if at[0] != TEST + _CLICK}
        try:
            yield
        finally:
            self._tests -= 1

    @contextmanager
    def aside(self) -> Iterator[None]:
        """A form asks for options in this thread, while cells and runs go on in others."""
        token = _is_aside.set(True)
        try:
            yield
        finally:
            _is_aside.reset(token)

    @contextmanager
    def calling_anew(self) -> Iterator[None]:
        """What is asked inside is asked of the app."""
        self._anew += 1
        try:
            yield
        finally:
            self._anew -= 1
