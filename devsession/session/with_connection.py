"""What the plugin is given of a sync: the sync's values, with those of the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from devsession.plugin.parameters import SyncConfigurationParameters

if TYPE_CHECKING:
    from devsession.session.development import DevelopmentSession

P = TypeVar("P", bound=SyncConfigurationParameters)


def with_connection(session: DevelopmentSession, kind: type[P], **known: Any) -> P:
    """Parameters of this kind, secrets included. Raises: NotFilledError without a connection."""
    connection = session.connection.parameters
    return kind(
        connection_method=connection.connection_method,
        connectivity_option=connection.connectivity_option,
        connection_parameters=connection.connection_parameters,
        connection_secrets=connection.connection_secrets,
        **known,
    )
