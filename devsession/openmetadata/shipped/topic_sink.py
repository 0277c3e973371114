"""A sink that writes entities and facts to a topic, and tells of each whether the brokers have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from devsession.errors import UsageError
from devsession.openmetadata.shipped.topic_config import TopicConfig
from devsession.openmetadata.shipped.topic_messages import TopicMessage, message_of
from devsession.openmetadata.shipped.topic_writer import LARGER, Sent, TopicWriter
from devsession.openmetadata.steps.either import OMError
from devsession.openmetadata.steps.steps import Sink

if TYPE_CHECKING:
    from pydantic import BaseModel

    from devsession.errors import CatalogError
    from devsession.openmetadata.steps.steps import Item

# So many keys are remembered at most, between two moments at which nothing is on its way.
_KEYS = 5_000


class TopicSink(Sink):
    """Writes each item to a topic, at least once: `TopicSink.using(topic="metadata", bootstrap_servers="..")`.

    `flush` returns when the brokers have confirmed everything; what they refuse is told by its
    name, and the others go on. What has one key stays in its order. It deletes nothing.

    Raises: CatalogError from `write` and `flush` when the brokers are away, or do not let write.
    """

    Config: ClassVar[type[BaseModel] | None] = TopicConfig
    _writer: TopicWriter | None = None

    @staticmethod
    def message(item: Item) -> TopicMessage:
        """What is written of an item: key, value, headers. Needs no Kafka."""
        return message_of(item)

    def prepare(self) -> None:
        """Raises: CatalogError, soon, where no broker answers, or there is no such topic."""
        self._written = self._confirmed = self._failed = 0
        self._lost: list[OMError] = []
        self._gone: CatalogError | None = None
        # Refused with the batch in which they went: sent again, one at a time.
        self._refused: list[Sent] = []
        self._one_by_one = False
        # Key -> the place in the order of the last one confirmed.
        self._newest: dict[bytes, int] = {}
        self._writer = TopicWriter(self.config, self._ended)
        self._writer.reach()

    def write(self, item: Item) -> list[OMError]:
        """Hand one over; what ended meanwhile and was not stored, as errors. Raises: CatalogError."""
        if self._refused or len(self._newest) >= _KEYS:
            self._settle()
        self._go_on()
        message = message_of(item)
        self._written += 1
        self._opened.send(Sent(message, self._topic_of(message), self._written))
        return self._told()

    def flush(self) -> list[OMError]:
        """Wait until each one is confirmed, or told as lost. Raises: CatalogError."""
        self._settle()
        return self._told()

    def close(self) -> None:
        """What was not sent is given up; for what is on its way, it waits a moment."""
        if self._writer is None:
            return
        self._writer.close()
        self._writer = None
        for each in self._told():
            self.status.records -= 1
            self.status.fail(each)
        if unknown := self._written - self._confirmed - self._failed:
            self.status.note(
                f"{self._confirmed:,} of {self._written:,} were confirmed by the brokers; "
                f"{unknown:,} were not sent, or nobody knows"
            )

    @property
    def _opened(self) -> TopicWriter:
        if self._writer is None:
            raise UsageError("The sink is not open", next_step="sink.prepare()")
        return self._writer

    def _topic_of(self, message: TopicMessage) -> str:
        topic: str = self.config.topic_of(message.headers["kind"])
        return topic

    def _settle(self) -> None:
        """Wait for all that is on its way; what went down with its batch goes alone."""
        self._drain()
        refused, self._refused = self._refused, []
        self._one_by_one = True
        for each in refused:
            if self._newest.get(each.message.key, 0) > each.place:
                self._lose(
                    each, "its batch was too large for the broker; a newer one is there already"
                )
            else:
                self._opened.send(Sent(each.message, each.topic, each.place))
                self._drain()
        self._one_by_one = False
        self._newest.clear()

    def _drain(self) -> None:
        while self._opened.waiting and self._gone is None:
            self._opened.push()
        self._go_on()

    def _go_on(self) -> None:
        if self._gone is not None:
            raise self._gone

    def _told(self) -> list[OMError]:
        told, self._lost = self._lost, []
        return told

    def _ended(self, sent: Sent) -> None:
        if sent.error is None:
            self._confirmed += 1
            self._newest[sent.message.key] = sent.place
        elif sent.given_up:
            pass  # by close(), which counts them
        elif sent.too_large and not (self._one_by_one or sent.at_once):
            self._refused.append(sent)
        elif sent.too_large:
            self._lose(sent, f"it is too large: {len(sent.message.value):,} bytes; {LARGER}")
        else:
            if sent.for_all and self._gone is None:
                self._gone = self._opened.failure(sent)
            self._lose(sent, self._opened.said(sent.error))

    def _lose(self, sent: Sent, why: str) -> None:
        self._failed += 1
        self._lost.append(OMError(sent.message.name, why, step=self.status.name))
