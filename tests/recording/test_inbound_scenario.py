"""An inbound scenario's folder: streams, states and what came are read as they were written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import ScenarioError
from devsession.plugin import (
    InboundSyncConfigurationParameters,
    StoredStreamConfiguration,
    StreamConfiguration,
)
from devsession.plugin.inbound import InboundSyncRequest
from devsession.recording.inbound_scenario import InboundScenarioFolder
from devsession.recording.received import Received
from devsession.recording.scenario import ScenarioFolder, opened, scenario_folder
from devsession.recording.scenario_input import InboundScenarioInput
from devsession.secrets.redact import Redactor
from tests.recording.test_scenario import frozen as frozen_outbound

if TYPE_CHECKING:
    from pathlib import Path

REDACTOR = Redactor({"api_key": "key-of-the-author"}, {"sandbox.test": "127.0.0.1:4123"})


def stream(name: str, *, state: dict[str, Any] | None = None) -> StoredStreamConfiguration:
    return StoredStreamConfiguration(
        stream_name=name,
        sync_strategy="Incremental",
        storage_behaviour="merge",
        stream=StreamConfiguration(
            stream_name=name,
            supported_sync_strategies=["Incremental"],
            source_defined_primary_key="id",
            default_cursor_field="updated_at",
        ),
        latest_state=state,
    )


def frozen() -> InboundScenarioInput:
    parameters = InboundSyncConfigurationParameters(
        connection_method="API Key",
        connection_parameters={"url": "http://127.0.0.1:4123"},
        connection_secrets={"api_key": "key-of-the-author"},
        sync_parameters={"region": "EU"},
    )
    streams = [stream("people", state={"updated_at": "2026-01-01"}), stream("notes")]
    return InboundScenarioInput(
        name="first read",
        sync="people",
        plugin="Acme",
        records=100,
        parameters=parameters,
        streams=streams,
    )


@pytest.fixture
def folder(tmp_path: Path) -> InboundScenarioFolder:
    return InboundScenarioFolder(tmp_path / "first-read")


@pytest.fixture
def received() -> Received:
    """Two streams: records, a deleted one, criteria that delete, and states."""
    store = Received()
    with InboundSyncRequest([stream("people"), stream("notes")], store) as request:
        request.enqueue_results("people", [{"id": 1, "name": "Ada\u2028"}, {"id": 2}], {"n": 1})
        request.delete_by_criteria("people", {"name": "Ada"})
        request.enqueue_results("people", [{"id": 2}], {"n": 2}, is_delete=True)
        request.mark_stream_complete("people")
        request.enqueue_results("notes", [{"id": "n", "of": "http://127.0.0.1:4123"}], {"n": 3})
    return store


def test_the_input_comes_back_without_secrets(folder: InboundScenarioFolder) -> None:
    folder.write_input(frozen(), REDACTOR)

    read = folder.read_input()

    assert "key-of-the-author" not in (folder.path / "scenario.json").read_text()
    assert read.streams == frozen().streams
    assert read.replayed_parameters().secret("api_key") == "REDACTED-api-key"
    assert read.replayed_parameters()["url"] == "http://sandbox.test"


def test_what_came_is_read_as_it_was_written(
    folder: InboundScenarioFolder, received: Received
) -> None:
    folder.write_results(received, Redactor({}))

    read = folder.read_results()

    assert read.streams == received.streams
    assert read.states == {"notes": {"n": 3}, "people": {"n": 2}}
    assert read.frame()["APP_IDENTIFIER"].tolist() == ["n", "1", "2", "2"]


def test_a_line_is_a_record_and_holds_no_address(
    folder: InboundScenarioFolder, received: Received
) -> None:
    folder.write_results(received, REDACTOR)

    lines = (folder.path / "results.jsonl").read_text().splitlines()

    assert [json.loads(line) for line in lines] == [
        {"stream": "notes", "key": "n", "record": {"id": "n", "of": "http://sandbox.test"}},
        {"stream": "notes", "state": {"n": 3}, "complete": False},
        {"stream": "people", "key": "1", "record": {"id": 1, "name": "Ada\u2028"}},
        {"stream": "people", "key": "2", "record": {"id": 2}},
        {"stream": "people", "delete_where": {"name": "Ada"}},
        {"stream": "people", "key": "2", "record": {"id": 2}, "deleted": True},
        {"stream": "people", "state": {"n": 2}, "complete": True},
    ]


@pytest.mark.parametrize("text", ["{", "[]", '{"stream": "people"}', '{"record": {}}'])
def test_a_damaged_file_is_named(folder: InboundScenarioFolder, text: str) -> None:
    folder.path.mkdir()
    (folder.path / "results.jsonl").write_text(text)

    with pytest.raises(ScenarioError, match=r"results\.jsonl of the scenario 'first-read'"):
        folder.read_results()


def test_a_folder_is_opened_as_what_it_is(tmp_path: Path) -> None:
    inbound = scenario_folder(tmp_path, "people", "first read", InboundScenarioFolder)
    inbound.write_input(frozen(), REDACTOR)
    outbound = scenario_folder(tmp_path, "contacts", "creates")
    outbound.write_input(frozen_outbound(), REDACTOR)

    kinds = [type(opened(each.path)) for each in (inbound, outbound)]

    assert kinds == [InboundScenarioFolder, ScenarioFolder]


def test_two_syncs_of_either_direction_have_a_scenario_of_one_name(tmp_path: Path) -> None:
    inbound = scenario_folder(tmp_path, "people", "first read", InboundScenarioFolder)
    inbound.write_input(frozen(), REDACTOR)

    other = scenario_folder(tmp_path, "contacts", "first read")

    assert (inbound.path.name, other.path.name) == ("first-read", "first-read-contacts")
