"""A storm: what becomes of requests, and what of the writes whose answer was lost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import Client

COMPANIES = "/objects/company/records"
CALM = {"too_many": 0, "server_errors": 0, "resets": 0, "slow": 0}
RESET = "reset"


def stormy(client: Client, **storm: Any) -> Client:
    assert client.patch("/_control", json={"storm": storm}).is_success
    return client


def fate(client: Client, method: str = "GET", path: str = "/account", **options: Any) -> object:
    """The status of the answer, or that there was none."""
    try:
        return client.request(method, path, **options).status_code
    except ConnectionResetError:
        return RESET


def fates(client: Client, count: int) -> list[object]:
    return [fate(client) for _ in range(count)]


def test_each_share_of_the_requests_meets_its_fate(client: Client) -> None:
    shares = {"too_many": 0.2, "server_errors": 0.4, "resets": 0.1, "slow": 0.1, "slow_seconds": 0}
    stormy(client, seed=7, **shares)

    met = Counter(fates(client, 1_000))

    errors = met[500] + met[502] + met[503] + met[504]
    assert met.total() == met[200] + met[429] + met[RESET] + errors
    assert min(met[500], met[502], met[503], met[504]) > 70
    assert [round(met[each] / 1_000, 1) for each in (429, RESET, 200)] == [0.2, 0.1, 0.3]


def test_the_same_seed_is_the_same_storm(client: Client) -> None:
    first = fates(stormy(client, seed=3, slow_seconds=0), 50)
    again = fates(stormy(client, seed=3, slow_seconds=0), 50)
    other = fates(stormy(client, seed=4, slow_seconds=0), 50)

    assert first == again != other


def test_it_ends(client: Client) -> None:
    stormy(client, **CALM | {"resets": 1})

    client.patch("/_control", json={"storm": None})

    assert fates(client, 3) == [200, 200, 200]


def test_a_refusal_of_the_storm_carries_either_form_of_retry_after(client: Client) -> None:
    stormy(client, **CALM | {"too_many": 1})

    waits = {client.get("/account").headers["Retry-After"] for _ in range(20)}

    assert waits == {"1", "Sat, 31 Jan 2026 09:00:02 GMT"}


def test_a_failure_is_the_apps_or_that_of_a_gateway(client: Client) -> None:
    stormy(client, **CALM | {"server_errors": 1})

    answers = {answer.status_code: answer for answer in (client.get("/account") for _ in range(20))}

    assert answers[500].json()["error"]["message"] == "The app failed: try again."
    assert answers[503].json()["error"]["message"] == "The app is busy: try again later."
    assert answers[502].text == "<html><body><h1>502 Bad Gateway</h1></body></html>"
    assert answers[504].text == "<html><body><h1>504 Gateway Timeout</h1></body></html>"


@pytest.mark.parametrize("share", ["server_errors", "resets"])
def test_of_the_writes_without_an_answer_about_half_were_made(share: str, client: Client) -> None:
    stormy(client, **CALM | {share: 1})
    heard = [fate(client, "POST", COMPANIES, json={"name": str(n)}) for n in range(40)]
    client.patch("/_control", json={"storm": None})

    made = client.get(COMPANIES).json()["records"]

    assert 201 not in heard
    assert 10 < len(made) < 30


def test_a_write_that_is_refused_was_not_made(client: Client) -> None:
    stormy(client, **CALM | {"too_many": 1})
    heard = [fate(client, "POST", COMPANIES, json={"name": str(n)}) for n in range(20)]
    client.patch("/_control", json={"storm": None})

    assert heard == [429] * 20
    assert client.get(COMPANIES).json()["records"] == []


def test_an_upsert_that_is_repeated_until_it_is_heard_is_there_once(client: Client) -> None:
    stormy(client, seed=1, too_many=0.2, server_errors=0.4, resets=0.3, slow=0)
    address = COMPANIES + "/external/1"

    heard = [fate(client, "PUT", address, json={"name": "Acme"}) for _ in range(40)]
    client.patch("/_control", json={"storm": None})

    assert 200 in heard
    assert len(client.get(COMPANIES).json()["records"]) == 1


def test_the_key_is_asked_for_in_any_weather(client: Client) -> None:
    stormy(client, **CALM | {"resets": 1})
    del client.headers["Authorization"]

    assert client.get("/account").status_code == 401
