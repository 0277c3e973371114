"""What a run would do, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Self

from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.plugin.strategies import OutboundSyncStrategy


@dataclass(frozen=True)
class Plan:
    """How many records each action would be taken on, and how many would be left alone.

    `scanned`: how many the source has. `refused`: how many of those with an action would not be
    sent, because the plugin's outbound_record_validator refuses them. `hint`: what may not be meant.
    """

    actions: Mapping[str, int]
    unchanged: int
    scanned: int
    refused: int = 0
    hint: str = ""

    @classmethod
    def of(cls, strategy: OutboundSyncStrategy, states: Mapping[str, int]) -> Self:
        """From how many records are in each state."""
        actions = dict.fromkeys(strategy.actions.values(), 0)
        for state, action in strategy.actions.items():
            actions[action] += states[state]
        in_source = [state for state in states if state != "gone"]
        left_alone = [state for state in in_source if state not in strategy.actions]
        return cls(
            actions,
            unchanged=sum(states[state] for state in left_alone),
            scanned=sum(states[state] for state in in_source),
        )

    @property
    def total(self) -> int:
        """How many records would be offered."""
        return sum(self.actions.values())

    def __str__(self) -> str:
        actions = ", ".join(f"{action} {count:,}" for action, count in self.actions.items())
        refused = f"; {counted(self.refused, 'record')} refused, not sent" if self.refused else ""
        counts = f"{actions}; {counted(self.unchanged, 'record')} unchanged{refused}"
        return "\n".join(filter(None, (counts, self.hint)))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{escape(str(self)).replace(chr(10), '<br>')}</p>"
