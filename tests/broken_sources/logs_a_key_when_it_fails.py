"""What it logs when it fails has the key in it"""

from __future__ import annotations

import logging
from typing import Any

import requests

from tests.broken_sources.good import AcmeSource

CHECK = "test_no_secret_is_told"
LOG = logging.getLogger(__name__)


class Broken(AcmeSource):
    """The good source, which shows what it has sent."""

    def get(self, *path: str, **query: str) -> Any:
        try:
            return super().get(*path, **query)
        except requests.HTTPError as error:
            if error.response.status_code >= 500:
                LOG.warning("sent with %s", error.request.headers)
            raise
