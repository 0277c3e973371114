"""Its names end with spaces"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from devsession.openmetadata import Table

CHECK = "test_names_can_stand_in_the_catalog"


class Broken(AcmeSource):
    """The good source, whose columns come from fields of a fixed width."""

    def table(self, schema: str, name: str, details: dict[str, Any]) -> Table:
        columns = [{**each, "name": f"{each['name']} "} for each in details["columns"]]
        return super().table(schema, name, {**details, "columns": columns})

    def edges(self, schema: str, name: str, details: dict[str, Any]) -> Any:
        return super().edges(schema, name, {**details, "reads": []})
