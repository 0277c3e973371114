"""What type a column of a CSV file has: the narrowest that keeps each of its texts.

A text that would come back differently stays text: 007 is a code, 2024-02-31 is no date, and
twenty digits are an identifier rather than a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from devsession.warehouse.columns import LoadedColumn, loaded_column

if TYPE_CHECKING:
    from collections.abc import Callable

_WHOLE = r"-?(?:0|[1-9]\d*)"
_DAY = r"\d{4}-\d\d-\d\d"
_MOMENT = _DAY + r"[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?"
_LONGEST_INTEGER = 18
_LONGEST_DECIMAL = 38


def typed(name: str, texts: pa.ChunkedArray) -> LoadedColumn:
    """The column with the first type that all its texts fit; missing ones fit each."""
    if texts.null_count < len(texts):
        for pattern, make in _TYPES:
            if pc.all(pc.match_substring_regex(texts, rf"\A(?:{pattern})\z")).as_py():
                found = make(name, texts)
                if found is not None:
                    return found
    return LoadedColumn(name, "VARCHAR", texts)


def _number(name: str, texts: pa.ChunkedArray) -> LoadedColumn | None:
    digits = pc.extract_regex(texts, r"\A-?(?P<whole>\d+)(?:\.(?P<fraction>\d+))?\z")
    whole, scale = (
        pc.max(pc.utf8_length(pc.struct_field(digits, part))).as_py()
        for part in ("whole", "fraction")
    )
    if not scale:
        fits = whole <= _LONGEST_INTEGER
        return LoadedColumn(name, "NUMBER(38,0)", texts) if fits else None
    if whole + scale > _LONGEST_DECIMAL:
        return None
    return LoadedColumn(name, f"NUMBER({whole + scale},{scale})", texts)


def _as(sql: str) -> Callable[[str, pa.ChunkedArray], LoadedColumn]:
    return lambda name, texts: LoadedColumn(name, sql, texts)


def _parsed(kind: pa.DataType) -> Callable[[str, pa.ChunkedArray], LoadedColumn | None]:
    def parse(name: str, texts: pa.ChunkedArray) -> LoadedColumn | None:
        try:
            return loaded_column(name, texts.cast(kind), where="")
        except pa.ArrowInvalid:  # looks like a date, and is none
            return None

    return parse


_TYPES: tuple[tuple[str, Callable[[str, pa.ChunkedArray], LoadedColumn | None]], ...] = (
    (rf"{_WHOLE}(?:\.\d+)?", _number),
    (r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?(?:[eE][+-]?\d{1,3})?", _as("FLOAT")),
    ("(?i)true|false", _as("BOOLEAN")),
    (_DAY, _parsed(pa.date32())),
    (_MOMENT, _parsed(pa.timestamp("us"))),
    (rf"{_MOMENT}(?:Z|[+-]\d\d:?\d\d)", _parsed(pa.timestamp("us", "UTC"))),
)
