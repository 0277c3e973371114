"""Managed processing of frames in memory, against the same work in a plain loop over slices."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import pandas as pd

from devsession.plugin import managed_outbound_processing
from tests.benchmarks.figure import Figure

_RUNS = 3
_CONCURRENCY = 4
_BATCH_SIZE = 100


def managed_outbound_1() -> Figure:
    """Seconds for 1 record."""
    return _figure(1)


def managed_outbound_100k() -> Figure:
    """Seconds for 100,000 records."""
    return _figure(100_000)


def managed_outbound_1m() -> Figure:
    """Seconds for 1,000,000 records."""
    return _figure(1_000_000)


def _figure(rows: int) -> Figure:
    """The median of three; the two sides take turns.

    Four batches of 100 at a time, of a function that returns at once: what is measured is what
    managing costs. The loop checks nothing, and would lose all when one batch fails.
    """
    records = pd.DataFrame(
        {
            "IDENTIFIER": [f"record-{number}" for number in range(rows)],
            "SYNC_ACTION": "Create",
            "TRANSFORMED_RECORD": [{"email": f"u{number}@x.test"} for number in range(rows)],
        }
    )
    managed = managed_outbound_processing(_CONCURRENCY, _BATCH_SIZE)(_taken)
    ours, baseline = [], []
    for _ in range(_RUNS):
        start = perf_counter()
        outcomes = managed(records)
        ours.append(perf_counter() - start)
        start = perf_counter()
        expected = _in_a_loop(records)
        baseline.append(perf_counter() - start)
        if outcomes["IDENTIFIER"].tolist() != expected["IDENTIFIER"].tolist():
            raise RuntimeError("the two sides differ")
    return Figure(median(ours), median(baseline))


def _in_a_loop(records: pd.DataFrame) -> pd.DataFrame:
    starts = range(0, len(records), _BATCH_SIZE)
    return pd.concat(
        [_taken(records.iloc[start : start + _BATCH_SIZE]) for start in starts], ignore_index=True
    )


def _taken(batch: pd.DataFrame) -> pd.DataFrame:
    """What an app answers that takes all, at once."""
    return pd.DataFrame({"IDENTIFIER": batch["IDENTIFIER"], "SUCCESS": True, "RESULT": "{}"})
