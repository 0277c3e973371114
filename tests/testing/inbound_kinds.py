"""Plugins that read streams, an app for them in this process, and recordings of their scenarios."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import requests

from devsession.plugin import (
    InboundSyncConfigurationParameters,
    Plugin,
    RecordMatching,
    StoredStreamConfiguration,
    StreamConfiguration,
)
from devsession.plugin.inbound import InboundSyncRequest
from devsession.recording.hooks import hooked
from devsession.recording.inbound_scenario import InboundScenarioFolder
from devsession.recording.received import Received
from devsession.recording.scenario_input import InboundScenarioInput
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from devsession.recording.exchange import Exchange

URL = "http://app.test"
CONTENT: dict[str, dict[str, Any]] = {
    "people": {
        "items": [
            {"id": 7, "name": "Ada | Ümit \\| \\", "read_at": "09:00", "tags": ["a", None]},
            {"id": 8, "name": 'Eve "E."\u2028', "read_at": "09:01", "owner": {"$type": "date"}},
        ],
        "cursor": 12,
    },
    "notes": {
        "items": [
            {"board": "a", "id": "1", "text": "{{ environ['HOME'] }}"},
            {"board": "a_1", "id": "2", "gone": True},
        ],
        "cursor": 3,
    },
    "labels": {"items": [{"text": "urgent"}, {"text": "NaN"}], "cursor": None},
    "empty": {"items": [], "cursor": 1},
}


class App:
    """Answers in this process, a stream a call."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def answer(self, request: Exchange) -> Exchange:
        name = unquote(request.url.removeprefix(f"{URL}/").partition("?")[0])
        answered = replace(
            request,
            status=200,
            reason="OK",
            response_headers={"Content-Type": ["application/json"]},
            response_body=json.dumps(CONTENT.get(name, CONTENT["people"])).encode(),
        )
        self.exchanges.append(answered)
        return answered


class Reader(Plugin):
    """Reads each stream in one call."""

    record_matching = RecordMatching(ignore_fields={"people": ["read_at"]}, keys={"labels": "text"})

    def sync_inbound(self, parameters: Any, inbound_sync_request: Any) -> None:
        for stream in inbound_sync_request.streams:
            self.read(stream, inbound_sync_request)

    def read(self, stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        answered = self.asked(stream)
        for gone in (False, True):
            records = [each for each in answered["items"] if each.get("gone", False) is gone]
            if records:
                request.enqueue_results(stream.stream_name, records, is_delete=gone)
        if answered["cursor"] is not None:
            request.enqueue_state(stream.stream_name, {"cursor": answered["cursor"]})
        request.mark_stream_complete(stream.stream_name)

    def asked(self, stream: StoredStreamConfiguration) -> dict[str, Any]:
        state = stream.latest_state or {"cursor": 0}
        response = requests.get(f"{URL}/{quote(stream.stream_name)}", params=state, timeout=60)
        answered: dict[str, Any] = response.json()
        return answered


class OnlyStates(Reader):
    """Of the answers nothing but the state is looked at."""

    def asked(self, stream: StoredStreamConfiguration) -> dict[str, Any]:
        return {"items": [], "cursor": super().asked(stream)["cursor"]}


class Ignores(Reader):
    """Whatever the app answers, it comes to the same."""

    def asked(self, stream: StoredStreamConfiguration) -> dict[str, Any]:
        super().asked(stream)
        return {"items": [{"id": 1, "board": "a", "text": "b"}], "cursor": 1}


class ReadsLater(Reader):
    """The same, at another time: what is declared not to count is another."""

    def asked(self, stream: StoredStreamConfiguration) -> dict[str, Any]:
        answered = super().asked(stream)
        items = [{**each, "read_at": "10:00"} for each in answered["items"]]
        return {**answered, "items": items if stream.stream_name == "people" else answered["items"]}


def stored(
    name: str, key: str | list[Any] | None, *, state: dict[str, Any] | None = None
) -> StoredStreamConfiguration:
    return StoredStreamConfiguration(
        stream_name=name,
        sync_strategy="Full Refresh",
        storage_behaviour="merge" if key else "append",
        stream=StreamConfiguration(
            stream_name=name,
            supported_sync_strategies=["Full Refresh"],
            source_defined_primary_key=key,
        ),
        latest_state=state,
    )


def streams() -> list[StoredStreamConfiguration]:
    return [
        stored("people", "id", state={"cursor": 5}),
        stored("notes", ["board", "id"]),
        stored("labels", None),
        stored("empty", "id"),
    ]


def recorded(
    plugin_class: type[Reader], path: Path, read: Sequence[StoredStreamConfiguration] = ()
) -> Path:
    """The folder of a scenario that was run against the app; read: by default all its streams."""
    return recorded_with(
        App(),
        plugin_class,
        path,
        list(read or streams()),
        sync="people",
        connection_secrets={"api_key": "key-of-the-author"},
        sync_parameters={"region": "EU"},
    )


def recorded_with(
    app: Any,
    plugin_class: type[Plugin],
    path: Path,
    read: list[StoredStreamConfiguration],
    *,
    sync: str,
    **given: Any,
) -> Path:
    """The folder of a scenario of these streams, which the plugin has read from this app."""
    parameters = InboundSyncConfigurationParameters(
        connection_method="API Key",
        currently_selected_streams=[stream.stream_name for stream in read],
        **given,
    )
    received, folder = Received(), InboundScenarioFolder(path)
    with hooked(app), InboundSyncRequest(read, received, limit=100) as request:
        plugin_class().sync_inbound(parameters, request)
    redactor = Redactor({})
    frozen = InboundScenarioInput(
        name=path.name,
        sync=sync,
        plugin=plugin_class.__name__,
        tested=True,
        records=100,
        parameters=parameters,
        streams=read,
    )
    folder.write_input(frozen, redactor)
    folder.write_results(received, redactor)
    folder.write_cassette(app.exchanges, redactor)
    return path
