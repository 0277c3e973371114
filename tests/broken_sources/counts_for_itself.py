"""It counts what the workflow counts"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from devsession.openmetadata import Table

CHECK = "test_counts_are_right"


class Broken(AcmeSource):
    """The good source, with a count of its own."""

    def table(self, schema: str, name: str, details: dict[str, Any]) -> Table:
        self.status.records += 1
        return super().table(schema, name, details)
