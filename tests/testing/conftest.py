"""The scenario folder of a plugin that sent two contacts, of which the app refused one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pandas import DataFrame

from devsession.plugin import OutboundSyncConfigurationParameters, Outcomes
from devsession.recording.exchange import Exchange
from devsession.recording.scenario import ScenarioFolder, ScenarioInput
from devsession.secrets.redact import Redactor
from tests.forked import tests_run_forked
from tests.testing.executed_notebooks import Runs, run_three

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTACTS = [("1", {"email": "a@x"}), ("2", {"email": "b@x"})]


def exchange() -> Exchange:
    contacts = [{**record, "key": identifier} for identifier, record in CONTACTS]
    results = [
        {"key": "1", "id": "c1", "error": None},
        {"key": "2", "id": None, "error": "email already taken"},
    ]
    return Exchange(
        method="POST",
        url="http://sandbox.test/contacts",
        request_headers={"Content-Type": ["application/json"]},
        request_body=json.dumps({"contacts": contacts}).encode(),
        status=200,
        reason="OK",
        response_headers={"Content-Type": ["application/json"]},
        response_body=json.dumps({"request_id": "r1", "results": results}).encode(),
    )


def records() -> DataFrame:
    return DataFrame(
        {
            "IDENTIFIER": [identifier for identifier, _ in CONTACTS],
            "APP_IDENTIFIER": [None, None],
            "SYNC_ACTION": ["Create", "Create"],
            "TRANSFORMED_RECORD": [record for _, record in CONTACTS],
            "TRANSFORMED_RECORD_PREVIOUS": [None, None],
            "RESULT": [None, None],
        },
        dtype=object,
    )


def frozen_input(name: str = "creates new contacts") -> ScenarioInput:
    return ScenarioInput(
        name=name,
        sync="contacts",
        plugin="Contacts",
        tested=True,
        created_by="devsession 0.1.0",
        parameters=OutboundSyncConfigurationParameters(
            connection_method="API Key",
            connection_parameters={"tenant_url": "http://sandbox.test"},
            connection_secrets={"api_key": "key-of-the-author"},
            sync_strategy="Upsert",
        ),
    )


@pytest.fixture(scope="module", autouse=True)
def importable(pytestconfig: pytest.Config) -> Iterator[None]:
    """Processes that are started find the plugins of these tests."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(pytestconfig.rootpath))
        yield


@pytest.fixture(scope="module", autouse=True)
def quick_tests_of_scenarios(request: pytest.FixtureRequest) -> Iterator[None]:
    """What completing a scenario runs; a module that is about that has whole processes."""
    if getattr(request.module, "TESTS_HAVE_A_PROCESS", False):
        yield
        return
    with tests_run_forked():
        yield


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "plugin.py").write_text("from tests.testing.kinds import *\n")
    return project


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    return tmp_path / "scenarios"


@pytest.fixture
def folder(scenarios: Path) -> Path:
    folder = ScenarioFolder(scenarios / "creates-new-contacts")
    redactor = Redactor({"api_key": "key-of-the-author"})
    outcomes = Outcomes()
    outcomes.ok("1", "c1")
    outcomes.fail("2", "email already taken")
    folder.write_input(frozen_input(), redactor)
    folder.write_records(records(), redactor)
    folder.write_outcomes(outcomes.to_frame(), redactor)
    folder.write_cassette([exchange()], redactor)
    return folder.path


@pytest.fixture(scope="session")
def runs() -> Runs:
    """A notebook as three kernels ran it: twice the same, once with every cell changed."""
    return run_three()
