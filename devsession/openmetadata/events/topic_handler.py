"""A handler that passes events on: each goes to a topic, and counts as handled when the brokers have it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar

from devsession.errors import CatalogError, DataError, UsageError
from devsession.openmetadata.events.handler import EventHandler
from devsession.openmetadata.shipped.topic_config import TopicConfig
from devsession.openmetadata.shipped.topic_messages import TopicMessage, message_of_event
from devsession.openmetadata.shipped.topic_writer import LARGER, Sent, TopicWriter

if TYPE_CHECKING:
    from pydantic import BaseModel

    from devsession.openmetadata.model.change_event import ChangeEvent
    from devsession.openmetadata.steps.steps import WorkflowContext


class ToTopic(EventHandler):
    """Writes each event to a topic, at least once: `ToTopic.using(topic="changes", bootstrap_servers="..")`.

    The key is the entity's fully qualified name, so its events stay in their order; the header `id` is
    the event's id, by which a reader tells repeated ones. `{kind}` in the topic is the entity's type.
    """

    Config: ClassVar[type[BaseModel] | None] = TopicConfig
    _writer: TopicWriter | None = None
    _open = False

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        super().__init__(ctx)
        self._changing = threading.Lock()

    @staticmethod
    def message(event: ChangeEvent) -> TopicMessage:
        """What is written of an event: key, value, headers. Needs no Kafka."""
        return message_of_event(event)

    def prepare(self) -> None:
        """Raises: CatalogError, soon, where no broker answers, or there is no such topic."""
        self._open = True
        self._opened().reach()

    def handle(self, event: ChangeEvent) -> str:
        """Write it, and return when the brokers have confirmed it; from any thread.

        Raises: CatalogError when they are away, or do not let write; DataError for what they refuse.
        """
        message, topic = message_of_event(event), self.config.topic_of(event.entity_type)
        writer = self._opened()
        sent = _written(writer, Sent(message, topic))
        if sent.too_large and not sent.at_once:
            # It went down with its batch, where others may have been.
            sent = _written(writer, Sent(message, topic))
        error = sent.error
        if error is None:
            return f"written to {topic}"
        if error.fatal() or sent.refused:
            self._leave(writer)
        if sent.given_up:
            raise CatalogError(
                f"Event {event.id} was not confirmed: the handler was closed before",
                where=f"topic {topic!r}",
                next_step="hand it over again",
            )
        if sent.for_all:
            raise writer.failure(sent)
        raise DataError(
            f"The brokers refused event {event.id}",
            said=writer.said(error),
            tried=f"{len(message.value):,} bytes about {message.name}",
            where=f"topic {topic!r}",
            next_step=LARGER if sent.too_large else "look at the topic's settings",
        )

    def close(self) -> None:
        """What is still on its way is not waited for: whoever handed it over knows that it is not done."""
        with self._changing:
            writer, self._writer, self._open = self._writer, None, False
        if writer is not None:
            writer.close()

    def _opened(self) -> TopicWriter:
        """The producer, another one after `_leave`. Raises: UsageError before `prepare`; CatalogError."""
        with self._changing:
            if not self._open:
                raise UsageError("The handler is not open", next_step="handler.prepare()")
            if self._writer is None:
                self._writer = TopicWriter(self.config)
            return self._writer

    def _leave(self, writer: TopicWriter) -> None:
        """One that can write no more, or remembers for minutes that it may not: the next event gets another."""
        with self._changing:
            if self._writer is writer:
                self._writer = None


def _written(writer: TopicWriter, sent: Sent) -> Sent:
    writer.send(sent)
    while not sent.ended:
        writer.wait()
    return sent
