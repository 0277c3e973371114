"""Lineage names tables without their schema"""

from __future__ import annotations

from devsession.openmetadata import fqn
from tests.broken_sources.good import AcmeSource

CHECK = "test_lineage_has_two_ends"


class Broken(AcmeSource):
    """The good source, which makes the names of its edges otherwise than those of its tables."""

    def name_of(self, schema: str, table: str) -> str:
        return fqn.build(self.ctx.service, "main", table)
