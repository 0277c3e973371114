"""Whether the panel that a plugin brings builds where there is neither a page nor a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.runs import call
from devsession.testing.contract.stand_in import StandIn
from devsession.testing.contract.telling import NoPartError, NotTriedError, flaw, said

if TYPE_CHECKING:
    from devsession.errors import PluginError

_WIDGET = 'return one that is shown, such as ipywidgets.HTML("<b>3 schemas</b>")'


def panel_builds(bench: Any) -> list[PluginError]:
    """`panel(session)` gives a widget, and raises nothing.

    bench: where a plugin, or a source, is tried.
    """
    from ipywidgets import DOMWidget

    source = bench.plugin_class
    if not callable(getattr(source, "panel", None)):
        raise NoPartError("it brings no panel, which is experimental")
    plugin, where = bench.plugin, line_of(source, "panel")
    app = StandIn(
        [],
        bench.recordings.exchanges,
        redactor=bench.redactor,
        matching=source.request_matching,
    )
    done = call(app, lambda: plugin.panel(_NoSession()))
    if isinstance(done.raised, NotTriedError):
        raise done.raised
    if done.raised is not None:
        if app.unknown or app.not_heard:
            raise NotTriedError("its panel asks the app for what is not recorded")
        what = f"panel() raised {said(done.raised)}"
        where = line_raising(done.raised, source) or where
        return [flaw(what, where=where, next_step="mend that line")]
    if not isinstance(done.returned, DOMWidget):
        what = f"panel() returned {type(done.returned).__name__}, and no widget"
        return [flaw(what, where=where, next_step=_WIDGET)]
    done.returned.close()
    return []


class _NoSession:
    """In the place of a session: whatever is asked of it is not there."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotTriedError(f"its panel asks the session for {name}, and here is none")
