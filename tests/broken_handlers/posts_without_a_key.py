"""A message has nothing that tells it from the same one sent again"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.broken_handlers.good import TellOwners

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent

CHECK = "test_handed_over_twice_it_stands_once"


class Broken(TellOwners):
    """The good handler, which just posts."""

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        self.ask("POST", f"channels/{channel}/messages", json={"text": text})
