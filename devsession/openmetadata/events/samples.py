"""Events as a catalog sends them, made up: one of every type, for trying a handler or a receiver."""

from __future__ import annotations

import time
import uuid
from typing import Any

from devsession.openmetadata.model.change_event import EVENT_TYPES

_SCHEMA = "acme.sales.public"
_TABLES = ("orders", "customers", "invoices", "Bestellungen für Köln")
_TEXTS = {
    "description": ("One row for each order", "One row for each order, as it was shipped"),
    "displayName": (None, "Orders"),
}
# What such an event is about, where that is no entity of the kind that was asked for.
_ABOUT = {"thread": "THREAD", "post": "THREAD", "task": "THREAD", "user": "user"}
_ABOUT |= {"suggestion": "suggestion", "logical": "testSuite"}


def sample_event(event_type: str, entity_type: str = "table", number: int = 0) -> dict[str, Any]:
    """An event of a type, as it goes over the wire; each call gives it another id.

    number: which of a few entities it is about; the same number is the same one.
    """
    about = next((kind for word, kind in _ABOUT.items() if event_type.startswith(word)), None)
    kind = about or entity_type
    name = _TABLES[number % len(_TABLES)] if kind == "table" else f"{kind.lower()}_{number % 4}"
    fqn = f"{_SCHEMA}.{name}" if kind == "table" else f"acme.{name}"
    entity_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {fqn}"))
    event: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "eventType": event_type,
        "entityType": kind,
        "entityId": entity_id,
        "entityFullyQualifiedName": fqn,
        "userName": "ann",
        "timestamp": time.time_ns() // 1_000_000,
    }
    if about is None:
        event |= _versions(event_type)
    entity: dict[str, Any] = {"id": entity_id, "name": name, "fullyQualifiedName": fqn}
    if kind == "table":
        entity["columns"] = [{"name": "id", "dataType": "BIGINT"}]
    return event | {"entity": entity | ({"version": event["currentVersion"]} if not about else {})}


def sample_events(
    event_type: str = "all", entity_type: str = "table", count: int = 1
) -> list[dict[str, Any]]:
    """So many events of a type, or of each type there is."""
    types = EVENT_TYPES if event_type == "all" else (event_type,)
    return [sample_event(each, entity_type, number) for number in range(count) for each in types]


def _versions(event_type: str) -> dict[str, Any]:
    """How the entity came to its version."""
    before, now = 0.1, 0.1
    changed: list[dict[str, Any]] = []
    if event_type in {"entityUpdated", "entityFieldsChanged"}:
        now = 0.2
        changed = [
            {"name": name, "oldValue": old, "newValue": new} for name, (old, new) in _TEXTS.items()
        ]
    elif event_type in {"entitySoftDeleted", "entityRestored"}:
        gone = event_type == "entitySoftDeleted"
        now = 0.2
        changed = [{"name": "deleted", "oldValue": not gone, "newValue": gone}]
    versions: dict[str, Any] = {"currentVersion": now}
    if changed:
        versions["previousVersion"] = before
        versions["changeDescription"] = {
            "fieldsAdded": [],
            "fieldsUpdated": changed,
            "fieldsDeleted": [],
            "previousVersion": before,
        }
    return versions
