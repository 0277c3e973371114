"""It says that it is done, and sends later"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.broken_handlers.good import TellOwners

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent, WorkflowContext

CHECK = "test_what_the_app_refuses_is_not_done"


class Broken(TellOwners):
    """The good handler, which collects messages, and sends them in the end."""

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        super().__init__(ctx)
        self.messages: list[tuple[ChangeEvent, str, str]] = []

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        self.messages.append((event, channel, text))

    def close(self) -> None:
        for event, channel, text in self.messages:
            super().say(event, channel, text)
        super().close()
