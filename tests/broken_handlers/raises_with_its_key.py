"""The key stands in the outcome of what fails"""

from __future__ import annotations

from typing import Any

import requests

from tests.broken_handlers.good import TellOwners

CHECK = "test_no_secret_is_told"


class Broken(TellOwners):
    """The good handler, whose errors say how to try it by hand."""

    def handle(self, event: Any) -> str:
        try:
            return super().handle(event)
        except requests.HTTPError as error:
            key = self.config.api_key.get_secret_value()
            tried = f"curl -H 'Authorization: Bearer {key}' {error.request.url}"
            raise RuntimeError(f"{error}; try {tried}") from error
