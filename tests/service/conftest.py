from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from devsession.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".devsession"


@pytest.fixture
def greeter(folder: Path) -> Iterator[Service]:
    """A service that is not running yet, and not any more after the test."""
    service = Service("greeter", folder, "tests.service.greeter")
    yield service
    service.stop()


@pytest.fixture
def someone_else() -> Iterator[socket.socket]:
    """A socket that listens, belongs to somebody else and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening
