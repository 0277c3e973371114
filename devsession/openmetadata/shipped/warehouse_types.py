"""Snowflake's types, as the catalog calls them."""

from __future__ import annotations

from typing import Any

# Source: Snowflake's documentation, "Summary of data types"; the words of the catalog, parts.DataType.
_CALLED = {
    "TEXT": "VARCHAR",
    "FIXED": "NUMBER",
    "REAL": "FLOAT",
    "TIMESTAMP_NTZ": "TIMESTAMP",
    "TIMESTAMP_LTZ": "TIMESTAMPZ",
    "TIMESTAMP_TZ": "TIMESTAMPZ",
    "OBJECT": "JSON",
    "VECTOR": "ARRAY",
}
_SAME = frozenset(
    {"NUMBER", "FLOAT", "BOOLEAN", "BINARY", "DATE", "TIME", "VARIANT", "ARRAY", "MAP"}
    | {"GEOGRAPHY", "GEOMETRY", "UUID", "DECIMAL", "VARCHAR"}
)


def column_type(
    data_type: str, length: int | None, precision: int | None, scale: int | None
) -> dict[str, Any]:
    """A column's type and measures, as `Column` takes them; one that is not known is UNKNOWN."""
    given = data_type.upper()
    called = given if given in _SAME else _CALLED.get(given, "UNKNOWN")
    measures = f"({precision},{scale})" if called == "NUMBER" and precision is not None else ""
    if called in {"VARCHAR", "BINARY"} and length is not None:
        measures = f"({length})"
    return {
        "data_type": called,
        "data_type_display": f"{'VARCHAR' if given == 'TEXT' else given}{measures}",
        "data_length": length if called in {"VARCHAR", "BINARY"} else None,
        "precision": precision if called == "NUMBER" else None,
        "scale": scale if called == "NUMBER" else None,
        "array_data_type": "VARIANT" if called == "ARRAY" else None,
    }
