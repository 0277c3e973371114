"""What a step counts while it works. Source: OpenMetadata contract, "Framework", status of a step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devsession.openmetadata.steps.rulings import Rulings

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.openmetadata.steps.either import OMError
    from devsession.openmetadata.steps.rulings import Ruled

KEPT = 1_000


@dataclass
class StepStatus:
    """The counts of one step; `self.status` in it.

    errors and warnings count all of them; `failures` and `warned` keep the first thousand. filtered:
    how many a rule left out, by the rule. matched: levels of which an include matched. rulings: what
    policies said, counted.
    """

    name: str
    records: int = 0
    updated_records: int = 0
    errors: int = 0
    warnings: int = 0
    filtered: Counter[str] = field(default_factory=Counter)
    matched: set[str] = field(default_factory=set)
    failures: list[OMError] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rulings: Rulings = field(default_factory=Rulings)

    def fail(self, error: OMError) -> None:
        """One entity is lost; the run ends with exit code 1."""
        self.errors += 1
        if len(self.failures) < KEPT:
            self.failures.append(error)

    def warn(self, what: str) -> None:
        """Worth a look, and nothing is lost."""
        self.warnings += 1
        if len(self.warned) < KEPT:
            self.warned.append(what)

    def note(self, what: str) -> None:
        """What was done to an entity, and why; the first thousand are kept."""
        if len(self.notes) < KEPT:
            self.notes.append(what)

    def filter(self, rule: str) -> None:
        """One entity is left out, as this rule says."""
        self.filtered[rule] += 1

    def rule(self, policy: str, verdict: Ruled, entity: str, reason: str, fix: str = "") -> None:
        """A policy said this of an entity. One that warns is counted; one that denies, as what it loses."""
        self.warnings += verdict == "warn"
        self.rulings.add(policy, verdict, entity, reason, fix)

    def clean(self, change: Callable[[str], str]) -> None:
        """Have each text that the step told changed: a redactor takes secrets out."""
        self.warned = [change(each) for each in self.warned]
        self.notes = [change(each) for each in self.notes]
        self.rulings.clean(change)

    def to_dict(self) -> dict[str, Any]:
        """The status as JSON has it."""
        return {
            "name": self.name,
            "records": self.records,
            "updated_records": self.updated_records,
            "warnings": self.warnings,
            "errors": self.errors,
            "filtered": self.filtered.total(),
            "filtered_by": dict(self.filtered),
            "failures": [
                {"name": each.name, "error": each.error, "step": each.step}
                for each in self.failures
            ],
            "warned": self.warned,
            "notes": self.notes,
        }
