"""What was found of a plugin: a line for each of its methods."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from devsession.render import BAD, GOOD, html_report, html_table, text_table

State = Literal["ok", "not written", "not tried", "not used", "error"]


@dataclass(frozen=True)
class Checked:
    """One method. told: what came of it, or why nothing did; next_step: what to do about it.

    source: the sentence of the guide that asks for it, where one does.
    """

    method: str
    state: State
    told: str = ""
    next_step: str = ""
    source: str = ""

    @property
    def line(self) -> str:
        """What came of it, and the next step, in one line."""
        told = "; ".join(line.strip() for line in self.told.splitlines())
        step = f"next: {self.next_step}" if self.next_step else ""
        asked = f"source: {self.source}" if self.source and self.state == "error" else ""
        return "; ".join(filter(None, [told, step, asked]))


@dataclass(frozen=True)
class Examination:
    """All of a plugin; true when nothing of it failed."""

    plugin: str
    checks: tuple[Checked, ...]

    def __bool__(self) -> bool:
        return all(each.state != "error" for each in self.checks)

    @property
    def counts(self) -> str:
        """`19 ok, 5 not tried`."""
        states = [each.state for each in self.checks]
        return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))

    @property
    def _rows(self) -> list[tuple[str, str, str]]:
        return [(each.method, each.state, each.line) for each in self.checks]

    def __str__(self) -> str:
        return "\n".join([text_table((self.plugin, "", ""), self._rows), "", self.counts])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        table = html_table(("", "", ""), self._rows)
        return html_report(f"{self.plugin}: {self.counts}", table, edge=GOOD if self else BAD)

    def as_dict(self) -> dict[str, object]:
        """The same for scripts."""
        checks = [asdict(each) for each in self.checks]
        return {"plugin": self.plugin, "ok": bool(self), "checks": checks}
