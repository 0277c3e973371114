"""How two json_schemas of a stream's records differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class SchemaDifference(NamedTuple):
    """Fields by path, nested ones as `owner.id` and `tags[]`: type, or type before and after."""

    added: dict[str, str]
    removed: dict[str, str]
    changed: dict[str, tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        lines = [f"+ {path}: {kind}" for path, kind in self.added.items()]
        lines += [f"- {path}: {kind}" for path, kind in self.removed.items()]
        lines += [f"~ {path}: {old} -> {new}" for path, (old, new) in self.changed.items()]
        return "\n".join(lines) or "no difference"


def schema_difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> SchemaDifference:
    """What fields and types changed from one json_schema to another.

    Null beside a type is no difference: whether a value was missing is chance.
    """
    before, after = _types(old), _types(new)
    both = [path for path in before if path in after]
    return SchemaDifference(
        added={path: after[path] for path in after if path not in before},
        removed={path: before[path] for path in before if path not in after},
        changed={
            path: (before[path], after[path])
            for path in both
            if before[path] != after[path] and "null" not in (before[path], after[path])
        },
    )


def _types(schema: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """Path -> its types as a text, without null beside others."""
    found = {}
    if path:
        given = schema.get("type", [])
        names = [given] if isinstance(given, str) else list(given)
        told = [name for name in names if name != "null"] or names or ["any"]
        kind = " or ".join(sorted(told))
        form = schema.get("format")
        found[path] = f"{kind} ({form})" if form else kind
    for name, each in _mapping(schema.get("properties")).items():
        found |= _types(_mapping(each), f"{path}.{name}" if path else name)
    items = schema.get("items")
    if isinstance(items, Mapping):
        found |= _types(items, f"{path}[]")
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
