"""What an inbound run did, stream by stream: for people, for programs and for the list of runs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from devsession.render import (
    BAD,
    DOUBTFUL,
    GOOD,
    counted,
    html_line,
    html_report,
    html_table,
    shortened,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADINGS = ("stream", "records", "deleted", "refused", "state", "seconds", "view", "")
_STATE = 60


@dataclass(frozen=True)
class StreamSummary:
    """What came of one stream.

    records: stored, deletes included; deleted: those of them that are gone in the app. refused: in
    pages that broke a rule. state: the one that covers what is stored by now. seconds: from its
    first record to its last. problem: why it did not come to its end, "" where it did. view: what shows
    its records in the warehouse, a typed column a field.
    """

    records: int = 0
    deleted: int = 0
    refused: int = 0
    state: dict[str, Any] | None = None
    seconds: float = 0.0
    complete: bool = False
    problem: str = ""
    view: str = ""

    @property
    def text(self) -> str:
        """`1,200 records in PEOPLE_CUSTOMER, 3 deleted`."""
        parts = [counted(self.records, "record") + (f" in {self.view}" if self.view else "")]
        parts += [f"{self.deleted:,} deleted"] if self.deleted else []
        parts += [f"{self.refused:,} refused"] if self.refused else []
        parts += [self.problem] if self.problem else []
        return ", ".join(parts)


@dataclass(frozen=True)
class InboundSummary:
    """What a run did; true when no stream failed.

    status: completed, failed, interrupted, or timed out. streams: by name. warnings: what was stored and is
    worth a look, a line a rule. fields: streams whose records have other fields or types than
    before, `+ phone: string` a line each.
    """

    sync: str
    run: int
    status: str = "completed"
    streams: Mapping[str, StreamSummary] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.status == "completed" and not self.problems

    @property
    def problems(self) -> dict[str, str]:
        """Streams that did not come to their end, and why."""
        return {name: each.problem for name, each in self.streams.items() if each.problem}

    @property
    def records(self) -> int:
        """Records that were stored, of all streams."""
        return sum(each.records for each in self.streams.values())

    @property
    def failed(self) -> int:
        """Records that were refused."""
        return sum(each.refused for each in self.streams.values())

    @property
    def counts(self) -> dict[str, int]:
        """Stream -> records, for the list of runs."""
        return {name: each.records for name, each in self.streams.items()}

    def __str__(self) -> str:
        ended = "" if self.status == "completed" else f" {self.status},"
        told = "; ".join(f"{name} {each.text}" for name, each in self.streams.items())
        text = f"{self.sync}:{ended} {counted(self.records, 'record')} stored: {told}"
        return "\n".join([text, *self.warnings, *self._drift])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        # What took no second says nothing of it: a short run reads the same each time.
        rows = [
            (
                name,
                f"{each.records:,}",
                f"{each.deleted:,}",
                f"{each.refused:,}",
                shortened(json.dumps(each.state, ensure_ascii=False), _STATE) if each.state else "",
                f"{each.seconds:,.0f}" if each.seconds >= 1 else "",
                each.view,
                "read to its end" if each.complete else "",
            )
            for name, each in self.streams.items()
        ]
        notes = [f"{name}: {problem}" for name, problem in self.problems.items()]
        notes += [*self.warnings, *self._drift]
        title = f"{self.sync}: {self.status}, {counted(self.records, 'record')} stored"
        edge = (DOUBTFUL if self.warnings else GOOD) if self else BAD
        return html_report(title, html_table(_HEADINGS, rows), *map(html_line, notes), edge=edge)

    @property
    def _drift(self) -> list[str]:
        """What has changed in the records' fields, a line a field."""
        return [
            f"{name}: {line}" for name, text in self.fields.items() for line in text.split("\n")
        ]

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self) | {"records": self.records}


def streams_text(counts: Mapping[str, int]) -> str:
    """What there is to say of a run's counts: `people 1,200, notes 3`."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
