"""A run of an outbound sync on Snowflake: records from the app's table, outcomes into its results."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from devsession.errors import DeadlineError, OmnataError
from devsession.http.deadline import Deadline, until
from devsession.plugin.contract import sync_actions
from devsession.plugin.managed import managing
from devsession.plugin.outbound import RECORD_COLUMNS, OutboundSyncRequest, enqueued_at_last
from devsession.plugin.outcome_pieces import outcome_pieces
from devsession.plugin.outcomes import SUCCESS
from devsession.plugin.template import template_of
from devsession.publish.inside.limits import limits_kept
from devsession.quoting import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import DataFrame
    from snowflake.snowpark import Session

    from devsession.plugin.contract import Plugin
    from devsession.plugin.omnata_answers import OutboundPayload, Payload
    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.publish.inside.platform import Known

_ROWS_READ = 10_000

_JSON = RECORD_COLUMNS[3:]
_INSERT = """insert into {table}
  (IDENTIFIER, APP_IDENTIFIER, APPLY_STATE, APPLY_STATE_DATETIME, LOADBATCH_ID, RESULT)
select
  f.value[0]::varchar,
  f.value[2]::varchar,
  iff(f.value[1]::boolean, 'SUCCESS', 'DESTINATION_FAILURE'),
  ?,
  ?,
  f.value[3]
from table(flatten(input => parse_json(?))) as f"""


def send_records(
    plugin: Plugin,
    session: Session,
    payload: OutboundPayload,
    strategy: OutboundSyncStrategy,
    known: Known,
) -> dict[str, Any]:
    """Call sync_outbound on the run's records; outcomes are stored as they come.

    When its time is over it ends with what was done until then: `timed_out`.
    """
    secrets = known.fetch(payload.oauth_secret_name, payload.other_secrets_name)
    parameters = payload.parameters(strategy, secrets)
    records = TableRecords(session, payload)
    deadline = Deadline(payload.time_limit_mins * 60)
    request = OutboundSyncRequest(
        records,
        actions=sync_actions(plugin, parameters),
        template=lambda: template_of(parameters.field_mappings, plugin, redact=known.redacted),
        unrendered=lambda failed: request.enqueue_results(failed),  # noqa: PLW0108 - not there yet
    )
    with limits_kept(plugin, parameters, deadline), until(deadline):
        try:
            with managing(redact=known.redacted, keep=request.enqueue_results):
                method: Any = plugin.sync_outbound
                returned: Any = enqueued_at_last(method(parameters, request), request)
            if returned is not None:
                request.enqueue_results(returned)
        except DeadlineError:
            if not deadline.over:
                raise
    return {
        "run_id": payload.run_id,
        "succeeded": records.succeeded,
        "failed": records.failed,
        "timed_out": deadline.over,
    }


class TableRecords:
    """A `RecordStore`: the tables of a run, in the app that the sync is in.

    Records come by ranges of their identifier, in its order.
    """

    def __init__(self, session: Session, payload: OutboundPayload) -> None:
        self._session = session
        self._payload = payload
        self._records = table_of(payload, payload.records_schema_name, payload.records_table_name)
        self._turn = Lock()  # one session takes one statement at a time
        self._batch = 0
        self.succeeded = self.failed = 0

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """As `RecordStore` says."""
        if actions is not None and not actions:
            return
        last: str | None = None
        while rows := self._after(last, actions):
            last = str(rows[-1]["IDENTIFIER"])
            for start in range(0, len(rows), size):
                yield self._frame(rows[start : start + size])
            if len(rows) < _ROWS_READ:
                return

    def apply(self, outcomes: DataFrame) -> None:
        """As `RecordStore` says."""
        insert = _INSERT.format(table=results_of(self._payload))
        good = int(outcomes[SUCCESS].sum())
        with self._turn:
            for piece in outcome_pieces(outcomes):
                now = datetime.now(UTC).isoformat(sep=" ")
                self._session.sql(insert, params=[now, self._batch, piece.text]).collect()
                self._batch += 1
            self.succeeded += good
            self.failed += len(outcomes) - good

    def _after(self, last: str | None, actions: Sequence[str] | None) -> list[dict[str, Any]]:
        conditions = []
        if actions is not None:
            conditions.append(f"SYNC_ACTION in ({', '.join(map(literal, actions))})")
        if last is not None:
            conditions.append("IDENTIFIER > ?")
        where = f"where {' and '.join(conditions)}" if conditions else ""
        sql = f"select * from {self._records} {where} order by IDENTIFIER limit {_ROWS_READ}"  # noqa: S608 - quoted
        with self._turn:
            rows = self._session.sql(sql, params=[last] if last is not None else []).collect()
        return [row.as_dict() for row in rows]

    def _frame(self, rows: list[dict[str, Any]]) -> DataFrame:
        from pandas import DataFrame

        columns: dict[str, list[Any]] = {
            name: [row.get(name) for row in rows] for name in RECORD_COLUMNS
        }
        for name in _JSON:
            columns[name] = [_read(value) for value in columns[name]]
        for name in _JSON[:2]:
            columns[name] = [self._payload.row_of(value) for value in columns[name]]
        return DataFrame(columns, dtype=object)


def table_of(payload: Payload, schema: str, table: str) -> str:
    """A table of the app that the sync is in, as SQL."""
    parts = [payload.source_app_name, schema, table]
    return ".".join(quoted(part) for part in parts if part)


def results_of(payload: Payload) -> str:
    """The results table of a run, as SQL. Raises: OmnataError when the run has none."""
    if not (payload.results_schema_name and payload.results_table_name):
        raise OmnataError(
            "The run has no results table",
            tried="results_schema_name, results_table_name: missing",
            next_step="look whether this version of the app is one that devsession knows",
        )
    return table_of(payload, payload.results_schema_name, payload.results_table_name)


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
