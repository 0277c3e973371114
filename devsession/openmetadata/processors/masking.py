"""What of an entity is not told: texts that are taken away, columns that are tagged or left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from devsession.errors import DefinitionError, did_you_mean
from devsession.openmetadata.model.base import Model
from devsession.openmetadata.model.entities import Governed, Table
from devsession.openmetadata.processors.changing import columns_of, each_column, tagged
from devsession.openmetadata.steps.causes import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from devsession.openmetadata.model.parts import Column
    from devsession.openmetadata.steps.steps import Item

Of = TypeVar("Of", bound=Model)

# What of a column can be hidden: its name and type are what it is.
_TEXTS = ("description", "display_name")


@dataclass(frozen=True)
class Masking:
    """How an entity may be told.

    columns: the paths of those that it is about, `address.street`; None: the entity itself. hide:
    fields that are taken away, of the entity by dots also those below, `lineage_details.sql_query`.
    tag: says how the warehouse has to mask it. leave_out: the columns are not told at all.
    """

    hide: tuple[str, ...] = ()
    columns: frozenset[str] | None = None
    tag: str = ""
    leave_out: bool = False

    def __str__(self) -> str:
        columns = "itself" if self.columns is None else sorted(self.columns)
        return f"{columns} {sorted(self.hide)} {self.tag} {self.leave_out}"

    def check(self, item: Item) -> None:
        """Raises: DefinitionError for what this entity does not have, or what is its name."""
        if self.columns is None:
            if self.tag and not isinstance(item, Governed):
                raise DefinitionError(f"a {type(item).__name__} has no tags")
            if name_of(self.of(item)) != name_of(item):
                raise DefinitionError("a mask changes no name", tried=f"hide={list(self.hide)}")
            return
        there = {path for path, _ in columns_of(item)}
        if missing := sorted(self.columns - there):
            what = f"{name_of(item)} has no column {missing[0]!r}"
            raise DefinitionError(what, tried=did_you_mean(missing[0], there))
        if wrong := [name for name in self.hide if name not in _TEXTS]:
            what = f"{wrong[0]!r} of a column cannot be hidden"
            raise DefinitionError(what, tried=did_you_mean(wrong[0], _TEXTS))

    def of(self, item: Item) -> Item:
        """The entity as it may be told; itself where nothing is to be hidden."""
        if self.columns is not None:
            return self._in_columns(item, self.columns)
        now = item
        for path in self.hide:
            now = _without(now, path)
        if self.tag and isinstance(now, Governed):
            labels = tagged(now.tags, self.tag)
            now = now if labels is now.tags else now.model_copy(update={"tags": labels})
        return now

    def _in_columns(self, item: Item, columns: Collection[str]) -> Item:
        if not isinstance(item, Table):
            return item
        return with_columns(
            item, lambda column, path: self.of_column(column) if path in columns else column
        )

    def of_column(self, column: Column) -> Column | None:
        """The column as it may be told; None: not at all."""
        if self.leave_out:
            return None
        change: dict[str, Any] = {
            name: None for name in self.hide if getattr(column, name) is not None
        }
        if self.tag and (labels := tagged(column.tags, self.tag)) is not column.tags:
            change["tags"] = labels
        return column.model_copy(update=change) if change else column


def with_columns(table: Table, change: Callable[[Column, str], Column | None]) -> Table:
    """The table with its columns as `change` gives them, as `each_column`; itself where none is new.

    Constraints of columns that are left out go with them.
    """
    columns = each_column(table.columns, change)
    if columns is table.columns:
        return table
    gone = {each.name for each in table.columns} - {each.name for each in columns}
    kept = [each for each in table.table_constraints if not gone & {*each.columns}]
    return table.model_copy(update={"columns": columns, "table_constraints": kept})


def _without(item: Of, path: str) -> Of:
    """The item without what stands in a field."""
    name, _, below = path.partition(".")
    field = type(item).model_fields.get(name)
    if field is None:
        what = f"a {type(item).__name__} has no field {name!r}"
        raise DefinitionError(what, tried=did_you_mean(name, type(item).model_fields))
    value = getattr(item, name)
    if below and isinstance(value, Model):
        now: Any = _without(value, below)
    elif below or field.is_required():
        raise DefinitionError(f"{path!r} of a {type(item).__name__} cannot be hidden")
    else:
        now = field.get_default(call_default_factory=True)
    return item if now is value or now == value else item.model_copy(update={name: now})
