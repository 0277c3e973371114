"""A Snowflake account, by the name that the connector's own connections.toml has for it."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from devsession.errors import UnknownNameError, WarehouseError, did_you_mean
from devsession.warehouse.account import Account

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from snowflake.connector import SnowflakeConnection

    from devsession.service import Ending


def snowflake_account(name: str) -> Account:
    """The account of this connection name; it is opened by the first statement."""
    return Account(SnowflakeLink(name))


class SnowflakeLink:
    """Connects as connections.toml says."""

    view_dialect = "snowflake"
    no_retry = False

    def __init__(self, connection_name: str) -> None:
        self.name = f"Snowflake account {connection_name!r}"
        self._connection_name = connection_name

    def open(self) -> SnowflakeConnection:
        """A new connection.

        Raises:
            UnknownNameError: there is no connection of this name.
            WarehouseError: its file cannot be read, or Snowflake refuses it.
        """
        from snowflake.connector import connect
        from snowflake.connector.errors import Error

        # Without a handler, Python prints what the client library logs, retries and all.
        logging.getLogger("snowflake").addHandler(logging.NullHandler())
        self._check_name()
        try:
            return connect(
                connection_name=self._connection_name,
                paramstyle="qmark",
                session_parameters={"CLIENT_TELEMETRY_ENABLED": False},
            )
        except Error as error:
            raise WarehouseError(
                f"The {self.name} takes no connection.",
                tried=error.raw_msg or str(error),
                where=_file(),
                next_step="correct the connection there; snow connection test does the same",
                code=error.errno,
            ) from None

    def lost(self) -> bool:
        """Never known before a statement."""
        return False

    def ending(self) -> Ending | None:
        """Not known."""
        return None

    def alone(self) -> AbstractContextManager[object]:
        """The account sorts out its writers itself."""
        return nullcontext()

    def _check_name(self) -> None:
        from snowflake.connector.config_manager import CONFIG_MANAGER
        from snowflake.connector.errors import Error

        try:
            CONFIG_MANAGER.read_config()  # it may have been mended since
            connections: Any = CONFIG_MANAGER["connections"]
        except (Error, ValueError) as error:
            cause = error.__cause__ or error
            raise WarehouseError(
                "The connections of Snowflake accounts cannot be read.",
                tried=f"{type(cause).__name__}: {cause}",
                where=_file(),
                next_step="correct the file",
            ) from None
        known = list(connections)
        if self._connection_name not in known:
            raise UnknownNameError(
                f"there is no connection {self._connection_name!r} to a Snowflake account",
                tried=did_you_mean(self._connection_name, known),
                where=_file(),
                next_step=f"write its section [{self._connection_name}] there, or: snow connection add",
                account=self._connection_name,
            )


def _file() -> str:
    from snowflake.connector.constants import CONFIG_FILE, CONNECTIONS_FILE

    return f"{CONNECTIONS_FILE}, {CONFIG_FILE}, SNOWFLAKE_CONNECTIONS"
