"""What became of each kind of entity in a run: counts that add up, as text, HTML and a frame."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from devsession.render import BAD, GOOD, counted, html_report, html_table, text_table

if TYPE_CHECKING:
    import pandas as pd

Count: TypeAlias = Literal[
    "scanned", "created", "updated", "unchanged", "deleted", "failed", "filtered", "not sent"
]
COUNTS: tuple[Count, ...] = get_args(Count)


class Tally:
    """Counts for each kind, "table" say.

    scanned: all that came. Each of them is created, updated, unchanged, failed, filtered, or not
    sent, when the run ended before. deleted: what was in the catalog, and was not seen.
    """

    def __init__(self) -> None:
        self._counts: dict[str, Counter[Count]] = {}

    def add(self, kind: str, what: Count, number: int = 1) -> None:
        """So many more."""
        self._counts.setdefault(kind, Counter())[what] += number

    def filter(self, kind: str) -> None:
        """One came, and a rule left it out."""
        self.add(kind, "scanned")
        self.add(kind, "filtered")

    def of(self, kind: str) -> dict[Count, int]:
        """The counts of one kind."""
        counts = self._counts.get(kind, Counter())
        return {what: counts[what] for what in COUNTS}

    def total(self, what: Count) -> int:
        """Over all kinds."""
        return sum(counts[what] for counts in self._counts.values())

    @property
    def lost(self) -> int:
        """How many did not reach the catalog, and should have."""
        return self.total("failed") + self.total("not sent")

    @property
    def ok(self) -> bool:
        """Whether nothing was lost."""
        return self.lost == 0

    @property
    def state(self) -> Literal["success", "partialSuccess", "failed"]:
        """As the status of a pipeline has it."""
        if self.ok:
            return "success"
        stored = sum(self.total(what) for what in ("created", "updated", "unchanged"))
        return "partialSuccess" if stored else "failed"

    def __str__(self) -> str:
        return "\n".join([self._verdict, text_table(*self._table)] if self._counts else [_NOTHING])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self._counts:
            return html_report(_NOTHING, edge=GOOD)
        return html_report(self._verdict, html_table(*self._table), edge=GOOD if self.ok else BAD)

    def to_dict(self) -> dict[str, Any]:
        """For --json."""
        return {
            "ok": self.ok,
            "state": self.state,
            "counts": {kind: self.of(kind) for kind in self._counts},
        }

    def to_frame(self) -> pd.DataFrame:
        """One row a kind, a column for each count."""
        import pandas as pd

        rows = [{"kind": kind, **self.of(kind)} for kind in self._counts]
        return pd.DataFrame(rows, columns=["kind", *COUNTS])

    @property
    def _verdict(self) -> str:
        # Of what came here alone: what was lost before is told by the run's report.
        scanned = self.total("scanned")
        if self.total("failed"):
            return f"{self.lost:,} of {scanned:,} did not reach the catalog"
        if self.lost:
            return f"{self.lost:,} of {scanned:,} not sent: the run ended before"
        return f"{counted(scanned, 'item')} came to the sink, none lost there"

    @property
    def _table(self) -> tuple[list[str], list[list[object]]]:
        """Counts that are 0 for every kind have no column."""
        shown = [what for what in COUNTS if what == "scanned" or self.total(what)]
        rows: list[list[object]] = [
            [kind, *(f"{self.of(kind)[what]:,}" for what in shown)] for kind in self._counts
        ]
        return ["", *shown], rows


_NOTHING = "nothing came"
