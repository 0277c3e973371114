"""A rate limit, set while the app runs."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.answers import refusal

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client
    from tests.sandbox.conftest import Clock


def limit(client: Client, **settings: Any) -> None:
    assert client.patch("/_control", json=settings).is_success


def answers(client: Client, count: int) -> list[int]:
    return [client.get("/account").status_code for _ in range(count)]


def test_a_request_too_many_is_told_how_long_to_wait(
    client: Client, clock: Clock, snapshot: SnapshotAssertion
) -> None:
    limit(client, rate="5/minute")

    assert answers(client, 6) == [200] * 5 + [429]
    clock.move(seconds=19.5)
    refused = client.get("/account")
    assert refusal(refused) == snapshot
    assert refused.headers["Retry-After"] == "41"


def test_after_that_time_it_is_let_in_again(client: Client, clock: Clock) -> None:
    limit(client, rate="1/second")
    answers(client, 2)

    clock.move(seconds=int(client.get("/account").headers["Retry-After"]))

    assert answers(client, 2) == [200, 429]


def test_the_time_to_wait_can_come_as_a_date(client: Client, clock: Clock) -> None:
    limit(client, rate="1/second", retry_after="date")
    answers(client, 1)
    clock.move(milliseconds=1)

    retry_after = client.get("/account").headers["Retry-After"]

    assert retry_after == "Sat, 31 Jan 2026 09:00:02 GMT"
    clock.time = parsedate_to_datetime(retry_after)
    assert answers(client, 2) == [200, 429]


def test_what_is_refused_is_not_done(client: Client) -> None:
    limit(client, rate="1/hour")

    client.post("/objects/company/records", json={"name": "Acme"})
    client.post("/objects/company/records", json={"name": "Other"})

    limit(client, rate=None)
    records = client.get("/objects/company/records").json()["records"]
    assert [record["name"] for record in records] == ["Acme"]


def test_other_settings_leave_the_count(client: Client) -> None:
    limit(client, rate="1/hour")
    answers(client, 1)

    limit(client, storm=None)

    assert answers(client, 1) == [429]


def test_the_limit_is_taken_away(client: Client) -> None:
    limit(client, rate="1/hour")
    limit(client, rate=None)

    assert answers(client, 3) == [200, 200, 200]


@pytest.mark.parametrize(
    "settings",
    [
        {"rate": "5"},
        {"rate": "0/second"},
        {"rate": "5/day"},
        {"rate": 5},
        {"rate": "1/second", "retry_after": "never"},
        {"speed": "fast"},
        {"storm": {"resets": 2}},
        {"storm": {"resets": 0.5, "slow": 0.6}},
        {"storm": "on"},
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    client: Client, settings: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    before = client.get("/_control").json()

    assert refusal(client.patch("/_control", json=settings)) == snapshot
    assert client.get("/_control").json() == before


def test_only_the_key_opens_the_control(anybody: Client) -> None:
    assert anybody.get("/_control").status_code == 401
