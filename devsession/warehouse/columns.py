"""The columns of loaded data: their names and types in the warehouse, and their values as text.

Values travel as text inside JSON and are cast by the warehouse: exact for decimals, the same on
every warehouse, and few statements.
"""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from devsession.errors import TableFileError
from devsession.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

SIMPLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*\Z")
_LARGEST_PRECISION = 38


@dataclass(frozen=True)
class LoadedColumn:
    """A column on its way into the warehouse."""

    name: str
    type: str  # as Snowflake writes it
    values: pa.ChunkedArray  # text, as the warehouse casts it to the type

    @property
    def declaration(self) -> str:
        """Its part of CREATE TABLE."""
        return f"{quoted(self.name)} {self.type}"

    def value(self, position: int) -> str:
        """SQL for its value in a row that is a JSON array of texts."""
        text = f"f.value[{position}]::varchar"
        match self.type:
            case "VARCHAR":
                return text
            case "VARIANT":
                return f"parse_json({text})"
            case "BINARY":
                return f"to_binary({text}, 'HEX')"
            case _:
                return f"cast({text} as {self.type})"


def names_in_warehouse(headings: Iterable[object], where: str) -> list[str]:
    """The names that the columns get: as SQL would read them when written without quotes.

    So `id` becomes ID and is found as ID, Id and id; a name with spaces or accents stays as it is
    and has to be quoted. Names that differ only in case cannot be told apart then.

    Raises:
        TableFileError: a column without a name, or several of one name.
    """
    names: list[str] = []
    taken: dict[str, tuple[int, str]] = {}
    for position, heading in enumerate(headings, 1):
        if not isinstance(heading, str) or not heading.strip():
            raise TableFileError(
                f"Column {position} has no name that is text: {heading!r}.",
                where=where,
                next_step="give each column a name",
                column=position,
            )
        spelled = heading.strip()
        name = spelled.upper() if SIMPLE_NAME.match(spelled) else spelled
        if name.upper() in taken:
            other, other_spelled = taken[name.upper()]
            raise TableFileError(
                f"Columns {other} and {position} are both named {name}.",
                tried="" if spelled == other_spelled else "case makes no difference in SQL",
                where=where,
                next_step="give each column a name of its own",
                column=name,
            )
        taken[name.upper()] = (position, spelled)
        names.append(name)
    return names


def loaded_column(name: str, values: pa.ChunkedArray, where: str) -> LoadedColumn:
    """The column with its type in the warehouse.

    Raises:
        TableFileError: the warehouse has no type that keeps these values as they are.
    """
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    kind = values.type
    try:
        if pa.types.is_nested(kind):
            return LoadedColumn(name, "VARIANT", _mapped(values, json_text))
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            return LoadedColumn(name, "BINARY", _mapped(values, bytes.hex))
        return LoadedColumn(name, _type_of(kind), _plain_text(values))
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise TableFileError(
            f"Column {name} has values that a table cannot hold as they are ({kind}).",
            tried=str(error).splitlines()[0],
            where=where,
            next_step="convert the column, to text for example",
            column=name,
        ) from error


def json_text(value: object) -> str:
    """A nested value as JSON."""
    return json.dumps(_keyed(value), default=_as_json, ensure_ascii=False, allow_nan=False)


def _type_of(kind: pa.DataType) -> str:
    import pyarrow as pa

    types = pa.types
    if types.is_decimal(kind):
        if kind.precision > _LARGEST_PRECISION:
            raise ValueError(f"more than {_LARGEST_PRECISION} digits")
        # A negative scale counts the zeros at the end.
        return f"NUMBER({kind.precision - min(kind.scale, 0)},{max(kind.scale, 0)})"
    if types.is_uint64(kind):
        return "NUMBER(20,0)"
    zone = types.is_timestamp(kind) and kind.tz
    named = {
        "NUMBER(38,0)": types.is_integer(kind),
        "FLOAT": types.is_floating(kind),
        "BOOLEAN": types.is_boolean(kind),
        "DATE": types.is_date(kind),
        "TIME": types.is_time(kind),
        "TIMESTAMP_TZ": bool(zone),
        "TIMESTAMP_NTZ": types.is_timestamp(kind),
        "VARCHAR": _is_text(kind) or types.is_null(kind),
    }
    found = next((name for name, holds in named.items() if holds), None)
    if found is None:
        raise TypeError(f"no type of the warehouse is like {kind}")
    return found


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    checks = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(check(kind) for check in checks)


def _plain_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    kind = values.type
    # Microseconds are what the embedded warehouse keeps: a safe cast refuses to cut more.
    if pa.types.is_timestamp(kind):
        values = values.cast(pa.timestamp("us", "UTC" if kind.tz else None))
    elif pa.types.is_time(kind):
        values = values.cast(pa.time64("us"))
    elif pa.types.is_float16(kind) or pa.types.is_float32(kind):
        values = values.cast(pa.float64())
    elif pa.types.is_date64(kind):
        values = values.cast(pa.date32())
    return values.cast(pa.string())


def _mapped(values: pa.ChunkedArray, to_text: Any) -> pa.ChunkedArray:
    import pyarrow as pa

    texts = [None if value is None else to_text(value) for value in values.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _keyed(value: object) -> object:
    """Arrow gives a map as pairs; JSON calls it an object."""
    if isinstance(value, dict):
        return {str(key): _keyed(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        pairs = [each for each in value if isinstance(each, tuple)]
        if pairs and len(pairs) == len(value):
            return {str(key): _keyed(each) for key, each in pairs}
        return [_keyed(each) for each in value]
    return value


def _as_json(value: object) -> object:
    if isinstance(value, Decimal):
        as_float = float(value)
        return as_float if Decimal(repr(as_float)) == value else str(value)
    if isinstance(value, datetime.date | datetime.time):  # a datetime is a date
        return value.isoformat()
    raise TypeError(f"JSON has no {type(value).__name__}")
