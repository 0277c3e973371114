"""The addresses that a plugin declares, held against those that it called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import PluginRaisedError
from devsession.recording.places import undeclared
from devsession.session.plugin_call import calling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from devsession.plugin.contract import Plugin
    from devsession.plugin.parameters import ConnectionConfigurationParameters
    from devsession.recording.exchange import Exchange
    from devsession.session.vault import Vault


def declared_by(
    plugin: Plugin, parameters: ConnectionConfigurationParameters, vault: Vault
) -> list[str]:
    """What network_addresses() returns; none when it is not written.

    Raises: PluginRaisedError when it raises, or returned something else than a list of texts.
    """
    with calling(plugin, "network_addresses", vault):
        declared: Any = plugin.network_addresses(parameters)
    if not isinstance(declared, list) or not all(isinstance(each, str) for each in declared):
        raise PluginRaisedError(
            f"network_addresses() of {type(plugin).__name__} returned {type(declared).__name__}",
            next_step='return a list of "host" or "host:port", such as ["api.acme.com"]',
        )
    return declared


def called_elsewhere(
    exchanges: Iterable[Exchange], declared: Iterable[str], vault: Vault
) -> list[str]:
    """What was called and is not declared, as `undeclared` tells it.

    The practice app counts by the name that it has in recordings, whatever its port is.
    """
    return undeclared((each.url for each in exchanges), map(vault.text, declared))


def told_elsewhere(exchanges: Iterable[Exchange], declared: Sequence[str], vault: Vault) -> str:
    """A line about what connect() called and nobody declared; usually none."""
    places = called_elsewhere(exchanges, declared, vault)
    if not places:
        return ""
    if not declared:
        return f"no addresses are declared; connect() called these: network_addresses = {places}"
    return f"connect() called what network_addresses() does not declare: {', '.join(places)}"
