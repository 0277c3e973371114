"""It stumbles over an answer"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from devsession.openmetadata import Table

CHECK = "test_it_reads_the_system"


class Broken(AcmeSource):
    """The good source, which expects a description of each table."""

    def table(self, schema: str, name: str, details: dict[str, Any]) -> Table:
        made = super().table(schema, name, details)
        made.description = details["description"]
        return made
