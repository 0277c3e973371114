"""A handler that tells the practice app's chat when a table loses a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, SecretStr

from devsession.http import retrying_session
from devsession.openmetadata import EventHandler, WorkflowContext

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent


class ChatConfig(BaseModel):
    """Where the chat is, and in which channel it is said."""

    url: str
    api_key: SecretStr
    channel: str = "general"


class TellOfColumns(EventHandler):
    """Says which columns a table has lost; the event's id keeps it from being said twice."""

    Config = ChatConfig
    event_types = ("entityUpdated",)
    entity_types = ("table",)

    def __init__(self, ctx: WorkflowContext) -> None:
        super().__init__(ctx)
        self.http = retrying_session()

    def prepare(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.config.api_key.get_secret_value()}"

    def test_connection(self) -> None:
        self.http.get(f"{self.config.url}/account", timeout=10).raise_for_status()

    def handle(self, event: ChangeEvent) -> str:
        change = event.change_description
        gone = [] if change is None else [each.name for each in change.fields_deleted]
        if "columns" not in gone:
            return "no column is gone"
        answer = self.http.post(
            f"{self.config.url}/channels/{self.config.channel}/messages",
            json={"text": f"{event.fqn} has lost columns", "idempotency_key": event.id},
            timeout=10,
        )
        answer.raise_for_status()
        return f"posted as {answer.json()['id']}"

    def close(self) -> None:
        self.http.close()
