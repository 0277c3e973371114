"""A plugin's own filters: methods that its templates may call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.contract import Plugin

    _Method = TypeVar("_Method", bound=Callable[..., Any])

_MARK = "is_jinja_filter"


def jinja_filter(method: _Method) -> _Method:
    """Mark a method of a plugin as a filter: `{{ row.PHONE | e164 }}` calls `self.e164(value)`.

    What stands in brackets behind the filter follows as further arguments.
    Source: sync contract, mappers.
    """
    setattr(method, _MARK, True)
    return method


def filters_of(plugin: Plugin) -> dict[str, Callable[..., Any]]:
    """Name -> method of the plugin's own filters."""
    kind = type(plugin)
    names = [name for name in dir(kind) if getattr(getattr(kind, name), _MARK, False)]
    return {name: getattr(plugin, name) for name in names}
