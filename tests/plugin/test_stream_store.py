"""The store in memory: what becomes of a checkpoint, behaviour by behaviour."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from devsession.plugin import StoredStreamConfiguration, StreamConfiguration
from devsession.plugin.stream_store import Checkpoint, StreamRecords

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def stream(storage_behaviour: str) -> StoredStreamConfiguration:
    return StoredStreamConfiguration(
        stream_name="contacts",
        sync_strategy="Incremental",
        storage_behaviour=storage_behaviour,
        stream=StreamConfiguration(
            stream_name="contacts",
            supported_sync_strategies=["Incremental"],
            source_defined_primary_key="id",
        ),
    )


@pytest.fixture
def page(tmp_path: Path) -> Any:
    def write(*records: dict[str, Any], deleted: bool = False) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.parquet"
        rows = [
            {
                "APP_IDENTIFIER": record["id"],
                "RECORD_DATA": json.dumps(record),
                "IS_DELETED": deleted,
                "RETRIEVE_DATE": NOON,
            }
            for record in records
        ]
        pq.write_table(pa.Table.from_pylist(rows), path)
        return path

    return write


def named(store: StreamRecords) -> list[tuple[str, str, bool]]:
    rows = store.records("contacts")
    names = [json.loads(text)["name"] for text in rows["RECORD_DATA"]]
    return list(zip(rows["APP_IDENTIFIER"], names, rows["IS_DELETED"], strict=True))


@pytest.mark.parametrize(
    ("storage_behaviour", "kept"),
    [
        ("append", [("1", "Ada", False), ("2", "Bo", False), ("2", "Bob", False)]),
        ("merge", [("1", "Ada", False), ("2", "Bob", False)]),
        ("replace", [("2", "Bob", False)]),
    ],
)
def test_a_second_run(page: Any, storage_behaviour: str, kept: list[Any]) -> None:
    store, contacts = StreamRecords(), stream(storage_behaviour)
    before = [page({"id": "1", "name": "Ada"}), page({"id": "2", "name": "Bo"})]
    store.store(Checkpoint(contacts, before, state={"at": 1}, first=True, complete=True))
    store.store(
        Checkpoint(
            contacts, [page({"id": "2", "name": "Bob"})], state={"at": 2}, first=True, complete=True
        )
    )
    assert named(store) == kept
    assert store.state("contacts") == {"at": 2}
    assert store.is_complete("contacts")


def test_replace_shows_the_records_from_before_until_it_is_complete(page: Any) -> None:
    store, contacts = StreamRecords(), stream("replace")
    store.store(
        Checkpoint(contacts, [page({"id": "1", "name": "Ada"})], state={"at": 1}, first=True)
    )
    assert (named(store), store.state("contacts")) == ([], None)
    store.store(Checkpoint(contacts, [page({"id": "2", "name": "Bo"})], complete=True))
    assert named(store) == [("1", "Ada", False), ("2", "Bo", False)]
    assert (store.state("contacts"), store.is_complete("contacts")) == ({"at": 1}, True)
    store.store(
        Checkpoint(contacts, [page({"id": "3", "name": "Cy"})], state={"at": 9}, first=True)
    )
    assert named(store) == [("1", "Ada", False), ("2", "Bo", False)]
    assert (store.state("contacts"), store.is_complete("contacts")) == ({"at": 1}, False)


def test_criteria_mark_what_is_stored_and_not_what_comes(page: Any) -> None:
    store, contacts = StreamRecords(), stream("merge")
    store.store(Checkpoint(contacts, [page({"id": "1", "name": "Ada"}, {"id": "2", "name": "Bo"})]))
    criteria: list[dict[str, Any]] = [{"name": "Bo"}, {"name": "Ada", "id": "9"}]
    came = [page({"id": "3", "name": "Bo"})]
    store.store(Checkpoint(contacts, came, delete_criteria=criteria, state={}))
    assert named(store) == [("1", "Ada", False), ("2", "Bo", True), ("3", "Bo", False)]
    assert store.state("contacts") == {}


def test_a_tombstone_stays_with_the_data_that_the_record_had(page: Any) -> None:
    store, contacts = StreamRecords(), stream("merge")
    store.store(Checkpoint(contacts, [page({"id": "1", "name": "Ada"})]))
    store.store(
        Checkpoint(contacts, [page({"id": "1", "name": None}, deleted=True)], state={"at": 1})
    )
    assert named(store) == [("1", "Ada", True)]
    store.store(Checkpoint(contacts, [page({"id": "1", "name": "Ada again"})]))
    assert named(store) == [("1", "Ada again", False)]
    assert store.state("contacts") == {"at": 1}


def test_a_file_that_cannot_be_read_stores_nothing(page: Any, tmp_path: Path) -> None:
    store, files = StreamRecords(), [page({"id": "1", "name": "Ada"}), tmp_path / "gone.parquet"]
    with pytest.raises(FileNotFoundError):
        store.store(Checkpoint(stream("merge"), files, state={"at": 1}))
    assert store.records("contacts").empty
    assert store.state("contacts") is None
