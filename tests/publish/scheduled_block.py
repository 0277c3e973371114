"""Runs the block of a task step by step on another warehouse, with a procedure of one's own."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlglot.dialects.snowflake import Snowflake
from sqlglot.tokens import TokenType

from devsession.quoting import literal
from devsession.warehouse.scheduled import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.warehouse import Account
    from devsession.warehouse.scheduled import ScheduledRun, Step


class RaisedError(Exception):
    """The block has raised this exception of its own."""


class Run:
    """One run of a block, and what its variables hold."""

    def __init__(self, account: Account, procedure: Callable[[dict[str, Any]], Any]) -> None:
        self._account = account
        self._procedure = procedure
        self.variables: dict[str, Any] = {"counts": "{}", "status": "failed"}

    def go(self, run: ScheduledRun, token: str) -> None:
        """Raises: RaisedError, or what the procedure raises; the end of the run is noted then."""
        self.variables["token"] = token
        try:
            for step in run.steps:
                self._take(step)
        except Exception:
            self.variables["status"] = "failed"
            self._take(run.ended)
            raise

    def _take(self, step: Step | Refusal) -> None:
        if isinstance(step, Refusal):
            [(so,)] = self._account.rows(f"select {self._bare(step.when)}")
            if so:
                raise RaisedError(step.message)
        elif step.sql.startswith("call "):
            (argument,) = re.findall(r"SYNC_OUTBOUND\((.*)\)$", step.sql, re.DOTALL)
            [(payload,)] = self._account.rows(f"select {self._filled(argument)}")
            (name,) = step.into.values()
            self.variables[name] = self._procedure(json.loads(payload))
        elif step.into:
            columns = ", ".join(step.into)
            [row] = self._account.rows(f"select {columns} from (\n{self._filled(step.sql)}\n)")
            self.variables |= dict(zip(step.into.values(), row, strict=True))
        else:
            self._account.execute(self._filled(step.sql))

    def _filled(self, sql: str) -> str:
        """With values for variables, which are none in a text or in a name."""
        tokens = Snowflake().tokenize(sql)
        filled, done = [], 0
        for colon, name in pairwise(tokens):
            if colon.token_type is TokenType.COLON and name.text in self.variables:
                filled += [sql[done : colon.start], self._value(name.text)]
                done = name.end + 1
        return "".join([*filled, sql[done:]])

    def _bare(self, expression: str) -> str:
        """An expression of the block itself, where variables have no colon."""
        return re.sub("|".join(self.variables), lambda found: self._value(found[0]), expression)

    def _value(self, name: str) -> str:
        value = self.variables[name]
        if isinstance(value, dict):
            return f"parse_json({literal(json.dumps(value))})"
        return literal(value) if isinstance(value, str) else str(value)
