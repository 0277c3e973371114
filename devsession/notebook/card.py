"""The session's card: what is ready, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from devsession.notebook.markup import fact_lines, facts
from devsession.render import html_line, panel


@dataclass(frozen=True, repr=False)
class SessionCard:
    """A session at a glance: what is ready, and what to write in the next cell.

    It says nothing that later cells change: outputs are compared, and a notebook that is run again
    would differ from itself.
    """

    plugin: str
    next_step: str

    def __repr__(self) -> str:
        lines = [f"Session for {self.plugin}", *fact_lines(_FACTS)]
        return "\n".join([*lines, f"next: {self.next_step}"])

    def _repr_html_(self) -> str:
        return panel(
            f"Session for {self.plugin}",
            facts(_FACTS),
            html_line(f"next: {self.next_step}", style="margin-top:6px"),
        )


_FACTS = [("warehouse", "ready"), ("sandbox", "ready")]
