"""The addresses that a plugin declares, held against those that it called."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from devsession.errors import PluginRaisedError
from devsession.recording.matching import DEFAULT_PORTS
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
    """What was called and is not declared, each `host` or `host:port` once, in order.

    The practice app counts by the name that it has in recordings, whatever its port is. A host
    without a port stands for the usual one; `*.acme.com` for each host of the domain.
    """
    known = {_without_usual_port(vault.text(each).lower()) for each in declared}
    called = dict.fromkeys(_place(exchange.url) for exchange in exchanges)
    return [place for place in called if not any(fnmatchcase(place, pattern) for pattern in known)]


def told_elsewhere(exchanges: Iterable[Exchange], declared: Sequence[str], vault: Vault) -> str:
    """A line about what connect() called and nobody declared; usually none."""
    places = called_elsewhere(exchanges, declared, vault)
    if not places:
        return ""
    if not declared:
        return f"no addresses are declared; connect() called these: network_addresses = {places}"
    return f"connect() called what network_addresses() does not declare: {', '.join(places)}"


def _place(url: str) -> str:
    address = urlsplit(url)
    host = address.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = address.port in (None, DEFAULT_PORTS.get(address.scheme))
    return host if usual else f"{host}:{address.port}"


def _without_usual_port(declared: str) -> str:
    host, _, port = declared.rpartition(":")
    return host if port in {str(usual) for usual in DEFAULT_PORTS.values()} else declared
