"""close() needs what prepare() would have made"""

from __future__ import annotations

from typing import Any

from tests.broken_handlers.good import TellOwners

CHECK = "test_it_closes_after_a_failure"


class Broken(TellOwners):
    """The good handler, which counts since when it is signed in."""

    signed_in: Any = None

    def prepare(self) -> None:
        super().prepare()
        self.signed_in = ["now"]

    def close(self) -> None:
        self.signed_in.clear()
        super().close()
