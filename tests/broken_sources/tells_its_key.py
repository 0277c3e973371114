"""The key stands in what it describes"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata import Database, DatabaseService
from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata.steps.steps import Yielded

CHECK = "test_no_secret_is_told"


class Broken(AcmeSource):
    """The good source, which says how it is connected."""

    def begin(self) -> Iterator[Yielded]:
        connection = {"host": self.config.host, "apiKey": self.config.api_key.get_secret_value()}
        yield DatabaseService(name=self.ctx.service, connection={"config": connection})
        yield Database(name="main", service=self.ctx.service)
