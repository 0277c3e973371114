"""The single values in a JSON document, and where they stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from devsession.recording.exchange import header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.recording.exchange import Exchange

Path = tuple[str | int, ...]


def leaves(content: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each single value with the way to it."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from leaves(value, (*path, name))
    elif isinstance(content, list):
        for place, value in enumerate(content):
            yield from leaves(value, (*path, place))
    else:
        yield path, content


def values(content: Any) -> set[str]:
    """The single values as texts, but for those that tell nothing: null, booleans, ""."""
    return {
        str(value)
        for _, value in leaves(content)
        if value is not None and not isinstance(value, bool) and value != ""
    }


def parsed(text: str | bytes) -> Any:
    """What a JSON text holds; None when it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def sent_values(exchange: Exchange) -> set[str]:
    """The single values of a request's body, JSON or a form."""
    body = exchange.request_body
    if "form-urlencoded" in header(exchange.request_headers, "content-type"):
        return {value for _, value in parse_qsl(body.decode("utf-8", "replace")) if value}
    return values(parsed(body))


def with_leaf(content: Any, path: Path, value: Any) -> None:
    """Put a value where another one stands."""
    for step in path[:-1]:
        content = content[step]
    content[path[-1]] = value


def at_path(content: Any, path: Path) -> Any:
    """What stands there; None when there is nothing."""
    for step in path:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return None
    return content
