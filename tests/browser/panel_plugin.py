"""A source that brings a panel: a button, and how often it was clicked; a notebook of tests saves it as plugin.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipywidgets import Button, Label, VBox

from devsession.openmetadata import Source

if TYPE_CHECKING:
    from devsession import DevelopmentSession


class AcmeSource(Source):
    """Reads nothing: its panel is what matters."""

    def panel(self, session: DevelopmentSession) -> VBox:
        """Says where it is, and counts."""
        told = Label(f"{session.source.name}, not clicked")
        button = Button(description="Look at schemas")

        def clicked(_: Any) -> None:
            told.value = "3 schemas, said Python"

        button.on_click(clicked)
        return VBox([button, told])
