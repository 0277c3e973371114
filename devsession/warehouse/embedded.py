"""The embedded warehouse: where its process is, and a session on it."""

from __future__ import annotations

import logging
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

from devsession.errors import ServiceError, SetupError
from devsession.private import private_folder
from devsession.secrets.redact import Redactor
from devsession.secrets.secret_file import FileSecrets
from devsession.service import Service
from devsession.warehouse.account import Account

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from snowflake.connector import SnowflakeConnection

    from devsession.service import Address, Ending

CLIENT_PID = "DEVSESSION_PID"
"""What a client logs in with, so that the server notices when it is gone."""
INTERRUPT = "/queries/v1/interrupt-request"
"""Ends what the session has under way. The client library's own way also comes after the network's
timeout, of a statement that only takes long."""
_NETWORK_SECONDS = 10
# The answer to a statement comes when it has ended. Of a process that ends the system tells at once;
# the client library alone would give up after a minute.
_STATEMENT_SECONDS = 24 * 3600
_POLL_SECONDS = 0.01


def embedded_service(workspace: Path) -> Service:
    """The warehouse's process of this workspace, running or not."""
    return service_in(private_folder(workspace))


def service_in(private: Path) -> Service:
    """The same, by the private folder."""
    return Service("warehouse", private, "devsession.warehouse.server")


def open_embedded(workspace: Path) -> Account:
    """A session on the warehouse of this workspace, which is started when it does not run.

    Raises:
        ServiceError: it does not start or does not answer.
    """
    account = Account(EmbeddedLink(embedded_service(workspace)))
    account.rows("select 1")
    return account


class EmbeddedLink:
    """Connects to the warehouse's process, and notices when that is another one than before."""

    name = "embedded warehouse"
    connection: str | None = None
    schema: str | None = "PUBLIC"
    view_dialect = "duckdb"  # it keeps what fakesnow made of a view
    no_retry = True

    def __init__(self, service: Service) -> None:
        self._service = service
        self.place = str(service.folder / "warehouse")
        self._connected_to: Address | None = None
        from filelock import FileLock

        # DuckDB ends one of two statements that write at once, instead of letting it wait.
        self._turn = FileLock(service.folder / "warehouse.turn", poll_interval=_POLL_SECONDS)

    def open(self) -> SnowflakeConnection:
        """A connection to the running process; starts it first when there is none."""
        # The process and the client library each take a second to load: both at once.
        with ThreadPoolExecutor(1) as starting, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            started = starting.submit(self._service.ensure)
            import_module("snowflake.connector")
            started.result()
            # Once more, because loading may take longer than an idle process waits.
            self._connected_to = self._service.ensure()
            return self._connect(self._connected_to)

    def lost(self) -> bool:
        """Whether the process that we connected to is gone."""
        return self._service.address() != self._connected_to

    def ending(self) -> Ending | None:
        """How that process ended; its log without this workspace's secrets."""
        ending = self._service.ending(self._connected_to)
        if ending is None or not ending.log:
            return ending
        try:
            redactor = Redactor(FileSecrets(self._service.folder / "secrets").all())
        except SetupError:  # unknown secrets cannot be taken out
            return replace(ending, log=())
        return replace(ending, log=tuple(map(redactor.text, ending.log)))

    def interrupt(self, connection: SnowflakeConnection) -> None:
        """Ends its statement, and returns when that has ended: until then it takes no other."""
        from snowflake.connector.errors import Error

        if (rest := connection.rest) is None:
            return
        with suppress(Error):  # the process is gone, and the statement with it
            rest.request(INTERRUPT, {}, _no_retry=True)

    def alone(self) -> AbstractContextManager[object]:
        """Whoever of this workspace's processes has the lock file."""
        try:
            self._service.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            self._service.ensure()  # says what is wrong with the folder
        return self._turn

    def _connect(self, address: Address) -> SnowflakeConnection:
        from snowflake.connector import connect
        from snowflake.connector.errors import Error

        # Without a handler, Python prints what the client library logs, retries and all.
        logging.getLogger("snowflake").addHandler(logging.NullHandler())
        _spare_the_proxy(address.host)
        try:
            return connect(
                account="fakesnow",
                user="devsession",
                password=address.token,
                host=address.host,
                port=address.port,
                protocol="http",
                database="LOCAL",
                schema=self.schema,
                paramstyle="qmark",
                login_timeout=_NETWORK_SECONDS,
                network_timeout=_NETWORK_SECONDS,
                socket_timeout=_STATEMENT_SECONDS,
                # Detection asks cloud metadata services, inside of whatever is recorded then.
                platform_detection_timeout_seconds=0,
                session_parameters={
                    CLIENT_PID: os.getpid(),
                    "CLIENT_TELEMETRY_ENABLED": False,
                    "CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False,
                },
            )
        except Error as error:
            raise ServiceError(
                "The warehouse runs but takes no connection.",
                tried=f"port {address.port} of {address.host}: {error.raw_msg or error}",
                where=str(self._service.folder),
                next_step="devsession warehouse stop; the next use starts it again",
                code=error.errno,
            ) from error


def _spare_the_proxy(host: str) -> None:
    """Keeps calls to this machine away from the proxy of the environment, if there is one.

    The client library has an option for this, and does not heed it for the environment's proxy.
    """
    if getproxies() and not proxy_bypass(host):
        for name in ("NO_PROXY", "no_proxy"):
            os.environ[name] = ",".join(filter(None, (os.environ.get(name), host)))
