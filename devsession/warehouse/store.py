"""Where a workspace's connections, syncs and runs are remembered: tables of its warehouse."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from devsession.errors import UnknownNameError, did_you_mean
from devsession.plugin.mapping import StoredMapping, stored_mapping
from devsession.secrets.reference import SecretReference
from devsession.warehouse.records import ConnectionRecord, RunRecord, Saved, SyncRecord
from devsession.warehouse.remembered import Remembered, values_from, values_json
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.plugin.parameters import ConnectivityOption, StoredConfigurationValue
    from devsession.warehouse.records import InboundSyncRecord

__all__ = ["ConnectionRecord", "RunRecord", "Saved", "Store", "SyncRecord"]


class Store(Remembered):
    """Connections, outbound syncs, and the runs of all syncs."""

    def connection(self, plugin_id: str) -> ConnectionRecord | None:
        """The saved connection of this plugin, or None."""
        rows = self._rows("connection", plugin_id)
        return _connection(plugin_id, *rows[0]) if rows else None

    def connections(self) -> list[ConnectionRecord]:
        """All saved connections, by their plugin's id."""
        return [_connection(*row) for row in self._rows("connections")]

    def save_connection(self, connection: ConnectionRecord) -> Saved[ConnectionRecord]:
        """Remember this as its plugin's connection, in place of the one before."""
        self._prepare()
        with self._account.alone():
            saved = Saved.over(self.connection(connection.plugin_id), connection)
            if saved.created or saved.changes:
                self._replace_connection(connection)
        return saved

    def _replace_connection(self, connection: ConnectionRecord) -> None:
        secrets = connection.connection_secrets.items()
        with self._account.transaction():
            self._change("delete_connection", connection.plugin_id)
            self._change(
                "insert_connection",
                connection.plugin_id,
                connection.connection_method,
                connection.connectivity_option,
                values_json(connection.connection_parameters),
                json.dumps({name: reference.name for name, reference in secrets}),
            )

    def syncs(self) -> list[SyncRecord]:
        """All syncs, in the order in which they were declared."""
        return [
            SyncRecord(
                id=number,
                slug=slug,
                source=source,
                identifier=identifier,
                strategy=strategy,
                target_type=target_type,
                sync_parameters=values_from(parameters),
                field_mappings=_mappings(mappings),
            )
            for (
                number,
                slug,
                source,
                identifier,
                strategy,
                target_type,
                parameters,
                mappings,
            ) in self._rows("syncs")
        ]

    def sync(self, slug: str) -> SyncRecord:
        """The sync of this name.

        Raises:
            UnknownNameError: there is none.
            UsageError: it is an inbound one.
        """
        syncs = {sync.slug: sync for sync in self.syncs()}
        if slug not in syncs:
            self.check_direction(slug, "outbound")
            raise UnknownNameError(
                f"there is no sync {slug!r}",
                tried=did_you_mean(slug, syncs),
                next_step=f"session.sync({slug!r}, source=.., identifier=.., strategy='Upsert') "
                "declares it",
                sync=slug,
            )
        return syncs[slug]

    def save_sync(
        self,
        slug: str,
        *,
        source: str | None = None,
        identifier: str | None = None,
        strategy: str | None = None,
        target_type: str | None = None,
        sync_parameters: Mapping[str, StoredConfigurationValue] | None = None,
        field_mappings: StoredMapping | None = None,
    ) -> Saved[SyncRecord]:
        """Declare a sync: what is given is set, what is not stays as it was.

        Raises:
            UnknownNameError: there is no such sync, and not all of source, identifier and strategy
                are given to make it.
            UsageError: it is an inbound one.
        """
        given: dict[str, Any] = {
            "source": source,
            "identifier": identifier,
            "strategy": strategy,
            "target_type": target_type,
            "sync_parameters": sync_parameters,
            "field_mappings": field_mappings,
        }
        given = {name: value for name, value in given.items() if value is not None}
        with self._account.alone():
            return self._save_sync(slug, given)

    def _save_sync(self, slug: str, given: dict[str, Any]) -> Saved[SyncRecord]:
        self.check_direction(slug, "outbound")
        if {"source", "identifier", "strategy"} <= given.keys():
            before = next((sync for sync in self.syncs() if sync.slug == slug), None)
        else:
            before = self.sync(slug)
        after = replace(before, **given) if before else SyncRecord(id=0, slug=slug, **given)
        saved = Saved.over(before, after)
        if saved.created or saved.changes:
            self._change(
                "insert_sync" if saved.created else "update_sync",
                after.source,
                after.identifier,
                after.strategy,
                after.target_type,
                values_json(after.sync_parameters),
                after.field_mappings.model_dump_json() if after.field_mappings else "null",
                slug,
            )
        sync = self.sync(slug)
        self._account.execute(statement("store/state_table", state=state_table(sync)))
        return replace(saved, record=sync)

    def start_run(self, sync: SyncRecord | InboundSyncRecord) -> RunRecord:
        """A new run of this sync, running from now."""
        token = uuid4().hex
        self._change("insert_run", token, sync.id, bound(datetime.now(UTC)), "running")
        return _run(*self._rows("run", token)[0])

    def finish_run(self, run: RunRecord, *, status: str, counts: Mapping[str, int]) -> RunRecord:
        """The run as it ended: in one word, and in counts of what was done."""
        finished = datetime.now(UTC)
        self._change("finish_run", bound(finished), status, json.dumps(dict(counts)), run.id)
        return replace(run, finished=finished, status=status, counts=dict(counts))

    def runs(self, sync: SyncRecord | InboundSyncRecord) -> list[RunRecord]:
        """The runs of this sync, the last one first."""
        return [_run(*row) for row in self._rows("runs", sync.id)]


def state_table(sync: SyncRecord) -> str:
    """The table that keeps what the app holds of this sync's records."""
    return f"DEVSESSION.STATE_{sync.id}"


def bound(time: datetime) -> str:
    """A time in UTC as a statement takes it."""
    return time.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _mappings(text: str | None) -> StoredMapping | None:
    content = json.loads(text) if text else None
    return stored_mapping(content) if content else None


def _connection(
    plugin_id: str, method: str, option: ConnectivityOption, parameters: str, secrets: str
) -> ConnectionRecord:
    return ConnectionRecord(
        plugin_id=plugin_id,
        connection_method=method,
        connectivity_option=option,
        connection_parameters=values_from(parameters),
        connection_secrets={
            field: SecretReference(name) for field, name in json.loads(secrets).items()
        },
    )


def _run(
    number: int,
    sync_id: int,
    started: datetime,
    finished: datetime | None,
    status: str,
    counts: str,
) -> RunRecord:
    return RunRecord(
        id=number,
        sync_id=sync_id,
        started=started.replace(tzinfo=UTC),
        finished=finished and finished.replace(tzinfo=UTC),
        status=status,
        counts=json.loads(counts),
    )
