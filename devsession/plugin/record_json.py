"""The one JSON form of a record, whatever its author put into it.

| In Python | In JSON |
|---|---|
| text, whole number, float, boolean, None | themselves |
| NaN, pandas' NA and NaT | null: there, a value that is missing |
| Infinity | the text "Infinity" or "-Infinity", which warehouses read as a float |
| datetime | ISO 8601 with its offset, Z for UTC; without one as it is: it says no zone, nor do we |
| date, time | ISO 8601 |
| timedelta | seconds as a number, which SQL can compute with |
| Decimal | text: readers of JSON make floats of numbers, and a text of digits can be cast exactly |
| bytes | base64, in the standard alphabet, which warehouses decode |
| UUID | text |
| Enum | its value |
| numpy's scalars | as Python's |
| dict, list, tuple, numpy's array | object, array; the keys are texts |

Anything else is refused: what it would become is its author's to say.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import chain
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic_core import PydanticSerializationError, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

JSON_TYPES = frozenset({str, int, float, bool, type(None), dict, list})
"""What JSON has itself."""

# What pydantic writes as the table says; what it writes otherwise goes the long way.
_WRITTEN = JSON_TYPES | {tuple, datetime, date, time, timedelta, Decimal, UUID}
_NESTING = {dict, list, tuple}
_DEEPEST = 100
_SHALLOW = 8
_AS_THEY_ARE = {bool, int, type(None), date, datetime, time, timedelta, UUID}
_INFINITE = {True: "Infinity", False: "-Infinity"}


class NoJsonError(ValueError):
    """A value without a JSON form: the path to it in its record, and what it is."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path = path
        self.problem = problem


def value_types(records: Iterable[Mapping[str, Any]]) -> set[type]:
    """The types of all values in records, nested ones too; `object` for what cannot be looked at.

    Level by level in C: looking at each value in Python would take longer than writing it.
    """
    level: Iterable[Any] = list(records)
    found: set[type] = set()
    for depth in range(_DEEPEST):
        if not level:
            return found
        if depth > _SHALLOW:  # an object that stands in many places is looked at once
            level = list({id(each): each for each in level}.values())
        dicts = [each for each in level if isinstance(each, dict)]
        if set(map(type, chain.from_iterable(dicts))) - {str}:
            return {object}
        lists = [each for each in level if not isinstance(each, dict)]
        values = list(chain.from_iterable([*map(dict.values, dicts), *lists]))
        types = set(map(type, values))
        found |= types
        level = [each for each in values if type(each) in _NESTING] if types & _NESTING else []
    return {object}


def records_json(
    records: Sequence[Mapping[str, Any]], types: set[type] | None = None
) -> list[bytes]:
    """Each record as UTF-8 JSON. types: its `value_types`, for a caller that has them.

    Raises:
        NoJsonError: a value that has no form; its path begins with the row, `[3].owner`.
    """
    if (value_types(records) if types is None else types) <= _WRITTEN:
        try:
            texts = [to_json(record, timedelta_mode="float") for record in records]
        except (PydanticSerializationError, ValueError):
            return _long_way(records)
        together = b"".join(texts)
        if b"NaN" not in together and b"Infinity" not in together:
            return texts
    return _long_way(records)


def as_json(value: object) -> bytes:
    """One value as UTF-8 JSON, by the same table.

    Raises:
        NoJsonError: a value that has no form.
    """
    return _written(value, "")


def plain(value: Any, path: str = "", depth: int = 0) -> Any:
    """A value of nothing but what the table's form can be written from without a loss.

    Raises:
        NoJsonError: a value that has no form.
    """
    if depth > _DEEPEST:
        raise NoJsonError(path, f"is nested deeper than {_DEEPEST} levels, or holds itself")
    if type(value) in _AS_THEY_ARE:
        return value
    for kinds, made in _FORMS:
        if isinstance(value, kinds):
            return made(value, path, depth)
    return _foreign(value, path, depth)


def _long_way(records: Sequence[Mapping[str, Any]]) -> list[bytes]:
    return [_written(record, f"[{row}]") for row, record in enumerate(records)]


def _written(value: object, path: str) -> bytes:
    ready = plain(value, path)
    try:
        return to_json(ready, timedelta_mode="float")
    except (PydanticSerializationError, ValueError) as error:  # a clock or zone of the author's own
        raise NoJsonError(path, f"cannot be written: {type(error).__name__}") from None


def _text(value: str, path: str, _: int = 0) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NoJsonError(path, "is a text with half a character (a lone surrogate)") from None
    return str.__str__(value)


def _number(value: float | Decimal, _path: str, _depth: int) -> float | Decimal | str | None:
    missing, finite = (
        (value.is_nan(), value.is_finite())
        if isinstance(value, Decimal)
        else (isnan(value), isfinite(value))
    )
    return value if finite else None if missing else _INFINITE[value > 0]


def _object(value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise NoJsonError(path, f"has a key that is no text but {type(key).__name__}")
        _text(key, path)
    return {
        str.__str__(key): plain(each, f"{path}.{key}" if path else key, depth + 1)
        for key, each in value.items()
    }


def _array(value: Sequence[Any], path: str, depth: int) -> list[Any]:
    return [plain(each, f"{path}[{n}]", depth + 1) for n, each in enumerate(value)]


def _foreign(value: Any, path: str, depth: int) -> Any:
    """A value of numpy's or pandas', or of a class that is a kind of Python's own."""
    # What has not been imported has no values either.
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None and (value is pandas.NA or value is pandas.NaT):
        return None
    if pandas is not None and isinstance(value, pandas.Timestamp):
        exact: str = value.isoformat()
        whole = value.nanosecond == 0
        return value.to_pydatetime() if whole else exact.replace("+00:00", "Z")
    if pandas is not None and isinstance(value, pandas.Timedelta):
        return value.total_seconds()
    if numpy is not None and isinstance(value, numpy.datetime64 | numpy.timedelta64):
        return _numpy_time(numpy, value)
    if numpy is not None and isinstance(value, numpy.generic | numpy.ndarray):
        python = value.tolist()
        if type(python) is not type(value):
            return plain(python, path, depth + 1)
    for kind, made in _KINDS:
        if isinstance(value, kind):
            return made(value)
    name = type(value).__name__
    hint = (
        "a set has no order, sorted(..) gives it one" if isinstance(value, set) else "has no form"
    )
    raise NoJsonError(path, f"is of type {name}, which JSON cannot hold: {hint}")


def _numpy_time(numpy: Any, value: Any) -> Any:
    if numpy.isnat(value):
        return None
    unit = "timedelta64[us]" if isinstance(value, numpy.timedelta64) else "datetime64[us]"
    return value.item() if type(value.item()) is date else value.astype(unit).item()


_Made = Callable[[Any, str, int], Any]
_FORMS: tuple[tuple[Any, _Made], ...] = (
    (str, _text),
    (float | Decimal, _number),
    (Mapping, _object),
    (list | tuple, _array),
    (Enum, lambda value, path, depth: plain(value.value, path, depth + 1)),
    (bytes | bytearray | memoryview, lambda value, *_: b64encode(value).decode()),
)
_KINDS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, int.__index__),
    (datetime, lambda value: datetime.fromisoformat(datetime.isoformat(value))),
    (date, lambda value: date(value.year, value.month, value.day)),
    (time, lambda value: time.fromisoformat(time.isoformat(value))),
    (timedelta, lambda value: timedelta(value.days, value.seconds, value.microseconds)),
    (UUID, str),
)
"""Kinds of Python's own -> how to make them plain. Pandas' are some of them: they come before."""
