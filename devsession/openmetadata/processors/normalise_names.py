"""Names in one spelling: case, spaces, accents composed one way."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.entities import Placed, Table
from devsession.openmetadata.model.facts import LineageEdge, TestCase
from devsession.openmetadata.processors.changing import ProcessorConfig
from devsession.openmetadata.steps.steps import Processor

if TYPE_CHECKING:
    from pydantic import BaseModel

    from devsession.openmetadata.model.facts import Reference
    from devsession.openmetadata.model.parts import Column, TableConstraint
    from devsession.openmetadata.steps.steps import Item

_BLANK = re.compile(r"\s+")


class NamesConfig(ProcessorConfig):
    """case: of the names. blanks: what stands for one, in the middle of a name; None keeps it."""

    case: Literal["lower", "upper", "keep"] = "lower"
    blanks: str | None = "_"


class NormaliseNames(Processor):
    """Spells databases, schemas, tables and columns one way, in lineage and tests too.

    A service's name stays as it is. What an entity or column was called stays as its display name.
    """

    Config: ClassVar[type[BaseModel] | None] = NamesConfig

    def process(self, item: Item) -> Item:
        """The item with its names, and those that it refers to, spelled so."""
        change: dict[str, Any] = {}
        if isinstance(item, Placed):
            change = self._placed(item)
        elif isinstance(item, LineageEdge):
            change = self._edge(item)
        elif isinstance(item, TestCase):
            column = self._name(item.column) if item.column else item.column
            change = {"table": self._full(item.table), "column": column}
        change = {name: value for name, value in change.items() if getattr(item, name) != value}
        self.status.updated_records += bool(change)
        return item.model_copy(update=change) if change else item

    def prepare(self) -> None:
        """Names repeat: each is spelled once."""
        self._name = lru_cache(maxsize=100_000)(self._spelled)

    def _spelled(self, name: str) -> str:
        text = unicodedata.normalize("NFC", name.strip())
        blanks = self.config.blanks
        if blanks is not None:
            text = _BLANK.sub(lambda _: blanks, text)
        return {"lower": text.lower(), "upper": text.upper(), "keep": text}[self.config.case]

    def _full(self, name: str) -> str:
        service, *rest = fqn.split(name)
        return fqn.build(service, *map(self._name, rest))

    def _placed(self, item: Placed) -> dict[str, Any]:
        names = [*item.above, "name"]
        change: dict[str, Any] = {
            name: self._name(getattr(item, name)) for name in names if name != "service"
        }
        if change["name"] != item.name:
            change["display_name"] = item.display_name or item.name
        if isinstance(item, Table):
            change["columns"] = list(map(self._column, item.columns))
            change["table_constraints"] = list(map(self._constraint, item.table_constraints))
        return change

    def _column(self, column: Column) -> Column:
        name = self._name(column.name)
        children = list(map(self._column, column.children))
        if name == column.name and children == column.children:
            return column
        shown = column.display_name or (column.name if name != column.name else None)
        return column.model_copy(update={"name": name, "display_name": shown, "children": children})

    def _constraint(self, constraint: TableConstraint) -> TableConstraint:
        change = {
            "columns": list(map(self._name, constraint.columns)),
            "referred_columns": list(map(self._full, constraint.referred_columns)),
        }
        return constraint.model_copy(update=change)

    def _edge(self, edge: LineageEdge) -> dict[str, Any]:
        details = edge.lineage_details
        lines = [
            line.model_copy(
                update={
                    "from_columns": list(map(self._full, line.from_columns)),
                    "to_column": self._full(line.to_column),
                }
            )
            for line in details.columns_lineage
        ]
        return {
            "from_entity": self._reference(edge.from_entity),
            "to_entity": self._reference(edge.to_entity),
            "lineage_details": details.model_copy(update={"columns_lineage": lines}),
        }

    def _reference(self, reference: Reference) -> Reference:
        name = self._full(reference.fqn) if reference.fqn else ""
        return reference.model_copy(update={"fqn": name})
