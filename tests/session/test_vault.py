"""What a session knows to be secret: what was typed, returned, registered, and what it was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession import DevelopmentSession
from devsession.errors import UsageError
from devsession.plugin.contract import ConnectResponse, Plugin
from devsession.secrets.secret_file import FileSecrets
from devsession.session.known_secrets import known_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


class Acme(Plugin):
    pass


@pytest.fixture
def session(tmp_path: Path) -> Iterator[DevelopmentSession]:
    """A session whose services are not started."""
    with DevelopmentSession(Acme, workspace=tmp_path) as session:
        yield session


def test_an_old_value_stays_known_and_has_the_same_placeholder(session: DevelopmentSession) -> None:
    session.vault.learn({"api_key": "key-1-abcdef"})
    session.vault.learn({"api_key": "key-2-abcdef"})

    assert session.vault.text("key-1-abcdef key-2-abcdef") == "REDACTED-api-key REDACTED-api-key"
    assert session.recorder.redactor.find("key-1-abcdef")


def test_metadata_of_a_secret_is_secret_where_it_looks_so(session: DevelopmentSession) -> None:
    metadata = {"type": "bearer", "refresh": {"token": "refresh-0123"}, "ids": ["id-0123456", 7]}
    returned = {"api_key": {"value": "key-1-abcdef", "metadata": metadata}}
    response = ConnectResponse.model_validate({"connection_secrets": returned})

    session.vault.learn_stored(response.connection_secrets)

    assert session.vault.text("key-1-abcdef bearer refresh-0123 id-0123456 7") == (
        "REDACTED-api-key bearer REDACTED-api-key-refresh-token REDACTED-api-key-ids 7"
    )


def test_what_a_plugin_registers_is_secret(session: DevelopmentSession) -> None:
    session.plugin.register_secret("session_key", "derived-0123")
    session.plugin.register_secret("nothing", "")

    assert session.vault.text("derived-0123") == "REDACTED-session-key"


def test_outside_of_a_session_registering_does_nothing(snapshot: SnapshotAssertion) -> None:
    Acme().register_secret("session_key", "derived-0123")
    with pytest.raises(UsageError) as error:
        Acme().register_secret("session_key", None)  # type: ignore[arg-type]

    assert str(error.value) == snapshot


def test_what_is_declared_no_secret_is_left(
    session: DevelopmentSession, snapshot: SnapshotAssertion
) -> None:
    session.vault.learn({"tenant": "acme-production", "api_key": "key-1-abcdef"})
    session.not_secret("acme-production")
    with pytest.raises(UsageError) as error:
        session.not_secret("")

    assert session.vault.text("acme-production key-1-abcdef") == "acme-production REDACTED-api-key"
    assert str(error.value) == snapshot


def test_what_is_declared_no_secret_is_shown_though_the_secret_file_keeps_it(
    session: DevelopmentSession,
) -> None:
    FileSecrets(session.workspace.private / "secrets").set("ACME_PASSWORD", "admin")
    before = session.vault.shown.text("admin signed in")
    session.not_secret("admin")

    assert before == "REDACTED-acme-password signed in"
    assert session.vault.shown.text("admin signed in") == "admin signed in"


def test_another_process_knows_what_is_declared_no_secret(
    session: DevelopmentSession, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ACME_PASSWORD=admin\nACME_KEY=key-1-abcdef\n", encoding="utf-8")
    session.not_secret("admin")

    assert known_secrets([tmp_path]) == {"ACME_KEY": ("key-1-abcdef",)}
