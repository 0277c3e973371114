"""It logs the key that it connects with."""

import logging
from typing import Any

from tests.broken_plugins.good import Sender

CHECK = "test_no_secret_is_told"


class Broken(Sender):
    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        logging.getLogger("acme").debug("key %s", parameters.secret("api_key"))
        super().sync_outbound(parameters, outbound_sync_request)
