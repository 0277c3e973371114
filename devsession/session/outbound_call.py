"""How `sync_outbound` is called: on a run's records, on a scenario's, or to look for drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.plugin.contract import sync_actions
from devsession.plugin.managed import managing
from devsession.plugin.outbound import OutboundSyncRequest, enqueued_at_last
from devsession.plugin.template import template_of
from devsession.session.plugin_call import calling

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.contract import Plugin
    from devsession.plugin.outbound import RecordStore
    from devsession.plugin.outcomes import Outcomes
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.session.development import DevelopmentSession


def outbound_request(
    session: DevelopmentSession,
    parameters: OutboundSyncConfigurationParameters,
    records: RecordStore,
    *,
    plugin: Plugin | None = None,
    unrendered: Callable[[Outcomes], None] | None = None,
) -> OutboundSyncRequest:
    """What the method reads records from. plugin: by default, each time, as its code is saved then."""
    redact = session.vault.redactor.text
    return OutboundSyncRequest(
        records,
        actions=sync_actions(plugin or session.plugin, parameters),
        template=lambda: template_of(
            parameters.field_mappings, plugin or session.plugin, redact=redact
        ),
        unrendered=unrendered,
    )


def call_outbound(
    session: DevelopmentSession,
    plugin: Plugin,
    parameters: OutboundSyncConfigurationParameters,
    request: OutboundSyncRequest,
    *,
    so_far: Callable[[], str] = lambda: "",
) -> object:
    """Call it; outcomes may be returned as well as enqueued, whatever the base class says.

    Batches that are in flight when it ends are waited for, and their outcomes enqueued.

    Raises: PluginRaisedError, ConnectError; so_far: what it had done already.
    """
    sync_outbound: Any = plugin.sync_outbound
    redact = session.vault.redactor.text
    with (
        calling(plugin, "sync_outbound", session.vault, so_far=so_far),
        managing(redact=redact, keep=request.enqueue_results),
    ):
        return enqueued_at_last(sync_outbound(parameters, request), request)
