"""The clients of the warehouse's process: when one is gone, what it began is undone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb
import psutil

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from fakesnow.fakes import FakeSnowflakeConnection


class Clients:
    """Who logged in, by session token.

    A killed kernel logs out nowhere: its statement would run on and its transaction stay open,
    and every other client's write to the same rows would be refused for good.
    """

    def __init__(self, sessions: MutableMapping[str, FakeSnowflakeConnection]) -> None:
        self._sessions = sessions
        self._processes: dict[str, psutil.Process] = {}

    def log_in(self, token: str, pid: object) -> None:
        """Remembers the process; one that cannot be named is taken to live for ever."""
        with suppress(psutil.Error, TypeError, ValueError):
            self._processes[token] = psutil.Process(int(str(pid)))

    def end_dead(self) -> None:
        """Ends the sessions of processes that are gone."""
        for token, process in list(self._processes.items()):
            if _lives(process):
                continue
            self._processes.pop(token, None)
            session = self._sessions.pop(token, None)
            if session is not None:
                connection = session._duck_conn  # fakesnow has no other way to it
                connection.interrupt()
                with suppress(duckdb.Error):  # there may be no transaction
                    connection.rollback()
                connection.close()


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
