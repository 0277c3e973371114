"""It logs that the app cannot be reached, and goes on"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import requests

from tests.broken_handlers.good import TellOwners

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent

CHECK = "test_what_the_app_refuses_is_not_done"
LOG = logging.getLogger(__name__)


class Broken(TellOwners):
    """The good handler, which never fails."""

    def handle(self, event: ChangeEvent) -> str:
        try:
            return super().handle(event)
        except requests.ConnectionError:
            LOG.warning("the chat is away")
            return ""
