"""The inbound plugin: its connection, its streams, and what it reads into an in-memory store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession import DevelopmentSession, secret
from devsession.errors import PluginRaisedError
from devsession.plugin import InboundSyncConfigurationParameters, StoredStreamConfiguration
from devsession.plugin.inbound import InboundSyncRequest, StreamRecords
from devsession.plugin.streams import checked_stream_list
from devsession.testing import run_faults
from tests.broken_plugins.gallery import tried, with_only

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.plugin import StreamConfiguration

PLUGIN = "ledger_streams"


@pytest.fixture
def connected(session: DevelopmentSession) -> DevelopmentSession:
    session.connection.fill(host=session.sandbox.url, access_key=secret("SANDBOX_API_KEY"))
    return session


@pytest.fixture
def parameters(connected: DevelopmentSession) -> InboundSyncConfigurationParameters:
    connection = connected.connection.parameters
    return InboundSyncConfigurationParameters(
        connection_method=connection.connection_method,
        connection_parameters=connection.connection_parameters,
        connection_secrets=connection.connection_secrets,
        sync_parameters={"page_size": "50"},
    )


@pytest.fixture
def streams(
    connected: DevelopmentSession, parameters: InboundSyncConfigurationParameters
) -> dict[str, StreamConfiguration]:
    listed = checked_stream_list(connected.plugin.inbound_stream_list(parameters))
    return {stream.stream_name: stream for stream in listed}


def stored(
    stream: StreamConfiguration, strategy: str, state: dict[str, Any] | None = None
) -> StoredStreamConfiguration:
    return StoredStreamConfiguration(
        stream_name=stream.stream_name,
        sync_strategy=strategy,
        storage_behaviour="merge",
        stream=stream,
        latest_state=state,
    )


def read(
    session: DevelopmentSession,
    parameters: InboundSyncConfigurationParameters,
    store: StreamRecords,
    *streams: StoredStreamConfiguration,
) -> InboundSyncRequest:
    request = InboundSyncRequest(streams, store)
    with request:
        session.plugin.sync_inbound(parameters, request)
    return request


def test_its_form_is_that_of_an_inbound_sync(
    connected: DevelopmentSession, parameters: InboundSyncConfigurationParameters
) -> None:
    form = connected.plugin.inbound_configuration_form(parameters)

    assert list(form.by_name()) == ["page_size", "deleted"]


def test_its_streams_are_asked_of_the_app(streams: dict[str, StreamConfiguration]) -> None:
    assert sorted(streams) == ["customer", "invoice", "project", "task"]
    assert streams["task"].depends_on_stream == "project"
    assert streams["task"].source_defined_primary_key == ["project_id", "number"]
    assert streams["customer"].mandatory


def test_its_streams_are_chosen_in_a_sync(connected: DevelopmentSession) -> None:
    sync = connected.sync("ledger", direction="inbound")
    sync.fill(page_size="50", streams={"task": {}, "invoice": {"storage": "append"}})

    chosen = sync.record.streams.included_streams
    assert sorted(chosen) == ["customer", "invoice", "project", "task"]
    assert (chosen["invoice"].sync_strategy, chosen["invoice"].storage_behaviour) == (
        "Incremental",
        "append",
    )


def test_it_reads_a_stream_and_its_children(
    connected: DevelopmentSession,
    parameters: InboundSyncConfigurationParameters,
    streams: dict[str, StreamConfiguration],
) -> None:
    store = StreamRecords()
    read(
        connected,
        parameters,
        store,
        stored(streams["task"], "Full Refresh"),
        stored(streams["project"], "Full Refresh"),
    )

    assert (len(store.records("project")), len(store.records("task"))) == (20, 100)
    assert store.is_complete("task")


def test_a_stream_that_fails_leaves_the_others_running(
    connected: DevelopmentSession,
    parameters: InboundSyncConfigurationParameters,
    streams: dict[str, StreamConfiguration],
) -> None:
    store = StreamRecords()
    unknown = streams["customer"].model_copy(update={"stream_name": "debtor"})

    with pytest.raises(PluginRaisedError, match="1 of 2 streams failed: 'debtor'"):
        read(
            connected,
            parameters,
            store,
            stored(unknown, "Full Refresh"),
            stored(streams["project"], "Full Refresh"),
        )

    assert store.is_complete("project")
    assert len(store.records("project")) == 20


def test_it_goes_on_from_its_state(
    connected: DevelopmentSession,
    parameters: InboundSyncConfigurationParameters,
    streams: dict[str, StreamConfiguration],
) -> None:
    store = StreamRecords()
    read(connected, parameters, store, stored(streams["customer"], "Incremental"))
    state = store.state("customer")
    connected.sandbox.change_stream("customer", changed=3, deleted=1)
    again = stored(streams["customer"], "Incremental", state)
    request = read(connected, parameters, store, again)

    assert len(store.records("customer")) == 1_000
    assert store.records("customer")["IS_DELETED"].sum() == 1
    assert 4 <= request.progress["customer"].records < 20
    assert store.state("customer") != state


def test_a_run_stores_what_it_reads_and_the_next_one_goes_on(
    connected: DevelopmentSession,
) -> None:
    sync = connected.sync("books", direction="inbound")
    sync.fill(page_size="50", streams=["task"])

    first, second = str(connected.run("books")), str(connected.run("books"))

    assert "project 20 records in BOOKS_PROJECT; task 100 records in BOOKS_TASK" in first
    assert "project 20 records" not in second


@pytest.mark.parametrize("records", [60, 2_000], ids=["some", "all"])
def test_its_scenario_becomes_a_test(connected: DevelopmentSession, records: int) -> None:
    sync = connected.sync("tested", direction="inbound")
    sync.fill(page_size="500", streams=["task"])
    scenario = sync.scenario(f"reads {records}", records=records)

    report = scenario.run()
    told = str(scenario.complete())

    assert report, str(report)
    assert "as generated: passes, with the network shut" in told
    assert "fails, as it should" in told
    assert run_faults(connected.source.plugin_class, scenario.folder.path)


def test_it_keeps_the_contract(connected: DevelopmentSession, tmp_path: Path) -> None:
    sync = connected.sync("kept", direction="inbound")
    sync.fill(page_size="50", streams={"customer": {"strategy": "Incremental"}})
    scenario = sync.scenario("reads customers", records=200)
    scenario.run()

    verdict = tried(connected.source.plugin_class, with_only(scenario.folder.path, tmp_path))

    assert verdict.failed == {}
    assert {"test_states_move_forward", "test_a_second_run_resumes"} <= set(verdict.passed)
