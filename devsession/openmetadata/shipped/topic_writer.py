"""Messages on their way to a topic: each ends confirmed by the brokers, or with what was wrong."""

from __future__ import annotations

import logging
import socket
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from devsession.errors import CatalogError
from devsession.openmetadata.shipped.topic_config import KIND, MOCK
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import KafkaError

    from devsession.openmetadata.shipped.topic_config import TopicConfig
    from devsession.openmetadata.shipped.topic_messages import TopicMessage

_PORT = 9092
# Nobody waits longer for the first answer, nor in the end for what is on its way.
_FIRST_SECONDS = 5.0
_LAST_SECONDS = 2.0
LARGER = "how large it may be say the topic's max.message.bytes, and message.max.bytes in `options`"
# One wait; in between Ctrl-C is heeded.
_SLICE = 0.1


@dataclass(eq=False)
class Sent:
    """A message that is handed over, and how it ended: confirmed, when there is no error.

    place: in the order of all. at_once: refused before it was sent.
    """

    message: TopicMessage
    topic: str
    place: int = 0
    ended: bool = False
    at_once: bool = False
    error: KafkaError | None = None

    @property
    def too_large(self) -> bool:
        """The broker refused the batch in which it was, or itself."""
        return self.error is not None and self.error.code() == self.error.MSG_SIZE_TOO_LARGE

    @property
    def given_up(self) -> bool:
        """The writer was closed before it ended."""
        error = self.error
        return error is not None and error.code() in {error._PURGE_QUEUE, error._PURGE_INFLIGHT}

    @property
    def refused(self) -> bool:
        """Whether the brokers do not let write."""
        return self.error is not None and "AUTH" in self.error.name()

    @property
    def for_all(self) -> bool:
        """Whether no other message would fare better: the brokers are away, or do not let write."""
        error = self.error
        return error is not None and (
            self.refused
            or error.fatal()
            or error.code()
            in {error._MSG_TIMED_OUT, error._TRANSPORT, error._ALL_BROKERS_DOWN, error._FATAL}
        )


class _Troubles:
    """What librdkafka tells of its connections; that all are down says less than why.

    Not the writer's own method: the two would hold each other, and the connections stay open.
    """

    last: KafkaError | None = None

    def notice(self, error: KafkaError) -> None:
        if self.last is None or error.code() != error._ALL_BROKERS_DOWN:
            self.last = error


class TopicWriter:
    """A producer that tells how each message ended; from any thread.

    told: called with each one that has ended, while somebody waits in here.

    Raises: CatalogError where no address takes a connection, and for options that librdkafka does not take.
    """

    def __init__(self, config: TopicConfig, told: Callable[[Sent], None] | None = None) -> None:
        from confluent_kafka import KafkaException, Producer

        self._config = config
        self._redactor = Redactor(config.secrets())
        self._told = told
        self._troubles = _Troubles()
        if MOCK not in config.options:
            # A producer connects by itself, by C's sockets, as soon as it is made.
            _knock(config)
        try:
            self._producer = Producer(
                config.settings() | {"error_cb": self._troubles.notice}, logger=_log(self._redactor)
            )
        except KafkaException as error:
            raise CatalogError(
                "A producer cannot be made of this configuration",
                said=self.said(error.args[0]),
                where=f"topic {config.topic!r}",
                next_step="mend `options`; librdkafka's CONFIGURATION.md lists them",
            ) from None

    @property
    def waiting(self) -> int:
        """How many have not ended."""
        return len(self._producer)

    def reach(self) -> None:
        """Raises: CatalogError, soon, where no broker answers as one, or there is no such topic."""
        from confluent_kafka import KafkaError, KafkaException

        topic = None if KIND in self._config.topic else self._config.topic
        ends = time.monotonic() + min(self._config.timeout, _FIRST_SECONDS)
        while True:
            try:
                listed = self._producer.list_topics(topic, timeout=5 * _SLICE)
                wrong = listed.topics[topic].error if topic is not None else None
                if wrong is None:
                    return
            except KafkaException as error:
                wrong = error.args[0]
            self.wait(_SLICE)
            refused = "AUTH" in wrong.name() or (
                self._troubles.last is not None
                and self._troubles.last.code() == KafkaError._AUTHENTICATION
            )
            # A topic that brokers make by themselves is there a moment later.
            if refused or time.monotonic() >= ends:
                raise self._unreached(wrong, refused=refused)

    def send(self, sent: Sent) -> None:
        """Hand one over; where the local queue is full, when there is room again."""
        from confluent_kafka import KafkaError, KafkaException

        message = sent.message
        headers: list[tuple[str, str | bytes | None]] = [*message.headers.items()]
        told = partial(self._ended, sent)
        while True:
            try:
                self._producer.produce(
                    sent.topic, message.value, message.key, headers=headers, on_delivery=told
                )
            except BufferError:
                if self.waiting:
                    self.wait()
                    continue
                # Nothing is in it, and it has no room.
                sent.at_once = True
                told(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE))
            except KafkaException as error:
                sent.at_once = True
                told(error.args[0])
            else:
                self.wait(0)
            return

    def wait(self, seconds: float = _SLICE) -> None:
        """Hear what has ended; returns with the first of it."""
        self._producer.poll(seconds)

    def push(self) -> None:
        """Send what is held, and hear what has ended."""
        self._producer.flush(_SLICE)

    def close(self) -> None:
        """Give up what was not sent yet; for what is on its way, wait a moment."""
        self._producer.purge(in_flight=False)
        self._producer.flush(min(self._config.timeout, _LAST_SECONDS))
        self._producer.purge()
        self._producer.flush(_SLICE)
        # The producer itself ends with the last thread that waits in it.

    def said(self, error: KafkaError) -> str:
        """What librdkafka says, without secrets."""
        return self._redactor.text(str(error.str()))

    def failure(self, sent: Sent) -> CatalogError:
        """The error of a message that was not confirmed, when others would not be either."""
        assert sent.error is not None  # noqa: S101 - whoever calls has looked
        last = f"; {self.said(self._troubles.last)}" if self._troubles.last is not None else ""
        return CatalogError(
            "The brokers do not let write"
            if sent.refused
            else "The brokers did not confirm in time",
            said=self.said(sent.error) + last,
            tried=sent.message.name
            if sent.refused
            else f"{sent.message.name}, for {self._config.timeout:g} s",
            where=f"topic {sent.topic!r} on {self._config.bootstrap_servers}",
            next_step="have the right Write granted for the topic; then run it again"
            if sent.refused
            else "look at the brokers; then run it again: what was not confirmed may be there twice then",
        )

    def _ended(self, sent: Sent, error: KafkaError | None, _: Any = None) -> None:
        # In this order: another thread may look at it.
        sent.error = error
        sent.ended = True
        if self._told is not None:
            self._told(sent)

    def _unreached(self, wrong: KafkaError, *, refused: bool) -> CatalogError:
        config, last = self._config, self._troubles.last
        where = config.bootstrap_servers
        if wrong.code() in {wrong.UNKNOWN_TOPIC_OR_PART, wrong._UNKNOWN_TOPIC}:
            return CatalogError(
                f"There is no topic {config.topic!r}, and the brokers make none by themselves",
                where=where,
                next_step=f"kafka-topics --create --topic {config.topic} --bootstrap-server {where}",
            )
        if refused:
            what, advice = (
                "The brokers do not let in",
                "security_protocol, username, password, ca_file",
            )
        else:
            what, advice = "The brokers do not answer", "bootstrap_servers and security_protocol"
        return CatalogError(
            what,
            said=self.said(last if last is not None else wrong),
            tried=f"topic {config.topic!r}, {config.security_protocol}",
            where=where,
            next_step=f"look at {advice}; then run it again",
        )


def _knock(config: TopicConfig) -> None:
    """Whether anybody is there, by Python's own sockets: at once, and where the network is shut, not at all.

    Raises: CatalogError with what came of each address; NetworkShutError.
    """
    tried = {}
    for address in config.bootstrap_servers.split(","):
        try:
            place = urlsplit("//" + address.strip().rpartition("://")[2])
            host, port = place.hostname or "", place.port or _PORT
            seconds = min(config.timeout, _FIRST_SECONDS)
            socket.create_connection((host, port), timeout=seconds).close()
        except (OSError, ValueError) as error:
            tried[address.strip()] = getattr(error, "strerror", None) or str(error)
        else:
            return
    raise CatalogError(
        "No broker can be reached",
        tried="\n".join(f"{address}: {why}" for address, why in tried.items()),
        where=f"topic {config.topic!r}",
        next_step="mend bootstrap_servers, or start Kafka; then run it again",
    )


def _log(redactor: Redactor) -> logging.Logger:
    """What librdkafka logs goes, without secrets, where `devsession.openmetadata` goes; not to stderr."""
    own = logging.Logger("devsession.openmetadata.topic")
    own.parent = logging.getLogger("devsession.openmetadata")

    def clean(record: logging.LogRecord) -> bool:
        record.msg, record.args = redactor.text(record.getMessage()), ()
        return True

    own.addFilter(clean)
    return own
