"""A receiver as a process of its own, whose handler fails, is slow, and notes each event by its id.

python -m tests.openmetadata.events.storm_receiver FOLDER PORT
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from devsession.openmetadata import EventHandler, receiver

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent

SECRET, MAX_BYTES, ATTEMPTS = "sesame-in-a-storm", 20_000, 4
FAILS_TWICE, ALWAYS_FAILS, EXITS_ONCE, FAILS_AFTERWARDS, SLOW = (
    *("fails twice", "always fails", "exits once", "fails afterwards", "slow"),
)
_TABLES = """
CREATE TABLE IF NOT EXISTS handed (event TEXT, at REAL);
CREATE TABLE IF NOT EXISTS effects (event TEXT PRIMARY KEY, entity TEXT);
"""


def effects_in(folder: Path) -> sqlite3.Connection:
    """What the handler has written; `handed` is each time that it was called."""
    effects = sqlite3.connect(
        folder / "effects.db", isolation_level=None, check_same_thread=False, timeout=30
    )
    effects.execute("PRAGMA journal_mode = WAL")
    effects.executescript(_TABLES)
    return effects


class Effects(EventHandler):
    """Writes an effect for each event, by its id: once, however often it is called."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._effects, self._alone = effects_in(folder), threading.Lock()

    def handle(self, event: ChangeEvent) -> None:
        """As the event's user says: fail, or take long."""
        with self._alone:
            self._effects.execute("INSERT INTO handed VALUES (?, ?)", [event.id, time.time()])
            counted = "SELECT count(*) FROM handed WHERE event = ?"
            times = self._effects.execute(counted, [event.id]).fetchone()[0]
        does = event.user_name
        if does == ALWAYS_FAILS or (does == FAILS_TWICE and times <= 2):
            raise RuntimeError("not now")
        if does == EXITS_ONCE and times == 1:
            raise SystemExit(3)
        if does == SLOW:
            time.sleep(0.05)
        with self._alone:
            self._effects.execute(
                "INSERT OR IGNORE INTO effects VALUES (?, ?)", [event.id, event.entity_id]
            )
        if does == FAILS_AFTERWARDS and times == 1:
            raise RuntimeError("written, and then lost")


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    app = receiver(
        Effects(folder),
        inbox=folder / "events.db",
        secret=SECRET,
        max_bytes=MAX_BYTES,
        attempts=ATTEMPTS,
        first_wait=0.02,
    )
    uvicorn.run(app, port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main()
