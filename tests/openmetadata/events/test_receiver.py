"""The webhook receiver: whom it lets in, what it answers, and what becomes of what it takes."""

from __future__ import annotations

import asyncio
import hmac
import inspect
import json
import logging
import resource
import sqlite3
import threading
import time
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, SecretStr

from devsession.errors import InboxError, SetupError, UsageError
from devsession.openmetadata import EventHandler, receiver
from devsession.openmetadata.events.inbox_file import again, counts
from devsession.openmetadata.events.limits import Limits
from devsession.openmetadata.events.signing import signature
from tests.openmetadata.events.sending import PATIENCE, SECRET, Noting, called, event, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata import ChangeEvent


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


# --- what is taken


def test_an_event_is_stored_and_handled(inbox: Path) -> None:
    handler = Noting(lambda each: f"{', '.join(each.changed)} noted")
    sent = event(event_type="entityUpdated")
    with receiving(handler, inbox) as catalog:
        answer = catalog.send(sent)
        assert (answer.status_code, answer.json()) == (
            200,
            {"event": sent["id"], "state": "stored"},
        )
        catalog.settle()
        kept = catalog.inbox()[0]
    assert (kept.state, kept.attempts, kept.outcome) == (
        *("done", 1, {"done": "description, displayName noted"}),
    )
    assert kept.event.entity == sent["entity"]
    assert inbox.stat().st_mode & 0o777 == 0o600


def test_an_event_that_comes_again_is_answered_and_not_handled(inbox: Path) -> None:
    handler, sent = Noting(), event()
    with receiving(handler, inbox) as catalog:
        catalog.send(sent)
        catalog.settle()
        turned = dict(reversed(sent.items()))  # the same content, written in another order
        assert [catalog.send(each).json()["state"] for each in (sent, turned)] == ["known"] * 2
    with receiving(handler, inbox) as catalog:  # after a restart, too
        assert catalog.send(sent).json()["state"] == "known"
    assert handler.handed == [sent["id"]]


def test_a_known_id_with_another_content_is_refused(inbox: Path) -> None:
    handler, sent = Noting(), event()
    with receiving(handler, inbox) as catalog:
        catalog.send(sent)
        answer = catalog.send(sent | {"userName": "mallory"})
        catalog.settle()
        assert catalog.inbox()[0].event.user_name == "ann"
    assert refused(answer) == (
        *(409, "an event with this id and another content was taken before"),
    )
    assert handler.handed == [sent["id"]]


def test_what_no_handler_takes_is_left_out(inbox: Path) -> None:
    class Logins(Noting):
        event_types = ("userLogin",)

    handler, sent = Logins(), event()
    with receiving(handler, inbox) as catalog:
        catalog.send(sent)
        assert catalog.settle() == {sent["id"]: "left out"}
    assert handler.handed == []


# --- who is let in


@pytest.mark.parametrize(
    "given",
    ["", "sha256=", "sha256=" + "0" * 64, signature("another secret", b"{}"), "sha256=ä"],
    ids=["none", "empty", "wrong", "of another secret", "not ASCII"],
)
def test_a_wrong_signature(inbox: Path, given: str) -> None:
    handler = Noting()
    with receiving(handler, inbox) as catalog:
        # Not even read: what is no event is refused as what is unsigned.
        answers = [catalog.send(body, X_OM_Signature=given) for body in (event(), b"no JSON")]
        assert catalog.inbox() == []
    assert {answer.status_code for answer in answers} == {401}


def test_a_signature_in_base64(inbox: Path) -> None:
    body = json.dumps(event()).encode()
    written = b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()
    with receiving(Noting(), inbox) as catalog:
        assert catalog.send(body, X_OM_Signature=f"sha256={written.lower()}").status_code == 401
        assert catalog.send(body, X_OM_Signature=f"sha256={written}").status_code == 200


def test_a_body_that_was_changed_after_it_was_signed(inbox: Path) -> None:
    signed = signature(SECRET, json.dumps(event()).encode())
    with receiving(Noting(), inbox) as catalog:
        assert catalog.send(event(1), X_OM_Signature=signed).status_code == 401
        assert catalog.inbox() == []


def test_secret_and_token_are_both_asked_for(inbox: Path) -> None:
    with receiving(Noting(), inbox, token="bearer-of-news") as catalog:
        statuses = [
            catalog.send(event(), Authorization=given).status_code
            for given in (
                "",
                "Bearer bearer-of-old",
                "Basic bearer-of-news",
                "bearer bearer-of-news",
            )
        ]
        unsigned = catalog.send(
            event(), Authorization="Bearer bearer-of-news", X_OM_Signature="sha256=0"
        )
    assert statuses == [401, 401, 401, 200]
    assert unsigned.status_code == 401


def test_a_token_alone(inbox: Path) -> None:
    with receiving(Noting(), inbox, secret="", token="bearer-of-news") as catalog:
        asked = catalog.send(event(), X_OM_Signature="")
        good = catalog.send(event(), Authorization="Bearer bearer-of-news", X_OM_Signature="")
    assert (asked.status_code, asked.headers["Www-Authenticate"]) == (401, "Bearer")
    assert good.status_code == 200


@pytest.mark.parametrize(
    ("peer", "status"),
    [("10.1.2.3", 200), ("::ffff:10.1.2.3", 200), ("192.0.2.1", 403), ("", 403), ("fe80::1", 403)],
)
def test_addresses(inbox: Path, peer: str, status: int) -> None:
    with receiving(Noting(), inbox, peer=peer, allow=["10.0.0.0/8"]) as catalog:
        answer = catalog.send(event(), X_Forwarded_For="10.1.2.3", Forwarded="for=10.1.2.3")
    assert answer.status_code == status


# --- bodies


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"id": NaN}',
        b'{"id": "\\ud800"}',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b"{}",
        json.dumps({**event(), "id": ""}).encode(),
        json.dumps({**event(), "timestamp": "soon"}).encode(),
        json.dumps({**event(), "entity": "{}", "changeDescription": {"fieldsAdded": 3}}).encode(),
        json.dumps({**event(), "timestamp": 10**400}).encode(),
        json.dumps({**event(), "entity": '{"a":' * 100_000}).encode(),
        json.dumps({**event(), "entity": '{"a": NaN}'}).encode(),
        json.dumps({**event(), "entity": '{"a": "\\ud800"}'}).encode(),
    ],
    ids=[
        *("empty", "broken", "list", "null", "NaN", "half a letter", "UTF-16", "deep", "no field"),
        *("no id", "no time", "no list", "no date", "deep in a text", "NaN in a text"),
        "half a letter in a text",
    ],
)
def test_what_is_no_event(inbox: Path, body: bytes, snapshot: SnapshotAssertion) -> None:
    with receiving(Noting(), inbox) as catalog:
        assert refused(catalog.send(body)) == snapshot
        assert catalog.inbox() == []


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (timedelta(days=6), 200),
        (timedelta(days=8), 400),
        (-timedelta(minutes=4), 200),
        (-timedelta(minutes=6), 400),
    ],
    ids=["a repeated one", "too old", "a clock ahead", "the future"],
)
def test_the_time_of_an_event(inbox: Path, age: timedelta, status: int) -> None:
    then = now_ms() - int(age.total_seconds() * 1000)
    with receiving(Noting(), inbox) as catalog:
        assert catalog.send(event(timestamp=then)).status_code == status


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(days=7), "7 days"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=400.5), "400.5 seconds"),
    ],
    ids=str,
)
def test_an_age_is_told_plainly(inbox: Path, age: timedelta, told: str) -> None:
    with receiving(Noting(), inbox, max_age=age) as catalog:
        answer = catalog.send(event(timestamp=now_ms() - 8 * 86_400_000))
    assert answer.json() == {"error": f"the event is older than {told}"}


def test_a_body_that_is_too_large(inbox: Path) -> None:
    with receiving(Noting(), inbox, max_bytes=1_000) as catalog:
        assert refused(catalog.send(b"x" * 1_001)) == (413, "the body is larger than 1,000 bytes")
        assert catalog.send(json.dumps(event()).encode().ljust(1_000)).status_code == 200


def test_an_endless_body_is_not_read_to_its_end(inbox: Path) -> None:
    app = receiver(Noting(), inbox=inbox, secret=SECRET, max_bytes=10_000)
    read = 0

    async def endless() -> dict[str, Any]:
        nonlocal read
        read += 1_000
        return {"type": "http.request", "body": b"x" * 1_000, "more_body": True}

    assert asyncio.run(answer_of(app, endless)) == 413
    assert 10_000 < read <= 21_000


def test_more_requests_than_are_taken_at_once(inbox: Path) -> None:
    async def two() -> tuple[int, int]:
        hang = asyncio.Event()

        async def slow() -> dict[str, Any]:
            await hang.wait()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def quick() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        app = receiver(Noting(), inbox=inbox, secret=SECRET, requests=1)
        async with app.router.lifespan_context(app):
            first = asyncio.create_task(called(app, slow))
            await asyncio.sleep(0)
            second = await called(app, quick)
            hang.set()
            return (await first).status_code, second.status_code

    assert asyncio.run(two()) == (401, 503)


async def answer_of(app: Any, receive: Any) -> int:
    async with app.router.lifespan_context(app):
        return (await called(app, receive)).status_code


# --- no room, no disk


def test_a_full_inbox(inbox: Path) -> None:
    go_on = threading.Event()
    with receiving(Noting(lambda _: str(go_on.wait(PATIENCE))), inbox, unfinished=2) as catalog:
        sent = [catalog.send(event(number)) for number in range(3)]
        assert [each.status_code for each in sent] == [200, 200, 503]
        assert int(sent[2].headers["Retry-After"]) > 0
        go_on.set()
        catalog.settle()
        assert catalog.send(event(3)).status_code == 200


def test_an_inbox_that_is_full_of_bytes(inbox: Path) -> None:
    go_on, size = threading.Event(), 10_000
    handler = Noting(lambda _: str(go_on.wait(PATIENCE)))
    large = [event(number, userName="a" * size) for number in range(4)]
    with receiving(handler, inbox, unfinished_bytes=2 * size, at_once=1) as catalog:
        sent = [catalog.send(each) for each in large[:3]]
        assert [each.status_code for each in sent] == [200, 200, 503]
        assert int(sent[2].headers["Retry-After"]) > 0
        go_on.set()
        catalog.settle()
        assert catalog.send(large[2]).status_code == 200


def test_what_fills_an_inbox_fills_it_after_a_restart(inbox: Path) -> None:
    def fails(_: object) -> None:
        raise ValueError

    with receiving(Noting(fails), inbox, attempts=1) as catalog:
        catalog.send(event(0, userName="a" * 10_000))
        catalog.settle()
    with receiving(Noting(), inbox, unfinished_bytes=10_000) as catalog:
        assert catalog.send(event(1)).status_code == 503


def test_an_inbox_that_somebody_has_locked(inbox: Path) -> None:
    handler, sent = Noting(), event()
    with receiving(handler, inbox) as catalog:
        other = sqlite3.connect(inbox, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = catalog.send(sent)
        other.close()
        assert refused(answer) == (503, "the event cannot be stored now")
        assert "Retry-After" in answer.headers
        assert catalog.send(sent).json()["state"] == "stored"
        catalog.settle()
    assert handler.handed == [sent["id"]]


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Inside, no file grows beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk(inbox: Path) -> None:
    handler, sent = Noting(), event(userName="a" * 300_000)
    with receiving(handler, inbox) as catalog:
        with full_disk(200_000):
            answer = catalog.send(sent)
        assert refused(answer) == (503, "the event cannot be stored now")
        assert catalog.inbox() == []
        assert catalog.send(sent).json()["state"] == "stored"
        catalog.settle()
    assert handler.handed == [sent["id"]]


# --- handing over


def test_the_sender_does_not_wait_for_a_slow_handler(inbox: Path) -> None:
    go_on, sent = threading.Event(), event()
    with receiving(Noting(lambda _: str(go_on.wait(PATIENCE))), inbox) as catalog:
        assert catalog.send(sent).status_code == 200
        assert catalog.states() == {sent["id"]: "waiting"}
        go_on.set()
        assert catalog.settle() == {sent["id"]: "done"}


def test_events_of_an_entity_come_in_their_order_though_one_fails(inbox: Path) -> None:
    done: list[str] = []
    failures = iter([True, True])

    def does(each: ChangeEvent) -> None:
        if each.user_name == "fails" and next(failures, False):
            raise RuntimeError("not now")
        done.append(each.id)

    sent = [event(userName="fails" if number == 3 else "ann") for number in range(12)]
    with receiving(Noting(does), inbox) as catalog:
        for each in sent:
            catalog.send(each)
        catalog.settle()
        assert catalog.inbox()[3].attempts == 3
    assert done == [each["id"] for each in sent]


def test_different_entities_are_handled_at_the_same_time(inbox: Path) -> None:
    meeting = threading.Barrier(3)
    with receiving(Noting(lambda _: str(meeting.wait(PATIENCE))), inbox, at_once=3) as catalog:
        for number in range(3):
            catalog.send(event(number))
        assert set(catalog.settle().values()) == {"done"}


def test_what_fails_too_often_is_kept_and_others_go_on(inbox: Path) -> None:
    broken = True

    def does(each: ChangeEvent) -> None:
        if broken and each.id == bad["id"]:
            raise LookupError("no such owner")

    bad, next_one, other = event(0), event(0), event(1)
    handler = Noting(does)
    with receiving(handler, inbox, attempts=3, at_once=1) as catalog:
        for each in (bad, next_one, other):
            catalog.send(each)
        states = catalog.settle()
        assert states == {bad["id"]: "failed", next_one["id"]: "done", other["id"]: "done"}
        kept = catalog.inbox()[0]
        assert kept.attempts == 3
        assert kept.outcome["error"].startswith("LookupError: no such owner (test_receiver.py:")
        assert catalog.send(bad).json()["state"] == "known"
        broken = False
        assert again(inbox) == 1
        catalog.wait(lambda: catalog.states()[bad["id"]] == "done")
    assert handler.handed.count(bad["id"]) == 4
    assert (handler.handed.count(next_one["id"]), handler.handed.count(other["id"])) == (1, 1)


def test_what_waits_is_handed_over_after_a_restart(inbox: Path) -> None:
    def fails(_: ChangeEvent) -> None:
        raise RuntimeError("not now")

    sent = [event(number) for number in range(3)]
    with receiving(Noting(fails), inbox, first_wait=60.0) as catalog:
        for each in sent:
            catalog.send(each)
        catalog.wait(lambda: all(each.attempts for each in catalog.inbox()))
    handler = Noting()
    with receiving(handler, inbox) as catalog:
        assert set(catalog.settle().values()) == {"done"}
    assert sorted(handler.handed) == sorted(each["id"] for each in sent)


def test_a_handler_that_ends_the_program_only_fails(inbox: Path) -> None:
    def ends(_: ChangeEvent) -> None:
        raise SystemExit(3)

    with receiving(Noting(ends), inbox, attempts=2, at_once=1) as catalog:
        catalog.send(event(0))
        catalog.send(event(1))
        assert set(catalog.settle().values()) == {"failed"}
        assert catalog.inbox()[0].outcome == {"error": "SystemExit(3)"}


def test_what_cannot_be_told_fails_with_the_line_of_handle(inbox: Path) -> None:
    with receiving(Noting(lambda _: 3), inbox, attempts=1) as catalog:
        catalog.send(event())
        assert set(catalog.settle().values()) == {"failed"}
        said = catalog.inbox()[0].outcome["error"]
    assert said.startswith(
        "TypeError: handle() returned int; a text, a dict or None is told (sending.py:"
    )
    assert said.endswith(" in handle)")


@pytest.mark.parametrize(
    "said",
    [{"when": timedelta(1)}, {"self": object}, {(1, 2): 3}, "ü" * 30_000, {"nan": float("nan")}],
    ids=["a value", "a class", "keys", "long", "NaN"],
)
def test_whatever_a_handler_says_is_kept(inbox: Path, said: Any) -> None:
    with receiving(Noting(lambda _: said), inbox) as catalog:
        catalog.send(event())
        assert set(catalog.settle().values()) == {"done"}
        assert 0 < len(json.dumps(catalog.inbox()[0].outcome)) < 40_000


def test_secrets_stand_in_no_outcome_and_no_log(
    inbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Config(BaseModel):
        api_key: SecretStr

    class Telling(EventHandler):
        def handle(self, event: ChangeEvent) -> str:
            key = self.config.api_key.get_secret_value()
            if event.user_name == "fails":
                raise RuntimeError(f"401 for {key} and {SECRET}")
            return f"sent with {key}"

    Telling.Config = Config
    caplog.set_level(logging.DEBUG, "devsession.openmetadata")
    with receiving(Telling.using(api_key="kx-93-hush"), inbox, attempts=1) as catalog:  # type: ignore[arg-type]
        catalog.send(event(0))
        catalog.send(event(1, userName="fails"))
        catalog.send(event(2), X_OM_Signature="sha256=0")
        catalog.settle()
        outcomes = [each.outcome for each in catalog.inbox()]
    assert outcomes[0] == {"done": "sent with REDACTED-api-key"}
    assert "REDACTED-api-key and REDACTED-events-secret" in outcomes[1]["error"]
    told = [vars(each) for each in caplog.records if each.name == "devsession.openmetadata.events"]
    assert "kx-93-hush" not in str(told)
    assert SECRET not in str(told)
    failed = next(each for each in told if each.get("state") == "failed")
    assert (failed["step"], failed["entity"]) == ("Telling", "acme.sales.public.customers")
    assert next(each for each in told if "status" in each)["status"] == 401


# --- beginning


def test_a_receiver_needs_a_secret(inbox: Path, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UsageError) as raised:
        receiver(Noting(), inbox=inbox)
    assert str(raised.value) == snapshot


@pytest.mark.parametrize(
    "options",
    [
        {"allow": ["10.0.0.1/8"]},
        {"allow": "acme"},
        {"at_once": 0},
        {"unfinished_bytes": 0},
        {"max_age": timedelta(0)},
    ],
    ids=["network", "name", "number", "bytes", "age"],
)
def test_what_a_receiver_cannot_be(
    inbox: Path, options: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as raised:
        receiver(Noting(), inbox=inbox, secret=SECRET, **options)
    assert str(raised.value) == snapshot


def test_every_limit_is_an_option_and_has_one_default() -> None:
    options = inspect.signature(receiver).parameters
    for each in fields(Limits):
        assert options[each.name].default == each.default


def test_two_receivers_on_one_inbox(inbox: Path, snapshot: SnapshotAssertion) -> None:
    def begin() -> None:
        with receiving(Noting(), inbox):
            pass

    with receiving(Noting(), inbox), pytest.raises(InboxError) as raised:
        begin()
    assert str(raised.value).replace(str(inbox), "INBOX") == snapshot
    begin()  # it is free again


@pytest.mark.parametrize("content", [b"no database, but long enough to be one" * 40, b"sqlite"])
def test_a_file_that_is_no_inbox(inbox: Path, content: bytes, snapshot: SnapshotAssertion) -> None:
    if content == b"sqlite":
        other = sqlite3.connect(inbox)
        other.execute("PRAGMA user_version = 9")
        other.close()
    else:
        inbox.write_bytes(content)
    with pytest.raises(InboxError) as raised, receiving(Noting(), inbox):
        pass
    assert str(raised.value).replace(str(inbox), "INBOX") == snapshot


def test_an_inbox_that_cannot_be_made(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "file").touch()
    inbox = tmp_path / "file" / "events.db"
    with pytest.raises(InboxError) as raised, receiving(Noting(), inbox):
        pass
    assert str(raised.value).replace(str(inbox), "INBOX") == snapshot
    assert counts(inbox) == {}


def test_a_handler_that_cannot_be_prepared(inbox: Path) -> None:
    class Unready(Noting):
        def prepare(self) -> None:
            raise ConnectionError(f"nobody takes {SECRET}")

    with pytest.raises(SetupError) as raised, receiving(Unready(), inbox):
        pass
    assert "ConnectionError: nobody takes REDACTED-events-secret" in str(raised.value)
    with receiving(Noting(), inbox):  # the lock is let go
        pass
