"""Rules for columns that their shape does not say.

Source: OpenMetadata contract; the messages are those of its server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.sandbox.catalog.names import child
from devsession.sandbox.catalog.refusals import CatalogRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devsession.sandbox.catalog.known import Known

Column = dict[str, Any]

_WITH_LENGTH = {"CHAR", "VARCHAR", "BINARY", "VARBINARY"}


def check_columns(columns: Sequence[Column], known: Known) -> None:
    """Raises: CatalogRefusedError for the first one that cannot be."""
    if len({column["name"] for column in columns}) < len(columns):
        raise CatalogRefusedError(400, f"Column name {_twice(columns)} is repeated")
    for column in columns:
        data_type = column["dataType"]
        if data_type in _WITH_LENGTH:
            if column.get("dataLength") is None:
                raise CatalogRefusedError(
                    400,
                    "For column data types char, varchar, binary, varbinary dataLength must not be"
                    f" null (column {column['name']})",
                )
        elif data_type == "ARRAY" and column.get("arrayDataType") is None:
            raise CatalogRefusedError(
                400,
                "For column data type array, arrayDataType must not be null"
                f" (column {column['name']})",
            )
        elif data_type == "STRUCT" and column.get("children") is None:
            raise CatalogRefusedError(
                400,
                f"For column data type struct, children must not be null (column {column['name']})",
            )
        if "scale" in column:
            _check_scale(column)
        if tags := column.get("tags"):
            known.require_tags(tags)
        if children := column.get("children"):
            check_columns(children, known)


def check_constraints(table: dict[str, Any]) -> None:
    """Raises: CatalogRefusedError for a constraint on a column that the table does not have."""
    names = {column["name"] for column in table["columns"]}
    for constraint in table.get("tableConstraints") or ():
        for name in constraint["columns"]:
            if name not in names:
                raise CatalogRefusedError(
                    400, f"Invalid column name found in table constraint {name}"
                )


def columns_in(entity_type: str, content: dict[str, Any]) -> list[Column]:
    """The columns of an entity's content; none, of a type that has none."""
    match entity_type:
        case "table":
            return list(content["columns"])
        case "container":
            return list((content.get("dataModel") or {}).get("columns") or ())
    return []


def column_names(columns: Sequence[Column], parent: str) -> Iterator[str]:
    """The fully qualified names of all columns of an entity, nested ones too."""
    for column in columns:
        fqn = child(parent, column["name"])
        yield fqn
        yield from column_names(column.get("children") or (), fqn)


def _check_scale(column: Column) -> None:
    scale, precision = column["scale"], column.get("precision")
    if scale is None:
        return
    if precision is None:
        raise CatalogRefusedError(
            400, f"Scale is set but precision is not set for the column {column['name']}"
        )
    if scale > precision:
        raise CatalogRefusedError(
            400, f"Scale can't be greater than the precision for the column {column['name']}"
        )


def _twice(columns: Sequence[Column]) -> str:
    seen: set[str] = set()
    for column in columns:
        if column["name"] in seen:
            break
        seen.add(column["name"])
    return str(column["name"])
