"""OAuth 2 client credentials: how a client gets a token, what it opens, until when."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from devsession.sandbox.crm import create_app
from devsession.sandbox.oauth import OAuth
from tests.sandbox.answers import refusal
from tests.sandbox.client import Client
from tests.sandbox.conftest import CLIENT_ID, CLIENT_SECRET, KEYS, Clock

if TYPE_CHECKING:
    import httpx
    from syrupy.assertion import SnapshotAssertion

GRANT = {"grant_type": "client_credentials"}
POSTED = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def basic(client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> dict[str, str]:
    shown = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {shown}"}


def with_token(client: Client, token: str) -> httpx.Response:
    return client.get("/account", headers={"Authorization": f"Bearer {token}"})


def new_token(client: Client) -> str:
    return str(client.post("/oauth/token", data=GRANT | POSTED).json()["access_token"])


def test_a_client_that_posts_its_secret_gets_a_token(anybody: Client) -> None:
    response = anybody.post("/oauth/token", data=GRANT | POSTED)

    token = response.json()
    assert (response.status_code, token["token_type"], token["expires_in"]) == (200, "Bearer", 3600)
    assert response.headers["Cache-Control"] == "no-store"
    assert with_token(anybody, token["access_token"]).json()["name"] == "Sandbox CRM"


def test_a_client_that_shows_its_secret_in_a_header_gets_a_token(anybody: Client) -> None:
    response = anybody.post("/oauth/token", data=GRANT, headers=basic())

    assert with_token(anybody, response.json()["access_token"]).is_success


def test_in_a_header_client_and_secret_are_form_encoded(clock: Clock) -> None:
    app = create_app(KEYS, clock, oauth=OAuth(KEYS, {"a:b c": "ä+%"}, clock))

    shown = basic("a%3Ab+c", "%C3%A4%2B%25")

    assert Client(app, {}).post("/oauth/token", data=GRANT, headers=shown).is_success


def test_a_token_is_good_for_an_hour_and_then_says_so(
    anybody: Client, clock: Clock, snapshot: SnapshotAssertion
) -> None:
    token = new_token(anybody)

    clock.move(minutes=59)
    assert with_token(anybody, token).is_success

    clock.move(minutes=1)
    expired = with_token(anybody, token)
    assert refusal(expired) == snapshot
    assert expired.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert with_token(anybody, new_token(anybody)).is_success


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("sbt_", id="empty"),
        pytest.param("sbt_MSA5.0000", id="signed by nobody"),
        pytest.param("sbt_A.0", id="no Base64"),
    ],
)
def test_a_token_of_somebody_else_opens_nothing(
    anybody: Client, token: str, snapshot: SnapshotAssertion
) -> None:
    assert refusal(with_token(anybody, token)) == snapshot


def test_a_changed_token_opens_nothing(anybody: Client) -> None:
    token = new_token(anybody)

    assert with_token(anybody, token[:-1] + chr(ord(token[-1]) ^ 1)).status_code == 401


def test_tokens_can_be_made_to_expire_at_once(anybody: Client, client: Client) -> None:
    token = new_token(anybody)

    client.post("/_control/expire_tokens")

    assert refusal(with_token(anybody, token))[1]["code"] == "token_expired"
    assert with_token(anybody, new_token(anybody)).is_success


def test_a_token_outlives_the_app(anybody: Client, clock: Clock) -> None:
    token = new_token(anybody)

    restarted = create_app(KEYS, clock, oauth=OAuth(KEYS, {CLIENT_ID: CLIENT_SECRET}, clock))

    assert with_token(Client(restarted, {}), token).is_success


def test_it_tells_everybody_where_the_tokens_are(anybody: Client) -> None:
    told = anybody.get("/.well-known/openid-configuration").json()

    assert told["issuer"] == "http://sandbox.test"
    assert anybody.post(told["token_endpoint"], data=GRANT | POSTED).is_success
    assert "client_credentials" in told["grant_types_supported"]


def test_who_lets_in_its_clients_as_well_is_told_what_a_token_is_worth(clock: Clock) -> None:
    oauth = OAuth(KEYS, {CLIENT_ID: CLIENT_SECRET}, clock)
    token = new_token(Client(create_app(KEYS, clock, oauth=oauth), {}))
    worth = [oauth.standing(token), oauth.standing(f"{token}0"), oauth.standing("a.bots.token")]
    clock.move(hours=1)

    assert [*worth, oauth.standing(token)] == ["good", "unknown", "unknown", "expired"]


def test_an_app_without_clients_grants_and_takes_no_token(anybody: Client, clock: Clock) -> None:
    closed = Client(create_app(KEYS, clock), {})

    assert closed.post("/oauth/token", data=GRANT | POSTED).status_code == 401
    assert closed.post("/oauth/token", data=GRANT).status_code == 401
    assert with_token(closed, new_token(anybody)).status_code == 401


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        pytest.param(GRANT, {}, id="no client"),
        pytest.param(GRANT | POSTED | {"client_secret": "guessed"}, {}, id="wrong secret"),
        pytest.param(GRANT | POSTED | {"client_id": "nobody"}, {}, id="unknown client"),
        pytest.param(GRANT, basic(secret="guessed"), id="wrong secret in the header"),
        pytest.param(GRANT, {"Authorization": "Basic ?"}, id="malformed header"),
        pytest.param(GRANT | POSTED, basic(), id="shown twice"),
        pytest.param(POSTED, {}, id="no grant type"),
        pytest.param(POSTED | {"grant_type": "password"}, {}, id="another grant type"),
        pytest.param(GRANT | POSTED | {"scope": "all"}, {}, id="scope"),
    ],
)
def test_a_request_that_breaks_a_rule_gets_no_token(
    anybody: Client, form: dict[str, str], headers: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    response = anybody.post("/oauth/token", data=form, headers=headers)

    assert (response.status_code, response.headers.get("WWW-Authenticate"), response.json()) == (
        snapshot
    )
    assert "guessed" not in response.text


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        pytest.param(b"{}", "application/json", id="JSON"),
        pytest.param(b"grant_type=%ff", "application/x-www-form-urlencoded", id="no UTF-8"),
        pytest.param(
            b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded", id="repeated"
        ),
        pytest.param(b"&".join([b"a=1"] * 50), "application/x-www-form-urlencoded", id="too many"),
    ],
)
def test_a_body_that_is_no_form_gets_no_token(
    anybody: Client, content: bytes, content_type: str, snapshot: SnapshotAssertion
) -> None:
    headers = {"Content-Type": content_type}

    response = anybody.post("/oauth/token", content=content, headers=headers)

    assert (response.status_code, response.json()) == snapshot
