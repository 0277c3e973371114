"""What an inbound sync of an Omnata app is given: its streams, their states, the connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.warehouse.omnata_source import secrets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from devsession.plugin.omnata_answers import SecretNames
    from devsession.plugin.parameters import InboundSyncConfigurationParameters, StoredSecret
    from devsession.plugin.streams import StoredStreamsConfiguration
    from devsession.warehouse.omnata import OmnataApp


@dataclass(frozen=True)
class InboundInput:
    """streams: as they are chosen in the app; states: stream -> where a run goes on."""

    parameters: InboundSyncConfigurationParameters
    streams: StoredStreamsConfiguration
    states: Mapping[str, dict[str, Any]]
    secret_names: SecretNames


def read_inbound(
    app: OmnataApp, slug: str, *, learn: Callable[[Mapping[str, StoredSecret]], None]
) -> InboundInput:
    """Create a run at the app, take what it is given, and complete it without results.

    learn: is given every secret that comes.

    Raises:
        OmnataError: the app refuses, or its answer cannot be read.
        UsageError: the sync is outbound.
    """
    payload, names = app.create_inbound_run(slug)
    try:
        secrets = secrets_of(app, names, slug, learn)
    finally:
        app.complete_run(payload.run_id, slug, apply_results=False)
    return InboundInput(
        payload.parameters(secrets), payload.streams_configuration, payload.states, names
    )
