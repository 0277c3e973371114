"""The kinds of values that a column can hold: how each becomes text, JSON and part of a hash.

What warehouses write differently is written out here (times, whole floats), so that a record is
the same wherever it was mapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

# Kind -> SQL for a value as text, `{0}` the value. Times are ISO 8601.
_TEXT = {
    "text": "{0}",
    "number": "{0}::varchar",
    "float": "iff(endswith({0}::varchar, '.0'), left({0}::varchar, length({0}::varchar) - 2),"
    " {0}::varchar)",
    "boolean": "{0}::varchar",
    "date": "to_varchar({0}, 'YYYY-MM-DD')",
    "time": "to_varchar({0}, 'HH24:MI:SS.FF6')",
    "timestamp": "replace(to_varchar({0}::timestamp_ntz, 'YYYY-MM-DD HH24:MI:SS.FF6'), ' ', 'T')",
    # In UTC: an embedded warehouse keeps the instant alone, not the offset that was written.
    "zoned": "replace(to_varchar(convert_timezone('UTC', {0})::timestamp_ntz,"
    " 'YYYY-MM-DD HH24:MI:SS.FF6'), ' ', 'T') || '+00:00'",
    "binary": "base64_encode({0})",
    "nested": "to_json({0})",
}
_JSON_HAS = {"number", "float", "boolean", "nested"}
# Their text is never empty and never holds a bar; other text needs its length before it.
_PLAIN = {"number", "float", "boolean"}


@dataclass(frozen=True)
class Column:
    """A value in a query, by the SQL that names it, and what kind it is."""

    name: str
    kind: str

    @property
    def text(self) -> str:
        """SQL for the value as text."""
        return _TEXT[self.kind].format(self.name)

    @property
    def identifier(self) -> str:
        """SQL for the value as an identifier: 1 and "1" are the same, inside of variants too."""
        return f"array_construct({self.name})[0]::varchar" if self.kind == "nested" else self.text

    @property
    def json(self) -> str:
        """SQL for the value as an object takes it: text, where JSON has nothing better."""
        return self.name if self.kind in _JSON_HAS else self.text

    @property
    def json_kind(self) -> str:
        """The kind that a record shows: dates, times and bytes are text there, as if given as text."""
        return self.kind if self.kind in _JSON_HAS else "text"

    @property
    def hashed(self) -> str:
        """SQL for text that tells the value from null and all others, and where it ends.

        The same for values that a record shows alike.
        """
        if self.json_kind in _PLAIN:
            return f"coalesce({self.text} || '|', '|')"
        return f"coalesce(length({self.text})::varchar || ':' || {self.text}, '-')"


def kind_of(field: pa.Field) -> str:
    """What a field of a result holds.

    A result without rows does not tell nested values from text; there are none to map, then.
    """
    import pyarrow as pa

    if (field.metadata or {}).get(b"logicalType") in {b"VARIANT", b"OBJECT", b"ARRAY"}:
        return "nested"
    tests: dict[str, Callable[[pa.DataType], bool]] = {
        "boolean": pa.types.is_boolean,
        "float": pa.types.is_floating,
        "number": lambda kind: pa.types.is_integer(kind) or pa.types.is_decimal(kind),
        "date": pa.types.is_date,
        "time": pa.types.is_time,
        "binary": pa.types.is_binary,
        "zoned": lambda kind: pa.types.is_timestamp(kind) and kind.tz is not None,
        "timestamp": pa.types.is_timestamp,
    }
    return next((kind for kind, holds in tests.items() if holds(field.type)), "text")
