"""JSON Schemas of what the app takes and gives, made from its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.sandbox.fields import TYPES, Field
from devsession.sandbox.objects import OBJECT_TYPES
from devsession.sandbox.stream_types import STREAM_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from devsession.sandbox.objects import ObjectType
    from devsession.sandbox.routing import Schema

TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TIME = TYPES["datetime"].schema


def ref(name: str) -> Schema:
    """One of the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def closed(properties: Mapping[str, Schema], optional: Iterable[str] = ()) -> Schema:
    """An object with these properties and no other; all are there but the optional ones."""
    left_out = set(optional)
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in left_out],
        "additionalProperties": False,
    }


def or_null(schema: Schema) -> Schema:
    """This, or no value."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(name: str, item: Schema) -> Schema:
    """A page of a list."""
    items = {"type": "array", "items": item}
    return closed({name: items, "next_cursor": or_null(TEXT)})


def record(object_type: ObjectType) -> Schema:
    """A record as the app gives it: every field, null where there is no value."""
    return closed({field.name: _given(field) for field in object_type.fields})


def written(object_type: ObjectType, *, whole: bool) -> Schema:
    """A record as the app takes it; `whole`: with what is required."""
    fields = [field for field in object_type.fields if not field.read_only]
    optional = [field.name for field in fields if not (whole and field.required)]
    return closed({field.name: _given(field) for field in fields}, optional)


def any_record() -> Schema:
    """A record of one of the objects."""
    return {"anyOf": [ref(name) for name in OBJECT_TYPES]}


def any_stream_record() -> Schema:
    """A record of one of the practice streams, or its tombstone."""
    names = [f"stream_{name}" for name in STREAM_TYPES]
    return {"anyOf": [*map(ref, names), ref("stream_tombstone")]}


def any_written(*, whole: bool) -> Schema:
    """What can be written to one of the objects."""
    return {"anyOf": [ref(f"{name}_{'new' if whole else 'change'}") for name in OBJECT_TYPES]}


def components() -> dict[str, Schema]:
    """What the descriptions of the operations refer to."""
    found: dict[str, Schema] = {}
    for name, object_type in OBJECT_TYPES.items():
        found[name] = record(object_type)
        found[f"{name}_new"] = written(object_type, whole=True)
        found[f"{name}_change"] = written(object_type, whole=False)
    for name, stream_type in STREAM_TYPES.items():
        found[f"stream_{name}"] = record(stream_type.object_type)
    refusal = {"code": TEXT, "field": or_null(TEXT), "message": TEXT}
    return found | {
        "tombstone": closed(
            {
                "id": TEXT,
                "external_id": or_null(TEXT),
                "created_at": TIME,
                "updated_at": TIME,
                "deleted_at": TIME,
            }
        ),
        "stream_tombstone": _tombstone_of_streams(),
        "field": _description_of_field(),
        "error": closed({"error": closed({**refusal, "request_id": TEXT})}),
        "result": closed(
            {
                "index": COUNT,
                "status": {"enum": ["created", "updated", "deleted", "unchanged", "failed"]},
                "id": or_null(TEXT),
                "error": or_null(closed(refusal)),
            }
        ),
    }


def _tombstone_of_streams() -> Schema:
    """The key, which is another one in each, and the times."""
    times = {"created_at": TIME, "updated_at": TIME, "deleted_at": TIME}
    with_key = {each.key: each for each in STREAM_TYPES.values() if each.key}.values()
    return {
        "anyOf": [
            closed(
                {
                    field.name: _given(field)
                    for field in stream_type.object_type.fields
                    if field.name in stream_type.key_fields
                }
                | times
            )
            for stream_type in with_key
        ]
    }


def _given(field: Field) -> Schema:
    schema: dict[str, Any] = {**_value(field), "title": field.label}
    if field.help:
        schema["description"] = field.help
    return schema if field.required or field.read_only else or_null(schema)


def _value(field: Field) -> Schema:
    if not field.fields:
        return TYPES[field.type].schema
    inside = closed(
        {each.name: _given(each) for each in field.fields},
        optional=[each.name for each in field.fields if not each.required],
    )
    return inside if field.type == "object" else {"type": "array", "items": inside}


def _description_of_field() -> Schema:
    return closed(
        {
            "name": TEXT,
            "label": TEXT,
            "type": {"enum": list(TYPES)},
            "required": TRUTH,
            "unique": TRUTH,
            "read_only": TRUTH,
            "help": TEXT,
            "fields": {"type": "array", "items": ref("field")},
        },
        optional=["fields"],
    )
