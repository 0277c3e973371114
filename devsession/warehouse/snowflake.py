"""A Snowflake account, by the name of a connection as Snowflake's own tools have it."""

from __future__ import annotations

import logging
import sys
from contextlib import nullcontext, redirect_stdout
from typing import TYPE_CHECKING

from devsession.errors import AccountError
from devsession.quoting import quoted
from devsession.warehouse.account import Account
from devsession.warehouse.connections import find_connection

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from snowflake.connector import SnowflakeConnection

    from devsession.service import Ending
    from devsession.warehouse.connections import NamedConnection

QUERY_TAG = "devsession"
"""What our statements are found by in the account's query history, unless the connection says."""
_LOGIN_SECONDS = 60
_NO_BROWSER = {250008, 250009}
_NO_SUCH_ROLE = 390189
_WRONG = range(251000, 252000)  # what the connector says of what it was given
_REFUSED = range(390100, 395000)  # what Snowflake itself answers to a sign-in
_CORRECT = {
    "SNOWFLAKE": "correct user and password there, or: {password}",
    "SNOWFLAKE_JWT": "give the user this key's public half: openssl rsa -in KEY -pubout, then in "
    "Snowflake alter user {user} set rsa_public_key = '..'",
    "OAUTH": "get a new token, then: {token}",
    "PROGRAMMATIC_ACCESS_TOKEN": "in Snowflake alter user {user} add programmatic access token "
    "NAME (a network policy has to allow this machine), then: {token}",
}


def snowflake_account(name: str, *, database: str | None = None) -> Account:
    """The account of this connection; it is looked for and opened by the first statement.

    database: exactly as it is written, in place of the connection's.
    """
    return Account(SnowflakeLink(name, database))


def open_warehouse(workspace: Path, account: str | None) -> Account:
    """The Snowflake account of this connection, or for None the workspace's embedded warehouse.

    Raises: as `Account.rows`; ServiceError when the embedded one does not start.
    """
    if account is None:
        from devsession.warehouse.embedded import open_embedded

        return open_embedded(workspace)
    opened = snowflake_account(account)
    opened.rows("select 1")
    return opened


class SnowflakeLink:
    """Connects as the connection says."""

    schema: str | None = None
    view_dialect = "snowflake"
    no_retry = False

    def __init__(self, connection_name: str, database: str | None = None) -> None:
        self.name = self.place = f"Snowflake account {connection_name!r}"
        self.connection = connection_name
        self._database = database

    def open(self) -> SnowflakeConnection:
        """A new connection.

        Raises:
            UnknownNameError: there is no connection of this name.
            AccountError: what it signs in with cannot be used, Snowflake refuses it, or is out of
                reach.
        """
        # Whatever is wrong on this machine is told before the client library takes its seconds.
        signed = find_connection(self.connection).signed()
        from snowflake.connector import connect
        from snowflake.connector.errors import Error

        # Without a handler, Python prints what the client library logs, retries and all.
        logging.getLogger("snowflake").addHandler(logging.NullHandler())
        given = {"login_timeout": _LOGIN_SECONDS, **signed.parameters}
        if self._database is not None:
            given["database"] = quoted(self._database)
        own_parameters = given.pop("session_parameters", {})
        try:
            with redirect_stdout(sys.stderr):  # where a browser is opened, the library talks
                return connect(
                    **given
                    | {
                        "paramstyle": "qmark",
                        # Detection asks cloud metadata services, inside of what is recorded then.
                        "platform_detection_timeout_seconds": 0,
                        "session_parameters": {
                            "QUERY_TAG": QUERY_TAG,
                            **own_parameters,
                            "CLIENT_TELEMETRY_ENABLED": False,
                        },
                    }
                )
        except Exception as error:  # noqa: BLE001 - whatever the library makes of what stands there
            code = error.errno if isinstance(error, Error) else None
            said = (error.raw_msg if isinstance(error, Error) else None) or str(error)
            failure = _failure(signed, code, " ".join(said.split()))
        raise failure  # outside: the library's exception carries the connection

    def lost(self) -> bool:
        """Never known before a statement."""
        return False

    def ending(self) -> Ending | None:
        """Not known."""
        return None

    def interrupt(self, connection: SnowflakeConnection) -> None:
        """The client library has told the account."""

    def alone(self) -> AbstractContextManager[object]:
        """The account sorts out its writers itself."""
        return nullcontext()


def _failure(connection: NamedConnection, code: int | None, said: str) -> AccountError:
    """Why there is no connection, and what to do."""
    given, authenticator = connection.parameters, connection.authenticator
    host = given.get("host") or f"{given.get('account')}.snowflakecomputing.com"
    what, next_step = (
        f"cannot be reached at {host}",
        (
            "look whether account is ORGANISATION-ACCOUNT, as Snowsight shows it, and whether this "
            f"machine gets there: curl -sSI https://{host}"
        ),
    )
    if code == _NO_SUCH_ROLE:
        what = "does not give the user that role"
        next_step = f"correct role there; in Snowflake: show grants to user {given.get('user')}"
    elif code in _NO_BROWSER:
        what = "asks for a browser, and none opens here"
        next_step = 'sign in with a key or a token here: authenticator = "SNOWFLAKE_JWT", "OAUTH"'
    elif code in _REFUSED:
        what = "refuses the sign-in"
        next_step = _CORRECT.get(authenticator, "correct the connection there").format(
            password=connection.to_set("password"),
            token=connection.to_set("token"),
            user=given.get("user", ".."),
        )
    elif code is None or code in _WRONG:
        what, next_step = "takes no connection like this", "correct the connection there"
    return AccountError(
        f"The Snowflake account {connection.name!r} {what}",
        tried=connection.text(
            f"user {given.get('user') or '(none)'}, authenticator {authenticator}: {said}"
        ),
        where=connection.where,
        next_step=f"{next_step}; then: devsession doctor --account {connection.name}",
        account=connection.name,
        code=code,
    )
