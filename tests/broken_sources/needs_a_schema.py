"""It needs a schema"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata import DatabaseService
from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata.steps.steps import Yielded

CHECK = "test_an_empty_system"


class Broken(AcmeSource):
    """The good source, which looks at the first schema to say what the system is."""

    def begin(self) -> Iterator[Yielded]:
        first = self.get("schemas")["schemas"][0]["name"]
        yield DatabaseService(name=self.ctx.service, description=f"Has {first}, and perhaps more")
        _, *rest = super().begin()
        yield from rest
