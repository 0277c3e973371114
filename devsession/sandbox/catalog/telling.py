"""What is told of a change: a ChangeEvent, written in the transaction of the change itself.

Source: OpenMetadata contract, "Framework": ChangeEvent; the documentation of OpenMetadata 2.0,
"Webhook Payloads and Delivery" and "Generic Webhook Alert Configuration": `entity` is JSON in a
text, as are values in `changeDescription` that are lists or objects.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic_core import from_json, to_json

from devsession.sandbox.bot_token import USER
from devsession.sandbox.catalog.kinds import KIND_OF
from devsession.sandbox.catalog.showing import Show, asked_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.sandbox.catalog.store import Row, Store

CREATED, UPDATED = "entityCreated", "entityUpdated"
SOFT_DELETED, DELETED, RESTORED = "entitySoftDeleted", "entityDeleted", "entityRestored"


class Telling:
    """Gives out the transactions in which entities change. wake: events are there to be sent."""

    def __init__(self, store: Store, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake

    @contextmanager
    def changing(self, base: str) -> Iterator[Changes]:
        """What is written inside is kept and told as a whole, or not at all.

        base: where whoever changes it reaches the catalog, up to /v1.
        """
        with self._store.transaction():
            changes = Changes(self._store, base)
            yield changes
            if changes.events:
                self._store.outbox.append(changes.events)
        if changes.events:
            self._wake()


class Changes:
    """The events of one transaction; those that nobody has subscribed to are not made."""

    def __init__(self, store: Store, base: str) -> None:
        self.events: list[tuple[str, bytes]] = []
        self._outbox = store.outbox
        self._show = Show(store, base)

    def wants(self, entity_type: str) -> bool:
        return self._outbox.wants(entity_type)

    def tell(self, event_type: str, row: Row, time: int | None = None) -> None:
        """Of an entity that is now as this row. time: when, if not at its `updatedAt`."""
        if self.wants(row.type):
            event = _event(event_type, row, row.updated_at if time is None else time, self._show)
            self.events.append((row.type, to_json(event)))


def _event(event_type: str, row: Row, time: int, show: Show) -> dict[str, Any]:
    event: dict[str, Any] = {
        # Not made from what it tells: a catalog that was begun anew has other events.
        "id": str(uuid4()),
        "eventType": event_type,
        "entityType": row.type,
        "entityId": row.id,
        "entityFullyQualifiedName": row.fqn,
        "currentVersion": row.version / 10,
        "userName": USER,
        "timestamp": time,
    }
    if row.change is not None:
        change = from_json(row.change)
        event["previousVersion"] = change["previousVersion"]
        event["changeDescription"] = {
            key: [{name: _in_text(value) for name, value in each.items()} for each in told]
            if isinstance(told, list)
            else told
            for key, told in change.items()
        }
    elif event_type == DELETED:
        event["previousVersion"] = event["currentVersion"]
    entity = show.entity(row, asked_fields(KIND_OF[row.type], "*"))
    event["entity"] = to_json(entity).decode()
    return event


def _in_text(value: object) -> object:
    return to_json(value).decode() if isinstance(value, list | dict) else value
