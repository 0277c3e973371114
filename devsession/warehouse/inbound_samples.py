"""Some of the records of files, from all over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SAMPLED = 20_000


def sampled(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """All records of files, or about twenty thousand of them, evenly spread; no tombstones."""
    from pyarrow import compute
    from pyarrow.parquet import read_metadata, read_table
    from pydantic_core import from_json

    step = max(sum(read_metadata(file).num_rows for file in files) // _SAMPLED, 1)
    for file in files:
        table = read_table(file, columns=["RECORD_DATA", "IS_DELETED"])
        texts = table.filter(compute.invert(table["IS_DELETED"]))["RECORD_DATA"]
        for text in texts[::step].to_pylist():
            record = from_json(text) if text else None
            if isinstance(record, dict):
                yield record
