"""A run of streams: what is stored, when, with which state, and what is refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devsession.errors import DeadlineError, StreamError, UsageError, WarehouseError
from devsession.http.clock import DrivenClock
from devsession.http.deadline import Deadline, until
from devsession.plugin import StoredStreamConfiguration, StreamConfiguration
from devsession.plugin.inbound import (
    InboundSyncRequest,
    LimitReached,
    Pace,
    Secrets,
    StreamRecords,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from devsession.plugin.stream_store import Checkpoint

AT_ONCE = Pace(records=1)


def stream(name: str = "contacts", **options: Any) -> StoredStreamConfiguration:
    about: dict[str, Any] = {
        "sync_strategy": "Incremental",
        "storage_behaviour": "merge",
        "cursor_field": "at",
        "primary_key_field": "id",
        **options,
    }
    offered = StreamConfiguration(
        stream_name=name,
        supported_sync_strategies=["Full Refresh", "Incremental"],
        json_schema=about.pop("json_schema", None),
        depends_on_stream=about.pop("depends_on_stream", None),
    )
    return StoredStreamConfiguration(stream_name=name, stream=offered, **about)


def request_of(
    store: Any, *streams: StoredStreamConfiguration, **options: Any
) -> InboundSyncRequest:
    return InboundSyncRequest(streams or [stream()], store, **{"pace": AT_ONCE, **options})


def named(store: StreamRecords, name: str = "contacts") -> list[str]:
    return [str(each) for each in store.records(name)["APP_IDENTIFIER"]]


def people(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"p{number}", "name": f"Person {number}"} for number in numbers]


def run(request: InboundSyncRequest, sync_inbound: Callable[[InboundSyncRequest], None]) -> None:
    """What whoever calls a plugin's method does."""
    with request:
        sync_inbound(request)


def rules(report: Any) -> list[str]:
    return [finding.rule for finding in report.findings]


def report_of(request: InboundSyncRequest, *args: Any) -> Any:
    """Of a page that may be anything: why it was refused, or what the run has found."""
    try:
        request.enqueue_results(*args)
    except StreamError as error:
        return error.fields["report"]
    return request.report


def refused(request: InboundSyncRequest, *args: Any, **options: Any) -> Any:
    with pytest.raises(StreamError) as error:
        request.enqueue_results(*args, **options)
    return error.value.fields["report"]


def test_records_are_stored_with_the_state_that_covers_them() -> None:
    store, clock = StreamRecords(), DrivenClock()
    with request_of(store, clock=clock) as request:
        request.enqueue_results("contacts", people(1, 2))
        assert store.checkpoints == []
        request.enqueue_results("contacts", people(3), {"at": 3})
        assert (named(store), store.state("contacts")) == (["p1", "p2", "p3"], {"at": 3})
        request.mark_stream_complete("contacts")
    first = store.records("contacts").iloc[0]
    assert json.loads(first["RECORD_DATA"]) == {"id": "p1", "name": "Person 1"}
    assert first["RETRIEVE_DATE"] == datetime.fromtimestamp(clock.now(), UTC)
    assert not first["IS_DELETED"]
    assert store.is_complete("contacts")
    assert request.report.findings == ()


def test_streams_come_behind_what_they_depend_on_with_their_state() -> None:
    notes = stream("notes", depends_on_stream="contacts", latest_state={"at": 7})
    request = request_of(StreamRecords(), notes, stream())
    assert [each.stream_name for each in request.streams] == ["contacts", "notes"]
    assert request.streams[1].latest_state == {"at": 7}


def test_many_small_pages_are_one_checkpoint_until_it_is_time() -> None:
    store, clock = StreamRecords(), DrivenClock()
    with request_of(store, clock=clock, pace=Pace(records=6, seconds=60)) as request:
        request.enqueue_results("contacts", people(1, 2), {"at": 2})
        request.enqueue_results("contacts", people(3, 4), {"at": 4})
        assert store.checkpoints == []
        request.enqueue_results("contacts", people(5, 6), {"at": 6})
        assert [each.state for each in store.checkpoints] == [{"at": 6}]
        clock.forward(61)
        request.enqueue_results("contacts", people(7), {"at": 7})
        assert [each.state for each in store.checkpoints] == [{"at": 6}, {"at": 7}]
        request.enqueue_results("contacts", people(8), {"at": 8})
        request.flush()
        assert store.state("contacts") == {"at": 8}


@pytest.mark.parametrize("stopped", [RuntimeError("the app is down"), KeyboardInterrupt()])
def test_when_it_raises_what_a_state_covers_is_kept_and_the_rest_is_not(
    stopped: BaseException,
) -> None:
    store = StreamRecords()

    def sync_inbound(request: InboundSyncRequest) -> None:
        request.enqueue_results("contacts", people(1, 2), {"at": 2})
        request.enqueue_results("contacts", people(3))
        raise stopped

    request = request_of(store, pace=Pace())
    with pytest.raises(type(stopped)):
        run(request, sync_inbound)
    assert (named(store), store.state("contacts")) == (["p1", "p2"], {"at": 2})
    assert request.progress["contacts"].failed


def test_a_full_refresh_needs_no_state() -> None:
    store, everything = StreamRecords(), stream(sync_strategy="Full Refresh")
    with request_of(store, everything) as request:
        request.enqueue_results("contacts", people(1))
        request.enqueue_results("contacts", people(2))
        request.mark_stream_complete("contacts")
    assert named(store) == ["p1", "p2"]
    assert [each.complete for each in store.checkpoints] == [True]
    assert request.report.findings == ()


@pytest.mark.parametrize(
    ("storage_behaviour", "names"), [("append", [None, None, None]), ("replace", ["1", "2", "3"])]
)
def test_a_stream_needs_no_key_but_to_merge(storage_behaviour: str, names: list[Any]) -> None:
    store = StreamRecords()
    keyless = stream(storage_behaviour=storage_behaviour, primary_key_field=None)
    with request_of(store, keyless, pace=Pace()) as request:
        request.enqueue_results("contacts", [{"a": 1}, {"a": 1}], {"at": 1})
        request.enqueue_results("contacts", [{"a": 2}], {"at": 2})
        request.mark_stream_complete("contacts")
    assert store.records("contacts")["APP_IDENTIFIER"].tolist() == names
    assert request.report.findings == ()


def test_without_a_key_a_record_cannot_be_deleted_by_itself() -> None:
    request = request_of(
        StreamRecords(), stream(storage_behaviour="append", primary_key_field=None)
    )
    report = refused(request, "contacts", [{"a": 1}, {"a": 2}], is_delete=[False, True])
    assert (rules(report), report.findings[0].rows) == (["I02"], ("row 1",))


def test_deletes_come_one_by_one_or_a_page_at_a_time() -> None:
    store = StreamRecords()
    with request_of(store) as request:
        request.enqueue_results(
            "contacts", people(1, 2, 3), {"at": 1}, is_delete=[False, True, False]
        )
        request.enqueue_results("contacts", [{"id": "p3"}], {"at": 2}, is_delete=True)
        request.mark_stream_complete("contacts")
    rows = store.records("contacts")
    assert dict(zip(rows["APP_IDENTIFIER"], rows["IS_DELETED"], strict=True)) == {
        "p1": False,
        "p2": True,
        "p3": True,
    }
    assert request.progress["contacts"].deleted == 2


def test_criteria_delete_what_came_before_and_not_what_comes_after() -> None:
    store = StreamRecords()
    listed = [{"id": "a", "list": 7}, {"id": "b", "list": 8}]
    with request_of(store, pace=Pace()) as request:
        request.enqueue_results("contacts", listed, {"at": 1})
        request.delete_by_criteria("contacts", {"list": 7}, {"at": 2})
        request.enqueue_results("contacts", [{"id": "c", "list": 7}], {"at": 3})
        request.mark_stream_complete("contacts")
    rows = store.records("contacts")
    assert list(zip(rows["APP_IDENTIFIER"], rows["IS_DELETED"], strict=True)) == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]
    assert [each.state for each in store.checkpoints] == [{"at": 1}, {"at": 3}]


def test_a_state_is_taken_as_it_is_when_it_is_enqueued() -> None:
    store, state = StreamRecords(), {"at": datetime(2026, 5, 1, tzinfo=UTC), "pages": [1]}
    with request_of(store, pace=Pace()) as request:
        request.enqueue_results("contacts", people(1), state)
        state["pages"].append(2)  # type: ignore[union-attr]
    assert store.state("contacts") == {"at": "2026-05-01T00:00:00Z", "pages": [1]}


@pytest.mark.parametrize("frame_or_list", [list, pd.DataFrame])
def test_a_limit_ends_calmly_and_a_page_that_is_cut_has_no_state(frame_or_list: Any) -> None:
    store = StreamRecords()
    with request_of(store, limit=3) as request:
        request.enqueue_results("contacts", frame_or_list(people(1, 2)), {"at": 2})
        try:
            request.enqueue_results("contacts", frame_or_list(people(3, 4)), {"at": 4})
        except Exception:  # noqa: BLE001 - an author's loop that goes on whatever happens
            pytest.fail("an author's except Exception caught the limit")
        pytest.fail("more came than was asked for")
    assert (named(store), store.state("contacts")) == (["p1", "p2", "p3"], {"at": 2})
    assert request.report.findings == ()


def test_a_limit_that_is_met_exactly_keeps_the_state() -> None:
    store = StreamRecords()
    with request_of(store, limit=2) as request:
        request.enqueue_results("contacts", people(1, 2), {"at": 2})
        pytest.fail("it went on")
    assert (named(store), store.state("contacts")) == (["p1", "p2"], {"at": 2})


def test_a_limit_holds_over_streams_and_threads() -> None:
    store, names = StreamRecords(), ["a", "b", "c", "d"]
    with request_of(store, *map(stream, names), limit=50) as request:

        def read(name: str) -> None:
            for number in range(40):
                request.enqueue_results(name, people(number), {"at": number})

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(read, names))
    assert sum(len(store.records(name)) for name in names) == 50


def test_a_deadline_ends_it_between_pages() -> None:
    store, clock = StreamRecords(), DrivenClock()

    def sync_inbound(request: InboundSyncRequest) -> None:
        request.enqueue_results("contacts", people(1), {"at": 1})
        clock.forward(61)
        request.enqueue_results("contacts", people(2), {"at": 2})
        pytest.fail("it went on")

    with until(Deadline(60, clock=clock)), pytest.raises(DeadlineError):
        run(request_of(store, clock=clock), sync_inbound)
    assert (named(store), store.state("contacts")) == (["p1", "p2"], {"at": 2})


class _Down:
    """A store that is gone from its second checkpoint on."""

    def __init__(self) -> None:
        self.stored = StreamRecords()

    def store(self, checkpoint: Checkpoint) -> None:
        if self.stored.checkpoints:
            raise WarehouseError("the warehouse is gone")
        self.stored.store(checkpoint)


def test_what_could_not_be_stored_is_covered_by_no_later_state() -> None:
    store = _Down()
    request = request_of(store)
    request.enqueue_results("contacts", people(1), {"at": 1})
    with pytest.raises(WarehouseError):
        request.enqueue_results("contacts", people(2), {"at": 2})
    with pytest.raises(StreamError, match="I14"):
        run(request, lambda it: it.enqueue_results("contacts", people(3), {"at": 3}))
    assert store.stored.state("contacts") == {"at": 1}


def test_a_refused_page_is_covered_by_no_later_state() -> None:
    store = StreamRecords()

    def sync_inbound(request: InboundSyncRequest) -> None:
        request.enqueue_results("contacts", people(1), {"at": 1})
        refused(request, "contacts", [{"name": "nobody"}], {"at": 2})
        report = refused(request, "contacts", people(3), {"at": 3})
        assert rules(report) == ["I14"]
        assert "would cover it (I02)" in str(report)

    with pytest.raises(StreamError, match="not valid"):
        run(request_of(store, pace=Pace()), sync_inbound)
    assert (named(store), store.state("contacts")) == (["p1"], {"at": 1})


def test_a_stream_that_cannot_be_stored_at_the_end_leaves_the_others(tmp_path: Path) -> None:
    class Down(StreamRecords):
        def store(self, checkpoint: Checkpoint) -> None:
            if checkpoint.stream.stream_name == "a":
                raise WarehouseError("the warehouse refused")
            super().store(checkpoint)

    def sync_inbound(request: InboundSyncRequest) -> None:
        for name in ("a", "b"):
            request.enqueue_results(name, people(1), {"at": 1})

    store = Down()
    with pytest.raises(WarehouseError):
        run(request_of(store, stream("a"), stream("b"), folder=tmp_path, pace=Pace()), sync_inbound)
    assert named(store, "b") == ["p1"]
    assert list(tmp_path.iterdir()) == []


def test_pages_of_one_stream_come_from_several_threads() -> None:
    store = StreamRecords()
    with request_of(store, pace=Pace(records=30)) as request:

        def read(worker: int) -> None:
            for number in range(25):
                request.enqueue_results("contacts", people(worker * 100 + number), {"page": number})

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(read, range(4)))
        request.mark_stream_complete("contacts")
    assert len(store.records("contacts")) == request.progress["contacts"].stored == 100


def test_a_stream_that_was_given_up_is_covered_by_no_later_state() -> None:
    store = StreamRecords()
    request = request_of(store, stream("a"), stream("b"), pace=Pace())
    request.enqueue_results("a", people(1), {"at": 1})
    request.enqueue_results("a", people(2))
    request.give_up_stream("a")
    assert rules(refused(request, "a", people(3), {"at": 3})) == ["I14"]
    assert (named(store, "a"), store.state("a")) == (["p1"], {"at": 1})
    assert [each.failed for each in request.progress.values()] == [True, False]


def test_after_its_run_a_request_takes_nothing() -> None:
    with request_of(StreamRecords()) as request:
        pass
    with pytest.raises(UsageError, match="has ended"):
        request.enqueue_results("contacts", people(1), {"at": 1})


def test_files_are_small_in_number_and_gone_when_they_are_stored(tmp_path: Path) -> None:
    class Looking:
        files: list[int] = []  # noqa: RUF012

        def store(self, checkpoint: Checkpoint) -> None:
            self.files.append(sum(pq.read_metadata(file).num_rows for file in checkpoint.files))

    with request_of(Looking(), folder=tmp_path, pace=Pace()) as request:
        for first in range(0, 120_000, 1_000):
            request.enqueue_results("contacts", people(*range(first, first + 1_000)))
        assert len(list(tmp_path.iterdir())) == 2
        request.enqueue_state("contacts", {"at": 1})
        request.mark_stream_complete("contacts")
    assert Looking.files == [120_000, 0]
    assert list(tmp_path.iterdir()) == []


def test_progress() -> None:
    with request_of(StreamRecords(), stream(), stream("notes"), pace=Pace()) as request:
        request.mark_stream_started("contacts")
        request.set_stream_record_count("contacts", 3)
        request.set_stream_total_records_estimate("notes", 1_000)
        request.enqueue_results("contacts", people(1, 2), {"at": 2})
        contacts, notes = request.progress.values()
        assert (contacts.started, contacts.records, contacts.stored) == (True, 2, 0)
        assert (contacts.total, contacts.total_is_estimate) == (3, False)
        assert (notes.started, notes.total, notes.total_is_estimate) == (False, 1_000, True)
        request.mark_stream_complete("contacts")
        assert request.progress["contacts"].complete
        with pytest.raises(UsageError, match="whole number"):
            request.set_stream_record_count("notes", -1)


def test_an_unknown_stream_is_told_with_the_nearest() -> None:
    request = request_of(StreamRecords())
    report = refused(request, "contact", people(1))
    assert rules(report) == ["I01"]
    assert "did you mean 'contacts'?" in str(report)
    request.enqueue_results("contacts", people(1))


def test_a_record_without_a_key_is_shown_redacted() -> None:
    secrets = Secrets(
        lambda text: ["t0p"] if "t0p" in text else [],
        lambda text: text.replace("t0p", "REDACTED-key"),
    )
    request = request_of(StreamRecords(), secrets=secrets)
    report = refused(request, "contacts", [*people(1), {"name": "Bo", "note": "t0p"}])
    assert rules(report) == ["I02", "I09"]
    assert report.findings[0].message == (
        "a record has no key (id is missing or null; "
        'the record: {"name":"Bo","note":"REDACTED-key"})'
    )
    assert report.findings[0].text.endswith(": row 1")
    assert "t0p" not in str(report)


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ([1], ["I04"]),
        ("page 2", ["I04"]),
        ({"at": {1, 2}}, ["I04"]),
        ({1: 2}, ["I04"]),
        ({"at": 4}, ["I05"]),
        ({"at": "t0p"}, ["I09"]),
    ],
)
def test_a_state_that_cannot_be_kept_is_refused(state: Any, found: list[str]) -> None:
    store, secrets = StreamRecords(), Secrets(lambda text: ["t0p"] if "t0p" in text else [])
    request = request_of(store, stream(latest_state={"at": 5}), secrets=secrets)
    assert rules(refused(request, "contacts", people(1), state)) == found
    assert store.checkpoints == []


def test_no_state_is_none() -> None:
    with pytest.raises(StreamError, match="I04"):
        request_of(StreamRecords()).enqueue_state("contacts", None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "is_back"),
    [
        (5, 4, True),
        (5, 5, False),
        (5, 5.5, False),
        ("2026-05-01T00:00:00Z", "2026-05-01T01:00:00+02:00", True),
        ("2026-05-01", "2026-04-30", True),
        ("10", "9", True),
        ("9", "10", False),
        ("b-opaque", "a-opaque", False),
        ("2026-05-01T00:00:00Z", "2026-04-01T00:00:00", False),
        (None, 4, False),
        (True, False, False),
    ],
)
def test_when_a_cursor_goes_back(before: Any, after: Any, is_back: bool) -> None:
    request = request_of(StreamRecords())
    request.enqueue_state("contacts", {"at": before})
    if is_back:
        assert rules(refused(request, "contacts", [], {"at": after})) == ["I05"]
    else:
        request.enqueue_state("contacts", {"at": after})


@pytest.mark.parametrize(
    ("results", "detail"),
    [
        ({"id": 1}, "but dict"),
        (iter([{"id": 1}]), "but list_iterator"),
        ([{"id": 1}, ("id", 2)], "but a list with tuple"),
        (None, "but NoneType"),
        (pd.DataFrame([[1, 2]], columns=["id", "id"]), "several columns of one name"),
        (pd.DataFrame([[1]]), "columns whose names are no text"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_results_that_are_no_records_are_refused(results: Any, detail: str) -> None:
    report = refused(request_of(StreamRecords()), "contacts", results)
    assert rules(report) == ["I10"]
    assert detail in report.findings[0].message


@pytest.mark.parametrize("is_delete", [[True], [1, 0], "yes", None])
def test_is_delete_is_one_answer_or_one_for_each(is_delete: Any) -> None:
    request = request_of(StreamRecords())
    assert rules(refused(request, "contacts", people(1, 2), is_delete=is_delete)) == ["I10"]


def test_a_value_without_a_json_form_is_told_by_path_and_type() -> None:
    request = request_of(StreamRecords())
    report = refused(request, "contacts", [*people(1), {"id": "b", "tags": [{"of": {1}}]}])
    assert (rules(report), report.findings[0].column) == (["I11"], "contacts.tags[0].of")
    assert "is of type set" in report.findings[0].message
    assert report.findings[0].rows == ("b",)


SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "score": {"type": ["number", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


def test_what_breaks_the_json_schema_is_kept_and_told_by_path() -> None:
    store = StreamRecords()
    with request_of(store, stream(json_schema=SCHEMA)) as request:
        records = [
            {"id": "a", "name": 1, "score": float("nan")},
            {"id": "b", "name": 2, "tags": ["x"]},
            {"id": "c", "name": "Cy", "tags": ["x", 3]},
            {"id": "d"},
        ]
        request.enqueue_results("contacts", records, {"at": 1})
        request.enqueue_results("contacts", [{"id": "e", "name": 5}], {"at": 2})
        request.enqueue_results("contacts", [{"id": "gone"}], {"at": 3}, is_delete=True)
        request.mark_stream_complete("contacts")
    found = {each.column: (each.rows, each.count) for each in request.report.warnings}
    assert found == {
        "contacts.name": (("a", "b", "e"), 3),
        "contacts.tags[]": (("c",), 1),
        "contacts": (("d",), 1),
    }
    assert "type string, and is integer" in str(request.report)
    assert len(store.records("contacts")) == 6


def test_a_schema_that_is_none_is_a_warning() -> None:
    with request_of(StreamRecords(), stream(json_schema={"type": "strin"})) as request:
        request.enqueue_results("contacts", people(1), {"at": 1})
        request.mark_stream_complete("contacts")
    assert "it is no schema" in request.report.findings[0].message
    assert request.report


def test_a_record_may_be_too_large() -> None:
    request = request_of(StreamRecords())
    report = refused(request, "contacts", [{"id": "big", "text": "x" * 17_000_000}, *people(1)])
    assert (rules(report), report.findings[0].rows) == (["I08"], ("big",))


def test_a_key_twice_in_one_checkpoint_is_a_warning_and_the_last_counts() -> None:
    store = StreamRecords()
    with request_of(store, pace=Pace()) as request:
        request.enqueue_results("contacts", [{"id": "a", "name": "old"}], {"at": 1})
        request.enqueue_results("contacts", [{"id": "a", "name": "new"}], {"at": 2})
        request.mark_stream_complete("contacts")
    assert [(each.rule, each.rows, each.count) for each in request.report.warnings] == [
        ("I03", ("a",), 1)
    ]
    assert json.loads(store.records("contacts")["RECORD_DATA"][0])["name"] == "new"


def test_in_an_append_a_key_may_come_again() -> None:
    with request_of(StreamRecords(), stream(storage_behaviour="append")) as request:
        request.enqueue_results("contacts", people(1, 1), {"at": 1})
        request.mark_stream_complete("contacts")
    assert request.report.findings == ()


def test_records_after_the_last_state_are_stored_and_told() -> None:
    store = StreamRecords()
    with request_of(store) as request:
        request.enqueue_results("contacts", people(1), {"at": 1})
        request.enqueue_results("contacts", people(2, 3))
        request.mark_stream_complete("contacts")
    assert (named(store), store.state("contacts")) == (["p1", "p2", "p3"], {"at": 1})
    assert [(each.rule, each.count) for each in request.report.warnings] == [("I06", 2)]


def test_a_stream_without_an_end_and_one_that_goes_on_after_it() -> None:
    with request_of(StreamRecords()) as request:
        request.enqueue_results("contacts", people(1), {"at": 1})
    assert rules(request.report) == ["I13"]
    with request_of(StreamRecords(), stream(storage_behaviour="replace")) as request:
        request.enqueue_results("contacts", people(1), {"at": 1})
    assert "replace keeps the records from before until it is" in str(request.report)
    request = request_of(StreamRecords())
    request.mark_stream_complete("contacts")
    assert rules(refused(request, "contacts", people(2))) == ["I12"]


@pytest.mark.parametrize("criteria", [{}, [], None, {"a": {1}}])
def test_criteria_that_would_delete_all_or_cannot_be_read(criteria: Any) -> None:
    with pytest.raises(StreamError, match="I15"):
        request_of(StreamRecords()).delete_by_criteria("contacts", criteria)


def test_criteria_hold_no_secret() -> None:
    request = request_of(StreamRecords(), secrets=Secrets(lambda text: ["t0p"] * ("t0p" in text)))
    with pytest.raises(StreamError, match="I09"):
        request.delete_by_criteria("contacts", {"token": "t0p"}, {"at": 1})


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.datetimes()
    | st.decimals()
    | st.sampled_from([pd.NA, pd.NaT, pd.Timestamp(0), object(), 1j, {1}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from(["id", "a"]), ANYTHING)) | ANYTHING, ANYTHING)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_records_hold_there_is_a_report_and_no_traceback(results: Any, state: Any) -> None:
    store = StreamRecords()
    request = request_of(store)
    report = report_of(request, "contacts", results, state)
    assert str(report)
    assert report or store.checkpoints == []


def _frames() -> Sequence[pd.DataFrame]:
    days = pd.date_range("2026-05-01", periods=3, tz="Europe/Berlin")
    columns: dict[str, Any] = {
        "object": [1, "a", None],
        "string": pd.array(["a", None, "c"], dtype="string"),
        "arrow": pd.array([1.5, None, 2], dtype="double[pyarrow]"),
        "categorical": pd.Categorical(["x", None, "x"]),
        "nullable": pd.array([True, None, False], dtype="boolean"),
        "datetime": days,
        "naive": days.tz_localize(None),
        "duration": pd.to_timedelta([1, 2, None], unit="s"),
        "period": pd.period_range("2026-05", periods=3, freq="M"),
        "interval": pd.interval_range(0, 3),
        "sparse": pd.arrays.SparseArray([0, 1, 0]),
        "complex": [1j, 2j, 3j],
        "lists": [[1], [2, None], []],
    }
    frames = [pd.DataFrame({"id": ["a", "b", "c"], "value": each}) for each in columns.values()]
    frames += [pd.DataFrame({"id": each}) for each in columns.values()]
    several = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("id", "a"), ("id", "b")]))
    return [*frames, several, pd.DataFrame(), pd.DataFrame(index=[1, 2])]


@pytest.mark.parametrize("frame", _frames(), ids=lambda frame: " ".join(map(str, frame.dtypes)))
def test_whatever_dtype_a_frame_has_there_is_a_report_and_no_traceback(frame: pd.DataFrame) -> None:
    store = StreamRecords()
    request = request_of(store)
    report = report_of(request, "contacts", frame, {"at": 1})
    assert str(report)
    assert len(store.records("contacts")) == (frame["id"].nunique() if report and len(frame) else 0)


STEPS = st.one_of(
    st.tuples(st.just("page"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("state"), st.none(), st.just(True)),
    st.tuples(st.just("criteria"), st.none(), st.booleans()),
    st.tuples(st.just("flush"), st.none(), st.just(False)),
)


@given(
    st.lists(STEPS, max_size=12),
    st.sampled_from(["returns", "raises", "completes"]),
    st.none() | st.integers(1, 8),
    st.sampled_from([AT_ONCE, Pace(), Pace(records=4)]),
)
@settings(deadline=None)
def test_a_state_is_never_ahead_of_its_records_however_a_run_goes(
    steps: list[tuple[str, int, bool]], end: str, limit: int | None, pace: Pace
) -> None:
    """A state is the number of what was enqueued before it: records, and criteria."""
    store, enqueued = StreamRecords(), []

    def sync_inbound(request: InboundSyncRequest) -> None:
        for step, size, has_state in steps:
            page = people(*range(len(enqueued), len(enqueued) + (size or 0)))
            enqueued.extend([each["id"] for each in page] + ["criteria"] * (step == "criteria"))
            state = {"at": len(enqueued)} if has_state else None
            if step == "flush":
                request.flush()
            elif step == "criteria":
                request.delete_by_criteria("contacts", {"name": "nobody"}, state)
            else:
                request.enqueue_results("contacts", page, state)
        if end == "raises":
            raise RuntimeError
        if end == "completes":
            request.mark_stream_complete("contacts")

    with suppress(RuntimeError):
        run(request_of(store, limit=limit, pace=pace), sync_inbound)
    criteria = ["criteria" for each in store.checkpoints for _ in each.delete_criteria]
    stored = sorted([*named(store), *criteria])
    covered = (store.state("contacts") or {"at": 0})["at"]
    assert set(enqueued[:covered]) <= set(stored)
    assert limit is None or len(named(store)) <= limit
    assert end == "raises" or limit is not None or stored == sorted(enqueued)


def test_a_limit_is_no_exception() -> None:
    assert not issubclass(LimitReached, Exception)
