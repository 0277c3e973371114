"""Names between apostrophes: fakesnow puts them there as they are, where they end its statement.

A column called `Customer's name` could not be loaded, and another one could bring a statement along.

Source: fakesnow 0.12.1, `cursor`, `info_schema` and `transforms`.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING, Any

from fakesnow import cursor, info_schema
from fakesnow.transforms import transforms

if TYPE_CHECKING:
    from collections.abc import Sequence

_LENGTHS = info_schema.insert_text_lengths_sql
_COMMENT = info_schema.insert_table_comment_sql


def install() -> None:
    """Makes fakesnow double the apostrophes of names, in this process."""
    vars(info_schema)["insert_text_lengths_sql"] = _lengths
    vars(info_schema)["insert_table_comment_sql"] = _comment
    for module in (cursor, transforms):
        for name, value in list(vars(module).items()):
            if isinstance(value, Template) and "'" in value.template:
                vars(module)[name] = _Doubling(value.template)


class _Doubling(Template):
    def substitute(self, *_: Any, **parts: Any) -> str:
        return super().substitute({name: _doubled(part) for name, part in parts.items()})


def _lengths(
    catalog: str | None, schema: str | None, table: str, columns: Sequence[tuple[str, int]]
) -> str:
    names = (_doubled(catalog), _doubled(schema), _doubled(table))
    return _LENGTHS(*names, [(_doubled(column), size) for column, size in columns])


def _comment(catalog: str | None, schema: str | None, table: str, comment: str) -> str:
    return _COMMENT(_doubled(catalog), _doubled(schema), _doubled(table), _doubled(comment))


def _doubled(part: Any) -> Any:
    return part.replace("'", "''") if isinstance(part, str) else part
