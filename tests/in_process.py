"""A workspace's warehouse in this process: its database, its server's answers and the client
library as they are, without a process and a socket between them. For tests of what stands on it;
tests/warehouse has the process."""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from devsession.service import Address
from devsession.warehouse import Account, embedded, embedded_service

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

    from fakesnow.instance import FakeSnow
    from snowflake.connector import SnowflakeConnection
    from starlette.applications import Starlette

_TOKEN = "token-of-the-tests"


@dataclass
class Warehouses:
    """Those that are open in this process, by workspace."""

    opened: dict[Path, Served] = field(default_factory=dict)

    def open(self, workspace: Path) -> Account:
        """In place of `open_embedded`."""
        if workspace not in self.opened:
            self.opened[workspace] = Served.of(workspace, port=len(self.opened) + 1)
        return Account(InProcessLink(workspace, self.opened[workspace].address))

    def at(self, netloc: str) -> Served | None:
        """The one with this address, which no socket has."""
        return next(
            (
                each
                for each in self.opened.values()
                if f"{each.address.host}:{each.address.port}" == netloc
            ),
            None,
        )

    def close(self) -> None:
        for each in self.opened.values():
            each.database.duck_conn.close()
        self.opened.clear()


class InProcessLink(embedded.EmbeddedLink):
    def __init__(self, workspace: Path, address: Address) -> None:
        super().__init__(embedded_service(workspace))
        self._address = address

    def open(self) -> SnowflakeConnection:
        return self._connect(self._address)

    def lost(self) -> bool:
        return False


@dataclass
class Served:
    """One database, and the app that the process would serve."""

    database: FakeSnow
    app: Starlette
    address: Address

    @classmethod
    def of(cls, workspace: Path, port: int) -> Served:
        from devsession.warehouse import guard, server
        from devsession.warehouse.query_log import QueryLog

        data = workspace / ".devsession" / "warehouse"
        scratch = data / "scratch"
        scratch.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():  # as in the process
            warnings.simplefilter("ignore")
            database = server._open(data, scratch)
        log = QueryLog(database.duck_conn, data / "queries.jsonl")
        app = guard.guarded(database, _TOKEN, log)
        return cls(database, app, Address("warehouse.test", port, os.getpid(), _TOKEN))

    def answer(self, method: str, url: str, headers: dict[str, str], content: str | None) -> Any:
        """What the app answers."""
        import_module("fakesnow.server").shared_fs = self.database  # the one that is logged in to
        parts = urlsplit(url)
        body = (content or "").encode()
        sent: list[bytes] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message.get("body", b""))

        scope = {
            "type": "http",
            "method": method.upper(),
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": [
                (name.lower().encode(), value.encode())
                for name, value in headers.items()
                if name.lower() != "content-encoding"
            ],
            "server": (parts.hostname, parts.port),
            "scheme": "http",
        }
        with warnings.catch_warnings():  # as in the process
            warnings.simplefilter("ignore")
            _finish(self.app(scope, receive, send))
        return json.loads(b"".join(sent))


@contextmanager
def warehouses_in_process() -> Iterator[Warehouses]:
    """Inside, every workspace's warehouse is opened here."""
    warehouses = Warehouses()
    with pytest.MonkeyPatch.context() as patch:
        _answer_here(warehouses, patch)
        yield warehouses
        warehouses.close()


def _answer_here(warehouses: Warehouses, patch: pytest.MonkeyPatch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from snowflake.connector.network import SnowflakeRestful

        patch.setattr(tempfile, "tempdir", os.environ["DEVSESSION_CACHE_DIR"])
        fakesnow: Any = import_module("fakesnow.server")  # makes its stages' folder there
        patch.setattr(tempfile, "tempdir", None)
        from devsession.warehouse import guard
    fetch = SnowflakeRestful.fetch

    def fetched(
        self: Any,
        method: str,
        full_url: str,
        headers: Any,
        data: Any = None,
        *rest: Any,
        **more: Any,
    ) -> Any:
        served = warehouses.at(urlsplit(full_url).netloc)
        if served is None:
            return fetch(self, method, full_url, headers, data, *rest, **more)
        authorised = dict(headers)
        if isinstance(more.get("token"), str):
            authorised["Authorization"] = f'Snowflake Token="{more["token"]}"'
        return served.answer(method, full_url, authorised, data)

    async def at_once(function: Callable[..., Any], *args: Any, **more: Any) -> Any:
        return function(*args, **more)

    patch.setattr(SnowflakeRestful, "fetch", fetched)
    for module in (fakesnow, guard):
        patch.setattr(module, "run_in_threadpool", at_once)
    patch.setattr(embedded, "open_embedded", warehouses.open)


def _finish(running: Coroutine[Any, Any, None]) -> None:
    """Runs what waits for nothing."""
    try:
        running.send(None)
    except StopIteration:
        return
    raise AssertionError("the app waits for something")
