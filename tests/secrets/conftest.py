from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import keyring
import keyring.backend
import pytest
from keyring.backends import fail

from devsession.secrets.managers import SecretStore
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = 'sk-live/51Hx+Tq9="7Zb"&é'


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that works."""

    priority = 5.0

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class ReadOnlyKeyring(MemoryKeyring):
    """A keyring that takes nothing new."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(errno.EROFS, "read-only")


class BrokenKeyring(MemoryKeyring):
    """A keyring whose every call fails."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("no D-Bus here")

    set_password = delete_password = get_password  # type: ignore[assignment]


def using(backend: keyring.backend.KeyringBackend) -> Iterator[keyring.backend.KeyringBackend]:
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def memory_keyring() -> Iterator[keyring.backend.KeyringBackend]:
    yield from using(MemoryKeyring())


@pytest.fixture
def read_only_keyring() -> Iterator[keyring.backend.KeyringBackend]:
    yield from using(ReadOnlyKeyring())


@pytest.fixture
def broken_keyring() -> Iterator[keyring.backend.KeyringBackend]:
    yield from using(BrokenKeyring())


@pytest.fixture
def no_keyring() -> Iterator[keyring.backend.KeyringBackend]:
    yield from using(fail.Keyring())


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SecretStore:
    monkeypatch.delenv("ACME_API_KEY", raising=False)
    return SecretStore(tmp_path)


@pytest.fixture
def redactor() -> Redactor:
    return Redactor({"api_key": KEY, "pin": "4711"})


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file takes its content, and fails to bring it to the disk."""

    def fsync(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
