"""Managed inbound processing: one stream a call, side by side, each failing alone."""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import (
    DeadlineError,
    DefinitionError,
    MissError,
    PluginRaisedError,
    UsageError,
)
from devsession.http.clock import DrivenClock
from devsession.http.deadline import Deadline, current_deadline, until
from devsession.plugin import (
    StoredStreamConfiguration,
    StreamConfiguration,
    managed_inbound_processing,
)
from devsession.plugin.inbound import InboundSyncRequest, Pace, Secrets, StreamRecords

if TYPE_CHECKING:
    from collections.abc import Callable

# Longer than any of this takes, so that a test which would hang fails.
PATIENCE = 30


def stream(name: str, depends_on: str | None = None) -> StoredStreamConfiguration:
    return StoredStreamConfiguration(
        stream_name=name,
        sync_strategy="Incremental",
        storage_behaviour="merge",
        primary_key_field="id",
        stream=StreamConfiguration(
            stream_name=name,
            supported_sync_strategies=["Incremental"],
            depends_on_stream=depends_on,
        ),
    )


def request_of(*streams: StoredStreamConfiguration, **options: Any) -> InboundSyncRequest:
    return InboundSyncRequest(streams, StreamRecords(), **options)


def page(number: int = 1) -> list[dict[str, int]]:
    return [{"id": number}]


class Reader:
    """A plugin's methods, and which streams they were called with."""

    def __init__(self) -> None:
        self.read_names: list[str] = []

    @managed_inbound_processing(concurrency=2)
    def by_place(self, parameters: object, one: StoredStreamConfiguration, extra: str = "") -> None:
        self.read_names.append(one.stream_name + extra)

    @managed_inbound_processing(concurrency=2)
    def by_name(self, stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        self.read_names.append(stream.stream_name)


@pytest.mark.parametrize(
    "call",
    [
        lambda reader, request: reader.by_place({}, request.streams),
        lambda reader, request: reader.by_place({}, tuple(request.streams), extra=""),
        lambda reader, request: reader.by_name(request.streams, request),
        lambda reader, request: reader.by_name(stream=request.streams, request=request),
        lambda reader, request: reader.by_name(streams=request.streams, request=request),
        lambda reader, request: reader.by_name(request=request),
        lambda reader, request: [reader.by_name(each, request) for each in request.streams],
    ],
)
def test_a_method_is_called_with_one_stream_at_a_time(call: Callable[..., None]) -> None:
    reader, request = Reader(), request_of(stream("a"), stream("b"))
    call(reader, request)
    assert sorted(reader.read_names) == ["a", "b"]


def test_no_streams_are_none_to_read() -> None:
    reader = Reader()
    reader.by_name(stream=[], request=request_of())
    assert reader.read_names == []
    with pytest.raises(UsageError, match="without streams"):
        reader.by_place({}, "a")


@pytest.mark.parametrize("concurrency", [0, True, "4", None])
def test_concurrency_is_a_whole_number(concurrency: Any) -> None:
    with pytest.raises(DefinitionError, match="whole number"):
        managed_inbound_processing(concurrency)


def test_streams_are_marked_and_read_side_by_side_with_the_callers_context() -> None:
    request, both = request_of(stream("a"), stream("b")), threading.Barrier(2, timeout=PATIENCE)
    tenant = ContextVar("tenant", default="nobody")
    tenant.set("acme")
    seen = []

    @managed_inbound_processing(concurrency=2)
    def read(stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        both.wait()  # which both of them have to reach
        seen.append(tenant.get())
        request.enqueue_results(stream.stream_name, page(), {"at": 1})

    with request:
        read(request=request)
    assert seen == ["acme", "acme"]
    assert [each.complete for each in request.progress.values()] == [True, True]
    assert request.report.findings == ()


def test_a_stream_waits_for_the_one_that_it_depends_on() -> None:
    order = []

    @managed_inbound_processing(concurrency=4)
    def read(stream: StoredStreamConfiguration) -> None:
        order.append(stream.stream_name)

    read([stream("c", "b"), stream("b", "a"), stream("a"), stream("z", "not read here")])
    assert sorted(order) == ["a", "b", "c", "z"]
    assert order.index("a") < order.index("b") < order.index("c")


@pytest.mark.parametrize("raised", [ValueError("key t0p is wrong"), SystemExit("t0p")])
def test_one_failure_leaves_the_others_running_and_is_told_redacted(raised: BaseException) -> None:
    store = StreamRecords()
    streams = [stream("bad"), stream("child", "bad"), stream("good"), stream("other")]
    request = InboundSyncRequest(
        streams, store, secrets=Secrets(redact=lambda text: text.replace("t0p", "REDACTED"))
    )

    @managed_inbound_processing(concurrency=1)
    def read(stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        request.enqueue_results(stream.stream_name, page(1), {"at": 1})
        request.enqueue_results(stream.stream_name, page(2))
        if stream.stream_name == "bad":
            raise raised

    def run() -> None:
        with request:
            read(request=request)

    with pytest.raises(PluginRaisedError, match="2 of 4 streams failed: 'bad', 'child'") as error:
        run()
    assert "t0p" not in str(error.value)
    assert f"bad: {type(raised).__name__}: " in error.value.said
    assert "(test_stream_pool.py, line " in error.value.said
    assert "child: not read: it depends on 'bad', which failed" in error.value.said
    assert {name: len(store.records(name)) for name in request.progress} == {
        "bad": 1,
        "child": 0,
        "good": 2,
        "other": 2,
    }
    assert request.progress["bad"].failed
    assert request.progress["good"].complete


def test_a_page_that_was_refused_fails_its_stream_also_when_the_author_caught_it() -> None:
    request = request_of(stream("a"), stream("b"))

    @managed_inbound_processing(concurrency=2)
    def read(stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        try:
            request.enqueue_results(
                stream.stream_name, [{"id": None if stream.stream_name == "a" else 1}]
            )
        except Exception:  # noqa: BLE001 - authors do
            return

    with pytest.raises(PluginRaisedError, match="1 of 2 streams failed: 'a'"):
        read(request=request)
    assert request.progress["b"].complete


def test_a_limit_ends_all_streams_calmly() -> None:
    store, reached = StreamRecords(), threading.Event()
    request = InboundSyncRequest([stream("a"), stream("b")], store, limit=5)

    @managed_inbound_processing(concurrency=2)
    def read(stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        for number in range(100):
            request.enqueue_results(stream.stream_name, page(number), {"at": number})
        reached.set()

    with request:
        read(request=request)
        pytest.fail("it went on")
    assert len(store.records("a")) + len(store.records("b")) == 5
    assert not reached.is_set()
    assert request.report.findings == ()


def test_a_deadline_ends_each_stream_after_its_page() -> None:
    clock = DrivenClock()
    request = request_of(stream("a"), stream("b"), pace=Pace(), clock=clock)

    @managed_inbound_processing(concurrency=1)
    def read(stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        clock.forward(61)
        request.enqueue_results(stream.stream_name, page(), {"at": 1})
        pytest.fail("it went on")

    with until(Deadline(60, clock=clock)), pytest.raises(DeadlineError, match="time limit"):
        read(request=request)
    assert [each.records for each in request.progress.values()] == [1, 0]


def test_a_stream_that_hangs_is_given_up_after_the_deadline() -> None:
    store, over, clock = StreamRecords(), threading.Event(), DrivenClock()
    request = InboundSyncRequest([stream("a"), stream("b"), stream("c", "a")], store)

    @managed_inbound_processing(concurrency=2)
    def read(stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        request.enqueue_results(stream.stream_name, page(1), {"at": 1})
        if stream.stream_name == "a":
            request.enqueue_results("a", page(2))
            while not request.progress["b"].complete:
                time.sleep(0.01)
            clock.forward(90)
            over.wait()

    with until(Deadline(60, clock=clock)), pytest.raises(PluginRaisedError) as error, request:
        read(request=request)
    over.set()

    assert error.value.said == "a: no answer within the run's time limit of 60 s"
    assert [len(store.records(name)) for name in "abc"] == [1, 1, 0]
    assert not request.progress["c"].started


def test_what_was_not_recorded_is_told_as_it_is() -> None:
    @managed_inbound_processing(concurrency=2)
    def read(stream: StoredStreamConfiguration) -> None:
        raise MissError("the tape has no answer")

    with pytest.raises(MissError, match="no answer"):
        read([stream("a"), stream("b")])


def test_ctrl_c_stops_waits_and_pages_and_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    from devsession.plugin import stream_pool

    wait, waiting = stream_pool.wait, threading.Event()
    presses = iter([True])

    def pressed(*args: Any, **options: Any) -> Any:
        assert waiting.wait(PATIENCE)
        if next(presses, False):
            raise KeyboardInterrupt
        return wait(*args, **options)

    monkeypatch.setattr(stream_pool, "wait", pressed)
    request = request_of(stream("a"), stream("b"), pace=Pace())

    @managed_inbound_processing(concurrency=1)
    def read(stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        request.enqueue_results(stream.stream_name, page(1), {"at": 1})
        waiting.set()
        while True:
            current_deadline().check()

    with pytest.raises(KeyboardInterrupt):
        read(request=request)
    assert [each.records for each in request.progress.values()] == [1, 0]


def test_with_a_limit_the_same_records_come_each_time() -> None:
    store = StreamRecords()
    request = InboundSyncRequest(
        [stream("a"), stream("b"), stream("child of a", "a"), stream("c")], store, limit=5
    )

    @managed_inbound_processing(concurrency=4)
    def read(stream: StoredStreamConfiguration, request: InboundSyncRequest) -> None:
        for number in range(2):
            request.enqueue_results(stream.stream_name, page(number), {"at": number})

    with request:
        read(request=request)

    counts = {each.stream_name: len(store.records(each.stream_name)) for each in request.streams}
    assert counts == {"a": 2, "b": 2, "c": 1, "child of a": 0}
