"""Plugins that read streams from an app in this process: one bears all its faults, others do not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import requests

from devsession.plugin import (
    Plugin,
    StoredStreamConfiguration,
    StreamConfiguration,
    managed_inbound_processing,
)
from tests.testing.inbound_kinds import recorded_with

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.plugin.inbound import InboundSyncRequest
    from devsession.recording.exchange import Exchange

URL = "http://app.test"
PAGE = 2
ROWS = {
    name: [{"id": f"{name}{at}", "changed_at": at, "of": name} for at in range(1, 5)]
    for name in ("notes", "people")
}


class App:
    """Gives the rows that were changed after a moment, a page at a time."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def answer(self, request: Exchange) -> Exchange:
        address = urlsplit(request.url)
        after = int(parse_qs(address.query)["after"][0])
        rows = [row for row in ROWS[address.path.strip("/")] if row["changed_at"] > after]
        content = {"rows": rows[:PAGE], "more": len(rows) > PAGE, "newest": rows[-1]["changed_at"]}
        answered = replace(
            request,
            status=200,
            reason="OK",
            response_headers={"Content-Type": ["application/json"]},
            response_body=json.dumps(content).encode(),
        )
        self.exchanges.append(answered)
        return answered


class Reader(Plugin):
    """Hands over each page with the state that covers it; a stream that fails fails alone."""

    def sync_inbound(self, parameters: Any, inbound_sync_request: Any) -> None:
        self.read(inbound_sync_request.streams, inbound_sync_request)

    @managed_inbound_processing(concurrency=2)
    def read(self, stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        self.pages(stream.stream_name, request)

    def pages(self, name: str, request: InboundSyncRequest) -> None:
        after, more = 0, True
        while more:
            page = self.page(name, after)
            after, more = page["rows"][-1]["changed_at"], page["more"]
            request.enqueue_results(name, page["rows"], self.state(page))

    def state(self, page: dict[str, Any]) -> dict[str, Any]:
        return {"changed_at": page["rows"][-1]["changed_at"]}

    def page(self, name: str, after: int) -> dict[str, Any]:
        response = requests.get(f"{URL}/{name}", params={"after": after}, timeout=5)
        response.raise_for_status()
        page: dict[str, Any] = response.json()
        return page


class StateOfTheNewest(Reader):
    """With the first page comes the state of the last."""

    def state(self, page: dict[str, Any]) -> dict[str, Any]:
        return {"changed_at": page["newest"]}


class EndsWithTheFirstFault(Reader):
    """As if there was nothing more."""

    def pages(self, name: str, request: InboundSyncRequest) -> None:
        try:
            super().pages(name, request)
        except requests.RequestException:
            return


class OneAfterTheOther(Reader):
    def sync_inbound(self, parameters: Any, inbound_sync_request: Any) -> None:
        for stream in inbound_sync_request.streams:
            self.pages(stream.stream_name, inbound_sync_request)
            inbound_sync_request.mark_stream_complete(stream.stream_name)


class KeepsWhatIsNone(Reader):
    """In place of a page that did not come."""

    def pages(self, name: str, request: InboundSyncRequest) -> None:
        try:
            super().pages(name, request)
        except requests.Timeout as error:
            request.enqueue_results(name, error, {"changed_at": 0})  # type: ignore[arg-type]


def stored(name: str) -> StoredStreamConfiguration:
    return StoredStreamConfiguration(
        stream_name=name,
        sync_strategy="Incremental",
        storage_behaviour="merge",
        stream=StreamConfiguration(
            stream_name=name,
            supported_sync_strategies=["Incremental"],
            source_defined_primary_key="id",
            source_defined_cursor=True,
            default_cursor_field="changed_at",
        ),
    )


def recorded(plugin_class: type[Plugin], path: Path) -> Path:
    """The folder of a scenario that was run against the app."""
    return recorded_with(App(), plugin_class, path, [stored(name) for name in ROWS], sync="rows")
