"""A report: what it says, in each of its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import OutcomesError
from devsession.plugin.report import Finding, Report

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def error() -> Finding:
    return Finding("O06", "error", ("a", "b"), 9, "IDENTIFIER", "answered already", "answer once")


@pytest.fixture
def warning() -> Finding:
    return Finding("O11", "warning", (), 0, "-", "unknown column (<b>)", "leave it out")


def test_a_report_without_findings_is_true_and_says_what_was_checked() -> None:
    report = Report("outcomes", (), 1200)

    assert report
    assert str(report) == "outcomes: valid, 1,200 rows checked, all rules passed"


def test_warnings_alone_leave_a_report_true(warning: Finding) -> None:
    report = Report("outcomes", (warning,), 1)

    assert report
    assert report.headline == "outcomes: valid, 1 row checked, 1 warning"


def test_an_error_makes_a_report_false(error: Finding, warning: Finding) -> None:
    report = Report("outcomes", (error, warning), 20)

    assert not report
    assert report.errors == (error,)
    assert report.warnings == (warning,)


def test_the_text_is_a_table_with_fixes(
    error: Finding, warning: Finding, snapshot: SnapshotAssertion
) -> None:
    assert str(Report("outcomes", (error, warning), 20)) == snapshot


def test_the_html_is_escaped(error: Finding, warning: Finding, snapshot: SnapshotAssertion) -> None:
    assert Report("<outcomes>", (error, warning), 20)._repr_html_() == snapshot


def test_the_frame_has_one_row_a_finding(error: Finding, warning: Finding) -> None:
    frame = Report("outcomes", (error, warning), 20).to_frame()

    assert frame[["rule", "severity", "count"]].values.tolist() == [
        ["O06", "error", 9],
        ["O11", "warning", 0],
    ]


def test_the_frame_of_a_clean_report_is_empty() -> None:
    frame = Report("outcomes", (), 1).to_frame()

    assert list(frame) == ["rule", "severity", "column", "count", "message", "fix", "rows"]
    assert frame.empty


def test_errors_are_raised_with_the_report(
    error: Finding, warning: Finding, snapshot: SnapshotAssertion
) -> None:
    report = Report("outcomes", (error, warning), 20)

    with pytest.raises(OutcomesError) as raised:
        report.raise_if_failed()

    assert raised.value.fields["report"] is report
    assert str(raised.value) == snapshot


def test_warnings_are_not_raised(warning: Finding) -> None:
    Report("outcomes", (warning,), 20).raise_if_failed()
