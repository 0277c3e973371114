"""Inbound: no state ahead of its records, none complete without them, and a stream fails alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from devsession.plugin.stream_run import StreamRun
from devsession.testing import run_faults
from tests.testing.faults import readers

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def test_a_reader_that_bears_them_holds(tmp_path: Path) -> None:
    report = run_faults(readers.Reader, readers.recorded(readers.Reader, tmp_path / "reads all"))

    assert report, str(report)
    assert report.played == 7 * 4


@pytest.mark.parametrize(
    "plugin",
    [
        readers.EndsWithTheFirstFault,
        readers.KeepsWhatIsNone,
        readers.OneAfterTheOther,
        readers.StateOfTheNewest,
    ],
    ids=lambda plugin: plugin.__name__,
)
def test_a_weakness_earns_its_line(
    plugin: type[readers.Reader], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    report = run_faults(plugin, readers.recorded(plugin, tmp_path / "reads all"))

    assert not report
    assert re.sub(r"readers.py, line \d+", "readers.py, line <n>", str(report)) == snapshot


def test_an_error_of_our_own_is_not_the_authors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = readers.recorded(readers.OneAfterTheOther, tmp_path / "reads all")
    monkeypatch.setattr(StreamRun, "give_up", None)

    report = run_faults(readers.OneAfterTheOther, folder)

    assert "devsession itself failed: TypeError" in report.findings[0].what
    assert report.findings[0].next_step == "please report it"
