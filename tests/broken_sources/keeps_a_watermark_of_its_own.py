"""It remembers by itself what it has read"""

from __future__ import annotations

from typing import Any, ClassVar

from tests.broken_sources.good import AcmeSource

CHECK = "test_it_resumes_after_a_failed_run"


class Broken(AcmeSource):
    """The good source, whose incremental runs leave out what an earlier one has begun."""

    begun: ClassVar[set[str]] = set()

    def tables(self, schema: str) -> list[dict[str, Any]]:
        if self.ctx.since is None:
            return super().tables(schema)
        if schema in self.begun:
            return []
        self.begun.add(schema)
        return super().tables(schema)
