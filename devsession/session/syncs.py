"""The syncs of a workspace by their slugs: fetched, or declared, in either direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UnknownNameError, UsageError, did_you_mean
from devsession.session.declaring import declared_record
from devsession.session.inbound_sync import InboundSync
from devsession.session.sync import Sync

if TYPE_CHECKING:
    from devsession.session.development import DevelopmentSession

DIRECTIONS = ("outbound", "inbound")


class Syncs:
    """Each stays the same object. One name is one sync, which goes one way."""

    def __init__(self, session: DevelopmentSession) -> None:
        self._session = session
        self._known: dict[str, Sync | InboundSync] = {}

    def all(self) -> list[Sync | InboundSync]:
        """Those that were asked for in this process."""
        return list(self._known.values())

    def sync(
        self, slug: str, *, direction: str | None, strategy: str | None, **declared: str | None
    ) -> Sync | InboundSync:
        """The sync of this slug. Raises: as `DevelopmentSession.sync`."""
        self._session.source.require("sync", slug)
        check_direction(slug, direction)
        _check(slug, direction, {"strategy": strategy, **declared})
        if direction == "inbound" or (direction is None and self._is_inbound(slug, declared)):
            return self._inbound(slug, declare=direction is not None)
        return self._outbound(slug, strategy=strategy or "Upsert", **declared)

    def outbound(self, slug: str, method: str) -> Sync:
        """The sync for what only outbound ones have. Raises: UsageError for an inbound one."""
        sync: Sync | InboundSync = self._session.sync(slug)
        if isinstance(sync, InboundSync):
            raise UsageError(
                f"session.{method}() is for outbound syncs, and {slug!r} is inbound",
                next_step=f"session.sync({slug!r}).streams",
                sync=slug,
            )
        return sync

    def _outbound(self, slug: str, *, strategy: str, **declared: str | None) -> Sync:
        record = declared_record(
            self._session,
            slug,
            source=declared["source"],
            identifier=declared["identifier"],
            strategy=strategy,
            target_type=declared["target_type"],
        )
        known = self._known.get(slug)
        if isinstance(known, Sync):
            known.declared(record, in_cell=declared["source"] is not None)
            return known
        sync = self._known[slug] = Sync(self._session, record)
        return sync

    def _inbound(self, slug: str, *, declare: bool) -> InboundSync:
        syncs = self._session.inbound_syncs
        record = syncs.save(slug).record if declare else syncs.get(slug)
        known = self._known.get(slug)
        if isinstance(known, InboundSync):
            known.fetched(record)
            return known
        sync = self._known[slug] = InboundSync(self._session, record)
        return sync

    def _is_inbound(self, slug: str, declared: dict[str, str | None]) -> bool:
        """Whether an inbound one is fetched. Raises: UnknownNameError when there is none at all."""
        if any(declared.values()):
            return False
        inbound = {each.slug for each in self._session.inbound_syncs.all()}
        if slug in inbound:
            return True
        outbound = {each.slug for each in self._session.store.syncs()}
        if isinstance(slug, str) and slug.strip() and slug not in outbound:
            raise UnknownNameError(
                f"there is no sync {slug!r}",
                tried=did_you_mean(slug, inbound | outbound),
                next_step=f"session.sync({slug!r}, source=.., identifier=.., strategy='Upsert') "
                "declares it",
                sync=slug,
            )
        return False


def check_direction(slug: str, direction: str | None) -> None:
    """Raises: UsageError for one that there is not."""
    if direction is not None and direction not in DIRECTIONS:
        raise UsageError(
            f"a sync goes outbound or inbound, not {direction!r}",
            tried=f"session.sync({slug!r}, direction={direction!r})",
            next_step=f'session.sync({slug!r}, direction="inbound")',
        )


def _check(slug: str, direction: str | None, declared: dict[str, str | None]) -> None:
    """Raises: UsageError for what an inbound sync has not."""
    given = [name for name, value in declared.items() if value is not None]
    if direction == "inbound" and given:
        raise UsageError(
            f"An inbound sync has no {', '.join(given)}: it reads the app's streams",
            tried=f'session.sync({slug!r}, direction="inbound", {given[0]}=..)',
            next_step=f'session.sync({slug!r}, direction="inbound").fill(streams=..)',
            sync=slug,
        )
    if direction == "inbound" and not (isinstance(slug, str) and slug.strip()):
        raise UsageError(
            "A sync is named in text: slug",
            tried=f'session.sync({slug!r}, direction="inbound")',
            next_step='session.sync("people", direction="inbound")',
        )
