"""Tests and how they ended, as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata.model.facts import TestCase, TestResult
from devsession.openmetadata.model.moments import moment_of
from devsession.openmetadata.review.rule_case import named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pandas import DataFrame

    from devsession.openmetadata.steps.steps import Item

_COLUMNS = ["TEST", "TABLE", "COLUMN", "DEFINITION", "STATUS", "TIME", "RESULT"]


def results_frame(items: Iterable[Item]) -> DataFrame:
    """One row a result: TEST (its whole name), TABLE, COLUMN, DEFINITION, STATUS, TIME (UTC), RESULT.

    A test without a result has a row too; of one that is not among the items only its name is known.
    """
    from pandas import DataFrame

    each = list(items)
    tests = {named(item): item for item in each if isinstance(item, TestCase)}
    results: dict[str, list[TestResult]] = {}
    for item in each:
        if isinstance(item, TestResult):
            results.setdefault(item.test_case, []).append(item)
    rows = []
    for name in dict.fromkeys([*tests, *results]):
        test = tests.get(name)
        of = (test.table, test.column, test.test_definition) if test else (None, None, None)
        ended = [_ended(result) for result in results.get(name, [])]
        rows += [(name, *of, *each) for each in ended or [(None, None, None)]]
    return DataFrame(rows, columns=_COLUMNS, dtype=object)


def _ended(result: TestResult) -> tuple[str | None, datetime | None, str | None]:
    return result.test_case_status, moment_of(result.timestamp), result.result
