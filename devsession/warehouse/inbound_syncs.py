"""The inbound syncs of a workspace, next to the outbound ones: one name, one sync."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devsession.errors import UnknownNameError, did_you_mean
from devsession.plugin.streams import StoredStreamsConfiguration
from devsession.warehouse.records import InboundSyncRecord, Saved
from devsession.warehouse.remembered import Remembered, values_from, values_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.plugin.parameters import StoredConfigurationValue

_WITHOUT_STATES = {"included_streams": {"__all__": {"latest_state"}}}


class InboundSyncs(Remembered):
    """Reads and writes declared inbound syncs; their runs are in `Store`, as all runs."""

    def all(self) -> list[InboundSyncRecord]:
        """All inbound syncs, in the order in which they were declared."""
        return [
            InboundSyncRecord(
                id=number,
                slug=slug,
                streams=StoredStreamsConfiguration.model_validate_json(streams),
                sync_parameters=values_from(parameters),
            )
            for number, slug, parameters, streams in self._rows("inbound_syncs")
        ]

    def get(self, slug: str) -> InboundSyncRecord:
        """The inbound sync of this name.

        Raises:
            UnknownNameError: there is none.
            UsageError: it is an outbound one.
        """
        syncs = {sync.slug: sync for sync in self.all()}
        if slug not in syncs:
            self.check_direction(slug, "inbound")
            raise UnknownNameError(
                f"there is no inbound sync {slug!r}",
                tried=did_you_mean(slug, syncs),
                next_step=f'session.sync({slug!r}, direction="inbound") declares it',
                sync=slug,
            )
        return syncs[slug]

    def save(
        self,
        slug: str,
        *,
        sync_parameters: Mapping[str, StoredConfigurationValue] | None = None,
        streams: StoredStreamsConfiguration | None = None,
    ) -> Saved[InboundSyncRecord]:
        """Declare an inbound sync: what is given is set, what is not stays as it was.

        A state in `streams` is let go: a stream's state stands with its records.

        Raises:
            UsageError: there is an outbound sync of this name.
        """
        given: dict[str, Any] = {"sync_parameters": sync_parameters}
        if streams is not None:
            given["streams"] = StoredStreamsConfiguration.model_validate(
                streams.model_dump(exclude=_WITHOUT_STATES)
            )
        given = {name: value for name, value in given.items() if value is not None}
        with self._account.alone():
            self.check_direction(slug, "inbound")
            before = next((sync for sync in self.all() if sync.slug == slug), None)
            after = replace(before or _nothing(slug), **given)
            saved = Saved.over(before, after)
            if saved.created or saved.changes:
                self._change(
                    "insert_inbound_sync" if saved.created else "update_inbound_sync",
                    values_json(after.sync_parameters),
                    after.streams.model_dump_json(exclude=_WITHOUT_STATES),
                    slug,
                )
            return replace(saved, record=self.get(slug))


def _nothing(slug: str) -> InboundSyncRecord:
    return InboundSyncRecord(id=0, slug=slug, streams=StoredStreamsConfiguration())
