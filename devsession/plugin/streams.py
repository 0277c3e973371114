"""Streams: what an app has to read, and how a sync reads and stores each of them."""

from __future__ import annotations

from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from devsession.errors import DefinitionError, did_you_mean
from devsession.plugin.definition import Definition, author_line, repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

StorageBehaviour = Literal["append", "merge", "replace"]
"""What becomes of the records that are stored already: kept beside, updated by key, or replaced."""

Path = tuple[str, ...]
"""Where a value stands in a record: a field, a field of that field .."""


class InboundSyncStrategy(StrEnum):
    """How a stream is read: all of it each time, or what changed since the state.

    Source: sync contract, inbound strategies.
    """

    FULL_REFRESH = "Full Refresh"
    INCREMENTAL = "Incremental"


def _by_name(value: object) -> object:
    """The name, also from the wire's `{"name": ..}`; what is unknown is told with what there is."""
    name = value.get("name") if isinstance(value, dict) else value
    known = [str(strategy) for strategy in InboundSyncStrategy]
    if isinstance(name, str) and name not in known:
        raise ValueError(f"there is no inbound strategy {name!r}; {did_you_mean(name, known)}")
    return name


InboundStrategy = Annotated[InboundSyncStrategy, BeforeValidator(_by_name)]
"""An inbound strategy in a model; its name stands for it."""

_Stream = TypeVar("_Stream")

Name = Annotated[str, Field(min_length=1)]
FieldPath = Name | Annotated[list[Name], Field(min_length=1)]
"""A field, or where one stands in others: `"id"`, `["owner", "id"]`."""
KeyFields = Name | Annotated[list[FieldPath], Field(min_length=1)]
"""A key: `"id"`, `["region", "id"]` together, `[["owner", "id"]]` nested, or a mixture."""


class StreamConfiguration(Definition):
    """A stream that the app has, as `inbound_stream_list` names it.

    A key is one field, a list of fields that are a key together, or in such a list a list where the
    field stands in others: `"id"`, `["region", "id"]`, `[["owner", "id"]]`. A cursor is one field,
    or the list where it stands. json_schema: of a record; metadata: the plugin's own.

    Source: sync contract, `StreamConfiguration`.
    """

    stream_name: str = Field(min_length=1)
    supported_sync_strategies: list[InboundStrategy] = Field(min_length=1)
    source_defined_cursor: bool = False
    source_defined_primary_key: KeyFields | None = None
    default_cursor_field: FieldPath | None = None
    json_schema: dict[str, Any] | None = None
    depends_on_stream: str | None = None
    mandatory: bool = False
    metadata: dict[str, Any] = Field(default_factory=dict)

    @field_validator("supported_sync_strategies")
    @classmethod
    def _each_strategy_once(cls, strategies: list[InboundStrategy]) -> list[InboundStrategy]:
        twice = repeated(strategies)
        if twice:
            raise ValueError(f"named more than once: {', '.join(map(repr, map(str, twice)))}")
        return strategies


class StoredStreamConfiguration(Definition):
    """A stream as a sync reads it: the choices, what the app says of it, and the state so far.

    latest_state: what the last run left; None before the first. What else the wire carries is let
    go. Source: sync contract, `StoredStreamConfiguration`.
    """

    model_config = ConfigDict(extra="ignore")

    stream_name: str = Field(min_length=1)
    sync_strategy: InboundStrategy
    cursor_field: FieldPath | None = None
    primary_key_field: KeyFields | None = None
    storage_behaviour: StorageBehaviour
    stream: StreamConfiguration
    latest_state: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _fits_its_stream(self) -> Self:
        stream = self.stream
        if stream.stream_name != self.stream_name:
            raise ValueError(f"stream: is named {stream.stream_name!r}, not {self.stream_name!r}")
        if self.sync_strategy not in stream.supported_sync_strategies:
            supported = ", ".join(stream.supported_sync_strategies)
            raise ValueError(f"sync_strategy: stream {self.stream_name!r} supports {supported}")
        if self.storage_behaviour == "merge" and not self.key:
            raise ValueError(
                "storage_behaviour: 'merge' needs a primary_key_field, and stream "
                f"{self.stream_name!r} has no source_defined_primary_key"
            )
        return self

    @property
    def key(self) -> tuple[Path, ...]:
        """Where the fields of the key stand in a record; empty without a key.

        The app's own key counts before the one that was chosen.
        """
        fields = self.stream.source_defined_primary_key or self.primary_key_field or []
        return tuple(map(_path, [fields] if isinstance(fields, str) else fields))

    @property
    def cursor(self) -> Path | None:
        """Where the cursor stands in a record and in a state, when there is one."""
        chosen = None if self.stream.source_defined_cursor else self.cursor_field
        field = chosen or self.stream.default_cursor_field or self.cursor_field
        return None if field is None else _path(field)


class StoredStreamsConfiguration(Definition):
    """Which streams a sync reads.

    include_new_streams: read those too that the app has from now on. included_streams: name ->
    how; excluded_streams: those that were there and are not read.

    Source: sync contract, `inbound_apply_payload`.
    """

    model_config = ConfigDict(extra="ignore")

    include_new_streams: bool = False
    included_streams: dict[str, StoredStreamConfiguration] = Field(default_factory=dict)
    excluded_streams: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _each_is_named_and_chosen_once(self) -> Self:
        for name, stored in self.included_streams.items():
            if stored.stream_name != name:
                raise ValueError(f"included_streams: {name!r} is named {stored.stream_name!r}")
        both = sorted(set(self.included_streams) & set(self.excluded_streams))
        if both:
            raise ValueError(f"included and excluded: {', '.join(map(repr, both))}")
        return self


def checked_stream_list(streams: Sequence[StreamConfiguration]) -> list[StreamConfiguration]:
    """What `inbound_stream_list` returned, dependencies first.

    Raises:
        DefinitionError: a name twice, a dependency that is no stream of the list, or a ring.
    """
    names = [stream.stream_name for stream in streams]
    problems = [f"more than one stream is named {name!r}" for name in repeated(names)]
    problems += [
        f"stream {stream.stream_name!r}: depends_on_stream names no stream of this list, "
        f"{needed!r}; {did_you_mean(needed, set(names) - {stream.stream_name})}"
        for stream in streams
        if (needed := stream.depends_on_stream) is not None and needed not in names
    ]
    if problems:
        raise _no_list(problems)
    return _dependencies_first(streams, lambda stream: stream)


def in_dependency_order(
    streams: Iterable[StoredStreamConfiguration],
) -> list[StoredStreamConfiguration]:
    """Streams of a sync, each behind the one that it depends on, else in their order.

    A dependency that is not read in this sync holds nobody up.

    Raises:
        DefinitionError: streams depend on each other in a ring.
    """
    return _dependencies_first(list(streams), lambda stored: stored.stream)


def _dependencies_first(
    streams: Sequence[_Stream], configuration: Callable[[_Stream], StreamConfiguration]
) -> list[_Stream]:
    depends_on = {
        stream.stream_name: stream.depends_on_stream for stream in map(configuration, streams)
    }
    needs = {
        name: [needed] if needed is not None and needed in depends_on else []
        for name, needed in depends_on.items()
    }
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        ring = " -> ".join(map(repr, error.args[1]))
        raise _no_list([f"depends_on_stream goes in a ring: {ring}"]) from None
    depth: dict[str, int] = {}
    for name in order:
        depth[name] = 1 + max((depth[needed] for needed in needs[name]), default=0)
    return sorted(streams, key=lambda stream: depth[configuration(stream).stream_name])


def _no_list(problems: list[str]) -> DefinitionError:
    return DefinitionError(
        "the streams are not valid",
        tried="\n".join(problems),
        where=author_line(),
        next_step="give each stream one name, and depends_on_stream a stream that is read before",
        problems=problems,
    )


def _path(field: str | list[str]) -> Path:
    return (field,) if isinstance(field, str) else tuple(field)
