"""It asks a busy app again at once, and again"""

from __future__ import annotations

from typing import Any

import requests

from tests.broken_handlers.good import TellOwners

CHECK = "test_a_busy_app_is_waited_for"
BUSY = (429, 503)


class Broken(TellOwners):
    """The good handler, which does not take no for an answer."""

    def ask(self, method: str, path: str, **options: Any) -> Any:
        self.http = requests.Session()
        self.prepare()
        for _ in range(100):
            try:
                return super().ask(method, path, **options)
            except requests.HTTPError as error:
                if error.response.status_code not in BUSY:
                    raise
        raise TimeoutError(f"{path}: the app is busy")
