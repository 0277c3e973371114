"""The clients of the warehouse's process: when one is gone, what it began is undone."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import duckdb
import psutil

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from fakesnow.fakes import FakeSnowflakeConnection

# An interrupted statement ends within milliseconds.
_PATIENCE_SECONDS, _LOOK_SECONDS = 5, 0.01


class Clients:
    """Who logged in, by session token.

    A killed kernel logs out nowhere: its statement would run on and its transaction stay open,
    and every other client's write to the same rows would be refused for good.
    """

    def __init__(self, sessions: MutableMapping[str, FakeSnowflakeConnection]) -> None:
        self._sessions = sessions
        self._processes: dict[str, psutil.Process] = {}
        self._dead: list[Any] = []
        self._turn = Lock()

    def log_in(self, token: str, pid: object) -> None:
        """Remembers the process; one that cannot be named is taken to live for ever."""
        with suppress(psutil.Error, TypeError, ValueError):
            self._processes[token] = psutil.Process(int(str(pid)))

    def end_dead(self) -> None:
        """Ends the sessions of processes that are gone; one that resists is tried again next time."""
        with self._turn:
            for token, process in list(self._processes.items()):
                if _lives(process):
                    continue
                self._processes.pop(token, None)
                session = self._sessions.pop(token, None)
                if session is not None:
                    self._dead.append(session._duck_conn)  # fakesnow has no other way to it
            self._dead = [connection for connection in self._dead if not _ended(connection)]


def _ended(connection: Any) -> bool:
    """Undo what it began and close it; whether that could be.

    While its statement runs, DuckDB refuses to: "connection is busy with another call".
    """
    end = monotonic() + _PATIENCE_SECONDS
    while True:
        connection.interrupt()
        with suppress(duckdb.Error):  # there may be no transaction
            connection.rollback()
        try:
            connection.close()
        except duckdb.Error:
            if monotonic() > end:
                return False
            sleep(_LOOK_SECONDS)
        else:
            return True


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
