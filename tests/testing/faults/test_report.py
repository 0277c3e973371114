"""What a report says where there is little to say, and the same for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from devsession.errors import ScenarioError
from devsession.testing import run_faults
from devsession.testing.faults.report import KindResult
from tests.testing.faults import app, weak

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


class SendsNothing(weak.OneByOne):
    def created(self, url: str, record: object) -> dict[str, str]:
        return {"id": str(record)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return app.recorded(weak.OneByOne, tmp_path / "creates")


def test_a_scenario_without_a_call_holds(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    report = run_faults(SendsNothing, app.recorded(SendsNothing, tmp_path / "creates"))

    assert report
    assert str(report) == snapshot


def test_a_scenario_without_a_record_holds(tmp_path: Path) -> None:
    report = run_faults(weak.OneByOne, app.recorded(weak.OneByOne, tmp_path / "creates", {}))

    assert (bool(report), report.played) == (True, 0)


def test_a_scenario_that_differs_without_any_fault_is_not_played(
    folder: Path, snapshot: SnapshotAssertion
) -> None:
    outcomes = folder / "outcomes.json"
    outcomes.write_text(outcomes.read_text().replace("app-Ada", "app-Eve"))

    report = run_faults(weak.OneByOne, folder)

    assert not report
    assert str(report) == snapshot


def test_the_same_for_scripts_and_for_a_notebook(folder: Path) -> None:
    report = run_faults(weak.LosesTheRecord, folder)
    told = json.loads(json.dumps(report.to_dict()))

    assert (told["ok"], told["played"]) == (False, 14)
    assert told["kinds"][1] == {"kind": "500", "played": 2, "fitting": 2, "failed": 2}
    assert told["findings"][0]["what"] == "O13 IDENTIFIER: the record has no outcome"
    assert "no outcome: 1" in report._repr_html_()


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (KindResult("500", 1, 1, 0), "500 at 1 call: held"),
        (KindResult("500", 5, 5, 0), "500 at each of 5 calls: held"),
        (KindResult("500", 10, 1_200, 3), "500 at 10 of 1,200 calls: 3 FAILED"),
        (KindResult("500", 0, 0, 0), "500: no call that it fits"),
    ],
)
def test_a_line_a_kind(result: KindResult, line: str) -> None:
    assert result.line == line


def test_a_second_run_says_the_same(folder: Path) -> None:
    assert str(run_faults(weak.CreatesAgain, folder)) == str(run_faults(weak.CreatesAgain, folder))


def test_what_the_plugin_prints_and_logs_is_not_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Talks(weak.OneByOne):
        def post(self, url: str, record: object) -> object:  # type: ignore[override]
            print("posting")
            return super().post(url, record)

    run_faults(Talks, folder)

    assert capsys.readouterr() == ("", "")


def test_a_damaged_folder_is_named(folder: Path) -> None:
    (folder / "cassette.yaml").unlink()

    with pytest.raises(ScenarioError, match="cassette"):
        run_faults(weak.OneByOne, folder)
