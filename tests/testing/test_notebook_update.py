"""Stored outputs are rewritten where they differ, and nothing else of the file is."""

from __future__ import annotations

import json
from copy import deepcopy

import nbformat
import pytest

from devsession.testing.notebooks.comparison import Rules, compare
from devsession.testing.notebooks.update import rewritten, updated
from devsession.testing.notebooks.widgets import STATE
from tests.testing.executed_notebooks import Runs, cell_of, without

RULES = Rules()


def update(stored: nbformat.NotebookNode, executed: nbformat.NotebookNode) -> tuple[str, list[str]]:
    """What becomes of a file, and the ids of the cells that change."""
    notebook, changes = updated(stored, executed, compare(stored, executed, RULES))
    return rewritten(nbformat.writes(stored), notebook), [cell.id for cell in changes]


@pytest.mark.parametrize("changed", ["text", "frame", "image", "captured", "stream", "shown"])
def test_only_the_cell_that_differs_is_rewritten(runs: Runs, changed: str) -> None:
    executed = runs.changed_in(changed)
    text, changes = update(runs.stored, executed)
    assert changes == [changed]
    new = nbformat.reads(text, as_version=4)
    assert compare(new, executed, RULES)
    others = [without(each, changed).cells for each in (runs.stored, new)]
    assert others[0] == others[1]


def test_where_nothing_differs_no_byte_does(runs: Runs) -> None:
    text, changes = update(runs.stored, runs.again)
    assert changes == []
    assert text == nbformat.writes(runs.stored)


def test_the_way_a_file_is_written_stays(runs: Runs) -> None:
    executed = runs.changed_in("text")
    notebook, _ = updated(runs.stored, executed, compare(runs.stored, executed, RULES))
    raw = json.loads(nbformat.writes(runs.stored))
    turned = {key: raw[key] for key in ("nbformat", "cells", "nbformat_minor", "metadata")}
    for written in (
        json.dumps(turned, indent=4) + "\n\n",
        json.dumps(turned, ensure_ascii=False),
        json.dumps(turned, indent="\t"),
    ):
        assert rewritten(written, runs.stored) == written
        assert rewritten(written, notebook) == written.replace("'hello'", "'hallo'", 1)


def test_the_state_of_a_changed_widget_is_stored_without_its_password(runs: Runs) -> None:
    executed = runs.changed_in("widget")
    text, _ = update(runs.stored, executed)
    new = nbformat.reads(text, as_version=4)
    assert compare(new, executed, RULES)
    state = json.dumps(new.metadata.widgets[STATE])
    assert "another-one" not in state
    assert "s3cr3t-value" not in state


def test_after_a_removed_cell_the_counts_are_those_of_one_run_again(runs: Runs) -> None:
    stored = without(runs.stored, "stream")
    executed = without(runs.again, "stream")
    for count, cell in enumerate(executed.cells[1:], 1):
        cell.execution_count = count
    text, changes = update(stored, executed)
    assert changes == [""]
    new = nbformat.reads(text, as_version=4)
    assert compare(new, executed, RULES)
    assert [cell.execution_count for cell in new.cells[1:]] == list(range(1, 15))
    assert cell_of(new, "table").outputs[0].execution_count == 10


def test_an_exception_that_no_tag_allows_is_not_stored(runs: Runs) -> None:
    text, changes = update(runs.stored, runs.changed_in("calm"))
    assert changes == []
    assert text == nbformat.writes(runs.stored)


def test_a_cell_that_was_not_run_keeps_its_outputs(runs: Runs) -> None:
    executed = deepcopy(runs.again)
    cell = cell_of(executed, "frame")
    cell.outputs, cell.execution_count = [], None
    text, changes = update(runs.stored, executed)
    assert changes == []
    assert text == nbformat.writes(runs.stored)


def test_a_file_of_an_older_format_becomes_one_of_this(runs: Runs) -> None:
    old = nbformat.v3.writes_json(nbformat.convert(deepcopy(without(runs.stored, "widget")), 3))
    stored = nbformat.reads(old, as_version=4)
    assert nbformat.reads(rewritten(old, stored), as_version=4).nbformat == 4
