"""Sources and syncs for tests of the engine, and what a plugin would answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pandas import DataFrame, concat

from devsession.plugin.mapping import StoredFieldMappings
from devsession.plugin.outbound import RECORD_COLUMNS
from devsession.plugin.strategies import UPSERT
from devsession.warehouse import quoted
from devsession.warehouse.engine import Engine, Plan
from devsession.warehouse.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from devsession.plugin.mapping import Expression
    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.warehouse import Account
    from devsession.warehouse.staged import Stage
    from devsession.warehouse.store import SyncRecord
    from devsession.warehouse.supposed import Pass


_NOTHING = DataFrame(columns=list(RECORD_COLUMNS))


@dataclass
class Source:
    """A table of a test: `columns` as SQL declares them, its content replaced at will."""

    account: Account
    name: str
    columns: Mapping[str, str]

    def holds(self, *rows: Sequence[object]) -> Source:
        """These rows from now on; values travel as JSON, nested ones stay nested."""
        declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in self.columns.items())
        values = ", ".join(
            f"f.value[{place}]"
            if kind == "variant"
            else f"cast(f.value[{place}]::varchar as {kind})"
            for place, kind in enumerate(self.columns.values())
        )
        table = f"PUBLIC.{quoted(self.name)}"
        self.account.execute(f"create or replace table {table} ({declared})")
        self.account.execute(
            f"insert into {table} select {values} from table(flatten(input => parse_json(?))) f",
            [json.dumps(rows)],
        )
        return self


class Syncing:
    """A sync of a test with all that a run of it needs."""

    def __init__(
        self, account: Account, record: SyncRecord, strategy: OutboundSyncStrategy
    ) -> None:
        self.engine = Engine(account)
        self.store = Store(account)
        self.record = record
        self.strategy = strategy

    @classmethod
    def of(
        cls,
        source: Source,
        mapping: Mapping[str, str | Expression],
        *,
        identifier: str = "ID",
        slug: str | None = None,
        strategy: OutboundSyncStrategy = UPSERT,
    ) -> Syncing:
        """A sync that nobody else uses."""
        saved = Store(source.account).save_sync(
            slug or uuid4().hex,
            source=source.name,
            identifier=identifier,
            strategy=strategy.name,
            field_mappings=StoredFieldMappings.from_dict(mapping),
        )
        return cls(source.account, saved.record, strategy)

    def mapped(self, mapping: Mapping[str, str | Expression]) -> Syncing:
        """The same sync with another mapping."""
        self.record = replace(self.record, field_mappings=StoredFieldMappings.from_dict(mapping))
        return self

    def plan(self) -> Plan:
        return self.engine.plan(self.record, self.strategy)

    def stage(self, *, records: int | None = None, after: Pass | None = None) -> Stage:
        """What a new run offers."""
        run = self.store.start_run(self.record)
        return self.engine.stage(self.record, run, self.strategy, records=records, after=after)

    def offered(self) -> dict[str, str]:
        """Identifier -> action of what a new run offers."""
        frame = all_of(self.stage())
        return dict(zip(frame["IDENTIFIER"], frame["SYNC_ACTION"], strict=True))

    def succeed(self) -> None:
        """A run in which the app takes everything."""
        stage = self.stage()
        stage.apply(answers(all_of(stage)["IDENTIFIER"]))


def all_of(stage: Stage) -> DataFrame:
    """The records of a stage as one frame."""
    return concat(list(stage.batches(actions=None, size=1000)) or [_NOTHING], ignore_index=True)


def answers(
    identifiers: Iterable[str],
    *,
    success: bool = True,
    app_identifier: str | None = None,
    **result: Any,
) -> DataFrame:
    """The same outcome for all of these records, as a request hands outcomes to its store."""
    return DataFrame(
        [(each, success, app_identifier, json.dumps(result)) for each in identifiers],
        columns=["IDENTIFIER", "SUCCESS", "APP_IDENTIFIER", "RESULT"],
    )
