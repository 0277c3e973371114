"""What an author can get wrong, and what each says: what failed, what was tried, where, and next."""

from __future__ import annotations

import json
import os
import re
import signal
from typing import TYPE_CHECKING

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from devsession import Outcomes, secret
from devsession.errors import (
    ConnectError,
    DevsessionError,
    FormError,
    NotFilledError,
    OutcomesError,
    PluginLoadError,
    PluginRaisedError,
    SecretMissingError,
    UnknownNameError,
)
from devsession.warehouse.store import state_table
from tests.session.conftest import KEY, KEY_NAME, REPOSITORY, App, Project

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession import DevelopmentSession
    from devsession.session.sync import Sync

WAREHOUSE_HAS_A_PROCESS = True
WRONG_KEY = "wrong-key-5d21c8e07a"


@pytest.fixture
def unfilled(tmp_path_factory: pytest.TempPathFactory, project: Project, modules: None) -> Project:
    """A project of its own, in which no form is filled; its services are not started."""
    return Project(tmp_path_factory.mktemp("unfilled") / "practice-crm")


def text_of(error: DevsessionError, project: Project) -> str:
    """The error as its reader sees it, without what is another on each machine."""
    text = f"{type(error).__name__}: {error}".replace(str(project.folder), "<project>")
    text = re.sub(r"127\.0\.0\.1:\d+", "<address>", text)
    text = re.sub(r"req_\d+", "<request>", text)
    return re.sub(r"line \d+", "line <n>", text)


def test_a_wrong_key(
    session: DevelopmentSession,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.setenv("WRONG_KEY", WRONG_KEY)
    with pytest.raises(ConnectError) as error:
        session.connection.fill(api_key=secret("WRONG_KEY"))

    assert text_of(error.value, project) == snapshot
    assert WRONG_KEY not in f"{error.value!r}{error.value}{error.value.fields}"


def test_a_key_that_the_app_echoes(
    session: DevelopmentSession, project: Project, snapshot: SnapshotAssertion
) -> None:
    project.edit_plugin(
        '        account = call(parameters, "GET", "/account")',
        "        raise RuntimeError(f\"no key {parameters.secret('api_key')}\")",
    )
    with pytest.raises(ConnectError) as error:
        session.connection.test()

    assert text_of(error.value, project) == snapshot
    assert KEY not in f"{error.value!r}{error.value}{error.value.fields}"


def test_an_error_of_ours_that_the_plugin_lets_pass_shows_no_secret(
    session: DevelopmentSession, project: Project
) -> None:
    project.edit_plugin(
        '        account = call(parameters, "GET", "/account")',
        "        parameters[parameters.secret('api_key')]",
    )
    with pytest.raises(UnknownNameError) as error:
        session.connection.test()

    assert "REDACTED-api-key" in str(error.value)
    assert KEY not in f"{error.value!r}{error.value}{error.value.fields}"


def test_a_key_in_the_apps_identifier_is_not_stored(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    project.edit_plugin(
        'outcomes.ok(identifier, result["id"])',
        "outcomes.ok(identifier, parameters.secret('api_key') + identifier)",
    )
    session.run(contacts.slug)

    state = f"select APP_IDENTIFIER from {state_table(contacts.record)} order by IDENTIFIER"
    assert session.account.rows(state) == [(f"REDACTED-api-key{number}",) for number in (1, 2, 3)]


def test_a_field_that_does_not_exist(
    session: DevelopmentSession, project: Project, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(FormError) as error:
        session.connection.fill(tenant="https://acme.example.com")

    assert text_of(error.value, project) == snapshot


def test_an_app_that_cannot_be_reached_when_connecting(
    session: DevelopmentSession, project: Project, app: App, snapshot: SnapshotAssertion
) -> None:
    app.stop()
    with pytest.raises(ConnectError) as error:
        session.connection.test()

    assert text_of(error.value, project) == snapshot


def test_an_app_that_cannot_be_reached_by_a_run(
    contacts: Sync,
    session: DevelopmentSession,
    project: Project,
    app: App,
    snapshot: SnapshotAssertion,
) -> None:
    project.edit_plugin(
        "except AppRefusedError as error:  # these", "except KeyError as error:  # these"
    )
    app.stop()
    with pytest.raises(ConnectError) as error:
        session.run(contacts.slug)

    assert text_of(error.value, project) == snapshot
    assert contacts.plan().total == 3


def test_invalid_outcomes(contacts: Sync, project: Project, snapshot: SnapshotAssertion) -> None:
    scenario = contacts.scenario("invalid", records=3)
    outcomes = Outcomes(scenario.records)
    outcomes.ok("1", "con_1")
    outcomes.fail("9", "refused")

    report = scenario.validate(outcomes)
    with pytest.raises(OutcomesError) as error:
        scenario.complete()

    assert not report
    assert text_of(error.value, project) == snapshot


def test_a_wrong_table(
    session: DevelopmentSession, project: Project, contacts: Sync, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UnknownNameError) as error:
        session.sync("wrong table", source="CONTACTSS", identifier="ID")

    text = re.sub(r"tried: .*", "tried: <the tables there are>", text_of(error.value, project))
    assert text == snapshot


def test_a_sync_that_does_not_exist(
    session: DevelopmentSession, project: Project, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UnknownNameError) as error:
        session.sync("nowhere near")

    text = re.sub(r"tried: .*", "tried: <the syncs there are>", text_of(error.value, project))
    assert text == snapshot


def test_an_unfilled_connection(unfilled: Project, snapshot: SnapshotAssertion) -> None:
    session = unfilled.session
    with pytest.raises(NotFilledError) as error:
        _ = session.connection.parameters
    session.shut_down()

    assert text_of(error.value, unfilled) == snapshot


def test_an_unfilled_sync(
    session: DevelopmentSession, project: Project, contacts: Sync, snapshot: SnapshotAssertion
) -> None:
    unfilled = session.sync("unfilled", source=contacts.record.source, identifier="ID")
    with pytest.raises(NotFilledError) as error:
        unfilled.plan()

    assert text_of(error.value, project) == snapshot


def test_a_missing_secret(
    session: DevelopmentSession, project: Project, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(SecretMissingError) as error:
        session.connection.fill(api_key=secret("NOWHERE_API_KEY"))

    assert text_of(error.value, project) == snapshot


def test_a_secret_that_goes_missing(
    contacts: Sync,
    session: DevelopmentSession,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.delenv(KEY_NAME)
    with pytest.raises(SecretMissingError) as error:
        session.run(contacts.slug)

    assert text_of(error.value, project) == snapshot


def test_a_broken_plugin(
    contacts: Sync, session: DevelopmentSession, project: Project, snapshot: SnapshotAssertion
) -> None:
    project.edit_plugin("    def upsert(", "    def upsert(:")
    with pytest.raises(PluginLoadError) as error:
        session.run(contacts.slug)
    project.restore_plugin()

    assert text_of(error.value, project) == snapshot
    assert session.run(contacts.slug).succeeded == 3


def test_a_plugin_that_raises(
    contacts: Sync, project: Project, snapshot: SnapshotAssertion
) -> None:
    project.edit_plugin("f\"/objects/{parameters['object']}/records/bulk/upsert\"", '"/objects/"')
    scenario = contacts.scenario("raises", records=1)
    with pytest.raises(PluginRaisedError) as error:
        scenario.run()

    assert text_of(error.value, project) == snapshot


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_warehouse_is_started_again(
    how: signal.Signals, contacts: Sync, project: Project
) -> None:
    port_file = project.folder / ".devsession" / "warehouse.json"
    before = psutil.Process(json.loads(port_file.read_text())["pid"])
    before.send_signal(how)
    before.wait(30)

    assert contacts.plan().total == 3
    assert json.loads(port_file.read_text())["pid"] != before.pid


def kernel_outputs(folder: Path, *cells: str) -> list[list[nbformat.NotebookNode]]:
    """The outputs of each cell, run in one new kernel in a project."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        notebook,
        kernel_name="python3",
        allow_errors=True,
        timeout=60,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute(env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    return [cell.outputs for cell in notebook.cells]


def test_in_a_notebook_there_is_no_traceback_and_the_exchange_stands_below(
    session: DevelopmentSession, project: Project, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG_KEY", WRONG_KEY)

    _, outputs = kernel_outputs(
        project.folder,
        "from devsession import DevelopmentSession, secret\n"
        "from plugin import PracticeCrm\n"
        "session = DevelopmentSession(PracticeCrm)",
        'session.connection.fill(api_key=secret("WRONG_KEY"))',
    )

    error, exchange = outputs
    assert (error.output_type, exchange.output_type) == ("error", "display_data")
    assert (error.ename, "Traceback" in "\n".join(error.traceback)) == ("ConnectError", False)
    assert "-> 401" in exchange.data["text/plain"]
    assert WRONG_KEY not in json.dumps(outputs)
