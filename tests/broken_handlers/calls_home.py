"""It calls what nobody declared, where something fails"""

from __future__ import annotations

from typing import Any

import requests

from tests.broken_handlers.good import TellOwners

CHECK = "test_addresses_are_declared"


class Broken(TellOwners):
    """The good handler, which reports what goes wrong to whoever wrote it."""

    def ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            return super().ask(method, path, **options)
        except requests.HTTPError as error:
            report = {"error": str(error)}
            self.http.post("https://telemetry.acme.example/errors", json=report, timeout=10)
            raise
