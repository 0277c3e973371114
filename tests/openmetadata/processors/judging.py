"""Policies of the tests, in a module of their own, as a project has them."""

from __future__ import annotations

from devsession.openmetadata import DatabaseSchema, LineageEdge, Table, TestResult
from devsession.openmetadata.processors import (
    Verdict,
    allow,
    columns_of,
    deny,
    mask,
    policy,
    tags_of,
    warn,
)


@policy("ACME-01", Table)
def personal_data_has_an_owner(table: Table) -> Verdict | None:
    """A table with personal data has an owner."""
    if "PII.Sensitive" in tags_of(table) and not table.owners:
        return deny("holds personal data, and nobody owns it", fix="owners=[Owner(name=..)]")
    return allow()


@policy("ACME-02", Table, tags=["Masking.Hash"])
def salaries_are_hashed(table: Table) -> Verdict | None:
    """What people earn is hashed."""
    paths = [path for path, column in columns_of(table) if column.name == "salary"]
    if paths:
        hidden = ["description"]
        return mask("shows what people earn", columns=paths, tag="Masking.Hash", hide=hidden)
    return None


@policy("ACME-03", DatabaseSchema)
def scratch_stays_out(schema: DatabaseSchema) -> Verdict | None:
    """What is scratch is in no catalog."""
    if schema.name.startswith("tmp_"):
        return deny("is scratch", fix="exclude it")
    if not schema.description:
        return warn("says not what it is for")
    return None


@policy("ACME-04", LineageEdge)
def statements_are_not_shown(edge: LineageEdge) -> Verdict | None:
    """A statement may hold values."""
    return mask("may hold values", hide="lineage_details.sql_query")


@policy("ACME-05", TestResult)
def results_are_not_shown(result: TestResult) -> Verdict | None:
    """A result may hold values."""
    return mask("may hold values", hide=["result"]) if result.result else None
