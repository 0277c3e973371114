"""Managed outbound processing: batches side by side, each of which fails alone."""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from devsession.errors import DefinitionError, MissError, PluginRaisedError, UsageError
from devsession.http.clock import DrivenClock
from devsession.http.deadline import Deadline, until
from devsession.plugin import OutboundSyncRequest, Outcomes, managed_outbound_processing
from devsession.plugin.batches import BatchesInterrupted
from devsession.plugin.managed import managing
from devsession.plugin.outbound import FrameRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

_ROWS, _SIZE = 400, 10
_FAULTY = [f"record-{number}" for number in range(120, 130)]


@pytest.fixture
def records() -> pd.DataFrame:
    return pd.DataFrame({"IDENTIFIER": [f"record-{number}" for number in range(_ROWS)]})


def taken(batch: pd.DataFrame) -> Outcomes:
    """What an app would answer that takes all."""
    outcomes = Outcomes(batch)
    for identifier in batch["IDENTIFIER"]:
        outcomes.ok(identifier, f"app-{identifier}")
    return outcomes


def managed(
    send: Callable[[pd.DataFrame], Any], concurrency: int = 4, **options: Any
) -> Callable[..., Any]:
    return managed_outbound_processing(concurrency, _SIZE, **options)(send)


def with_fault(fault: Callable[[pd.DataFrame], Any]) -> Callable[[pd.DataFrame], Any]:
    """A function that takes all, but for one batch of the forty."""

    def send(batch: pd.DataFrame) -> Any:
        return fault(batch) if batch["IDENTIFIER"][0] == _FAULTY[0] else taken(batch)

    return send


def refused(outcomes: pd.DataFrame) -> list[str]:
    return outcomes.loc[~outcomes["SUCCESS"], "IDENTIFIER"].tolist()


def raising(error: BaseException) -> Callable[[pd.DataFrame], Any]:
    def fault(_: pd.DataFrame) -> Any:
        raise error

    return fault


def renamed(batch: pd.DataFrame) -> pd.DataFrame:
    return taken(batch).to_frame().assign(IDENTIFIER=[f"other-{n}" for n in range(len(batch))])


FAULTS = {
    "exception": raising(ValueError("no such field")),
    "exit": raising(SystemExit(3)),
    "timeout": raising(TimeoutError("no answer in 30 s")),
    "exception of no words": raising(Exception()),
    "none": lambda _: None,
    "list": lambda _: [{"IDENTIFIER": "1"}],
    "missing column": lambda batch: taken(batch).to_frame().drop(columns="SUCCESS"),
    "two columns of a name": lambda batch: pd.concat([taken(batch).to_frame()] * 2, axis=1),
    "no rows": lambda batch: taken(batch).to_frame().head(0),
    "row missing": lambda batch: taken(batch).to_frame().tail(9),
    "row too many": lambda batch: pd.concat(
        [taken(batch).to_frame(), renamed(batch).head(1)], ignore_index=True
    ),
    "row twice": lambda batch: taken(batch).to_frame().iloc[[0, 0, *range(2, 10)]],
    "other rows": renamed,
    "undecided": lambda batch: taken(batch).to_frame().assign(SUCCESS="true"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_batch_fails_alone(
    records: pd.DataFrame, fault: Callable[[pd.DataFrame], Any], snapshot: SnapshotAssertion
) -> None:
    outcomes = managed(with_fault(fault))(records)

    assert outcomes["IDENTIFIER"].tolist() == records["IDENTIFIER"].tolist()
    assert refused(outcomes) == _FAULTY
    (message,) = {result["error"] for result in outcomes["RESULT"][120:130]}
    assert message == snapshot


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_batch_of_many_frames_fails_alone_too(
    records: pd.DataFrame, fault: Callable[[pd.DataFrame], Any]
) -> None:
    store = FrameRecords(records)
    request = OutboundSyncRequest(store, batch_size=100)

    request.enqueue_results(managed(with_fault(fault))(request.get_records(batched=True)))

    assert sorted(store.outcomes["IDENTIFIER"]) == sorted(records["IDENTIFIER"])
    assert refused(store.outcomes) == _FAULTY


class Acme:
    """A plugin's methods, as authors write them."""

    @managed_outbound_processing(concurrency=2, batch_size=3)
    def first(self, data_frame: pd.DataFrame, suffix: str = "") -> pd.DataFrame:
        return taken(data_frame).to_frame().assign(APP_IDENTIFIER=suffix)

    @managed_outbound_processing(concurrency=2, batch_size=3)
    def last(self, suffix: str, records: pd.DataFrame) -> pd.DataFrame:
        return taken(records).to_frame().assign(APP_IDENTIFIER=suffix)

    @managed_outbound_processing(2, 3)
    def only_by_name(self, *, dataframe: pd.DataFrame, **rest: str) -> pd.DataFrame:
        return taken(dataframe).to_frame().assign(APP_IDENTIFIER=rest["suffix"])


CALLS: dict[str, Callable[[Acme, pd.DataFrame], Any]] = {
    "by place": lambda acme, frame: acme.first(frame, "x"),
    "by name": lambda acme, frame: acme.first(data_frame=frame, suffix="x"),
    "by its other name": lambda acme, frame: acme.first(dataframe=frame, suffix="x"),
    "behind another": lambda acme, frame: acme.last("x", frame),
    "by a name of the author's": lambda acme, frame: acme.last(suffix="x", records=frame),
    "by a name that it does not have": lambda acme, frame: acme.last("x", dataframe=frame),
    "by name only": lambda acme, frame: acme.only_by_name(dataframe=frame, suffix="x"),
    "by name only, the other one": lambda acme, frame: acme.only_by_name(
        data_frame=frame, suffix="x"
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_frame_is_found_wherever_it_stands(
    records: pd.DataFrame, call: Callable[[Acme, pd.DataFrame], Any]
) -> None:
    outcomes = call(Acme(), records.head(7))

    assert outcomes["IDENTIFIER"].tolist() == records["IDENTIFIER"].head(7).tolist()
    assert set(outcomes["APP_IDENTIFIER"]) == {"x"}


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11])
def test_batches_have_at_most_so_many_rows(records: pd.DataFrame, rows: int) -> None:
    sizes: list[int] = []

    def send(batch: pd.DataFrame) -> Outcomes:
        sizes.append(len(batch))
        return taken(batch)

    outcomes = managed(send)(records.head(rows))

    assert len(outcomes) == rows
    assert sorted(sizes) == sorted([_SIZE] * (rows // _SIZE) + [rows % _SIZE] * (rows % _SIZE > 0))


def test_rows_of_a_batch_count_from_0_unless_they_have_names(records: pd.DataFrame) -> None:
    labels: list[object] = []

    def send(batch: pd.DataFrame) -> Outcomes:
        labels.append(batch.index[0])
        return taken(batch)

    managed(send)(records.iloc[10:30])
    managed(send)(records.head(2).set_index(pd.Index(["a", "b"])))

    assert labels == [0, 0, "a"]


def test_what_a_batch_is_changed_to_does_not_change_the_frame(records: pd.DataFrame) -> None:
    def send(batch: pd.DataFrame) -> Outcomes:
        outcomes = taken(batch)
        batch["IDENTIFIER"] = "changed"
        batch.loc[0, "IDENTIFIER"] = "changed too"
        return outcomes

    outcomes = managed(send)(records)

    assert outcomes["SUCCESS"].all()
    assert records["IDENTIFIER"].nunique() == _ROWS


def test_as_many_batches_as_asked_for_are_worked_on_at_a_time(records: pd.DataFrame) -> None:
    all_there = threading.Barrier(4, timeout=60)

    def send(batch: pd.DataFrame) -> Outcomes:
        all_there.wait()
        return taken(batch)

    assert managed(send)(records)["SUCCESS"].all()


_tenant = ContextVar("tenant", default="nobody")


def test_context_variables_are_carried_into_batches(records: pd.DataFrame) -> None:
    _tenant.set("acme")

    outcomes = managed(lambda batch: taken(batch).to_frame().assign(APP_IDENTIFIER=_tenant.get()))(
        records
    )

    assert set(outcomes["APP_IDENTIFIER"]) == {"acme"}


def test_frames_are_read_as_outcomes_are_taken(records: pd.DataFrame) -> None:
    read: list[int] = []

    def frames() -> Iterator[pd.DataFrame]:
        for start in range(0, _ROWS, _SIZE):
            read.append(start)
            yield records.iloc[start : start + _SIZE]

    outcomes = managed(taken)(frames())

    assert read == []
    first = next(outcomes)
    assert len(read) < 20
    assert len(first) + sum(map(len, outcomes)) == _ROWS


def test_what_was_taken_comes_before_the_error_of_a_source(records: pd.DataFrame) -> None:
    store = FrameRecords(records)

    def frames() -> Iterator[pd.DataFrame]:
        yield records.head(20)
        raise OSError("the source is gone")

    with pytest.raises(OSError, match="the source is gone"):
        OutboundSyncRequest(store).enqueue_results(managed(taken)(frames()))

    assert len(store.outcomes) == 20


def test_fail_fast_stops_at_the_first_batch_that_fails(
    records: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    kept: list[pd.DataFrame] = []
    send = with_fault(raising(ValueError("no such field")))

    with (
        managing(redact=str, keep=kept.append),
        pytest.raises(PluginRaisedError) as error,
    ):
        managed(send, concurrency=1, fail_fast=True)(records)

    assert error.value.what == snapshot
    assert error.value.said == "no such field"
    assert error.value.where.startswith("test_batches.py, line ")
    (outcomes,) = kept
    assert refused(outcomes) == _FAULTY
    assert len(outcomes) in (130, 140)


def test_fail_fast_of_many_frames_gives_what_was_done_first(records: pd.DataFrame) -> None:
    store = FrameRecords(records)
    outcomes = managed(with_fault(lambda _: None), concurrency=1, fail_fast=True)(iter([records]))

    with pytest.raises(PluginRaisedError):
        OutboundSyncRequest(store).enqueue_results(outcomes)

    assert refused(store.outcomes) == _FAULTY
    assert len(store.outcomes) in (130, 140)


def test_a_request_that_was_not_recorded_is_no_outcome(records: pd.DataFrame) -> None:
    with pytest.raises(MissError):
        managed(with_fault(raising(MissError("the tape has no answer"))))(records)


def stopping_at(number: int, stop: Callable[[], None]) -> Callable[[pd.DataFrame], Outcomes]:
    """Takes all; `stop` is called when that record is there."""

    def send(batch: pd.DataFrame) -> Outcomes:
        if f"record-{number}" in set(batch["IDENTIFIER"]):
            stop()
        return taken(batch)

    return send


def test_after_the_deadline_no_batch_begins_and_its_rows_have_no_outcome(
    records: pd.DataFrame,
) -> None:
    with until(Deadline()) as deadline:
        outcomes = managed(stopping_at(100, deadline.cancel), concurrency=1)(records)

    assert outcomes["SUCCESS"].all()
    assert len(outcomes) == 110


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test is over: what hangs until then ends."""
    over = threading.Event()
    yield over
    over.set()


def test_a_batch_that_hangs_is_given_up_after_the_deadline(
    records: pd.DataFrame, over: threading.Event, snapshot: SnapshotAssertion
) -> None:
    store, clock = FrameRecords(records), DrivenClock()
    request = OutboundSyncRequest(store, batch_size=100)

    def hang(_: pd.DataFrame) -> None:
        while len(store.outcomes) < _ROWS - _SIZE:
            time.sleep(0.01)
        clock.forward(3600)
        over.wait()

    with until(Deadline(600, clock=clock)):
        request.enqueue_results(managed(with_fault(hang))(request.get_records(batched=True)))

    outcomes = store.outcomes.set_index("IDENTIFIER")
    assert sorted(outcomes.index) == sorted(records["IDENTIFIER"])
    assert sorted(refused(store.outcomes)) == _FAULTY
    assert outcomes["RESULT"][_FAULTY[0]] == snapshot


def test_of_a_batch_that_hangs_what_it_enqueued_stays(
    records: pd.DataFrame, over: threading.Event
) -> None:
    clock = DrivenClock()
    request = OutboundSyncRequest(FrameRecords(records))

    def hang(batch: pd.DataFrame) -> None:
        request.enqueue_results(taken(batch.head(4)))
        clock.forward(3600)
        over.wait()

    with until(Deadline(600, clock=clock)):
        outcomes = managed(hang)(records.head(_SIZE))

    assert refused(outcomes) == outcomes["IDENTIFIER"].tolist()[4:]


def test_what_has_not_begun_behind_batches_that_hang_has_no_outcome(
    records: pd.DataFrame, over: threading.Event
) -> None:
    clock = DrivenClock()

    def hang(_: pd.DataFrame) -> None:
        clock.forward(3600)
        over.wait()

    with until(Deadline(600, clock=clock)):
        outcomes = managed(hang, concurrency=1)(records)

    assert refused(outcomes) == [f"record-{number}" for number in range(_SIZE)]
    assert len(outcomes) == _SIZE


def test_under_a_deadline_that_has_passed_nothing_begins(records: pd.DataFrame) -> None:
    with until(Deadline(seconds=0)):
        assert managed(taken)(records).empty
        assert list(managed(taken)(iter([records]))) == []


def test_ctrl_c_keeps_what_is_done(records: pd.DataFrame) -> None:
    kept: list[pd.DataFrame] = []
    send = with_fault(raising(KeyboardInterrupt()))

    with managing(redact=str, keep=kept.append), pytest.raises(BatchesInterrupted) as stopped:
        managed(send, concurrency=1)(records)

    assert stopped.value.outcomes["SUCCESS"].all()
    assert len(stopped.value.outcomes) in (120, 130)
    assert kept[0] is stopped.value.outcomes


def test_ctrl_c_in_the_midst_of_storing_stores_it_and_what_is_in_flight(
    records: pd.DataFrame,
) -> None:
    store = StruckOnce(records)
    sent: list[str] = []

    def send(batch: pd.DataFrame) -> Outcomes:
        sent.extend(batch["IDENTIFIER"])
        return taken(batch)

    with pytest.raises(KeyboardInterrupt):
        OutboundSyncRequest(store).enqueue_results(managed(send)(iter([records])))

    assert sent
    assert sorted(store.outcomes["IDENTIFIER"]) == sorted(sent)


def test_ctrl_c_again_waits_for_nothing(
    records: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = threading.Event()

    def struck(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def send(batch: pd.DataFrame) -> Outcomes:
        assert hung.wait(timeout=60)
        return taken(batch)

    monkeypatch.setattr("devsession.plugin.parallel.wait", struck)
    with pytest.raises(BatchesInterrupted) as stopped:
        managed(send)(records)
    hung.set()

    assert stopped.value.outcomes.empty


class StruckOnce(FrameRecords):
    """A store that Ctrl-C strikes at the first outcomes."""

    struck = False

    def apply(self, outcomes: pd.DataFrame) -> None:
        if not self.struck:
            self.struck = True
            raise KeyboardInterrupt
        super().apply(outcomes)


def test_outcomes_that_nobody_takes_are_kept_at_the_end(records: pd.DataFrame) -> None:
    kept: list[pd.DataFrame] = []
    sent: list[str] = []
    both = threading.Barrier(2, timeout=60)

    def send(batch: pd.DataFrame) -> Outcomes:
        sent.extend(batch["IDENTIFIER"])
        if set(batch["IDENTIFIER"]) & {"record-0", "record-10"}:
            both.wait()
        return taken(batch)

    with managing(redact=str, keep=kept.append):
        first = next(managed(send, concurrency=2)(iter([records])))

    assert len(sent) < _ROWS
    assert sorted(pd.concat([first, *kept])["IDENTIFIER"]) == sorted(sent)


def test_what_a_batch_raises_is_redacted(records: pd.DataFrame) -> None:
    send = with_fault(raising(ValueError("401 for sk_live_1234")))

    with managing(
        redact=lambda text: text.replace("sk_live_1234", "REDACTED-api-key"), keep=lambda _: None
    ):
        outcomes = managed(send)(records)

    assert outcomes["RESULT"][120] == {
        "error": "batch 13 (rows 121 to 130): ValueError: 401 for REDACTED-api-key"
    }


def test_a_batch_may_enqueue_its_outcomes_itself(records: pd.DataFrame) -> None:
    store = FrameRecords(records)
    request = OutboundSyncRequest(store)

    outcomes = managed(lambda batch: request.enqueue_results(taken(batch)))(records)

    assert outcomes["SUCCESS"].all()
    assert len(outcomes) == len(store.outcomes) == _ROWS


def test_what_a_batch_enqueued_stays_when_it_fails_after_that(records: pd.DataFrame) -> None:
    request = OutboundSyncRequest(FrameRecords(records))

    def fault(batch: pd.DataFrame) -> None:
        request.enqueue_results(taken(batch.head(4)))
        raise ValueError("the rest is too large")

    outcomes = managed(with_fault(fault))(records)

    assert refused(outcomes) == _FAULTY[4:]
    assert outcomes["APP_IDENTIFIER"][120] == "app-record-120"


def test_rows_in_another_order_are_the_same_rows(records: pd.DataFrame) -> None:
    outcomes = managed(lambda batch: taken(batch).to_frame().iloc[::-1])(records)

    assert outcomes["SUCCESS"].all()
    assert sorted(outcomes["IDENTIFIER"]) == sorted(records["IDENTIFIER"])


def test_a_record_that_is_there_twice_has_two_outcomes() -> None:
    outcomes = managed(taken)(pd.DataFrame({"IDENTIFIER": [1, 2, 2]}))

    assert outcomes["IDENTIFIER"].tolist() == [1, 2, 2]
    assert outcomes["SUCCESS"].all()


def test_an_app_identifier_may_be_left_out(records: pd.DataFrame) -> None:
    outcomes = managed(lambda batch: taken(batch).to_frame().drop(columns="APP_IDENTIFIER"))(
        records
    )

    assert outcomes["SUCCESS"].all()
    assert outcomes["APP_IDENTIFIER"].isna().all()


WRONG: dict[str, Callable[[], Any]] = {
    "no brackets": lambda: managed_outbound_processing(taken),  # type: ignore[arg-type]
    "no worker": lambda: managed_outbound_processing(concurrency=0, batch_size=1),
    "a text": lambda: managed_outbound_processing(concurrency=1, batch_size="x"),  # type: ignore[arg-type]
    "a flag": lambda: managed_outbound_processing(concurrency=True, batch_size=1),
    "one argument": lambda: managed_outbound_processing(4),
    "no function": lambda: managed_outbound_processing(1, 1)("send"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("use", WRONG.values(), ids=WRONG)
def test_a_wrong_use_is_told(use: Callable[[], Any], snapshot: SnapshotAssertion) -> None:
    with pytest.raises(DefinitionError) as error:
        use()

    assert error.value.what == snapshot
    assert "test_batches.py" in error.value.where


def test_a_function_that_cannot_return_outcomes_is_refused() -> None:
    async def send(batch: pd.DataFrame) -> Outcomes:
        return taken(batch)

    with pytest.raises(DefinitionError, match="async or yield"):
        managed(send)


NO_FRAME: dict[str, Callable[[Callable[..., Any]], Any]] = {
    "nothing": lambda send: send(),
    "a list": lambda send: send([{"IDENTIFIER": 1}]),
    "a list by name": lambda send: send(data_frame=[]),
    "no identifiers": lambda send: send(pd.DataFrame({"ID": [1]})),
    "two of them": lambda send: send(pd.DataFrame([[1, 2]], columns=["IDENTIFIER"] * 2)),
    "other things to go through": lambda send: list(send(iter([{"IDENTIFIER": 1}]))),
}


@pytest.mark.parametrize("call", NO_FRAME.values(), ids=NO_FRAME)
def test_a_call_without_records_is_told(
    call: Callable[[Callable[..., Any]], Any], snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        call(managed(taken))

    assert str(error.value) == snapshot


def test_over_sync_outbound_itself_it_is_told_where_it_belongs(snapshot: SnapshotAssertion) -> None:
    @managed_outbound_processing(concurrency=1, batch_size=_SIZE)
    def sync_outbound(parameters: object, outbound_sync_request: object) -> Any:
        return taken(pd.DataFrame())

    with pytest.raises(UsageError) as error:
        sync_outbound({}, OutboundSyncRequest(FrameRecords(pd.DataFrame())))

    assert str(error.value) == snapshot


def test_it_keeps_its_name_and_docstring() -> None:
    assert managed(taken).__name__ == "taken"
    assert managed(taken).__doc__ == "What an app would answer that takes all."
