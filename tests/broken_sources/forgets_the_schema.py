"""Tables come before what they hang under"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata import DatabaseSchema
from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata.steps.steps import Yielded

CHECK = "test_parents_come_first"


class Broken(AcmeSource):
    """The good source, without its schemas."""

    def generate(self) -> Iterator[Yielded]:
        yield from (each for each in super().generate() if not isinstance(each, DatabaseSchema))
