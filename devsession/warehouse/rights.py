"""What a session on a Snowflake account is, and what it may do there. Nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from devsession.quoting import literal, quoted
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from devsession.warehouse.omnata import Statements

OURS = "DEVSESSION"
"""The schema of our tables, in the database of the connection."""
ALL = "OWNERSHIP"
# Columns of SHOW GRANTS ON. Source: Snowflake's documentation, SHOW GRANTS.
_PRIVILEGE, _GRANTED_TO, _GRANTEE = 1, 4, 5
_ROLES = {"ROLE", "ACCOUNT ROLE"}  # not those of a database, nor shares


class Needed(NamedTuple):
    """Privileges on a `database`, `schema`, `table` or `stage`; names: below the database."""

    privileges: tuple[str, ...]
    kind: str
    names: tuple[str, ...] = ()


TO_MAKE: tuple[Needed, ...] = (Needed(("CREATE SCHEMA",), "database"),)
"""What making the schema takes. Whoever makes it owns it, and all that migrations make in it."""
TO_FILL: tuple[Needed, ...] = (
    Needed(("USAGE", "CREATE TABLE", "CREATE STAGE"), "schema", (OURS,)),
)
"""What migrations take of one that is there, and empty."""
TO_CHANGE: tuple[Needed, ...] = (
    *TO_FILL,
    Needed((ALL,), "table", (OURS, "SYNCS")),
    Needed((ALL,), "table", (OURS, "VERSION")),
)
"""What they take of one whose tables are of an earlier version."""
TO_WORK: tuple[Needed, ...] = (
    Needed(("USAGE", "CREATE TABLE"), "schema", (OURS,)),
    Needed(("SELECT",), "table", (OURS, "VERSION")),
    Needed(("SELECT", "INSERT", "DELETE"), "table", (OURS, "CONNECTIONS")),
    Needed(("SELECT", "INSERT", "UPDATE"), "table", (OURS, "SYNCS")),
    Needed(("SELECT", "INSERT", "UPDATE"), "table", (OURS, "RUNS")),
    Needed(("SELECT", "INSERT", "UPDATE"), "table", (OURS, "STREAMS")),
    Needed(("SELECT", "INSERT", "DELETE"), "table", (OURS, "LOADED_TABLES")),
    Needed(("READ", "WRITE"), "stage", (OURS, "INBOUND_FILES")),
)
"""What sessions and syncs take of it, once it is there and up to date."""


class Signed(NamedTuple):
    """Who is signed in, and with what; None: not chosen, not there, or not to be seen."""

    version: str
    account: str
    user: str
    role: str | None
    compute_warehouse: str | None
    database: str | None
    schema: str | None


def signed_in(account: Statements) -> Signed:
    """Raises: as `Account.rows`."""
    return Signed(*account.rows(statement("account/now"))[0])


def rights_on(account: Statements, kind: str, *names: str) -> frozenset[str]:
    """The privileges that the session's roles have on a `database`, `schema`, `table` ..

    OWNERSHIP is all of them. Those of a role that the session's role was granted count; those of
    secondary roles, which are off in this session from now on, do not: nothing is made by them.

    Raises: as `Account.rows`; also where no role of the session has any.
    """
    account.execute("use secondary roles none")
    named = ".".join(map(quoted, names))
    rows = account.rows(statement("account/grants", kind=kind, of=named))
    grants = [(row[_PRIVILEGE], row[_GRANTEE]) for row in rows if row[_GRANTED_TO] in _ROLES]
    roles = sorted({role for _, role in grants})
    if not roles:
        return frozenset()
    asked = ", ".join(f"is_role_in_session({literal(role)})" for role in roles)
    held = dict(zip(roles, account.rows(f"select {asked}")[0], strict=True))
    return frozenset(privilege for privilege, role in grants if held[role])


def has_schema(account: Statements, name: str) -> bool:
    """Whether the session sees this schema in its database. Raises: as `Account.rows`."""
    return bool(account.rows(statement("account/schema"), (name,)))
