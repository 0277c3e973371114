"""One embedded warehouse for all tests of this folder; each test makes the tables it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.warehouse import embedded_service, open_embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.service import Service
    from devsession.warehouse import Account


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace whose warehouse runs. Tests that stop it use `workspace`."""
    folder = tmp_path_factory.mktemp("running")
    embedded_service(folder).ensure()
    yield folder
    embedded_service(folder).stop()


@pytest.fixture
def account(running: Path) -> Iterator[Account]:
    account = open_embedded(running)
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
