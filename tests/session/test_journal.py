"""The file that keeps outcomes until the warehouse has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession import Outcomes
from devsession.session.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from pandas import DataFrame


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

    assert journal.read()["IDENTIFIER"].tolist() == ["2", "é\n1"]
    assert journal.read()["SUCCESS"].tolist() == [True, True]


def test_what_a_kill_has_left_of_a_line_is_no_outcome(file: Path) -> None:
    journal = Journal(file)
    journal.append(outcome("1"))
    with file.open("a") as unfinished:
        unfinished.write('["2", true, "co')

    assert journal.read()["IDENTIFIER"].tolist() == ["1"]


def test_nothing_is_left_of_one_that_was_removed(file: Path) -> None:
    journal = Journal(file)
    journal.append(outcome("1"))
    journal.remove()

    assert journal.read().empty
