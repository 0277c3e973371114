"""It prints what goes wrong"""

from __future__ import annotations

from typing import Any

import requests

from tests.broken_sources.good import AcmeSource

CHECK = "test_errors_have_structure"


class Broken(AcmeSource):
    """The good source, for one who looks at a screen."""

    def get(self, *path: str, **query: str) -> Any:
        try:
            return super().get(*path, **query)
        except requests.HTTPError as error:
            print(f"could not read {'/'.join(path)}: {error.response.status_code}")
            raise
