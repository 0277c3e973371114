"""Items as lines of JSON that give the same items back, and what two lists of them differ in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from devsession.openmetadata.model import facts
from devsession.openmetadata.model.lines import KIND, item_of, line_of
from devsession.openmetadata.review.rule_case import named
from devsession.openmetadata.steps.either import OMError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from devsession.openmetadata.steps.steps import Item

_ERROR = "error"
# A moment of the run itself: another run has another one.
_OF_THE_RUN = frozenset({"timestamp", "startDate", "endDate", "runId"})
_SHOWN = 80


def to_line(item: Item | OMError) -> dict[str, Any]:
    """An item as JSON-like data: its kind, and its fields as the wire calls them."""
    if isinstance(item, OMError):
        return {KIND: _ERROR, "name": item.name, "error": item.error}
    line: dict[str, Any] = from_json(line_of(item))
    return line


def from_line(line: dict[str, Any]) -> Item | OMError:
    """The item that was written. Raises: EntityError for a line that none was written as."""
    if line.get(KIND) == _ERROR:
        return OMError(**{name: value for name, value in line.items() if name != KIND})
    item: Item = item_of(line)
    return item


def differences(came: Iterable[dict[str, Any]], expected: Iterable[dict[str, Any]]) -> list[str]:
    """A line for each item that is missing, new or otherwise; their order does not count."""
    now, before = _by_key(came), _by_key(expected)
    found = [f"{_told(key)}: did not come" for key in before if key not in now]
    found += [f"{_told(key)}: came, and is not expected" for key in now if key not in before]
    for key, line in before.items():
        if key in now:
            found += [f"{_told(key)}: {told}" for told in _otherwise(now[key], line)]
    return found


def _by_key(lines: Iterable[dict[str, Any]]) -> dict[tuple[str, str, int], dict[str, Any]]:
    """By kind and name; one of the same name has a number."""
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    for line in lines:
        number, (kind, name) = 0, _key(line)
        while (kind, name, number) in found:
            number += 1
        found[kind, name, number] = line
    return found


def _key(line: dict[str, Any]) -> tuple[str, str]:
    item = from_line(line)
    if isinstance(item, OMError):
        return _ERROR, item.name
    if isinstance(item, facts.TestCase):
        return line[KIND], f"{item.table}.{item.column or ''}.{item.name}"
    return line[KIND], named(item)


def _told(key: tuple[str, str, int]) -> str:
    kind, name, number = key
    return f"{kind} {name}" + (f" ({number + 1})" if number else "")


def _otherwise(now: Any, before: Any, path: str = "") -> Iterator[str]:
    if isinstance(now, dict) and isinstance(before, dict):
        for name in dict.fromkeys([*before, *now]):
            if name not in _OF_THE_RUN:
                inner = f"{path}.{name}" if path else name
                yield from _otherwise(now.get(name), before.get(name), inner)
    elif isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        for place, (one, other) in enumerate(zip(now, before, strict=True)):
            yield from _otherwise(one, other, f"{path}[{place}]")
    elif now != before:
        yield f"{path} is {_shown(now)}, expected {_shown(before)}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} of them"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
