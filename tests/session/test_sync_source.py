"""Where a sync comes from: one consumer, and the same tests over all three."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from devsession import DevelopmentSession, Outcomes
from devsession.errors import UsageError
from devsession.plugin.outbound import RECORD_COLUMNS, OutboundSyncRequest
from devsession.plugin.sync_source import completing
from devsession.recording.scenario_source import ScenarioSource
from tests.omnata_account import APP, OmnataAccount
from tests.session.conftest import KEY, MAPPING, load_contacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.plugin.sync_source import SyncSource
    from tests.session.conftest import App, Project

SLUG = 'contacts\' "of" \\ all; -- 🦊'


class Passed(NamedTuple):
    """What a consumer has read and sent in one pass."""

    url: str
    key: str
    batches: list[int]
    emails: dict[str, str]


def passed(source: SyncSource, *, actions: list[str] | None = None) -> Passed:
    """The consumer: it reads parameters and records, a batch at a time, and answers for each."""
    parameters = source.parameters
    request = OutboundSyncRequest(source, batch_size=2)
    batches, emails = [], {}
    for batch in request.get_records(actions, batched=True):
        outcomes = Outcomes(batch)
        for row in batch.to_dict("records"):
            emails[row["IDENTIFIER"]] = row["TRANSFORMED_RECORD"]["email"]
            outcomes.ok(row["IDENTIFIER"], f"c{row['IDENTIFIER']}")
        request.enqueue_results(outcomes)
        batches.append(len(batch))
    return Passed(parameters["tenant_url"], parameters.secret("api_key"), batches, emails)


@pytest.fixture
def workspace(session: DevelopmentSession, request: pytest.FixtureRequest) -> Any:
    """This workspace's tables: a sync of three contacts."""
    source = load_contacts(session, "SOURCES")
    session.load_table("SOURCES", session.account.frame(f"select * from {source}"), replace=True)
    sync = session.sync(f"{SLUG} {request.node.name}", source=source, identifier="ID")
    sync.fill(object="contact", mapping=MAPPING)
    return sync.begin


@pytest.fixture
def omnata(session: DevelopmentSession, project: Project, app: App) -> Iterator[Any]:
    """An Omnata app on Snowflake: a sync of the same contacts."""
    account = account_of(app)
    at_app = project_session(project, account)
    yield at_app.sync(SLUG).begin
    project_session(project)


@pytest.fixture
def scenario(
    session: DevelopmentSession,
    workspace: Any,
    request: pytest.FixtureRequest,
) -> Callable[[], SyncSource]:
    """A scenario's folder: the same contacts, frozen."""
    sync = session.sync(f"{SLUG} {request.node.name}")
    folder = sync.scenario(f"source {request.node.name}").folder
    frozen, records = folder.read_input(), folder.read_records()
    return lambda: ScenarioSource(frozen, records, secrets=lambda: {"api_key": KEY})


def account_of(app: App, **payload: Any) -> OmnataAccount:
    """An account whose Omnata app has a sync to the practice app."""
    given = {
        "connection_parameters": {"tenant_url": {"value": app.url}},
        "sync_parameters": {"object": {"value": "contact"}},
    }
    account = OmnataAccount(**{**given, **payload})
    account.secrets = {"api_key": {"value": KEY, "metadata": {}}}
    return account


def project_session(project: Project, account: Any = None) -> DevelopmentSession:
    """The project's session, whose syncs come from this account's app; from the workspace."""
    return DevelopmentSession(
        type(project.session.plugin),
        workspace=project.folder,
        account=account,
        omnata_app=None if account is None else APP,
    )


SOURCES = pytest.mark.parametrize("kind", ["workspace", "omnata", "scenario"])


@pytest.fixture
def begin(kind: str, request: pytest.FixtureRequest) -> Any:
    """Begins a pass over the sync."""
    return request.getfixturevalue(kind)


@SOURCES
def test_parameters_and_secrets_and_records_in_batches(begin: Any, app: App) -> None:
    with completing(begin()) as source:
        assert passed(source) == Passed(
            url=app.url,
            key=KEY,
            batches=[2, 1],
            emails={"1": "ada@example.com", "2": "grace@example.com", "3": "mary@example.com"},
        )


@SOURCES
def test_the_name_is_the_syncs(begin: Any) -> None:
    with completing(begin()) as source:
        assert source.slug.startswith(SLUG)


@SOURCES
def test_secrets_are_in_no_repr(begin: Any) -> None:
    with completing(begin()) as source:
        assert KEY not in repr(source) + repr(source.parameters) + str(source.parameters)


@SOURCES
def test_records_have_the_columns_of_the_contract(begin: Any) -> None:
    with completing(begin()) as source:
        (batch,) = source.batches(actions=None, size=10)

    assert list(batch.columns) == list(RECORD_COLUMNS)
    assert [type(value) for value in batch["TRANSFORMED_RECORD"]] == [dict, dict, dict]
    assert batch["APP_IDENTIFIER"].tolist() == [None, None, None]


@SOURCES
def test_records_of_one_action(begin: Any) -> None:
    with completing(begin()) as source:
        read = [
            len(passed(source, actions=actions).emails)
            for actions in (["Create"], ["Update"], ["Update", "Create"], [])
        ]

    assert read == [3, 0, 3, 0]


@SOURCES
def test_records_can_be_read_again(begin: Any) -> None:
    with completing(begin()) as source:
        assert passed(source) == passed(source)


@SOURCES
def test_a_pass_that_applies_nothing_changes_nothing(begin: Any) -> None:
    begin().complete()

    with completing(begin()) as source:
        assert len(passed(source).emails) == 3


@SOURCES
def test_a_pass_is_completed_when_its_consumer_fails(begin: Any) -> None:
    source = begin()

    with pytest.raises(ZeroDivisionError), completing(source):
        _ = 1 / 0

    with pytest.raises(UsageError):
        passed(source)


@SOURCES
def test_a_completed_pass_takes_no_more(begin: Any) -> None:
    source = begin()
    (batch,) = source.batches(actions=None, size=10)
    outcomes = Outcomes(batch)
    outcomes.ok("1", "c1")
    source.complete()
    source.complete()

    with pytest.raises(UsageError):
        OutboundSyncRequest(source).enqueue_results(outcomes)
    with pytest.raises(UsageError):
        list(source.batches(actions=None, size=10))


@pytest.mark.parametrize("kind", ["workspace", "omnata"])
def test_what_was_applied_is_not_offered_again(begin: Any) -> None:
    with completing(begin()) as source:
        passed(source)

    with completing(begin()) as source:
        assert passed(source).emails == {}


@pytest.mark.parametrize("kind", ["scenario"])
def test_a_scenario_gives_the_same_input_whatever_was_applied(begin: Any) -> None:
    with completing(begin()) as source:
        first = passed(source)

    with completing(begin()) as source:
        assert passed(source) == first
    assert begin().outcomes.empty
