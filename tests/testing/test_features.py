"""Features written of scenarios: they run under behave, and fail when something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pandas import DataFrame

from devsession.errors import ScenarioError, SecretLeakError, SetupError
from devsession.recording.as_recorded import SUFFIX
from devsession.recording.scenario import ScenarioFolder
from devsession.secrets.redact import Redactor
from devsession.testing.feature_tables import frame_from_rows, rows_from_frame, table_lines
from devsession.testing.features import Feature, check_behave
from devsession.testing.scenarios import load
from tests.testing import behave_cases, kinds
from tests.testing.behave_cases import edit
from tests.testing.behave_process import behave

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

NONE = Redactor({})


def feature_of(project: Path, kind: type[kinds.Sender], *names: str) -> Feature:
    folders = [kinds.recorded(kind, project / "scenarios" / name) for name in names]
    scenarios = [load(ScenarioFolder(folder)) for folder in folders]
    return Feature(project, "acme", kind, scenarios)


@pytest.fixture
def feature(project: Path) -> Feature:
    feature = feature_of(project, kinds.RecordAtATime, "creates", "creates-more")
    feature.write(NONE)
    return feature


def test_the_feature_reads_well(feature: Feature, snapshot: SnapshotAssertion) -> None:
    assert feature.path.read_text(encoding="utf-8") == snapshot


def test_it_passes_and_is_shown_able_to_fail(project: Path, feature: Feature) -> None:
    feature.prove(NONE)

    ran = behave(project)

    assert ran.passed, ran.output
    assert "2 scenarios passed, 0 failed" in ran.output


@pytest.mark.parametrize("kind", [kinds.Batch, kinds.Retries, kinds.Threads])
def test_plugins_of_other_kinds(project: Path, kind: type[kinds.Sender]) -> None:
    feature = feature_of(project, kind, "creates")

    feature.write(NONE)
    feature.prove(NONE)


def test_one_that_cannot_fail_is_refused(project: Path, snapshot: SnapshotAssertion) -> None:
    feature = feature_of(project, kinds.Swallows, "creates")

    with pytest.raises(ScenarioError) as raised:
        feature.write(NONE)

    assert raised.value.tried == snapshot
    assert not (project / "features").exists()


RECORDING = {
    "status": ("cassette", "code: 422", "code: 500"),
    "a field that the plugin ignores": ("cassette", '"trace": "t-2"', '"trace": "t-9"'),
    "request body": ("cassette", "e@x", "z@x"),
}
FEATURE = {
    "outcome": ("feature", '"email already taken"', '"taken"'),
    "request": ("feature", '{"email": "a@x"}', '{"email": "z@x"}'),
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    project = tmp_path_factory.mktemp("cases") / "project"
    project.mkdir()
    (project / "plugin.py").write_text("from tests.testing.kinds import *\n")
    feature = feature_of(project, kinds.RecordAtATime, "creates")
    feature.write(NONE)
    cassette = project / "features" / "vcr_cassettes" / "acme_creates.yaml"
    files = {"cassette": cassette, "digests": cassette.with_suffix(SUFFIX)}
    return behave_cases.failures(feature.path, cassette.stem, files, RECORDING | FEATURE)


@pytest.mark.parametrize("case", RECORDING)
def test_a_changed_recording_fails(
    case: str, failures: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert failures[case] == snapshot


@pytest.mark.parametrize("case", FEATURE)
def test_a_changed_feature_fails(
    case: str, failures: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert failures[case] == snapshot


def test_one_that_does_not_pass_says_why(
    project: Path, feature: Feature, snapshot: SnapshotAssertion
) -> None:
    edit(feature.path, '"email already taken"', '"taken"')

    with pytest.raises(ScenarioError) as raised:
        feature.prove(NONE)

    assert raised.value.tried == snapshot


def test_steps_that_cannot_be_loaded_are_told(project: Path, feature: Feature) -> None:
    (project / "features" / "steps" / "others.py").write_text("import forgotten_requirement\n")

    with pytest.raises(ScenarioError) as raised:
        feature.prove(NONE)

    assert "No module named 'forgotten_requirement'" in raised.value.tried


def test_a_second_time_changes_no_file(project: Path, feature: Feature) -> None:
    files = sorted(path for path in (project / "features").rglob("*") if path.is_file())
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}

    feature.write(NONE)

    files = sorted(path for path in (project / "features").rglob("*") if path.is_file())
    assert before == {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}


@pytest.mark.parametrize("name", ["acme.feature", "steps/imported_steps.py"])
def test_a_file_of_somebody_else_is_not_overwritten(
    project: Path, snapshot: SnapshotAssertion, name: str
) -> None:
    own = project / "features" / name
    own.parent.mkdir(parents=True)
    own.write_text("# mine\n")

    with pytest.raises(ScenarioError) as raised:
        feature_of(project, kinds.Batch, "creates").write(NONE)

    assert str(raised.value).replace(str(project), "project") == snapshot
    assert [path for path in (project / "features").rglob("*") if path.is_file()] == [own]


def test_steps_that_go_on_from_ours_are_left(project: Path) -> None:
    own = project / "features" / "steps" / "imported_steps.py"
    own.parent.mkdir(parents=True)
    own.write_text("from devsession.testing.behave_steps import *\n\nmine = 1\n")

    feature_of(project, kinds.Batch, "creates").write(NONE)

    assert own.read_text().endswith("mine = 1\n")


def test_nothing_is_written_when_a_secret_would_be(project: Path) -> None:
    feature = feature_of(project, kinds.Batch, "creates")

    with pytest.raises(SecretLeakError):
        feature.write(Redactor({"api_key": "ü|ß@x"}))

    assert not (project / "features").exists()


def test_without_behave(monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(SetupError) as raised:
        check_behave()

    assert str(raised.value) == snapshot


HOSTILE: list[dict[str, Any]] = [
    {"IDENTIFIER": "1", "APP_IDENTIFIER": None, "RESULT": None},
    {"IDENTIFIER": "None", "APP_IDENTIFIER": "null", "RESULT": {"a": "|"}},
    {"IDENTIFIER": '"1"', "APP_IDENTIFIER": "", "RESULT": {"a": "\\|", "b": "None"}},
    {"IDENTIFIER": " 1 ", "APP_IDENTIFIER": "a\nb", "RESULT": {"a\u2028": "\\"}},
    {"IDENTIFIER": "a|b\\|c", "APP_IDENTIFIER": "東京\\", "RESULT": {"$type": "x", "value": 1}},
    {"IDENTIFIER": "true", "APP_IDENTIFIER": "1.0", "RESULT": {"a": [1, 1.5, True, None, "1"]}},
]


def test_cells_are_read_back_as_they_were() -> None:
    frame = DataFrame(HOSTILE, dtype=object)
    lines = table_lines(rows_from_frame(frame), "  ")
    rows = [parsed(line) for line in lines]

    assert frame_from_rows(rows).to_dict("records") == HOSTILE


def parsed(line: str) -> list[str]:
    """A row as behave reads it."""
    from behave.parser import Parser

    parser = Parser()
    parser.reset()
    assert parser.action_table(line)
    assert parser.table is not None
    cells: list[str] = parser.table.headings
    return cells
