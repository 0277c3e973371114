"""It raises for a type of event that it does not know"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata.model.change_event import EVENT_TYPES
from tests.broken_handlers.good import TellOwners

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent

CHECK = "test_any_event_is_borne"


class Broken(TellOwners):
    """The good handler, which is handed all events, and knows those of today."""

    event_types = ()

    def takes(self, event: ChangeEvent) -> bool:
        return super().takes(event) and event.event_type != "entityCreated"

    def handle(self, event: ChangeEvent) -> str:
        if event.event_type not in EVENT_TYPES:
            raise ValueError(f"there are no events {event.event_type}")
        return super().handle(event)
