"""A workspace with a workflow's file, and the secrets that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.openmetadata.mock_kafka import MockKafka

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_HOST", "acme.example")
    monkeypatch.setenv("ACME_API_KEY", "sesame-open-1")


@pytest.fixture
def written(
    secrets: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """Writes a workflow's file into a workspace, and goes there."""

    def write(text: str) -> Path:
        path = tmp_path / "acme.yaml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return path.relative_to(tmp_path)

    return write


@pytest.fixture(scope="module")
def kafka() -> Iterator[MockKafka]:
    cluster = MockKafka()
    yield cluster
    cluster.close()


@pytest.fixture
def faulty() -> Iterator[MockKafka]:
    """One of the test's own, whose faults end with it."""
    cluster = MockKafka()
    yield cluster
    cluster.close()
