"""How events reach those who subscribed, and what becomes of those that do not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sqlite3
import threading
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import requests

from devsession import sandbox
from devsession.sandbox import set_catalog, start_sandbox, stop_sandbox
from devsession.sandbox.catalog import create_catalog
from devsession.sandbox.catalog.store import FILE_NAME
from tests.sandbox.catalog.conftest import SCHEMA, TOKEN, Api, Clock, table
from tests.sandbox.catalog.subscriber import Subscriber, listening, subscribe, subscription
from tests.sandbox.catalog.test_kept import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

SECRET = "the-secret-of-both"
_SECONDS = 30


@pytest.fixture
def quick(shop: Api) -> Api:
    """A shop whose catalog sends again at once."""
    shop.set(event_pauses=[0])
    return shop


def status(api: Api) -> dict[str, Any]:
    content = api.get("/events/subscriptions/name/listener").json()
    told: dict[str, Any] = content["destinations"][0]["statusDetails"]
    return told


def record(api: Api) -> dict[str, int]:
    content: dict[str, int] = api.get("/events/subscriptions/name/listener/eventsRecord").json()
    return content


def until(api: Api, **counts: int) -> None:
    """Waits until the record of events says so."""
    deadline = time.monotonic() + _SECONDS
    while not counts.items() <= record(api).items():
        assert time.monotonic() < deadline, record(api)
        time.sleep(0.01)


def names(events: list[dict[str, Any]]) -> list[str]:
    return [each["entity"]["name"] for each in events]


def test_a_delivery_is_one_post_of_json_with_the_headers_that_were_asked_for(
    shop: Api, subscriber: Subscriber
) -> None:
    config = {
        "headers": {"Authorization": "Bearer abc", "X-Team": "data"},
        "queryParams": {"from": "the catalog"},
    }
    subscribe(shop, subscriber, config=config)

    shop.put("/tables", json=table("orders"))

    (delivery,) = subscriber.arrived()
    assert (delivery.method, delivery.path) == ("POST", "/events?from=the+catalog")
    assert delivery.headers["content-type"] == "application/json"
    assert delivery.headers["authorization"] == "Bearer abc"
    assert delivery.headers["x-team"] == "data"
    assert "x-om-signature" not in delivery.headers


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_delivery_comes_by_the_method_that_was_asked_for(
    shop: Api, subscriber: Subscriber, method: str
) -> None:
    subscribe(shop, subscriber, config={"httpMethod": method})

    shop.put("/tables", json=table("orders"))

    assert [each.method for each in subscriber.arrived()] == [method]


@pytest.mark.parametrize("written", ["hex", "base64"])
def test_a_delivery_is_signed_with_the_secret(
    shop: Api, subscriber: Subscriber, written: str
) -> None:
    shop.set(event_signature=written)
    subscribe(shop, subscriber, config={"secretKey": SECRET})

    shop.put("/tables", json=table("ß"))

    (delivery,) = subscriber.arrived()
    digest = hmac.new(SECRET.encode(), delivery.body, hashlib.sha256)
    expected = {"hex": digest.hexdigest(), "base64": base64.b64encode(digest.digest()).decode()}
    assert delivery.headers["x-om-signature"] == f"sha256={expected[written]}"
    assert SECRET.encode() not in delivery.body


@pytest.mark.parametrize("refused", [302, 400, 401, 410, 429, 500, 503])
def test_an_event_that_is_refused_is_sent_again_as_it_was_and_before_the_next(
    quick: Api, subscriber: Subscriber, refused: int
) -> None:
    subscriber.answers = [refused, refused]
    subscribe(quick, subscriber)

    quick.bulk("tables", [table("a"), table("b")])

    first, second, third, fourth = subscriber.arrived(4)
    assert first.body == second.body == third.body
    assert names([third.event, fourth.event]) == ["a", "b"]
    until(quick, successfulEventsCount=2, failedEventsCount=0, pendingEventsCount=0)
    assert status(quick)["status"] == "active"
    assert status(quick)["lastFailedStatusCode"] == refused


def test_an_event_that_is_refused_too_often_is_kept_as_failed_and_the_next_is_sent(
    quick: Api, subscriber: Subscriber, snapshot: SnapshotAssertion
) -> None:
    subscriber.answers = [500, 500, 500]
    kept = subscribe(quick, subscriber, retries=2)

    quick.bulk("tables", [table("a"), table("b")])

    assert names(subscriber.events(4)) == ["a", "a", "a", "b"]
    until(quick, totalEventsCount=2, successfulEventsCount=1, failedEventsCount=1)
    (failed,) = quick.get(f"/events/subscriptions/id/{kept['id']}/failedEvents").json()
    assert failed["failingSubscriptionId"] == kept["id"]
    assert failed["changeEvent"]["entityFullyQualifiedName"] == f"{SCHEMA}.a"
    assert {key: failed[key] for key in ("reason", "retriesLeft")} == snapshot
    assert quick.get("/events/subscriptions/name/listener/failedEvents").json() == [failed]


def test_the_status_says_that_an_event_is_refused_and_when_it_is_sent_again(
    shop: Api, subscriber: Subscriber
) -> None:
    shop.set(event_pauses=[3600])
    subscriber.answers = [503, 503]
    kept = subscribe(shop, subscriber)
    shop.put("/tables", json=table("a"))
    subscriber.arrived()

    destination = kept["destinations"][0]["id"]
    deadline = time.monotonic() + _SECONDS
    while status(shop)["status"] != "awaitingRetry":
        assert time.monotonic() < deadline
    told = shop.get(f"/events/subscriptions/{kept['id']}/status/{destination}").json()
    assert told["nextAttempt"] == told["lastFailedAt"] + 3_600_000
    assert told["lastFailedReason"] == "answered with 503 Service Unavailable"

    shop.set(event_pauses=[0])
    subscribe(shop, subscriber)  # once more: it does not wait any longer
    subscriber.arrived(2)
    until(shop, successfulEventsCount=1)


def test_events_wait_while_nobody_listens_and_none_is_given_up(quick: Api) -> None:
    with listening() as subscriber:
        port = subscriber.port
    subscribe(quick, subscriber, retries=0)
    quick.bulk("tables", [table("a"), table("b")])
    quick.put("/tables", json=table("c"))

    deadline = time.monotonic() + _SECONDS
    while "lastFailedReason" not in status(quick):
        assert time.monotonic() < deadline
    assert status(quick)["lastFailedReason"].startswith("nobody answers there")
    assert record(quick)["pendingEventsCount"] == 3

    with listening(port) as again:
        assert names(again.events(3)) == ["a", "b", "c"]
        until(quick, successfulEventsCount=3, failedEventsCount=0, pendingEventsCount=0)


def test_a_subscriber_that_does_not_answer_holds_neither_others_nor_the_catalog(
    quick: Api, subscriber: Subscriber
) -> None:
    with listening() as slow:
        slow.held.clear()
        subscribe(quick, slow, name="slow")
        subscribe(quick, subscriber)

        quick.bulk("tables", [table(f"t{number}") for number in range(20)])

        assert len(subscriber.events(20)) == 20
        slow.arrived()
        slow.held.set()
        assert names(slow.events(19)) == [f"t{number}" for number in range(1, 20)]


def test_an_answer_that_takes_too_long_is_none(quick: Api, subscriber: Subscriber) -> None:
    subscriber.held.clear()
    sent = subscription(subscriber.url, retries=0)
    sent["destinations"][0]["readTimeout"] = 1
    quick.put("/events/subscriptions", json=sent)

    quick.put("/tables", json=table("a"))

    until(quick, failedEventsCount=1)
    assert status(quick)["status"] == "retryLimitReached"
    assert status(quick)["lastFailedReason"] == "it was not answered in time"


def test_who_falls_too_far_behind_is_told_no_more_and_it_is_said(
    shop: Api,
    subscriber: Subscriber,
    snapshot: SnapshotAssertion,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop.set(event_limit=2)
    with listening() as slow:
        slow.held.clear()
        subscribe(shop, slow)
        subscribe(shop, subscriber, name="other")

        for name in ("a", "b", "c"):
            shop.put("/tables", json=table(name))
            assert names(subscriber.events()) == [name]
            if name == "a":
                slow.arrived()

        told = status(shop)
        assert (told["status"], told["lastFailedReason"]) == snapshot
        assert told["lastFailedReason"] in caplog.text
        assert record(shop)["pendingEventsCount"] == 0
        assert record(shop)["failedEventsCount"] == 3

        slow.held.set()
        subscribe(shop, slow)
        shop.put("/tables", json=table("d"))
        assert names(slow.events()) == ["d"]
        assert status(shop)["status"] == "active"


def test_who_is_held_loses_nothing_by_events_of_other_types(
    shop: Api, subscriber: Subscriber
) -> None:
    shop.set(event_limit=2)
    with listening() as slow:
        slow.held.clear()
        subscribe(shop, slow, resources=["databaseSchema"])
        subscribe(shop, subscriber, name="other", resources=["table"])
        schema = {"name": "held", "database": SCHEMA.rpartition(".")[0]}
        shop.put("/databaseSchemas", json=schema)
        slow.arrived()

        for name in ("a", "b", "c", "d"):
            shop.put("/tables", json=table(name))
            assert names(subscriber.events()) == [name]

        assert status(shop)["status"] == "active"
        assert record(shop)["pendingEventsCount"] == 1
        slow.held.set()
        until(shop, successfulEventsCount=1, failedEventsCount=0, pendingEventsCount=0)


def test_an_event_is_kept_for_those_only_who_want_it(
    tmp_path: Path, clock: Clock, subscriber: Subscriber
) -> None:
    with listening() as away:
        pass
    with closing(create_catalog(TOKEN, tmp_path, clock)) as catalog:
        api = Api(catalog)
        subscribe(api, away, name="other", resources=["team"])
        subscribe(api, subscriber, resources=["user"])
        api.put("/teams", json={"name": "data", "teamType": "Group"})
        for name in ("ada", "bob"):
            api.put("/users", json={"name": name, "email": f"{name}@example.com"})
        until(api, successfulEventsCount=2)

    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as kept:
        assert kept.execute("select type from events").fetchall() == [("team",)]


def test_a_disabled_subscription_is_told_nothing_of_what_happens_meanwhile(
    shop: Api, subscriber: Subscriber
) -> None:
    subscribe(shop, subscriber, enabled=False)
    shop.put("/tables", json=table("a"))
    assert status(shop)["status"] == "disabled"

    subscribe(shop, subscriber)
    shop.put("/tables", json=table("b"))

    assert names(subscriber.events()) == ["b"]


def test_what_was_not_sent_is_sent_by_the_next_catalog_on_the_folder(
    tmp_path: Path, clock: Clock
) -> None:
    with listening() as away:
        port = away.port
    with closing(create_catalog(TOKEN, tmp_path, clock)) as catalog:
        subscribe(Api(catalog), away)
        Api(catalog).put("/users", json={"name": "ada", "email": "ada@example.com"})

    with listening(port) as subscriber, closing(create_catalog(TOKEN, tmp_path, clock)):
        assert names(subscriber.events()) == ["ada"]


def test_a_catalog_ends_in_time_whatever_a_subscriber_does(tmp_path: Path, clock: Clock) -> None:
    with listening() as subscriber:
        subscriber.held.clear()
        catalog = create_catalog(TOKEN, tmp_path, clock)
        subscribe(Api(catalog), subscriber)
        Api(catalog).put("/users", json={"name": "ada", "email": "ada@example.com"})
        subscriber.arrived()

        ended = threading.Thread(target=catalog.close)
        ended.start()
        ended.join(_SECONDS)

        assert not ended.is_alive()
        with closing(create_catalog(TOKEN, tmp_path, clock)) as again:
            assert names(subscriber.events()) == ["ada"]
            subscriber.held.set()
            until(Api(again), successfulEventsCount=1)


def test_a_catalog_without_subscribers_has_no_thread_and_keeps_no_event(
    shop: Api, subscriber: Subscriber
) -> None:
    before = threading.active_count()
    shop.put("/tables", json=table("a"))
    assert threading.active_count() <= before  # of another test one may have ended meanwhile

    subscribe(shop, subscriber)
    assert record(shop)["totalEventsCount"] == 0


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stop_sandbox(tmp_path)


def test_no_event_is_lost_when_the_catalog_is_killed_between_change_and_delivery(
    workspace: Path,
) -> None:
    with listening() as away:
        port = away.port
    sandbox.subscribe(workspace, away.url, SECRET)
    catalog = served(workspace)
    catalog.put("/services/databaseServices", {"name": "shop", "serviceType": "X"})
    catalog.put("/databases", {"name": "sales", "service": "shop"})
    catalog.put("/databaseSchemas", {"name": "public", "database": "shop.sales"})
    catalog.put("/tables/bulk?async=false", [table(f"t{number}") for number in range(50)])

    process = psutil.Process(start_sandbox(workspace).pid)
    process.kill()
    process.wait(_SECONDS)

    with listening(port) as subscriber:
        sandbox.subscribe(workspace, subscriber.url, SECRET)
        events = subscriber.events(53)
        sandbox.unsubscribe(workspace, subscriber.url)
        assert subscriber.nothing_more()
    assert names(events)[3:] == [f"t{number}" for number in range(50)]
    assert len({each["id"] for each in events}) == 53
    stop_sandbox(workspace)
    assert SECRET not in (workspace / ".devsession" / "sandbox.log").read_text()


@pytest.mark.long
def test_every_change_is_told_and_nothing_else_however_often_the_catalog_is_killed(
    workspace: Path,
) -> None:
    with listening() as subscriber:
        subscriber.answers = [500, 200, 503, 200, 200] * 400
        sandbox.subscribe(workspace, subscriber.url, SECRET)
        set_catalog(workspace, {"event_pauses": [0.01]})
        catalog = served(workspace)
        catalog.put("/services/databaseServices", {"name": "shop", "serviceType": "X"})
        catalog.put("/databases", {"name": "sales", "service": "shop"})
        catalog.put("/databaseSchemas", {"name": "public", "database": "shop.sales"})
        for life in range(10):
            process = psutil.Process(start_sandbox(workspace).pid)
            threading.Timer(0.05 + life * 0.05, process.kill).start()
            with suppress(requests.RequestException):
                for number in range(1000):
                    sent = [table(f"{life}-{number}-{each}") for each in range(10)]
                    catalog.put("/tables/bulk?async=false", sent)
            process.wait(_SECONDS)
            catalog = served(workspace)
            set_catalog(workspace, {"event_pauses": [0.01]})

        there = {each["name"] for each in catalog.get("/tables?limit=100000")["data"]}
        name = "/events/subscriptions?limit=1"
        (shown,) = catalog.get(name)["data"]
        record = f"/events/subscriptions/id/{shown['id']}/eventsRecord"
        while catalog.get(record)["pendingEventsCount"]:
            time.sleep(0.1)
        told = [each.event for each in subscriber.everything()]

    tables = [each for each in told if each["entityType"] == "table"]
    assert {each["entity"]["name"] for each in tables} == there
    assert len({each["id"] for each in tables}) == len(there) > 100
    assert catalog.get(record)["failedEventsCount"] == 0
