"""A plugin that bears its app's faults holds; each weakness earns its own line, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devsession.testing import run_faults
from tests.testing.faults import app, weak

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.plugin import Plugin


def people_of(plugin: type[Plugin]) -> dict[str, str]:
    return app.MORE_PEOPLE if issubclass(plugin, weak.Bulk) else app.PEOPLE


@pytest.mark.parametrize(
    "plugin",
    [
        weak.Bulk,
        weak.OneByOne,
        weak.RetriesByUrllib3,
        weak.SendsItsIdentifier,
        weak.SideBySide,
        weak.StopsAtTheFirst,
        weak.WaitsAndAsksAgain,
    ],
    ids=lambda plugin: plugin.__name__,
)
def test_a_plugin_that_bears_them_holds(plugin: type[Plugin], tmp_path: Path) -> None:
    report = run_faults(plugin, app.recorded(plugin, tmp_path / "creates", people_of(plugin)))

    assert report, str(report)
    assert {each.failed for each in report.kinds} == {0}


@pytest.mark.parametrize(
    "plugin",
    [
        weak.AsksAtOnce,
        weak.AsksForEver,
        weak.ByPlace,
        weak.CreatesAgain,
        weak.CreatesAgainUnderAnotherKey,
        weak.FailsWithoutAWord,
        weak.LooksAtNoRefusal,
        weak.LosesTheRecord,
        weak.ReadsJsonFirst,
        weak.TellsSuccess,
        weak.WaitsForEver,
    ],
    ids=lambda plugin: plugin.__name__,
)
def test_a_weakness_earns_its_line(
    plugin: type[Plugin], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    report = run_faults(plugin, app.recorded(plugin, tmp_path / "creates", people_of(plugin)))

    assert len(report.findings) == 1
    assert re.sub(r"weak.py, line \d+", "weak.py, line <n>", str(report)) == snapshot


def test_the_line_is_that_which_raised(tmp_path: Path) -> None:
    folder = app.recorded(weak.ReadsJsonFirst, tmp_path / "creates")
    lines = Path(weak.__file__).read_text(encoding="utf-8").splitlines()
    number = next(at for at, line in enumerate(lines, 1) if "raise ValueError" in line)

    (finding,) = run_faults(weak.ReadsJsonFirst, folder).findings

    assert finding.line == f"weak.py, line {number}"
