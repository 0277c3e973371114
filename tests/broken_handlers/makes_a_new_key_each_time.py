"""The key by which the app tells messages is another one each time"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.broken_handlers.good import TellOwners

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent

CHECK = "test_handed_over_twice_it_stands_once"


class Broken(TellOwners):
    """The good handler, whose keys tell calls, and not events."""

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        key = {"Idempotency-Key": str(uuid4())}
        self.ask("POST", f"channels/{channel}/messages", json={"text": text}, headers=key)
