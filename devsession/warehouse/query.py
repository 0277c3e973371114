"""SQL that an author wrote as a source or an expression: it must be one of its kind, and whole.

Only its shape is looked at here; whether its names and types are right the warehouse tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import DataError

if TYPE_CHECKING:
    from sqlglot import Expr

_BEGINNING = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*(?:select|with)\b", re.I | re.S)
_SHOWN = 60


def is_query(text: str) -> bool:
    """Whether this is meant as a query: it begins with SELECT or WITH."""
    return _BEGINNING.match(text) is not None


@dataclass(frozen=True)
class Query:
    """One query that is whole: `sql` as it was written, `no_rows` the same for its columns alone."""

    sql: str
    no_rows: str

    @classmethod
    def of(cls, text: str) -> Query:
        """Raises: DataError when it is not exactly one query."""
        from sqlglot import exp

        parsed = _the_only(text, "query")
        changing = parsed.find(exp.DML, exp.DDL, exp.Command, exp.Into)
        if changing is not None or not isinstance(parsed, exp.Query):
            kind = (changing or parsed).key.upper()
            raise _wrong(f"it is no query that only reads: {kind} stands in it")
        if parsed.find(exp.Placeholder):
            raise _wrong("it has a place for a value, ? or :name, and none is given to it")
        return cls(_without_end(text), parsed.limit(0).sql("snowflake"))


def check_expression(sql: str) -> None:
    """Refuse SQL that cannot stand for one value a row.

    Raises: DataError when it is no single expression, or when it sums rows up.
    """
    from sqlglot import exp

    parsed = _the_only(sql, "expression")
    if isinstance(parsed, exp.DML | exp.DDL | exp.Command | exp.Drop):
        raise _wrong(f"it is a statement, {parsed.key.upper()}, and no expression")
    for summed in parsed.find_all(exp.AggFunc):
        if summed.find_ancestor(exp.Window, exp.Query) is None:
            raise _wrong(
                f"{summed.sql_name()} sums rows up, and each row needs a value of its own: "
                "add OVER (..), or do it in a query as the source"
            )


def _the_only(text: str, kind: str) -> Expr:
    import sqlglot
    from sqlglot.errors import ParseError, TokenError

    try:
        found = [each for each in sqlglot.parse(text, read="snowflake") if _is_statement(each)]
    except ParseError as error:
        raise _wrong(_place(error.errors[0])) from None
    except TokenError:
        raise _wrong("a quote or a comment is opened and never closed") from None
    if len(found) != 1 or found[0] is None:
        raise _wrong(f"it holds {len(found)} statements, and has to be one {kind}")
    return found[0]


def _is_statement(parsed: Expr | None) -> bool:
    from sqlglot import exp

    return parsed is not None and not isinstance(parsed, exp.Semicolon)


def _without_end(text: str) -> str:
    """The text up to the semicolons at its end."""
    import sqlglot

    tokens = sqlglot.tokenize(text, read="snowflake")
    while tokens[-1].text == ";":
        text = text[: tokens.pop().start]
    return text


def _place(error: dict[str, Any]) -> str:
    before = " ".join(error["start_context"].split())[-_SHOWN:]
    return f"line {error['line']} is no SQL at the mark: {before} >>> {error['highlight']}"


def _wrong(problem: str) -> DataError:
    return DataError(problem)
