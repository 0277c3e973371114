"""Who gives the catalog's tokens: kept, asked for again, shared, and shown to nobody."""

from __future__ import annotations

import base64
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from devsession import secret
from devsession.errors import CatalogError, DeadlineError, SecretMissingError, UsageError
from devsession.http import Deadline, DrivenClock, until
from devsession.http.token_endpoint import Token
from devsession.openmetadata import (
    BasicAuth,
    DatabaseService,
    OAuth2Auth,
    OidcAuth,
    OpenMetadata,
    TokenAuth,
    TokenFileAuth,
)
from devsession.openmetadata.rest.kept_token import KeptToken
from devsession.sandbox import CATALOG_EMAIL
from tests.local_catalog import CLIENT_ID, CLIENT_SECRET, PASSWORD, local_catalog
from tests.openmetadata.token_provider import token_provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata import Auth
    from tests.local_catalog import LocalCatalog
    from tests.openmetadata.token_provider import TokenProvider

SECRET = "hush-hush-client"
BUSY = (429, {"Retry-After": "7"}, {})
DOWN = (503, {}, {})


@pytest.fixture(scope="module")
def whole_catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCatalog]:
    with local_catalog(tmp_path_factory.mktemp("catalog")) as catalog:
        yield catalog


@pytest.fixture
def catalog(whole_catalog: LocalCatalog) -> Iterator[LocalCatalog]:
    yield whole_catalog
    whole_catalog.set(next=[], on="", token_calls=None)


@pytest.fixture(scope="module")
def whole_provider() -> Iterator[TokenProvider]:
    with token_provider() as provider:
        yield provider


@pytest.fixture
def provider(whole_provider: TokenProvider) -> TokenProvider:
    whole_provider.next.clear()
    whole_provider.asked.clear()
    whole_provider.configuration.clear()
    whole_provider.given, whole_provider.seconds = 0, 3_600
    return whole_provider


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


def oauth2(provider: TokenProvider, clock: DrivenClock, **options: Any) -> OAuth2Auth:
    return OAuth2Auth(f"{provider.url}/token", "a-client", SECRET, clock=clock, **options)


class TestKept:
    def test_a_token_is_used_until_shortly_before_it_runs_out(
        self, provider: TokenProvider, clock: DrivenClock
    ) -> None:
        auth = oauth2(provider, clock)
        tokens = [auth.token(), auth.token()]
        clock.forward(3_569)
        tokens.append(auth.token())
        clock.forward(2)
        tokens.append(auth.token())

        assert tokens == ["token-1", "token-1", "token-1", "token-2"]

    def test_one_of_which_nothing_is_told_is_used_until_it_is_refused(
        self, provider: TokenProvider, clock: DrivenClock
    ) -> None:
        provider.seconds = None
        auth = oauth2(provider, clock)
        first = auth.token()
        clock.forward(10 * 24 * 3_600)

        assert auth.token() == first
        assert (auth.refresh(), auth.token()) == (True, "token-2")

    def test_one_thread_asks_and_the_others_have_what_it_got(
        self, provider: TokenProvider, clock: DrivenClock
    ) -> None:
        auth = oauth2(provider, clock)
        provider.may_answer.clear()
        with ThreadPoolExecutor(8) as pool:
            tokens = [pool.submit(auth.token) for _ in range(8)]
            provider.may_answer.set()

        assert {each.result() for each in tokens} == {"token-1"}
        assert len(provider.asked) == 1

    def test_who_waited_for_a_refusal_does_not_ask_for_it_once_more(
        self, provider: TokenProvider, clock: DrivenClock
    ) -> None:
        refusal = (401, {}, {"error": "invalid_client"})
        provider.next += [refusal] * 8
        auth = oauth2(provider, clock)
        provider.may_answer.clear()
        threading.Timer(0.3, provider.may_answer.set).start()
        with ThreadPoolExecutor(8) as pool:
            tokens = [pool.submit(auth.token) for _ in range(8)]

        assert all("invalid_client" in str(each.exception()) for each in tokens)
        assert len(provider.asked) < 8

    def test_who_waited_for_one_that_ran_into_its_deadline_asks_for_itself(
        self, clock: DrivenClock
    ) -> None:
        auth = Late(clock)
        assert auth.token() == "token-1"
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(auth.refresh)
            assert auth.asking.wait(20)
            second = pool.submit(auth.refresh)
            time.sleep(0.05)  # it waits by now
            auth.go_on.set()

        assert isinstance(first.exception(), DeadlineError)
        assert second.result()
        assert auth.token() == "token-3"


class Late(KeptToken):
    """The second time that it asks there is no time left."""

    def __init__(self, clock: DrivenClock) -> None:
        super().__init__({}, tries=1, clock=clock)
        self.asked = 0
        self.asking, self.go_on = threading.Event(), threading.Event()

    def _ask(self, last: Token | None) -> Token:
        self.asked += 1
        if last is not None and not self.go_on.is_set():
            self.asking.set()
            assert self.go_on.wait(20)
            raise DeadlineError("it is over")
        return Token(f"token-{self.asked}")


class TestAsking:
    def test_the_client_shows_itself_in_the_header_or_in_the_body(
        self, provider: TokenProvider, clock: DrivenClock
    ) -> None:
        wanted = {"scope": "read write", "audience": "https://catalog.example"}
        oauth2(provider, clock, **wanted).token()
        oauth2(provider, clock, client_auth="client_secret_post").token()

        in_header, in_body = provider.asked
        shown = base64.b64encode(f"a-client:{SECRET}".encode()).decode()
        grant = {"grant_type": "client_credentials"}
        assert (in_header.authorization, in_header.form) == (f"Basic {shown}", grant | wanted)
        assert (in_body.authorization, in_body.form) == (
            "",
            grant | {"client_id": "a-client", "client_secret": SECRET},
        )

    def test_a_provider_that_is_busy_or_down_is_asked_again(
        self, provider: TokenProvider, clock: DrivenClock
    ) -> None:
        provider.next += [BUSY, DOWN]

        assert oauth2(provider, clock).token() == "token-1"
        assert len(clock.waits) > 1
        assert sum(clock.waits) > 7

    def test_it_is_given_up_before_a_deadline(
        self, provider: TokenProvider, clock: DrivenClock, snapshot: SnapshotAssertion
    ) -> None:
        provider.next += [BUSY] * 8
        with until(Deadline(5, clock=clock)), pytest.raises(CatalogError) as raised:
            oauth2(provider, clock).token()

        assert told(raised.value, provider) == snapshot
        assert (len(provider.asked), clock.waits) == (1, [])

    @pytest.mark.parametrize(
        "answer",
        [
            (401, {}, {"error": "invalid_client", "error_description": f"not {SECRET}"}),
            (400, {}, {"error": "invalid_scope"}),
            (200, {}, {"access_token": None}),
            (302, {"Location": "http://elsewhere.example/"}, {}),
            (404, {}, {"error": "Not Found"}),
        ],
        ids=["refused", "no such scope", "no token", "sent elsewhere", "no such path"],
    )
    def test_a_refusal_says_what_the_provider_said(
        self,
        provider: TokenProvider,
        clock: DrivenClock,
        answer: tuple[int, dict[str, str], dict[str, Any]],
        snapshot: SnapshotAssertion,
    ) -> None:
        provider.next.append(answer)
        auth = OAuth2Auth(f"{provider.url}/token?key={SECRET}", "a-client", SECRET, clock=clock)
        with pytest.raises(CatalogError) as raised:
            auth.token()

        assert told(raised.value, provider) == snapshot
        assert SECRET not in str(raised.value)

    def test_a_provider_that_is_away_is_told(
        self, clock: DrivenClock, snapshot: SnapshotAssertion
    ) -> None:
        auth = OAuth2Auth("http://127.0.0.1:1/token?k=v", "a-client", SECRET, clock=clock, tries=2)
        with pytest.raises(CatalogError) as raised:
            auth.token()

        assert str(raised.value) == snapshot

    @pytest.mark.parametrize(
        "address",
        ["http://sso.example/token?key=hush", "sso.example/token", "https://", "http://[::1/", 7],
        ids=["http", "no scheme", "no host", "no address", "no text"],
    )
    def test_a_secret_goes_nowhere_where_others_read_it(
        self, address: Any, snapshot: SnapshotAssertion
    ) -> None:
        with pytest.raises(UsageError) as raised:
            OAuth2Auth(address, "a-client", SECRET)

        assert str(raised.value) == snapshot


class TestIssuer:
    def test_it_tells_where_the_tokens_are_and_is_asked_once(
        self, provider: TokenProvider, clock: DrivenClock
    ) -> None:
        auth = OidcAuth(f"{provider.url}/", "a-client", SECRET, clock=clock)
        auth.token()
        provider.configuration["token_endpoint"] = "http://elsewhere.example/token"

        assert (auth.refresh(), auth.token()) == (True, "token-2")
        assert provider.asked[0].authorization.startswith("Basic ")

    def test_the_client_shows_itself_as_the_issuer_takes_it(
        self, provider: TokenProvider, clock: DrivenClock
    ) -> None:
        ways = ["private_key_jwt", "client_secret_post"]
        provider.configuration["token_endpoint_auth_methods_supported"] = ways

        assert OidcAuth(provider.url, "a-client", SECRET, clock=clock).token() == "token-1"
        assert provider.asked[0].form["client_secret"] == SECRET

    @pytest.mark.parametrize(
        "configuration",
        [
            {"issuer": "https://somebody.example/else?k=v"},
            {"issuer": None},
            {"token_endpoint": "http://sso.example/token"},
            {"token_endpoint": None},
            {"grant_types_supported": ["authorization_code"]},
            {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
        ],
        ids=str,
    )
    def test_what_is_not_as_it_should_be_is_told_and_nobody_is_asked(
        self,
        provider: TokenProvider,
        clock: DrivenClock,
        configuration: dict[str, Any],
        snapshot: SnapshotAssertion,
    ) -> None:
        provider.configuration |= configuration
        with pytest.raises(CatalogError) as raised:
            OidcAuth(provider.url, "a-client", SECRET, clock=clock).token()

        assert told(raised.value, provider) == snapshot
        assert provider.asked == []

    def test_an_address_that_is_no_issuer_is_told(
        self, catalog: LocalCatalog, clock: DrivenClock, snapshot: SnapshotAssertion
    ) -> None:
        with pytest.raises(CatalogError) as raised:
            OidcAuth(f"{catalog.app}/objects", "a-client", SECRET, clock=clock).token()

        assert str(raised.value).replace(catalog.app, "http://app") == snapshot


class TestLogIn:
    def test_it_logs_in_once_and_goes_on_with_refresh_tokens(self, catalog: LocalCatalog) -> None:
        auth = BasicAuth(CATALOG_EMAIL, PASSWORD)
        metadata = OpenMetadata(catalog.host_port, auth=auth)
        metadata.put(DatabaseService(name="logged_in"))
        first = auth.token()
        # Whoever logs in now is refused; a refresh token is not.
        catalog.set(on="/users/login", next=["403"])

        assert (auth.refresh(), auth.token() == first) == (True, False)
        assert metadata.get_by_name(DatabaseService, "logged_in") is not None
        metadata.close()

    def test_a_refresh_token_that_is_no_good_any_more_is_a_new_log_in(
        self, catalog: LocalCatalog
    ) -> None:
        auth = BasicAuth(CATALOG_EMAIL, PASSWORD)
        metadata = OpenMetadata(catalog.host_port, auth=auth)
        first = auth.token()
        catalog.set(on="/users/refresh", next=["403"])

        assert (auth.refresh(), auth.token() == first) == (True, False)
        assert metadata.version()
        metadata.close()

    def test_a_wrong_password_is_told_without_it(
        self, catalog: LocalCatalog, snapshot: SnapshotAssertion
    ) -> None:
        metadata = OpenMetadata(catalog.host_port, auth=BasicAuth(CATALOG_EMAIL, SECRET))
        with pytest.raises(CatalogError) as raised:
            metadata.version()

        assert str(raised.value).replace(catalog.app, "http://app") == snapshot

    def test_it_is_for_one_catalog(self, snapshot: SnapshotAssertion) -> None:
        auth = BasicAuth(CATALOG_EMAIL, PASSWORD)
        with pytest.raises(UsageError) as nowhere:
            auth.token()
        OpenMetadata("http://one.example/api", auth=auth)
        with pytest.raises(UsageError) as two:
            OpenMetadata("http://two.example/api", auth=auth)

        assert f"{nowhere.value}\n{two.value}" == snapshot


class Vault:
    """An author's own: from a made-up store of tokens, which changes them in its time."""

    def __init__(self, *tokens: object) -> None:
        self.tokens = list(tokens)

    def token(self) -> Any:
        if isinstance(self.tokens[0], Exception):
            raise self.tokens[0]
        return self.tokens[0]

    def refresh(self) -> bool:
        del self.tokens[0]
        return True


class TestOwn:
    def test_any_object_with_both_methods_does(self, catalog: LocalCatalog) -> None:
        metadata = OpenMetadata(catalog.host_port, auth=Vault("ran.out.yesterday", catalog.token))

        assert metadata.id_of("users", "admin")
        metadata.close()

    @pytest.mark.parametrize(
        "gives", ["", None, b"bytes", "two\nlines", "accentué", KeyError(SECRET)], ids=repr
    )
    def test_what_gives_no_token_is_told(
        self, catalog: LocalCatalog, gives: object, snapshot: SnapshotAssertion
    ) -> None:
        with pytest.raises(CatalogError) as raised:
            OpenMetadata(catalog.host_port, auth=Vault(gives)).version()

        line = Vault.token.__code__.co_firstlineno + 2
        assert str(raised.value).replace(f".py:{line} ", ".py:LINE ") == snapshot
        assert SECRET not in str(raised.value)

    @pytest.mark.parametrize("auth", [Vault, "a-token", object()], ids=["class", "text", "object"])
    def test_what_is_none_is_told_at_once(self, auth: Any, snapshot: SnapshotAssertion) -> None:
        with pytest.raises(UsageError) as raised:
            OpenMetadata("http://catalog.example/api", auth=auth)

        assert str(raised.value) == snapshot

    def test_a_catalog_that_refuses_the_new_token_as_well_is_asked_no_third_time(
        self, catalog: LocalCatalog
    ) -> None:
        auth = Vault(*(f"nobody.knows.{number}" for number in range(9)))
        with pytest.raises(CatalogError, match="401") as raised:
            OpenMetadata(catalog.host_port, auth=auth).version()

        assert (
            auth.tokens[0] == "nobody.knows.2"
        )  # `version` asks in earnest after the first answer
        assert "nobody.knows" not in str(raised.value)


class TestFixed:
    def test_a_file_is_read_anew_when_it_was_written_anew(
        self, catalog: LocalCatalog, tmp_path: Path
    ) -> None:
        file = tmp_path / "token"
        file.write_text(f"{catalog.token}\n")
        metadata = OpenMetadata(catalog.host_port, auth=TokenFileAuth(file))
        before = metadata.id_of("users", "admin")
        catalog.expire_tokens()
        file.write_text(catalog.another_token())

        assert metadata.id_of("users", "admin") == before
        metadata.close()

    def test_a_file_without_a_token_is_told(
        self, tmp_path: Path, snapshot: SnapshotAssertion
    ) -> None:
        said = []
        for content in (None, b"", b"two words", b"\xff"):
            file = tmp_path / "token"
            if content is not None:
                file.write_bytes(content)
            with pytest.raises(CatalogError) as raised:
                OpenMetadata("http://catalog.example/api", auth=TokenFileAuth(file)).version()
            said.append(str(raised.value).replace(str(tmp_path), "FOLDER"))

        assert "\n".join(said) == snapshot

    def test_a_secret_may_come_by_its_name(
        self, catalog: LocalCatalog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OM_TOKEN", catalog.token)
        metadata = OpenMetadata(catalog.host_port, token=secret("OM_TOKEN"))

        assert metadata.id_of("users", "admin")
        assert TokenAuth(SecretStr("typed")).token() == "typed"
        metadata.close()

    def test_one_that_is_nowhere_is_told_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("OM_SECRET", raising=False)
        with pytest.raises(SecretMissingError, match="OM_SECRET"):
            OAuth2Auth("https://sso.example/token", "a-client", secret("OM_SECRET"))


class Rotated(Vault):
    """An author's own, whose store has another token at each look."""

    def __init__(self, catalog: LocalCatalog) -> None:
        super().__init__(catalog.token)
        self.catalog = catalog

    def refresh(self) -> bool:
        self.tokens = [self.catalog.another_token()]
        return True


EVERY: dict[str, Callable[[LocalCatalog], Auth]] = {
    "log-in": lambda _: BasicAuth(CATALOG_EMAIL, PASSWORD),
    "OAuth 2": lambda each: OAuth2Auth(f"{each.app}/oauth/token", CLIENT_ID, CLIENT_SECRET),
    "OpenID": lambda each: OidcAuth(each.app, CLIENT_ID, CLIENT_SECRET),
    "own": Rotated,
}


@pytest.mark.parametrize("name", EVERY)
class TestEvery:
    """What holds for each that can get another token."""

    @pytest.fixture
    def auth(self, name: str, catalog: LocalCatalog) -> Auth:
        return EVERY[name](catalog)

    @pytest.fixture
    def metadata(self, auth: Auth, catalog: LocalCatalog) -> Iterator[OpenMetadata]:
        metadata = OpenMetadata(catalog.host_port, auth=auth)
        yield metadata
        metadata.close()

    def test_it_writes_and_reads(self, metadata: OpenMetadata, name: str) -> None:
        assert metadata.put(DatabaseService(name=f"by {name}")) == "created"
        assert metadata.get_by_name(DatabaseService, f"by {name}") is not None

    def test_a_token_stays_until_another_is_wanted(
        self, metadata: OpenMetadata, auth: Auth
    ) -> None:
        first = auth.token()

        assert auth.token() == first
        assert auth.refresh()
        assert auth.token() != first
        assert metadata.id_of("users", "admin")

    def test_eight_threads_go_on_when_it_has_run_out_with_one_new_token(
        self,
        metadata: OpenMetadata,
        auth: Auth,
        catalog: LocalCatalog,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        refresh, renewed = auth.refresh, list[bool]()
        monkeypatch.setattr(auth, "refresh", lambda: renewed.append(True) or refresh())
        assert metadata.id_of("users", "admin")
        catalog.expire_tokens()
        with ThreadPoolExecutor(8) as pool:
            found = [pool.submit(metadata.id_of, "users", "admin") for _ in range(8)]

        assert all(each.result() for each in found)
        assert renewed == [True]

    def test_it_shows_no_secret(self, auth: Auth, metadata: OpenMetadata) -> None:
        shown = f"{auth!r} {metadata!r}"

        assert not any(each in shown for each in (PASSWORD, CLIENT_SECRET, auth.token()))


@pytest.mark.parametrize("kind", [OAuth2Auth, OidcAuth])
def test_an_address_with_a_secret_in_it_is_shown_without(kind: type[OAuth2Auth]) -> None:
    auth = kind(f"https://ann:{SECRET}@sso.example/acme?k={SECRET}", "me", SECRET, scope="read")

    assert repr(auth) == f"{kind.__name__}('https://sso.example/acme', 'me', scope='read')"


def told(error: CatalogError, provider: TokenProvider) -> str:
    return str(error).replace(provider.url, "http://sso")
