"""One sign-in of a person: the ways back, and everything that is not one."""

from __future__ import annotations

import re
import socket
import threading
from secrets import token_hex
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from devsession.errors import ConnectError
from devsession.plugin import OAuthAuthorizationCode
from devsession.session.sign_in import SignIn
from tests.session.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion


class Clock:
    """Time that the test moves."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def template(provider: Provider) -> OAuthAuthorizationCode:
    return OAuthAuthorizationCode(
        oauth_client_id="a-client",
        oauth_token_endpoint=f"{provider.url}/token",
        oauth_authorization_endpoint=f"{provider.url}/authorize?tenant=1",
        oauth_allowed_scopes=["read", "write"],
    )


@pytest.fixture
def sign_in(template: OAuthAuthorizationCode) -> Iterator[SignIn]:
    sign_in = SignIn(template)
    yield sign_in
    sign_in.cancel()


def refused(sign_in: SignIn) -> str:
    """What is said when there is no answer; the port is another one each time."""
    with pytest.raises(ConnectError) as error:
        sign_in.answer()
    return shown(error.value)


def shown(error: ConnectError) -> str:
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", str(error))


def wait_until_closed(redirect: str) -> None:
    """Return when nobody listens there any more: a listener that stays is a test that never ends."""
    place = urlsplit(redirect)
    while True:
        try:
            socket.create_connection((str(place.hostname), place.port or 0), timeout=30).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue  # it was just closing


def test_the_address_has_state_and_pkce(sign_in: SignIn) -> None:
    said = {name: values[0] for name, values in parse_qs(urlsplit(sign_in.address).query).items()}

    assert len(said.pop("state")) >= 43
    assert len(said.pop("code_challenge")) == 43
    assert said == {
        "tenant": "1",
        "response_type": "code",
        "client_id": "a-client",
        "redirect_uri": sign_in.redirect,
        "code_challenge_method": "S256",
        "scope": "read write",
    }


def test_a_client_has_the_same_redirect_each_time(template: OAuthAuthorizationCode) -> None:
    template = template.model_copy(update={"oauth_client_id": token_hex(8)})
    first = SignIn(template)
    first.cancel()
    second, at_once = SignIn(template), SignIn(template)
    second.cancel()
    at_once.cancel()

    assert first.redirect == second.redirect != at_once.redirect


def test_the_browser_comes_back(provider: Provider, sign_in: SignIn) -> None:
    provider.browse(sign_in.address)

    asked = sign_in.wait()
    assert provider.answer(asked)[0] == 200
    wait_until_closed(sign_in.redirect)


def test_the_address_that_the_browser_ended_at_is_pasted(
    provider: Provider, sign_in: SignIn
) -> None:
    sign_in.paste(f"  {provider.ends_at(sign_in.address)}\n")

    assert provider.answer(sign_in.answer())[0] == 200
    wait_until_closed(sign_in.redirect)


def test_it_is_told_once_that_the_browser_is_back(
    provider: Provider, template: OAuthAuthorizationCode
) -> None:
    told = threading.Semaphore(0)
    sign_in = SignIn(template, over=told.release)

    provider.browse(sign_in.address)

    assert told.acquire(timeout=30)
    wait_until_closed(sign_in.redirect)
    assert not told.acquire(blocking=False)


def test_what_has_not_our_state_is_not_our_sign_in(provider: Provider, sign_in: SignIn) -> None:
    with pytest.raises(HTTPError, match="400"):
        provider.browse(sign_in.address, state="guessed")
    with pytest.raises(HTTPError, match="400"), urlopen(sign_in.redirect, timeout=30):
        pass

    assert sign_in.waiting


def test_no_page_and_no_repr_shows_code_or_state(provider: Provider, sign_in: SignIn) -> None:
    end = provider.ends_at(sign_in.address)
    with urlopen(end, timeout=30) as page:
        text = page.read().decode() + str(page.headers)

    state = parse_qs(urlsplit(end).query)["state"][0]
    assert "You are back" in text
    assert state not in text + repr(sign_in)
    assert "the-code" not in text + repr(sign_in)


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "https://app.test/authorize?client_id=a-client",
        "http://127.0.0.1:1/callback?code=the-code&state=s",
        "http://[",
    ],
)
def test_another_address_is_not_taken(sign_in: SignIn, pasted: str) -> None:
    with pytest.raises(ConnectError) as error:
        sign_in.paste(pasted)

    assert error.value.tried == "it does not begin with the redirect of this sign-in"
    assert sign_in.waiting


def test_an_address_of_another_sign_in_is_not_taken(
    provider: Provider, sign_in: SignIn, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(ConnectError) as error:
        sign_in.paste(provider.ends_at(sign_in.address, state="of-another"))

    assert shown(error.value) == snapshot
    assert sign_in.waiting


def test_an_address_is_taken_once(
    provider: Provider, sign_in: SignIn, snapshot: SnapshotAssertion
) -> None:
    sign_in.paste(provider.ends_at(sign_in.address))

    with pytest.raises(ConnectError) as error:
        sign_in.paste(provider.ends_at(sign_in.address))

    assert shown(error.value) == snapshot


def test_a_person_who_does_not_agree_is_told_in_the_apps_words(
    provider: Provider, sign_in: SignIn, snapshot: SnapshotAssertion
) -> None:
    provider.browse(sign_in.address, error="access_denied", error_description="I would rather not")
    with pytest.raises(ConnectError):
        sign_in.wait()

    assert refused(sign_in) == snapshot


def test_after_ten_minutes_it_is_over(
    provider: Provider, template: OAuthAuthorizationCode, snapshot: SnapshotAssertion
) -> None:
    clock, told = Clock(), threading.Event()
    sign_in = SignIn(template, over=told.set, clock=clock)
    clock.now += 600

    with pytest.raises(ConnectError, match="is over"):
        sign_in.paste(provider.ends_at(sign_in.address))
    assert told.wait(timeout=30)
    assert not sign_in.waiting
    assert refused(sign_in) == snapshot
    wait_until_closed(sign_in.redirect)


def test_cancelled_it_is_over(
    template: OAuthAuthorizationCode, snapshot: SnapshotAssertion
) -> None:
    told = threading.Event()
    sign_in = SignIn(template, over=told.set)

    sign_in.cancel()

    assert refused(sign_in) == snapshot
    wait_until_closed(sign_in.redirect)
    assert not told.is_set()
