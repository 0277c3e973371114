"""What a run did, in numbers: for people, for programs and for the list of runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from devsession.plugin.refusals import first_causes, refused
from devsession.plugin.strategies import SyncAction
from devsession.render import (
    BAD,
    DOUBTFUL,
    GOOD,
    counted,
    html_line,
    html_report,
    html_table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

# Counter -> how a line calls it.
_WORDS = {
    "created": "created",
    "updated": "updated",
    "deleted": "deleted",
    "sent": "sent",
    "skipped": "unchanged",
    "unanswered": "without an outcome",
    "failed": "refused",
}


@dataclass(frozen=True)
class RunSummary:
    """What a run did.

    scanned: records of the source. created, updated, deleted: those that succeeded; sent: with
    any other action. skipped: unchanged, so not offered. failed: refused. unanswered: offered, and
    without an outcome. actions: action -> how many succeeded, custom ones by their own names.
    causes: why records were refused, the most frequent first. status: completed, failed,
    interrupted, or timed out.
    """

    sync: str
    run: int
    status: str = "completed"
    scanned: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    unanswered: int = 0
    actions: dict[str, int] = field(default_factory=dict)
    causes: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.status == "completed" and not self.failed and not self.unanswered

    @property
    def succeeded(self) -> int:
        """Records that the app took, whatever the action."""
        return sum(self.actions.values())

    @property
    def offered(self) -> int:
        """Records that the run was to bring to the app."""
        return self.succeeded + self.failed + self.unanswered

    @property
    def counts(self) -> dict[str, int]:
        """The counters, for the list of runs."""
        names = ("scanned", "succeeded", *_WORDS)
        return {name: getattr(self, name) for name in names}

    @property
    def text(self) -> str:
        """Counts, and the causes of refusals, in one line."""
        return counts_text(self.counts, causes=self.causes) or "nothing to do"

    def __str__(self) -> str:
        ended = "" if self.status == "completed" else f" {self.status},"
        return f"{self.sync}:{ended} {counted(self.offered, 'record')} offered, {self.text}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        names = ("scanned", *_WORDS)
        counts = html_table(names, [[f"{getattr(self, name):,}" for name in names]])
        own = {name: count for name, count in self.actions.items() if name not in _STANDARD}
        notes = [f"{action}: {count:,}" for action, count in own.items()]
        notes += [
            f"{count:,} refused: {cause}" for cause, count in first_causes(self.causes).items()
        ]
        edge = GOOD if self else DOUBTFUL if self.status == "completed" else BAD
        return html_report(str(self), counts, *map(html_line, notes), edge=edge)

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self) | {"succeeded": self.succeeded, "offered": self.offered}


# The actions that have counters of their own; successes of all others count as sent.
_STANDARD = (SyncAction.CREATE, SyncAction.UPDATE, SyncAction.DELETE)


def counters_of(actions: Mapping[str, int]) -> tuple[int, int, int, int]:
    """Created, updated, deleted and sent, from how many succeeded with each action."""
    own = [actions.get(action, 0) for action in _STANDARD]
    created, updated, deleted = own
    return created, updated, deleted, sum(actions.values()) - sum(own)


def counts_text(counts: Mapping[str, int], *, causes: Mapping[str, int] | None = None) -> str:
    """What there is to say of a run's counts: `2 created, 1 refused: has this email`."""
    parts = []
    for name, word in _WORDS.items():
        if count := counts.get(name):
            parts.append(refused(count, causes or {}) if name == "failed" else f"{count:,} {word}")
    return ", ".join(parts)
