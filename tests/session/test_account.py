"""A session on an account: nothing but `account=` changes. The account here is another workspace's
embedded warehouse, that a connection leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from devsession import DevelopmentSession, secret
from devsession.errors import UnknownNameError, UsageError
from devsession.session.plugin_source import load_plugin_class
from devsession.session.set_up import set_up
from devsession.session.workspace import Workspace
from tests.in_process import Warehouses, warehouses_in_process
from tests.real_account import NAME, ON_SNOWFLAKE, database_of_its_own, needs_account
from tests.session.conftest import KEY_NAME, contacts_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.session.conftest import App, Project
    from tests.snowflake_home import SnowflakeHome

pytest_plugins = ["tests.snowflake_home"]


@pytest.fixture(scope="module")
def warehouses() -> Iterator[Warehouses]:
    with warehouses_in_process() as warehouses:
        yield warehouses


@pytest.fixture(scope="module")
def prod(warehouses: Warehouses, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The connection [prod], and [test], to an account of its own."""
    accounts = [tmp_path_factory.mktemp(name) for name in ("prod", "test")]
    sections = []
    for folder in accounts:
        warehouses.open(folder)
        at = warehouses.opened[folder].address
        sections.append(
            f'[{folder.name.rstrip("0")}]\naccount = "fakesnow"\nuser = "ada"\n'
            f'password = "{at.token}"\nhost = "{at.host}"\nport = {at.port}\nprotocol = "http"\n'
            'database = "LOCAL"\nschema = "PUBLIC"\n'
        )
    return "".join(sections)


@pytest.fixture
def connections(prod: str, snowflake_home: SnowflakeHome) -> str:
    snowflake_home.write(prod)
    return "prod"


@pytest.fixture(params=[pytest.param("embedded", id=pytest.HIDDEN_PARAM), *ON_SNOWFLAKE])
def account_name(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "embedded":
        yield request.getfixturevalue("connections")
        return
    with database_of_its_own(tmp_path) as name:
        yield name


@pytest.fixture
def on_account(
    session: DevelopmentSession, project: Project, account_name: str
) -> Iterator[DevelopmentSession]:
    """The session of the same project, on the account, connected to the same app."""
    url = session.connection.parameters["tenant_url"]
    project.session = DevelopmentSession(
        load_plugin_class(project.folder), workspace=project.folder, account=account_name
    )
    project.session.connection.fill(tenant_url=url, api_key=secret(KEY_NAME))
    yield project.session
    project.restart()


def test_the_loop_runs_on_the_account(on_account: DevelopmentSession, app: App) -> None:
    contacts = contacts_of(on_account, "THE_LOOP")
    scenario = contacts.scenario("creates contacts on the account")
    tenant, key = scenario.parameters["tenant_url"], scenario.parameters.secret("api_key")
    requests.get(f"{tenant}/account", headers={"Authorization": f"Bearer {key}"}, timeout=10)

    assert scenario.run()
    assert scenario.complete()
    summary = on_account.run("THE_LOOP")

    assert summary
    assert sorted(app.records()) == ["1", "2", "3"]
    assert [exchange.url.rpartition("/")[2] for exchange in scenario.http][:1] == ["account"]


@pytest.mark.usefixtures("connections")
def test_each_warehouse_has_tables_and_syncs_of_its_own(
    session: DevelopmentSession, project: Project
) -> None:
    contacts_of(session, "ON_THIS_MACHINE")
    plugin = load_plugin_class(project.folder)

    on_prod = DevelopmentSession(plugin, workspace=project.folder, account="prod")

    with pytest.raises(UnknownNameError, match="there is no sync 'ON_THIS_MACHINE'"):
        on_prod.sync("ON_THIS_MACHINE")
    assert "account 'prod'" in repr(on_prod)
    with pytest.raises(UsageError, match="is closed"):
        session.go_on()
    assert project.restart().sync("ON_THIS_MACHINE").slug == "ON_THIS_MACHINE"


@pytest.mark.usefixtures("connections")
def test_the_same_account_is_the_same_session(project: Project) -> None:
    plugin, folder = load_plugin_class(project.folder), project.folder
    first = DevelopmentSession(plugin, workspace=folder, account="prod")

    assert DevelopmentSession(plugin, workspace=folder, account="prod") is first
    assert DevelopmentSession(plugin, workspace=folder, account="test") is not first
    project.restart()


def test_runs_of_two_accounts_keep_their_files_apart(
    on_account: DevelopmentSession, account_name: str
) -> None:
    contacts_of(on_account, "KEPT_APART")
    on_account.run("KEPT_APART")

    folder = on_account.workspace.private / "accounts" / account_name
    assert list((folder / "logs").glob("run-*.jsonl"))


def test_offline_the_embedded_warehouse_stands_in(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.session.close()
    monkeypatch.setenv("DEVSESSION_OFFLINE", "1")
    plugin = load_plugin_class(project.folder)

    with DevelopmentSession(plugin, workspace=project.folder, account="nowhere") as offline:
        assert offline.account.name == "embedded warehouse"
    monkeypatch.delenv("DEVSESSION_OFFLINE")
    project.restart()


@pytest.mark.usefixtures("connections")
def test_a_wrong_name_is_told_at_the_first_use(project: Project) -> None:
    plugin = load_plugin_class(project.folder)

    session = DevelopmentSession(plugin, workspace=project.folder, account="prd")

    with pytest.raises(UnknownNameError, match="did you mean 'prod'"):
        session.load_table("CONTACTS", project.folder / "contacts.csv")
    project.restart()


def test_an_account_that_is_open_goes_with_an_omnata_app_only(project: Project) -> None:
    plugin, opened = load_plugin_class(project.folder), project.session.account

    with pytest.raises(UsageError, match="account= is the name of a connection"):
        DevelopmentSession(plugin, workspace=project.folder, account=opened)


def test_a_name_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    odd = Workspace.at(tmp_path, account="../../etc").runs

    assert odd.parent == tmp_path / ".devsession" / "accounts"


@needs_account
def test_all_is_well_on_the_account_on_which_these_tests_run_too(tmp_path: Path) -> None:
    with database_of_its_own(tmp_path):
        assert set_up(Workspace.at(tmp_path, account=NAME))
