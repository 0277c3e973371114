"""What Snowpark itself sends and fakesnow does not take, put right before a statement is parsed.

Source: statements seen from Snowpark 1.56 against fakesnow 0.12.1.
"""

from __future__ import annotations

import re
from decimal import Decimal
from importlib import import_module
from string import Template
from typing import TYPE_CHECKING, Any

from fakesnow import converter, cursor, dialect, macros, transforms
from fakesnow.variables import Variables
from sqlglot import Expr, exp

if TYPE_CHECKING:
    from collections.abc import Callable

# Statements that succeed and do nothing: there is one user, and no compute warehouse.
WITHOUT_EFFECT = [
    r"\s*select\s+system\$cancel_all_queries",
    r"\s*alter\s+session\s+(un)?set\s+query_tag",
    r"\s*(grant|revoke)\s",
]

_ABOUT_THE_ACCOUNT = {
    "CURRENT_WAREHOUSE": "LOCAL",
    "CURRENT_ACCOUNT": "LOCAL",
    "CURRENT_REGION": "LOCAL",
}

_QUOTED = re.compile(r"""('(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*")""", re.DOTALL)

_PLAIN = re.compile(r"\w+")

_INLINED = Variables.inline_variables

# DuckDB's own way of building an object gives its keys in an order that changes from row to row
# once several threads work. Sorted keys are the same for equal rows, and several times faster.
_OBJECT_CONSTRUCT = Template("""
CREATE OR REPLACE MACRO ${catalog}._fs_object_construct(keys, vals, keep_nulls) AS (
    ('{' || coalesce(array_to_string(
        list_transform(
            list_sort(list_filter(
                list_zip(keys, vals),
                lambda pair: pair[1] IS NOT NULL AND (keep_nulls OR pair[2] IS NOT NULL)
            )),
            lambda pair: to_json(pair[1]::VARCHAR)::VARCHAR
                || ':' || coalesce(pair[2]::JSON::VARCHAR, 'null')
        ), ','), '') || '}')::JSON
)
""")


def install() -> None:
    """Makes fakesnow parse and build objects our way, in this process."""
    macros.FS_OBJECT_CONSTRUCT = _OBJECT_CONSTRUCT
    # By import_module, because the package has a function called server.
    server: Any = import_module("fakesnow.server")
    server.parse_one = parse_one
    server.from_binding = from_binding
    vars(cursor)["parse_one"] = parse_one
    # fakesnow makes several statements of a MERGE, which no transaction can hold: one of them writes
    # into a database of its own. DuckDB has MERGE itself.
    vars(transforms)["merge"] = lambda parsed: [parsed]
    # fakesnow takes '$5' in quotes for a variable as well.
    Variables.inline_variables = lambda self, sql: _outside_quotes(  # type: ignore[method-assign]
        sql, lambda part: _INLINED(self, part)
    )


def from_binding(binding: dict[str, Any]) -> object:
    """A bound value; fakesnow reads decimals as integers, which fails, and floats as text."""
    kind, value = binding["type"], binding["value"]
    if value is not None and kind == "REAL":
        return float(value)
    if value is not None and kind == "FIXED" and not value.lstrip("-").isdigit():
        return Decimal(value)
    return converter.from_binding(binding)


def parse_one(statement: str) -> Expr:
    """The parsed statement, in words that fakesnow knows."""
    parsed = dialect.parse_one(_outside_quotes(statement, _known_words))
    if isinstance(parsed, exp.Copy):
        return _reading_files(parsed)
    for position in list(parsed.find_all(exp.Parameter)):
        if isinstance(position.this, exp.Literal):  # $1 of a VALUES clause
            position.replace(exp.column(exp.to_identifier(f"COLUMN{position.name}")))
    for function in list(parsed.find_all(exp.Func)):
        name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
        if name.upper() in _ABOUT_THE_ACCOUNT:
            function.replace(exp.Literal.string(_ABOUT_THE_ACCOUNT[name.upper()]))
    for access in list(parsed.find_all(exp.Bracket)):
        _name_exactly(access)
    for made in list(parsed.find_all(exp.JSONObject)):
        _build_directly(made)
    for window in list(parsed.find_all(exp.Window)):
        _number_sorted(window)
    return parsed


def _name_exactly(access: exp.Bracket) -> None:
    """`record['a.b']` reads the field of that name; DuckDB takes signs in a name for a path's.

    Source: RFC 6901, JSON Pointer, which DuckDB reads as well and which any name can stand in.
    """
    for name in access.expressions:
        if isinstance(name, exp.Literal) and name.is_string and not _PLAIN.fullmatch(name.name):
            pointer = "/" + name.name.replace("~", "~0").replace("/", "~1")
            name.replace(exp.Literal.string(pointer))


def _reading_files(copy: exp.Copy) -> exp.Copy:
    """COPY INTO with DuckDB's name for the number of a row in its file."""
    for column in copy.find_all(exp.Column):
        if column.name.upper() == "METADATA$FILE_ROW_NUMBER":
            column.replace(exp.column("file_row_number"))
    return copy


def _build_directly(made: exp.JSONObject) -> None:
    """OBJECT_CONSTRUCT_KEEP_NULL of fixed keys becomes DuckDB's own function, twice as fast.

    That one keeps keys as they are written: they are sorted here, as Snowflake sorts them.
    """
    pairs = {
        pair.this.name: pair
        for pair in made.expressions
        if isinstance(pair, exp.JSONKeyValue) and pair.this.is_string
    }
    if pairs and len(pairs) == len(made.expressions):
        values = [
            each for _, pair in sorted(pairs.items()) for each in (pair.this, pair.expression)
        ]
        made.replace(exp.Anonymous(this="json_object", expressions=values))


def _number_sorted(window: exp.Window) -> None:
    """Rows of a subquery that are numbered in an order are sorted first, and then numbered as they come.

    DuckDB's sort computes half of what its numbering in an order does, and needs less room on the disk.
    """
    select, order = window.parent_select, window.args.get("order")
    if select is None or order is None or not isinstance(window.this, exp.RowNumber):
        return
    rows = select.find(exp.From)
    others = [
        name
        for name, value in select.args.items()
        if value and name not in {"expressions", "from_", "hint", "kind"}
    ]
    keys = [key.this for key in order.expressions]
    named = {each.alias.upper() for each in select.expressions if isinstance(each, exp.Alias)}
    if (
        others
        or window.args.get("partition_by")
        or rows is None
        or not isinstance(rows.this, exp.Subquery)
        or not all(isinstance(key, exp.Column) and key.name.upper() not in named for key in keys)
        or sum(len(list(each.find_all(exp.Window))) for each in select.expressions) > 1
    ):
        return
    subquery = rows.this
    in_order = exp.select("*").from_(subquery.copy()).order_by(*order.expressions)
    window.set("order", None)
    subquery.set("this", in_order)


def _known_words(part: str) -> str:
    part = part.replace("?::", "? ::")  # read as another operator without the space
    return re.sub(r"\bSCOPED\s+TEMPORARY\b", "TEMPORARY", part, flags=re.IGNORECASE)


def _outside_quotes(statement: str, change: Callable[[str], str]) -> str:
    parts = _QUOTED.split(statement)
    return "".join(part if quoted % 2 else change(part) for quoted, part in enumerate(parts))
