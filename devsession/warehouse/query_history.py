"""Which statements a warehouse has run: those that may have filled a table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from devsession.warehouse.query_log import without_values
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from devsession.warehouse.account import Account

_MOST = 10_000
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


class QueryRun(NamedTuple):
    """A statement that was run; database and schema are those that were current before it."""

    query_id: str
    sql: str
    database: str | None
    schema: str | None
    session: int
    user: str | None
    started: datetime
    seconds: float
    rows: int | None


def query_history(
    account: Account, since: datetime = _ALWAYS, *, most: int = _MOST
) -> list[QueryRun]:
    """The last statements that create, insert, merge or update, oldest first; none that failed.

    Texts in them are `'?'`, wherever they were run: they may be secrets. On Snowflake the view is
    up to 45 minutes behind, and needs the privileges of the database SNOWFLAKE. An embedded
    warehouse keeps its last 10,000 statements, of each the first 20,000 characters.

    since: with its time zone.

    Raises: WarehouseError, as every statement.
    Source: Snowflake's documentation, "QUERY_HISTORY view", in SNOWFLAKE.ACCOUNT_USAGE.
    """
    rows = account.rows(
        statement("query_history", most=str(most)), (since.astimezone(UTC).isoformat(),)
    )
    runs = (QueryRun(*row) for row in reversed(rows))
    return [
        run._replace(sql=without_values(run.sql), seconds=float(run.seconds) / 1000) for run in runs
    ]
