"""APP_IDENTIFIER: the name that a record's key has, different for each key.

It is the JSON of the key, an array when it has several fields: `["eu",7]`. A single text stands
without its quotes, so that it reads as what it is, unless it could be taken for another key's JSON:
the text `1` is `"1"`, because the number has the name `1`. Fields are never glued together, so that
x_y with z is another key than x with y_z. A whole number has one name, however it came: 1 and 1.0
are one key, as a frame with a gap makes floats of numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from devsession.plugin.record_json import NoJsonError, as_json, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.plugin.streams import Path

# Every name that is no plain text is one of these.
_TAKEN_FOR_ANOTHER = re.compile(
    r'["\[].*|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false|null', re.DOTALL
).fullmatch
_MAY_BE_TAKEN = frozenset('"[-0123456789tfn')  # what such a name begins with


class NoKeyError(ValueError):
    """A record without a key: which row it is, and what is missing."""

    def __init__(self, row: int, problem: str) -> None:
        super().__init__(problem)
        self.row = row
        self.problem = problem


def app_identifiers(
    records: Sequence[Mapping[str, Any]], key: Sequence[Path]
) -> list[str] | list[None]:
    """The name of each record; key: where its fields stand. Without a key there are no names.

    Raises:
        NoKeyError: a field of the key is missing, null, empty or no single value.
    """
    if not key:
        return [None] * len(records)
    columns = [_column(records, path) for path in key]
    if len(columns) == 1:
        return _single(columns[0], key[0])
    parts = [
        [_part(value, path, row) for row, value in enumerate(column)]
        for column, path in zip(columns, key, strict=True)
    ]
    return [to_json(values).decode() for values in zip(*parts, strict=True)]


def at(record: object, path: Path) -> Any:
    """The value that stands there in a record; None when there is none."""
    for name in path:
        if not isinstance(record, dict):
            return None
        record = record.get(name)
    return record


def _column(records: Sequence[Mapping[str, Any]], path: Path) -> list[Any]:
    if len(path) == 1:
        return [record.get(path[0]) for record in records]
    return [at(record, path) for record in records]


def _single(values: list[Any], path: Path) -> list[str]:
    types = set(map(type, values))
    if types == {int}:
        return list(map(str, values))
    if types != {str} or "" in values:
        return [_name(_part(value, path, row), path, row) for row, value in enumerate(values)]
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return [_name(_part(value, path, row), path, row) for row, value in enumerate(values)]
    return [
        _quoted(value) if value[0] in _MAY_BE_TAKEN and _TAKEN_FOR_ANOTHER(value) else value
        for value in values
    ]


def _name(part: Any, path: Path, row: int) -> str:
    if part == "":
        raise NoKeyError(row, f"{_spelled(path)} is an empty text")
    if isinstance(part, str) and not _TAKEN_FOR_ANOTHER(part):
        return part
    return to_json(part).decode()


def _part(value: object, path: Path, row: int) -> str | int | float | bool:
    """A field of a key in its JSON form; a datetime is a text there."""
    try:
        ready = plain(value)
        if not isinstance(ready, str | int | float | bool | None):
            ready = as_json(ready).decode()
            ready = ready[1:-1] if ready.startswith('"') else value
    except NoJsonError as error:
        raise NoKeyError(row, f"{_spelled(path)} {error.problem}") from None
    if ready is None:
        raise NoKeyError(row, f"{_spelled(path)} is missing or null")
    if isinstance(ready, float) and ready.is_integer():
        return int(ready)
    if not isinstance(ready, str | int | float | bool):
        raise NoKeyError(row, f"{_spelled(path)} is {type(value).__name__}, no single value")
    return ready


def _quoted(text: str) -> str:
    return to_json(text).decode()


def _spelled(path: Path) -> str:
    return ".".join(path)
