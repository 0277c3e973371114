"""What an author can have happen to calls of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.catalog.conftest import SCHEMA, refusal, table

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.catalog.conftest import Api, Clock


def statuses(api: Api, count: int, path: str = "/system/version") -> list[int]:
    return [api.get(path).status_code for _ in range(count)]


def test_the_next_calls_meet_their_fates_in_order(api: Api) -> None:
    api.set(next=["429", "ok", "500", "504"])

    assert statuses(api, 6) == [429, 200, 500, 504, 200, 200]


def test_a_refused_call_is_told_when_to_come_again(api: Api) -> None:
    api.set(next=["429", "503", "429"], retry_after=7)
    told = [api.get("/system/version") for _ in range(2)]
    api.set(retry_after=None)
    untold = api.get("/system/version")

    assert [refusal(each) for each in (*told, untold)] == [
        (429, "Too Many Requests"),
        (503, "Service Unavailable"),
        (429, "Too Many Requests"),
    ]
    assert [each.headers.get("Retry-After") for each in (*told, untold)] == ["7", "7", None]


def test_every_so_many_calls_one_fails_until_that_is_lifted(api: Api) -> None:
    api.set(every={"calls": 3, "fate": "503"})
    stormy = statuses(api, 7)
    api.set(every=None)

    assert stormy == [200, 200, 503, 200, 200, 503, 200]
    assert statuses(api, 4) == [200] * 4


def test_only_calls_of_an_address_meet_it(shop: Api) -> None:
    shop.set(on="/bulk", next=["503"])

    assert statuses(shop, 2) == [200, 200]
    answer = shop.put("/tables/bulk?async=false", json=[table("t")])
    assert (answer.status_code, shop.get("/tables").json()["data"]) == (503, [])


def test_half_an_answer_is_no_json_and_the_call_was_carried_out(shop: Api) -> None:
    shop.set(next=["truncated"])

    answer = shop.put("/tables", json=table("t"))

    assert answer.status_code == 201
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert shop.get(f"/tables/name/{SCHEMA}.t").status_code == 200


def test_a_rate_limit_counts_every_call_of_a_window(api: Api, clock: Clock) -> None:
    api.set(rate="2/minute")
    limited = [api.get("/system/version") for _ in range(3)]
    clock.time += 60_000

    assert [each.status_code for each in limited] == [200, 200, 429]
    assert int(limited[-1].headers["Retry-After"]) > 50
    assert statuses(api, 1) == [200]


def test_a_token_runs_out_after_so_many_calls_and_another_lets_in(api: Api) -> None:
    api.set(token_calls=2)
    before = statuses(api, 3)
    expired = refusal(api.get("/system/version"))
    token = api.request("POST", "/_control/token").json()["token"]
    api.headers = {"Authorization": f"Bearer {token}"}

    assert before == [200, 200, 401]
    assert expired == (401, "Token has expired!")
    assert statuses(api, 3) == [200, 200, 200]
    assert token.count(".") == 2


def test_the_first_token_is_good_again_when_the_limit_is_lifted(api: Api) -> None:
    api.request("POST", "/_control/expire_tokens")
    expired = statuses(api, 1)
    api.set(token_calls=None)

    assert (expired, statuses(api, 1)) == ([401], [200])


def test_a_named_entity_is_refused_in_a_bulk_and_alone(
    shop: Api, snapshot: SnapshotAssertion
) -> None:
    shop.set(refuse=[f"{SCHEMA}.bad"])

    bulk = shop.bulk("tables", [table("good"), table("bad")])
    alone = shop.put("/tables", json=table("bad"))
    shop.set(refuse=[])

    assert (bulk, refusal(alone)) == snapshot
    assert shop.bulk("tables", [table("bad")])["status"] == "success"


def test_what_is_set_is_shown(api: Api, snapshot: SnapshotAssertion) -> None:
    api.set(next=["429"], refuse=["a.b"], on="/tables")

    assert api.get("/_control").json() == snapshot


@pytest.mark.parametrize(
    "settings",
    [
        {"next": ["slow"]},
        {"next": "429"},
        {"every": {"calls": 0, "fate": "503"}},
        {"rate": "fast"},
        {"colour": "red"},
        [],
    ],
    ids=str,
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(
    api: Api, settings: Any, snapshot: SnapshotAssertion
) -> None:
    before = api.get("/_control").json()

    answer = api.request("PATCH", "/_control", json=settings)

    assert refusal(answer) == snapshot
    assert api.get("/_control").json() == before


def test_nobody_sets_anything_without_a_token(api: Api) -> None:
    api.headers = {"Authorization": "Bearer wrong"}

    assert api.request("PATCH", "/_control", json={}).status_code == 401
