"""A scenario passes as recorded, and fails when anything that it froze changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from devsession.errors import CassetteError, RecordingError, ScenarioError
from devsession.testing import run_scenario, scenario_folders
from tests.testing import plugins

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.plugin import Plugin


def test_it_passes_as_recorded(folder: Path, snapshot: SnapshotAssertion) -> None:
    report = run_scenario(plugins.Contacts, folder)

    assert report
    assert str(report) == snapshot


@pytest.mark.parametrize(
    "plugin",
    [
        plugins.SendsOtherBody,
        plugins.SendsTwice,
        plugins.SendsNothing,
        plugins.SwallowsErrors,
        plugins.TellsOtherOutcomes,
        plugins.Raises,
    ],
    ids=lambda plugin: plugin.__name__,
)
def test_a_changed_plugin_fails(
    plugin: type[Plugin], folder: Path, snapshot: SnapshotAssertion
) -> None:
    report = run_scenario(plugin, folder)

    assert not report
    assert str(report).replace(str(folder), "scenarios/creates-new-contacts") == snapshot


@pytest.mark.parametrize(
    ("recorded", "changed"),
    [("code: 200", "code: 503"), ('"id": "c1"', '"id": "c9"'), ("a@x", "z@x")],
    ids=["status", "response field", "request body"],
)
def test_a_changed_recording_fails(folder: Path, recorded: str, changed: str) -> None:
    cassette = folder / "cassette.yaml"
    cassette.write_text(cassette.read_text().replace(recorded, changed))

    assert not run_scenario(plugins.Contacts, folder)


def test_a_changed_expectation_fails(folder: Path) -> None:
    outcomes = folder / "outcomes.json"
    outcomes.write_text(outcomes.read_text().replace("already taken", "already used"))

    report = run_scenario(plugins.Contacts, folder)

    assert report.differences == (
        "record 2: RESULT.error 'email already taken', expected 'email already used'",
    )


def test_the_folder_holds_no_secret_and_needs_no_workspace(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "copy"
    folder.rename(elsewhere)

    assert run_scenario(plugins.Contacts, elsewhere)
    assert json.loads((elsewhere / "scenario.json").read_text())["secrets"] == ["api_key"]
    assert not [file for file in elsewhere.iterdir() if "key-of-the-author" in file.read_text()]


def test_only_folders_with_a_test_are_run(folder: Path, scenarios: Path) -> None:
    (scenarios / "begun").mkdir()
    begun = json.loads((folder / "scenario.json").read_text()) | {"tested": False}
    (scenarios / "begun" / "scenario.json").write_text(json.dumps(begun))
    (scenarios / "tape.yaml").write_text("version: 1\ninteractions: []\n")

    assert scenario_folders(scenarios) == [folder]


@pytest.mark.parametrize(
    "lost", ["cassette.yaml", "outcomes.json", "records.jsonl", "scenario.json"]
)
def test_a_folder_that_has_lost_a_file_keeps_its_test_which_fails_by_name(
    folder: Path, scenarios: Path, lost: str
) -> None:
    (folder / lost).unlink()

    assert scenario_folders(scenarios) == [folder]
    with pytest.raises(RecordingError, match=lost):
        run_scenario(plugins.Contacts, folder)


def test_a_folder_that_is_damaged_is_a_test_that_fails(folder: Path, scenarios: Path) -> None:
    (folder / "scenario.json").write_text("{")

    assert scenario_folders(scenarios) == [folder]


@pytest.mark.parametrize(
    ("file", "error"),
    [
        ("scenario.json", ScenarioError),
        ("records.jsonl", ScenarioError),
        ("outcomes.json", ScenarioError),
        ("cassette.yaml", CassetteError),
    ],
)
def test_a_damaged_file_is_named(folder: Path, file: str, error: type[Exception]) -> None:
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: len(content) // 2])

    with pytest.raises(error, match=file):
        run_scenario(plugins.Contacts, folder)
