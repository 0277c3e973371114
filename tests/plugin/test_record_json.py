"""The one JSON form of a record."""

from __future__ import annotations

import json
from collections import OrderedDict, namedtuple
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devsession.plugin.record_json import NoJsonError, as_json, records_json


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Status(StrEnum):
    OPEN = "open"


class Moment(datetime):
    pass


Point = namedtuple("Point", "x y")

NOON = datetime(2026, 5, 1, 12, 30)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("naïve", '"naïve"'),
        (10**30, str(10**30)),
        (True, "true"),
        (None, "null"),
        (float("nan"), "null"),
        (float("inf"), '"Infinity"'),
        (float("-inf"), '"-Infinity"'),
        (NOON, '"2026-05-01T12:30:00"'),
        (NOON.replace(tzinfo=UTC), '"2026-05-01T12:30:00Z"'),
        (NOON.replace(microsecond=7, tzinfo=UTC), '"2026-05-01T12:30:00.000007Z"'),
        (NOON.replace(tzinfo=ZoneInfo("Europe/Berlin")), '"2026-05-01T12:30:00+02:00"'),
        (
            NOON.replace(tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
            '"2026-05-01T12:30:00-09:30"',
        ),
        (Moment(2026, 5, 1, tzinfo=UTC), '"2026-05-01T00:00:00Z"'),
        (date(2026, 5, 1), '"2026-05-01"'),
        (time(12, 30), '"12:30:00"'),
        (timedelta(days=1, milliseconds=500), "86400.5"),
        (timedelta(seconds=-5), "-5.0"),
        (Decimal("1.10"), '"1.10"'),
        (Decimal("NaN"), "null"),
        (Decimal("sNaN"), "null"),
        (Decimal("-Infinity"), '"-Infinity"'),
        (b"\xfb\xff", '"+/8="'),
        (bytearray(b"a"), '"YQ=="'),
        (UUID(int=5), '"00000000-0000-0000-0000-000000000005"'),
        (Colour.RED, '"red"'),
        (Level.HIGH, "3"),
        (Status.OPEN, '"open"'),
        ((1, 2), "[1,2]"),
        (Point(1, 2), "[1,2]"),
        (OrderedDict(a=1), '{"a":1}'),
        (MappingProxyType({"a": 1}), '{"a":1}'),
        (np.int64(3), "3"),
        (np.float32(0.5), "0.5"),
        (np.float64("nan"), "null"),
        (np.bool_(True), "true"),
        (np.str_("a"), '"a"'),
        (np.datetime64("2026-05-01"), '"2026-05-01"'),
        (np.datetime64("2026-05-01T12:30:00.5"), '"2026-05-01T12:30:00.500000"'),
        (np.datetime64("NaT"), "null"),
        (np.timedelta64(1500, "ms"), "1.5"),
        (np.array([1.5, np.nan]), "[1.5,null]"),
        (pd.NA, "null"),
        (pd.NaT, "null"),
        (pd.Timestamp("2026-05-01 12:30", tz="UTC"), '"2026-05-01T12:30:00Z"'),
        (pd.Timestamp("2026-05-01 12:30:00.000000001Z"), '"2026-05-01T12:30:00.000000001Z"'),
        (pd.Timedelta(seconds=1.5), "1.5"),
    ],
    ids=repr,
)
def test_the_form_of_a_value_wherever_it_stands(value: Any, form: str) -> None:
    assert as_json(value).decode() == form
    assert records_json([{"at": value}]) == [f'{{"at":{form}}}'.encode()]
    nested = {"at": [{"here": value}], "word": "NaN"}
    assert records_json([nested])[0].decode() == f'{{"at":[{{"here":{form}}}],"word":"NaN"}}'


@pytest.mark.parametrize(
    ("value", "path", "problem"),
    [
        ({1, 2}, "[1].a.b[0]", "is of type set, which JSON cannot hold: a set has no order"),
        (object(), "[1].a.b[0]", "is of type object"),
        (1j, "[1].a.b[0]", "is of type complex"),
        (np.complex128(1), "[1].a.b[0]", "is of type complex"),
        (iter([1]), "[1].a.b[0]", "is of type list_iterator"),
        ({1: "a"}, "[1].a.b[0]", "has a key that is no text but int"),
        ({"c": "\ud800"}, "[1].a.b[0].c", "half a character"),
        ({"\ud800": 1}, "[1].a.b[0]", "half a character"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_without_a_form_is_refused_by_path_and_type(
    value: Any, path: str, problem: str
) -> None:
    with pytest.raises(NoJsonError, match=problem) as refused:
        records_json([{"a": 1}, {"a": {"b": [value]}}])
    assert refused.value.path == path


def test_a_record_that_holds_itself_is_refused() -> None:
    record: dict[str, Any] = {"id": 1}
    record["self"] = [record]
    with pytest.raises(NoJsonError, match="or holds itself"):
        records_json([record])


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NATIVE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


@given(st.lists(st.dictionaries(TEXTS, NATIVE, max_size=5), max_size=5))
def test_what_json_has_itself_comes_back_as_it_was(records: list[dict[str, Any]]) -> None:
    assert [json.loads(text) for text in records_json(records)] == records


@given(st.datetimes(timezones=st.none() | st.just(UTC) | st.timezones()))
def test_a_datetime_comes_back_as_it_was(moment: datetime) -> None:
    offset = moment.utcoffset()
    whole = moment if offset is None else moment.replace(tzinfo=timezone(_minutes(offset)))
    assert datetime.fromisoformat(json.loads(as_json(whole))) == whole


def _minutes(offset: timedelta) -> timedelta:
    return timedelta(minutes=offset // timedelta(minutes=1))


@given(st.decimals(allow_nan=False, allow_infinity=False) | st.uuids() | st.times() | st.dates())
def test_the_short_way_and_the_long_way_write_the_same(value: Any) -> None:
    short, long = {"value": value}, {"value": value, "long way": b""}
    assert records_json([short])[0][:-1] == records_json([long])[0].removesuffix(b',"long way":""}')
