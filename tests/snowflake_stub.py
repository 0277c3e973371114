"""A stand-in for an open Snowflake account: it answers what `devsession doctor` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlglot

from devsession.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Sequence

WHO = ("9.30.1", "ACME_PROD", "ADA", "SYNC_ROLE", "SYNC_WH", "CRM", "PUBLIC")
PACKAGES = [("pandas", "2.2.3"), ("pandas", "2.10.0"), ("requests", "2.32.3"), ("pandas", "2.2.3")]


class StubAccount:
    """grants: (privilege, role) on what is asked for; version: of our tables, a row of theirs.

    roles: those of the session.
    """

    name = "Snowflake account 'prod'"

    def __init__(self, **changed: Any) -> None:
        self.who: tuple[str | None, ...] = changed.get("who", WHO)
        self.version: tuple[Any, ...] = changed.get("version", ())
        self.schemas: set[str] = changed.get("schemas", set())
        self.grants: list[tuple[str, str]] = changed.get("grants", [("CREATE SCHEMA", "SYNC_ROLE")])
        self.roles: set[str] = changed.get("roles", {"SYNC_ROLE", "PUBLIC"})
        self.secondary: set[str] = changed.get("secondary", set())
        self.packages: list[tuple[str, str]] = changed.get("packages", PACKAGES)
        self.refused: str = changed.get("refused", "nothing is")
        self.asked: list[str] = []

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        text = " ".join(sql.split())
        self.asked.append(text)
        if self.refused in text:
            raise WarehouseError("refused", tried="insufficient privileges", next_step="ask for it")
        if text.startswith("show grants on"):
            return [
                ("2026-01-01", privilege, "OBJECT", "NAME", "ROLE", role, "false", "SYSADMIN")
                for privilege, role in self.grants
            ]
        (query,) = sqlglot.parse(text, dialect="snowflake")
        assert query is not None
        answers: dict[str, list[tuple[Any, ...]]] = {
            "current_version": [self.who],
            "TABLE_SCHEMA": [("SYNCS",), ("VERSION",)] if self.version else [],
            "DEVSESSION.VERSION": [self.version],
            "SCHEMATA": [(name,) for name in self.schemas if name in params],
            "INFORMATION_SCHEMA.PACKAGES": [*self.packages],
        }
        for word, answer in answers.items():
            if word in text:
                return answer
        return [tuple(each.expressions[0].this in self.roles for each in query.expressions)]

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        assert sql == "use secondary roles none", f"it changes something: {sql}"
        self.roles -= self.secondary
        return 0

    def arrow(self, sql: str, params: Sequence[object] = ()) -> Any:
        raise AssertionError(f"it is not asked for: {sql}")
