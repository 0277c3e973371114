"""What a stream's records look like, and what changed in it."""

from __future__ import annotations

from typing import Any

import pytest
from fastjsonschema import validate
from hypothesis import given
from hypothesis import strategies as st

from devsession.plugin.schema_drift import infer_json_schema, schema_difference

RECORDS = [
    {"id": 1, "score": 2, "owner": {"id": "u1", "since": None}, "tags": ["a"], "note": None},
    {"id": 2, "score": 2.5, "owner": {"id": "u2"}, "tags": [], "lines": [{"sku": "x", "n": 1}]},
    {"id": 3, "owner": None, "open": True},
]


def test_a_schema_that_records_keep() -> None:
    assert infer_json_schema(RECORDS) == {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "score": {"type": "number"},
            "owner": {
                "type": ["object", "null"],
                "properties": {"id": {"type": "string"}, "since": {"type": "null"}},
            },
            "tags": {"type": "array", "items": {"type": "string"}},
            "note": {"type": "null"},
            "lines": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"sku": {"type": "string"}, "n": {"type": "integer"}},
                },
            },
            "open": {"type": "boolean"},
        },
    }


def test_of_no_records_nothing_is_known() -> None:
    assert infer_json_schema([]) == {"type": "object", "properties": {}}


def test_a_difference_names_fields_by_path_and_their_types() -> None:
    changed: list[dict[str, Any]] = [
        {"id": "1", "score": 2, "owner": {"id": "u1", "email": "a@b"}, "tags": [1], "lines": []},
    ]
    difference = schema_difference(infer_json_schema(RECORDS), infer_json_schema(changed))
    assert difference
    assert difference.added == {"owner.email": "string"}
    assert difference.removed == {
        "owner.since": "null",
        "note": "null",
        "lines[]": "object",
        "lines[].sku": "string",
        "lines[].n": "integer",
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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=4))
def test_records_keep_the_schema_that_was_made_from_them(records: list[dict[str, Any]]) -> None:
    schema = infer_json_schema(records)
    assert [validate(schema, record, use_formats=False) for record in records] == records
    assert not schema_difference(schema, schema)
