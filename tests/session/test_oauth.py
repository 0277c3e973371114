"""Tokens: fetched, refreshed, kept, and seen by nobody."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from devsession import DevelopmentSession, secret
from devsession.errors import ConnectError, DefinitionError, PluginRaisedError
from devsession.plugin import ConnectionMethod, OAuthAuthorizationCode, OAuthClientCredentials
from devsession.session.plugin_source import load_plugin_class
from devsession.session.sign_in import SignIn
from devsession.session.tokens import AccessTokens
from tests.session import oauth_plugin
from tests.session.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

CLIENT_SECRET = "hush-hush-client"


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


class Clock:
    """Time that the test moves."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Secrets:
    """What tokens need of a vault."""

    offline = False

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def learn(self, secrets: dict[str, str]) -> None:
        self.known |= secrets

    learn_tokens = learn

    def text(self, text: str) -> str:
        return text.replace(CLIENT_SECRET, "REDACTED")


def code_template(provider: Provider) -> OAuthAuthorizationCode:
    return OAuthAuthorizationCode(
        oauth_client_id="a-client",
        oauth_client_secret=SecretStr(CLIENT_SECRET),
        oauth_token_endpoint=f"{provider.url}/token",
        oauth_authorization_endpoint=f"{provider.url}/authorize",
        oauth_allowed_scopes=["read", "write"],
        oauth_client_auth_method="client_secret_post",
    )


def tokens_of(clock: Clock | None = None, kept: dict[str, str] | None = None) -> AccessTokens:
    vault: Any = Secrets()
    held = {} if kept is None else kept
    return AccessTokens(
        vault, unrecorded=nullcontext, keep=held.__setitem__, clock=clock or Clock()
    )


def signed_in(provider: Provider, tokens: AccessTokens) -> dict[str, str]:
    """The secrets, once a person has agreed."""
    template = code_template(provider)
    sign_in = SignIn(template)
    provider.browse(sign_in.address)
    tokens.redeem(template, sign_in.wait())
    return tokens.current(template)


def test_a_person_brings_a_code_for_a_token(provider: Provider) -> None:
    secrets = signed_in(provider, tokens_of())

    assert secrets == {"access_token": "access-token-1", "oauth_refresh_token": "refresh-token-1"}


def test_a_token_is_used_until_it_expires_then_refreshed(provider: Provider) -> None:
    clock, kept = Clock(), dict[str, str]()
    tokens, template = tokens_of(clock, kept), code_template(provider)
    signed_in(provider, tokens)

    clock.now += 3_000
    still = tokens.current(template)
    clock.now += 600
    refreshed = tokens.current(template)

    assert still["access_token"] == "access-token-1"
    assert refreshed["access_token"] == "access-token-2"
    assert kept == {"oauth_refresh_token": "refresh-token-2"}
    assert [asked["grant_type"] for asked in provider.asked] == [
        "authorization_code",
        "refresh_token",
    ]


def test_a_refresh_token_of_an_earlier_session_needs_no_person(provider: Provider) -> None:
    first = signed_in(provider, tokens_of())

    secrets = tokens_of().without_person(code_template(provider), first["oauth_refresh_token"])

    assert secrets["access_token"] == "access-token-2"


def test_a_refresh_token_that_is_no_good_any_more_needs_a_person(provider: Provider) -> None:
    assert tokens_of().without_person(code_template(provider), "of last year") == {}


@pytest.mark.parametrize("error", ["invalid_client", "invalid_scope", "invalid_grant"])
def test_a_refusal_of_the_token_endpoint_shows_no_secret(
    provider: Provider, error: str, snapshot: SnapshotAssertion
) -> None:
    provider.refuses = error
    with pytest.raises(ConnectError) as refused:
        signed_in(provider, tokens_of())

    assert str(refused.value).replace(provider.url, "http://app") == snapshot


def test_an_app_that_is_away_is_a_connect_error(provider: Provider) -> None:
    template = OAuthClientCredentials(
        oauth_client_id="a",
        oauth_client_secret=SecretStr(CLIENT_SECRET),
        oauth_token_endpoint="http://127.0.0.1:1/token",
    )

    with pytest.raises(ConnectError, match="cannot be reached") as error:
        tokens_of().current(template)

    assert CLIENT_SECRET not in str(error.value)


def test_a_template_with_a_secret_in_the_code_is_refused(snapshot: SnapshotAssertion) -> None:
    template = OAuthClientCredentials(
        oauth_client_secret=SecretStr(CLIENT_SECRET),
        oauth_token_endpoint="https://app.example/token",
    )

    with pytest.raises(DefinitionError) as error:
        ConnectionMethod(name="OAuth", fields=[], oauth_template=template)

    assert error.value.tried == snapshot
    assert CLIENT_SECRET not in repr(template) + str(error.value)


@pytest.fixture(scope="module")
def folder(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with the plugin; the app that it knows is the practice app."""
    folder = tmp_path_factory.mktemp("signed")
    text = Path(oauth_plugin.__file__).read_text(encoding="utf-8")
    (folder / "plugin.py").write_text(text, encoding="utf-8")
    session = opened(folder)
    code = text.replace("http://app.invalid", session.sandbox.url)
    (folder / "plugin.py").write_text(code, encoding="utf-8")
    session.close()
    yield folder
    opened(folder).shut_down()


def opened(folder: Path) -> DevelopmentSession:
    """What a new kernel does."""
    return DevelopmentSession(load_plugin_class(folder), workspace=folder)


@pytest.fixture
def signed(folder: Path) -> Iterator[DevelopmentSession]:
    with opened(folder) as session:
        yield session


def typed(session: DevelopmentSession) -> dict[str, Any]:
    return {
        "method": "Typed address",
        "url": session.sandbox.url,
        "client": session.sandbox.client_id,
        "key": secret("SANDBOX_CLIENT_SECRET"),
    }


def known(session: DevelopmentSession) -> dict[str, Any]:
    return {
        "method": "Known app",
        "oauth_client_id": session.sandbox.client_id,
        "oauth_client_secret": secret("SANDBOX_CLIENT_SECRET"),
    }


@pytest.mark.parametrize("answers", [typed, known])
def test_the_plugin_has_a_token_of_the_practice_app(
    signed: DevelopmentSession, answers: Callable[[DevelopmentSession], dict[str, Any]]
) -> None:
    signed.connection.fill(**answers(signed))

    parameters = signed.connection.parameters
    assert parameters.secret("access_token").startswith("sbt_")
    assert parameters["oauth_grant"] == "client_credentials"


def test_a_new_session_gets_a_new_token(signed: DevelopmentSession, folder: Path) -> None:
    signed.connection.fill(**typed(signed))
    first = signed.connection.parameters.secret("access_token")
    signed.sandbox.expire_tokens()
    signed.close()

    with opened(folder) as again:
        assert again.connection.parameters.secret("access_token") != first
        assert again.connection.test() == "connect() succeeded"


def test_neither_token_nor_client_secret_is_in_a_file_or_a_text(
    signed: DevelopmentSession,
) -> None:
    note = signed.connection.fill(**typed(signed))
    parameters = signed.connection.parameters
    token = parameters.secret("access_token")
    client_secret = parameters.secret("key")

    files = [path for path in signed.workspace.folder.rglob("*.yaml") if path.is_file()]
    written = "".join(path.read_text(encoding="utf-8") for path in files)
    shown = f"{note} {parameters!r} {parameters.model_dump_json()} {signed.connection!r}"

    assert "/account" in written
    assert token not in written + shown
    assert client_secret not in written + shown


def test_a_client_secret_that_is_a_reference_stays_one(signed: DevelopmentSession) -> None:
    note = signed.connection.fill(**typed(signed))

    parameters, kept = signed.connection.parameters, signed.vault.store
    assert parameters.secret("oauth_client_secret") == parameters.secret("key")
    assert "oauth_client_secret" not in note
    assert kept.find("SIGNED_OAUTH_CLIENT_SECRET") is None
    assert kept.find("SIGNED_ACCESS_TOKEN") == parameters.secret("access_token")


def test_offline_the_tape_answers_with_the_placeholder_for_the_token(
    signed: DevelopmentSession, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed.connection.fill(**typed(signed))
    signed.close()
    monkeypatch.setenv("DEVSESSION_OFFLINE", "1")

    with opened(folder) as offline:
        assert offline.connection.test() == "connect() succeeded"


def test_a_template_without_a_client_id_is_the_plugins_mistake(
    signed: DevelopmentSession,
) -> None:
    with pytest.raises(PluginRaisedError, match="no client id"):
        signed.connection.fill(**typed(signed) | {"client": " "})
