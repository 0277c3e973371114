"""What stands inside entities: tags, owners, columns.

Source: OpenMetadata contract, "REST".
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import Field

from devsession.openmetadata.model.base import Model, listed

DataType = Literal[
    "NUMBER", "TINYINT", "SMALLINT", "INT", "BIGINT", "BYTEINT", "BYTES", "FLOAT", "DOUBLE",
    "DECIMAL", "NUMERIC", "TIMESTAMP", "TIMESTAMPZ", "TIME", "DATE", "DATETIME", "INTERVAL",
    "STRING", "MEDIUMTEXT", "TEXT", "CHAR", "LONG", "VARCHAR", "BOOLEAN", "BINARY", "VARBINARY",
    "ARRAY", "BLOB", "LONGBLOB", "MEDIUMBLOB", "MAP", "STRUCT", "UNION", "SET", "GEOGRAPHY",
    "ENUM", "JSON", "UUID", "VARIANT", "GEOMETRY", "BYTEA", "CLOB", "NULL", "ERROR", "FIXED",
    "RECORD", "UNKNOWN",
]  # fmt: skip
DATA_TYPES: tuple[str, ...] = get_args(DataType)

# The catalog wants a length with these; the framework sends 1 where none is known.
_MEASURED = frozenset({"CHAR", "VARCHAR", "BINARY", "VARBINARY"})


class TagLabel(Model):
    """A tag, as it hangs on an entity or a column: `TagLabel(tag_fqn="PII.Sensitive")`."""

    # By hand: to_camel makes `tagFqn` of it.
    tag_fqn: str = Field(validation_alias="tagFQN", serialization_alias="tagFQN", min_length=1)
    source: Literal["Classification", "Glossary"] = "Classification"
    label_type: Literal["Manual", "Propagated", "Automated", "Derived", "Generated"] = "Automated"
    state: Literal["Suggested", "Confirmed"] = "Confirmed"


class Owner(Model):
    """Who looks after an entity: an id, or a name that the sink looks up."""

    id: str | None = None
    type: Literal["user", "team"] = "user"
    name: str | None = None

    def _problem(self) -> str:
        return "" if self.id or self.name else "an owner has an id or a name"


class Column(Model):
    """A column of a table, or a field of a struct, which has `children`.

    An array says what it holds, `array_data_type`; of structs, their fields are its children.
    """

    name: str = Field(min_length=1, max_length=256)
    data_type: DataType
    display_name: str | None = None
    description: str | None = None
    data_type_display: str | None = None
    data_length: int | None = Field(default=None, ge=0)
    precision: int | None = None
    scale: int | None = None
    array_data_type: DataType | None = None
    ordinal_position: int | None = None
    constraint: Literal["NULL", "NOT_NULL", "UNIQUE", "PRIMARY_KEY"] | None = None
    tags: list[TagLabel] = listed()
    children: list[Column] = listed()

    def _problem(self) -> str:
        if self.data_length is None and self.data_type in _MEASURED:
            self.__dict__["data_length"] = 1
        held = self.data_type != "ARRAY" or self.array_data_type
        return "" if held else "an ARRAY says what it holds: arrayDataType"


class TableConstraint(Model):
    """A constraint over columns of a table."""

    constraint_type: Literal["UNIQUE", "PRIMARY_KEY", "FOREIGN_KEY", "SORT_KEY", "DIST_KEY"]
    columns: list[str] = Field(min_length=1)
    referred_columns: list[str] = listed()


def tag(name: str, **more: Any) -> TagLabel:
    """Short for a label: `tag("PII.Sensitive")`."""
    return TagLabel(tag_fqn=name, **more)
