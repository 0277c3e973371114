"""Events passed on to a topic: handled means that the brokers have it; what they do not have comes again."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import CatalogError, DataError, UsageError
from devsession.openmetadata import ChangeEvent, ToTopic
from devsession.openmetadata.events.handler import Handled, hand_over
from devsession.openmetadata.steps.steps import WorkflowContext
from tests.openmetadata.mock_kafka import NO_RIGHT, TOO_LARGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from tests.openmetadata.mock_kafka import MockKafka


def event(number: int = 1, fqn: str = "crm.sales.public.orders", **more: Any) -> ChangeEvent:
    return ChangeEvent.model_validate(
        {
            "id": f"{fqn}-{number}",
            "eventType": "entityUpdated",
            "entityType": "table",
            "entityFullyQualifiedName": fqn,
            "timestamp": number,
            "userName": "Åsa",
            "entity": {"name": "orders", "description": None, "new in 2.1": [1]},
            "changeDescription": {"fieldsUpdated": [{"name": "description", "newValue": "x"}]},
            **more,
        }
    )


def handler(cluster: MockKafka, topic: str, **options: Any) -> ToTopic:
    given = {"topic": topic, "bootstrap_servers": cluster.address, "timeout": 20, **options}
    made = ToTopic.using(**given).made(WorkflowContext())
    assert isinstance(made, ToTopic)
    return made


@pytest.fixture(scope="module")
def to_changes(kafka: MockKafka) -> Iterator[ToTopic]:
    made = handler(kafka, "changes.{kind}")
    made.prepare()
    yield made
    made.close()


def test_a_message_of_an_event_is_shown_without_kafka(snapshot: SnapshotAssertion) -> None:
    assert str(ToTopic.message(event())) == snapshot


def test_what_is_read_of_the_topic_is_the_event(kafka: MockKafka, to_changes: ToTopic) -> None:
    told = hand_over(to_changes, event(7))
    assert told is not None
    assert told.result == {"done": "written to changes.table"}
    [message] = kafka.read("changes.table")
    assert message.key() == b"crm.sales.public.orders"
    assert dict(message.headers() or [])["id"] == b"crm.sales.public.orders-7"
    assert ChangeEvent.model_validate(json.loads(message.value() or b"")) == event(7)


def test_an_event_without_a_name_goes_under_its_id(to_changes: ToTopic, kafka: MockKafka) -> None:
    unnamed = event(entityFullyQualifiedName=None, entityType="thread", entityId="t-1")
    assert hand_over(to_changes, unnamed)
    assert [each.key() for each in kafka.read("changes.thread")] == [b"t-1"]


def test_from_several_threads_each_event_is_there_and_those_of_one_entity_in_order(
    kafka: MockKafka, to_changes: ToTopic
) -> None:
    said: list[bool] = []

    def several(fqn: str) -> None:
        for number in range(20):
            told = hand_over(to_changes, event(number, fqn, entityType="topic"))
            said.append(told is not None and told.success)

    threads = [threading.Thread(target=several, args=(f"kafka.t{at}",)) for at in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert said == [True] * 160
    order: dict[bytes, list[int]] = {}
    for message in kafka.read("changes.topic"):
        number = json.loads(message.value() or b"")["timestamp"]
        order.setdefault(message.key() or b"", []).append(number)
    assert order == {f"kafka.t{at}".encode(): list(range(20)) for at in range(8)}


def test_one_that_is_too_large_is_told_and_the_next_one_goes(
    to_changes: ToTopic, kafka: MockKafka, snapshot: SnapshotAssertion
) -> None:
    huge = event(1, entityType="user", entity={"description": "x" * 2**21})
    with pytest.raises(DataError) as error:
        to_changes.handle(huge)
    assert str(error.value) == snapshot
    to_changes.handle(event(2, entityType="user"))
    assert len(kafka.read("changes.user")) == 1


def test_what_goes_down_with_its_batch_is_sent_alone(faulty: MockKafka) -> None:
    own = handler(faulty, "changes")
    own.prepare()
    faulty.refuse(TOO_LARGE)
    assert own.handle(event()) == "written to changes"
    own.close()


def test_what_is_not_confirmed_was_not_handled_and_may_come_again(faulty: MockKafka) -> None:
    own = handler(faulty, "changes", timeout=1, options={"reconnect.backoff.max.ms": 100})
    own.prepare()
    faulty.down()
    with pytest.raises(CatalogError, match="did not confirm in time"):
        own.handle(event())
    faulty.up()
    told = [hand_over(own, event()) for _ in range(5)]
    assert told[-1] is not None
    assert told[-1].success
    own.close()
    assert {each.key() for each in faulty.read("changes")} == {b"crm.sales.public.orders"}


def test_a_right_that_is_granted_later_counts_from_the_next_event_on(faulty: MockKafka) -> None:
    own = handler(faulty, "changes")
    own.prepare()
    faulty.refuse(NO_RIGHT)
    with pytest.raises(CatalogError, match="do not let write"):
        own.handle(event())
    assert own.handle(event()) == "written to changes"
    own.close()


def test_what_was_on_its_way_when_it_was_closed_was_not_handled(faulty: MockKafka) -> None:
    own = handler(faulty, "changes", timeout=1)
    own.prepare()
    faulty.slow(60_000)
    told: list[Handled | None] = []
    thread = threading.Thread(target=lambda: told.append(hand_over(own, event())))
    thread.start()
    time.sleep(0.2)  # in which it is sent; before that it would not be handled either
    own.close()
    thread.join()
    assert told[0] is not None
    assert not told[0].success


def test_before_it_is_open_and_without_a_broker_it_is_told(
    kafka: MockKafka, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as unopened:
        handler(kafka, "changes").handle(event())
    nobody = handler(kafka, "changes", bootstrap_servers="127.0.0.1:1")
    with pytest.raises(CatalogError) as unreached:
        nobody.prepare()
    nobody.close()
    assert [str(unopened.value), str(unreached.value)] == snapshot
