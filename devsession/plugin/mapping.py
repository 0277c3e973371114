"""What a mapper stores: a column or SQL for each field of the app, or a template for a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, TypeAdapter, field_validator

from devsession.errors import UsageError, did_you_mean
from devsession.plugin.definition import Definition, repeated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.plugin.fields import FormOption


@dataclass(frozen=True)
class Expression:
    """SQL over the source's columns that fills an app field."""

    sql: str

    def __repr__(self) -> str:
        return f"expression({self.sql!r})"


def expression(sql: str) -> Expression:
    """Map an app field from SQL instead of a column: `{"name": expression("FIRST || LAST")}`.

    Raises:
        UsageError: `sql` is not text, or empty.
    """
    if not isinstance(sql, str) or not sql.strip():
        raise UsageError(
            "expression() takes SQL text over the source's columns",
            next_step="for instance expression(\"FIRST || ' ' || LAST\")",
        )
    return Expression(sql)


class StoredFieldMapping(Definition):
    """How one app field is filled. Source: sync contract, stored mappings."""

    source_type: Literal["column_name", "expression"]
    source_value: str = Field(min_length=1)
    app_field: str = Field(min_length=1)
    app_metadata: dict[str, Any] = Field(default_factory=dict)

    @property
    def source(self) -> str | Expression:
        """The column's name, or the expression."""
        is_column = self.source_type == "column_name"
        return self.source_value if is_column else Expression(self.source_value)


class StoredFieldMappings(Definition):
    """A whole mapping, each app field at most once. Source: sync contract, stored mappings."""

    mapper_type: Literal["field_mapping_selector"] = "field_mapping_selector"
    field_mappings: list[StoredFieldMapping]

    @field_validator("field_mappings")
    @classmethod
    def _each_app_field_once(cls, mappings: list[StoredFieldMapping]) -> list[StoredFieldMapping]:
        if twice := repeated(mapping.app_field for mapping in mappings):
            raise ValueError(f"mapped more than once: {', '.join(map(repr, twice))}")
        return mappings

    @classmethod
    def from_dict(
        cls, mapping: Mapping[str, str | Expression], app_fields: Sequence[FormOption] = ()
    ) -> Self:
        """From app field -> column or expression; metadata comes from the app's fields."""
        metadata = {field.value: field.metadata for field in app_fields}
        return cls(
            field_mappings=[
                StoredFieldMapping(
                    source_type="expression" if isinstance(source, Expression) else "column_name",
                    source_value=source.sql if isinstance(source, Expression) else source,
                    app_field=app_field,
                    app_metadata=metadata.get(app_field, {}),
                )
                for app_field, source in mapping.items()
            ]
        )

    def as_dict(self) -> dict[str, str | Expression]:
        """App field -> column or expression, in the order in which they were mapped."""
        return {mapping.app_field: mapping.source for mapping in self.field_mappings}


class StoredJinjaTemplate(Definition):
    """A template that makes a record's text of `row`: the source's columns, and these besides.

    `additional_column_expressions`: name in `row` -> SQL. Source: sync contract, stored mappings.
    """

    mapper_type: Literal["jinja_template"] = "jinja_template"
    jinja_template: str = Field(min_length=1)
    additional_column_expressions: dict[str, str] = Field(default_factory=dict)

    def as_dict(self) -> dict[str, Expression]:
        """Name in `row` -> the expression that fills it, of the columns that are made for it."""
        return {name: Expression(sql) for name, sql in self.additional_column_expressions.items()}


def _mapper_type(stored: Any) -> str:
    known = stored.get("mapper_type") if isinstance(stored, dict) else stored.mapper_type
    return known or "field_mapping_selector"


StoredMapping = Annotated[
    Annotated[StoredFieldMappings, Tag("field_mapping_selector")]
    | Annotated[StoredJinjaTemplate, Tag("jinja_template")],
    Discriminator(_mapper_type),
]
"""What either mapper stores, told apart by `mapper_type`."""

_STORED: TypeAdapter[StoredFieldMappings | StoredJinjaTemplate] = TypeAdapter(StoredMapping)


def stored_mapping(content: object) -> StoredFieldMappings | StoredJinjaTemplate:
    """What a mapper stored, from the JSON-like data that was made of it."""
    return _STORED.validate_python(content)


def check_mapping(
    mapping: Mapping[str, object], *, columns: Sequence[str], app_fields: Sequence[FormOption]
) -> dict[str, str]:
    """What is wrong with a mapping: app field -> message; empty when it can be used.

    SQL is not checked here: only the warehouse can tell whether an expression is one.
    """
    offered = {field.value: field for field in app_fields}
    problems = {
        name: problem
        for name, source in mapping.items()
        if (problem := _problem(name, source, columns, offered))
    }
    missing = {
        name: "is required by the app and not mapped"
        for name, field in offered.items()
        if field.required and name not in mapping
    }
    return problems | missing


def _problem(
    name: str, source: object, columns: Sequence[str], offered: Mapping[str, FormOption]
) -> str:
    if name not in offered:
        return f"the app has no such field; {did_you_mean(name, offered)}"
    if offered[name].disabled:
        return "the app does not let this field be written"
    if isinstance(source, Expression):
        return ""
    if not isinstance(source, str):
        return f'takes a column\'s name or expression("SQL"), not {type(source).__name__}'
    if source not in columns:
        return f"the source has no column {source!r}; {did_you_mean(source, columns)}"
    return ""
