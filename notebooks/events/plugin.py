"""Says in the practice app's chat what a table has lost, once for each event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.http import retrying_session
from devsession.openmetadata import EventHandler, WorkflowContext
from pydantic import BaseModel, Field, SecretStr

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent

TIMEOUT_SECONDS = 30


class TellOwnersConfig(BaseModel):
    """Where the chat is, its key, and the channel in which it is said."""

    base_url: str = Field(description="Of the app's API, such as https://api.example.com")
    api_key: SecretStr = Field(description="A key that may post messages; no more is needed")
    channel: str = Field(default="general", description="Its name")


class TellOwners(EventHandler):
    """Tells a table's owners which columns are gone."""

    Config = TellOwnersConfig
    event_types = ("entityUpdated",)
    entity_types = ("table",)

    def __init__(self, ctx: WorkflowContext) -> None:
        super().__init__(ctx)
        # The chat knows a message by its key, so it may be posted again when no answer came.
        self.http = retrying_session(retry_methods=["POST"])

    def prepare(self) -> None:
        """Signs in: the key goes along with each request."""
        self.http.headers["Authorization"] = f"Bearer {self.config.api_key.get_secret_value()}"

    def test_connection(self) -> None:
        """Whose key it is; the app refuses a wrong one."""
        url = f"{self.config.base_url}/account"
        self.http.get(url, timeout=TIMEOUT_SECONDS).raise_for_status()

    def handle(self, event: ChangeEvent) -> str:
        """Posts one message; of the same event the same one, however often it is handed over."""
        gone = lost_columns(event)
        if not gone:
            return "no column is gone"
        answer = self.http.post(
            f"{self.config.base_url}/channels/{self.config.channel}/messages",
            json={"text": f"{event.fqn} has lost {', '.join(gone)}", "idempotency_key": event.id},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        return f"told {self.config.channel}"

    def close(self) -> None:
        """Lets go of the connections."""
        self.http.close()


def lost_columns(event: ChangeEvent) -> list[str]:
    """The names of the columns that a table has lost."""
    change = event.change_description
    deleted = [] if change is None else change.fields_deleted
    return [
        column["name"] for field in deleted if field.name == "columns" for column in field.old_value
    ]
