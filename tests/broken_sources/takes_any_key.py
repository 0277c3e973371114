"""It takes any key, and fails in the middle"""

from __future__ import annotations

from tests.broken_sources.good import AcmeSource

CHECK = "test_wrong_credentials_get_a_message"


class Broken(AcmeSource):
    """The good source, without a look whether the key is right."""

    def test_connection(self) -> None:
        """Nothing to do."""
