"""The session's card with the widget that a plugin brings; elsewhere than in a notebook, its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipywidgets import HTML, DOMWidget, Layout, VBox

if TYPE_CHECKING:
    from devsession.notebook.card import SessionCard

_LINE = "1px solid rgba(128, 128, 128, 0.4)"
# The frame of a card (see `render.panel`), round widgets.
_FRAME = {
    "border_top": _LINE,
    "border_right": _LINE,
    "border_bottom": _LINE,
    "border_left": "4px solid rgba(128, 128, 128, 0.5)",
    "padding": "10px 14px",
    "margin": "4px 0",
    "max_width": "720px",
}
# Widgets have a line height of their own.
_AS_ELSEWHERE = "line-height:normal;margin-bottom:6px"


def is_shown(thing: object) -> bool:
    """Whether it is a widget that a page can show."""
    return isinstance(thing, DOMWidget)


@dataclass(frozen=True, repr=False)
class PanelCard:
    """A card in which a widget is live."""

    card: SessionCard
    widget: DOMWidget

    def __repr__(self) -> str:
        return repr(self.card)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        above, below = (
            HTML(f'<div style="{_AS_ELSEWHERE}">{part}</div>') for part in self.card.parts
        )
        box = VBox([above, self.widget, below], layout=Layout(**_FRAME))
        live: dict[str, Any] = box._repr_mimebundle_()
        return {**live, "text/plain": repr(self.card), "text/html": self.card._repr_html_()}
