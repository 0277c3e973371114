"""papermill's parameters: what a file of them may hold, which values a notebook takes, where they go."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from papermill.parameterize import parameterize_notebook

from devsession.errors import NotebookError, UsageError
from devsession.testing.notebooks.parameter_types import parameters_of
from devsession.testing.notebooks.parameters import ParameterSet, inject, read_parameter_sets

if TYPE_CHECKING:
    from pathlib import Path

    from nbformat import NotebookNode
    from syrupy.assertion import SnapshotAssertion

DEFAULTS = """\
region = 'eu'
count: int = 3
rate = 0.5
active = True
fields = ['id']
labels: dict[str, int] = {}
level: 'Literal["low", "high"]' = 'low'
limit: int | None = None
since = None
today = date.today()
frame: pd.DataFrame = None
"""


def notebook(*sources: str, tags: tuple[str, ...] = ("parameters",)) -> NotebookNode:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for cell, tag in zip_longest(cells, tags):
        cell.metadata.tags = [tag] if tag else []
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


def fault(name: str, value: Any) -> str:
    known = {each.name: each for each in parameters_of(DEFAULTS)}
    return known[name].fault(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("region", "us"), ("count", 4), ("rate", 1), ("rate", 0.1), ("active", False)),
        *(("fields", ["id", 1]), ("labels", {"a": 1}), ("level", "high"), ("limit", None)),
        *(("limit", 5), ("since", "2026-01-01"), ("since", 5), ("frame", 1), ("today", "x")),
    ],
)
def test_a_value_of_the_right_type_is_taken(name: str, value: object) -> None:
    assert fault(name, value) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("region", 1), ("region", None), ("count", "seven"), ("count", 1.5), ("count", True)),
        *(("rate", "1"), ("active", 1), ("fields", "id"), ("fields", {}), ("labels", {"a": "b"})),
        *(("level", "middle"), ("limit", "5")),
    ],
)
def test_a_value_of_another_type_is_refused(
    name: str, value: object, snapshot: SnapshotAssertion
) -> None:
    assert fault(name, value) == snapshot


def test_what_is_not_checked_is_told() -> None:
    values = {"since": 1, "today": "x", "frame": 2, "count": 3}

    injected = inject(notebook(DEFAULTS), values, where="report.ipynb")

    assert injected.notes == (
        "since is not checked: its default is None",
        "today is not checked: its default is date.today()",
        "frame is not checked: its annotation is pd.DataFrame",
    )


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        ({"regoin": "us"}, ("region = 'eu'",)),
        ({"count": "seven", "region": 1}, ("count: int = 3\nregion = 'eu'",)),
        ({"region": "us"}, ("region = 'eu' +",)),
    ],
)
def test_what_a_notebook_does_not_take_is_refused(
    values: dict[str, Any], cells: tuple[str, ...], snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(NotebookError) as refused:
        inject(notebook(*cells), values, where="report.ipynb")

    assert str(refused.value) == snapshot


def test_a_notebook_without_parameters_takes_none(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(NotebookError) as refused:
        inject(notebook("1 + 1", tags=()), {"region": "us"}, where="report.ipynb")

    assert str(refused.value) == snapshot


@pytest.mark.parametrize("tags", [("parameters",), ("parameters", "injected-parameters")])
def test_they_are_injected_as_papermill_does(tags: tuple[str, ...]) -> None:
    values = {"region": "us", "fields": ["id", "ü"], "limit": None, "rate": 0.25}
    ours = notebook(DEFAULTS, "region = 'uk'", "region", tags=tags)
    theirs = notebook(DEFAULTS, "region = 'uk'", "region", tags=tags)
    theirs.metadata.papermill = nbformat.from_dict({})

    injected = inject(ours, values, where="report.ipynb").notebook
    expected = parameterize_notebook(theirs, values)

    assert [(cell.source, cell.metadata) for cell in injected.cells] == [
        (cell.source, cell.metadata) for cell in expected.cells
    ]


def test_a_notebook_is_compared_when_its_outputs_are_of_these_values() -> None:
    stored = notebook(
        "region = 'eu'\ncount = 3", "region = 'uk'", tags=("parameters", "injected-parameters")
    )

    def usual(**values: object) -> bool:
        return inject(stored, values, where="report.ipynb").usual

    assert (usual(region="uk"), usual(count=3), usual(region="eu")) == (True, True, False)


def test_magics_are_no_obstacle() -> None:
    assert [each.name for each in parameters_of("%matplotlib inline\nregion = 'eu'")] == ["region"]


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("region: eu\ncount: 3\n", [("", {"region": "eu", "count": 3})]),
        ('{"since": "2026-01-01"}', [("", {"since": "2026-01-01"})]),
        ("since: 2026-01-01", [("", {"since": "2026-01-01"})]),
        ("- region: eu\n- region: us\n", [("1", {"region": "eu"}), ("2", {"region": "us"})]),
        (
            "small: {count: 1}\nlarge: {count: 9}\n",
            [("small", {"count": 1}), ("large", {"count": 9})],
        ),
    ],
)
def test_a_file_holds_one_set_or_several(
    tmp_path: Path, text: str, sets: list[tuple[str, dict[str, Any]]]
) -> None:
    file = tmp_path / "parameters.yml"
    file.write_text(text, encoding="utf-8")

    assert read_parameter_sets(file) == tuple(ParameterSet(values, name) for name, values in sets)


@pytest.mark.parametrize("text", ["", "just words", "a: [", "- 1\n- 2\n", "[]", "1: eu"])
def test_a_file_of_another_shape_is_refused(
    tmp_path: Path, text: str, snapshot: SnapshotAssertion
) -> None:
    file = tmp_path / "parameters.yml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as refused:
        read_parameter_sets(file)

    assert str(refused.value).replace(str(tmp_path), "<folder>") == snapshot


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_parameter_sets(tmp_path / "parameters.yml")
