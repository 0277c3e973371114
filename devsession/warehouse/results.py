"""What fakesnow gets wrong on the way back, put right before a result is sent.

Source: compared with what Snowflake answers; fakesnow 0.12.1.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from fakesnow import arrow
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import exp

if TYPE_CHECKING:
    from fakesnow.rowtype import ColumnInfo

_MERGED = [("number of rows inserted", "BIGINT")]
_as_struct = arrow.timestamp_to_sf_struct
_as_sent = arrow.to_sf


def install() -> None:
    """Makes fakesnow send results our way, in this process."""
    vars(arrow)["timestamp_to_sf_struct"] = timestamps
    setattr(FakeSnowflakeCursor, "_describe_last_sql", described)  # noqa: B010 - fakesnow's own
    # By import_module, because the package has a function called server.
    server: Any = import_module("fakesnow.server")
    server.to_sf = signed


def described(cursor: FakeSnowflakeCursor) -> list[tuple[Any, ...]]:
    """The columns of the last result, name and type of each.

    fakesnow has DuckDB plan the statement once more for them, after it was parsed anew. DuckDB has
    told them with the result, but for one that RESULT_SCAN has brought back.
    """
    connection: Any = cursor._duck_conn
    statement: Any = cursor._last_transformed
    if isinstance(statement, exp.Merge):  # DuckDB counts its rows together
        return _padded(_MERGED)
    results: Any = cursor._conn.results_cache
    if next(reversed(results)) != cursor._sfqid:
        rows: list[tuple[Any, ...]] = connection.execute(
            f"DESCRIBE {cursor._last_sql}", cursor._last_params
        ).fetchall()
        return rows
    return _padded([(name, str(kind)) for name, kind, *_ in connection.description])


def _padded(columns: list[tuple[str, str]]) -> list[tuple[Any, ...]]:
    """As DESCRIBE gives them, with what fakesnow does not read."""
    return [(*each, None, None, None, None) for each in columns]


def timestamps(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Timestamps as the client reads them; fakesnow's own make 1970 out of NULL."""
    column = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    sent = _as_struct(column.fill_null(0))
    return pa.StructArray.from_arrays(sent.flatten(), fields=list(sent.type), mask=column.is_null())


def signed(table: pa.Table, rowtype: list[ColumnInfo]) -> pa.Table:
    """HASH is a signed number in Snowflake; of DuckDB's unsigned ones every second is refused."""
    columns = [
        pa.chunked_array([chunk.view(pa.int64()) for chunk in column.chunks], pa.int64())
        if pa.types.is_uint64(column.type)
        else column
        for column in table.columns
    ]
    return _as_sent(pa.Table.from_arrays(columns, names=table.column_names), rowtype)
