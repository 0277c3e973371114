"""One SQLite file that one process has for itself, written ahead: each transaction is whole or not
there, and is on its way to the disk before it is answered.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from devsession.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path


def open_database(file: Path, schema: str, version: int) -> sqlite3.Connection:
    """The database in a file, which is made when there is none; transactions are begun by hand.

    Raises:
        SetupError: its folder cannot be used, is in use, or the file is damaged or another's.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = sqlite3.connect(
            # One thread at a time uses it, but not always the one that opened it.
            file,
            timeout=1,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            _prepare(database, schema, version)
        except BaseException:
            database.close()
            raise
    except (OSError, sqlite3.Error) as error:
        raise SetupError(
            "The sandbox cannot keep its records in this folder",
            tried=str(error),
            where=str(file),
            next_step="give it a folder of its own that can be written, or mend this one",
        ) from error
    return database


def _prepare(database: sqlite3.Connection, schema: str, version: int) -> None:
    (found,) = database.execute("pragma user_version").fetchone()
    if found not in {0, version}:
        raise sqlite3.DatabaseError(f"it was made by another devsession (format {found})")
    # Held as long as the process runs: two on one file would not see each other's records.
    database.execute("pragma locking_mode = exclusive")
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = normal")
    database.executescript(schema)
    database.execute(f"pragma user_version = {version}")
