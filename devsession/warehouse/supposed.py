"""A sync's state as it would be, had a pass been stored that never was."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.warehouse.decoding import decoded
from devsession.warehouse.records import RunRecord
from devsession.warehouse.staged import Stage, stage_table
from devsession.warehouse.statements import statement
from devsession.warehouse.store import state_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pandas import DataFrame

    from devsession.warehouse.account import Account
    from devsession.warehouse.projection import Projection
    from devsession.warehouse.records import SyncRecord


@dataclass(frozen=True)
class Pass:
    """Records that were sent, columns as in `RECORD_COLUMNS`, and what came of them.

    outcomes: IDENTIFIER text, each once; SUCCESS bool; APP_IDENTIFIER; RESULT as JSON text.
    """

    records: DataFrame
    outcomes: DataFrame


@contextmanager
def supposed_state(
    account: Account, sync: SyncRecord, projection: Projection, passed: Pass
) -> Iterator[str]:
    """Within, the name of a copy of the sync's state in which the outcomes of a pass are stored."""
    run = RunRecord.unlisted(sync)
    stage, copy = stage_table(sync, run), f"{state_table(sync)}_{run.id}"
    try:
        account.execute(statement("engine/supposed", supposed=copy, state=state_table(sync)))
        account.execute(
            statement("engine/passed", stage=stage, state=copy, hashed=projection.hashed),
            [_as_json(passed.records, _records_now(account, projection, passed.records))],
        )
        Stage(account, sync, run, state=copy).apply(passed.outcomes)
        yield copy
    finally:
        for table in (stage, copy):
            account.execute(statement("engine/drop_stage", stage=table))


def _records_now(account: Account, projection: Projection, sent: DataFrame) -> dict[str, Any]:
    """Identifier -> today's record, of those that were sent."""
    asked = json.dumps(sent["IDENTIFIER"].tolist())
    found = account.rows(
        statement("engine/now", mapped=projection.mapped, record=projection.record), [asked]
    )
    return dict(zip((row[0] for row in found), decoded([row[1] for row in found]), strict=True))


def _as_json(sent: DataFrame, now: dict[str, Any]) -> str:
    columns = [sent[name] for name in ("IDENTIFIER", "SYNC_ACTION", "TRANSFORMED_RECORD")]
    rows = []
    for identifier, action, record in zip(*columns, strict=True):
        kind = "gone" if record is None else "same" if record == now.get(identifier) else "changed"
        rows.append((identifier, action, kind, record))
    return json.dumps(rows)
