"""For pytest's `-p devsession.testing.pytest_plugin`: notebooks as tests, when `--devsession` asks.

    pytest -p devsession.testing.pytest_plugin --devsession notebooks/

Each code cell is a test, `03_outbound.ipynb::cell 4 (scenario = contacts.scenario(..))`; all notebooks
are run once, by `devsession test`, when the first of them is asked for. What belongs to no cell is in
`03_outbound.ipynb::whole notebook`. It leaves `--nbval` alone.

Besides, a plugin in the Omnata dialect imports in tests that begin with this module: with it comes
`import devsession`, which finds the names. It is no entry point: pytest would rewrite every module of
ours then.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import NotebookError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from devsession.testing.notebooks.report import CellReport

_RESULTS = pytest.StashKey[dict[str, list[dict[str, Any]]]]()
_WHOLE = "whole notebook"
_ENDING_SECONDS = 15


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two options, and the same as settings of a project."""
    group = parser.getgroup("devsession", "notebooks as tests")
    group.addoption("--devsession", action="store_true", help="run notebooks, and compare outputs")
    group.addoption(
        "--devsession-options",
        metavar="OPTIONS",
        default="",
        help="options of `devsession test`, such as '-n 4 --sanitize sanitize.cfg'",
    )
    parser.addini("devsession_notebooks", "as --devsession", type="bool", default=False)
    parser.addini("devsession_options", "as --devsession-options", type="args", default=[])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Notebooks, when they are asked for."""
    config = parent.config
    wanted = config.getoption("--devsession") or config.getini("devsession_notebooks")
    if not wanted or file_path.suffix != ".ipynb" or ".ipynb_checkpoints" in file_path.parts:
        return None
    return NotebookFile.from_parent(parent, path=file_path)


class NotebookFile(pytest.File):
    """A notebook. numbers: of its code cells."""

    numbers: tuple[int, ...] = ()

    def collect(self) -> Iterator[pytest.Item]:
        """Its code cells, and what belongs to none of them."""
        from devsession.testing.notebooks.document import read_notebook
        from devsession.testing.notebooks.report import cell_title

        try:
            notebook = read_notebook(self.path).notebook
        except NotebookError as error:
            raise self.CollectError(str(error)) from None
        numbered = enumerate(notebook.cells, 1)
        code = {number: cell for number, cell in numbered if cell.cell_type == "code"}
        self.numbers = tuple(code)
        for number, cell in code.items():
            title = cell_title(cell.source).replace("::", ":")
            yield CellItem.from_parent(self, name=f"cell {number} ({title})", number=number)
        yield CellItem.from_parent(self, name=_WHOLE, number=0)

    def reports(self) -> list[dict[str, Any]]:
        """Of each run of it, as `devsession test --json` tells it."""
        results = self.config.stash.setdefault(_RESULTS, {})
        if str(self.path) not in results:
            asked = {each.parent.path for each in self.session.items if isinstance(each, CellItem)}
            # Each worker of xdist has all tests in its session, and runs some of them.
            files = [self.path] if hasattr(self.config, "workerinput") else sorted(asked)
            results |= {str(path): [] for path in files}
            for report in _run(self.config, files):
                results[report["notebook"]].append(report)
        return results[str(self.path)]


class CellItem(pytest.Item):
    """One code cell, or, with the number 0, what belongs to none."""

    parent: NotebookFile

    def __init__(self, *, number: int, **others: Any) -> None:
        super().__init__(**others)
        self.number = number
        self.seconds: float | None = None

    def runtest(self) -> None:
        """Raises: CellFailedError; skips a cell that was not run."""
        reports = self.parent.reports()
        if not self.number:
            return _check_whole(reports, self.parent.numbers)
        cells = {report["name"]: _cells(report, self.number) for report in reports}
        told = [cell for found in cells.values() for cell in found]
        self.seconds = sum(cell.seconds or 0.0 for cell in told)
        failed = [
            str(cell) if len(reports) == 1 else f"{name}\n{cell}"
            for name, found in cells.items()
            for cell in found
            if not cell
        ]
        if failed:
            raise CellFailedError("\n".join([*failed, *_executed(reports)]))
        if all(cell.seconds is None for cell in told):
            pytest.skip(next((cell.why for cell in told if cell.why), "not run"))
        return None

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """Our failures are text."""
        if isinstance(excinfo.value, CellFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The notebook, and the cell's name."""
        return self.path, None, self.name


class CellFailedError(Exception):
    """A cell, or a notebook as a whole, failed."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """A cell took as long as it ran, although all were run with the first."""
    report = yield
    if isinstance(item, CellItem) and report.when == "call" and item.seconds is not None:
        report.duration = item.seconds
    return report


def _run(config: pytest.Config, notebooks: list[Path]) -> list[dict[str, Any]]:
    """Run them with `devsession test`, in a process of its own: it has event loops and signals."""
    options = [
        *config.getini("devsession_options"),
        *shlex.split(config.getoption("--devsession-options")),
    ]
    command = [sys.executable, "-m", "devsession", "test", "--json", *options, *map(str, notebooks)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=config.rootpath, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        said, complained = process.communicate()
    except KeyboardInterrupt:
        # It got the same Ctrl-C, and ends its kernels.
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING_SECONDS)
        process.kill()
        raise
    try:
        reports: list[dict[str, Any]] = json.loads(said)["notebooks"]
    except (ValueError, KeyError):
        raise CellFailedError(complained.strip() or said.strip()) from None
    return reports


def _cells(report: dict[str, Any], number: int) -> list[CellReport]:
    from devsession.testing.notebooks.report import CellReport

    cells = map(CellReport.from_dict, report["cells"])
    return [cell for cell in cells if cell.number == number and cell.source]


def _check_whole(reports: list[dict[str, Any]], numbers: tuple[int, ...]) -> None:
    """Raises: CellFailedError for what is told with no cell, or with one that is not there."""
    from devsession.testing.notebooks.report import CellReport

    found = []
    for report in reports:
        cells = [cell for each in report["cells"] if not (cell := CellReport.from_dict(each))]
        told = [str(cell) for cell in cells if cell.number not in numbers or not cell.source]
        if report["problem"] or report["empty"]:
            told.append(f"{report['name']}: {report['problem'] or report['headline']}")
        found += told
    if found:
        raise CellFailedError("\n".join([*found, *_executed(reports)]))


def _executed(reports: list[dict[str, Any]]) -> list[str]:
    return [f"executed: {report['executed']}" for report in reports if report["executed"]]
