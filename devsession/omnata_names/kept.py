"""What a plugin may declare in this dialect and nothing here makes use of: it is kept as it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Function = TypeVar("_Function", bound="Callable[..., Any]")


class NgrokTunnelSettings(SimpleNamespace):
    """Its options by name. devsession opens no tunnel: it calls the app at the address it is given."""


def omnata_udf(*function: Any, **options: Any) -> Any:
    """Mark a function that the app's own Snowflake functions are made of; it stays what it is."""
    return _marked("omnata_udf", function, options)


def omnata_udtf(*function: Any, **options: Any) -> Any:
    """The same for a function that gives a table."""
    return _marked("omnata_udtf", function, options)


def _marked(mark: str, function: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The function, marked; without one, with options alone, what marks it."""

    def keep(marked: _Function) -> _Function:
        setattr(marked, f"is_{mark}", options or True)
        return marked

    return keep(function[0]) if len(function) == 1 and callable(function[0]) else keep
