"""The panel that a plugin brings: a widget in the session's card. Experimental: it may change."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, PluginRaisedError
from devsession.notebook.panel_card import PanelCard, is_shown
from devsession.session.experiments import has_panel
from devsession.session.plugin_call import calling
from devsession.session.plugin_source import instance_of

if TYPE_CHECKING:
    from devsession.notebook.card import SessionCard
    from devsession.session.development import DevelopmentSession


def with_panel(session: DevelopmentSession, card: SessionCard) -> SessionCard | PanelCard:
    """The card with what `panel(session)` of the plugin gives; as it is where there is none.

    What the plugin raises stands in the card: the rest of it is there all the same.
    """
    try:
        plugin_class = session.loaded_class
        if not has_panel(plugin_class):
            return card
        widget = _widget_of(session, plugin_class)
    except DevsessionError as error:
        return replace(card, trouble=session.vault.redactor.text(str(error)))
    return PanelCard(replace(card, panel=type(widget).__name__), widget)


def _widget_of(session: DevelopmentSession, plugin_class: type[Any]) -> Any:
    """Raises: PluginRaisedError for what is no widget, and with what the author's code raised."""
    plugin = instance_of(plugin_class)
    with calling(plugin, "panel", session.vault):
        made: Any = _step(plugin_class) or session.plugin
        widget = made.panel(session)
        if not is_shown(widget):
            code = getattr(plugin_class.panel, "__code__", None)
            raise PluginRaisedError(
                f"panel() of {plugin_class.__name__} returned {type(widget).__name__}, and no widget",
                where=f"{Path(code.co_filename).name}, line {code.co_firstlineno}" if code else "",
                next_step='return one that is shown, such as ipywidgets.HTML("<b>3 schemas</b>")',
                plugin=plugin_class.__name__,
                method="panel",
            )
    return widget


def _step(plugin_class: type[Any]) -> Any:
    """A metadata source, or whatever else a workflow would make, without a configuration."""
    # Whoever has derived from it has loaded it; nobody else has to.
    steps = sys.modules.get("devsession.openmetadata.steps.steps")
    if steps is None or not issubclass(plugin_class, steps.Step):
        return None
    return plugin_class(steps.WorkflowContext())
