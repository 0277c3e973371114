"""Where secrets are looked for and kept."""

from __future__ import annotations

import json
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devsession.errors import SecretMissingError, SetupError
from devsession.secrets import keyring_secrets
from devsession.secrets.keyring_secrets import KeyringSecrets
from devsession.secrets.managers import SecretStore
from devsession.secrets.secret_file import FileSecrets
from tests.secrets.conftest import KEY, MemoryKeyring, using

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

HOME = Path("/home/ada/acme")  # made up, so that texts are the same on every machine


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    return tmp_path / ".devsession" / "secrets"


@pytest.fixture
def silent_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[keyring.backend.KeyringBackend]:
    """A locked keyring, waiting for a dialog that nobody sees."""
    unlocked = threading.Event()

    class SilentKeyring(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            unlocked.wait()
            return None

    monkeypatch.setattr(keyring_secrets, "_ANSWER_SECONDS", 0.05)
    yield from using(SilentKeyring())
    unlocked.set()


def test_the_environment_comes_first_then_the_keyring_then_the_file(
    store: SecretStore,
    memory_keyring: MemoryKeyring,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    FileSecrets(tmp_path / ".devsession" / "secrets").set("ACME_API_KEY", "of the file")
    from_file = store.lookup("ACME_API_KEY")
    KeyringSecrets(tmp_path).set("ACME_API_KEY", "of the keyring")
    from_keyring = store.lookup("ACME_API_KEY")
    monkeypatch.setenv("ACME_API_KEY", "of the environment")

    assert (from_file, from_keyring) == ("of the file", "of the keyring")
    assert store.lookup("ACME_API_KEY") == "of the environment"


def test_a_dotenv_comes_after_the_environment_and_never_gets_into_it(
    store: SecretStore,
    memory_keyring: MemoryKeyring,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    KeyringSecrets(tmp_path).set("ACME_API_KEY", "of the keyring")
    (tmp_path / ".env").write_text("\ufeffexport ACME_API_KEY='of ${HOME} #1' # ours\nOTHER=\n")
    from_dotenv = store.lookup("ACME_API_KEY")

    assert from_dotenv == "of ${HOME} #1"
    assert "ACME_API_KEY" not in os.environ
    monkeypatch.setenv("ACME_API_KEY", "of the environment")
    assert store.lookup("ACME_API_KEY") == "of the environment"


def test_a_wrong_line_of_a_dotenv_leaves_the_others_and_prints_nothing(
    store: SecretStore,
    no_keyring: keyring.backend.KeyringBackend,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / ".env").write_text(f"ACME_API_KEY={KEY!r}\n'what is this\n")

    assert store.lookup("ACME_API_KEY") == KEY
    assert capfd.readouterr() == ("", "")


UNUSABLE = {
    "badly encoded": lambda path: path.write_bytes(b"ACME_API_KEY=\xff\xfe"),
    "a folder": lambda path: path.mkdir(),
    "a wrong line": lambda path: path.write_text("'ACME_API_KEY"),
}


@pytest.mark.parametrize("make", UNUSABLE.values(), ids=UNUSABLE)
def test_a_dotenv_that_cannot_be_used_says_why(
    store: SecretStore,
    no_keyring: keyring.backend.KeyringBackend,
    tmp_path: Path,
    make: Callable[[Path], object],
    snapshot: SnapshotAssertion,
) -> None:
    make(tmp_path / ".env")

    with pytest.raises(SecretMissingError) as error:
        store.lookup("ACME_API_KEY")

    assert str(error.value).replace(str(tmp_path), os.sep + "workspace") == snapshot


@pytest.mark.parametrize("backend", ["broken_keyring", "silent_keyring"])
def test_a_keyring_that_cannot_be_used_says_why(
    store: SecretStore, backend: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(backend)

    with pytest.raises(SecretMissingError, match="it may be locked"):
        store.lookup("ACME_API_KEY")


def test_a_value_that_a_dotenv_would_hide_is_refused(
    memory_keyring: MemoryKeyring, store: SecretStore, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / ".env").write_text("ACME_API_KEY=another\n")

    with pytest.raises(SetupError) as error:
        store.store("ACME_API_KEY", KEY)

    assert str(error.value).replace(str(tmp_path), os.sep + "workspace") == snapshot


def test_an_empty_variable_counts_as_none(
    store: SecretStore, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_API_KEY", "")

    assert store.find("ACME_API_KEY") is None


def test_a_value_goes_to_the_keyring_where_one_works(
    store: SecretStore, memory_keyring: MemoryKeyring, secret_file: Path
) -> None:
    place = store.store("ACME_API_KEY", KEY)

    assert place.startswith("the keyring")
    assert store.lookup("ACME_API_KEY") == KEY
    assert not secret_file.exists()


@pytest.mark.parametrize(
    "backend", ["no_keyring", "broken_keyring", "read_only_keyring", "silent_keyring"]
)
def test_a_value_goes_to_the_file_where_no_keyring_works(
    store: SecretStore, secret_file: Path, backend: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(backend)

    place = store.store("ACME_API_KEY", KEY)

    assert place == f"the file {secret_file}"
    assert store.lookup("ACME_API_KEY") == KEY
    assert secret_file.stat().st_mode & 0o777 == 0o600
    assert secret_file.parent.stat().st_mode & 0o777 == 0o700


def test_a_keyring_that_works_again_takes_the_value_from_the_file(
    store: SecretStore, memory_keyring: MemoryKeyring, secret_file: Path
) -> None:
    FileSecrets(secret_file).set("ACME_API_KEY", "older")

    store.store("ACME_API_KEY", KEY)

    assert json.loads(secret_file.read_text()) == {}


def test_two_workspaces_keep_two_secrets_of_one_name(
    memory_keyring: MemoryKeyring, tmp_path: Path
) -> None:
    one, other = SecretStore(tmp_path / "one"), SecretStore(tmp_path / "other")

    one.store("ACME_API_KEY", "first")
    other.store("ACME_API_KEY", "second")

    assert one.lookup("ACME_API_KEY") == "first"
    assert other.lookup("ACME_API_KEY") == "second"


def test_a_keyring_that_is_set_up_wrongly_prints_nothing(
    store: SecretStore, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.Backend")

    assert store.find("ACME_API_KEY") is None
    assert capfd.readouterr() == ("", "")


def test_what_keyring_logs_is_not_printed(
    no_keyring: keyring.backend.KeyringBackend, store: SecretStore
) -> None:
    store.find("ACME_API_KEY")

    assert logging.getLogger("keyring").handlers != []


def test_a_missing_secret_says_where_it_was_looked_for(
    no_keyring: keyring.backend.KeyringBackend, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(SecretMissingError) as error:
        SecretStore(HOME).lookup("ACME_API_KEY")

    assert str(error.value) == snapshot
    assert error.value.fields == {"secret": "ACME_API_KEY"}


def test_a_missing_secret_names_the_keyring_that_works(
    memory_keyring: MemoryKeyring, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(SecretMissingError) as error:
        SecretStore(HOME).lookup("ACME_API_KEY")

    assert str(error.value) == snapshot


def test_a_value_that_the_environment_would_hide_is_refused(
    memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setenv("ACME_API_KEY", "of the environment")

    with pytest.raises(SetupError) as error:
        SecretStore(HOME).store("ACME_API_KEY", KEY)

    assert str(error.value) == snapshot
    assert memory_keyring.entries == {}


def test_a_value_that_an_older_one_in_the_keyring_would_hide_is_refused(
    read_only_keyring: MemoryKeyring, snapshot: SnapshotAssertion
) -> None:
    store = SecretStore(HOME)
    read_only_keyring.entries[f"devsession {HOME}", "ACME_API_KEY"] = "older"

    with pytest.raises(SetupError) as error:
        store.store("ACME_API_KEY", KEY)

    assert str(error.value) == snapshot


def test_a_store_shows_places_only(memory_keyring: MemoryKeyring) -> None:
    store = SecretStore(HOME)
    store.store("ACME_API_KEY", KEY)

    assert repr(store) == (
        "<SecretStore: the environment, the file /home/ada/acme/.env, "
        'the keyring, service "devsession /home/ada/acme", '
        "the file /home/ada/acme/.devsession/secrets>"
    )


@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_every_text_survives_the_file(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    secrets = FileSecrets(tmp_path_factory.mktemp("workspace") / "secrets")

    secrets.set("ACME_API_KEY", value)

    assert secrets.get("ACME_API_KEY") == value


def test_writers_at_once_lose_nothing(secret_file: Path) -> None:
    names = [f"KEY_{number}" for number in range(40)]

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda name: FileSecrets(secret_file).set(name, name.lower()), names))

    assert json.loads(secret_file.read_text()) == {name: name.lower() for name in names}


def test_a_full_disk_leaves_the_file_as_it_was(
    secret_file: Path, request: pytest.FixtureRequest
) -> None:
    FileSecrets(secret_file).set("ACME_API_KEY", "older")
    request.getfixturevalue("full_disk")

    with pytest.raises(SetupError, match="cannot be written"):
        FileSecrets(secret_file).set("ACME_API_KEY", KEY)

    assert FileSecrets(secret_file).get("ACME_API_KEY") == "older"
    assert [path.name for path in secret_file.parent.glob(".writing*")] == []


@pytest.fixture
def file_in_reach_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileSecrets:
    monkeypatch.chdir(tmp_path)
    secrets = FileSecrets(tmp_path / "secrets")
    secrets.set("ACME_API_KEY", KEY)
    secrets.path.chmod(0o644)
    return secrets


@pytest.fixture
def damaged_file(tmp_path: Path) -> FileSecrets:
    path = tmp_path / "secrets"
    path.touch(0o600)
    path.write_text(f'{{"ACME_API_KEY": "{KEY}')
    return FileSecrets(path)


@pytest.fixture
def foreign_file(tmp_path: Path) -> FileSecrets:
    path = tmp_path / "secrets"
    path.touch(0o600)
    path.write_text(json.dumps({"ACME_API_KEY": [KEY]}))
    return FileSecrets(path)


@pytest.fixture
def folder_as_file(tmp_path: Path) -> FileSecrets:
    (tmp_path / "secrets").mkdir(mode=0o700)
    return FileSecrets(tmp_path / "secrets")


@pytest.mark.parametrize(
    "secrets", ["file_in_reach_of_others", "damaged_file", "foreign_file", "folder_as_file"]
)
def test_a_file_that_cannot_be_trusted_is_an_error_without_its_content(
    secrets: str, request: pytest.FixtureRequest, snapshot: SnapshotAssertion, tmp_path: Path
) -> None:
    file: FileSecrets = request.getfixturevalue(secrets)

    with pytest.raises(SetupError) as error:
        file.get("ACME_API_KEY")

    assert str(error.value).replace(str(tmp_path), os.sep + "workspace") == snapshot
    assert error.value.__context__ is None or KEY not in repr(vars(error.value.__context__))
