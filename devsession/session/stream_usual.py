"""What is usual for a stream of which nothing is said, and how its choices are spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.plugin.streams import InboundSyncStrategy, StoredStreamConfiguration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from devsession.plugin.streams import StorageBehaviour, StreamConfiguration

_INCREMENTAL = InboundSyncStrategy.INCREMENTAL


def usual(stream: StreamConfiguration) -> StoredStreamConfiguration:
    """How a stream is read when nothing is said."""
    strategy = usual_strategy(stream, stream.default_cursor_field)
    key = stream.source_defined_primary_key
    return StoredStreamConfiguration(
        stream_name=stream.stream_name,
        sync_strategy=strategy,
        cursor_field=stream.default_cursor_field,
        primary_key_field=key,
        storage_behaviour=usual_storage(strategy, bool(key)),
        stream=stream,
    )


def usual_strategy(stream: StreamConfiguration, cursor: object) -> InboundSyncStrategy:
    """Incremental, where the app supports it and there is a cursor."""
    supported = stream.supported_sync_strategies
    if _INCREMENTAL in supported and (cursor or stream.source_defined_cursor):
        return _INCREMENTAL
    full = InboundSyncStrategy.FULL_REFRESH
    return full if full in supported else supported[0]


def usual_storage(strategy: object, has_key: bool) -> StorageBehaviour:
    """Records that are gone from a full refresh are gone; what changed is merged."""
    if strategy == InboundSyncStrategy.FULL_REFRESH:
        return "replace"
    return "merge" if has_key else "append"


def begun_with(
    streams: Iterable[StoredStreamConfiguration],
    states: Mapping[str, Mapping[str, Any] | None],
) -> list[StoredStreamConfiguration]:
    """Streams with the states that a pass begins with.

    A full refresh has none: a plugin that went on from it would read a part, which then replaces all.
    """
    return [
        stream.model_copy(
            update={
                "latest_state": states.get(stream.stream_name)
                if stream.sync_strategy == _INCREMENTAL
                else None
            }
        )
        for stream in streams
    ]


def spelled(key: object) -> str:
    """A key as people read it: `id`, `region, id`, `owner.id`."""
    if key is None or isinstance(key, str):
        return key or ""
    fields: Any = key
    return ", ".join(map(dotted, fields))


def dotted(cursor: object) -> str:
    """A cursor, or a field of a key, as people read it: `updated_at`, `owner.updated_at`."""
    if cursor is None or isinstance(cursor, str):
        return cursor or ""
    path: Any = cursor
    return ".".join(path)
