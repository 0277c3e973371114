"""session.generate_tests(): the tests of all completed scenarios, as an author gets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devsession import DevelopmentSession
from devsession.errors import ScenarioError, SetupError
from devsession.recording.scenario import ScenarioFolder
from devsession.session.completion import completion_of
from devsession.session.plugin_source import load_plugin_class
from tests.testing import acme_plugin, kinds
from tests.testing.behave_process import behave

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

TESTS_HAVE_A_PROCESS = True


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "plugin.py").write_bytes(Path(acme_plugin.__file__).read_bytes())
    return project


@pytest.fixture
def session(project: Path) -> Iterator[DevelopmentSession]:
    with DevelopmentSession(load_plugin_class(project), workspace=project) as session:
        yield session


@pytest.fixture
def scenario(project: Path) -> Path:
    return kinds.recorded(acme_plugin.AcmeCRM, project / "scenarios" / "creates-contacts")


def written(project: Path) -> list[str]:
    """The files that are there besides the project's own."""
    files = [path.relative_to(project) for path in project.rglob("*") if path.is_file()]
    kept = {".devsession", "scenarios", "plugin.py", "__pycache__", ".gitignore"}
    return sorted(str(path) for path in files if not kept & set(path.parts))


def test_complete_tells_what_it_froze(
    session: DevelopmentSession, scenario: Path, snapshot: SnapshotAssertion
) -> None:
    assert str(completion_of(session, ScenarioFolder(scenario))) == snapshot


def test_pytest_only(
    session: DevelopmentSession, scenario: Path, project: Path, snapshot: SnapshotAssertion
) -> None:
    assert str(session.generate_tests()) == snapshot
    assert written(project) == ["tests/test_scenarios.py"]


def test_behave_too(
    session: DevelopmentSession, scenario: Path, project: Path, snapshot: SnapshotAssertion
) -> None:
    told = session.generate_tests(behave=True)

    assert str(told) == snapshot
    assert written(project) == [
        "features/acme.feature",
        "features/steps/imported_steps.py",
        "features/vcr_cassettes/acme_creates-contacts.recorded.jsonl",
        "features/vcr_cassettes/acme_creates-contacts.yaml",
        "tests/test_scenarios.py",
    ]
    assert behave(project).passed


def test_twice(session: DevelopmentSession, scenario: Path, project: Path) -> None:
    first = str(session.generate_tests(behave=True))

    assert str(session.generate_tests(behave=True)) == first


def test_no_scenario(session: DevelopmentSession, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(ScenarioError) as raised:
        session.generate_tests(behave=True)

    assert raised.value.what == snapshot


def test_invalid_outcomes_are_refused(
    session: DevelopmentSession, scenario: Path, project: Path, snapshot: SnapshotAssertion
) -> None:
    file = scenario / "outcomes.json"
    outcomes = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps([*outcomes[1:], outcomes[1]]), encoding="utf-8")

    with pytest.raises(ScenarioError) as raised:
        session.generate_tests(behave=True)

    assert str(raised.value).replace(str(project), "project") == snapshot
    assert written(project) == []


def test_a_scenario_that_does_not_pass_is_refused(
    session: DevelopmentSession, scenario: Path, project: Path
) -> None:
    file = scenario / "outcomes.json"
    file.write_text(file.read_text(encoding="utf-8").replace("already taken", "gone"))

    with pytest.raises(ScenarioError, match="does not pass"):
        session.generate_tests(behave=True)

    assert written(project) == []


def test_without_behave(
    session: DevelopmentSession, scenario: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(SetupError, match="behave is not installed"):
        session.generate_tests(behave=True)

    assert written(project) == []
