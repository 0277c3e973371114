"""A typed view a stream: from its json_schema, or from the records when it has none."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from devsession.warehouse import quoted
from devsession.warehouse.inbound_views import view_name
from tests.warehouse.names import NASTY
from tests.warehouse.streams import Reading, stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from devsession.warehouse import Account


@pytest.fixture
def reading(account: Account, tmp_path: Path) -> Callable[..., Reading]:
    """A sync of this stream that no other test uses."""

    def made(*args: Any, **more: Any) -> Reading:
        return Reading(account, tmp_path, stream(*args, **more))

    return made


def of(**properties: Any) -> dict[str, Any]:
    """A json_schema of these fields."""
    return {"type": "object", "properties": properties}


TYPES: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "text": ({"type": "string"}, "it's é", "it's é"),
    "number": ({"type": "integer"}, 12345678901, 12345678901),
    "float": ({"type": "number"}, 1.25, 1.25),
    "decimal": ({"type": "number", "multipleOf": 0.01}, "12.30", Decimal("12.30")),
    "boolean": ({"type": "boolean"}, True, True),
    "date": ({"type": "string", "format": "date"}, "2026-02-03", date(2026, 2, 3)),
    "time": ({"type": "string", "format": "time"}, "04:05:06", time(4, 5, 6)),
    "zoned": (
        {"type": "string", "format": "date-time"},
        "2026-02-03T04:05:06+02:00",
        datetime(2026, 2, 3, 2, 5, 6, tzinfo=UTC),
    ),
    "timestamp": (
        {
            "type": "string",
            "format": "date-time",
            "airbyte_type": "timestamp_without_timezone",
        },
        "2026-02-03T04:05:06.5",
        datetime(2026, 2, 3, 4, 5, 6, 500_000),
    ),
    "binary": ({"type": "string", "contentEncoding": "base64"}, "AQID", b"\x01\x02\x03"),
    "object": ({"type": "object"}, {"a": [1, None]}, '{"a":[1,null]}'),
    "no type": ({}, [1, "x"], '[1,"x"]'),
    "a nullable text": ({"type": ["null", "string"]}, "x", "x"),
    "a nullable number": ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1, 1),
    "integer or number": ({"type": ["integer", "number", "null"]}, 1, 1.0),
    "several types": ({"type": ["string", "integer"]}, 1, "1"),
    "a null": ({"type": "string"}, None, None),
    "a value of another type": ({"type": "integer"}, "many", None),
    "a date that is none": ({"type": "string", "format": "date"}, "soon", None),
}


@pytest.mark.parametrize("case", TYPES)
def test_a_column_has_the_type_of_its_field(reading: Callable[..., Reading], case: str) -> None:
    schema, value, expected = TYPES[case]
    sync = reading(schema=of(field=schema))

    sync.store({"id": 1, "field": value})

    assert sync.shown == [{"FIELD": expected}]


def test_a_field_that_a_record_lacks_is_null(reading: Callable[..., Reading]) -> None:
    sync = reading(schema=of(id={"type": "integer"}, name={"type": "string"}))

    sync.store({"id": 1})

    assert sync.shown == [{"ID": 1, "NAME": None}]


def test_deleted_records_are_left_out(reading: Callable[..., Reading]) -> None:
    sync = reading(schema=of(id={"type": "integer"}))

    sync.store({"id": 1}, {"id": 2}, gone=[{"id": 1}])

    assert sync.shown == [{"ID": 2}]


def test_a_view_is_there_before_the_first_record(reading: Callable[..., Reading]) -> None:
    assert reading(schema=of(id={"type": "integer"})).shown == []


def test_a_view_follows_its_json_schema(reading: Callable[..., Reading]) -> None:
    sync = reading("contacts", schema=of(id={"type": "integer"}))
    sync.store({"id": 1, "name": "Ann"})

    sync.begin(stream("contacts", schema=of(id={"type": "string"}, name={"type": "string"})))

    assert sync.shown == [{"ID": "1", "NAME": "Ann"}]


def test_without_json_schema_the_types_are_those_of_the_records(
    reading: Callable[..., Reading],
) -> None:
    sync = reading()

    sync.store(
        {
            "id": 1,
            "text": "x",
            "float": 1.5,
            "flag": False,
            "day": "2026-02-03",
            "at": "2026-02-03T04:05:06Z",
            "local": "2026-02-03 04:05:06",
            "tags": ["a"],
            "nothing": None,
            "mixed": 1,
        },
        {"id": 2, "float": 2, "text": "2026-02-03", "mixed": "x"},
    )

    assert sync.shown[0] == {
        "ID": 1,
        "TEXT": "x",
        "FLOAT": 1.5,
        "FLAG": False,
        "DAY": date(2026, 2, 3),
        "AT": datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC),
        "LOCAL": datetime(2026, 2, 3, 4, 5, 6),
        "TAGS": '["a"]',
        "NOTHING": None,
        "MIXED": "1",
    }


def test_a_view_follows_the_records(reading: Callable[..., Reading]) -> None:
    sync = reading()
    sync.store({"id": 1, "size": 1, "note": None})

    sync.store({"id": 2, "size": 1.5, "note": "n", "new": True})
    sync.begin()
    sync.store({"id": 3, "newer": "x"})

    assert sync.shown[:2] == [
        {"ID": 1, "SIZE": 1.0, "NOTE": None, "NEW": None, "NEWER": None},
        {"ID": 2, "SIZE": 1.5, "NOTE": "n", "NEW": True, "NEWER": None},
    ]


def test_any_name_of_a_field_is_a_column(reading: Callable[..., Reading]) -> None:
    names = [
        *NASTY,
        "name",
        "NAME",
        "Name",
        "app_identifier",
        "a.b",
        "0",
        "[0]",
        "*",
        "é",
        "É",
        "$.a",
        "~/1",
    ]
    sync = reading(schema=of(**{name: {"type": "string"} for name in names}))

    sync.store({"id": 1} | {name: str(number) for number, name in enumerate(names)})

    assert list(sync.shown[0].values()) == [str(number) for number, _ in enumerate(names)]


def test_names_that_differ_in_case_alone_get_a_number(reading: Callable[..., Reading]) -> None:
    text = {"type": "string"}
    sync = reading(schema=of(name=text, NAME=text, app_identifier=text))

    sync.store({"id": 1, "name": "a", "NAME": "b", "app_identifier": "c"})

    assert sync.shown == [{"NAME": "a", "NAME_2": "b", "APP_IDENTIFIER_2": "c"}]


def test_a_view_is_named_by_sync_and_stream(account: Account, tmp_path: Path) -> None:
    sync = Reading(account, tmp_path, stream("Big deals"), slug="it's acme/crm")

    assert sync.run.views() == {"Big deals": "IT_S_ACME_CRM_BIG_DEALS"}


def test_a_table_of_that_name_is_left_alone(account: Account, tmp_path: Path) -> None:
    account.execute("create table PUBLIC.MINE_CONTACTS as select 1 as A")

    sync = Reading(account, tmp_path, stream("contacts"), slug="mine")
    sync.store({"id": 1})

    assert sync.run.views() == {"contacts": "MINE_CONTACTS_2"}
    assert account.rows("select A from PUBLIC.MINE_CONTACTS") == [(1,)]
    assert sync.shown == [{"ID": 1}]


@pytest.mark.parametrize("name", [*NASTY, "x" * 1000])
def test_any_name_of_a_stream_is_a_views(name: str, account: Account) -> None:
    view = view_name(name, name, set())

    account.execute(f"create or replace view PUBLIC.{quoted(view)} as select 1 as A")

    assert account.rows(f"select A from PUBLIC.{quoted(view)}") == [(1,)]
    assert len(view) <= 255
