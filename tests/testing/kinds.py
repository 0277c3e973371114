"""Plugins of every kind that has been seen to fool a test, an app for them, and their recordings."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import requests
from pandas import DataFrame

from devsession.plugin import OutboundSyncConfigurationParameters, Outcomes, Plugin
from devsession.plugin.outbound import FrameRecords, OutboundSyncRequest
from devsession.recording.hooks import hooked
from devsession.recording.scenario import ScenarioFolder, ScenarioInput
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.recording.exchange import Exchange

URL = "http://app.test/contacts"
REFUSED = "taken@x"
EMAILS = ["a@x", REFUSED, "ü|ß@x", "d@x", "e@x"]
JSON = {"Content-Type": ["application/json"]}


class App:
    """Answers in this process; a plugin's first call is asked to try again when it says so."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._lock = threading.Lock()
        self._busy = True

    def answer(self, request: Exchange) -> Exchange:
        with self._lock:
            status, content = said(json.loads(request.request_body))
            if self._busy and "X-Retries" in request.request_headers:
                status, content = 429, {"error": "slow down"}
            self._busy = False
            answered = replace(
                request,
                status=status,
                reason="",
                response_headers=JSON,
                response_body=json.dumps(content).encode(),
            )
            self.exchanges.append(answered)
        return answered


def said(payload: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What the app says to a payload: `trace` is what no plugin here looks at."""
    if "contacts" in payload:
        results = [said(contact)[1] for contact in payload["contacts"]]
        return 200, {"results": results, "trace": {"id": "t-1", "took": 12}}
    if payload["email"] == REFUSED:
        return 422, {"key": payload["key"], "error": "email already taken", "trace": "t-2"}
    return 201, {"key": payload["key"], "id": f"c{payload['key']}", "error": None, "trace": "t-3"}


class Sender(Plugin):
    """What the kinds have in common: how they reach the app."""

    headers: dict[str, str] = {}  # noqa: RUF012

    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        batch = outbound_sync_request.get_records()
        rows = zip(batch["IDENTIFIER"], batch["TRANSFORMED_RECORD"], strict=True)
        outcomes = Outcomes(batch)
        self.send_all([{"key": identifier, **record} for identifier, record in rows], outcomes)
        outbound_sync_request.enqueue_results(outcomes)

    def send_all(self, contacts: list[dict[str, Any]], outcomes: Outcomes) -> None:
        for contact in contacts:
            self.send(contact, outcomes)

    def send(self, contact: dict[str, Any], outcomes: Outcomes) -> None:
        told(self.post(contact).json(), outcomes)

    def post(self, payload: dict[str, Any]) -> requests.Response:
        return requests.post(URL, json=payload, headers=self.headers, timeout=60)


def told(result: dict[str, Any], outcomes: Outcomes) -> None:
    if result["error"]:
        outcomes.fail(result["key"], result["error"])
    else:
        outcomes.ok(result["key"], result["id"])


class RecordAtATime(Sender):
    pass


class Batch(Sender):
    def send_all(self, contacts: list[dict[str, Any]], outcomes: Outcomes) -> None:
        for result in self.post({"contacts": contacts}).json()["results"]:
            told(result, outcomes)


class Swallows(Sender):
    """Says ok, whatever happened: nothing that the app answers changes an outcome."""

    def send(self, contact: dict[str, Any], outcomes: Outcomes) -> None:
        with suppress(BaseException):
            self.post(contact)
        outcomes.ok(contact["key"], f"c{contact['key']}")


class Retries(Sender):
    headers = {"X-Retries": "2"}  # noqa: RUF012

    def send(self, contact: dict[str, Any], outcomes: Outcomes) -> None:
        for _ in range(3):
            try:
                response = self.post(contact)
            except Exception:  # noqa: BLE001
                continue
            if response.status_code not in {429, 500}:
                told(response.json(), outcomes)
                return
        outcomes.fail(contact["key"], "the app does not answer")


class Threads(Sender):
    def send_all(self, contacts: list[dict[str, Any]], outcomes: Outcomes) -> None:
        with ThreadPoolExecutor(4) as pool:
            for response in pool.map(self.post, contacts):
                told(response.json(), outcomes)


class SwallowingThreads(Swallows):
    def send_all(self, contacts: list[dict[str, Any]], outcomes: Outcomes) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda contact: self.send(contact, outcomes), contacts))


KINDS = (RecordAtATime, Batch, Swallows, Retries, Threads, SwallowingThreads)


class OtherBody(Sender):
    def post(self, payload: dict[str, Any]) -> requests.Response:
        return super().post({**payload, "source": "devsession"})


class OneMoreCall(Sender):
    def send_all(self, contacts: list[dict[str, Any]], outcomes: Outcomes) -> None:
        super().send_all(contacts, outcomes)
        with suppress(Exception):
            self.post({"key": "6", "email": "f@x"})


class SameCallAgain(Sender):
    def send_all(self, contacts: list[dict[str, Any]], outcomes: Outcomes) -> None:
        self._sent: list[dict[str, Any]] = []
        super().send_all(contacts, outcomes)
        with suppress(Exception):
            super().post(self._sent[0])

    def post(self, payload: dict[str, Any]) -> requests.Response:
        self._sent.append(payload)
        return super().post(payload)


class OneCallFewer(Sender):
    """Knows what the app would say to the last contact, and does not ask."""

    def post(self, payload: dict[str, Any]) -> requests.Response:
        if "contacts" not in payload and payload["key"] != "5":
            return super().post(payload)
        response = requests.Response()
        response.status_code, content = said(payload)
        response._content = json.dumps(content).encode()
        return response


class OtherOutcome(Sender):
    def send_all(self, contacts: list[dict[str, Any]], outcomes: Outcomes) -> None:
        super().send_all(contacts, outcomes)
        outcomes.ok("4", "another")


CHANGES = (OtherBody, OneMoreCall, SameCallAgain, OneCallFewer, OtherOutcome)


def changed(change: type[Sender], kind: type[Sender]) -> type[Sender]:
    """The kind of plugin, with the change made to it."""
    return type(f"{change.__name__}{kind.__name__}", (change, kind), {})


def records() -> DataFrame:
    return DataFrame(
        {
            "IDENTIFIER": [str(number) for number, _ in enumerate(EMAILS, 1)],
            "APP_IDENTIFIER": None,
            "SYNC_ACTION": "Create",
            "TRANSFORMED_RECORD": [{"email": email} for email in EMAILS],
            "TRANSFORMED_RECORD_PREVIOUS": None,
            "RESULT": None,
        },
        dtype=object,
    )


def recorded(plugin_class: type[Sender], path: Path) -> Path:
    """The folder of a scenario that was run against the app."""
    parameters = OutboundSyncConfigurationParameters(
        connection_method="API Key", sync_strategy="Create"
    )
    app, store, folder = App(), FrameRecords(records()), ScenarioFolder(path)
    with hooked(app):
        plugin_class().sync_outbound(parameters, OutboundSyncRequest(store))
    redactor = Redactor({})
    frozen = ScenarioInput(
        name=path.name,
        sync="contacts",
        plugin=plugin_class.__name__,
        tested=True,
        parameters=parameters,
    )
    folder.write_input(frozen, redactor)
    folder.write_records(records(), redactor)
    folder.write_outcomes(store.outcomes, redactor)
    folder.write_cassette(app.exchanges, redactor)
    return path
