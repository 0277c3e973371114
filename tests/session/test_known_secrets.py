"""Where the audit has its secrets from, without a warehouse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from devsession.secrets.keyring_secrets import KeyringSecrets
from devsession.session.known_secrets import known_secrets
from tests.secrets.conftest import MemoryKeyring, using

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyring.backend import KeyringBackend


@pytest.fixture
def memory_keyring() -> Iterator[KeyringBackend]:
    yield from using(MemoryKeyring())


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    secret_file = folder / ".devsession" / "secrets"
    secret_file.parent.mkdir(parents=True)
    secret_file.write_text(json.dumps({"ACME_API_KEY": "sk-of-the-file"}), encoding="utf-8")
    secret_file.chmod(0o600)
    return folder


def test_every_value_of_a_name_is_known(
    workspace: Path, memory_keyring: KeyringBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    KeyringSecrets(workspace).set("ACME_API_KEY", "sk-of-the-keyring")
    (workspace / ".env").write_text("ACME_API_KEY=sk-of-dotenv\n", encoding="utf-8")
    monkeypatch.setenv("ACME_API_KEY", "sk-of-the-environment")

    assert known_secrets([workspace]) == {
        "ACME_API_KEY": (
            "sk-of-the-environment",
            "sk-of-dotenv",
            "sk-of-the-keyring",
            "sk-of-the-file",
        )
    }


def test_settings_in_dotenv_are_no_secrets_but_their_passwords_are(tmp_path: Path) -> None:
    lines = "LOG_LEVEL=debug-all\nCRM_TOKEN=tok-1f7a\nDATABASE=postgres://ada:pa%2Fss@db:5432/crm\n"
    (tmp_path / ".env").write_text(lines, encoding="utf-8")

    assert known_secrets([tmp_path]) == {
        "CRM_TOKEN": ("tok-1f7a",),
        "DATABASE": ("pa%2Fss", "pa/ss"),
    }


def test_the_workspace_of_a_file_is_found_above_it(
    workspace: Path, memory_keyring: KeyringBackend
) -> None:
    notebook = workspace / "notebooks" / "a.ipynb"
    notebook.parent.mkdir()
    notebook.touch()

    assert known_secrets([notebook]) == {"ACME_API_KEY": ("sk-of-the-file",)}


def test_two_workspaces_may_call_different_values_by_one_name(
    workspace: Path, tmp_path: Path, memory_keyring: KeyringBackend
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / ".env").write_text("ACME_API_KEY=sk-of-another\n", encoding="utf-8")

    assert known_secrets([workspace, other, workspace]) == {
        "ACME_API_KEY": ("sk-of-the-file", "sk-of-another")
    }


def test_a_folder_outside_of_any_workspace_knows_nothing(tmp_path: Path) -> None:
    assert known_secrets([tmp_path, tmp_path / "missing"]) == {}
