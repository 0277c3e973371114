"""The streams that the plugin lists, asked for with what its form holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import PluginRaisedError
from devsession.plugin.streams import StreamConfiguration, checked_stream_list
from devsession.session.plugin_call import calling

if TYPE_CHECKING:
    from devsession.plugin.parameters import InboundSyncConfigurationParameters
    from devsession.session.development import DevelopmentSession

METHOD = "inbound_stream_list"


def listed_streams(
    session: DevelopmentSession, parameters: InboundSyncConfigurationParameters
) -> list[StreamConfiguration]:
    """What the app has to read, dependencies first. What it is asked for is no part of a sync.

    Raises:
        PluginRaisedError: the method raised, or returned something else.
        DefinitionError: the streams cannot be: a name twice, a ring.
    """
    plugin = session.plugin
    with session.recorder.aside(), calling(plugin, METHOD, session.vault):
        streams: Any = plugin.inbound_stream_list(parameters)
    wrong = _wrong(streams)
    if wrong:
        raise PluginRaisedError(
            f"{METHOD}() of {type(plugin).__name__} returned {wrong}",
            where="plugin.py",
            next_step='return [StreamConfiguration(stream_name="contacts", ..), ..]',
            plugin=type(plugin).__name__,
            method=METHOD,
        )
    return checked_stream_list(list(streams))


def _wrong(streams: object) -> str:
    """What it is instead of a list of streams; "" for one."""
    if not isinstance(streams, list | tuple):
        return type(streams).__name__
    others = {type(each).__name__ for each in streams if not isinstance(each, StreamConfiguration)}
    if others:
        return f"a list with {', '.join(sorted(others))}"
    return "" if streams else "no stream"
