"""Streams to read, for inbound plugins: the practice streams, and what was written to the CRM.

All are read the same way, with one kind of answer. What an author sets of a practice stream, and has
happen in it, are under `/_control`; it is kept where the CRM's records are.
"""

from __future__ import annotations

from asyncio import sleep
from itertools import count
from typing import TYPE_CHECKING, Any

from devsession.errors import did_you_mean
from devsession.sandbox.control import CONTROL_PATH, allowed
from devsession.sandbox.generated_stream import Changes, GeneratedStream
from devsession.sandbox.kept import Place
from devsession.sandbox.parameters import (
    CURSOR,
    INCLUDE_DELETED,
    LIMIT,
    PARENT_ID,
    UPDATED_SINCE,
)
from devsession.sandbox.reading import read_object
from devsession.sandbox.refusals import RefusedError, json_response
from devsession.sandbox.routing import operation
from devsession.sandbox.schemas import (
    COUNT,
    TEXT,
    TIME,
    any_record,
    any_stream_record,
    closed,
    listed,
    or_null,
    record,
    ref,
)
from devsession.sandbox.stream_types import ALL_STREAM_TYPES, STREAM_TYPES, StreamSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.kept import Kept
    from devsession.sandbox.store import RecordStore
    from devsession.sandbox.stream_types import StreamType

_SET = CONTROL_PATH + "/streams/{stream}"
_KEPT_AS = "practice streams"
_STREAM = closed(
    {
        "name": TEXT,
        "label": TEXT,
        "key": {"type": "array", "items": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}},
        "cursor": TEXT,
        "parent": or_null(TEXT),
        "json_schema": {"type": "object"},
    }
)
_STREAMS = closed({"streams": {"type": "array", "items": _STREAM}})
_RECORD = {"anyOf": [any_stream_record(), any_record(), ref("tombstone")]}
_SETTINGS = StreamSettings.model_json_schema()
_HAPPENED = closed({"changed": COUNT, "deleted": COUNT, "added": COUNT, "at": TIME})


class Streams:
    """What the app does at the addresses of its streams.

    stores: the CRM's records, by object.
    """

    def __init__(
        self, stores: Mapping[str, RecordStore], clock: Callable[[], datetime], kept: Kept | None
    ) -> None:
        self._stores = stores
        self._clock = clock
        self._kept = kept
        self._streams: dict[str, GeneratedStream] = {}
        for name, stream_type in STREAM_TYPES.items():
            parent = self._streams[stream_type.parent] if stream_type.parent else None
            self._streams[name] = GeneratedStream(stream_type, parent)
        self._numbers = count()
        for _, done in kept.load(_KEPT_AS) if kept else ():
            next(self._numbers)
            self._do(done)

    @operation("GET", "/streams", {200: _STREAMS})
    async def list_streams(self, _request: Request) -> Response:
        """The streams: their keys, cursors, parents and schemas."""
        return json_response({"streams": [_described(each) for each in ALL_STREAM_TYPES.values()]})

    @operation(
        "GET",
        "/streams/{stream}/records",
        {200: listed("records", _RECORD)},
        parameters=(LIMIT, CURSOR, UPDATED_SINCE, INCLUDE_DELETED, PARENT_ID),
        refuses=("unknown_stream", "invalid_cursor", "record_not_found", "record_deleted"),
    )
    async def list_stream_records(self, request: Request) -> Response:
        """A page of a stream, the oldest first, or by their last change."""
        name = _name_in(request, ALL_STREAM_TYPES)
        parent_id = PARENT_ID.read(request)
        limit, cursor = LIMIT.read(request), CURSOR.read(request)
        options: dict[str, Any] = {
            "since": UPDATED_SINCE.read(request),
            "deleted": INCLUDE_DELETED.read(request),
        }
        if name in self._streams:
            stream = self._streams[name]
            await sleep(stream.settings.page_seconds)
            page = stream.page(limit, cursor, parent_id=parent_id, **options)
        elif parent_id is not None:
            raise RefusedError("invalid_parameter", f"{name} has no parent.", field="parent_id")
        else:
            page = self._stores[name].page(limit, cursor, **options)
        return json_response(page._asdict())

    @operation("GET", _SET, {200: _SETTINGS}, refuses=("unknown_stream",))
    async def show_stream(self, request: Request) -> Response:
        """What is set of a practice stream."""
        return json_response(self._stream(request).settings.model_dump())

    @operation(
        "PATCH",
        _SET,
        {200: _SETTINGS},
        _SETTINGS,
        refuses=("unknown_stream", "invalid_setting", "not_kept"),
    )
    async def set_stream(self, request: Request) -> Response:
        """Sets what is sent; other records, or another seed, begin it anew."""
        stream = self._stream(request)
        sent = await read_object(request)
        settings = allowed(StreamSettings, stream.settings.model_dump() | sent)
        self._keep_and_do({"stream": stream.type.name, "settings": settings.model_dump()})
        return await self.show_stream(request)

    @operation(
        "POST",
        _SET + "/changes",
        {200: _HAPPENED},
        Changes.model_json_schema(),
        refuses=("unknown_stream", "invalid_setting", "not_kept"),
    )
    async def change_stream(self, request: Request) -> Response:
        """Has records change, be deleted and be added, all at one time."""
        stream = self._stream(request)
        changes = allowed(Changes, await read_object(request))
        stream.check(changes)
        happened = {**changes.model_dump(), "at": stream.time_of(changes, self._clock())}
        self._keep_and_do({"stream": stream.type.name, "changes": happened})
        return json_response(happened)

    def _stream(self, request: Request) -> GeneratedStream:
        return self._streams[_name_in(request, self._streams)]

    def _keep_and_do(self, what: dict[str, Any]) -> None:
        # What cannot be kept did not happen. The same, done again in order, gives the same streams.
        if self._kept is not None:
            number = next(self._numbers)
            self._kept.save(_KEPT_AS, Place(number, number), {"id": str(number), **what})
        self._do(what)

    def _do(self, what: dict[str, Any]) -> None:
        stream = self._streams[what["stream"]]
        if "changes" in what:
            stream.change(Changes.model_validate(what["changes"]))
            return
        before = stream.settings.records
        stream.set(StreamSettings.model_validate(what["settings"]))
        for each in self._streams.values():
            # Whose a record is follows from how many parents there are.
            if each.type.parent == stream.type.name and before != stream.settings.records:
                each.begin(each.settings)


def _name_in(request: Request, known: Mapping[str, object]) -> str:
    name: str = request.path_params["stream"]
    if name not in known:
        message = f"There is no stream {name!r} here; {did_you_mean(name, known)}"
        raise RefusedError("unknown_stream", message)
    return name


def _described(stream_type: StreamType) -> dict[str, object]:
    return {
        "name": stream_type.name,
        "label": stream_type.object_type.label,
        "key": stream_type.key,
        "cursor": stream_type.cursor,
        "parent": stream_type.parent,
        "json_schema": record(stream_type.object_type),
    }
