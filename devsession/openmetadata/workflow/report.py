"""What a workflow's run did: counts of each step, what was lost and why; true when nothing was."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devsession.errors import CatalogError
from devsession.openmetadata.steps.status import StepStatus
from devsession.render import (
    BAD,
    DOUBTFUL,
    GOOD,
    counted,
    html_line,
    html_report,
    html_table,
    text_table,
)

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.openmetadata.steps.either import OMError
    from devsession.openmetadata.steps.rulings import Ruling

_HEADINGS = ("step", "records", "updated", "filtered", "warnings", "errors")
_POLICIES = ("policy", "verdict", "entities", "what")
_SHOWN = 10
# What the tally of a sink that knows has; that of one that only counts has none of them.
_OUTCOMES = ("created", "updated", "unchanged", "deleted", "failed", "not sent")


@dataclass(repr=False)
class WorkflowReport:
    """How a run went, step by step; true when nothing was lost and it was not stopped.

    supplied: what entities hang under, that the source did not yield: stored by its name alone.
    confirmed: the sink has stored all that it was given, but for what is told as lost.
    dry_run: nothing was stored; the sink's counts are of what would be. since: the watermark that it read from, milliseconds since 1970; None: it read everything.
    tally: what the sink counts for each type, where it does.
    """

    service: str = ""
    steps: list[StepStatus] = field(default_factory=list)
    state: str = "running"
    dry_run: bool = False
    confirmed: bool = False
    supplied: list[str] = field(default_factory=list)
    since: int | None = None
    tally: Any = None
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    seconds: float = 0.0

    def add(self, name: str) -> StepStatus:
        """One more step."""
        self.steps.append(StepStatus(name))
        return self.steps[-1]

    def end(self, *, stopped: bool = False) -> None:
        """The run is over. Source: OpenMetadata contract, states of a pipeline."""
        self.seconds = time.time() - self.started_ms / 1000
        stored = self.confirmed and self.steps[-1].records
        failed = "partialSuccess" if stored else "failed"
        self.state = "stopped" if stopped else failed if self.errors else "success"

    @property
    def errors(self) -> int:
        """How many entities were lost, and what else went wrong."""
        return sum(step.errors for step in self.steps)

    @property
    def failures(self) -> list[OMError]:
        """What went wrong, the first thousand of each step."""
        return [each for step in self.steps for each in step.failures]

    @property
    def rulings(self) -> list[Ruling]:
        """What policies said, each with its reason, counted."""
        return [each for step in self.steps for each in step.rulings]

    @property
    def lost_otherwise(self) -> list[OMError]:
        """What went wrong besides policies that denied."""
        judging = {step.name for step in self.steps if any(step.rulings)}
        return [each for each in self.failures if each.step not in judging]

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        read = self.steps[0].records if self.steps else 0
        parts = [_WORDS[self.state], f"{counted(read, 'record')} read", *self._stored()]
        filtered = sum(step.filtered.total() for step in self.steps)
        parts += [f"{filtered:,} filtered"] if filtered else []
        parts += [counted(self.errors, "error")] if self.errors else []
        return f"{self.service or 'workflow'}: {', '.join(parts)} in {self.seconds:.1f} s"

    def _stored(self) -> list[str]:
        """What became of what the sink was given, as far as it tells."""
        given = self.steps[-1].records if self.steps else 0
        if not given and self.errors:
            return ["nothing stored"]
        if not self.confirmed and not self.dry_run:
            return [f"{given:,} given to the sink, which did not confirm them"]
        count = self.tally.total if self.tally is not None else lambda _: 0
        if not any(map(count, _OUTCOMES)):
            return [f"{given:,} {'would be stored or are there' if self.dry_run else 'stored'}"]
        would = "would be " if self.dry_run else ""
        told = [f"{count('created') + count('updated'):,} {would}stored"]
        told += [f"{count('unchanged'):,} unchanged"] if count("unchanged") else []
        return [*told, *([f"{count('deleted'):,} {would}deleted"] if count("deleted") else [])]

    def raise_if_failed(self) -> None:
        """Raises: CatalogError when anything was lost; `report` is this one."""
        if not self:
            raise CatalogError(self.headline, tried="\n".join(self._told()), report=self)

    def __bool__(self) -> bool:
        return self.state == "success"

    def __str__(self) -> str:
        parts = [self.headline, text_table(_HEADINGS, self._rows())]
        parts += [str(self.tally)] if self.tally is not None else []
        parts += [text_table(_POLICIES, rows)] if (rows := self._ruled()) else []
        parts += ["\n".join(lines)] if (lines := [*self._told(), *self._notes()]) else []
        return "\n\n".join(parts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        edge = BAD if not self else DOUBTFUL if any(step.warnings for step in self.steps) else GOOD
        lines = map(html_line, [*self._told(), *self._notes()])
        told = getattr(self.tally, "_repr_html_", lambda: "")()
        ruled = [html_table(_POLICIES, rows)] if (rows := self._ruled()) else []
        return html_report(
            self.headline, html_table(_HEADINGS, self._rows()), told, *ruled, *lines, edge=edge
        )

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "service": self.service,
            "state": self.state,
            "dry_run": self.dry_run,
            "confirmed": self.confirmed,
            "run_id": self.run_id,
            "started": self.started_ms,
            "seconds": round(self.seconds, 3),
            "since": self.since,
            "steps": [step.to_dict() for step in self.steps],
            "policies": [each.to_dict() for each in self.rulings],
            "supplied": self.supplied,
            "tally": self.tally.to_dict() if self.tally is not None else None,
        }

    def to_frame(self) -> DataFrame:
        """One row a step: name, records, updated_records, warnings, errors, filtered."""
        from pandas import DataFrame

        columns = ["name", "records", "updated_records", "warnings", "errors", "filtered"]
        rows = [[step.to_dict()[name] for name in columns] for step in self.steps]
        return DataFrame(rows, columns=columns)

    def _rows(self) -> list[tuple[str, ...]]:
        rows = []
        for step in self.steps:
            counts = [step.records, step.updated_records, step.filtered.total()]
            counts += [step.warnings, step.errors]
            rows.append((step.name, *(f"{count:,}" for count in counts)))
        return rows

    def _ruled(self) -> list[tuple[str, ...]]:
        """What policies said: a line each, below it what to do about it."""
        rows: list[tuple[str, ...]] = []
        for each in self.rulings[:_SHOWN]:
            rows.append((each.policy, each.verdict, f"{each.count:,}", each.text))
            rows += [("", "", "", f"fix: {each.fix}")] if each.fix else []
        more = len(self.rulings) - _SHOWN
        return [*rows, *([("", "", "", f"and {more:,} more: .rulings")] if more > 0 else [])]

    def _told(self) -> list[str]:
        """What was lost and what else went wrong, the first few."""
        shown = [
            f"{'lost' if each.name else 'error'}: {each.step}: {each}"
            for each in self.failures[:_SHOWN]
        ]
        more = self.errors - len(shown)
        return [*shown, *([f"and {counted(more, 'more error')}"] if more > 0 else [])]

    def _notes(self) -> list[str]:
        rules = [
            f"filtered by {rule}: {count:,}"
            for step in self.steps
            for rule, count in step.filtered.most_common(_SHOWN)
        ]
        warned = [f"{step.name}: {what}" for step in self.steps for what in step.warned[:_SHOWN]]
        noted = [
            line
            for step in self.steps
            for line in (
                *(f"{step.name}: {what}" for what in step.notes[:_SHOWN]),
                *(
                    [f"{step.name}: and {len(step.notes) - _SHOWN:,} more"]
                    if len(step.notes) > _SHOWN
                    else []
                ),
            )
        ]
        named = ", ".join(self.supplied[:_SHOWN]) + (", .." if len(self.supplied) > _SHOWN else "")
        supplied = [f"not yielded, so stored by name alone: {named}"] if self.supplied else []
        return [*rules, *warned, *noted, *supplied]


_WORDS = {
    "running": "running",
    "success": "done",
    "partialSuccess": "done in part",
    "failed": "failed",
    "stopped": "stopped",
}
