"""It takes the first ten"""

from __future__ import annotations

from typing import Any

from tests.broken_sources.good import AcmeSource

CHECK = "test_a_huge_system"


class Broken(AcmeSource):
    """The good source, written where no schema had more."""

    def tables(self, schema: str) -> list[dict[str, Any]]:
        return super().tables(schema)[:10]
