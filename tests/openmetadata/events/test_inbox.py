"""The inbox and its lanes, in any order of what may happen to them."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from devsession.errors import InboxError, UnknownNameError, UsageError
from devsession.openmetadata.events.inbox import Arrival, Inbox, Outcome
from devsession.openmetadata.events.inbox_file import again, counts, received
from devsession.openmetadata.events.lanes import Lanes
from devsession.openmetadata.events.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LIMITS = Limits(unfinished=6)
NOW_MS = time.time_ns() // 1_000_000


def arrival(name: str, content: str = "one", happened: int = NOW_MS) -> Arrival:
    """An event whose lane is the first letter of its id."""
    body = f'{{"id": "{name}", "eventType": "e", "entityType": "t", "timestamp": {happened}}}'
    return Arrival(name, content.encode(), name[0], happened, body.encode())


class AnyOrder(RuleBasedStateMachine):
    """Events come, come again, are handled and fail, and the receiver is started anew at any moment.

    What it should be is a list of events in the order of their arrival, each with its state.
    """

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "events.db")
        self.expected: dict[str, str] = {}
        self.places: dict[int, str] = {}
        self.hands: dict[str, tuple[str, int]] = {}
        self.handled: Counter[str] = Counter()
        self._open()

    def _open(self) -> None:
        self.lanes = Lanes()
        told: list[tuple[str, int]] = []

        def waits(events: Iterable[tuple[str, int]]) -> None:
            events = list(events)
            told.extend(events)
            self.lanes.add(events)

        self.inbox = Inbox(self.path, LIMITS, waits)
        # What waits is told at once, in the order in which it came, and nothing else.
        waiting = [name for name, state in self.expected.items() if state == "waiting"]
        assert [self.places[place] for _, place in told] == waiting
        self.hands.clear()

    def teardown(self) -> None:
        self.inbox.close()
        self.folder.cleanup()

    @rule(name=st.sampled_from(["a1", "a2", "a3", "b1", "b2", "c1", "c2"]))
    def comes(self, name: str) -> None:
        unfinished = sum(state in {"waiting", "failed"} for state in self.expected.values())
        taken = self.inbox.put(arrival(name)).result()
        if name in self.expected:
            assert taken == "known"
        elif unfinished >= LIMITS.unfinished:
            assert taken == "full"
        else:
            assert taken == "stored"
            self.places[len(self.expected) + 1] = name
            self.expected[name] = "waiting"

    @rule(name=st.sampled_from(["a1", "b1"]))
    def comes_as_another(self, name: str) -> None:
        if name in self.expected:
            assert self.inbox.put(arrival(name, "two")).result() == "another"

    @rule(data=st.data(), state=st.sampled_from(["done", "left out", "failed", "waiting"]))
    def is_taken_and_ends(self, data: st.DataObject, state: str) -> None:
        self.is_taken()
        if self.hands:
            self.ends(data, state)

    @rule()
    def is_taken(self) -> None:
        taken = self.lanes.take(patience=0)
        waiting = [name for name, state in self.expected.items() if state == "waiting"]
        free = [name for name in waiting if name[0] not in {each[0] for each in self.hands}]
        if taken is None:
            assert free == []
            return
        name = self.places[taken[1]]
        assert taken[0] == name[0]
        assert name == next(each for each in free if each[0] == name[0])  # its lane's first
        self.hands[name] = taken

    def ends(self, data: st.DataObject, state: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.hands)))
        lane, place = self.hands.pop(name)
        outcome = Outcome(state, 1)  # type: ignore[arg-type]
        if state == "waiting":
            self.inbox.end(place, outcome, lambda: self.lanes.later(lane, place, 0)).result()
            return
        self.inbox.end(place, outcome, lambda: self.lanes.done(lane, place)).result()
        self.expected[name] = state
        self.handled[name] += state == "done"

    @precondition(lambda self: "failed" in self.expected.values())
    @rule()
    def failed_ones_wait_again(self) -> None:
        self.inbox.close()
        number = again(self.path)
        failed = [name for name, state in self.expected.items() if state == "failed"]
        assert number == len(failed)
        self.expected |= dict.fromkeys(failed, "waiting")
        self._open()

    @rule()
    def is_started_anew(self) -> None:
        self.inbox.close()
        self._open()

    @invariant()
    def the_file_says_so(self) -> None:
        assert {each.id: each.state for each in received(self.path)} == self.expected
        assert max(self.handled.values(), default=0) <= 1


AnyOrder.TestCase.settings = settings(stateful_step_count=20)
TestAnyOrder = AnyOrder.TestCase


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


def handled(inbox: Inbox, lanes: Lanes, state: str) -> None:
    """The next event ends so."""
    lane, place = lanes.take() or ("", 0)
    inbox.end(place, Outcome(state, 1), lambda: lanes.done(lane, place)).result()  # type: ignore[arg-type]


def test_old_finished_events_are_forgotten(path: Path) -> None:
    lanes = Lanes()
    limits = replace(LIMITS, max_age=timedelta(hours=1))
    inbox = Inbox(path, limits, lanes.add)
    long_ago = NOW_MS - 2 * 3_600_000
    for name, happened in (("a1", long_ago), ("a2", NOW_MS), ("b1", long_ago), ("c1", long_ago)):
        inbox.put(arrival(name, happened=happened)).result()
    for state in ("done", "left out", "failed"):  # a1, b1, c1
        handled(inbox, lanes, state)
    inbox.close()
    inbox = Inbox(path, limits, lanes.add)
    ends = time.monotonic() + 20
    while len(list(received(path))) > 2 and time.monotonic() < ends:
        time.sleep(0.01)
    inbox.close()
    # What waits and what has failed is kept, however old.
    assert {each.id: each.state for each in received(path)} == {"a2": "waiting", "c1": "failed"}


def test_what_was_forgotten_is_not_taken_again_by_a_receiver_that_remembers_longer(
    path: Path,
) -> None:
    lanes = Lanes()
    hour_ago = NOW_MS - 3_600_000
    inbox = Inbox(path, LIMITS, lanes.add)
    inbox.put(arrival("a1", happened=hour_ago)).result()
    handled(inbox, lanes, "done")
    inbox.close()
    inbox = Inbox(path, replace(LIMITS, max_age=timedelta(minutes=30)), lanes.add)
    ends = time.monotonic() + 20
    while counts(path) and time.monotonic() < ends:
        time.sleep(0.01)
    inbox.close()
    inbox = Inbox(path, LIMITS, lanes.add)
    assert inbox.put(arrival("a1", happened=hour_ago)).result() == "forgotten"
    assert inbox.put(arrival("a2", happened=hour_ago + 1)).result() == "stored"
    inbox.close()


def test_a_receiver_that_runs_finds_what_was_let_wait_again(path: Path) -> None:
    lanes = Lanes()
    inbox = Inbox(path, LIMITS, lanes.add)
    inbox.put(arrival("a1")).result()
    handled(inbox, lanes, "failed")
    assert lanes.take(patience=0) is None
    assert again(path, "a1") == 1
    assert lanes.take(patience=20) == ("a", 1)
    inbox.close()


def test_what_cannot_wait_again(path: Path) -> None:
    assert again(path) == 0
    with suppress(UnknownNameError):
        again(path, "a1")
        pytest.fail("there is no inbox")
    lanes = Lanes()
    inbox = Inbox(path, LIMITS, lanes.add)
    for name in ("a1", "b1"):
        inbox.put(arrival(name)).result()
    handled(inbox, lanes, "done")
    inbox.close()
    for name, error in (("a1", UsageError), ("b1", UsageError), ("x1", UnknownNameError)):
        with pytest.raises(error):
            again(path, name)
    assert counts(path) == {"done": 1, "waiting": 1}


def test_the_last_ones_are_read_alone(path: Path) -> None:
    lanes = Lanes()
    inbox = Inbox(path, LIMITS, lanes.add)
    for name in ("a1", "b1", "b2", "c1"):
        inbox.put(arrival(name)).result()
    handled(inbox, lanes, "done")
    inbox.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE events SET outcome = 'no JSON' WHERE id = 'b1'")
        db.commit()
    assert [each.id for each in received(path, last=2)] == ["b2", "c1"]
    assert [each.id for each in received(path, "waiting", last=2)] == ["b2", "c1"]
    assert [each.id for each in received(path, "done", last=2)] == ["a1"]
    assert [*received(path, last=0)] == []


def test_an_event_that_somebody_has_taken_out_is_an_error_of_the_file(path: Path) -> None:
    inbox = Inbox(path, LIMITS, Lanes().add)
    with pytest.raises(sqlite3.Error, match="there no more"):
        inbox.kept(1)
    inbox.close()


def test_who_asks_after_the_end_is_told_so(path: Path) -> None:
    inbox = Inbox(path, LIMITS, Lanes().add)
    inbox.close()
    with pytest.raises(sqlite3.Error, match="closed"):
        inbox.put(arrival("a1")).result(timeout=5)


@pytest.mark.parametrize("look", [counts, again, lambda path: [*received(path)]])
def test_an_inbox_that_is_damaged_is_told(path: Path, look: Callable[[Path], object]) -> None:
    inbox = Inbox(path, LIMITS, Lanes().add)
    inbox.put(arrival("a1")).result()
    inbox.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(InboxError, match="cannot be used"):
        look(path)


def test_a_lane_that_sleeps_keeps_no_other_waiting() -> None:
    now = 0.0
    lanes = Lanes(lambda: now)
    lanes.add([("a", 1), ("a", 2), ("b", 3)])
    assert lanes.take() == ("a", 1)
    lanes.later("a", 1, 10.0)
    assert lanes.take() == ("b", 3)
    assert lanes.take(patience=0) is None
    now = 10.0
    assert lanes.take() == ("a", 1)
    lanes.end()
    assert lanes.take() is None


@pytest.mark.parametrize("when", ["it sleeps", "it is in somebody's hands"])
def test_an_earlier_event_that_waits_again_does_not_wait_for_a_later_one(when: str) -> None:
    lanes = Lanes(lambda: 0.0)
    lanes.add([("a", 2), ("a", 3), ("b", 4)])
    assert [lanes.take(), lanes.take()] == [("a", 2), ("b", 4)]
    lanes.later("b", 4, 10.0)
    if when == "it sleeps":
        lanes.later("a", 2, 10.0)
        lanes.add([("a", 1)])
    else:
        lanes.add([("a", 1)])
        lanes.later("a", 2, 10.0)
    assert lanes.take(patience=0) == ("a", 1)
    assert lanes.take(patience=0) is None  # one at a time, and the other lane sleeps on
    lanes.done("a", 1)
    assert lanes.take(patience=0) == ("a", 2)
    lanes.done("a", 2)
    assert [lanes.take(patience=0), lanes.take(patience=0)] == [("a", 3), None]
