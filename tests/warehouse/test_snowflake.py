"""A Snowflake account is found by its connection's name; none is opened here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import UnknownNameError, WarehouseError
from devsession.warehouse import snowflake
from devsession.warehouse.snowflake import snowflake_account

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CONNECTIONS = '[dev]\naccount = "acme-dev"\n[test]\naccount = "acme-test"\n'


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The connections of this user, as the connector's own variable gives them."""
    monkeypatch.setenv("SNOWFLAKE_CONNECTIONS", CONNECTIONS)
    monkeypatch.setattr(snowflake, "_file", lambda: "connections.toml, config.toml")
    return monkeypatch


@pytest.mark.usefixtures("connections")
@pytest.mark.parametrize("name", ["prod", "tets", "", 'a"; drop table X; --'])
def test_an_unknown_name_says_which_there_are(name: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UnknownNameError) as error:
        snowflake_account(name).rows("select 1")

    assert str(error.value) == snapshot


def test_no_connections_at_all(
    connections: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    connections.setenv("SNOWFLAKE_CONNECTIONS", "")

    with pytest.raises(UnknownNameError) as error:
        snowflake_account("prod").rows("select 1")

    assert str(error.value) == snapshot


def test_connections_that_cannot_be_read(connections: pytest.MonkeyPatch) -> None:
    connections.setenv("SNOWFLAKE_CONNECTIONS", "[dev\npassword = hunter22")

    with pytest.raises(WarehouseError, match="cannot be read") as error:
        snowflake_account("dev").rows("select 1")

    assert "line 1" in error.value.tried
    assert "hunter22" not in str(error.value)


def test_where_it_looks_is_the_connectors_own_file() -> None:
    assert "connections.toml" in snowflake._file()


def test_what_the_connector_refuses_is_told(
    connections: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    from snowflake.connector.errors import DatabaseError

    given: dict[str, Any] = {}

    def refuse(**options: Any) -> None:
        given.update(options)
        raise DatabaseError(msg="Incorrect username or password was specified.", errno=390100)

    connections.setattr("snowflake.connector.connect", refuse)

    with pytest.raises(WarehouseError) as error:
        snowflake_account("dev").rows("select 1")

    assert str(error.value) == snapshot
    assert (given["connection_name"], given["paramstyle"]) == ("dev", "qmark")


def test_nothing_is_opened_before_a_statement() -> None:
    assert snowflake_account("prod").name == "Snowflake account 'prod'"
