"""What the plugin's manifest says, and what a sync may take from it: a strategy, a target type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UnknownNameError, did_you_mean
from devsession.plugin.strategies import STRATEGIES
from devsession.session.plugin_call import calling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.contract import PluginManifest
    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.session.development import DevelopmentSession


def manifest_of(session: DevelopmentSession) -> PluginManifest:
    """The plugin's manifest, as its code is saved now. Raises: as the plugin does."""
    plugin = session.plugin
    with calling(plugin, "get_manifest", session.vault):
        return plugin.get_manifest()


def strategy_of(session: DevelopmentSession, slug: str, name: str) -> OutboundSyncStrategy:
    """The strategy of this name, as the plugin's manifest has it.

    Raises: UnknownNameError when the plugin does not support it.
    """
    return one_strategy(session, slug, name, manifest_of(session))


def one_strategy(
    session: DevelopmentSession, slug: str, name: str, manifest: PluginManifest
) -> OutboundSyncStrategy:
    """The strategy of this name. Raises: UnknownNameError when the manifest does not have it."""
    by_name = {each.name: each for each in manifest.supported_outbound_strategies}
    if name not in by_name:
        tried, fix = f"its manifest has {', '.join(by_name) or 'none'}", "strategy= one of these"
        if name in STRATEGIES:
            actions = ", ".join(dict.fromkeys(STRATEGIES[name].actions.values()))
            fix += f", or add {name} there, and what to do for {actions} to sync_outbound()"
        else:
            tried += f"; {did_you_mean(name, {*STRATEGIES, *by_name})}"
        raise UnknownNameError(
            f"{session.source.name} does not support the strategy {name!r}",
            tried=tried,
            where="get_manifest(): supported_outbound_strategies",
            next_step=fix,
            sync=slug,
            strategy=name,
        )
    return by_name[name]


def one_target_type(
    session: DevelopmentSession, slug: str, given: str | None, types: Sequence[str]
) -> str | None:
    """The one that was named, or the only one. Raises: UnknownNameError when it is none of these."""
    if given in types or (given is None and not types):
        return given
    if given is None and len(types) == 1:
        return types[0]
    raise UnknownNameError(
        f"{session.source.name} has no target type {given!r}"
        if given is not None
        else f"{session.source.name} has more than one target type, and the sync names none",
        tried=did_you_mean(given, types) if given is not None else ", ".join(map(repr, types)),
        where="get_manifest(): outbound_target_types",
        next_step=f"session.sync({slug!r}, .., target_type={types[0]!r})"
        if types
        else "leave target_type= out, or add it to the manifest",
        sync=slug,
        target_type=given,
    )
