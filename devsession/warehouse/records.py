"""What a workspace remembers: its connections, syncs and runs, as values."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from secrets import randbits
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.plugin.mapping import StoredMapping
    from devsession.plugin.parameters import ConnectivityOption, StoredConfigurationValue
    from devsession.plugin.streams import StoredStreamsConfiguration
    from devsession.secrets.reference import SecretReference


@dataclass(frozen=True)
class ConnectionRecord:
    """The saved connection of a plugin to its app.

    `connection_secrets`: field -> reference; there is no place for a secret's value.
    """

    plugin_id: str
    connection_method: str
    connectivity_option: ConnectivityOption = "direct"
    connection_parameters: Mapping[str, StoredConfigurationValue] = field(default_factory=dict)
    connection_secrets: Mapping[str, SecretReference] = field(default_factory=dict)


@dataclass(frozen=True)
class SyncRecord:
    """A declared sync; `id` is what its tables are named by, its slug may be any text."""

    id: int
    slug: str
    source: str
    identifier: str
    strategy: str
    target_type: str | None = None
    sync_parameters: Mapping[str, StoredConfigurationValue] = field(default_factory=dict)
    field_mappings: StoredMapping | None = None


@dataclass(frozen=True)
class InboundSyncRecord:
    """A declared inbound sync. What its streams have as state stands with their records."""

    id: int
    slug: str
    streams: StoredStreamsConfiguration
    sync_parameters: Mapping[str, StoredConfigurationValue] = field(default_factory=dict)


@dataclass(frozen=True)
class RunRecord:
    """One pass over a sync. Times are UTC; `finished` is None until it ends, or if it was killed.

    counts: of an outbound run action -> records, of an inbound one stream -> records.
    """

    id: int
    sync_id: int
    started: datetime
    finished: datetime | None
    status: str
    counts: Mapping[str, int]

    @classmethod
    def unlisted(cls, sync: SyncRecord) -> Self:
        """A run for a look at what would be: it is in no list, and runs of now have no such number."""
        return cls(2**62 + randbits(61), sync.id, datetime.now(UTC), None, "look", {})


_Record = TypeVar("_Record", ConnectionRecord, SyncRecord, InboundSyncRecord)


@dataclass(frozen=True)
class Saved(Generic[_Record]):
    """A record as saved; `changes`: field -> (before, after), empty when it was so already."""

    record: _Record
    created: bool
    changes: Mapping[str, tuple[Any, Any]]

    @classmethod
    def over(cls, before: _Record | None, after: _Record) -> Self:
        """What saving `after` in place of `before` means."""
        if before is None:
            return cls(after, created=True, changes={})
        both = {
            each.name: (getattr(before, each.name), getattr(after, each.name))
            for each in fields(after)
        }
        return cls(
            after,
            created=False,
            changes={name: (old, new) for name, (old, new) in both.items() if old != new},
        )
