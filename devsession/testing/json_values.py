"""The single values and the lists in a JSON document, and where they stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from devsession.recording.exchange import header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.recording.exchange import Exchange

Path = tuple[str | int, ...]


def leaves(content: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each single value with the way to it; an empty object or list is one."""
    if isinstance(content, dict | list) and content:
        for step, inner in content.items() if isinstance(content, dict) else enumerate(content):
            yield from leaves(inner, (*path, step))
    else:
        yield path, content


def lists(content: Any, path: Path = ()) -> Iterator[tuple[Path, list[Any]]]:
    """Each list with the way to it, those in lists left out."""
    if isinstance(content, list):
        yield path, content
    elif isinstance(content, dict):
        for name, inner in content.items():
            yield from lists(inner, (*path, name))


def values(content: Any) -> set[str]:
    """The single values as texts, but for those that tell nothing: null, booleans, "", {}, []."""
    return {
        str(value)
        for _, value in leaves(content)
        if value is not None and value != "" and not isinstance(value, bool | dict | list)
    }


def parsed(text: str | bytes) -> Any:
    """What a JSON text holds; None when it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def sent_content(request: Exchange) -> Any:
    """What a request's body holds, JSON or a form; None when it is neither."""
    plain = request.plain()
    if "form-urlencoded" in header(plain.request_headers, "content-type"):
        fields = parse_qs(plain.request_body.decode("utf-8", "replace"))
        return {name: found if found[1:] else found[0] for name, found in fields.items()}
    return parsed(plain.request_body)


def at_path(content: Any, path: Path, default: Any = None) -> Any:
    """What stands there; the default when there is nothing."""
    for step in path:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return default
    return content


def with_value(content: Any, path: Path, value: Any) -> Any:
    """A copy with another value where one stands."""
    if not path:
        return value
    copy: Any = dict(content) if isinstance(content, dict) else list(content)
    copy[path[0]] = with_value(content[path[0]], path[1:], value)
    return copy
