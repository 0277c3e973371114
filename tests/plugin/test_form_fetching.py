"""Option functions in threads: begun a moment later, waited for, cancelled, at most two a field."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextvars import ContextVar
from queue import Queue
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, Any

import pytest

from devsession.plugin.form.fetching import Asked, Fetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 30  # until a test that waits in vain fails
NEVER = 3600.0
WHERE: ContextVar[str] = ContextVar("where", default="nowhere")


class Function:
    """An option function that says when it has begun, and ends when it is let go."""

    def __init__(self) -> None:
        self.begun = Event()
        self.let_go = Event()
        self.thread = ""

    def __call__(self) -> str:
        self.thread = current_thread().name
        self.begun.set()
        assert self.let_go.wait(SECONDS)
        return WHERE.get()


@pytest.fixture
def told() -> Queue[Callable[[], None]]:
    """What is to be called where the form is."""
    return Queue()


@pytest.fixture
def quick(told: Queue[Callable[[], None]]) -> Fetcher:
    """One that begins every call at once."""
    return Fetcher(told.put, pause=0)


@pytest.fixture
def slow(told: Queue[Callable[[], None]]) -> Fetcher:
    """One that begins no call by itself."""
    return Fetcher(told.put, pause=NEVER)


@pytest.fixture
def functions() -> Iterator[list[Function]]:
    """Three functions, which all end with the test."""
    functions = [Function() for _ in range(3)]
    yield functions
    for function in functions:
        function.let_go.set()


def ask(fetcher: Fetcher, call: Callable[[], object], name: str = "region") -> Asked:
    return fetcher.ask(name, call, lambda: None)


def test_a_call_runs_in_a_thread_of_its_own_and_tells_where_the_form_is(
    quick: Fetcher, told: Queue[Callable[[], None]], functions: list[Function]
) -> None:
    arrived: list[str] = []
    token = WHERE.set("here")
    asked = quick.ask("region", functions[0], lambda: arrived.append(asked.result()))
    WHERE.reset(token)
    functions[0].let_go.set()

    told.get(timeout=SECONDS)()

    assert arrived == ["here"]
    assert functions[0].thread == "options of region"


def test_what_is_cancelled_before_it_begins_is_never_called(slow: Fetcher) -> None:
    called: list[str] = []
    first = ask(slow, lambda: called.append("first"))
    assert first.cancel()

    ask(slow, lambda: called.append("second")).wait()

    assert called == ["second"]


def test_who_waits_does_not_wait_for_the_pause(slow: Fetcher) -> None:
    assert ask(slow, lambda: "at once").wait() == "at once"


def test_a_call_that_has_begun_runs_to_its_end(quick: Fetcher, functions: list[Function]) -> None:
    asked = ask(quick, functions[0])
    assert functions[0].begun.wait(SECONDS)

    assert not asked.cancel()
    functions[0].let_go.set()
    assert asked.wait() == "nowhere"


def test_one_call_runs_beside_one_that_is_left_over_and_the_next_waits(
    quick: Fetcher, functions: list[Function]
) -> None:
    first, second, third = functions
    calls = [ask(quick, function) for function in (first, second)]
    assert first.begun.wait(SECONDS)
    assert second.begun.wait(SECONDS)
    waiting = ask(quick, third)
    elsewhere = ask(quick, lambda: "other fields go on", name="language")

    assert elsewhere.wait() == "other fields go on"
    assert not third.begun.is_set()
    first.let_go.set()
    assert third.begun.wait(SECONDS)
    assert not calls[1].done()
    third.let_go.set()
    assert waiting.wait() == "nowhere"


def test_whoever_waits_for_a_call_does_not_wait_for_those_that_are_left_over(
    quick: Fetcher, functions: list[Function]
) -> None:
    for function in functions[:2]:
        ask(quick, function)
        assert function.begun.wait(SECONDS)

    assert ask(quick, lambda: "done").wait() == "done"


def test_what_a_call_raises_reaches_who_asked(quick: Fetcher) -> None:
    def fails() -> Any:
        raise SystemExit("enough")

    with pytest.raises(SystemExit):
        ask(quick, fails).wait()


def test_without_a_place_to_tell_nothing_runs_beside() -> None:
    fetcher = Fetcher()
    with fetcher.beside():
        assert not fetcher.is_beside


def test_whoever_waits_can_be_interrupted(
    quick: Fetcher, told: Queue[Callable[[], None]], functions: list[Function]
) -> None:
    def interrupts() -> str:
        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)
        return functions[0]()

    with pytest.raises(KeyboardInterrupt):
        ask(quick, interrupts).wait()

    functions[0].let_go.set()
    told.get(timeout=SECONDS)()


def test_a_call_that_never_ends_keeps_no_process_alive() -> None:
    program = """
from threading import Event
from devsession.plugin.form.fetching import Fetcher

begun = Event()
Fetcher(print, pause=0).ask("region", lambda: begun.set() or Event().wait(), print)
begun.wait()
"""
    ended = subprocess.run([sys.executable, "-c", program], timeout=SECONDS * 4, check=False)
    assert ended.returncode == 0
