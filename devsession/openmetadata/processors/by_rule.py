"""Tags and domains by rule: what is called so gets this tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, Field

from devsession.openmetadata.model.entities import Domain, Governed, Placed, Table
from devsession.openmetadata.processors.changing import (
    ProcessorConfig,
    each_column,
    entities_of,
    lacking,
    tagged,
)
from devsession.openmetadata.steps.selection import Patterns
from devsession.openmetadata.steps.steps import Processor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devsession.openmetadata.model.parts import Column
    from devsession.openmetadata.steps.steps import Item


class _Rule(ProcessorConfig):
    """entities: types that it is for. names: patterns of a name, or of a whole one."""

    entities: list[str] = Field(default_factory=lambda: ["table"])
    names: Patterns = Field(default_factory=Patterns)

    def takes(self, item: Item) -> bool:
        """Whether it is for this entity."""
        if not isinstance(item, Placed) or item.entity_type not in self.entities:
            return False
        full = item.fqn if item.service else item.name
        # An exclude of either name leaves it out; an include of either takes it.
        return self.names.decide(item.name, full).taken


class TagRule(_Rule):
    """The tag of what is called so. columns: it goes to the columns called so, not to the table."""

    tag: str = Field(min_length=1, description="Classification.Tag")
    columns: Patterns | None = None


class DomainRule(_Rule):
    """The domain of what is called so."""

    domain: str = Field(min_length=1)


class TagRules(ProcessorConfig):
    """rules: all that fit are applied."""

    rules: list[TagRule]


class DomainRules(ProcessorConfig):
    """rules: the first that fits is applied; an entity that has a domain keeps it."""

    rules: list[DomainRule]


class TagByRule(Processor):
    """Tags entities and columns by their names.

    `TagByRule.using(rules=[{"tag": "Tier.Tier1", "names": {"includes": ["fact_"]}}])`
    """

    Config: ClassVar[type[BaseModel] | None] = TagRules

    def beforehand(self) -> Iterable[Item]:
        """The tags that it gives, where the catalog does not have them."""
        tags = entities_of((rule.tag for rule in self.config.rules), "Given by rule")
        return lacking(self.ctx.metadata, tags)

    def process(self, item: Item) -> Item:
        """The entity with the tags of all rules that fit."""
        now = item
        for rule in self.config.rules:
            if rule.takes(item):
                now = _with_tag(now, rule)
        self.status.updated_records += now is not item
        return now


class DomainByRule(Processor):
    """Puts entities into domains by their names.

    DomainByRule.using(rules=[{"domain": "Sales", "names": {"includes": [r"crm\\.sales\\."]}}])
    """

    Config: ClassVar[type[BaseModel] | None] = DomainRules

    def beforehand(self) -> Iterable[Item]:
        """The domains that it gives, where the catalog does not have them."""
        names = dict.fromkeys(rule.domain for rule in self.config.rules)
        domains = [Domain(name=name, description="Given by rule") for name in names]
        return lacking(self.ctx.metadata, domains)

    def process(self, item: Item) -> Item:
        """The entity in the domain of the first rule that fits."""
        if not isinstance(item, Governed) or item.domains:
            return item
        for rule in self.config.rules:
            if rule.takes(item):
                self.status.updated_records += 1
                return item.model_copy(update={"domains": [rule.domain]})
        return item


def _with_tag(item: Any, rule: TagRule) -> Any:
    if rule.columns is None:
        labels = tagged(item.tags, rule.tag)
        return item if labels is item.tags else item.model_copy(update={"tags": labels})
    if not isinstance(item, Table):
        return item
    patterns = rule.columns

    def change(column: Column, path: str) -> Column:
        if not patterns.decide(column.name, path).taken:
            return column
        labels = tagged(column.tags, rule.tag)
        return column if labels is column.tags else column.model_copy(update={"tags": labels})

    columns = each_column(item.columns, change)
    return item if columns is item.columns else item.model_copy(update={"columns": columns})
