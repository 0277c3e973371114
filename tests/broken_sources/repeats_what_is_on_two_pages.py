"""What stands on two pages comes twice"""

from __future__ import annotations

from typing import Any

from tests.broken_sources.good import AcmeSource

CHECK = "test_each_entity_comes_once"


class Broken(AcmeSource):
    """The good source, whose pages overlap by one."""

    def tables(self, schema: str) -> list[dict[str, Any]]:
        found = super().tables(schema)
        return [*found, *found[-1:]]
