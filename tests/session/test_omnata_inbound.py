"""An inbound sync of an Omnata app: its streams, states and connection are read from there."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from devsession import DevelopmentSession
from devsession.errors import OmnataError, ScenarioError, UsageError
from devsession.sandbox import sandbox_key
from devsession.session.plugin_source import load_plugin_class
from devsession.testing import run_scenario
from tests.omnata_account import APP, CREATE, STREAM, OmnataAccount
from tests.session import reading_plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

BEGINNING = {"updated_at": "2024-01-01T00:05:00.000+00:00"}


@pytest.fixture(scope="module")
def here(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevelopmentSession]:
    """A session whose syncs come from the workspace, with its practice app."""
    folder = tmp_path_factory.mktemp("reading")
    shutil.copy(reading_plugin.__file__, folder / "plugin.py")
    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    session.sandbox.set_stream("customer", records=20)
    yield session
    session.shut_down()


@pytest.fixture
def account(here: DevelopmentSession) -> OmnataAccount:
    """Its app has a sync that reads customers of the practice app, from a state on."""
    account = OmnataAccount(
        sync_direction="inbound",
        connection_parameters={"url": {"value": here.sandbox.url}},
        sync_parameters={"page_size": {"value": "5"}},
        latest_stream_state={"customer": BEGINNING},
    )
    key = sandbox_key(here.workspace.folder)
    account.secrets = {"api_key": {"value": key, "metadata": {}}}
    return account


@pytest.fixture
def fetch(here: DevelopmentSession, account: OmnataAccount) -> Iterator[Callable[[str], Any]]:
    """Fetches a sync of the app; afterwards the session's syncs come from the workspace again."""
    plugin, folder = here.source.plugin_class, here.workspace.folder
    at_app = DevelopmentSession(plugin, workspace=folder, account=account, omnata_app=APP)
    yield lambda slug: at_app.sync(slug, direction="inbound")
    DevelopmentSession(plugin, workspace=folder)


@pytest.fixture
def people(fetch: Callable[[str], Any], request: pytest.FixtureRequest) -> Any:
    """The app's sync, under a name of the test's own."""
    return fetch(request.node.name)


def test_its_streams_are_those_of_the_app(people: Any, account: OmnataAccount) -> None:
    row = people.streams.to_frame().set_index("stream").loc["customer"]

    assert row[["read", "strategy", "storage"]].tolist() == ["yes", "Incremental", "merge"]
    assert json.loads(row["state"]) == BEGINNING
    assert people.parameters["page_size"] == "5"
    assert account.completed == [(1, False)]


def test_a_scenario_reads_on_from_the_apps_state(people: Any, account: OmnataAccount) -> None:
    scenario = people.scenario("reads customers")

    report = scenario.run()

    assert scenario.request.streams[0].latest_state == BEGINNING
    assert report.records["APP_IDENTIFIER"].tolist()[-1] == "cus_0000019"
    assert min(each["updated_at"] for each in report.records["RECORD_DATA"]) >= "2024-01-01T00:05"
    assert account.completed == [(1, False)]


def test_its_test_is_made_and_plays(people: Any, here: DevelopmentSession) -> None:
    scenario = people.scenario("becomes a test", records=4)
    scenario.run()

    completion = scenario.complete()

    assert "Test: tests" in str(completion)
    assert run_scenario(here.source.plugin_class, scenario.folder.path)


def test_another_scenario_goes_on_after_it(people: Any) -> None:
    first = people.scenario("the first", records=5)
    first.run()

    later = people.scenario("the later one", records=5, after=first)

    assert later.request.streams[0].latest_state == first.states["customer"]


def test_what_came_is_not_stored_and_that_is_said_before_anything_is_done(
    people: Any, account: OmnataAccount, snapshot: SnapshotAssertion
) -> None:
    scenario = people.scenario("not stored", records=4)
    scenario.run()

    with pytest.raises(UsageError) as error:
        scenario.complete(apply=True)

    assert str(error.value).replace(people.slug, "SLUG") == snapshot
    assert account.results == []
    assert not scenario.folder.read_input().completed


def test_opened_again_it_creates_no_run_and_refreshed_it_takes_todays_state(
    people: Any, account: OmnataAccount
) -> None:
    people.scenario("opened again")
    account.payload["latest_stream_state"] = {}

    again = people.scenario("opened again").request.streams[0].latest_state
    fresh = people.scenario("opened again", refresh=True).request.streams[0].latest_state

    assert (again, fresh) == (BEGINNING, None)
    assert account.completed == [(1, False), (2, False)]


def test_its_secret_is_fetched_from_the_app_and_in_no_file(
    people: Any, account: OmnataAccount, here: DevelopmentSession
) -> None:
    scenario = people.scenario("with a secret")
    account.secrets = {"api_key": {"value": "sk-another-key-by-now"}}

    opened = people.scenario("with a secret")

    assert opened.parameters.secret("api_key") == "sk-another-key-by-now"
    key = sandbox_key(here.workspace.folder)
    texts = [file.read_text(encoding="utf-8") for file in scenario.folder.path.iterdir()]
    assert [text for text in texts if key in text or "sk-another" in text] == []


def test_a_scenario_belongs_to_where_it_was_frozen(
    fetch: Callable[[str], Any], here: DevelopmentSession, account: OmnataAccount
) -> None:
    fetch("people").scenario("whose is it")
    ours = DevelopmentSession(here.source.plugin_class, workspace=here.workspace.folder)
    people = ours.sync("people", direction="inbound")

    with pytest.raises(ScenarioError, match="was frozen from the Omnata app"):
        people.scenario("whose is it")


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda sync: sync.fill(page_size="7"), id="fill"),
        pytest.param(lambda sync: sync.save(), id="save"),
        pytest.param(lambda sync: sync.form, id="form"),
        pytest.param(lambda sync: sync.tables, id="tables"),
        pytest.param(lambda sync: sync.create_option("list"), id="option"),
    ],
)
def test_what_belongs_to_the_app_is_refused(
    use: Any, fetch: Callable[[str], Any], account: OmnataAccount
) -> None:
    with pytest.raises(UsageError, match="'people' is configured in the app"):
        use(fetch("people"))

    assert account.statements == []


def test_an_inbound_sync_that_is_fetched_as_an_outbound_one_is_told(
    fetch: Callable[[str], Any], here: DevelopmentSession, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        _ = here.sync("people").parameters

    assert str(error.value) == snapshot


def test_an_app_that_reads_no_stream_freezes_nothing(
    people: Any, account: OmnataAccount, here: DevelopmentSession
) -> None:
    account.payload["streams_configuration"] = {"excluded_streams": ["customer"]}

    with pytest.raises(ScenarioError, match="reads no stream"):
        people.scenario("reads nothing")

    assert not (here.workspace.scenarios / "reads-nothing").exists()
    assert account.completed == [(1, False)]


def test_a_stream_that_cannot_be_is_told(people: Any, account: OmnataAccount) -> None:
    broken = {**STREAM, "primary_key_field": None, "stream": {**STREAM["stream"]}}
    broken["stream"]["source_defined_primary_key"] = None
    account.payload["streams_configuration"] = {"included_streams": {"customer": broken}}

    with pytest.raises(OmnataError, match="cannot be read") as error:
        people.scenario("of nothing")

    assert "'merge' needs a primary_key_field" in error.value.tried
    assert account.completed == [(1, False)]


def test_offline_a_frozen_scenario_opens_and_the_app_is_not_asked(
    people: Any, account: OmnataAccount, here: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.scenario("offline")
    asked = len(account.statements)
    monkeypatch.setattr(here, "offline", True)

    opened = people.scenario("offline")

    assert opened.parameters.secret("api_key") == "REDACTED-api-key"
    with pytest.raises(UsageError, match="DEVSESSION_OFFLINE is set"):
        people.scenario("not frozen")
    assert len(account.statements) == asked


def test_its_repr_says_where_it_comes_from_and_the_same_cell_gives_the_same(
    fetch: Callable[[str], Any],
) -> None:
    assert repr(fetch("people")) == f"Sync 'people' of the Omnata app {APP}, stand-in account"
    assert fetch("people") is fetch("people")


def test_it_is_fetched_by_its_slug(people: Any, account: OmnataAccount) -> None:
    assert people.parameters

    assert account.called[0] == (CREATE, [people.slug])
