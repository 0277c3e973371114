"""APP_IDENTIFIER: one name for each key, never one for two."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devsession.plugin.record_key import NoKeyError, app_identifiers

ID = (("id",),)


def name(value: Any) -> Any:
    return app_identifiers([{"id": value}], ID)[0]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("a1", "a1"),
        ("2f-8c", "2f-8c"),
        ("2026-05-01", "2026-05-01"),
        ("1e5", '"1e5"'),
        ("1E5", '"1E5"'),
        ("007", "007"),
        (1e300, str(int(1e300))),
        (1e-7, "1e-7"),
        ("1", '"1"'),
        (1, "1"),
        (1.0, "1"),
        (np.int64(1), "1"),
        (np.float64(1), "1"),
        (True, "true"),
        ("true", '"true"'),
        ("truest", "truest"),
        ("null", '"null"'),
        ('"1"', '"\\"1\\""'),
        ('["a",1]', '"[\\"a\\",1]"'),
        (0.5, "0.5"),
        (10**30, str(10**30)),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (Decimal("1.10"), '"1.10"'),
        (datetime(2026, 5, 1, tzinfo=UTC), "2026-05-01T00:00:00Z"),
        (" ", " "),
        (b"key", "a2V5"),
    ],
    ids=repr,
)
def test_the_name_of_a_single_key(key: Any, expected: str) -> None:
    assert name(key) == expected


def test_fields_together_and_nested_ones_are_never_glued() -> None:
    records = [
        {"a": "x_y", "b": {"c": "z"}},
        {"a": "x", "b": {"c": "y_z"}},
        {"a": "x", "b": {"c": 1}},
    ]
    assert app_identifiers(records, [("a",), ("b", "c")]) == [
        '["x_y","z"]',
        '["x","y_z"]',
        '["x",1]',
    ]
    assert app_identifiers(records, [("b", "c")]) == ["z", "y_z", "1"]


def test_without_a_key_there_are_no_names() -> None:
    assert app_identifiers([{"id": 1}, {"id": 2}], ()) == [None, None]


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({}, "id is missing or null"),
        ({"id": None}, "id is missing or null"),
        ({"id": float("nan")}, "id is missing or null"),
        ({"id": pd.NaT}, "id is missing or null"),
        ({"id": ""}, "id is an empty text"),
        ({"id": [1]}, "id is list, no single value"),
        ({"id": {"a": 1}}, "id is dict, no single value"),
        ({"id": {1}}, "id is of type set"),
        ({"id": "\ud800"}, "id is a text with half a character"),
    ],
    ids=repr,
)
def test_a_record_without_a_key_is_refused_by_its_row(record: dict[str, Any], problem: str) -> None:
    with pytest.raises(NoKeyError, match=problem) as refused:
        app_identifiers([{"id": "a"}, record], ID)
    assert refused.value.row == 1


@pytest.mark.parametrize("record", [{"a": 1}, {"a": 1, "b": None}, {"a": 1, "b": "text"}])
def test_each_field_of_a_key_is_needed(record: dict[str, Any]) -> None:
    with pytest.raises(NoKeyError, match=r"b\.c is missing or null"):
        app_identifiers([record], [("a",), ("b", "c")])


PARTS = st.one_of(
    st.text("xy_\"[]{},1.-tre\\", min_size=1, max_size=6),
    st.integers(-12, 12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)  # fmt: skip


def as_json_has_it(value: object) -> tuple[str, object]:
    return type(value).__name__.replace("float", "int"), value


@given(PARTS, PARTS)
def test_two_single_keys_have_one_name_only_when_they_are_equal(one: Any, other: Any) -> None:
    assert (name(one) == name(other)) == (as_json_has_it(one) == as_json_has_it(other))


@given(st.tuples(PARTS, PARTS), st.tuples(PARTS, PARTS))
def test_two_composite_keys_likewise(one: Any, other: Any) -> None:
    key = [("a",), ("b", "c")]
    names = app_identifiers([{"a": a, "b": {"c": c}} for a, c in (one, other)], key)
    equal = list(map(as_json_has_it, one)) == list(map(as_json_has_it, other))
    assert (names[0] == names[1]) == equal


@given(st.lists(PARTS, min_size=1, max_size=8))
def test_a_key_has_the_same_name_alone_and_among_others(values: list[Any]) -> None:
    assert app_identifiers([{"id": value} for value in values], ID) == list(map(name, values))


@given(PARTS)
def test_a_name_says_which_key_it_was(value: Any) -> None:
    try:
        read = json.loads(name(value))
    except ValueError:
        read = name(value)
    assert read == value
