"""Records in a folder, so that they outlive the app's process, also one that is killed.

Each record's write is whole or not there, and is on its way to the disk before it is answered.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import from_json, to_json

from devsession.sandbox.database import open_database
from devsession.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.sandbox.store import Record

FILE_NAME = "sandbox.sqlite"
_VERSION = 1
_SCHEMA = """
create table if not exists records (
    object text not null,
    id text not null,
    created integer not null,
    changed integer not null,
    content text not null,
    primary key (object, id)
) without rowid
"""


class Place(NamedTuple):
    """Where a record is in the order of creations, and of changes."""

    created: int
    changed: int


class Kept:
    """The records of all objects, in one folder that no other app uses at the same time.

    Raises:
        SetupError: the folder cannot be used, is in use, or its file is damaged or another's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._database = open_database(folder / FILE_NAME, _SCHEMA, _VERSION)

    def load(self, object_name: str) -> list[tuple[Place, Record]]:
        """Every record of an object as it was last, in the order of the changes."""
        rows = self._database.execute(
            "select created, changed, content from records where object = ? order by changed",
            [object_name],
        )
        return [(Place(created, changed), from_json(content)) for created, changed, content in rows]

    def save(self, object_name: str, place: Place, record: Record) -> None:
        """Raises: RefusedError when it cannot be written; then it is as it was."""
        try:
            self._database.execute(
                "insert or replace into records values (?, ?, ?, ?, ?)",
                [object_name, record["id"], *place, to_json(record).decode()],
            )
        except sqlite3.Error as error:
            raise RefusedError(
                "not_kept", f"The record could not be written to the app's disk: {error}."
            ) from error

    def close(self) -> None:
        """Nothing is kept from now on."""
        self._database.close()
