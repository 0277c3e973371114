"""It makes ASCII of names"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from devsession.openmetadata import Table

CHECK = "test_unicode_names"


class Broken(AcmeSource):
    """The good source, for a terminal that shows nothing else."""

    def table(self, schema: str, name: str, details: dict[str, Any]) -> Table:
        return super().table(schema, name.encode("ascii", "ignore").decode(), details)

    def name_of(self, schema: str, table: str) -> str:
        return super().name_of(schema, table.encode("ascii", "ignore").decode())
