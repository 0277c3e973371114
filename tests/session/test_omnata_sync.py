"""A sync of an Omnata app on Snowflake: frozen, built for and completed as the workspace's are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from devsession import DevelopmentSession, Outcomes
from devsession.errors import DevsessionError, OmnataError, ScenarioError, UsageError
from devsession.session.omnata_sync import OmnataSync
from devsession.session.views import show_card
from devsession.testing import run_scenario
from tests.omnata_account import APP, CREATE, SECRETS, OmnataAccount
from tests.session.conftest import KEY
from tests.session.test_sync_source import account_of, project_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.session.scenario import Scenario
    from tests.session.conftest import App, Project


@pytest.fixture
def account(app: App, project: Project) -> Iterator[OmnataAccount]:
    """The account; afterwards the project's syncs come from the workspace again."""
    yield account_of(app)
    project_session(project)


@pytest.fixture
def sync(project: Project, account: OmnataAccount, request: pytest.FixtureRequest) -> Any:
    """The app's sync, under a name of the test's own."""
    return project_session(project, account).sync(request.node.name)


def answered(scenario: Scenario, *identifiers: str) -> Outcomes:
    outcomes = Outcomes(scenario.request.get_records())
    for identifier in identifiers:
        outcomes.ok(identifier, f"c{identifier}")
    return outcomes


def called(account: OmnataAccount) -> list[str]:
    """The procedures that were called, without the names of their apps."""
    return [procedure.split(".")[-1] for procedure, _ in account.called]


def test_a_scenario_freezes_what_the_app_gives_and_leaves_no_run_open(
    sync: Any, account: OmnataAccount, app: App
) -> None:
    scenario = sync.scenario("from the app")

    assert scenario.parameters["tenant_url"] == app.url
    assert scenario.parameters.secret("api_key") == KEY
    assert scenario.records["IDENTIFIER"].tolist() == ["1", "2", "3"]
    assert account.completed == [(1, False)]
    assert account.called[0] == (CREATE, [sync.slug])


def test_so_many_records_as_are_wanted(sync: Any) -> None:
    assert len(sync.scenario("two from the app", records=2).records) == 2


def test_a_scenario_opened_again_creates_no_run(
    sync: Any, account: OmnataAccount, project: Project
) -> None:
    frozen = sync.scenario("opened again").records
    project.restart()
    account.records = []
    opened = project_session(project, account).sync(sync.slug).scenario("opened again")

    assert opened.records.equals(frozen)
    assert opened.parameters.secret("api_key") == KEY
    assert opened.parameters.secret("api_key") == KEY
    assert account.runs == 1
    assert called(account).count("RETRIEVE_SECRETS") == 2


def test_opening_it_again_fetches_the_secrets_again(sync: Any, account: OmnataAccount) -> None:
    sync.scenario("a new token")
    account.secrets = {"api_key": {"value": "sk-another-key-by-now"}}

    opened = sync.scenario("a new token")

    assert opened.parameters.secret("api_key") == "sk-another-key-by-now"


def test_refresh_takes_a_new_input(sync: Any, account: OmnataAccount) -> None:
    sync.scenario("refreshed")
    account.records = account.records[:1]

    assert len(sync.scenario("refreshed", refresh=True).records) == 1
    assert account.completed == [(1, False), (2, False)]


def test_run_validate_and_complete_work_as_ever(
    sync: Any, account: OmnataAccount, app: App, project: Project
) -> None:
    scenario = sync.scenario("built for the app")

    assert scenario.validate(answered(scenario, "1", "2", "3"))
    report = scenario.run()
    completion = scenario.complete()

    assert report
    assert sorted(app.records()) == ["1", "2", "3"]
    assert "Test: tests" in str(completion)
    assert run_scenario(type(project.session.plugin), scenario.folder.path)
    assert account.completed == [(1, False)]


def test_complete_hands_the_outcomes_to_the_app(sync: Any, account: OmnataAccount) -> None:
    scenario = sync.scenario("applied")
    outcomes = answered(scenario, "1", "2")
    outcomes.fail("3", "email already taken")
    scenario.validate(outcomes)

    scenario.complete(apply=True)

    assert account.results == [
        ("1", [True, "c1", {}]),
        ("2", [True, "c2", {}]),
        ("3", [False, None, {"error": "email already taken"}]),
    ]
    assert account.completed == [(1, False), (2, True)]


def test_outcomes_of_records_that_have_changed_are_left_out(
    sync: Any, account: OmnataAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = sync.scenario("changed since")
    scenario.validate(answered(scenario, "1", "2", "3"))
    account.records[0]["TRANSFORMED_RECORD"] = '{"email": "countess@example.com"}'

    scenario.complete(apply=True)

    assert [identifier for identifier, _ in account.results] == ["2", "3"]
    assert capsys.readouterr().out == "1 outcome not applied: the record has changed since\n"


def test_applied_twice_it_is_applied_once(
    sync: Any, account: OmnataAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = sync.scenario("applied twice")
    scenario.validate(answered(scenario, "1", "2", "3"))

    scenario.complete(apply=True)
    scenario.complete(apply=True)

    assert len(account.results) == 3
    assert account.completed == [(1, False), (2, True), (3, False)]
    assert capsys.readouterr().out == ""


def test_a_run_that_cannot_be_frozen_is_completed_too(sync: Any, account: OmnataAccount) -> None:
    account.records[0]["TRANSFORMED_RECORD"] = "{"

    with pytest.raises(OmnataError):
        sync.scenario("broken")

    assert account.completed == [(1, False)]


def test_secrets_are_in_no_file_of_the_scenario(
    sync: Any, account: OmnataAccount, project: Project
) -> None:
    account.records[0]["TRANSFORMED_RECORD"] = json.dumps({"email": f"{KEY}@example.com"})

    folder = sync.scenario("without secrets").folder.path

    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir()]
    assert [text for text in texts if KEY in text] == []
    assert "REDACTED-api-key@example.com" in "".join(texts)
    assert KEY not in repr(project.session.vault) + repr(sync) + repr(sync.parameters)


def test_every_value_that_a_secret_had_stays_out_of_what_is_written(
    sync: Any, account: OmnataAccount, project: Project
) -> None:
    metadata = {"refresh_token": "rt-kept-beside-the-key"}
    account.secrets = {"api_key": {"value": KEY, "metadata": metadata}}
    sync.scenario("rotated")
    account.secrets = {"api_key": {"value": "sk-another-key-by-now"}}
    assert sync.scenario("rotated").parameters

    text = project.session.vault.text(f"{KEY} sk-another-key-by-now rt-kept-beside-the-key")

    assert text.startswith("REDACTED-api-key REDACTED-api-key REDACTED-")
    assert "rt-kept" not in text


def test_offline_a_frozen_scenario_opens_and_the_app_is_not_asked(
    sync: Any, account: OmnataAccount, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync.scenario("offline")
    asked = len(account.statements)
    project.session.close()
    monkeypatch.setenv("DEVSESSION_OFFLINE", "1")
    offline = project_session(project, account).sync(sync.slug)

    assert offline.scenario("offline").parameters.secret("api_key") == "REDACTED-api-key"
    with pytest.raises(UsageError, match="DEVSESSION_OFFLINE is set"):
        offline.scenario("not frozen")
    assert len(account.statements) == asked
    project_session(project).close()
    monkeypatch.delenv("DEVSESSION_OFFLINE")
    project.restart()


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda sync, _: sync.fill(object="contact"), id="fill"),
        pytest.param(lambda sync, _: sync.plan(), id="plan"),
        pytest.param(lambda sync, _: sync.preview(), id="preview"),
        pytest.param(lambda sync, _: sync.refusals(), id="refusals"),
        pytest.param(lambda sync, _: sync.changes(), id="changes"),
        pytest.param(lambda sync, _: sync.form, id="form"),
        pytest.param(lambda sync, session: session.run(sync.slug), id="run"),
        pytest.param(lambda sync, session: session.failures(sync.slug), id="failures"),
        pytest.param(lambda sync, session: session.lineage(sync.slug), id="lineage"),
        pytest.param(
            lambda sync, session: session.sync(sync.slug, source="CONTACTS", identifier="ID"),
            id="source",
        ),
        pytest.param(
            lambda sync, session: session.sync(sync.slug, strategy="Upsert"), id="strategy"
        ),
        pytest.param(lambda sync, _: sync.scenario("new", after="other"), id="after"),
    ],
)
def test_what_belongs_to_the_app_is_refused(
    use: Any, project: Project, account: OmnataAccount, snapshot: SnapshotAssertion
) -> None:
    session = project_session(project, account)

    with pytest.raises(UsageError) as error:
        use(session.sync("deals"), session)

    assert str(error.value) == snapshot
    assert account.completed == [(1, False)] * account.runs


def test_its_repr_says_where_it_comes_from(sync: Any) -> None:
    assert repr(sync) == f"Sync {sync.slug!r} of the Omnata app {APP}, stand-in account"


def test_the_session_says_where_its_syncs_come_from(
    project: Project, account: OmnataAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    session = project_session(project, account)

    show_card(session)

    assert repr(session).endswith(f", syncs of the Omnata app {APP}, stand-in account>")
    assert repr(shown[0]).endswith('next: session.sync("..")')
    assert "Omnata" not in repr(project_session(project))


def test_with_an_app_the_workspace_is_not_read_and_without_the_app_is_not(
    contacts: Any, project: Project, account: OmnataAccount
) -> None:
    at_app = project_session(project, account).sync(contacts.slug)
    here = project_session(project).sync(contacts.slug)

    assert isinstance(at_app, OmnataSync)
    assert here is contacts
    assert account.statements == []


def test_the_same_cell_again_gives_the_same_sync(project: Project, account: OmnataAccount) -> None:
    first = project_session(project, account).sync("deals")

    assert project_session(project, account).sync("deals") is first


def test_a_sync_stays_with_its_app_when_the_session_turns_to_another(
    sync: Any, project: Project, account: OmnataAccount, app: App
) -> None:
    other = account_of(app)
    other.records = other.records[:1]

    there = project_session(project, other).sync(sync.slug)

    assert (len(there.scenario("at the other").records), other.runs) == (1, 1)
    assert (len(sync.scenario("at the first").records), account.runs) == (3, 1)


def test_a_scenario_belongs_to_where_it_was_frozen(
    contacts: Any, project: Project, account: OmnataAccount, snapshot: SnapshotAssertion
) -> None:
    contacts.scenario("whose is it")
    at_app = project_session(project, account).sync(contacts.slug)

    with pytest.raises(ScenarioError) as theirs:
        at_app.scenario("whose is it")
    at_app.scenario("whose is it", refresh=True)
    with pytest.raises(ScenarioError) as ours:
        contacts.scenario("whose is it")
    contacts.scenario("whose is it", refresh=True)

    assert [theirs.value.what, ours.value.what] == snapshot
    assert len(contacts.scenario("whose is it").records) == 3


def test_an_app_that_has_no_record_freezes_nothing(
    sync: Any, account: OmnataAccount, project: Project
) -> None:
    account.records = []

    with pytest.raises(ScenarioError, match="has no record now"):
        sync.scenario("of nothing")

    assert not (project.folder / "scenarios" / "of-nothing").exists()
    assert account.completed == [(1, False)]


def test_a_strategy_that_the_plugin_lacks_is_said(sync: Any, account: OmnataAccount) -> None:
    account.payload["sync_strategy"] = {"name": "Mirror"}

    with pytest.raises(DevsessionError, match="does not support the strategy 'Mirror'"):
        sync.scenario("mirrored")

    assert account.completed == [(1, False)]


def test_what_the_app_refuses_is_shown_without_secrets(
    sync: Any, account: OmnataAccount, snapshot: SnapshotAssertion
) -> None:
    assert sync.parameters
    account.answers[SECRETS] = json.dumps({"success": False, "error": f"no access with {KEY}"})
    slug = sync.slug

    with pytest.raises(OmnataError) as error:
        sync.scenario("refused")

    assert str(error.value).replace(slug, "SLUG") == snapshot


@pytest.mark.parametrize(
    "wanted",
    [
        {"omnata_app": APP},
        {"account": 5},
        {"account": " ", "omnata_app": APP},
        {"account": 5, "omnata_app": APP},
        {"account": "prod", "omnata_app": ""},
    ],
    ids=str,
)
def test_where_syncs_come_from_is_said_whole_before_anything_is_made(
    wanted: dict[str, Any], project: Project, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        DevelopmentSession(type(project.session.plugin), workspace=tmp_path, **wanted)

    assert str(error.value) == snapshot
    assert list(tmp_path.iterdir()) == []
