"""An app that keeps contacts, in this process, and scenarios of plugins that were recorded with it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pandas import DataFrame

from devsession.plugin import OutboundSyncConfigurationParameters
from devsession.plugin.outbound import FrameRecords
from devsession.recording.hooks import hooked
from devsession.recording.scenario import ScenarioFolder, ScenarioInput
from devsession.secrets.redact import Redactor
from devsession.testing.playing import call_outbound

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.plugin import Plugin
    from devsession.recording.exchange import Exchange

URL = "http://app.test"
# The app refuses who has no name.
PEOPLE = {"1": "Ada", "2": ""}
MORE_PEOPLE = {"1": "Ada", "2": "Bob", "3": "Eve", "4": ""}


class App:
    """Takes contacts that have a name: one (`/contacts`) or many (`/contacts/bulk`)."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def answer(self, request: Exchange) -> Exchange:
        status, content = self.answered(request)
        answered = replace(
            request,
            status=status,
            reason="OK",
            response_headers={"Content-Type": ["application/json"]},
            response_body=json.dumps(content).encode(),
        )
        self.exchanges.append(answered)
        return answered

    def answered(self, request: Exchange) -> tuple[int, Any]:
        address = urlsplit(request.url)
        body = json.loads(request.request_body)
        if address.path == "/contacts/bulk":
            return 200, {"results": [taken(each) for each in body["contacts"]]}
        answer = taken(body)
        return (422 if answer["error"] else 201), answer


def taken(contact: dict[str, Any]) -> dict[str, Any]:
    email = contact["email"]
    if not contact["name"]:
        return {"email": email, "id": None, "error": "a contact has a name"}
    return {"email": email, "id": f"app-{contact['name']}", "error": None}


def records(people: dict[str, str]) -> DataFrame:
    count = len(people)
    contacts = [
        {"email": f"{identifier}@example.com", "name": name} for identifier, name in people.items()
    ]
    return DataFrame(
        {
            "IDENTIFIER": list(people),
            "APP_IDENTIFIER": [None] * count,
            "SYNC_ACTION": ["Create"] * count,
            "TRANSFORMED_RECORD": contacts,
            "TRANSFORMED_RECORD_PREVIOUS": [None] * count,
            "RESULT": [None] * count,
        },
        dtype=object,
    )


def recorded(plugin_class: type[Plugin], path: Path, people: dict[str, str] = PEOPLE) -> Path:
    """The folder of a scenario that was run against the app."""
    parameters = OutboundSyncConfigurationParameters(
        connection_method="API Key", connection_parameters={"url": URL}, sync_strategy="Upsert"
    )
    app, sent = App(), records(people)
    with hooked(app):
        called = call_outbound(plugin_class, parameters, FrameRecords(sent))
    assert called.error is None
    folder, redactor = ScenarioFolder(path), Redactor({})
    frozen = ScenarioInput(
        name="creates contacts",
        sync="contacts",
        plugin=plugin_class.__name__,
        tested=True,
        parameters=parameters,
    )
    folder.write_input(frozen, redactor)
    folder.write_records(sent, redactor)
    folder.write_outcomes(called.outcomes, redactor)
    folder.write_cassette(app.exchanges, redactor)
    return path
