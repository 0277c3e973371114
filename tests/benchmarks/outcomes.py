"""Checking a million outcomes with every rule, against the same checks of columns in pandera."""

from __future__ import annotations

import json
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd
import pandera.pandas as pa

from devsession.plugin.outcome_rules import check_outcomes
from devsession.secrets.redact import Redactor
from tests.benchmarks.figure import Figure

_ROWS = 1_000_000
_RUNS = 3


def validate_outcomes_1m() -> Figure:
    """Seconds for valid outcomes of 1,000,000 records, one in ten failed, in another order.

    Ours has every rule, the search for live secrets included. The baseline has what pandera can
    say about the columns: types, nulls, unique, known, JSON object, error; it looks for no secret.
    """
    records, outcomes = _records(), _outcomes()
    redactor = Redactor({"api_key": "sk_live_4eC39HqLyjWDarjtT1zdp7dc"})
    schema = _schema(records)
    ours, baseline = [], []
    for _ in range(_RUNS):
        start = perf_counter()
        report = check_outcomes(
            outcomes.copy(), records, strategy="Upsert", find_secret=redactor.find
        )
        ours.append(perf_counter() - start)
        start = perf_counter()
        schema.validate(outcomes.copy(), lazy=True)
        baseline.append(perf_counter() - start)
        report.raise_if_failed()
    return Figure(median(ours), median(baseline))


def _records() -> pd.DataFrame:
    numbers = np.arange(_ROWS)
    return pd.DataFrame(
        {
            "IDENTIFIER": [f"record-{number}" for number in numbers],
            "SYNC_ACTION": np.where(numbers % 3 == 0, "Update", "Create"),
        }
    )


def _outcomes() -> pd.DataFrame:
    """RESULT is different in each row: nothing is won by reading equal texts once."""
    numbers = np.random.default_rng(7).permutation(_ROWS)
    return pd.DataFrame(
        {
            "IDENTIFIER": [f"record-{number}" for number in numbers],
            "SUCCESS": numbers % 10 != 0,
            "APP_IDENTIFIER": [f"0035g{number:08d}" if number % 10 else None for number in numbers],
            "RESULT": [
                f'{{"status": 201, "location": "/contacts/{number}"}}'
                if number % 10
                else f'{{"error": "email {number}@example.com is already taken"}}'
                for number in numbers
            ],
        }
    )


def _schema(records: pd.DataFrame) -> pa.DataFrameSchema:
    known = set(records["IDENTIFIER"])

    def explained(frame: pd.DataFrame) -> bool:
        failed = frame.loc[~frame["SUCCESS"], "RESULT"]
        return all(json.loads(text).get("error") for text in failed)

    def created(frame: pd.DataFrame) -> bool:
        both = frame.merge(records, on="IDENTIFIER")
        creates = both["SUCCESS"] & (both["SYNC_ACTION"] == "Create")
        return bool(both.loc[creates, "APP_IDENTIFIER"].notna().all())

    return pa.DataFrameSchema(
        {
            "IDENTIFIER": pa.Column(
                str, pa.Check(lambda column: column.isin(known)), unique=True, nullable=False
            ),
            "SUCCESS": pa.Column(bool, nullable=False),
            "APP_IDENTIFIER": pa.Column(str, nullable=True),
            "RESULT": pa.Column(
                str, pa.Check(lambda text: isinstance(json.loads(text), dict), element_wise=True)
            ),
        },
        checks=[
            pa.Check(lambda frame: len(frame) == len(records), error="unanswered"),
            pa.Check(explained),
            pa.Check(created),
            pa.Check(lambda frame: not frame["APP_IDENTIFIER"].dropna().duplicated().any()),
        ],
        strict=True,
    )
