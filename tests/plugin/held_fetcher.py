"""Option functions that run beside a form, and end when a test says so."""

from __future__ import annotations

from threading import Condition
from typing import TYPE_CHECKING, Any

from devsession.plugin.form.fetching import Asked, Fetcher

if TYPE_CHECKING:
    from collections.abc import Callable


class Held(Asked):
    """A call that begins when the test says so, or when somebody waits for it."""

    def __init__(self, call: Callable[[], object]) -> None:
        super().__init__(Condition())
        self._call = call

    def begin(self) -> None:
        if not self.done() and self.set_running_or_notify_cancel():
            self.set_result(self._call())

    def wait(self) -> Any:
        self.begin()
        return self.result()


class HeldFetcher(Fetcher):
    """Nothing ends by itself. `calls` are those that have not been told to the form yet."""

    def __init__(self) -> None:
        super().__init__(later=lambda function: function())
        self.calls: list[tuple[str, Held, Callable[[], None]]] = []

    def ask(self, name: str, call: Callable[[], object], arrived: Callable[[], None]) -> Asked:
        held = Held(call)
        self.calls.append((name, held, arrived))
        return held

    def begin(self, at: int = 0) -> None:
        self.calls[at][1].begin()

    def end(self, at: int = 0) -> None:
        _, held, arrived = self.calls.pop(at)
        held.begin()
        arrived()

    def end_all(self) -> None:
        while self.calls:
            self.end()

    @property
    def waiting(self) -> list[str]:
        """The fields that a call is under way for."""
        return [name for name, held, _ in self.calls if not held.cancelled()]
