"""Its panel is no widget"""

from __future__ import annotations

from typing import Any

from tests.broken_sources.good import AcmeSource

CHECK = "test_its_panel_builds"


class Broken(AcmeSource):
    """The good source, which brings a text in the place of a widget."""

    def panel(self, _: Any) -> Any:
        return "<b>3 schemas</b>"
