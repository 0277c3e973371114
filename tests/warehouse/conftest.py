"""One embedded warehouse for the tests of a module; each test makes the tables it needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from devsession.warehouse import embedded_service, open_embedded
from tests.in_process import warehouses_in_process

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


@pytest.fixture(scope="module")
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Account]]:
    """Opens the module's warehouse, which has no process but where that is what is tested."""
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
