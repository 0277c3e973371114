"""Whoever waits goes on at once; clocks tell that the time has passed; others wait for real."""

from __future__ import annotations

import asyncio
import importlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import TYPE_CHECKING

import pytest

from devsession.testing.faults.driven_time import DrivenTime, NeverEnds

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3_600


@pytest.mark.parametrize("wait", [time.sleep, sleep], ids=["by name", "bound"])
def test_waiting_an_hour_takes_none(wait: object) -> None:
    with DrivenTime() as driven:
        before = time.time(), time.monotonic(), driven.now()
        (time.sleep if wait is time.sleep else sleep)(HOUR)
        after = time.time(), time.monotonic(), driven.now()

    assert all(HOUR <= b - a < 2 * HOUR for a, b in zip(before, after, strict=True))


def test_a_coroutine_waits_as_little() -> None:
    async def both() -> list[str]:
        return await asyncio.gather(asyncio.sleep(HOUR, "one"), asyncio.sleep(2 * HOUR, "other"))

    with DrivenTime() as driven:
        told = asyncio.run(both())

    assert told == ["one", "other"]
    assert driven.passed == 3 * HOUR


def test_a_module_that_is_imported_meanwhile_waits_for_real_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "late_module.py").write_text("from time import monotonic, sleep", "utf-8")

    with DrivenTime():
        late = importlib.import_module("late_module")
        late.sleep(HOUR)

    assert (late.sleep, late.monotonic) == (time.sleep, time.monotonic)


def test_a_thread_that_begins_meanwhile_is_driven_and_one_from_before_is_not() -> None:
    told: list[tuple[str, bool]] = []
    go = threading.Event()

    def look(name: str) -> None:
        go.wait()
        told.append((name, time.time() - real() > HOUR / 2))

    real = time.time
    before = threading.Thread(target=look, args=("before",))
    before.start()
    with DrivenTime():
        meanwhile = threading.Thread(target=look, args=("meanwhile",))
        meanwhile.start()
        time.sleep(HOUR)
        go.set()
        before.join()
        meanwhile.join()

    assert sorted(told) == [("before", False), ("meanwhile", True)]


def test_a_pool_from_before_that_works_for_it_is_taken_in() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(threading.get_ident).result()
        with DrivenTime() as driven:
            pool.submit(driven.take_in).result()
            pool.submit(time.sleep, HOUR).result()

    assert driven.passed == HOUR


def test_it_does_not_go_on_for_ever() -> None:
    with DrivenTime() as driven:
        with pytest.raises(NeverEnds):
            [time.sleep(HOUR) for _ in range(100)]
        ended = driven.never_ends
        driven.begin()
        time.sleep(HOUR)

    assert (ended, driven.never_ends) == (True, False)


def test_all_is_as_before_when_it_ends() -> None:
    before = time.sleep, asyncio.sleep, time.time, time.monotonic, sleep
    with pytest.raises(KeyboardInterrupt), DrivenTime():
        raise KeyboardInterrupt

    assert (time.sleep, asyncio.sleep, time.time, time.monotonic, sleep) == before
