"""A stand-in for a Snowflake account with an Omnata app: it answers as the wire's facts say.

It reads each statement with a parser, so that a name that breaks out of its quotes is not found.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Sequence

APP = "OMNATA_SYNC_ENGINE"
PLUGIN_APP = "OMNATA_PRACTICE_CRM"
API_KEY = "sk-the-key-that-the-app-keeps"
CREATE = f"{APP}.API.CREATE_DEVELOPMENT_SESSION_RUN"
COMPLETE = f"{APP}.API.COMPLETE_DEVELOPMENT_SESSION_RUN"
SECRETS = f"{PLUGIN_APP}.PLUGIN.RETRIEVE_SECRETS"
# What a payload always has. Source: sync contract, section 2.
SMALLEST = {
    "run_id": 0,
    "records_schema_name": "DATA",
    "records_table_name": "RECORDS_7",
    "results_schema_name": "DATA",
    "results_table_name": "RESULTS_7",
    "connection_method": "API Key",
    "sync_strategy": {"name": "Upsert", "custom_strategy": False},
    "sync_direction": "outbound",
}
STREAM = {
    "stream_name": "customer",
    "sync_strategy": "Incremental",
    "cursor_field": "updated_at",
    "primary_key_field": "id",
    "storage_behaviour": "merge",
    "stream": {
        "stream_name": "customer",
        "supported_sync_strategies": ["Full Refresh", "Incremental"],
        "source_defined_cursor": True,
        "source_defined_primary_key": "id",
        "default_cursor_field": "updated_at",
    },
}
SMALLEST_INBOUND = {
    "run_id": 0,
    "results_schema_name": "DATA",
    "results_table_name": "RESULTS_8",
    "connection_method": "API Key",
    "sync_direction": "inbound",
    "streams_configuration": {"included_streams": {"customer": STREAM}},
}
RECORDS = [
    {
        "IDENTIFIER": str(number),
        "APP_IDENTIFIER": None,
        "SYNC_ACTION": "Create",
        "TRANSFORMED_RECORD": json.dumps({"email": f"{name}@example.com"}),
        "TRANSFORMED_RECORD_PREVIOUS": None,
        "RESULT": None,
        "APPLY_STATE": "PENDING",
    }
    for number, name in enumerate(("ada", "grace", "mary"), start=1)
]


class OmnataAccount:
    """What the app has, and what it was asked.

    `payload`: what CREATE_.. gives for a sync, but for the run's number. `answers`: procedure ->
    what its first column holds, instead of what it would. `completed`: (run, with results).
    """

    name = "stand-in account"

    def __init__(self, **payload: Any) -> None:
        self.direction = payload.get("sync_direction", "outbound")
        smallest = SMALLEST_INBOUND if self.direction == "inbound" else SMALLEST
        self.payload: dict[str, Any] = {**smallest, **payload}
        self.records = deepcopy(RECORDS)
        self.secrets: dict[str, Any] = {"api_key": {"value": API_KEY, "metadata": {}}}
        self.answers: dict[str, Any] = {}
        self.statements: list[str] = []
        self.called: list[tuple[str, list[Any]]] = []
        self.completed: list[tuple[int, bool]] = []
        self.results: list[tuple[str, list[Any]]] = []
        self.runs = 0

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        procedure, arguments = self._procedure(sql)
        self.called.append((procedure, arguments))
        if procedure in self.answers:
            answer = self.answers[procedure]
            return answer if isinstance(answer, list) else [(answer,)]
        done = {CREATE: self._create, COMPLETE: self._complete, SECRETS: self._secrets}[procedure]
        return [(json.dumps({"success": True, "data": done(*arguments)}),)]

    def arrow(self, sql: str, params: Sequence[object] = ()) -> pa.Table:
        (query,) = self._parsed(sql)
        table = query.find(exp.Table)
        assert table is not None
        assert self._named(table) == self._table("records")
        limit = query.args.get("limit")
        chosen = [literal.this for literal in query.find_all(exp.Literal) if literal.is_string]
        rows = [row for row in self.records if not chosen or row["SYNC_ACTION"] in chosen]
        count = int(limit.expression.this) if limit else None
        return pa.Table.from_pylist(rows[:count], schema=self._schema())

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        (insert,) = self._parsed(sql)
        assert isinstance(insert, exp.Insert)
        assert self._named(insert.this.this) == self._table("results")
        rows = json.loads(str(params[-1]))
        self.results += [(row[0], row[1:]) for row in rows]
        return len(rows)

    def _create(self, slug: str) -> dict[str, Any]:
        self.runs += 1
        return {
            "direction": self.direction,
            "plugin_app_name": PLUGIN_APP,
            f"{self.direction}_apply_payload": {**self.payload, "run_id": self.runs},
        }

    def _complete(self, run: int, apply_results: bool) -> None:
        self.completed.append((run, apply_results))
        taken = {name for name, (success, *_) in self.results if success and apply_results}
        self.records = [row for row in self.records if row["IDENTIFIER"] not in taken]

    def _secrets(self, oauth: str | None, other: str | None) -> dict[str, Any]:
        return self.secrets

    def _procedure(self, sql: str) -> tuple[str, list[Any]]:
        """A call's procedure and its arguments, as Snowflake would read them."""
        call, rest = sql.split(None, 1)
        assert call == "call"
        (query,) = self._parsed(f"select {rest}")
        (dotted,) = query.expressions
        names = [each.this for each in dotted.find_all(exp.Identifier)]
        function = dotted.find(exp.Anonymous)
        arguments = [each.to_py() for each in function.expressions]
        return ".".join([*names, function.this]), arguments

    def _parsed(self, sql: str) -> list[Any]:
        self.statements.append(sql)
        return sqlglot.parse(sql, dialect="snowflake")

    def _named(self, table: exp.Table) -> list[str]:
        return [part.this for part in table.parts]

    def _table(self, kind: str) -> list[str]:
        return [APP, self.payload[f"{kind}_schema_name"], self.payload[f"{kind}_table_name"]]

    def _schema(self) -> pa.Schema:
        names = self.records[0] if self.records else RECORDS[0]
        return pa.schema([(name, pa.string()) for name in names])
