"""It asks a busy system again at once, and again"""

from __future__ import annotations

from typing import Any

import requests

from tests.broken_sources.good import AcmeSource

CHECK = "test_a_busy_system_is_waited_for"
BUSY = (429, 503)


class Broken(AcmeSource):
    """The good source, which does not take no for an answer."""

    def get(self, *path: str, **query: str) -> Any:
        self.http = requests.Session()
        self.prepare()
        while True:
            try:
                return super().get(*path, **query)
            except requests.HTTPError as error:
                if error.response.status_code not in BUSY:
                    raise
