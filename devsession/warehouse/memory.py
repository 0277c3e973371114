"""How much memory the embedded warehouse's database keeps; what needs more goes through the disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from devsession.errors import SetupError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_VARIABLE = "DEVSESSION_WAREHOUSE_MB"

# The rest of a laptop is for its notebook, kernels and browser. More than the most is not needed: with
# that, 10M rows are joined with their state in memory, and what sorts more goes through the disk at
# little cost. DuckDB's own 80 % would fill up with pages that the system keeps as well. A container's
# limit counts as the machine's.
_PART = "20%"
_MOST_MB = 1300
# With less not even a small table can be compared.
_LEAST_MB = 100


def limit_memory(database: DuckDBPyConnection) -> None:
    """Sets what DEVSESSION_WAREHOUSE_MB says, else a fifth of the machine's memory up to 1300 MB.

    Raises:
        SetupError: the variable holds no number of megabytes from 100.
    """
    wanted = _wanted_mb()
    limit = f"{wanted}MB" if wanted else _PART
    database.execute("SET GLOBAL memory_limit = ?", [limit])
    [(kept,)] = database.execute(
        "select parse_formatted_bytes(current_setting('memory_limit'))"
    ).fetchall()
    if not wanted and kept > _MOST_MB * 1_000_000:
        database.execute("SET GLOBAL memory_limit = ?", [f"{_MOST_MB}MB"])


def _wanted_mb() -> int | None:
    text = os.environ.get(MEMORY_VARIABLE, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) < _LEAST_MB:
        raise SetupError(
            f"{MEMORY_VARIABLE} is no number of megabytes from {_LEAST_MB}.",
            tried=repr(text),
            where="the environment",
            next_step=f"{MEMORY_VARIABLE}=2000, or take it away for a fifth of the machine's memory",
        )
    return int(text)
