"""Where the catalog's entities, edges and results are kept: in one SQLite file, and nowhere else.
`outbox` keeps there what is told of them.

Nothing of it is held in memory, so a start costs nothing, and what was answered is there after a
kill.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from devsession.sandbox.catalog import outbox
from devsession.sandbox.catalog.names import below
from devsession.sandbox.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

FILE_NAME = "catalog.sqlite"
_VERSION = 1
_SCHEMA = """
create table if not exists entities (
    id text not null unique,
    type text not null,
    fqn text not null,
    version integer not null,
    updated_at integer not null,
    deleted integer not null,
    content blob not null,
    change blob
);
create unique index if not exists entities_by_name on entities (type, fqn);
create table if not exists graves (id text primary key) without rowid;
create table if not exists edges (
    from_id text not null,
    to_id text not null,
    content blob not null,
    primary key (from_id, to_id)
) without rowid;
create index if not exists edges_by_end on edges (to_id);
create table if not exists results (
    id text not null,
    kind text not null,
    key text not null,
    time integer not null,
    content blob not null,
    primary key (id, kind, key)
) without rowid;
"""


class Row(NamedTuple):
    """One entity, as it is kept.

    Args:
        version: in tenths.
        updated_at: milliseconds since 1970.
        content: JSON: what was sent, but for its name and what it hangs under.
        change: JSON: how it came to this version; None for the first.
    """

    id: str
    type: str
    fqn: str
    version: int
    updated_at: int
    deleted: int
    content: bytes
    change: bytes | None


class Store:
    """Raises: SetupError when the folder cannot be used, or another process has it."""

    def __init__(self, folder: Path) -> None:
        self._database = open_database(folder / FILE_NAME, _SCHEMA + outbox.SCHEMA, _VERSION)
        # Thousands of tables a second: fewer and larger moves from the log into the file.
        self._database.execute("pragma wal_autocheckpoint = 10000")
        self._database.execute("pragma cache_size = -16384")
        # Whoever sends events does so from threads of its own, and must not see what may yet be
        # rolled back, nor write within a transaction of another.
        self._lock = threading.RLock()
        self.outbox = outbox.Outbox(self._database, self._lock)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is kept as a whole, or not at all."""
        with self._lock:
            self._database.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")

    def named(self, entity_type: str, fqn: str) -> Row | None:
        """The entity of this name, also one that is deleted softly."""
        found = self._database.execute(
            "select * from entities where type = ? and fqn = ?", (entity_type, fqn)
        ).fetchone()
        return None if found is None else Row._make(found)

    def with_id(self, entity_id: str) -> Row | None:
        found = self._database.execute(
            "select * from entities where id = ?", (entity_id,)
        ).fetchone()
        return None if found is None else Row._make(found)

    def put(self, row: Row) -> None:
        """A new one, or the new state of an old one."""
        self.put_many([row])

    def put_many(self, rows: Iterable[Row]) -> None:
        """In half the time that they take one by one."""
        self._database.executemany("replace into entities values (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def listed(
        self,
        entity_type: str,
        *,
        under: str | None = None,
        after: str = "",
        deleted: Sequence[int] = (0,),
        limit: int = -1,
    ) -> list[Row]:
        """Entities of a type in the order of their names; `under`: those below this name."""
        low, high = below(under) if under is not None else ("", "\U0010ffff")
        found = self._database.execute(
            "select * from entities where type = ? and fqn > ? and fqn < ?"
            " and fqn > ? and deleted between ? and ? order by fqn limit ?",
            (entity_type, low, high, after, min(deleted), max(deleted), limit),
        )
        return [Row._make(each) for each in found]

    def count(
        self, entity_type: str, *, under: str | None = None, deleted: Sequence[int] = (0,)
    ) -> int:
        low, high = below(under) if under is not None else ("", "\U0010ffff")
        (found,) = self._database.execute(
            "select count(*) from entities where type = ? and fqn > ? and fqn < ?"
            " and deleted between ? and ?",
            (entity_type, low, high, min(deleted), max(deleted)),
        ).fetchone()
        return int(found)

    def names(self, entity_type: str, *, under: str) -> list[str]:
        """Of what is not deleted below a name; of a hundred thousand, without what they contain."""
        found = self._database.execute(
            "select fqn from entities where type = ? and fqn > ? and fqn < ? and deleted = 0"
            " order by fqn",
            (entity_type, *below(under)),
        )
        return [fqn for (fqn,) in found]

    def remove(self, ids: Sequence[str]) -> None:
        """For good, with their edges and results; their ids are not given again."""
        each = [(entity_id,) for entity_id in ids]
        self._database.executemany("delete from entities where id = ?", each)
        self._database.executemany("insert or ignore into graves values (?)", each)
        self._database.executemany("delete from results where id = ?", each)
        self._database.executemany(
            "delete from edges where from_id = ? or to_id = ?", [(one, one) for (one,) in each]
        )

    def has_graves(self) -> bool:
        """Whether anything was ever deleted for good."""
        return self._database.execute("select 1 from graves limit 1").fetchone() is not None

    def is_buried(self, entity_id: str) -> bool:
        found = self._database.execute("select 1 from graves where id = ?", (entity_id,))
        return found.fetchone() is not None

    def put_edge(self, from_id: str, to_id: str, content: bytes) -> None:
        self._database.execute("replace into edges values (?, ?, ?)", (from_id, to_id, content))

    def edge(self, from_id: str, to_id: str) -> bytes | None:
        """JSON of an edge that is there."""
        found = self._database.execute(
            "select content from edges where from_id = ? and to_id = ?", (from_id, to_id)
        ).fetchone()
        return None if found is None else bytes(found[0])

    def remove_edge(self, from_id: str, to_id: str) -> bool:
        """False when there is none."""
        return bool(
            self._database.execute(
                "delete from edges where from_id = ? and to_id = ?", (from_id, to_id)
            ).rowcount
        )

    def edges(self, *, of: str, upstream: bool) -> list[tuple[str, str, bytes]]:
        """(from, to, JSON) of all that end at an entity, or begin there."""
        statement = (
            "select * from edges where to_id = ? order by from_id"
            if upstream
            else "select * from edges where from_id = ? order by to_id"
        )
        return self._database.execute(statement, (of,)).fetchall()

    def put_result(self, entity_id: str, kind: str, key: str, time: int, content: bytes) -> None:
        """Instead of the one with this key."""
        self._database.execute(
            "replace into results values (?, ?, ?, ?, ?)", (entity_id, kind, key, time, content)
        )

    def results(
        self, entity_id: str, kind: str, start: int, end: int, limit: int = -1
    ) -> list[bytes]:
        """The newest first."""
        found = self._database.execute(
            "select content from results where id = ? and kind = ? and time between ? and ?"
            " order by time desc, key limit ?",
            (entity_id, kind, start, end, limit),
        )
        return [content for (content,) in found]
