"""Entities in a table of the warehouse, one row each, to ask about in SQL."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json, to_json

from devsession.errors import WorkflowError
from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.entities import Placed, Service
from devsession.openmetadata.model.facts import TestResult
from devsession.openmetadata.model.lines import line_of
from devsession.openmetadata.steps.causes import name_of
from devsession.openmetadata.steps.steps import Sink

if TYPE_CHECKING:
    from collections.abc import Collection

    from devsession.openmetadata.steps.steps import Item

_NAME = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}"
_BATCH = 500
_CREATE = """
create table if not exists {table} (
  KIND varchar, FQN varchar, SERVICE varchar, ENTITY variant, RUN_ID varchar, STORED_AT timestamp_ntz)
"""
_MERGE = """
merge into {table} as t using (
  select f.value:kind::varchar as KIND, f.value:fqn::varchar as FQN,
    f.value:service::varchar as SERVICE, f.value:entity as ENTITY
  from table(flatten(input => parse_json(?))) as f
) as s on t.KIND = s.KIND and t.FQN = s.FQN
when matched then update set
  ENTITY = s.ENTITY, RUN_ID = ?, STORED_AT = current_timestamp()::timestamp_ntz
when not matched then insert (KIND, FQN, SERVICE, ENTITY, RUN_ID, STORED_AT)
  values (s.KIND, s.FQN, s.SERVICE, s.ENTITY, ?, current_timestamp()::timestamp_ntz)
"""


class TableSinkConfig(BaseModel):
    """table: a name, or SCHEMA.NAME, of letters and digits; it is made where it is not there.

    account: of Snowflake, by its name in connections.toml; None: the workspace's own warehouse.
    """

    model_config = ConfigDict(extra="forbid")

    table: str = Field(default="METADATA", pattern=f"^{_NAME}$")
    account: str | None = None


class TableSink(Sink):
    """One row for each kind and name, the last one told, in the workflow's `warehouse`.

    Columns: KIND, FQN, SERVICE, ENTITY (variant, as a line of JSON lines), RUN_ID, STORED_AT.

    Workflow(AcmeSource, TableSink.using(table="METADATA"), service="acme", warehouse=lambda _: account)
    """

    Config: ClassVar[type[BaseModel] | None] = TableSinkConfig

    def prepare(self) -> None:
        """Make the table. Raises: WorkflowError without a warehouse; WarehouseError, as that has it."""
        if self.ctx.warehouse is None:
            raise WorkflowError(
                "The sink has no warehouse to store in",
                next_step="Workflow(.., warehouse=lambda _: account); devsession workflow run has this "
                "workspace's",
            )
        self._table: str = self.config.table
        self._run_id = str(uuid.uuid4())
        self._rows: dict[tuple[str, str], dict[str, object]] = {}
        self._seen: dict[str, set[str]] = {}
        self._warehouse = self.ctx.warehouse(self.config.account)
        self._warehouse.execute(_CREATE.format(table=self._table))

    def write(self, item: Item) -> None:
        """Raises: WarehouseError for what the warehouse refuses."""
        kind, name = type(item).__name__, _key(item)
        service = _service(item)
        if service:
            self._seen.setdefault(kind, set()).add(service)
        row = {"kind": kind, "fqn": name, "service": service, "entity": from_json(line_of(item))}
        self._rows[kind, name] = row  # of two with one name the last is kept
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Raises: as `write`."""
        if self._rows:
            rows = to_json(list(self._rows.values())).decode()
            params = (rows, self._run_id, self._run_id)
            self._warehouse.execute(_MERGE.format(table=self._table), params)
            self._rows.clear()

    def delete_unseen(self, kinds: Collection[type[Placed]] | None = None) -> None:
        """Delete the rows of earlier runs, of the kinds and services that came. Raises: as `write`."""
        wanted = self._seen.keys() if kinds is None else {kind.__name__ for kind in kinds}
        for kind in sorted(self._seen.keys() & wanted):
            for service in sorted(self._seen[kind]):
                self._warehouse.execute(
                    f"delete from {self._table} where KIND = ? and SERVICE = ? and RUN_ID <> ?",  # noqa: S608 - a name that was looked at
                    (kind, service, self._run_id),
                )


def _key(item: Item) -> str:
    if isinstance(item, TestResult):
        return f"{item.test_case} at {item.timestamp}"
    return name_of(item)


def _service(item: Item) -> str:
    if isinstance(item, Placed):
        return fqn.build(item.service) if item.service else ""
    return item.fqn if isinstance(item, Service) else ""
