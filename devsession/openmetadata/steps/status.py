"""What a step counts while it works. Source: OpenMetadata contract, "Framework", status of a step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devsession.openmetadata.steps.either import OMError

KEPT = 1_000


@dataclass
class StepStatus:
    """The counts of one step; `self.status` in it.

    errors and warnings count all of them; `failures` and `warned` keep the first thousand. filtered:
    how many a rule left out, by the rule. matched: levels of which an include matched.
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
