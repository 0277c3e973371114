"""One pass of `sync_inbound` on frozen streams, against recorded answers, with the network shut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.errors import MissError, StreamError
from devsession.testing.playing import broken_rules, request_differences, what_was_raised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from devsession.plugin.contract import Plugin
    from devsession.plugin.inbound import InboundSyncRequest
    from devsession.plugin.parameters import InboundSyncConfigurationParameters
    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.recording.received import Received
    from devsession.recording.replay import Replay


@dataclass(frozen=True)
class InboundPass:
    """What a pass came to.

    differences: a line for each request that is not as recorded, for what the plugin raised, and
    for each rule that was broken.
    """

    received: Received
    played: int
    differences: tuple[str, ...]


def call_inbound(
    plugin_class: type[Plugin],
    parameters: InboundSyncConfigurationParameters,
    request: InboundSyncRequest,
) -> BaseException | None:
    """Call `sync_inbound`; what it raised, if anything."""
    try:
        with request:
            plugin_class().sync_inbound(parameters, request)
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever the code raises is told
        return error
    return None


def play_inbound_pass(
    plugin_class: type[Plugin],
    parameters: InboundSyncConfigurationParameters,
    streams: Iterable[StoredStreamConfiguration],
    replay: Replay,
    *,
    limit: int | None = None,
    attach: Callable[[InboundSyncRequest], None] = lambda _: None,
) -> InboundPass:
    """Call the method, and look at what it asked for and what came.

    limit: records that are asked for. attach: is given the request before the plugin is.
    """
    from devsession.plugin.inbound import InboundSyncRequest
    from devsession.recording.received import Received

    received = Received()
    request = InboundSyncRequest(streams, received, limit=limit)
    attach(request)
    with replay:
        error = call_inbound(plugin_class, parameters, request)
    raised = []
    # Those are among the replay's misses, or in the report.
    if error is not None and not isinstance(error, MissError | StreamError):
        raised.append(what_was_raised(error, plugin_class, "sync_inbound"))
    differences = (*raised, *request_differences(replay), *broken_rules(request.report))
    return InboundPass(received, replay.played, differences)
