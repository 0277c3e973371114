"""What changed in a stream's records, by their schemas."""

from __future__ import annotations

from typing import Any

import pytest

from devsession.plugin.schema_drift import schema_difference

BEFORE = {
    "properties": {
        "id": {"type": "integer"},
        "score": {"type": "number"},
        "owner": {
            "type": ["object", "null"],
            "properties": {"id": {"type": "string"}, "since": {"type": "null"}},
        },
        "tags": {"type": "array", "items": {"type": "string"}},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"sku": {"type": "string"}}},
        },
        "open": {"type": "boolean"},
    }
}
AFTER = {
    "properties": {
        "id": {"type": "string"},
        "score": {"type": "integer"},
        "owner": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "email": {"type": "string"}},
        },
        "tags": {"type": "array", "items": {"type": "integer"}},
        "lines": {"type": "array"},
    }
}


def test_a_difference_names_fields_by_path_and_their_types() -> None:
    difference = schema_difference(BEFORE, AFTER)

    assert difference
    assert difference.added == {"owner.email": "string"}
    assert difference.removed == {
        "owner.since": "null",
        "lines[]": "object",
        "lines[].sku": "string",
        "open": "boolean",
    }
    assert difference.changed == {
        "id": ("integer", "string"),
        "score": ("number", "integer"),
        "tags[]": ("string", "integer"),
    }
    assert str(difference).splitlines()[:2] == ["+ owner.email: string", "- owner.since: null"]
    assert "~ id: integer -> string" in str(difference)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string"}, {"type": ["string", "null"]}),
        ({"type": "null"}, {"type": "string"}),
        ({"type": ["string", "integer"]}, {"type": ["integer", "string"]}),
    ],
)
def test_a_value_that_was_missing_is_no_difference(old: Any, new: Any) -> None:
    difference = schema_difference({"properties": {"a": old}}, {"properties": {"a": new}})
    assert not difference
    assert str(difference) == "no difference"


def test_a_format_is_part_of_the_type() -> None:
    old = {"properties": {"at": {"type": "string"}}}
    new = {"properties": {"at": {"type": "string", "format": "date-time"}}}
    assert schema_difference(old, new).changed == {"at": ("string", "string (date-time)")}


@pytest.mark.parametrize(
    "schema", [{}, {"properties": 3}, {"properties": {"a": True}}, {"items": []}]
)
def test_a_schema_of_an_author_may_be_anything(schema: dict[str, Any]) -> None:
    assert not schema_difference(schema, schema)
