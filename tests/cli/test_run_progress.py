"""The progress of `sync run`: on a terminal, and nowhere else."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from devsession.cli.run_progress import RunProgress
from devsession.notebook.progress import progress_text


def shown(*, wanted: bool, terminal: bool) -> str:
    """What is written while 40 of 1,000 records are stored."""
    file = StringIO()
    console = Console(file=file, force_terminal=terminal, width=120, color_system=None)
    with RunProgress(wanted=wanted, console=console) as progress:
        progress.staged({"Create": 1_000}, scanned=1_000, unchanged=0)
        progress.stored([], answered=40, failed=3)
    return file.getvalue()


def test_on_a_terminal_it_counts_records_and_refusals() -> None:
    text = shown(wanted=True, terminal=True)

    assert "0 of 1,000 records" in text
    assert "40 of 1,000 records" in text
    assert "3 refused" in text
    assert "left" in text


@pytest.mark.parametrize(("wanted", "terminal"), [(True, False), (False, True)])
def test_on_a_pipe_and_beside_json_it_shows_nothing(wanted: bool, terminal: bool) -> None:
    assert shown(wanted=wanted, terminal=terminal).strip() == ""


def test_before_the_first_outcome_it_says_how_many_there_are() -> None:
    assert progress_text(20_000, 0, 0, 0.0) == "0 of 20,000 records"


def test_a_notebooks_progress_says_what_is_left() -> None:
    assert progress_text(20_000, 1_200, 3, 3.0) == (
        "1,200 of 20,000 records, 400 a second, 3 refused, 47 s left"
    )
