"""What a run would do, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Plan:
    """How many records each action would be taken on, and how many would be left alone."""

    actions: Mapping[str, int]
    unchanged: int

    @property
    def total(self) -> int:
        """How many records would be offered."""
        return sum(self.actions.values())

    def __str__(self) -> str:
        actions = ", ".join(f"{action} {count:,}" for action, count in self.actions.items())
        return f"{actions}; {counted(self.unchanged, 'record')} unchanged"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{escape(str(self))}</p>"
