"""The file that keeps outcomes until the warehouse has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pandas import DataFrame

from devsession import Outcomes
from devsession.session.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outcomes" / "1-1.jsonl"


def outcome(identifier: str, *, error: str = "") -> DataFrame:
    outcomes = Outcomes()
    if error:
        outcomes.fail(identifier, error)
    else:
        outcomes.ok(identifier, f"con_{identifier}")
    return outcomes.to_frame()


def test_the_last_outcome_of_a_record_counts(file: Path) -> None:
    journal = Journal(file)
    journal.append(outcome("é\n1", error="taken"))
    journal.append(outcome("2"))
    journal.append(outcome("é\n1"))

    (outcomes,) = journal.read()
    assert outcomes["IDENTIFIER"].tolist() == ["2", "é\n1"]
    assert outcomes["SUCCESS"].tolist() == [True, True]


def test_what_a_kill_has_left_of_a_line_is_no_outcome(file: Path) -> None:
    journal = Journal(file)
    journal.append(outcome("1"))
    with file.open("a") as unfinished:
        unfinished.write('["2", true, "co')

    (outcomes,) = journal.read()
    assert outcomes["IDENTIFIER"].tolist() == ["1"]


def test_very_many_outcomes_are_read_in_parts_and_in_order(file: Path) -> None:
    names = [str(number) for number in range(25_000)]
    journal = Journal(file)
    journal.append(
        DataFrame({"IDENTIFIER": names, "SUCCESS": True, "APP_IDENTIFIER": None, "RESULT": "{}"})
    )

    parts = list(journal.read())

    assert [name for part in parts for name in part["IDENTIFIER"]] == names
    assert max(map(len, parts)) <= 10_000


def test_nothing_is_left_of_one_that_was_removed(file: Path) -> None:
    journal = Journal(file)
    journal.append(outcome("1"))
    journal.remove()

    assert list(journal.read()) == []
