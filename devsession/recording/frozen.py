"""Values of records as JSON that gives the same values back: what a scenario freezes."""

from __future__ import annotations

import base64
import json
import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from devsession.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable

# A value that JSON has no type for stands as {"$type": .., "value": ..}.
_TYPE = "$type"

_THAW: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
    "float": float,
    "bytes": base64.b64decode,
    "dict": lambda pairs: {thaw(key): thaw(item) for key, item in pairs},
}


def to_line(value: Any, clean: Callable[[Any], Any] = lambda frozen: frozen) -> str:
    """One line of JSON, text as it is read; `clean` changes the JSON-like data before."""
    return json_line(clean(freeze(value)))


def json_line(content: Any) -> str:
    """JSON-like data in one line, whatever stands in it."""
    line = json.dumps(content, ensure_ascii=False)
    # What breaks a line, or half of a surrogate pair, is text in Python and in no file.
    return line if line.isprintable() else json.dumps(content)


def freeze(value: Any) -> Any:
    """A record's value as JSON-like data.

    Raises: ScenarioError for a type that cannot be given back as it was.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, dict):
        if _TYPE in value or not all(isinstance(key, str) for key in value):
            return _tagged("dict", [[freeze(key), freeze(item)] for key, item in value.items()])
        return {key: freeze(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [freeze(item) for item in value]
    return _freeze_scalar(value)


def thaw(value: Any) -> Any:
    """The value that was frozen.

    Raises: KeyError, TypeError or ValueError when nothing was frozen so.
    """
    if isinstance(value, list):
        return [thaw(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _TYPE in value:
        return _THAW[value[_TYPE]](value["value"])
    return {key: thaw(item) for key, item in value.items()}


def _freeze_scalar(value: Any) -> Any:
    import pandas as pd

    if hasattr(value, "item") and not hasattr(value, "isoformat"):
        return freeze(value.item())  # a number of numpy
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else _tagged("float", str(value))
    if isinstance(value, Decimal):
        return _tagged("decimal", str(value))
    if isinstance(value, bytes):
        return _tagged("bytes", base64.b64encode(value).decode())
    for name, kind in (("datetime", datetime), ("date", date), ("time", time)):
        if isinstance(value, kind):
            return _tagged(name, value.isoformat())
    raise ScenarioError(
        f"A record holds a {type(value).__name__}, which cannot be frozen",
        tried="writing it so that a test gets the same value",
        next_step="turn it into text, a number or a date in the source or the mapping",
        type=type(value).__name__,
    )


def _tagged(kind: str, value: Any) -> dict[str, Any]:
    return {_TYPE: kind, "value": value}
