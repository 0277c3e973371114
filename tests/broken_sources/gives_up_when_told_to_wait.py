"""One "too many requests" ends it"""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from devsession.openmetadata import WorkflowContext

CHECK = "test_a_busy_system_is_waited_for"


class Broken(AcmeSource):
    """The good source, with a session that sends each request once."""

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        super().__init__(ctx)
        self.http = requests.Session()
