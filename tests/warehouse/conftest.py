"""One embedded warehouse for the tests of a module; each test makes the tables it needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from devsession.warehouse import embedded_service, open_embedded
from devsession.warehouse.snowflake import snowflake_account
from tests.in_process import warehouses_in_process
from tests.real_account import ON_SNOWFLAKE, database_of_its_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from devsession.service import Service
    from devsession.warehouse import Account


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace whose warehouse runs, as a process. Tests that stop it use `workspace`."""
    folder = tmp_path_factory.mktemp("running")
    embedded_service(folder).ensure()
    yield folder
    embedded_service(folder).stop()


# Modules whose every test runs on a Snowflake account as well, where one is given.
ON_AN_ACCOUNT_TOO = {
    f"tests.warehouse.test_{name}"
    for name in (
        "engine",
        "hostile_names",
        "inbound",
        "inbound_syncs",
        "inbound_views",
        "sources",
        "store",
        "supposed",
        "tables",
        "template_rows",
    )
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On the account they have names of their own; texts that are compared name the warehouse."""
    if metafunc.module.__name__ in ON_AN_ACCOUNT_TOO and "opened" in metafunc.fixturenames:
        here = pytest.param("embedded", id=pytest.HIDDEN_PARAM)
        there = [] if "snapshot" in metafunc.fixturenames else ON_SNOWFLAKE
        metafunc.parametrize("opened", [here, *there], indirect=True, scope="module")


@pytest.fixture(scope="module")
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Account]]:
    """Opens the module's warehouse, which has no process but where that is what is tested."""
    if getattr(request, "param", "embedded") == "account":
        with database_of_its_own(tmp_path_factory.mktemp("account")) as name:
            yield partial(snowflake_account, name)
        return
    if getattr(request.module, "WAREHOUSE_HAS_A_PROCESS", False):
        yield partial(open_embedded, request.getfixturevalue("running"))
        return
    with warehouses_in_process() as warehouses:
        yield partial(warehouses.open, tmp_path_factory.mktemp("opened"))


@pytest.fixture
def account(opened: Callable[[], Account]) -> Iterator[Account]:
    account = opened()
    yield account
    account.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """A workspace of its own, for tests that start, stop or kill the warehouse."""
    yield tmp_path
    embedded_service(tmp_path).stop()


@pytest.fixture
def service(workspace: Path) -> Service:
    return embedded_service(workspace)
