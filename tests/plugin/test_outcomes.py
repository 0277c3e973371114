"""Outcomes, collected call by call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from devsession.errors import UsageError
from devsession.plugin.outcomes import OUTCOME_COLUMNS, Outcomes

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def test_outcomes_become_a_frame_with_the_columns_of_the_contract() -> None:
    outcomes = Outcomes()

    outcomes.ok("a", "app-1", status=201)
    outcomes.fail("b", "email already taken", status=409)

    assert outcomes.to_frame().to_dict("records") == [
        {
            "IDENTIFIER": "a",
            "SUCCESS": True,
            "APP_IDENTIFIER": "app-1",
            "RESULT": {"status": 201},
        },
        {
            "IDENTIFIER": "b",
            "SUCCESS": False,
            "APP_IDENTIFIER": None,
            "RESULT": {"error": "email already taken", "status": 409},
        },
    ]


def test_identifiers_stay_as_they_are() -> None:
    outcomes = Outcomes()

    outcomes.ok(1)
    outcomes.ok(None)

    assert outcomes.to_frame()["IDENTIFIER"].tolist() == [1, None]


def test_a_number_as_app_identifier_becomes_text() -> None:
    outcomes = Outcomes()

    outcomes.ok("a", 17)

    assert outcomes.to_frame()["APP_IDENTIFIER"].tolist() == ["17"]


def test_two_outcomes_of_one_record_are_both_kept() -> None:
    outcomes = Outcomes()

    outcomes.ok("a")
    outcomes.fail("a", "timed out")

    assert len(outcomes) == 2


def test_no_outcomes_are_an_empty_frame_with_all_columns() -> None:
    frame = Outcomes().to_frame()

    assert tuple(frame) == OUTCOME_COLUMNS
    assert frame.empty
    assert frame["SUCCESS"].dtype == bool


@pytest.mark.parametrize("message", ["", "  ", None, ValueError("taken")], ids=repr)
def test_a_failure_needs_a_message(message: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UsageError) as error:
        Outcomes().fail("a", message)

    assert str(error.value) == snapshot


def test_a_failure_has_one_message(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UsageError) as error:
        Outcomes().fail("a", "taken", error="409")

    assert str(error.value) == snapshot


def test_threads_lose_nothing() -> None:
    outcomes = Outcomes()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(outcomes.ok, range(2000)))

    assert sorted(outcomes.to_frame()["IDENTIFIER"]) == list(range(2000))


def test_the_text_counts_what_is_there() -> None:
    outcomes = Outcomes(pd.DataFrame({"IDENTIFIER": ["a", "b", "c"]}))

    outcomes.ok("a")
    outcomes.fail("b", "taken")

    assert repr(outcomes) == "<Outcomes for 3 records: 1 ok, 1 failed>"


def test_the_html_is_escaped() -> None:
    assert Outcomes()._repr_html_() == "<code>&lt;Outcomes: 0 ok, 0 failed&gt;</code>"
