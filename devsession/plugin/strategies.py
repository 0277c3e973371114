"""Outbound strategies as data: which action each takes on a source record."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import BeforeValidator, Field

from devsession.errors import did_you_mean
from devsession.plugin.definition import Definition


class SyncAction(StrEnum):
    """The actions of the standard strategies, as SYNC_ACTION holds them."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"
    SEND = "Send"
    RECREATE = "Recreate"


STANDARD_ACTIONS = tuple(action.value for action in SyncAction)
STATES = ("new", "changed", "gone", "unchanged")
"""What a record of a source can be, seen from the app."""


class OutboundSyncStrategy(Definition):
    """A strategy: the action on a record that is new, changed, gone or unchanged; None is none.

    Source: sync contract, table of outbound strategies.
    """

    name: str = Field(min_length=1)
    new: str | None = None
    changed: str | None = None
    gone: str | None = None
    unchanged: str | None = None

    @property
    def actions(self) -> dict[str, str]:
        """State of a record -> action, of the states on which this strategy acts."""
        return {state: action for state in STATES if (action := getattr(self, state))}


CREATE = OutboundSyncStrategy(name="Create", new=SyncAction.CREATE)
UPSERT = OutboundSyncStrategy(name="Upsert", new=SyncAction.CREATE, changed=SyncAction.UPDATE)
UPDATE = OutboundSyncStrategy(name="Update", new=SyncAction.UPDATE, changed=SyncAction.UPDATE)
DELETE = OutboundSyncStrategy(name="Delete", new=SyncAction.DELETE)
MIRROR = OutboundSyncStrategy(
    name="Mirror", new=SyncAction.CREATE, changed=SyncAction.UPDATE, gone=SyncAction.DELETE
)
SEND = OutboundSyncStrategy(name="Send", new=SyncAction.SEND)
REPLACE = OutboundSyncStrategy(
    name="Replace",
    new=SyncAction.RECREATE,
    changed=SyncAction.RECREATE,
    unchanged=SyncAction.RECREATE,
)

STRATEGIES = MappingProxyType(
    {
        strategy.name: strategy
        for strategy in (CREATE, UPSERT, UPDATE, DELETE, MIRROR, SEND, REPLACE)
    }
)


def _by_name(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value not in STRATEGIES:
        raise ValueError(f"there is no strategy {value!r}; {did_you_mean(value, STRATEGIES)}")
    return STRATEGIES[value]


Strategy = Annotated[OutboundSyncStrategy, BeforeValidator(_by_name)]
"""A strategy in a model; the name of a standard one stands for it."""
