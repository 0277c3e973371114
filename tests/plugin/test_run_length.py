"""One worker alone where work only computes, side by side where it waits."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from devsession.plugin import managed_outbound_processing
from devsession.plugin.run_length import Pace, RunLength

if TYPE_CHECKING:
    from collections.abc import Iterable

WORKERS = 4


def beside(milliseconds: float, busy: float) -> Pace:
    return Pace(alone=False, items=1, seconds=milliseconds / 1_000, busy=busy / 1_000)


def alone(items: int, milliseconds: float, busy: float) -> Pace:
    return Pace(alone=True, items=items, seconds=milliseconds / 1_000, busy=busy / 1_000)


def after(*paces: Iterable[Pace]) -> RunLength:
    length = RunLength(WORKERS)
    deque((length.look_at(each) for some in paces for each in some), maxlen=0)
    return length


SHORT = [beside(3, 0.6)] * 8


def test_at_first_all_work_side_by_side() -> None:
    assert (RunLength(WORKERS).items, RunLength(WORKERS).alone) == (1, False)


def test_long_work_stays_side_by_side() -> None:
    assert not after([beside(100, 2)] * 1_000).alone


def test_short_work_is_tried_by_one_alone() -> None:
    assert after(SHORT).alone


def test_short_work_that_computes_stays_with_one_in_runs_of_20_ms() -> None:
    length = after(SHORT, [alone(2, 1, 1), alone(8, 4, 4), alone(32, 16, 16)])

    assert (length.alone, length.items) == (True, 40)


@pytest.mark.parametrize(
    ("pace", "why"),
    [(alone(2, 6, 1), "it waits for an app nearby"), (alone(2, 40, 40), "it takes long")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_else_it_goes_side_by_side_again(pace: Pace, why: str) -> None:
    assert not after(SHORT, [pace]).alone, why


def test_it_is_tried_less_and_less_often() -> None:
    waits = [alone(2, 6, 1)]

    assert not after(SHORT, waits, SHORT).alone
    assert after(SHORT, waits, SHORT, SHORT).alone


def test_a_batch_that_waits_does_not_hold_up_those_behind_it() -> None:
    """After a hundred that took no time, one that ends when the one behind it has been sent."""
    behind = threading.Event()
    records = pd.DataFrame(
        {
            "IDENTIFIER": [str(number) for number in range(200)],
            "SYNC_ACTION": "Create",
            "TRANSFORMED_RECORD": [{}] * 200,
        }
    )

    @managed_outbound_processing(concurrency=WORKERS, batch_size=1)
    def send(batch: pd.DataFrame) -> pd.DataFrame:
        number = int(batch["IDENTIFIER"].iloc[0])
        if number == 101:
            behind.set()
        answered = number != 100 or behind.wait(timeout=60)
        return pd.DataFrame(
            {"IDENTIFIER": batch["IDENTIFIER"], "SUCCESS": answered, "RESULT": "{}"}
        )

    assert send(records)["SUCCESS"].all()
