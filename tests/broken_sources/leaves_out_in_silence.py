"""What it leaves out is not counted"""

from __future__ import annotations

from typing import Any

from tests.broken_sources.good import AcmeSource

CHECK = "test_counts_are_right"


class Broken(AcmeSource):
    """The good source, which reads the patterns by itself."""

    def tables(self, schema: str) -> list[dict[str, Any]]:
        found = super().tables(schema)
        return [each for each in found if self.config.tables.decide(each["name"]).taken]
