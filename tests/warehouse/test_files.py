"""Data that cannot be loaded: each refusal says what is wrong and where."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from devsession.errors import TableFileError
from devsession.warehouse.files import read

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def refusal_of(data: pd.DataFrame | Path, folder: Path) -> str:
    with pytest.raises(TableFileError) as error:
        read(data)
    return str(error.value).replace(str(folder), "FOLDER")


class Thing:
    """A value of no type that a table has; its repr is the same on every run."""

    def __repr__(self) -> str:
        return "<thing>"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,email\n",
        b"id,email\n1,Zo\xeb\n",
        "id,näme\n1,x\n".encode("latin-1"),
        "id,email\n1,ann\n".encode("utf-16"),
        b"id,email\n1,a\n2\n",
        b"id,email\n1,a,b\n",
        b'id,email\n1,a\n2,"never closed\n3,b\n',
        b"id;email\n1;a\n",
        b"id,,email\n1,2,3\n",
        b"id,email,ID\n1,2,3\n",
        b"id,email,id\n1,2,3\n",
        b"PK\x03\x04 a spreadsheet by another name\x00\x81",
    ],
    ids=[
        "empty",
        "header-only",
        "latin-1",
        "latin-1-header",
        "utf-16",
        "row-too-short",
        "row-too-long",
        "open-quote",
        "semicolons",
        "empty-name",
        "name-in-two-cases",
        "name-twice",
        "spreadsheet",
    ],
)
def test_a_csv_file_that_is_wrong(
    tmp_path: Path, content: bytes, snapshot: SnapshotAssertion
) -> None:
    file = tmp_path / "contacts.csv"
    file.write_bytes(content)

    assert refusal_of(file, tmp_path) == snapshot


def test_a_file_that_is_missing_offers_the_nearest(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "contacts.csv").write_text("id\n1\n")

    assert refusal_of(tmp_path / "contact.csv", tmp_path) == snapshot


def test_a_file_of_another_kind(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "contacts.xlsx").write_bytes(b"PK")

    assert refusal_of(tmp_path / "contacts.xlsx", tmp_path) == snapshot


def test_a_folder(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "contacts.csv").mkdir()

    assert refusal_of(tmp_path / "contacts.csv", tmp_path) == snapshot


def test_a_parquet_file_that_is_none(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "contacts.parquet").write_bytes(b"id,email\n1,a\n")

    assert refusal_of(tmp_path / "contacts.parquet", tmp_path) == snapshot


def test_a_parquet_file_without_columns(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    pq.write_table(pa.table({}), tmp_path / "contacts.parquet")

    assert refusal_of(tmp_path / "contacts.parquet", tmp_path) == snapshot


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame([[1, 2]], columns=["id", "id"]),
        pd.DataFrame([[1, 2]], columns=["id", " "]),
        pd.DataFrame([[1, 2]], columns=["id", 7]),
        pd.DataFrame([[1, 2]], columns=["id", None]),
        pd.DataFrame({"id": [1, "two", 3.0]}, dtype=object),
        pd.DataFrame({"id": [Thing()]}),
        pd.DataFrame({"id": [{"a": float("nan")}]}),
        pd.DataFrame({"id": [Decimal(10**39), Decimal("0.1")]}),
        pd.DataFrame({"id": pd.to_timedelta(["1 day"])}),
        pd.DataFrame({"id": pd.to_datetime(["2024-01-01 00:00:00.000000001"])}),
    ],
    ids=[
        "no-columns",
        "name-twice",
        "blank-name",
        "number-as-name",
        "none-as-name",
        "mixed-types",
        "objects",
        "nested-nan",
        "too-many-digits",
        "durations",
        "nanoseconds",
    ],
)
def test_a_frame_that_cannot_be_kept(
    tmp_path: Path, frame: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    assert refusal_of(frame, tmp_path) == snapshot
