"""What a stream's records look like: a json_schema made from them, and how two of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

JSON_NAMES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}
"""Python's type of what JSON has -> its name in a json_schema."""

_ORDER = ("string", "integer", "number", "boolean", "object", "array", "null")


def infer_json_schema(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A json_schema that these records keep; records: as their JSON is read.

    Types are one text, or a list where there are several, null among them; nothing is required.
    """
    return _schema(_kinds_of(records))


class _Kinds:
    """What stands in one place of all records."""

    def __init__(self) -> None:
        self.types: set[str] = set()
        self.fields: dict[str, _Kinds] = {}
        self.items: _Kinds | None = None

    def add(self, value: Any) -> None:
        """Look at one more value."""
        self.types.add(JSON_NAMES[type(value)])
        if isinstance(value, dict):
            for name, each in value.items():
                if name not in self.fields:
                    self.fields[name] = _Kinds()
                self.fields[name].add(each)
        elif isinstance(value, list):
            self.items = self.items or _Kinds()
            for each in value:
                self.items.add(each)


def _kinds_of(records: Iterable[Mapping[str, Any]]) -> _Kinds:
    kinds = _Kinds()
    for record in records:
        kinds.add(record)
    kinds.types.add("object")
    return kinds


def _schema(kinds: _Kinds) -> dict[str, Any]:
    types = kinds.types - {"integer"} if "number" in kinds.types else kinds.types
    names = [name for name in _ORDER if name in types]
    schema: dict[str, Any] = {"type": names[0] if len(names) == 1 else names} if names else {}
    if "object" in types:
        schema["properties"] = {name: _schema(each) for name, each in kinds.fields.items()}
    if kinds.items is not None and kinds.items.types:
        schema["items"] = _schema(kinds.items)
    return schema


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
