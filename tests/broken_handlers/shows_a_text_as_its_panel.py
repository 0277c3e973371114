"""Its panel is no widget"""

from __future__ import annotations

from typing import Any

from tests.broken_handlers.good import TellOwners

CHECK = "test_its_panel_builds"


class Broken(TellOwners):
    """The good handler, which brings a text in the place of a widget."""

    def panel(self, _: Any) -> Any:
        return "<b>3 tables</b>"
