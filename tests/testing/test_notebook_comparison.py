"""A notebook's run against its stored outputs: what must fail does, with the right cell named."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from devsession.testing.notebooks.comparison import Rules, compare
from tests.testing.executed_notebooks import Runs, cell_of, without

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from syrupy.assertion import SnapshotAssertion

RULES = Rules()


def ran(source: str, count: int | None = 1, text: str = "", **more: object) -> NotebookNode:
    outputs = [new_output("stream", name="stdout", text=text)] if text else []
    return new_code_cell(source, execution_count=count, outputs=outputs, **more)


def states(stored: list[NotebookNode], executed: list[NotebookNode], **rules: bool) -> list[str]:
    found = compare(new_notebook(cells=stored), new_notebook(cells=executed), Rules(**rules))
    return [cell.state for cell in found.cells]


def test_a_second_run_in_another_kernel_is_the_same(runs: Runs) -> None:
    report = compare(runs.stored, runs.again, RULES)
    assert report
    assert str(report) == "notebook: 15 cells as stored"


@pytest.mark.parametrize(
    "changed",
    ["text", "frame", "image", "widget", "calm", "raises", "stream", "table", "error"],
)
def test_a_changed_cell_fails_by_its_name(runs: Runs, changed: str) -> None:
    """Text output, frame cell, image, widget, a raised exception, an exception that did not come,
    stream, HTML table, error message.
    """
    report = compare(runs.stored, runs.changed_in(changed), RULES)
    assert not report
    assert [(cell.id, cell.state) for cell in report.failed] == [(changed, "differs")]


def test_a_removed_cell_fails_by_its_place(runs: Runs) -> None:
    report = compare(without(runs.stored, "stream"), without(runs.again, "stream"), RULES)
    assert [(cell.number, cell.state) for cell in report.failed] == [(11, "missing")]
    assert "In [10] is gone between cell 10 and cell 11" in report.failed[0].why


def test_an_added_cell_fails_by_its_name(runs: Runs) -> None:
    stored, again = deepcopy(runs.stored), deepcopy(runs.again)
    stored.cells.insert(4, ran("'new'", None, id="added"))
    again.cells.insert(4, ran("'new'", 4, "new\n", id="added"))
    report = compare(stored, again, RULES)
    assert [(cell.id, cell.state) for cell in report.failed] == [("added", "extra")]


def test_an_emptied_output_fails_by_its_name(runs: Runs) -> None:
    stored = deepcopy(runs.stored)
    cell_of(stored, "text").outputs = []
    report = compare(stored, runs.again, RULES)
    assert [(cell.id, cell.state) for cell in report.failed] == [("text", "differs")]


@pytest.mark.parametrize("changed", ["styled", "captured", "cleared", "shown"])
def test_what_is_styled_captured_cleared_or_updated_counts(runs: Runs, changed: str) -> None:
    report = compare(runs.stored, runs.changed_in(changed), RULES)
    assert [cell.id for cell in report.failed] == [changed]


def test_a_report_shows_cell_source_and_difference(runs: Runs, snapshot: SnapshotAssertion) -> None:
    report = compare(runs.stored, runs.changed, RULES, name="notebooks/tour.ipynb")
    assert str(report) == snapshot


def test_no_report_shows_what_a_password_field_holds(runs: Runs) -> None:
    report = compare(runs.stored, runs.changed_in("widget"), RULES)
    told = "".join(str(each) for each in report.failed[0].differences)
    assert "IntSlider.value: 4, expected 3" in told
    assert "s3cr3t-value" not in told
    assert "another-one" not in told


def test_a_report_in_a_notebook_and_as_json(runs: Runs) -> None:
    report = compare(runs.stored, runs.changed_in("table"), RULES)
    (failed,) = [cell for cell in report.to_dict()["cells"] if cell["state"] != "same"]
    assert failed["differences"] == [
        {
            "place": "text/html, row 1, column 'city'",
            "expected": "'Rome'",
            "got": "'Oslo'",
            "lines": [],
        }
    ]
    assert "row 1, column &#x27;city&#x27;" in report._repr_html_()
    assert report.to_dict()["same"] is False


def test_cells_are_matched_by_id_wherever_they_stand() -> None:
    stored = [ran("a", 1, "1", id="a"), ran("b", 2, "2", id="b"), ran("c", 3, "3", id="c")]
    executed = [ran("a", 1, "1", id="a"), ran("c", 2, "3", id="c"), ran("d", 3, id="d")]
    assert states(stored, executed) == ["same", "missing", "same", "extra"]


def test_without_ids_cells_are_matched_by_their_sources() -> None:
    stored = [ran("a", 1, "1"), ran("b", 2, "2"), ran("c", 3, "3")]
    executed = [ran("a", 1, "1"), ran("c", 2, "3")]
    for cell in [*stored, *executed]:
        del cell["id"]
    notebooks = [new_notebook(cells=cells, nbformat_minor=4) for cells in (stored, executed)]
    found = compare(*notebooks, RULES)
    assert [cell.state for cell in found.cells] == ["same", "missing", "same"]


def test_parameters_that_a_run_puts_in_are_no_extra_cell() -> None:
    injected = ran("n = 2", 1, id="put-in", metadata={"tags": ["injected-parameters"]})
    report = compare(
        new_notebook(cells=[ran("a", 1, "1", id="a")]),
        new_notebook(cells=[injected, ran("a", 2, "1", id="a")]),
        RULES,
    )
    assert report
    assert {cell.why for cell in report.cells} == {"", "the parameters of this run"}


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([1, 2, 3], []),
        ([2, 3, 4], ["In [1] is gone before cell 2"]),
        ([1, 5, 6], ["In [2] to [4] are gone between cell 2 and cell 3"]),
        ([1, 3, 5], ["In [2] is gone between cell 2 and cell 3", "In [4] is gone between cell 3"]),
        ([1, None, 3], []),
        ([4, 5, 6], []),
        ([4, 6, 7], ["In [5] is gone between cell 2 and cell 3"]),
        ([1, None, 4], ["In [2] to [3] are gone between cell 2 and cell 4"]),
    ],
)
def test_gaps_in_execution_counts_tell_where_cells_are_gone(
    counts: list[int | None], told: list[str]
) -> None:
    cells = [new_markdown_cell("words"), *(ran("x", count) for count in counts)]
    executed = [deepcopy(cell) for cell in cells]
    executed[2].execution_count = 2
    report = compare(new_notebook(cells=cells), new_notebook(cells=executed), RULES)
    whys = [cell.why for cell in report.failed]
    assert len(whys) == len(told)
    assert all(why.startswith(text) for why, text in zip(whys, told, strict=True))


@pytest.mark.parametrize("counts", [[3, 1, 2], [1, 1], [None, None], [3, 4]])
def test_where_counts_tell_nothing_it_is_said(counts: list[int | None]) -> None:
    stored = [ran("x", count, "1") for count in counts]
    report = compare(new_notebook(cells=stored), new_notebook(cells=stored), RULES)
    assert report
    assert "a cell that was removed cannot be seen" in report.notes[0]


@pytest.mark.parametrize(
    ("tags", "state", "why"),
    [
        (["nbval-ignore-output"], "uncompared", "nbval-ignore-output"),
        (["nbval-skip"], "uncompared", "not run: nbval-skip"),
        (["skip-execution"], "uncompared", "not run: skip-execution"),
        (["nbval-check-output"], "differs", ""),
    ],
)
def test_tags_decide_what_is_compared(tags: list[str], state: str, why: str) -> None:
    stored = ran("a", 1, "1", id="a", metadata={"tags": tags})
    executed = ran("a", 1, "2", id="a", metadata={"tags": tags})
    report = compare(new_notebook(cells=[stored]), new_notebook(cells=[executed]), RULES)
    assert [(cell.state, cell.why) for cell in report.cells] == [(state, why)]


def test_an_ignored_cell_still_fails_when_it_raises() -> None:
    broken = ran("a # NBVAL", 1, id="a", metadata={"tags": ["nbval-ignore-output"]})
    stored = deepcopy(broken)
    broken.outputs = [new_output("error", ename="OSError", evalue="gone", traceback=["…"])]
    report = compare(new_notebook(cells=[stored]), new_notebook(cells=[broken]), RULES)
    assert [cell.state for cell in report.cells] == ["differs"]
    assert report.cells[0].why.startswith("it raised OSError: gone")


def test_lax_compares_only_cells_that_ask_for_it() -> None:
    check = {"tags": ["nbval-check-output"]}
    stored = [ran("a", 1, "1", id="a"), ran("b", 3, "2", id="b", metadata=check)]
    executed = [ran("a", 1, "x", id="a"), ran("b", 2, "x", id="b", metadata=check)]
    assert states(stored, executed, lax=True) == ["uncompared", "differs"]
    assert states(stored[:1], executed[:1], lax=True) == ["uncompared"]


def test_a_cell_that_was_not_run_fails_unless_another_one_stopped_the_run() -> None:
    stored = [ran("a", 1, id="a"), ran("b", 2, id="b"), ran("c", 3, id="c")]
    quiet = [deepcopy(stored[0]), ran("b", None, id="b"), deepcopy(stored[2])]
    assert states(stored, quiet) == ["same", "differs", "same"]
    stopped = [deepcopy(stored[0]), ran("b", 2, id="b"), ran("c", None, id="c")]
    stopped[1].outputs = [new_output("error", ename="OSError", evalue="gone", traceback=[])]
    assert states(stored, stopped) == ["same", "differs", "uncompared"]


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ([], "it has no code cell"),
        ([new_markdown_cell("words")], "it has no code cell"),
        ([ran("", None)], "no cell was compared"),
        ([ran("a", 1, "1", metadata={"tags": ["nbval-ignore-output"]})], "no cell was compared"),
    ],
)
def test_nothing_compared_is_said_and_is_no_pass(cells: list[NotebookNode], note: str) -> None:
    notebook = new_notebook(cells=cells)
    report = compare(notebook, notebook, RULES)
    assert not report
    assert note in report.notes
    assert "nothing was compared" in report.headline
    assert compare(notebook, notebook, Rules(lax=True))


def test_cells_without_any_output_are_said_to_have_none() -> None:
    notebook = new_notebook(cells=[ran("a = 1", 1)])
    report = compare(notebook, notebook, RULES)
    assert report
    assert "all that is seen is that they run" in report.notes[0]


def test_of_very_many_differences_the_first_are_told() -> None:
    rows = [
        "".join(f"<tr><td>{number + step}</td></tr>" for number in range(5_000)) for step in (0, 1)
    ]
    html = [new_output("display_data", {"text/html": f"<table>{each}</table>"}) for each in rows]
    cells = [new_code_cell("x", id="x", execution_count=1, outputs=[each]) for each in html]
    report = compare(new_notebook(cells=cells[:1]), new_notebook(cells=cells[1:]), RULES)
    assert len(report.cells[0].differences) == 200
    assert str(report.cells[0]).endswith("and at least 180 more")
