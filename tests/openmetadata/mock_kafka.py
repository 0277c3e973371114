"""A Kafka cluster in this process: the mock that librdkafka ships, with faults to be set.

Its functions are reached in the library that confluent-kafka brings, which offers no others for them.
Source: librdkafka, rdkafka_mock.h.
"""

from __future__ import annotations

import ctypes
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confluent_kafka import Message

INSTALL = 'no confluent-kafka: pip install "devsession[kafka]"'
_PRODUCE = 0
TOO_LARGE, NOT_LEADER, TIMED_OUT, NO_RIGHT, NO_TOPIC = 10, 6, 7, 29, 3
_QUIET = (b"log_level", b"0")


class MockKafka:
    """One broker, four partitions a topic; topics come into being when they are asked for.

    Where confluent-kafka is not installed the test is skipped; in CI that is a failure.
    """

    def __init__(self) -> None:
        if find_spec("confluent_kafka") is None:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(INSTALL)
        self._lib = _library()
        conf = self._lib.rd_kafka_conf_new()
        error = ctypes.create_string_buffer(512)
        self._lib.rd_kafka_conf_set(conf, *_QUIET, error, 512)
        self._handle = self._lib.rd_kafka_new(0, conf, error, 512)
        self._cluster = self._lib.rd_kafka_mock_cluster_new(self._handle, 1)
        self.address: str = self._lib.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()

    def refuse(self, *codes: int, after: int = 0) -> None:
        """What the next messages sent are answered with, one request each. after: milliseconds."""
        for code in codes:
            self._lib.rd_kafka_mock_broker_push_request_error_rtts(
                self._cluster, 1, _PRODUCE, 1, ctypes.c_int(code), ctypes.c_int(after)
            )

    def mark(self, topic: str, code: int) -> None:
        """What is said of a topic from now on; 0: nothing is wrong."""
        self._lib.rd_kafka_mock_topic_set_error(self._cluster, topic.encode(), code)

    def slow(self, milliseconds: int) -> None:
        """Each answer comes so much later."""
        self._lib.rd_kafka_mock_broker_set_rtt(self._cluster, 1, milliseconds)

    def down(self) -> None:
        """The broker takes no connection any more."""
        self._lib.rd_kafka_mock_broker_set_down(self._cluster, 1)

    def up(self) -> None:
        """It does again."""
        self._lib.rd_kafka_mock_broker_set_up(self._cluster, 1)

    def read(self, topic: str) -> list[Message]:
        """All that a topic holds, partition after partition."""
        return list(_messages(self.address, topic))

    def close(self) -> None:
        self._lib.rd_kafka_mock_cluster_destroy(self._cluster)
        self._lib.rd_kafka_destroy(self._handle)


def _messages(address: str, topic: str) -> Iterator[Message]:
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": "tests",
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 10,
            "log_level": 0,
        }
    )
    try:
        partitions = consumer.list_topics(topic, timeout=5).topics[topic].partitions
        for partition in partitions:
            consumer.assign([TopicPartition(topic, partition, 0)])
            ended = False
            while not ended:
                message = consumer.poll(5)
                assert message is not None, "the broker gives nothing"
                ended = message.error() is not None
                if not ended:
                    yield message
    finally:
        consumer.close()


def _library() -> ctypes.CDLL:
    import confluent_kafka

    package = Path(confluent_kafka.__file__).parent
    [path] = (package.parent / "confluent_kafka.libs").glob("librdkafka*")
    library = ctypes.CDLL(str(path))
    pointer, number, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    size = ctypes.c_size_t
    for name, gives, *takes in (
        ("rd_kafka_conf_new", pointer),
        ("rd_kafka_conf_set", number, pointer, text, text, text, size),
        ("rd_kafka_new", pointer, number, pointer, text, size),
        ("rd_kafka_destroy", None, pointer),
        ("rd_kafka_mock_cluster_new", pointer, pointer, number),
        ("rd_kafka_mock_cluster_destroy", None, pointer),
        ("rd_kafka_mock_cluster_bootstraps", text, pointer),
        # Variadic: pairs of an error and a time follow.
        (
            "rd_kafka_mock_broker_push_request_error_rtts",
            number,
            pointer,
            ctypes.c_int32,
            ctypes.c_int16,
            size,
        ),
        ("rd_kafka_mock_topic_set_error", None, pointer, text, number),
        ("rd_kafka_mock_broker_set_rtt", number, pointer, ctypes.c_int32, number),
        ("rd_kafka_mock_broker_set_down", number, pointer, ctypes.c_int32),
        ("rd_kafka_mock_broker_set_up", number, pointer, ctypes.c_int32),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = gives, takes
    return library
