"""Topics: what was yielded stands in the topic, or is told; nothing counts that no broker has confirmed."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from pydantic_core import from_json

from devsession.errors import SetupError, WorkflowError
from devsession.openmetadata import (
    Column,
    JsonLinesSource,
    LineageEdge,
    Reference,
    Source,
    Table,
    TestCase,
    TestResult,
    TopicSink,
    Workflow,
    WorkflowContext,
)
from devsession.openmetadata.workflow.file import read_workflow
from devsession.recording.network import NetworkShut
from tests.openmetadata.acme import AcmeSource, Kept, table
from tests.openmetadata.mock_kafka import NO_RIGHT, NO_TOPIC, NOT_LEADER, TOO_LARGE, MockKafka
from tests.openmetadata.test_json_lines import ALL, Everything

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata.steps.steps import Planned

KEY = "sesame-open-7"
NOBODY = "127.0.0.1:1"


def orders(column: str) -> Table:
    return table("orders", Column(name=column, data_type="INT"))


class Tables(Source):
    """Thirty tables."""

    count = 30

    def generate(self) -> Iterator[Any]:
        for number in range(self.count):
            yield table(f"t{number}")


class Ten_Thousand(Tables):  # noqa: N801
    count = 10_000


def into(cluster: MockKafka, topic: str, **options: Any) -> Planned:
    """A sink into a cluster."""
    return TopicSink.using(
        **{"topic": topic, "bootstrap_servers": cluster.address, "timeout": 20, **options}
    )


def keys(kafka: MockKafka, topic: str) -> Counter[str]:
    return Counter((each.key() or b"").decode() for each in kafka.read(topic))


def test_a_message_is_shown_without_kafka(snapshot: SnapshotAssertion) -> None:
    message = TopicSink.message(orders("größe"))
    assert str(message) == snapshot
    assert "größe" in message._repr_html_()
    assert message.to_dict()["headers"] == {"kind": "Table"}


def test_of_a_large_message_the_beginning_is_shown() -> None:
    wide = table("wide", *(Column(name=f"c{at}", data_type="INT") for at in range(1_000)))
    message = TopicSink.message(wide)
    assert len(str(message).splitlines()) == 34
    assert str(message).endswith("more lines")
    assert len(message.to_dict()["value"]["columns"]) == 1_000


def test_what_is_called_the_same_has_keys_of_its_own() -> None:
    test = TestCase(name="no nulls", table="a.b.c.d", test_definition="columnValuesToBeNotNull")
    result = TestResult(test_case=test.fqn, timestamp=1, test_case_status="Success")
    edge = LineageEdge(from_entity=Reference(fqn="a"), to_entity=Reference(fqn="b"))
    assert [TopicSink.message(each).key.decode() for each in (test, result, edge)] == [
        "TestCase:a.b.c.d.no nulls",
        "TestResult:a.b.c.d.no nulls",
        "LineageEdge:a -> b",
    ]


def test_what_a_topic_holds_is_read_again_as_json_lines(kafka: MockKafka, tmp_path: Path) -> None:
    assert Workflow(Everything, into(kafka, "everything")).run()
    messages = kafka.read("everything")
    path, sink = tmp_path / "topic.jsonl", Kept()
    path.write_bytes(b"\n".join(each.value() or b"" for each in messages))
    assert Workflow(JsonLinesSource.using(path=path), sink).run()
    again = [item for item in sink.items if item in ALL]
    assert len(again) == len(ALL)
    assert all(item in again for item in ALL)
    kinds = {type(item).__name__.encode() for item in ALL}
    assert {dict(each.headers() or [])["kind"] for each in messages} >= kinds


def test_of_ten_thousand_none_is_lost(kafka: MockKafka) -> None:
    report = Workflow(Ten_Thousand, into(kafka, "many"), service="acme").run()
    assert "10,003 stored" in report.headline
    found = keys(kafka, "many")
    assert (len(found), set(found.values())) == (10_003, {1})


def test_each_kind_may_have_a_topic_of_its_own(kafka: MockKafka) -> None:
    assert Workflow(AcmeSource, into(kafka, "of.{kind}"), service="acme").run()
    assert keys(kafka, "of.Database") == {"Database:acme.sales": 1, "Database:acme.hr": 1}
    assert len(kafka.read("of.Table")) == 4


def test_one_that_is_too_large_is_told_and_the_others_go_on(
    kafka: MockKafka, snapshot: SnapshotAssertion
) -> None:
    class OneHuge(Source):
        def generate(self) -> Iterator[Table]:
            yield table("before")
            yield Table(
                name="huge", database="sales", schema="public", columns=[], description="x" * 2**21
            )
            yield table("after")

    report = Workflow(OneHuge, into(kafka, "large"), service="acme").run()
    assert report.state == "partialSuccess"
    assert [str(each) for each in report.failures] == snapshot
    assert keys(kafka, "large") == {
        f"{kind}:acme{name}": 1
        for kind, name in {
            "DatabaseService": "",
            "Database": ".sales",
            "DatabaseSchema": ".sales.public",
        }.items()
    } | {"Table:acme.sales.public.before": 1, "Table:acme.sales.public.after": 1}


def test_what_is_larger_than_the_whole_queue_is_told(
    kafka: MockKafka,
) -> None:
    class Wide(Source):
        def generate(self) -> Iterator[Table]:
            yield Table(
                name="wide", database="d", schema="s", columns=[], description="x" * 100_000
            )
            yield table("narrow")

    small = into(kafka, "queue", options={"queue.buffering.max.kbytes": 50})
    report = Workflow(Wide, small, service="acme").run()
    assert [each.name for each in report.failures] == ["acme.d.s.wide"]


def test_what_goes_down_with_its_batch_is_sent_alone(faulty: MockKafka) -> None:
    faulty.refuse(TOO_LARGE, TOO_LARGE)
    report = Workflow(
        Tables, into(faulty, "alone", options={"linger.ms": 100}), service="acme"
    ).run()
    assert report, str(report)
    assert set(keys(faulty, "alone").values()) == {1}
    assert len(keys(faulty, "alone")) == 33


def opened(planned: Planned) -> TopicSink:
    sink = planned.made(WorkflowContext())
    assert isinstance(sink, TopicSink)
    sink.prepare()
    return sink


def columns_in(kafka: MockKafka, topic: str) -> list[str]:
    """The one column of each table, in the order of the topic."""
    return [from_json(each.value() or b"")["columns"][0]["name"] for each in kafka.read(topic)]


def test_the_order_of_one_key_is_kept(faulty: MockKafka) -> None:
    names = [f"c{number}" for number in range(50)]
    # All in one batch, which is refused once for a while and then for good.
    sink = opened(into(faulty, "order", options={"linger.ms": 5_000}))
    faulty.refuse(NOT_LEADER, TOO_LARGE)
    for name in names:
        assert sink.write(orders(name)) == []
    assert sink.flush() == []
    sink.close()
    assert columns_in(faulty, "order") == names


def test_what_went_down_with_its_batch_is_not_put_after_a_newer_one(faulty: MockKafka) -> None:
    sink = opened(into(faulty, "newer", options={"batch.num.messages": 1, "linger.ms": 0}))
    faulty.refuse(TOO_LARGE, after=500)
    assert sink.write(orders("old")) == []
    assert sink.write(orders("new")) == []
    [lost] = sink.flush()
    assert str(lost).endswith("a newer one is there already")
    sink.close()
    assert columns_in(faulty, "newer") == ["new"]


def test_a_queue_that_is_full_is_waited_for(kafka: MockKafka) -> None:
    small = into(kafka, "full", options={"queue.buffering.max.messages": 3})
    assert Workflow(Tables, small, service="acme").run()
    assert len(keys(kafka, "full")) == 33


def test_what_passes_by_itself_is_not_told(faulty: MockKafka) -> None:
    faulty.refuse(NOT_LEADER)
    assert Workflow(Tables, into(faulty, "passes"), service="acme").run()
    assert set(keys(faulty, "passes").values()) == {1}


def test_a_broker_that_is_gone_ends_the_run_and_nothing_is_claimed(faulty: MockKafka) -> None:
    class Falls(Tables):
        def generate(self) -> Iterator[Any]:
            faulty.down()
            yield from super().generate()

    report = Workflow(Falls, into(faulty, "gone", timeout=1), service="acme").run()
    assert (report.state, report.confirmed) == ("failed", False)
    assert "The brokers did not confirm in time" in str(report)
    assert "acme.sales.public.t0: Local: Message timed out" in [str(e) for e in report.failures]
    faulty.up()
    assert faulty.read("gone") == []


def test_without_the_right_to_write_the_run_ends(faulty: MockKafka) -> None:
    faulty.refuse(NO_RIGHT, NO_RIGHT, NO_RIGHT, NO_RIGHT)
    report = Workflow(Tables, into(faulty, "rights"), service="acme").run()
    assert "The brokers do not let write" in str(report)
    assert not report.confirmed


def test_ctrl_c_while_it_waits_claims_nothing(faulty: MockKafka) -> None:
    class Stopped(Tables):
        def generate(self) -> Iterator[Any]:
            faulty.slow(60_000)
            yield from super().generate()
            # Where the main thread is by then: in flush(), which waits for the broker.
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt) as stop:
        Workflow(Stopped, into(faulty, "stopped", timeout=60), service="acme").run()
    report = stop.value.report  # type: ignore[attr-defined]
    assert (report.state, report.confirmed) == ("stopped", False)
    assert "33 given to the sink, which did not confirm them" in report.headline
    assert report.steps[-1].notes == [
        "0 of 33 were confirmed by the brokers; 33 were not sent, or nobody knows"
    ]


@pytest.mark.parametrize("name", ["nobody", "unknown option", "no such value"])
def test_what_cannot_be_reached_is_told_before_anything_is_read(
    name: str, kafka: MockKafka, snapshot: SnapshotAssertion
) -> None:
    sink = {
        "nobody": into(kafka, "t", bootstrap_servers=NOBODY),
        "unknown option": into(kafka, "t", options={"lingers.ms": 5}),
        "no such value": into(kafka, "t", options={"linger.ms": "soon"}),
    }[name]
    report = Workflow(Tables, sink, service="acme").run()
    assert report.steps[0].records == 0
    assert str(report.failures[0]) == snapshot


def test_each_address_is_tried(kafka: MockKafka) -> None:
    several = f"PLAINTEXT://nohost.invalid:9092, {NOBODY}, {kafka.address}"
    assert Workflow(
        AcmeSource, into(kafka, "several", bootstrap_servers=several), service="acme"
    ).run()
    none = into(kafka, "several", bootstrap_servers=f"nohost.invalid:9092,{NOBODY},[::1,")
    told = str(Workflow(AcmeSource, none, service="acme").run())
    assert "nohost.invalid:9092: " in told
    assert f"{NOBODY}: Connection refused" in told


def test_where_the_network_is_shut_nothing_is_called(kafka: MockKafka) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, NetworkShut() as shut:
        server.settimeout(0.3)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        sink = TopicSink.using(topic="t", bootstrap_servers=address)
        report = Workflow(AcmeSource, sink, service="acme").run()
        with pytest.raises(TimeoutError):
            server.accept()
    assert shut.refused == [address]
    assert "the network is shut" in str(report)


@pytest.mark.parametrize(
    ("code", "said"),
    [(NO_TOPIC, "There is no topic 'marked'"), (NO_RIGHT, "The brokers do not let in")],
)
def test_a_topic_that_cannot_be_written_to_is_told(code: int, said: str, kafka: MockKafka) -> None:
    kafka.read("marked")
    kafka.mark("marked", code)
    assert said in str(Workflow(AcmeSource, into(kafka, "marked", timeout=1), service="acme").run())


@pytest.mark.parametrize(
    "wrong",
    [
        {"bootstrap_servers": "", "topic": "a b", "timeout": 0},
        {"username": "ann"},
        {"security_protocol": "SASL_SSL"},
        {"options": {"sasl.password": KEY}},
        {"options": {"acks": 0}},
        {"options": {"linger.ms": [1]}},
        {"topik": "t"},
    ],
    ids=lambda wrong: next(iter(wrong)) + "".join(wrong.get("options", "")),
)
def test_a_configuration_that_cannot_be_is_told_without_its_secrets(
    wrong: dict[str, Any], kafka: MockKafka, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(WorkflowError) as error:
        TopicSink.using(**{"topic": "t", "bootstrap_servers": kafka.address, **wrong})
    assert str(error.value) == snapshot
    assert KEY not in str(error.value)


def test_no_secret_is_shown_nor_logged_and_nothing_goes_to_stderr(
    kafka: MockKafka,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sink = into(
        kafka,
        "secret",
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        username="ann",
        password=KEY,
        options={"ssl.key.password": KEY, "debug": "conf,security"},
    )
    with caplog.at_level(logging.DEBUG):
        report = Workflow(AcmeSource, sink, service="acme").run()
    assert "The brokers do not let in" in str(report)
    assert "SASL Handshake not supported" in caplog.text
    assert capfd.readouterr().err == ""
    shown = [repr(sink.config), str(sink.config.model_dump(mode="json")), str(report), caplog.text]
    assert not any(KEY in each for each in shown)


def test_without_confluent_kafka_it_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(SetupError) as error:
        TopicSink.using(topic="metadata", bootstrap_servers=NOBODY)
    assert str(error.value) == snapshot


FILE = """
source:
  type: customDatabase
  serviceName: acme
  serviceConnection:
    config: {type: CustomDatabase, sourcePythonClass: tests.openmetadata.acme.AcmeSource}
sink:
  type: topic
  config:
    topic: file
    bootstrap_servers: ADDRESS
    options: {linger.ms: 5, allow.auto.create.topics: true, ssl.key.password: "${ACME_API_KEY}"}
"""


def test_a_workflows_file_names_it_topic(
    kafka: MockKafka, written: Callable[[str], Path], tmp_path: Path
) -> None:
    read = read_workflow(written(FILE.replace("ADDRESS", kafka.address)), tmp_path)
    dry = read.workflow.run(dry_run=True)
    assert dry.tally.total("scanned") == 10
    assert read.workflow.run(), "and now for real"
    assert len(kafka.read("file")) == 10


def test_a_secret_among_the_options_of_a_file_is_refused_with_a_name_for_it(
    kafka: MockKafka, written: Callable[[str], Path], tmp_path: Path
) -> None:
    path = written(FILE.replace("ADDRESS", kafka.address).replace("${ACME_API_KEY}", KEY))
    with pytest.raises(WorkflowError) as error:
        read_workflow(path, tmp_path)
    assert "${SSL_KEY_PASSWORD}" in str(error.value)
    assert KEY not in str(error.value)


def test_it_deletes_nothing_and_says_so(
    kafka: MockKafka,
) -> None:
    report = Workflow(AcmeSource, into(kafka, "deletes"), service="acme").run(delete_unseen=True)
    assert "TopicSink deletes nothing: delete_unseen" in str(report)
    assert report.steps[0].records == 0


def test_by_hand_it_tells_and_stores_as_in_a_workflow(kafka: MockKafka) -> None:
    sink = opened(into(kafka, "by-hand"))
    assert sink.write(orders("at")) == []
    assert sink.flush() == []
    sink.close()
    sink.close()
    assert len(kafka.read("by-hand")) == 1
