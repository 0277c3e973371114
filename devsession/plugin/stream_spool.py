"""Records of one stream on their way to the store: in Parquet files, so that memory stays flat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devsession.plugin.stream_store import APP_IDENTIFIER, SPOOL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa

# A file is worth its opening and closing, and few of them wait in memory for all streams together.
_ROWS_OF_A_FILE = 50_000
_BYTES_OF_A_FILE = 16_000_000


@dataclass
class _Part:
    """Records in their order: files, then what is not in a file yet."""

    files: list[Path] = field(default_factory=list)
    tables: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    rows_in_memory: int = 0
    bytes_in_memory: int = 0

    def add(self, tables: list[pa.Table]) -> None:
        """Take more records."""
        self.tables += tables
        rows = sum(map(len, tables))
        self.rows += rows
        self.rows_in_memory += rows
        self.bytes_in_memory += sum(table.nbytes for table in tables)

    @property
    def is_a_file(self) -> bool:
        """Whether what waits in memory is enough for a file."""
        return self.rows_in_memory >= _ROWS_OF_A_FILE or self.bytes_in_memory >= _BYTES_OF_A_FILE


class Spool:
    """Records that a state covers, and behind them those that wait for one. One thread at a time.

    A part is cut in memory where a state ends it; files are not.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._number = number
        self._written = 0
        self._covered = _Part()
        self._waiting = _Part()

    def add(
        self,
        keys: Sequence[str] | Sequence[None],
        records: Sequence[bytes],
        deleted: bool | Sequence[bool],
        retrieved: datetime,
    ) -> None:
        """Take a page: its records' names and JSON, and which of them are gone in the app."""
        if not records:
            return
        self._waiting.add([_table(keys, records, deleted, retrieved)])
        if self._waiting.is_a_file:
            self._write(self._waiting)

    def cover(self) -> None:
        """A state has come: it covers what waited."""
        covered, waiting = self._covered, self._waiting
        if waiting.files:
            self._write(covered)
        covered.files += waiting.files
        covered.rows += waiting.rows - waiting.rows_in_memory
        covered.add(waiting.tables)
        self._waiting = _Part()
        if covered.is_a_file:
            self._write(covered)

    @property
    def covered(self) -> int:
        """How many records a state covers."""
        return self._covered.rows

    @property
    def waiting(self) -> int:
        """How many records wait for a state."""
        return self._waiting.rows

    def take(self) -> list[Path]:
        """The covered records as files, which are the caller's now."""
        self._write(self._covered)
        files, self._covered = self._covered.files, _Part()
        return files

    def drop_waiting(self) -> None:
        """Let go what no state covers."""
        for path in self._waiting.files:
            path.unlink(missing_ok=True)
        self._waiting = _Part()

    def _write(self, part: _Part) -> None:
        if not part.tables:
            return
        from pyarrow import concat_tables
        from pyarrow.parquet import write_table

        self._written += 1
        path = self._folder / f"{self._number:04}-{self._written:06}.parquet"
        # A dictionary of texts that are all different costs more than it saves.
        write_table(
            concat_tables(part.tables),
            path,
            compression="zstd",
            compression_level=1,
            use_dictionary=False,
        )
        part.files.append(path)
        part.tables, part.rows_in_memory, part.bytes_in_memory = [], 0, 0


def repeated_names(files: Sequence[Path], shown: int) -> tuple[int, list[str]]:
    """How many names stand in more than one row of these files, and the first few of them."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow.parquet import read_table

    columns = [read_table(file, columns=[APP_IDENTIFIER]).column(0) for file in files]
    chunks = [chunk for column in columns for chunk in column.chunks]
    counts = pc.value_counts(pa.chunked_array(chunks, type=pa.large_string()).drop_null())
    repeated = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
    return len(repeated), repeated[:shown].to_pylist()


def _table(
    keys: Sequence[str] | Sequence[None],
    records: Sequence[bytes],
    deleted: bool | Sequence[bool],
    retrieved: datetime,
) -> pa.Table:
    """A page in columns as in `SPOOL_COLUMNS`."""
    import pyarrow as pa

    rows = len(records)
    columns = [
        pa.array(keys, pa.large_string()),
        pa.array(records, pa.large_binary()).cast(pa.large_string()),
        pa.repeat(deleted, rows) if isinstance(deleted, bool) else pa.array(deleted, pa.bool_()),
        pa.repeat(pa.scalar(retrieved, pa.timestamp("us", tz="UTC")), rows),
    ]
    return pa.Table.from_arrays(columns, names=list(SPOOL_COLUMNS))
