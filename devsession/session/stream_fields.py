"""The fields of a stream's records, as its JSON schema names them: what can be a cursor or a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devsession.plugin.streams import FieldPath

_DEEP = 4  # fields of a field of a field of a field
_NO_VALUES = {"object", "array"}


def schema_fields(schema: Mapping[str, Any] | None) -> list[FieldPath]:
    """`"id"`, `["owner", "id"]`: where single values stand, in the order of the schema."""
    return [path[0] if len(path) == 1 else list(path) for path in _paths(schema, ())]


def _paths(schema: object, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    fields = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(fields, Mapping) or len(above) == _DEEP:
        return
    for name, field in fields.items():
        if isinstance(name, str) and name:
            yield from _paths(field, (*above, name))
            if not _types(field) & _NO_VALUES:
                yield (*above, name)


def _types(field: object) -> set[str]:
    said = field.get("type", ()) if isinstance(field, Mapping) else ()
    return {said} if isinstance(said, str) else {each for each in said if isinstance(each, str)}
