"""Inbound records in the warehouse: append, merge, replace, and the state that covers them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import sqlglot

from devsession.errors import UsageError, WarehouseError
from devsession.plugin.stream_store import Checkpoint
from devsession.warehouse.inbound import InboundTables
from tests.warehouse.names import NASTY, NOTED
from tests.warehouse.streams import RETRIEVED, Reading, parquet, stream
from tests.warehouse.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from devsession.plugin.streams import StorageBehaviour, StoredStreamConfiguration
    from devsession.warehouse import Account

BEHAVIOURS: tuple[StorageBehaviour, ...] = ("append", "merge", "replace")
ANN, BOB = {"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}


@pytest.fixture
def reading(account: Account, tmp_path: Path) -> Callable[..., Reading]:
    """A sync of this stream that no other test uses."""

    def made(*args: Any, **more: Any) -> Reading:
        return Reading(account, tmp_path, stream(*args, **more))

    return made


def test_records_stand_in_the_columns_of_the_contract(reading: Callable[..., Reading]) -> None:
    sync = reading("contacts")

    sync.store(ANN)

    table = sync.account.arrow(f"select * exclude POSITION from {sync.run.tables()['contacts']}")
    assert table.to_pylist() == [
        {
            "APP_IDENTIFIER": "1",
            "STREAM_NAME": "contacts",
            "RETRIEVE_DATE": RETRIEVED.replace(tzinfo=None),
            "RECORD_DATA": '{"id":1,"name":"Ann"}',
            "IS_DELETED": False,
        }
    ]


def test_append_keeps_every_version(reading: Callable[..., Reading]) -> None:
    sync = reading("contacts", "append")

    sync.store(ANN, ANN)
    sync.store(BOB)
    sync.begin()
    sync.store(ANN | {"name": "Anna"})

    assert [record["name"] for _, record, _ in sync.rows] == ["Ann", "Ann", "Bob", "Anna"]


def test_checkpoints_leave_nothing_behind_but_their_records(
    reading: Callable[..., Reading],
) -> None:
    sync = reading()
    sync.store(ANN)
    noted = sync.account.rows(NOTED)

    sync.store(BOB)
    sync.store(ANN | {"name": "Anna"})

    assert sync.account.rows(NOTED) == noted
    cached = "select MEMORY_USAGE_BYTES from duckdb_memory() where TAG = 'OBJECT_CACHE'"
    assert sync.account.rows(cached) == [(0,)]


def test_append_takes_records_without_a_key(reading: Callable[..., Reading]) -> None:
    sync = reading("events", "append", key=None)

    sync.store({"what": "click"}, {"what": "click"})

    assert [name for name, _, _ in sync.rows] == [None, None]


def test_merge_has_one_row_a_key(reading: Callable[..., Reading]) -> None:
    sync = reading()

    sync.store(ANN, BOB)
    sync.begin()
    sync.store(BOB | {"name": "Robert"}, {"id": 3})

    assert sync.rows == [
        ("1", ANN, False),
        ("2", {"id": 2, "name": "Robert"}, False),
        ("3", {"id": 3}, False),
    ]


@pytest.mark.parametrize("storage", ["merge", "replace"])
def test_of_one_key_in_a_checkpoint_the_last_row_counts(
    reading: Callable[..., Reading], storage: str
) -> None:
    sync = reading("contacts", storage)

    sync.store(ANN, BOB, ANN | {"name": "Anna"}, complete=True)

    assert sync.rows == [("2", BOB, False), ("1", {"id": 1, "name": "Anna"}, False)]


def test_of_one_key_in_two_files_the_later_one_counts(
    reading: Callable[..., Reading], tmp_path: Path
) -> None:
    sync = reading()
    files = [
        parquet(tmp_path, [("1", {"n": 1}, False), ("1", {"n": 2}, False), ("2", {}, False)]),
        parquet(tmp_path, [("1", {"n": 3}, False)]),
    ]

    sync.run.store(Checkpoint(sync.stream, files))

    assert sync.rows == [("2", {}, False), ("1", {"n": 3}, False)]


def test_a_tombstone_marks_its_record_and_leaves_what_it_was(
    reading: Callable[..., Reading],
) -> None:
    sync = reading()

    sync.store(ANN)
    sync.store(BOB, gone=[{"id": 1}, {"id": 2}, {"id": 3}])

    assert sync.rows == [("1", ANN, True), ("2", BOB, True), ("3", {"id": 3}, True)]


def test_a_deleted_record_that_comes_again_is_there_again(reading: Callable[..., Reading]) -> None:
    sync = reading()

    sync.store(ANN)
    sync.store(gone=[{"id": 1}])
    sync.store(ANN | {"name": "Anna"})

    assert sync.rows == [("1", {"id": 1, "name": "Anna"}, False)]


def test_append_keeps_a_tombstone_as_a_row(reading: Callable[..., Reading]) -> None:
    sync = reading("contacts", "append")

    sync.store(ANN)
    sync.store(gone=[{"id": 1}])

    assert sync.rows == [("1", ANN, False), ("1", {"id": 1}, True)]


def test_replace_shows_the_old_rows_until_the_stream_is_complete(
    reading: Callable[..., Reading],
) -> None:
    sync = reading("contacts", "replace")
    sync.store(ANN, state={"page": 1}, complete=True)

    sync.begin()
    sync.store(BOB, state={"page": 7})
    during = sync.rows, sync.state
    sync.store({"id": 3})
    sync.store(complete=True)

    assert during == ([("1", ANN, False)], {"page": 1})
    assert sync.rows == [("2", BOB, False), ("3", {"id": 3}, False)]
    assert sync.state == {"page": 7}


def test_a_replacing_run_that_died_leaves_nothing_behind(reading: Callable[..., Reading]) -> None:
    sync = reading("contacts", "replace")
    sync.store(ANN, state={"page": 1}, complete=True)
    sync.begin()
    sync.store(BOB, state={"page": 7})

    sync.begin()
    sync.store({"id": 3}, complete=True)

    assert sync.rows == [("3", {"id": 3}, False)]
    assert sync.state == {"page": 1}


def test_replace_goes_on_in_another_process(reading: Callable[..., Reading]) -> None:
    sync = reading("contacts", "replace")
    sync.store(ANN, state={"page": 1})

    sync.run = InboundTables(sync.account, sync.sync)
    sync.store(BOB, complete=True)

    assert sync.rows == [("1", ANN, False), ("2", BOB, False)]
    assert sync.state == {"page": 1}


def test_replace_takes_records_without_a_key(reading: Callable[..., Reading]) -> None:
    sync = reading("events", "replace", key=None)
    sync.store({"what": "old"}, complete=True)

    sync.begin()
    sync.store({"what": "click"}, {"what": "click"})
    sync.store({"what": "key"}, complete=True)

    assert [record["what"] for _, record, _ in sync.rows] == ["click", "click", "key"]


def test_replace_by_nothing_leaves_nothing(reading: Callable[..., Reading]) -> None:
    sync = reading("contacts", "replace")
    sync.store(ANN, complete=True)

    sync.begin()
    sync.store(complete=True)

    assert sync.rows == []


def test_a_state_is_kept_with_its_records(reading: Callable[..., Reading]) -> None:
    sync = reading()

    before = sync.state
    sync.store(ANN, state={"cursor": "it's 5", "pages": [1, 2.5, None]})
    sync.store(BOB)

    assert before is None
    assert sync.state == {"cursor": "it's 5", "pages": [1, 2.5, None]}


def test_a_checkpoint_may_have_nothing_but_a_state(reading: Callable[..., Reading]) -> None:
    sync = reading()

    sync.store(state={"cursor": 1})
    sync.store(state={})

    assert (sync.state, sync.rows) == ({}, [])


def test_a_sync_may_read_no_stream(reading: Callable[..., Reading]) -> None:
    sync = reading()
    run = InboundTables(sync.account, replace(sync.sync, id=-1))

    run.prepare([])

    assert (run.states(), run.tables(), run.counts()) == ({}, {}, {})


def test_a_stream_whose_table_was_never_made_has_none(
    reading: Callable[..., Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the process is killed between the two."""
    with monkeypatch.context() as patch:
        patch.setattr(InboundTables, "_prepare", lambda *_: None)
        sync = reading("contacts")
    before = sync.run.tables(), sync.run.counts()

    sync.store(ANN)

    assert before == ({}, {})
    assert sync.run.counts() == {"contacts": (1, 0)}


def test_counts_tell_rows_and_deleted_records(reading: Callable[..., Reading]) -> None:
    sync = reading("contacts")

    before = sync.run.counts()
    sync.store(ANN, BOB, gone=[{"id": 1}])

    assert before == {"contacts": (0, 0)}
    assert sync.run.counts() == {"contacts": (2, 1)}


def test_nothing_of_a_checkpoint_is_stored_when_a_part_of_it_cannot_be(
    reading: Callable[..., Reading], tmp_path: Path
) -> None:
    sync = reading(schema={"properties": {}})
    sync.store(ANN, state={"cursor": 1})
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(parquet(tmp_path, [("2", BOB, False)]).read_bytes()[:-20])
    good = parquet(tmp_path, [("3", {}, False)])

    with pytest.raises(WarehouseError):
        sync.run.store(
            Checkpoint(
                sync.stream, [good, broken], delete_criteria=[{"id": 1}], state={"cursor": 2}
            )
        )

    assert (sync.rows, sync.state) == ([("1", ANN, False)], {"cursor": 1})


def test_no_state_without_its_records_when_a_statement_fails_midway(
    reading: Callable[..., Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = reading()
    sync.store(ANN, state={"cursor": 1})
    monkeypatch.setattr(InboundTables, "_save", lambda *_: sync.account.execute("select nothing"))

    with pytest.raises(WarehouseError):
        sync.store(BOB, state={"cursor": 2})

    assert (sync.rows, sync.state) == ([("1", ANN, False)], {"cursor": 1})


CRITERIA: dict[str, tuple[dict[str, Any], list[int]]] = {
    "a text": ({"kind": "a"}, [1, 5]),
    "a text that is a number in another record": ({"n": "1"}, [2]),
    "a number": ({"n": 1}, [1, 3]),
    "the same number, written otherwise": ({"n": 1.0}, [1, 3]),
    "a nested field": ({"owner": {"id": 7}}, [4, 5]),
    "two fields": ({"owner": {"id": 7}, "kind": "a"}, [5]),
    "a boolean": ({"flag": True}, [2]),
    "null, which is no missing field": ({"flag": None}, [3]),
    "a list": ({"tags": ["x", "é'"]}, [4]),
    "a field with quotes": ({'it\'s "odd"': "b"}, [1]),
    "a text with quotes and signs": ({"kind": 'it\'s "é" \\'}, [3]),
    "nothing that there is": ({"kind": "z"}, []),
}


@pytest.mark.parametrize("case", CRITERIA)
def test_criteria_mark_records_as_deleted(reading: Callable[..., Reading], case: str) -> None:
    criteria, expected = CRITERIA[case]
    sync = reading()
    sync.store(
        {"id": 1, "kind": "a", "n": 1, 'it\'s "odd"': "b"},
        {"id": 2, "kind": "b", "n": "1", "flag": True},
        {"id": 3, "kind": 'it\'s "é" \\', "n": 1.0, "flag": None},
        {"id": 4, "owner": {"id": 7, "name": "x"}, "tags": ["x", "é'"]},
        {"id": 5, "owner": {"id": 7}, "kind": "a"},
    )

    sync.store(delete_criteria=[criteria])

    assert [record["id"] for _, record, gone in sync.rows if gone] == expected


def test_criteria_count_before_the_records_of_their_checkpoint(
    reading: Callable[..., Reading],
) -> None:
    sync = reading()
    sync.store(ANN | {"page": 1}, BOB | {"page": 1})

    sync.store(ANN | {"page": 1}, delete_criteria=[{"page": 1}, {"page": 2}], state={"page": 1})

    assert [(name, gone) for name, _, gone in sync.rows] == [("2", True), ("1", False)]


def test_from_append_to_merge_the_last_version_of_each_stays(
    reading: Callable[..., Reading],
) -> None:
    sync = reading("contacts", "append")
    sync.store(ANN, BOB, ANN | {"name": "Anna"})

    sync.begin(stream("contacts", "merge"))
    before = len(sync.rows)
    sync.store(BOB | {"name": "Robert"}, state={"cursor": 1})

    assert before == 3
    assert [(name, record["name"]) for name, record, _ in sync.rows] == [
        ("1", "Anna"),
        ("2", "Robert"),
    ]


def test_another_key_is_refused_while_there_are_records(
    reading: Callable[..., Reading], snapshot: SnapshotAssertion
) -> None:
    sync = reading("contacts")
    sync.store(ANN)

    with pytest.raises(UsageError) as error:
        sync.begin(stream("contacts", key="name"))

    assert str(error.value).replace(sync.slug, "SLUG") == snapshot
    assert sync.rows == [("1", ANN, False)]


def test_replace_takes_another_key(reading: Callable[..., Reading]) -> None:
    sync = reading("contacts")
    sync.store(ANN)

    sync.begin(stream("contacts", "replace", key="name"))
    sync.store(BOB, complete=True)
    sync.begin(stream("contacts", "merge", key="name"))
    sync.store(BOB, {"id": 3, "name": "Cy"})

    assert [name for name, _, _ in sync.rows] == ["2", "3"]


def test_two_streams_whose_names_differ_little_are_two(account: Account, tmp_path: Path) -> None:
    names = ["contacts", "Contacts", "contacts ", "CONTACTS_2", "contacts_2", "c" * 300, "c" * 301]
    sync = Reading(account, tmp_path)
    streams = [stream(name) for name in [*names, *filter(None, NASTY)]]
    sync.run.prepare(streams)

    for number, each in enumerate(streams):
        file = parquet(tmp_path, [(str(number), {"n": number}, False)])
        sync.run.store(Checkpoint(each, [file], state={"n": number}))

    run = InboundTables(account, sync.sync)
    numbers = {each.stream_name: number for number, each in enumerate(streams)}
    assert {name: state["n"] for name, state in run.states().items()} == numbers
    assert {
        name: account.rows(f"select max(RECORD_DATA['n']::number) from {table}")[0][0]
        for name, table in run.tables().items()
        if name in numbers
    } == numbers


def test_streams_are_stored_from_several_threads(account: Account, tmp_path: Path) -> None:
    streams = [stream(f"stream {number}") for number in range(4)]
    sync = Reading(account, tmp_path, streams[0])
    sync.run.prepare(streams)

    def read(each: StoredStreamConfiguration) -> None:
        for page in range(3):
            rows = [(str(number), {"page": page}, False) for number in range(page * 10 + 10)]
            file = parquet(tmp_path, rows)
            sync.run.store(Checkpoint(each, [file], [{"page": page - 1}], {"page": page}))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(read, streams))

    assert sync.run.states() == {each.stream_name: {"page": 2} for each in streams}
    assert sync.run.counts() == {each.stream_name: (30, 0) for each in streams}


def test_no_file_stays_on_the_stage(reading: Callable[..., Reading]) -> None:
    from fakesnow.transforms import stage

    sync = reading()
    before = set(Path(stage.LOCAL_BUCKET_PATH).rglob("*.parquet"))

    sync.store(ANN)

    assert set(Path(stage.LOCAL_BUCKET_PATH).rglob("*.parquet")) == before


def test_another_sync_has_tables_of_its_own(account: Account, tmp_path: Path) -> None:
    one, other = (Reading(account, tmp_path) for _ in range(2))

    one.store(ANN, state={"cursor": 1})

    assert (other.rows, other.state) == ([], None)


def test_each_statement_is_one_to_snowflakes_parser(account: Account, tmp_path: Path) -> None:
    watched: Any = Watched(account)
    name = f"it's; drop table X; -- \"{uuid4().hex}"
    schema = {"properties": {"a'; drop table X; --": {"type": "string"}}}
    for storage in BEHAVIOURS:
        sync = Reading(watched, tmp_path, stream(f"{name} {storage}", storage, schema=schema))
        sync.store(ANN, state={"it's": 1}, delete_criteria=[{"it's": {"x": "'"}}], complete=True)

    assert watched.counts == {1}
    assert all(sqlglot.parse_one(each, dialect="snowflake") for each in watched.statements)
