"""What it logs when it fails has the key in it"""

from __future__ import annotations

import logging
from typing import Any

import requests

from tests.broken_handlers.good import TellOwners

CHECK = "test_no_secret_is_told"
LOG = logging.getLogger(__name__)


class Broken(TellOwners):
    """The good handler, which shows what it has sent."""

    def ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            return super().ask(method, path, **options)
        except requests.HTTPError as error:
            LOG.warning("sent with %s", error.request.headers)
            raise
