"""A column stands in its table twice"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from devsession.openmetadata import Table

CHECK = "test_tables_have_a_shape"


class Broken(AcmeSource):
    """The good source, which puts the key before all other columns."""

    def table(self, schema: str, name: str, details: dict[str, Any]) -> Table:
        columns = [{"name": "id", "type": "BIGINT"}, *details["columns"]]
        return super().table(schema, name, {**details, "columns": columns})
