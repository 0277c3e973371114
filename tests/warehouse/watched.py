"""An account, and every statement that it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlglot

if TYPE_CHECKING:
    from devsession.warehouse import Account


class Watched:
    """The account that it is made of, in all else."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.statements: list[str] = []

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._account, name)
        if name not in {"rows", "execute", "arrow", "frame"}:
            return asked

        def run(sql: str, params: Any = ()) -> Any:
            self.statements.append(sql)
            return asked(sql, params)

        return run

    @property
    def counts(self) -> set[int]:
        """How many statements each was, to a parser of Snowflake's SQL."""
        return {len(sqlglot.parse(sql, dialect="snowflake")) for sql in self.statements}
