"""It tells of each table once, until it is started again"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.broken_handlers.good import TellOwners

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent, WorkflowContext

CHECK = "test_it_remembers_no_event"


class Broken(TellOwners):
    """The good handler, which does not want to bother anybody."""

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        super().__init__(ctx)
        self.told: set[str | None] = set()

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        if event.fqn not in self.told:
            super().say(event, channel, text)
        self.told.add(event.fqn)
