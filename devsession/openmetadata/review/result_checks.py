"""What the rules of tests and their results look for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata.model.facts import Reference
from devsession.openmetadata.review.rule_case import Broken, Case, named
from devsession.openmetadata.review.rule_checks import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

# From 2001 to 2286: what is counted in seconds or microseconds lies elsewhere.
_BEGIN, _END = 10**12, 10**13


def test_of_nothing(case: Case) -> Iterator[Broken]:
    """Tests of what nobody knows."""
    for test in case.tests:
        if not case.has("table", test.table):
            yield Broken((named(test),), "table", f"there is no table {test.table!r}")
            continue
        columns = case.columns(Reference(type="table", fullyQualifiedName=test.table))
        column = test.column
        if column and columns is not None and not {column, plain(column)} & columns:
            yield Broken((named(test),), "column", f"{test.table} has no column {column!r}")


def result_of_nothing(case: Case) -> Iterator[Broken]:
    """Results of tests that nobody knows."""
    known = {named(test) for test in case.tests}
    for result in case.results:
        if result.test_case not in known and not case.has("testCase", result.test_case):
            yield Broken((named(result),), "testCase", f"there is no test {result.test_case!r}")


def not_in_milliseconds(case: Case) -> Iterator[Broken]:
    """Results with a moment that is long ago, or far ahead: it is counted in something else."""
    for result in case.results:
        if not _BEGIN <= result.timestamp < _END:
            yield Broken((named(result),), "timestamp", str(result.timestamp))
