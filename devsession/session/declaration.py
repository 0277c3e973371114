"""What a sync is declared with, as it is chosen on its form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devsession.errors import DevsessionError, UnknownNameError, UsageError, did_you_mean
from devsession.plugin.strategies import STRATEGIES, OutboundSyncStrategy
from devsession.session.manifest import manifest_of, one_strategy, one_target_type
from devsession.warehouse.query import is_query
from devsession.warehouse.source import check_columns, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.session.development import DevelopmentSession
    from devsession.warehouse.records import SyncRecord
    from devsession.warehouse.source import Source

NAMES = ("source", "identifier", "strategy", "target_type")


class Declaration:
    """Source, identifier, strategy and target type of a sync, chosen and not yet saved.

    `values` is what was chosen, right or wrong, and `problems` says what is wrong with it. `record` is
    the sync with all of it that can be used: what cannot leaves the one before in its place.
    """

    def __init__(self, session: DevelopmentSession, saved: SyncRecord) -> None:
        self._session = session
        self.strategies: dict[str, OutboundSyncStrategy] = {}
        self.target_types: list[str] = []
        self.start(saved)

    def start(self, saved: SyncRecord) -> None:
        """Begin with what is saved; what was chosen besides is forgotten."""
        self.saved = self.record = saved
        self.values: dict[str, str | None] = {name: getattr(saved, name) for name in NAMES}
        self.problems: dict[str, DevsessionError] = {}
        self.source: Source | None = None
        self.is_query = False
        self.check()

    def saved_as(self, saved: SyncRecord) -> None:
        """What is chosen is what is saved."""
        self.saved = self.record = saved

    @property
    def columns(self) -> list[str]:
        """Names of the source's columns; none while no source could be read."""
        return list(self.source.columns) if self.source else []

    @property
    def unsaved(self) -> dict[str, str | None]:
        """What was chosen, can be used, and is not saved."""
        chosen = {name: getattr(self.record, name) for name in NAMES}
        return {name: each for name, each in chosen.items() if each != getattr(self.saved, name)}

    @property
    def strategy(self) -> OutboundSyncStrategy:
        """The chosen one, also when the manifest has lost it: the plugin's form needs one."""
        name = self.record.strategy
        known = self.strategies.get(name) or STRATEGIES.get(name)
        return known or OutboundSyncStrategy(name=name)

    def choose(self, values: Mapping[str, str | None]) -> None:
        """Take these, or note what is wrong with them.

        Raises: UsageError for a name that is not part of declaring a sync.
        """
        for name in values:
            if name not in NAMES:
                raise UsageError(
                    f"A sync is not declared with {name!r}",
                    tried=did_you_mean(name, NAMES),
                    next_step='.choose(source="CONTACTS", identifier="ID")',
                    sync=self.saved.slug,
                )
        self.values |= {name: value or None for name, value in values.items()}
        if "source" in values:
            self._check("source", self._take_source)
        if {"source", "identifier"} & values.keys():
            self._check("identifier", self._take_identifier)
        if {"strategy", "target_type"} & values.keys():
            self.check_manifest()

    def check(self) -> None:
        """Look at everything again: tables may be there by now, or have other columns."""
        self._check("source", self._take_source)
        self._check("identifier", self._take_identifier)
        self.check_manifest()

    def check_manifest(self) -> None:
        """Look at the plugin's manifest again, which may have lost what was chosen."""
        self._check("strategy", self._take_strategy)
        self._check("target_type", self._take_target_type)

    def require(self) -> None:
        """Refuse what cannot be saved.

        Raises: the first of the problems.
        """
        if self.problems:
            self.check()
        for problem in self.problems.values():
            raise problem

    def _check(self, name: str, take: Callable[[str], None]) -> None:
        self.problems.pop(name, None)
        value = self.values[name]
        try:
            if name != "target_type" and not (isinstance(value, str) and value.strip()):
                raise UsageError(
                    f"{name} is required",
                    where=f"sync {self.saved.slug!r}",
                    next_step=f"choose one on its form, or .choose({name}=..)",
                    sync=self.saved.slug,
                )
            take(value)  # type: ignore[arg-type]  # a target type may be None
        except DevsessionError as error:
            self.problems[name] = error

    def _take_source(self, value: str) -> None:
        self.is_query = self.is_query or is_query(value)
        wanted = replace(self.record, source=value)
        try:
            self.source = source_of(self._session.account, wanted)
        except UnknownNameError:
            if self.is_query:  # it is being typed
                raise UsageError(
                    "a query begins with SELECT or WITH",
                    where=f"sync {wanted.slug!r}",
                    next_step="write one, or choose a table",
                    sync=wanted.slug,
                ) from None
            raise
        self.is_query, self.record = is_query(value), wanted

    def _take_identifier(self, value: str) -> None:
        if self.source is not None:
            self.record = replace(self.record, identifier=value)
            check_columns(self.source, replace(self.record, field_mappings=None))

    def _take_strategy(self, value: str) -> None:
        manifest = manifest_of(self._session)
        self.strategies = {each.name: each for each in manifest.supported_outbound_strategies}
        self.target_types = list(manifest.outbound_target_types or [])
        one_strategy(self._session, self.saved.slug, value, manifest)
        self.record = replace(self.record, strategy=value)

    def _take_target_type(self, value: str | None) -> None:
        chosen = one_target_type(self._session, self.saved.slug, value, self.target_types)
        self.record = replace(self.record, target_type=chosen)
