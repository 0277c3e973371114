"""Declaring a sync: what is named is checked against the warehouse and the plugin's manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UnknownNameError, UsageError, did_you_mean
from devsession.plugin.strategies import STRATEGIES
from devsession.session.plugin_call import calling
from devsession.session.saved import PLAIN, saved_note
from devsession.warehouse.records import SyncRecord
from devsession.warehouse.source import check_columns, source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.contract import PluginManifest
    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.session.development import DevelopmentSession
    from devsession.warehouse.records import Saved

_SHOWN = 80  # characters of a query


def declared_record(
    session: DevelopmentSession,
    slug: str,
    *,
    source: str | None,
    identifier: str | None,
    strategy: str,
    target_type: str | None,
) -> SyncRecord:
    """The stored sync: fetched without a source, declared with one.

    Raises: as `DevelopmentSession.sync`; nothing was changed.
    """
    texts = {"slug": slug, "source": source, "identifier": identifier, "strategy": strategy}
    texts["target_type"] = target_type
    wrong = [
        name
        for name, value in texts.items()
        if value is not None and not (isinstance(value, str) and value.strip())
    ]
    if wrong or (source is None) != (identifier is None):
        raise UsageError(
            f"A sync is named and declared in text: {', '.join(wrong) or 'source and identifier'}",
            tried=f"session.sync({slug!r}, source={source!r}, identifier={identifier!r})",
            next_step='session.sync("contacts", source="CONTACTS", identifier="ID")',
        )
    if source is None or identifier is None:
        if target_type is not None:
            raise UsageError(
                "A target type is part of declaring a sync",
                tried=f"session.sync({slug!r}, target_type={target_type!r})",
                next_step=f"session.sync({slug!r}, source=.., identifier=.., target_type=..)",
                sync=slug,
            )
        return session.store.sync(slug)
    manifest = manifest_of(session)
    target_type = one_target_type(session, slug, target_type, manifest.outbound_target_types or [])
    one_strategy(session, slug, strategy, manifest)
    wanted = SyncRecord(0, slug, source, identifier, strategy)
    check_columns(source_of(session.account, wanted), wanted)
    saved = session.store.save_sync(
        slug, source=source, identifier=identifier, strategy=strategy, target_type=target_type
    )
    if saved.changes and not saved.created:
        print(_declared_note(slug, saved))  # noqa: T201 - the author's cell shows it
    return saved.record


def _declared_note(slug: str, saved: Saved[SyncRecord]) -> str:
    """What a cell has changed, with what it was before: the form may have chosen that."""
    before = [
        f"{PLAIN.get(name, name)} was {one_line(old)}"
        for name, (old, _) in sorted(saved.changes.items())
        if old
    ]
    return "\n  ".join([saved_note(f"sync {slug}", saved), *before])


def one_line(value: object, length: int = _SHOWN) -> str:
    """A name or a query, short."""
    text = " ".join(str(value).split())
    return text if len(text) <= length else f"{text[:length]}.."


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


def manifest_of(session: DevelopmentSession) -> PluginManifest:
    """The plugin's manifest, as its code is saved now. Raises: as the plugin does."""
    plugin = session.plugin
    with calling(plugin, "get_manifest", session.vault):
        return plugin.get_manifest()
