"""It declares another address than the one that it calls."""

from typing import Any

from tests.broken_plugins.good import Sender

CHECK = "test_addresses_are_declared"


class Broken(Sender):
    def network_addresses(self, parameters: Any) -> list[str]:
        return ["api.example.com"]
