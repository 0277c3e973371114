"""Runs in a notebook's kernel, before its first cell: the network of that process is shut."""

from __future__ import annotations

from devsession.recording.network import NetworkShut
from devsession.service import Service

_OPEN = (
    "call it through a DevelopmentSession, whose tape answers; "
    "or open the network: devsession test --live"
)


def shut() -> None:
    """Until the process ends, only services that it has asked for, the warehouse say, can be reached."""
    NetworkShut(Service.is_at, next_step=_OPEN).__enter__()
