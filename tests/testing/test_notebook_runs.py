"""Notebooks run in kernels of their own: good ones, and all that can go wrong with one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nbformat
import pytest

from devsession.testing.notebooks.parameters import ParameterSet
from devsession.testing.notebooks.replay import Settings, Task
from devsession.testing.notebooks.replays import run_notebooks
from devsession.testing.notebooks.running import Limits
from tests.testing.notebook_folder import SECRET, Home, code, write, write_kernelspec

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.testing.notebooks.report import NotebookReport

Reports = dict[str, "NotebookReport"]

V3 = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": ""},
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {
                    "cell_type": "code",
                    "collapsed": False,
                    "input": "6 * 7",
                    "language": "python",
                    "metadata": {},
                    "outputs": [
                        {
                            "output_type": "pyout",
                            "metadata": {},
                            "prompt_number": 1,
                            "text": "42",
                        }
                    ],
                    "prompt_number": 1,
                }
            ],
        }
    ],
}


def write_all(folder: Path) -> None:
    write(folder / "good.ipynb", code("total = 1 + 1\ntotal", "2"), code("total * 2", "4"))
    write(folder / "changed.ipynb", code("1 + 1", "3"), code("'after'", "'after'"))
    raising = "# the price\nprices = {}\nprices['gold']"
    write(folder / "raises.ipynb", code("1", "1"), code(raising), code("2", "2"), code("3", "3"))
    write(
        folder / "allowed.ipynb",
        code("1 / 0", None, "raises-exception", "nbval-ignore-output"),
        code("2", "2"),
    )
    write(folder / "skipped.ipynb", code("1 / 0", None, "nbval-skip"), code("2", "2"))
    write(folder / "asks.ipynb", code("input('Your name? ')", "'Ada'"))
    write(
        folder / "endless.ipynb",
        code("import time"),
        code("while True: time.sleep(0.01)"),
        code("1", "1"),
    )
    write(folder / "slow.ipynb", code("import time"), code("time.sleep(30)"))
    write(folder / "dies.ipynb", code("import os"), code("os._exit(7)"), code("1", "1"))
    sleeps = "import asyncio\nawait asyncio.sleep(0.01)\n'awake'"
    write(folder / "async.ipynb", code(sleeps, "'awake'"))
    write(folder / "big.ipynb", code("'x' * 10_000_000", repr("x" * 10_000_000)))
    options = "import pandas\npandas.get_option('display.max_columns')"
    write(folder / "columns.ipynb", code(options, "20"))
    write(folder / "unicode.ipynb", code("'Zoë – 東京 🙂'", "'Zoë – 東京 🙂'"))
    write(folder / "binary.ipynb", code("bytes(range(256))[:4]", "b'\\x00\\x01\\x02\\x03'"))
    leak = f"'Bearer ' + '{SECRET[:5]}' + '{SECRET[5:]}'"
    write(folder / "leaks.ipynb", code(leak, "'Bearer'"), code("1", "1"))
    network = "import requests\nrequests.get('https://example.com')"
    write(folder / "network.ipynb", code(network))
    write(folder / "folder.ipynb", code("open('note.txt').read()", "'beside'"))
    (folder / "note.txt").write_text("beside", encoding="utf-8")
    write(folder / "empty.ipynb")
    write(folder / "words.ipynb", nbformat.v4.new_markdown_cell("# Only words"))
    write(folder / "unrun.ipynb")
    notebook = nbformat.read(folder / "unrun.ipynb", as_version=4)
    notebook.cells = [nbformat.v4.new_code_cell("x = 1")]
    (folder / "unrun.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    (folder / "broken.ipynb").write_text('{"cells": [,]}', encoding="utf-8")
    (folder / "other.ipynb").write_text('{"name": "no notebook"}', encoding="utf-8")
    (folder / "v3.ipynb").write_text(json.dumps(V3), encoding="utf-8")
    write(folder / "in_r.ipynb", code("1", "1"), kernel="some-r", language="R")
    write(folder / "no_kernel.ipynb", code("1", "1"), kernel="pyton3")
    write(folder / "no_start.ipynb", code("1", "1"), kernel="no-start")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="module")
def reports(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """All of them, run four at once; name -> report."""
    write_all(folder)
    share = tmp_path_factory.mktemp("share")
    write_kernelspec(share, "some-r", "R")
    write_kernelspec(share, "no-start", "python")
    names = [path.name for path in sorted(folder.glob("*.ipynb"))]
    tasks = [Task(folder / name) for name in names]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JUPYTER_PATH", str(share), prepend=":")
        done = run_notebooks(
            tasks, Settings(limits=Limits(cell=8)), Home(folder / "kept"), workers=4
        )
    return dict(zip([name.removesuffix(".ipynb") for name in names], done, strict=True))


def told(report: NotebookReport, folder: Path) -> str:
    return str(report).replace(str(folder), "<folder>")


@pytest.mark.parametrize(
    "name",
    [
        "good",
        "allowed",
        "skipped",
        "async",
        "big",
        "columns",
        "unicode",
        "binary",
        "folder",
        "empty",
        "words",
        "v3",
    ],
)
def test_a_good_notebook_passes(reports: Reports, name: str) -> None:
    assert reports[name], reports[name]


@pytest.mark.parametrize(
    ("name", "number", "state"),
    [
        ("changed", 1, "differs"),
        ("raises", 2, "raised"),
        ("asks", 1, "input"),
        ("endless", 2, "timeout"),
        ("slow", 2, "timeout"),
        ("dies", 2, "dead"),
        ("leaks", 1, "secret"),
        ("network", 1, "raised"),
    ],
)
def test_what_fails_is_named_with_its_cell(
    reports: Reports, name: str, number: int, state: str
) -> None:
    assert [(cell.number, cell.state) for cell in reports[name].failed] == [(number, state)]


@pytest.mark.parametrize(
    "name",
    [
        *("changed", "raises", "asks", "endless", "dies", "leaks", "network", "unrun"),
        *("broken", "other", "in_r", "no_kernel"),
    ],
)
def test_the_text_of_a_report(
    reports: Reports, folder: Path, name: str, snapshot: SnapshotAssertion
) -> None:
    assert told(reports[name], folder) == snapshot


def test_a_kernel_that_does_not_start_says_why(reports: Reports) -> None:
    assert "The kernel 'no-start' does not start" in reports["no_start"].problem
    assert "no-such-program" in reports["no_start"].problem


def test_cells_after_one_that_raised_are_not_run(reports: Reports) -> None:
    assert [cell.state for cell in reports["raises"].cells] == [
        "same",
        "raised",
        "not run",
        "not run",
    ]


def test_a_failing_run_leaves_what_was_executed(reports: Reports) -> None:
    kept = reports["raises"].kept
    assert kept is not None
    executed = nbformat.read(kept, as_version=4)

    assert executed.cells[0].outputs[0].data["text/plain"] == "1"
    assert executed.cells[1].outputs[0].ename == "KeyError"


def test_a_secret_is_neither_written_nor_told(reports: Reports, folder: Path) -> None:
    report = reports["leaks"]
    assert report.kept is not None

    texts = [report.kept.read_text(encoding="utf-8"), str(report), json.dumps(report.to_dict())]

    assert not [text for text in texts if SECRET in text]
    assert "CRM_TOKEN" in str(report)


def test_reports_come_in_the_order_of_the_notebooks(reports: Reports) -> None:
    assert [report.path.stem for report in reports.values()] == list(reports)


def test_a_report_is_data_for_scripts(reports: Reports) -> None:
    data = reports["changed"].to_dict()

    assert (data["passed"], data["executed"]) == (False, str(reports["changed"].kept))
    assert [(cell["number"], cell["state"]) for cell in data["cells"]] == [
        (1, "differs"),
        (2, "same"),
    ]


def test_parameters_are_set_and_other_ones_are_not_compared(tmp_path: Path) -> None:
    path = write(
        tmp_path / "report.ipynb", code("region = 'eu'", None, "parameters"), code("region", "'eu'")
    )
    sets = [ParameterSet({"region": "eu"}, "same"), ParameterSet({"region": "us"}, "other")]

    same, other = run_notebooks([Task(path, each) for each in sets], Settings(), Home(tmp_path))

    assert (bool(same), [cell.state for cell in same.cells]) == (True, ["same", "same"])
    assert (bool(other), [cell.state for cell in other.cells]) == (True, ["ran", "ran"])
    assert other.name.endswith("report.ipynb [other]")


def test_update_stores_what_differs_and_shows_it(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    path = write(tmp_path / "report.ipynb", code("1 + 1", "3"), code("'as it was'", "'as it was'"))
    before = nbformat.read(path, as_version=4)

    (report,) = run_notebooks([Task(path)], Settings(update=True), Home(tmp_path / "kept"))

    after = nbformat.read(path, as_version=4)
    assert report
    assert told(report, tmp_path) == snapshot
    assert after.cells[0].outputs[0].data["text/plain"] == "2"
    assert after.cells[1] == before.cells[1]
    assert not (tmp_path / "kept").exists()


def test_update_stores_nothing_of_a_notebook_that_puts_out_a_secret(tmp_path: Path) -> None:
    leak = f"'{SECRET[:5]}' + '{SECRET[5:]}'"
    path = write(tmp_path / "leaks.ipynb", code("1 + 1", "3"), code(leak, "'x'"))
    before = path.read_bytes()

    (report,) = run_notebooks([Task(path)], Settings(update=True), Home(tmp_path / "kept"))

    assert not report
    assert path.read_bytes() == before
