"""What it brings for the session's card raises."""

from typing import Any

from ipywidgets import HTML

from tests.broken_plugins.good import Sender

CHECK = "test_its_panel_builds"


class Broken(Sender):
    def panel(self, session: Any) -> Any:
        objects: dict[str, str] = {}
        return HTML(objects["contact"])
