"""The session's card: what is ready, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from devsession.notebook.markup import code, fact_lines, facts
from devsession.render import BAD, NEUTRAL, html_line, panel


@dataclass(frozen=True, repr=False)
class SessionCard:
    """A session at a glance: what is ready, and what to write in the next cell.

    more: names and what holds for them besides. panel: the class of the widget that the plugin brings.
    trouble: why there is none, in lines.

    It says nothing that later cells change: outputs are compared, and a notebook that is run again
    would differ from itself.
    """

    plugin: str
    next_step: str
    more: tuple[tuple[str, str], ...] = ()
    panel: str = ""
    trouble: str = ""

    @property
    def parts(self) -> tuple[str, str]:
        """The card as HTML, without its frame: what stands above a panel, and below."""
        trouble = code(self.trouble) if self.trouble else ""
        return (
            html_line(self._title, style="font-weight:bold;margin-bottom:4px") + facts(self._facts),
            trouble + html_line(self._next, style="margin-top:6px"),
        )

    def __repr__(self) -> str:
        trouble = [f"  {line}" for line in self.trouble.splitlines()]
        return "\n".join([self._title, *fact_lines(self._facts), *trouble, self._next])

    def _repr_html_(self) -> str:
        trouble = [code(self.trouble)] if self.trouble else []
        return panel(
            self._title,
            facts(self._facts),
            *trouble,
            html_line(self._next, style="margin-top:6px"),
            edge=BAD if self.trouble else NEUTRAL,
        )

    @property
    def _title(self) -> str:
        return f"Session for {self.plugin}"

    @property
    def _next(self) -> str:
        return f"next: {self.next_step}"

    @property
    def _facts(self) -> list[tuple[str, str]]:
        rows = [("warehouse", "ready"), ("sandbox", "ready"), *self.more]
        if self.panel or self.trouble:
            rows.append(("panel", f"{self.panel or 'not shown'} (experimental: may change)"))
        return rows
