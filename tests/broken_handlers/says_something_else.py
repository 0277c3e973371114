"""It says something else than its scenario tells"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.broken_handlers.good import TellOwners

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent

CHECK = "test_recorded_events_are_handled_as_recorded"


class Broken(TellOwners):
    """The good handler, which calls a table by its last name alone."""

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        super().say(event, channel, text.rpartition("public.")[2])
