"""A good handler of events, the small made-up chat that it writes to, and events that were recorded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ipywidgets import HTML
from pydantic import BaseModel, SecretStr

from devsession.http import retrying_session
from devsession.openmetadata import ChangeEvent, EventHandler
from devsession.openmetadata.events.handling import handle_events
from devsession.openmetadata.workflow.frozen_config import frozen
from devsession.recording.event_scenario import EventScenarioFolder
from devsession.recording.exchange import Exchange
from devsession.recording.replay import Replay
from devsession.recording.scenario_input import EventScenarioInput
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from devsession.openmetadata import WorkflowContext

HOST = "https://acme.example"
ORDERS, PEOPLE, STAFF = (f"shop.main.public.{name}" for name in ("orders", "people", "staff"))


class AcmeConfig(BaseModel):
    """What the handler asks for."""

    host: str = HOST
    api_key: SecretStr


class TellOwners(EventHandler):
    """Says in the channel of a table's owners which columns are gone, and takes gone tables off the list."""

    Config = AcmeConfig
    event_types = ("entityUpdated", "entitySoftDeleted")
    entity_types = ("table",)

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        super().__init__(ctx)
        self.http = retrying_session(retry_methods=["POST"])

    def panel(self, _: Any) -> HTML:
        return HTML("<b>Acme</b>")

    def prepare(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.config.api_key.get_secret_value()}"

    def test_connection(self) -> None:
        self.ask("GET", "me")

    def close(self) -> None:
        self.http.close()

    def ask(self, method: str, path: str, **options: Any) -> Any:
        response = self.http.request(method, f"{self.config.host}/{path}", timeout=10, **options)
        response.raise_for_status()
        return response.json()

    def handle(self, event: ChangeEvent) -> str:
        if event.event_type == "entitySoftDeleted":
            self.ask("PUT", f"listed/{event.entity_id}", json={"listed": False})
            return "taken off the list"
        gone = self.lost_columns(event)
        if not gone:
            return "no column is gone"
        channel = self.ask("GET", "owners", params={"table": event.fqn})["channel"]
        self.say(event, channel, f"{event.fqn} has lost {', '.join(gone)}")
        return f"told {channel}"

    def lost_columns(self, event: ChangeEvent) -> list[str]:
        change = event.change_description
        deleted = [] if change is None else change.fields_deleted
        return [column["name"] for each in deleted for column in each.old_value or ()]

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        key = {"Idempotency-Key": event.id}
        self.ask("POST", f"channels/{channel}/messages", json={"text": text}, headers=key)


def event(number: int, event_type: str, fqn: str, **more: Any) -> dict[str, Any]:
    """As the catalog sends it."""
    return {
        "id": f"7c9e6679-7425-40de-944b-e07fc1f9000{number}",
        "eventType": event_type,
        "entityType": "table",
        "entityId": f"9f8e7d6c-0000-4000-8000-00000000000{number}",
        "entityFullyQualifiedName": fqn,
        "userName": "ingestion-bot",
        "timestamp": 1_770_000_000_000 + number,
        **more,
    }


def lost(column: str) -> dict[str, Any]:
    """What has changed."""
    deleted = {"name": "columns", "oldValue": [{"name": column, "dataType": "STRING"}]}
    return {"changeDescription": {"fieldsDeleted": [deleted]}}


EVENTS = [
    event(1, "entityUpdated", ORDERS, **lost("email")),
    event(2, "entityUpdated", PEOPLE, **lost("phone")),
    event(3, "entityCreated", STAFF),
    event(4, "entitySoftDeleted", STAFF),
]


def answered(method: str, path: str, content: Any, sent: Any = None) -> Exchange:
    """A request and what the app answers."""
    return Exchange(
        method=method,
        url=f"{HOST}/{path}",
        request_headers={
            "Authorization": ["Bearer k3y-of-acme"],
            **({} if sent is None else {"Content-Type": ["application/json"]}),
        },
        request_body=b"" if sent is None else json.dumps(sent).encode(),
        status=200,
        reason="OK",
        response_headers={"Content-Type": ["application/json"]},
        response_body=json.dumps(content).encode(),
    )


ANSWERS = [
    answered("GET", "me", {"user": "bot"}),
    answered("GET", f"owners?table={ORDERS}", {"channel": "sales"}),
    answered("POST", "channels/sales/messages", {"id": "m1"}, {"text": f"{ORDERS} has lost email"}),
    answered("GET", f"owners?table={PEOPLE}", {"channel": "people"}),
    answered(
        "POST", "channels/people/messages", {"id": "m2"}, {"text": f"{PEOPLE} has lost phone"}
    ),
    answered("PUT", f"listed/{EVENTS[3]['entityId']}", {"listed": False}, {"listed": False}),
]


def record(
    scenarios: Path,
    handler: type[EventHandler] = TellOwners,
    answers: Sequence[Exchange] = ANSWERS,
) -> None:
    """A scenario's folder, as run() and complete() of a handler leave it."""
    made = handler.Config(api_key="k3y-of-acme") if handler.Config else {}
    config, secrets = frozen(made)
    with Replay(answers, where="here", matching=handler.request_matching):
        came = handle_events(handler, made, map(ChangeEvent.model_validate, EVENTS))
    folder, redactor = EventScenarioFolder(scenarios / "columns-are-gone"), Redactor(secrets)
    with folder.at_once(redactor):
        folder.write_input(
            EventScenarioInput(
                name="columns are gone",
                sync="owners",
                plugin=handler.__name__,
                tested=True,
                completed=True,
                config=config,
                secrets=sorted(secrets),
            ),
            redactor,
        )
        folder.write_events(EVENTS, redactor)
        folder.write_outcomes(came.outcomes, redactor)
        folder.write_cassette(answers, redactor)
