"""The app's team chat: channels, and messages that are posted to one of them.

It is there for plugins that send an event for each record instead of keeping records in step.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from devsession.errors import did_you_mean
from devsession.sandbox.fields import Field
from devsession.sandbox.objects import ID, TIMES, ObjectType
from devsession.sandbox.parameters import CURSOR, LIMIT
from devsession.sandbox.reading import read_object
from devsession.sandbox.refusals import VALUE_CODES, RefusedError, json_response
from devsession.sandbox.routing import operation
from devsession.sandbox.schemas import listed, record, written
from devsession.sandbox.store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.kept import Kept
    from devsession.sandbox.store import Record

LONGEST_TEXT = 4_000
MOST_BLOCKS = 50

_MESSAGES = "/channels/{channel}/messages"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")

CHANNEL = ObjectType(
    "channel",
    "Channel",
    "chn",
    (
        ID,
        Field(
            "name",
            "Name",
            required=True,
            unique=True,
            help="Lower-case letters, digits, - and _, at most 80",
        ),
        Field("topic", "Topic"),
        *TIMES,
    ),
)
MESSAGE = ObjectType(
    "message",
    "Message",
    "msg",
    (
        ID,
        Field("channel", "Channel", required=True, help="Its name"),
        Field("text", "Text", required=True, help=f"At most {LONGEST_TEXT:,} characters"),
        Field(
            "blocks",
            "Blocks",
            "objects",
            help=f"At most {MOST_BLOCKS}, shown below the text",
            fields=(
                Field("type", "Type", required=True, help="header, section, divider or any other"),
                Field("text", "Text"),
            ),
        ),
        Field(
            "idempotency_key",
            "Idempotency key",
            unique=True,
            help="Your own key for the message: sent once more, it is not posted once more",
        ),
        *TIMES,
    ),
)

# The channel of a new message is that of the address; it may be said once more.
_POSTED = replace(
    MESSAGE,
    fields=tuple(
        replace(field, required=field.required and field.name != "channel")
        for field in MESSAGE.fields
    ),
)


class Chat:
    """What the app does at the addresses of its chat. The channel general is always there."""

    def __init__(self, clock: Callable[[], datetime], kept: Kept | None) -> None:
        self._channels = RecordStore(CHANNEL, clock, kept)
        self._messages = RecordStore(MESSAGE, clock, kept)
        if self._channels.holder("name", "general") is None:
            self._channels.create({"name": "general"})

    @operation(
        "GET",
        "/channels",
        {200: listed("channels", record(CHANNEL))},
        parameters=(LIMIT, CURSOR),
        refuses=("invalid_cursor",),
    )
    async def list_channels(self, request: Request) -> Response:
        """A page of channels."""
        page = self._channels.page(LIMIT.read(request), CURSOR.read(request))
        return json_response({"channels": page.records, "next_cursor": page.next_cursor})

    @operation(
        "POST",
        "/channels",
        {201: record(CHANNEL)},
        written(CHANNEL, whole=True),
        refuses=(*VALUE_CODES, "invalid_name"),
    )
    async def create_channel(self, request: Request) -> Response:
        """Creates a channel."""
        values = await read_object(request)
        name = values.get("name")
        if isinstance(name, str) and name and not _NAME.fullmatch(name):
            raise RefusedError(
                "invalid_name",
                "A channel's name is lower-case letters, digits, - and _, at most 80.",
                field="name",
            )
        return json_response(self._channels.create(values).record, 201)

    @operation(
        "GET",
        _MESSAGES,
        {200: listed("messages", record(MESSAGE))},
        parameters=(LIMIT, CURSOR),
        refuses=("unknown_channel", "invalid_cursor"),
    )
    async def list_messages(self, request: Request) -> Response:
        """A page of a channel's messages, the oldest first."""
        channel = self._channel(request)
        page = self._messages.page(
            LIMIT.read(request),
            CURSOR.read(request),
            among=lambda message: message["channel"] == channel,
        )
        return json_response({"messages": page.records, "next_cursor": page.next_cursor})

    @operation(
        "POST",
        _MESSAGES,
        {200: record(MESSAGE), 201: record(MESSAGE)},
        written(_POSTED, whole=True),
        refuses=(
            *VALUE_CODES,
            "unknown_channel",
            "idempotency_conflict",
            "text_too_long",
            "too_many_blocks",
        ),
    )
    async def post_message(self, request: Request) -> Response:
        """Posts a message: 200 when it was posted with this idempotency key before."""
        channel = self._channel(request)
        values = await read_object(request)
        if values.setdefault("channel", channel) != channel:
            message = "channel is not the one in the address."
            raise RefusedError("invalid_body", message, field="channel")
        _check_size(values)
        posted = self._messages.holder("idempotency_key", values.get("idempotency_key"))
        if posted is None:
            return json_response(self._messages.create(values).record, 201)
        if any(posted[name] != value for name, value in values.items()):
            raise RefusedError(
                "idempotency_conflict",
                f"This idempotency key is that of another message, {posted['id']}.",
                field="idempotency_key",
            )
        return json_response(posted)

    def _channel(self, request: Request) -> str:
        name: str = request.path_params["channel"]
        if self._channels.holder("name", name) is None:
            known = [str(record["name"]) for record in self._all_channels()]
            message = f"There is no channel {name!r}; {did_you_mean(name, known)}"
            raise RefusedError("unknown_channel", message, field="channel")
        return name

    def _all_channels(self) -> list[Record]:
        return self._channels.page(500, None).records


def _check_size(values: dict[str, object]) -> None:
    text, blocks = values.get("text"), values.get("blocks")
    if isinstance(text, str) and len(text) > LONGEST_TEXT:
        raise RefusedError(
            "text_too_long",
            f"A text has at most {LONGEST_TEXT:,} characters, this one {len(text):,}.",
            field="text",
        )
    if isinstance(blocks, list) and len(blocks) > MOST_BLOCKS:
        raise RefusedError(
            "too_many_blocks",
            f"A message has at most {MOST_BLOCKS} blocks, this one {len(blocks)}.",
            field="blocks",
        )
