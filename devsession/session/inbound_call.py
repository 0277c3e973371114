"""How `sync_inbound` is called: into a scenario, or into the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from devsession.plugin.inbound import InboundSyncRequest
from devsession.plugin.managed import managing
from devsession.plugin.record_json import as_json
from devsession.plugin.stream_page import Secrets
from devsession.session.plugin_call import calling

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.contract import Plugin
    from devsession.plugin.parameters import InboundSyncConfigurationParameters
    from devsession.plugin.stream_store import StreamStore
    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.recording.scenario_input import InboundScenarioInput
    from devsession.session.development import DevelopmentSession
    from devsession.session.vault import Vault


def inbound_request(
    session: DevelopmentSession, frozen: InboundScenarioInput, store: StreamStore
) -> InboundSyncRequest:
    """What the method hands records to on frozen input."""
    streams = [_used(stream, session.vault) for stream in frozen.streams]
    return InboundSyncRequest(streams, store, secrets=secrets_of(session), limit=frozen.records)


def _used(stream: StoredStreamConfiguration, vault: Vault) -> StoredStreamConfiguration:
    """A stream as it is used: a state may hold the sandbox's address."""
    if stream.latest_state is None:
        return stream
    text = vault.resolve(as_json(stream.latest_state).decode())
    return stream.model_copy(update={"latest_state": from_json(text)})


def secrets_of(session: DevelopmentSession) -> Secrets:
    """What no record may hold, with what is learnt meanwhile."""
    vault = session.vault

    def find(text: str) -> list[Any]:
        return list(vault.redactor.find(text))

    return Secrets(find=find, redact=vault.text)


def call_inbound(
    session: DevelopmentSession,
    plugin: Plugin,
    parameters: InboundSyncConfigurationParameters,
    request: InboundSyncRequest,
    *,
    so_far: Callable[[], str] = lambda: "",
) -> None:
    """Call it; what is left is stored when it ends, as far as a state covers it when it raises.

    Raises:
        StreamError: a rule is broken.
        PluginRaisedError, ConnectError; so_far: what it had done already.
    """
    with (
        calling(plugin, "sync_inbound", session.vault, so_far=so_far),
        managing(redact=session.vault.redactor.text, keep=_nothing),
        request,
    ):
        plugin.sync_inbound(parameters, request)


def _nothing(_: object) -> None:
    """Records of a stream are kept by the request."""
