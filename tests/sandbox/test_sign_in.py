"""A person signs in: the page, the code, the token and the next ones."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.sandbox.conftest import CLIENT_ID, CLIENT_SECRET, Clock

if TYPE_CHECKING:
    import httpx
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client

AUTHORIZE = "/oauth/authorize"
VERIFIER = "a-verifier-of-at-least-43-characters-as-the-rfc-asks"
REDIRECT = "http://127.0.0.1:8123/callback?from=app"
ASKED = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "redirect_uri": REDIRECT,
    "state": 'st"ate&=é',
    "code_challenge": urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("="),
    "code_challenge_method": "S256",
}
SHOWN = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def chosen(anybody: Client, decision: str = "allow", **other: str) -> dict[str, str]:
    """What came back to the client, once a person has chosen."""
    response = anybody.post(AUTHORIZE, data={**ASKED, **other, "decision": decision})
    return came_back(response)


def came_back(response: httpx.Response) -> dict[str, str]:
    place, _, query = response.headers["Location"].partition("?")
    assert (response.status_code, place) == (302, REDIRECT.partition("?")[0])
    return dict(parse_qsl(query))


def redeem(anybody: Client, good_code: str, **other: str) -> httpx.Response:
    form = {"code": good_code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    granted = {"grant_type": "authorization_code", **form, **SHOWN, **other}
    return anybody.post("/oauth/token", data=granted)


def refresh(anybody: Client, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, **SHOWN}
    return anybody.post("/oauth/token", data=form)


def opens(anybody: Client, token: str) -> bool:
    return anybody.get("/account", headers={"Authorization": f"Bearer {token}"}).is_success


def error(response: httpx.Response) -> tuple[int, Any]:
    assert "access_token" not in response.text
    return response.status_code, response.json()


def test_a_person_is_asked_and_the_answers_are_escaped(anybody: Client) -> None:
    page = anybody.get(AUTHORIZE, params=ASKED)

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert CLIENT_ID in page.text
    assert "st&quot;ate&amp;=é" in page.text
    assert 'value="allow">Allow<' in page.text


def test_who_allows_it_sends_a_code_that_is_good_for_tokens(anybody: Client) -> None:
    said = chosen(anybody)

    given = redeem(anybody, said["code"]).json()

    assert said == {"from": "app", "code": said["code"], "state": ASKED["state"]}
    assert given["token_type"] == "Bearer"
    assert opens(anybody, given["access_token"])


def test_who_denies_it_sends_no_code(anybody: Client) -> None:
    assert chosen(anybody, "deny") == {
        "from": "app",
        "error": "access_denied",
        "error_description": "The person said no.",
        "state": ASKED["state"],
    }


def test_a_refresh_token_gets_the_next_ones_once(anybody: Client, clock: Clock) -> None:
    first = redeem(anybody, chosen(anybody)["code"]).json()
    clock.move(hours=2)
    second = refresh(anybody, first["refresh_token"]).json()

    assert not opens(anybody, first["access_token"])
    assert opens(anybody, second["access_token"])
    assert error(refresh(anybody, first["refresh_token"])) == (
        400,
        {"error": "invalid_grant", "error_description": "This refresh token was used before."},
    )
    assert refresh(anybody, second["refresh_token"]).is_success


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"code_verifier": "another"}, id="another verifier"),
        pytest.param({"code_verifier": ""}, id="no verifier"),
        pytest.param({"redirect_uri": "http://127.0.0.1:1/callback"}, id="another redirect"),
        pytest.param({"redirect_uri": "é"}, id="no address"),
        pytest.param({"code": "sbo_e30.0"}, id="another code"),
        pytest.param({"code": ""}, id="no code"),
        pytest.param({"client_secret": "guessed"}, id="another secret"),
    ],
)
def test_a_code_is_good_for_its_own_request_only(
    anybody: Client, other: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert error(redeem(anybody, chosen(anybody)["code"], **other)) == snapshot


def test_a_code_is_used_once(anybody: Client, snapshot: SnapshotAssertion) -> None:
    code = chosen(anybody)["code"]
    redeem(anybody, code)

    assert error(redeem(anybody, code)) == snapshot


def test_a_code_lasts_a_minute(anybody: Client, clock: Clock, snapshot: SnapshotAssertion) -> None:
    code = chosen(anybody)["code"]
    clock.move(seconds=60)

    assert error(redeem(anybody, code)) == snapshot


def test_an_access_token_is_neither_a_code_nor_a_refresh_token(anybody: Client) -> None:
    token = redeem(anybody, chosen(anybody)["code"]).json()["access_token"]

    assert redeem(anybody, token).status_code == 400
    assert refresh(anybody, token).status_code == 400


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"response_type": "token"}, id="implicit"),
        pytest.param({"code_challenge": ""}, id="no challenge"),
        pytest.param({"code_challenge_method": "plain"}, id="a plain challenge"),
        pytest.param({"scope": "all"}, id="scope"),
    ],
)
def test_the_client_is_told_what_is_wrong(
    anybody: Client, other: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert came_back(anybody.get(AUTHORIZE, params=ASKED | other)) == snapshot
    assert chosen(anybody, **other) == snapshot


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"client_id": "nobody"}, id="unknown client"),
        pytest.param({"redirect_uri": "http://evil.example/"}, id="another machine"),
        pytest.param({"redirect_uri": "javascript:alert(1)"}, id="no address"),
        pytest.param({"redirect_uri": "https://app.example/#x"}, id="fragment"),
        pytest.param({"redirect_uri": "http://["}, id="half an address"),
        pytest.param({"redirect_uri": ""}, id="no redirect"),
    ],
)
def test_where_nobody_can_be_told_the_person_is(anybody: Client, other: dict[str, str]) -> None:
    asked = anybody.get(AUTHORIZE, params=ASKED | other)
    decided = anybody.post(AUTHORIZE, data=ASKED | other | {"decision": "allow"})

    assert [(page.status_code, "Location" in page.headers) for page in (asked, decided)] == [
        (400, False),
        (400, False),
    ]
    assert "This sign-in cannot go on" in asked.text


def test_the_description_says_where(anybody: Client) -> None:
    flows = anybody.get("/openapi.json").json()["components"]["securitySchemes"]["client"]["flows"]

    assert urlsplit(flows["authorizationCode"]["authorizationUrl"]).path == AUTHORIZE
