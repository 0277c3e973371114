"""Who calls the option functions of a form: its caller, or a thread while a person goes on."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from contextvars import copy_context
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

PAUSE = 0.2  # seconds in which another change makes a call needless
_AT_ONCE = 2  # calls for one field: the newest, and one that nobody waits for any more


class Asked(Future[Any]):
    """A call that is under way: it can be waited for, and cancelled before it has begun."""

    def __init__(self, turn: Condition) -> None:
        super().__init__()
        self._turn = turn
        self.is_urgent = False

    def wait(self) -> Any:
        """What comes of it; somebody waits, so that it begins now."""
        with self._turn:
            self.is_urgent = True
            self._turn.notify_all()
        return self.result()

    def cancel(self) -> bool:
        """Whether it will not be made; one that has begun goes on."""
        with self._turn:
            self._turn.notify_all()
            return super().cancel()


class Fetcher:
    """Calls option functions at once; inside `beside()` in threads, so that nobody waits for them.

    later: has a function called where the form is used, when nothing else is done there; without it
        all is called at once.
    aside: inside, a thread calls while others go on.
    heard: inside, somebody listens to what a call exchanges with the app; what it gives tells, as
        text, the exchange that explains a failure.
    """

    def __init__(
        self,
        later: Callable[[Callable[[], None]], None] | None = None,
        heard: Callable[[], AbstractContextManager[Callable[[], str]]] = lambda: nullcontext(str),
        *,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
        pause: float = PAUSE,
    ) -> None:
        self._later = later
        self._aside = aside
        self.heard = heard
        self._pause = pause
        self._turn = Condition()
        self._running: dict[str, int] = {}
        self.is_beside = False

    @contextmanager
    def beside(self, is_beside: bool = True) -> Iterator[None]:
        """Inside, a click is dealt with: it waits for no option function."""
        before, self.is_beside = self.is_beside, is_beside and self._later is not None
        try:
            yield
        finally:
            self.is_beside = before

    def ask(self, name: str, call: Callable[[], object], arrived: Callable[[], None]) -> Asked:
        """Make a call for a field in a thread, a moment later; then `arrived()`, where the form is.

        Python cannot end a thread: a call that nobody waits for runs to its end, and one more may
        run beside it.
        """
        asked = Asked(self._turn)
        Thread(
            target=copy_context().run,
            args=(self._run, name, asked, call, arrived),
            name=f"options of {name}",
            daemon=True,  # no app that does not answer keeps the kernel alive
        ).start()
        return asked

    def _run(
        self, name: str, asked: Asked, call: Callable[[], object], arrived: Callable[[], None]
    ) -> None:
        def is_wanted_now() -> bool:
            return asked.is_urgent or asked.cancelled()

        with self._turn:
            self._turn.wait_for(is_wanted_now, timeout=self._pause)
            self._turn.wait_for(lambda: is_wanted_now() or self._running.get(name, 0) < _AT_ONCE)
            if not asked.set_running_or_notify_cancel():
                return
            self._running[name] = self._running.get(name, 0) + 1
        try:
            with self._aside():
                asked.set_result(call())
        except BaseException as error:  # noqa: BLE001 - whoever asked is told
            asked.set_exception(error)
        with self._turn:
            self._running[name] -= 1
            self._turn.notify_all()
        if self._later is not None:
            self._later(arrived)
