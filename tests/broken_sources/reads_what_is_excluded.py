"""It reads what is excluded, and throws it away"""

from __future__ import annotations

from typing import Any

from tests.broken_sources.good import AcmeSource

CHECK = "test_what_is_excluded_is_not_read"


class Broken(AcmeSource):
    """The good source, which reads first and decides afterwards."""

    def tables(self, schema: str) -> list[dict[str, Any]]:
        found = super().tables(schema)
        for each in found:
            if not self.config.tables.decide(each["name"]).taken:
                self.get("schemas", schema, "tables", each["name"])
        return found
