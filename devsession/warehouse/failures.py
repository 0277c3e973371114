"""The records of a sync whose last outcome is a failure."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from devsession.warehouse.decoding import decoded
from devsession.warehouse.statements import statement
from devsession.warehouse.store import state_table

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.warehouse.account import Account
    from devsession.warehouse.records import SyncRecord

FAILURE_COLUMNS = ("IDENTIFIER", "SYNC_ACTION", "ERROR", "RESULT", "RUN", "TIME")


def failures_of(account: Account, sync: SyncRecord) -> DataFrame:
    """One row a record, columns as in `FAILURE_COLUMNS`; the next run offers them again.

    ERROR is the text that people read, RESULT all that the app said (a dict), RUN the run's number,
    TIME when its outcome was stored, in UTC.
    """
    from pandas import DataFrame

    table = account.arrow(statement("store/failures", state=state_table(sync)))
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    results = decoded(columns["RESULT"])
    columns["RESULT"] = results
    columns["ERROR"] = [_error(result) for result in results]
    columns["TIME"] = [time.replace(tzinfo=UTC) for time in columns["TIME"]]
    columns["RUN"] = [int(run) for run in columns["RUN"]]
    return DataFrame({name: columns[name] for name in FAILURE_COLUMNS}, dtype=object)


def _error(result: object) -> str:
    return str(result.get("error", "")) if isinstance(result, dict) else ""
