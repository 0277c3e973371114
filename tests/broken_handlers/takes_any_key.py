"""It takes any key, and fails with the first event"""

from __future__ import annotations

from tests.broken_handlers.good import TellOwners

CHECK = "test_wrong_credentials_get_a_message"


class Broken(TellOwners):
    """The good handler, which asks whose key it is, and does not look at the answer."""

    def test_connection(self) -> None:
        self.http.get(f"{self.config.host}/me", timeout=10)
