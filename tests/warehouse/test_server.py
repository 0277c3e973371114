"""What the server lets through and what it refuses; each test is one promise of it."""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from snowflake.connector import connect
from snowflake.connector.errors import DatabaseError

from devsession.errors import WarehouseError
from devsession.warehouse import embedded_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.applications import Starlette
    from starlette.types import ASGIApp

    from devsession.service import Address
    from devsession.warehouse import Account

WAREHOUSE_HAS_A_PROCESS = True

# fakesnow's own call of DuckDB, which some tests have in this process.
pytestmark = pytest.mark.filterwarnings("ignore:Arrow output:UserWarning")


@pytest.fixture
def address(running: Path) -> Address:
    return embedded_service(running).ensure()


def log_in(address: Address, **changed: Any) -> None:
    """As a client that is not ours would do it."""
    connect(
        **{
            "account": "fakesnow",
            "user": "anybody",
            "password": address.token,
            "host": address.host,
            "port": address.port,
            "protocol": "http",
            "login_timeout": 5,
            "platform_detection_timeout_seconds": 0,
            "session_parameters": {},
            **changed,
        }
    ).close()


@pytest.fixture
def in_process(tmp_path: Path) -> Iterator[Starlette]:
    """The server's app over an empty database in memory, with the token `the-token`."""
    from fakesnow.instance import FakeSnow

    from devsession.warehouse.guard import guarded
    from devsession.warehouse.query_log import QueryLog

    database = FakeSnow()
    yield guarded(database, "the-token", QueryLog(database.duck_conn, tmp_path / "queries.jsonl"))
    database.duck_conn.close()


def ask(app: ASGIApp, method: str, path: str, **content: Any) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://warehouse") as client:
            return await client.request(method, path, **content)

    return asyncio.run(answer())


def logged_in(app: ASGIApp) -> dict[str, str]:
    """The header of a session."""
    login = ask(app, "POST", "/session/v1/login-request", json=login_body("the-token"))
    return {"Authorization": f'Snowflake Token="{login.json()["data"]["token"]}"'}


def login_body(password: str) -> dict[str, Any]:
    return {"data": {"PASSWORD": password, "SESSION_PARAMETERS": {}}}


def test_the_token_opens(address: Address) -> None:
    log_in(address)


def test_a_wrong_token_is_code_390100(address: Address) -> None:
    with pytest.raises(DatabaseError) as error:
        log_in(address, password="wrong")

    assert error.value.errno == 390100


def test_the_token_is_compared_in_constant_time(
    in_process: ASGIApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr(hmac, "compare_digest", lambda *pair: compared.append(pair))

    ask(in_process, "POST", "/session/v1/login-request", json=login_body("wröng"))

    assert compared == [("wröng".encode(), b"the-token")]


def test_no_other_database_file_can_be_asked_for(address: Address, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="FAKESNOW_DB_PATH would open other files"):
        log_in(address, session_parameters={"FAKESNOW_DB_PATH": str(tmp_path)})

    assert list(tmp_path.iterdir()) == []


def test_an_upload_needs_a_session(in_process: ASGIApp) -> None:
    foreign = {"Authorization": 'Snowflake Token="made up"'}

    answers = [
        ask(in_process, "PUT", "/fs_bucket/a.csv", content=b"1"),
        ask(in_process, "PUT", "/fs_bucket/a.csv", content=b"1", headers=foreign),
    ]

    assert [answer.status_code for answer in answers] == [401, 401]


def test_an_upload_with_a_session_is_taken(in_process: ASGIApp) -> None:
    session = logged_in(in_process)

    answer = ask(in_process, "PUT", "/fs_bucket/a.csv", content=b"1", headers=session)

    assert answer.status_code == 200


def test_debug_is_off(in_process: Starlette) -> None:
    assert in_process.debug is False


def test_a_failure_that_nobody_expected_is_status_200_with_its_text_and_no_values(
    in_process: ASGIApp,
) -> None:
    answer = ask(
        in_process,
        "POST",
        "/queries/v1/query-request",
        headers=logged_in(in_process),
        json={
            "sqlText": "select error('no ' || ?)",
            "bindings": {"1": {"type": "TEXT", "value": "hunter22"}},
        },
    )

    assert answer.status_code == 200
    assert answer.json()["success"] is False
    assert answer.json()["message"] == "Invalid Input Error: no ?"
    assert "hunter22" not in answer.text


def test_an_unknown_session_is_told_so_with_status_200(in_process: ASGIApp) -> None:
    answer = ask(
        in_process,
        "POST",
        "/queries/v1/query-request",
        headers={"Authorization": 'Snowflake Token="of yesterday"'},
        json={"sqlText": "select 1"},
    )

    assert (answer.status_code, answer.json()["code"]) == (200, "390104")


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('{file}')",
        "select * from read_csv('{file}')",
        "select * from read_blob('{file}')",
        "select * from read_json('{file}')",
        "select * from read_parquet('{file}')",
        "select * from '{file}'",
        "create table COPIED as select * from read_csv('{file}')",
        "copy into COPIED from 'file://{file}'",
        "copy (select 1) to '{file}.copy'",
        "create database OTHER",
    ],
)
def test_sql_reaches_no_file(account: Account, tmp_path: Path, statement: str) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a,b\n1,2\n")

    with pytest.raises(WarehouseError):
        account.rows(statement.format(file=file))

    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_file_access_cannot_be_switched_on_again(account: Account, tmp_path: Path) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a,b\n1,2\n")
    account.execute("set enable_external_access = true")

    with pytest.raises(WarehouseError, match="file system operations are disabled"):
        account.rows(f"select * from read_text('{file}')")


def test_sql_sees_no_variable_of_the_server(account: Account) -> None:
    with pytest.raises(WarehouseError, match="does not exist"):
        account.rows("select * from expression")


def test_the_log_holds_neither_statements_nor_values(account: Account, running: Path) -> None:
    with pytest.raises(WarehouseError):
        account.rows("select * from read_text(?) -- my statement", ("/no/hunter22",))

    assert embedded_service(running).folder.joinpath("warehouse.log").read_text() == ""


def test_old_results_are_let_go(in_process: ASGIApp) -> None:
    import fakesnow.server

    session = logged_in(in_process)

    answers = [
        ask(
            in_process,
            "POST",
            "/queries/v1/query-request",
            headers=session,
            json={"sqlText": f"select {number} as A"},
        )
        for number in range(9)
    ]

    assert {answer.json()["success"] for answer in answers} == {True}
    assert len(fakesnow.server.shared_fs.results_cache) == 4  # type: ignore[attr-defined]


def test_equal_rows_give_equal_objects_in_large_tables(account: Account) -> None:
    account.execute(
        "create or replace table MANY as select seq4() as ID, 'x' as B, 1 as C, null as D "
        "from table(generator(rowcount => 200000))"
    )

    distinct = account.rows(
        "select count(distinct object_construct_keep_null('c', C, 'a', B, 'd', D)::varchar), "
        "min(object_construct('c', C, 'a', B, 'd', D)::varchar), "
        "count(distinct object_construct(*)::varchar) from (select B, C, D from MANY)"
    )

    assert distinct == [(1, '{"a":"x","c":1}', 1)]


def test_rows_of_a_subquery_are_numbered_in_the_order_asked_for(account: Account) -> None:
    """Each way of asking; the subquery is sorted first where that is the same."""
    many = "(select mod(seq4() * 7919, 200003) as A, seq4() as B from table(generator(rowcount => 200003)))"
    numbered = f"select row_number() over (order by A desc) as N, A, B as OTHER from {many} as O"
    named = f"select -A as A, row_number() over (order by A) as N from {many} as O where A < 5"

    assert account.rows(f"select count(*) from ({numbered}) where N + A <> 200003") == [(0,)]
    assert account.rows(f"select N, A from ({numbered}) where N < 3 order by N") == [
        (1, 200_002),
        (2, 200_001),
    ]
    assert account.rows(f"select N, A from ({named}) order by N limit 2") == [(1, 0), (2, -1)]
    twice = (
        f"select row_number() over (order by A) + row_number() over (order by A desc) from {many}"
    )
    assert account.rows(f"select distinct * from ({twice})") == [(200_004,)]
