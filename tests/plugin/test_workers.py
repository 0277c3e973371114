"""Threads for managed processing: what hangs in one keeps no process from ending."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from devsession.plugin.workers import Workers

HANGING = """
from threading import Event
from devsession.plugin.workers import Workers

begun = Event()
Workers(1, "hung").submit(lambda: begun.set() or Event().wait())
begun.wait()
print("at its end")
"""


def test_so_many_things_are_done_at_a_time() -> None:
    both = threading.Barrier(2, timeout=60)
    workers = Workers(2, "both")

    done = [workers.submit(both.wait) for _ in range(6)]

    assert sorted(each.result(60) for each in done) == [0, 0, 0, 1, 1, 1]


def test_what_it_raises_is_told() -> None:
    with pytest.raises(ZeroDivisionError):
        Workers(1, "raising").submit(divmod, 1, 0).result(60)


def test_what_was_submitted_is_done_and_the_threads_end() -> None:
    workers = Workers(2, "ending")

    done = [workers.submit(pow, 2, number) for number in range(5)]
    workers.shutdown()

    assert [each.result(60) for each in done] == [1, 2, 4, 8, 16]
    own = [each for each in threading.enumerate() if each.name.startswith("ending_")]
    for each in own:
        each.join(60)
    assert not any(each.is_alive() for each in own)


def test_a_process_ends_while_one_hangs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "at its end\n"
