"""What of a column is shown is decided by its tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, Field, field_validator

from devsession.openmetadata.model.entities import Table
from devsession.openmetadata.processors.changing import ProcessorConfig, entities_of, lacking
from devsession.openmetadata.processors.masking import Masking, with_columns
from devsession.openmetadata.steps.selection import Patterns
from devsession.openmetadata.steps.steps import Processor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devsession.openmetadata.model.parts import Column
    from devsession.openmetadata.steps.steps import Item


class MaskRule(ProcessorConfig):
    """What becomes of a column with such a tag.

    tag: a regular expression, matched at the start of Classification.Tag. hide: texts of the column
    that are taken away. mask: a tag that says how the warehouse has to mask it (`Masking.Hash`).
    leave_out: the column is not told at all.
    """

    tag: str = Field(min_length=1)
    hide: list[Literal["description", "display_name"]] = Field(default_factory=list)
    mask: str = ""
    leave_out: bool = False

    @field_validator("tag")
    @classmethod
    def _is_regular_expression(cls, pattern: str) -> str:
        return Patterns(includes=[pattern]).includes[0]


class MaskRules(ProcessorConfig):
    """rules: all that fit are applied."""

    rules: list[MaskRule]


class MaskByTag(Processor):
    """Masks columns by their tags; put it behind what gives the tags.

    MaskByTag.using(rules=[{"tag": r"PII\\.Sensitive", "mask": "Masking.Hash", "hide": ["description"]}])
    """

    Config: ClassVar[type[BaseModel] | None] = MaskRules

    def beforehand(self) -> Iterable[Item]:
        """The tags of its masks, where the catalog does not have them."""
        masks = (rule.mask for rule in self.config.rules if rule.mask)
        return lacking(self.ctx.metadata, entities_of(masks, "How a column has to be masked"))

    def process(self, item: Item) -> Item:
        """The table with its columns masked."""
        if not isinstance(item, Table):
            return item
        masked = with_columns(item, self._column)
        self.status.updated_records += masked is not item
        return masked

    def _column(self, column: Column, _: str) -> Column | None:
        now: Column | None = column
        tags = [label.tag_fqn for label in column.tags]
        for rule in self.config.rules:
            if now is not None and Patterns(includes=[rule.tag]).decide(*tags).taken:
                now = Masking(tuple(rule.hide), tag=rule.mask, leave_out=rule.leave_out).of_column(
                    now
                )
        return now
