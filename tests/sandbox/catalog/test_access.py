"""Whom the catalog lets in besides its first token: who logs in, and the practice app's clients."""

from __future__ import annotations

import base64
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from devsession.sandbox.catalog import create_catalog
from devsession.sandbox.process import CATALOG_EMAIL
from tests.sandbox.catalog.conftest import TOKEN, Api, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.sandbox.catalog.access import Standing
    from tests.sandbox.catalog.conftest import Clock

PASSWORD = "sbp_password-of-the-tests"


class Beside:
    """Another who gives tokens."""

    standings: dict[str, Standing]

    def __init__(self) -> None:
        self.standings = {"of-the-app": "good", "of-yesterday": "expired"}

    def standing(self, token: str) -> Standing:
        return self.standings.get(token, "unknown")

    def expire_tokens(self) -> None:
        self.standings = dict.fromkeys(self.standings, "expired")


@pytest.fixture
def api(tmp_path: Path, clock: Clock) -> Iterator[Api]:
    """An empty catalog, and nothing shown to it yet."""
    about = {"password": PASSWORD, "issuer": Beside()}
    with closing(create_catalog(TOKEN, tmp_path / "catalog", clock, **about)) as catalog:
        api = Api(catalog)
        api.headers = {}
        yield api


def encoded(password: str) -> str:
    return base64.b64encode(password.encode()).decode()


def log_in(api: Api) -> dict[str, str]:
    """Shows the new token from now on; what came with it."""
    sent = {"email": CATALOG_EMAIL, "password": encoded(PASSWORD)}
    return showing(api, api.post("/users/login", json=sent).json())


def showing(api: Api, given: dict[str, str]) -> dict[str, str]:
    api.headers = {"Authorization": f"Bearer {given['accessToken']}"}
    return given


def status(api: Api) -> int:
    return api.get("/users/name/admin").status_code


def test_who_logs_in_is_let_in_for_an_hour(api: Api, clock: Clock) -> None:
    given = log_in(api)
    before = status(api)
    clock.time += 3_600_000

    assert (given["tokenType"], before) == ("Bearer", 200)
    assert int(given["expiryDuration"]) <= clock.time
    assert refusal(api.get("/users/name/admin")) == (401, "Token has expired!")


def test_a_refresh_token_is_good_once(api: Api) -> None:
    sent = {"refreshToken": log_in(api)["refreshToken"]}
    api.request("POST", "/_control/expire_tokens")
    again = api.post("/users/refresh", json=sent)
    showing(api, again.json())

    assert status(api) == 200
    assert refusal(api.post("/users/refresh", json=sent)) == (400, "Invalid Refresh Token")


def test_a_refresh_token_is_good_for_a_week(api: Api, clock: Clock) -> None:
    sent = {"refreshToken": log_in(api)["refreshToken"]}
    clock.time += 7 * 24 * 3_600_000

    assert refusal(api.post("/users/refresh", json=sent)) == (400, "Invalid Refresh Token")


def test_an_expired_token_is_forgotten_after_a_day_and_the_first_one_never(
    api: Api, clock: Clock
) -> None:
    yesterday = log_in(api)
    api.request("POST", "/_control/expire_tokens")
    said = refusal(api.get("/users/name/admin"))
    clock.time += 25 * 3_600_000
    good = log_in(api)
    showing(api, yesterday)
    said_then = refusal(api.get("/users/name/admin"))
    showing(api, good)
    now = status(api)
    showing(api, {"accessToken": TOKEN})

    assert (said, said_then) == (
        (401, "Token has expired!"),
        (401, "Not Authorized! Invalid Token"),
    )
    assert now == 200
    assert refusal(api.get("/users/name/admin")) == (401, "Token has expired!")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"email": CATALOG_EMAIL, "password": encoded("guessed")}, 401),
        ({"email": "nobody@example.com", "password": encoded(PASSWORD)}, 401),
        ({"email": CATALOG_EMAIL, "password": PASSWORD}, 400),
        ({"email": CATALOG_EMAIL, "password": "ü"}, 400),
        ({"email": CATALOG_EMAIL}, 400),
        ([], 400),
    ],
    ids=["another password", "nobody", "no base64", "an accent", "no password", "a list"],
)
def test_who_does_not_log_in_gets_no_token(api: Api, sent: object, code: int) -> None:
    answer = api.post("/users/login", json=sent)

    assert refusal(answer)[0] == code
    assert PASSWORD not in answer.text


def test_without_a_password_nobody_logs_in(tmp_path: Path) -> None:
    with closing(create_catalog(TOKEN, tmp_path / "other")) as catalog:
        answer = Api(catalog).post("/users/login", json={"email": CATALOG_EMAIL, "password": ""})

    assert refusal(answer)[0] == 401


def test_tokens_of_the_app_beside_let_in_until_they_expire(api: Api) -> None:
    api.headers = {"Authorization": "Bearer of-yesterday"}
    expired = refusal(api.get("/users/name/admin"))
    api.headers = {"Authorization": "Bearer of-nobody"}
    unknown = refusal(api.get("/users/name/admin"))
    api.headers = {"Authorization": "Bearer of-the-app"}
    good = status(api)
    api.set(token_calls=0)

    assert expired == (401, "Token has expired!")
    assert unknown == (401, "Not Authorized! Invalid Token")
    assert (good, status(api)) == (200, 401)
