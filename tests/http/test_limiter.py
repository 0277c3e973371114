"""A rate limiter: who waits, who is told, what ends a wait, and what its ledger lives through."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from devsession.errors import DeadlineError, LedgerError, LimitError
from devsession.http import (
    Deadline,
    DrivenClock,
    Limit,
    Matcher,
    Rate,
    RateLimiter,
    SystemClock,
    Wait,
    until,
)
from tests.http.asking import LIMIT, RATE, URL

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

PER_MINUTE = Rate(2, 60)
TWO_A_MINUTE = Limit("contacts", (Matcher(frozenset({"GET"}), r"/contacts\?"),), (PER_MINUTE,))
CONTACTS = "https://app.example/v2/contacts?page=1"


def ask(limiter: RateLimiter, url: str = CONTACTS, *, times: int = 1, method: str = "GET") -> None:
    for _ in range(times):
        with limiter.request(method, url):
            pass


def program(ledger: Path, told: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.http.asking", str(ledger), str(told), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def too_close(times: list[float], rate: Rate) -> list[float]:
    """How far apart those were that stood closer than the rate allows."""
    times = sorted(times)
    spans = zip(times, times[rate.requests :], strict=False)
    return [last - first for first, last in spans if last - first < rate.seconds - 1e-6]


def test_a_request_waits_until_the_first_of_its_window_is_out_of_it() -> None:
    clock, waits = DrivenClock(), list[Wait]()
    limiter = RateLimiter([TWO_A_MINUTE], clock=clock, on_wait=waits.append)

    ask(limiter)
    clock.forward(48)
    ask(limiter, times=2)

    assert [str(wait) for wait in waits] == ["waiting 12 s: contacts, 2 in 1 minute"]
    assert sum(clock.waits) == pytest.approx(12, abs=0.01)


def test_what_no_limit_matches_does_not_wait() -> None:
    clock = DrivenClock()
    limiter = RateLimiter([TWO_A_MINUTE], clock=clock)

    ask(limiter, times=5, method="POST")
    ask(limiter, "https://app.example/v2/contacts", times=5)

    assert clock.waits == []


def test_a_request_counts_in_every_category_that_it_matches() -> None:
    every = Limit("all", (Matcher(frozenset({"GET", "POST"}), "app.example"),), (Rate(3, 10),))
    clock, waits = DrivenClock(), list[Wait]()
    limiter = RateLimiter([TWO_A_MINUTE, every], clock=clock, on_wait=waits.append)

    ask(limiter, times=2)
    ask(limiter, method="POST", times=2)
    ask(limiter)

    assert [wait.category for wait in waits] == ["all", "contacts"]


def test_a_wait_beyond_the_deadline_is_an_error_at_once(snapshot: SnapshotAssertion) -> None:
    clock = DrivenClock()
    limiter = RateLimiter([TWO_A_MINUTE], clock=clock)
    ask(limiter, times=2)

    with until(Deadline(30, clock=clock)), pytest.raises(LimitError) as error:
        ask(limiter)

    assert str(error.value) == snapshot
    assert clock.waits == []


def test_a_wait_that_was_cancelled_leaves_the_queue() -> None:
    deadline = Deadline()

    class Cancelling(DrivenClock):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            deadline.cancel()

    clock = Cancelling()
    limiter = RateLimiter([TWO_A_MINUTE], clock=clock)
    ask(limiter, times=2)
    with until(deadline), pytest.raises(DeadlineError, match="cancelled"):
        ask(limiter)

    clock.forward(60)
    waited = len(clock.waits)
    ask(limiter, times=2)

    assert len(clock.waits) == waited


def test_ctrl_c_ends_a_wait_and_leaves_the_queue() -> None:
    class Stopped(DrivenClock):
        def wait(self, seconds: float) -> None:
            raise KeyboardInterrupt

    clock = Stopped()
    limiter = RateLimiter([TWO_A_MINUTE], clock=clock)
    ask(limiter, times=2)
    with pytest.raises(KeyboardInterrupt):
        ask(limiter)

    clock.forward(61)

    ask(limiter, times=2)  # which would wait if that one stood before them


def test_a_request_that_nobody_ended_counts_from_when_it_was_dropped() -> None:
    clock = DrivenClock()
    limiter = RateLimiter([TWO_A_MINUTE], clock=clock)
    limiter.take("GET", CONTACTS)
    slot = limiter.take("GET", CONTACTS)
    clock.forward(600)

    ask(limiter)
    slot.seen()
    ask(limiter)

    assert sum(clock.waits) == pytest.approx(60, abs=0.5)


def test_a_clock_that_is_set_back_blocks_for_one_window_only() -> None:
    clock = DrivenClock()
    limiter = RateLimiter([TWO_A_MINUTE], clock=clock)
    ask(limiter, times=2)

    clock.forward(-3600)
    ask(limiter)

    assert sum(clock.waits) == pytest.approx(60, abs=0.01)


def test_threads_keep_a_limit_together() -> None:
    limiter, seen = RateLimiter([LIMIT]), list[float]()

    def one(_: int) -> None:
        with limiter.request("GET", URL):
            seen.append(time.time())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(25)))

    assert (len(seen), too_close(seen, RATE)) == (25, [])


def test_processes_keep_a_limit_together(tmp_path: Path) -> None:
    told = tmp_path / "told.txt"

    started = [program(tmp_path / "limits.db", told, "6") for _ in range(3)]
    for each in started:
        each.communicate(timeout=60)

    assert [each.returncode for each in started] == [0, 0, 0]
    seen = [float(line) for line in told.read_text(encoding="utf-8").split()]
    assert (len(seen), too_close(seen, RATE)) == (18, [])


def test_what_a_killed_process_had_sent_counts_from_when_it_is_found(tmp_path: Path) -> None:
    ledger, told = tmp_path / "limits.db", tmp_path / "told.txt"
    with program(ledger, told, str(RATE.requests), "stay") as killed:
        assert killed.stdout
        assert killed.stdout.readline() == "sent\n"
        killed.kill()

    found = time.time()
    seen = [found]
    limiter = RateLimiter([LIMIT], ledger=ledger)
    for _ in range(RATE.requests):
        ask(limiter, URL)
        seen.append(time.time())

    # Its requests may have been seen until then.
    assert too_close(seen, RATE) == []


def test_another_run_goes_on_where_the_first_one_stopped(tmp_path: Path) -> None:
    clock = DrivenClock()
    ask(RateLimiter([TWO_A_MINUTE], ledger=tmp_path / "limits.db", clock=clock), times=2)

    ask(RateLimiter([TWO_A_MINUTE], ledger=tmp_path / "limits.db", clock=clock))

    assert sum(clock.waits) == pytest.approx(60, abs=0.01)


def test_a_longer_window_that_another_run_needs_is_kept(tmp_path: Path) -> None:
    clock, ledger = DrivenClock(), tmp_path / "limits.db"
    short = Limit("contacts", TWO_A_MINUTE.matchers, (Rate(10, 1),))
    ask(RateLimiter([TWO_A_MINUTE], ledger=ledger, clock=clock), times=2)
    clock.forward(30)
    ask(RateLimiter([short], ledger=ledger, clock=clock))

    ask(RateLimiter([TWO_A_MINUTE], ledger=ledger, clock=clock))

    assert sum(clock.waits) == pytest.approx(30, abs=0.01)


def test_a_damaged_ledger_is_an_error_and_nothing_is_sent(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    ledger = tmp_path / "limits.db"
    ledger.write_bytes(b"this is no ledger" * 1000)

    with pytest.raises(LedgerError) as error:
        ask(RateLimiter([TWO_A_MINUTE], ledger=ledger))

    assert str(error.value).replace(str(tmp_path), "..") == snapshot


def test_a_ledger_that_was_deleted_meanwhile_is_an_error_once(tmp_path: Path) -> None:
    ledger = tmp_path / "limits.db"
    limiter = RateLimiter([TWO_A_MINUTE], ledger=ledger, clock=DrivenClock())
    ask(limiter)
    ledger.unlink()

    with pytest.raises(LedgerError, match="cannot be counted"):
        ask(limiter)

    ask(limiter)


def test_a_ledger_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LedgerError):
        ask(RateLimiter([TWO_A_MINUTE], ledger=tmp_path / "file" / "limits.db"))


def test_an_answer_is_not_lost_when_the_ledger_cannot_be_written(tmp_path: Path) -> None:
    ledger = tmp_path / "limits.db"
    limiter = RateLimiter([TWO_A_MINUTE], ledger=ledger, clock=DrivenClock())

    with limiter.request("GET", CONTACTS):
        ledger.unlink()
        answer = "what the app said"

    assert answer


def test_a_wait_of_this_machines_clock_can_be_ended_by_another_thread() -> None:
    deadline, waits = Deadline(), threading.Event()
    limiter = RateLimiter([TWO_A_MINUTE], clock=SystemClock(), on_wait=lambda _wait: waits.set())
    ask(limiter, times=2)
    threading.Thread(target=lambda: waits.wait() and deadline.cancel()).start()

    with until(deadline), pytest.raises(DeadlineError, match="cancelled"):
        ask(limiter)
