"""What policies said of entities, counted: for reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from devsession.plugin.report import Finding
from devsession.render import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Ruled = Literal["deny", "warn", "mask"]

# Entities that are named, how much of a text is shown, and how many reasons are told apart.
_NAMED, _WIDEST, _REASONS = 5, 100, 1_000
_OTHERS = "other reasons, each told of its entity"


@dataclass
class Ruling:
    """What a policy said, for one reason. count: of how many entities; `entities` names the first few."""

    policy: str
    verdict: Ruled
    reason: str
    fix: str = ""
    entities: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def text(self) -> str:
        """The reason and the entities it is about, `.. and 7 more` when not all are named."""
        return self.finding.text

    @property
    def finding(self) -> Finding:
        """As rules are reported: a denied entity is an error."""
        severity: Literal["error", "warning"] = "error" if self.verdict == "deny" else "warning"
        rows = tuple(shortened(name, _WIDEST) for name in self.entities)
        return Finding(self.policy, severity, rows, self.count, "", self.reason, self.fix)

    def __str__(self) -> str:
        return f"{self.policy} {_DOES[self.verdict]} {counted(self.count, 'entity')}: {self.text}"

    def to_dict(self) -> dict[str, Any]:
        """The ruling as JSON has it."""
        return {
            "policy": self.policy,
            "verdict": self.verdict,
            "count": self.count,
            "entities": self.entities,
            "reason": self.reason,
            "fix": self.fix,
        }


class Rulings:
    """Those of one step, in the order in which they were first made."""

    def __init__(self) -> None:
        self._by_reason: dict[tuple[str, Ruled, str, str], Ruling] = {}

    def add(self, policy: str, verdict: Ruled, entity: str, reason: str, fix: str = "") -> None:
        """A policy said this of an entity."""
        key = policy, verdict, reason, fix
        if key not in self._by_reason and len(self._by_reason) >= _REASONS:
            # A reason that names what it is about differs each time.
            key = policy, verdict, _OTHERS, ""
        ruling = self._by_reason.get(key)
        if ruling is None:
            ruling = self._by_reason[key] = Ruling(*key)
        ruling.count += 1
        if len(ruling.entities) < _NAMED:
            ruling.entities.append(entity)

    def clean(self, change: Callable[[str], str]) -> None:
        """Have each text changed: a redactor takes secrets out."""
        for each in self:
            each.reason, each.fix = change(each.reason), change(each.fix)
            each.entities = [change(name) for name in each.entities]

    def __iter__(self) -> Iterator[Ruling]:
        return iter(self._by_reason.values())


_DOES: dict[Ruled, str] = {"deny": "denies", "warn": "warns of", "mask": "masks"}
