"""Every statement is Snowflake's SQL, as a parser reads it; those that no parser knows, and that the
embedded warehouse cannot run, are held by snapshot. A new statement that is neither fails here."""

from __future__ import annotations

import ast
import logging
from typing import TYPE_CHECKING

import pytest
from sqlglot import exp
from sqlglot.errors import ParseError

from devsession.warehouse.rights import OURS, TO_MAKE, TO_WORK, Needed
from tests.warehouse.sql_in_code import FILES, PACKAGE, Statement, of_code, of_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

FROM_FILES, FROM_CODE = tuple(of_files()), tuple(of_code())
DOCS = PACKAGE.parent / "docs" / "accounts.md"
# Views over practice tables, and what migrations do, which is the other role's.
NOT_AT_WORK = ("migrations/", "practice/")


@pytest.fixture(autouse=True)
def quiet_parser(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="sqlglot")


@pytest.mark.parametrize("place", sorted({each.place for each in FROM_FILES}))
def test_a_file_is_snowflakes_sql(place: str) -> None:
    statements = [each for each in FROM_FILES if each.place == place]

    assert [len(each.trees) for each in statements] == [1] * len(statements)


@pytest.mark.parametrize("place", sorted({each.place for each in FROM_CODE}))
def test_a_statement_in_the_code_is_snowflakes_sql(place: str) -> None:
    statements = [each for each in FROM_CODE if each.place == place]

    assert all(each.trees for each in statements)


def test_what_no_parser_knows_is_held(snapshot: SnapshotAssertion) -> None:
    unknown = {each for each in [*FROM_FILES, *FROM_CODE] if not each.is_known}

    assert sorted(f"{each.place}: {each.text}" for each in unknown) == snapshot


def test_the_scan_sees_statements_and_no_prose() -> None:
    found = {each.text for each in FROM_CODE}

    assert {"use secondary roles none", "begin", "create schema if not exists X"} <= found
    assert not [each for each in found if each.startswith(("put right", "with the", "show the"))]
    assert len(found) > 50


def test_a_statement_that_is_none_fails() -> None:
    with pytest.raises(ParseError):
        _ = Statement("made up", "select (1 from X").trees


def test_no_file_is_left_that_nothing_uses() -> None:
    words = {
        node.value
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = [file for file in FILES.rglob("*.sql") if not file.stem[0].isdigit()]

    assert [
        file.name
        for file in named
        if file.stem not in words
        and file.relative_to(FILES).with_suffix("").as_posix() not in words
    ] == []


def used(statement: Statement) -> Iterator[tuple[str, str]]:
    """What it does with our tables: (privilege, table)."""
    for tree in statement.trees:
        written = tree.this if isinstance(tree, exp.Insert | exp.Update | exp.Delete) else None
        target = written.find(exp.Table) if written is not None else None
        for table in tree.find_all(exp.Table) if tree is not None else ():
            if table.db == OURS:
                yield ("SELECT" if table is not target else tree.key.upper()), table.name


def test_a_role_that_works_is_asked_for_what_statements_do_and_no_more() -> None:
    done = {
        each
        for statement in FROM_FILES
        if not statement.place.startswith(NOT_AT_WORK)
        for each in used(statement)
    }
    tables = [needed for needed in TO_WORK if needed.kind == "table"]
    asked = {(privilege, each.names[1]) for each in tables for privilege in each.privileges}

    assert asked == done


def grant(needed: Needed, role: str) -> str:
    place = ".".join(("CRM", *needed.names))
    privileges = ", ".join(needed.privileges).lower()
    return f"grant {privileges} on {needed.kind} {place} to role {role};"


def test_the_grants_that_are_documented_are_those() -> None:
    text = DOCS.read_text(encoding="utf-8")

    assert [grant(each, "SYNC_ROLE") for each in TO_WORK] == [
        line for line in text.splitlines() if line.startswith("grant ") and f"CRM.{OURS}" in line
    ]
    (make,) = TO_MAKE
    assert f"grant usage, {make.privileges[0].lower()} on database CRM to role" in text
