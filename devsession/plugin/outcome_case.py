"""What the outcome rules look at, and what they answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pandas import DataFrame

from devsession.plugin.outcome_table import BETWEEN, PIECE, OutcomeTable, as_text, kind, result_text
from devsession.plugin.outcomes import IDENTIFIER, frame_of
from devsession.plugin.strategies import SyncAction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from devsession.plugin.outcome_table import Mask

    FindSecret = Callable[[str], Sequence[object]]

# Rows that a finding names, how much of each name it shows, rows whose values it describes.
_NAMED_ROWS = 5
_WIDEST_NAME = 60
_LOOKED_AT = 1_000


@dataclass(frozen=True)
class Broken:
    """How a rule is broken: by how many rows, the first of them by name, and any detail."""

    count: int
    rows: tuple[str, ...] = ()
    detail: str = ""


class Case:
    """What the rules look at: outcomes as given, the records they answer, and the strategy."""

    def __init__(
        self,
        outcomes: object,
        records: DataFrame,
        strategy: str,
        find_secret: FindSecret | None,
    ) -> None:
        self.given = frame_of(outcomes)
        self.table = OutcomeTable(self.given if isinstance(self.given, DataFrame) else DataFrame())
        self.records = records
        self.strategy = strategy
        self.find_secret = find_secret

    def read(self) -> None:
        """Do what takes long side by side: Arrow looks up without Python's lock, which reads JSON.

        The rules would ask for the same, one after the other. For a few rows, as a plugin hands
        them back, a thread takes longer than it saves.
        """
        if len(self.table) < PIECE:
            return
        with ThreadPoolExecutor(max_workers=1) as pool:
            lookups = pool.submit(lambda: (self.record_of, self.shares))
            _ = self.table.results
            lookups.result()

    @cached_property
    def record_identifiers(self) -> pa.LargeStringArray:
        """The identifiers of the records, as text."""
        return as_text(self.records[IDENTIFIER])

    @cached_property
    def record_of(self) -> NDArray[np.int64]:
        """For each outcome the place of its record, -1 when there is none."""
        found = pc.index_in(
            self.table.identifiers, value_set=self.record_identifiers, skip_nulls=True
        )
        return np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int64)

    @cached_property
    def repeats(self) -> Mask:
        """Where an outcome has an identifier that an earlier one has too."""
        places = np.arange(len(self.table))
        first = np.empty(len(self.records) + 1, dtype=np.int64)
        first[self.record_of[::-1]] = places[::-1]
        unknown = self.record_of < 0
        others = self.table.identifiers.filter(pa.array(unknown)).to_pandas()
        repeats: Mask = first[self.record_of] != places
        repeats[unknown] = others.duplicated() & others.notna()
        return repeats

    @cached_property
    def creates(self) -> Mask:
        """Where an outcome answers a record that is to be created, for the first time or anew."""
        if "SYNC_ACTION" not in self.records:
            return np.full(len(self.table), self.strategy in ("Create", "Replace"))
        creating = self.records["SYNC_ACTION"].isin([SyncAction.CREATE, SyncAction.RECREATE])
        creates: Mask = np.append(creating.to_numpy(dtype=bool), False)[self.record_of]
        return creates

    @cached_property
    def shares(self) -> Mask:
        """Where a success has an APP_IDENTIFIER that another one has too."""
        counted = pc.if_else(pa.array(self.table.succeeded), self.table.app_identifiers, None)
        codes = counted.dictionary_encode().indices
        many = np.bincount(codes.drop_null().to_numpy()) > 1
        shares: Mask = np.append(many, False)[pc.fill_null(codes, -1).to_numpy()]
        return shares

    def rows(self, broken: Mask, detail: str = "") -> Broken | None:
        """The outcomes at which `broken` is true, named by their identifiers."""
        return self.rows_of(self.table.identifiers, broken, detail)

    def rows_of(
        self, identifiers: pa.LargeStringArray, broken: Mask, detail: str = ""
    ) -> Broken | None:
        """The rows at which `broken` is true: by identifier, or by place when that is null."""
        places = np.flatnonzero(broken).tolist()
        if not places:
            return None
        names = ((identifiers[place].as_py(), place) for place in places[:_NAMED_ROWS])
        shown = (f"row {place}" if name is None else self.shown(name) for name, place in names)
        return Broken(len(places), tuple(shown), detail)

    def types(self, column: str, broken: Mask) -> str:
        """What stands in a column instead, as type names: a value could be a secret."""
        values = self.table.column(column)[broken].head(_LOOKED_AT)
        kinds = {kind(value) for value in values[values.notna()]}
        kinds |= {"null"} if values.hasnans else set()
        return ", ".join(sorted(kinds)[:_NAMED_ROWS])

    def hint(self, name: str) -> str:
        """A missing column, and the column that was probably meant to be it."""
        labels = {str(label).upper(): str(label) for label in self.table.frame.columns}
        near = get_close_matches(name, labels, n=1)
        return f"{name}, did you mean {self.shown(labels[near[0]])!r}?" if near else name

    def names_holding_secrets(self, names: pa.LargeStringArray) -> Mask:
        """Where a name holds a live secret."""
        slices = (names[start : start + PIECE] for start in range(0, len(names), PIECE))
        return self.holding_secrets(pc.fill_null(names, ""), map(_joined, slices))

    def holding_secrets(
        self, values: pa.Array | NDArray[np.object_], pieces: Iterable[str]
    ) -> Mask:
        """Where a value holds a live secret; `pieces`: the values as text, `PIECE` in one.

        A piece is searched as a whole, and row by row when that finds something: hits are rare.
        """
        holding = np.zeros(len(values), dtype=bool)
        for start, text in zip(count(0, PIECE), pieces, strict=False):
            if self.shows_secret(text):
                here = slice(start, start + PIECE)
                texts = map(result_text, values[here].tolist())
                holding[here] = [self.shows_secret(text) for text in texts]
        return holding

    def shows_secret(self, text: str) -> bool:
        """Whether a text holds a live secret."""
        return self.find_secret is not None and bool(self.find_secret(text))

    def shown(self, name: str) -> str:
        """A name as a report may show it: short, printable, never a secret."""
        if self.shows_secret(name):
            return "(holds a secret)"
        clean = name if name.isprintable() else repr(name)[1:-1]
        return clean if len(clean) <= _WIDEST_NAME else clean[: _WIDEST_NAME - 2] + ".."


def _joined(names: pa.LargeStringArray) -> str:
    """Names as one text, without a Python string for each."""
    one = pa.ListArray.from_arrays([0, len(names)], pc.fill_null(names, "").cast(pa.string()))
    joined: str = pc.binary_join(one, BETWEEN)[0].as_py()
    return joined
