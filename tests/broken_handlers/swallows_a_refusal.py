"""What the app refuses counts as done"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.broken_handlers.good import TellOwners

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent

CHECK = "test_what_the_app_refuses_is_not_done"


class Broken(TellOwners):
    """The good handler, which does not look at what is answered to a message."""

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        url = f"{self.config.host}/channels/{channel}/messages"
        key = {"Idempotency-Key": event.id}
        self.http.post(url, json={"text": text}, headers=key, timeout=10)
