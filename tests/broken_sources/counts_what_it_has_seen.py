"""It says something else in each run"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from devsession.openmetadata import Table

CHECK = "test_a_second_run_comes_to_the_same"
NUMBERS = count(1)


class Broken(AcmeSource):
    """The good source, which numbers what it has seen."""

    def table(self, schema: str, name: str, details: dict[str, Any]) -> Table:
        made = super().table(schema, name, details)
        made.description = f"Seen as number {next(NUMBERS)}"
        return made
