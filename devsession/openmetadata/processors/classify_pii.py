"""Tags columns that hold personal data: by their names, and by a sample of their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, Field

from devsession.openmetadata.model.entities import Table
from devsession.openmetadata.processors.changing import (
    ProcessorConfig,
    each_column,
    entities_of,
    lacking,
    tagged,
)
from devsession.openmetadata.processors.pii_names import kind_by_name, words_of
from devsession.openmetadata.processors.pii_values import CHECKS, share_of, texts_of
from devsession.openmetadata.steps.causes import cause_of, name_of
from devsession.openmetadata.steps.selection import Patterns
from devsession.openmetadata.steps.steps import Processor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from devsession.openmetadata.model.parts import Column
    from devsession.openmetadata.steps.steps import Item

# A name is not believed when so many values say otherwise.
_ENOUGH, _HARDLY = 10, 0.1
# Phones and identity numbers have more forms than are known here.
_ALL_FORMS = frozenset({"e-mail address", "bank account", "card number", "IP address"})
_FEWEST = 3
_NO_TEXT = frozenset({"BOOLEAN", "BINARY", "VARBINARY", "BLOB", "BYTES", "GEOGRAPHY", "GEOMETRY", "INTERVAL"})  # fmt: skip
_TIMES = frozenset({"DATE", "DATETIME", "TIMESTAMP", "TIMESTAMPZ", "TIME"})
_WHOLE_NUMBERS = frozenset({"NUMBER", "INT", "BIGINT", "LONG", "DECIMAL", "NUMERIC", "FIXED"})
_AS_NUMBERS = frozenset({"phone number", "identity number", "bank account", "card number", "date of birth"})  # fmt: skip
_FLOATS = frozenset({"FLOAT", "DOUBLE", "TINYINT", "SMALLINT", "BYTEINT"})


class PiiConfig(ProcessorConfig):
    """How it decides.

    tag: what personal data get. kinds: another tag by the kind, "" for none. names: columns that are
    looked at; exclude those that are known to be something else. sample_rows: asked of the source
    for each table, 0 for names only. share: of the values that have to look so.
    """

    tag: str = Field(default="PII.Sensitive", min_length=1)
    kinds: dict[str, str] = Field(default_factory=dict)
    names: Patterns = Field(default_factory=Patterns)
    sample_rows: int = Field(default=100, ge=0, le=10_000)
    share: float = Field(default=0.8, gt=0, le=1)


@dataclass(frozen=True)
class Finding:
    """A column that holds personal data, what kind, and why that is thought."""

    column: str
    kind: str
    tag: str
    reason: str

    def __str__(self) -> str:
        return f"{self.column}: {self.tag}, {self.kind}: {self.reason}"


class ClassifyPii(Processor):
    """Gives columns a tag where their name or their values say that they hold personal data.

    Values come from the source's `sample(table, rows)`, are looked at here, and go nowhere. Each
    column's reason stands in the report's notes. What has the tag already keeps it.
    """

    Config: ClassVar[type[BaseModel] | None] = PiiConfig

    def beforehand(self) -> Iterable[Item]:
        """The tags that it gives, where the catalog does not have them."""
        tags = [self.config.tag, *filter(None, self.config.kinds.values())]
        return lacking(self.ctx.metadata, entities_of(tags, "Personal data"))

    def process(self, item: Item) -> Item:
        """The table with its columns tagged."""
        if not isinstance(item, Table):
            return item
        sample = self._sample(item)

        def change(column: Column, path: str) -> Column:
            found = self.finding(column, texts_of(sample.get(path, ())))
            if found is None:
                return column
            labels = tagged(column.tags, found.tag)
            if labels is column.tags:
                return column
            self.status.note(f"{name_of(item)}.{path}: {found.tag}, {found.kind}: {found.reason}")
            return column.model_copy(update={"tags": labels})

        columns = each_column(item.columns, change)
        if columns is item.columns:
            return item
        self.status.updated_records += 1
        return item.model_copy(update={"columns": columns})

    def finding(self, column: Column, texts: list[str]) -> Finding | None:
        """What a column holds, by its name and these values of it."""
        if column.children or not self.config.names.decide(column.name).taken:
            return None
        kind, reason = self._by_name(column, texts)
        if not kind and len(texts) >= _FEWEST:
            kind, reason = self._by_values(column, texts)
        tag = self.config.kinds.get(kind, self.config.tag) if kind else ""
        return Finding(column.name, kind, tag, reason) if tag else None

    def _by_name(self, column: Column, texts: list[str]) -> tuple[str, str]:
        kind = kind_by_name(column.name)
        if not kind or not _may_hold(column.data_type, kind):
            return "", ""
        told = kind in _ALL_FORMS and len(texts) >= _ENOUGH
        if told and share_of(kind, texts) < _HARDLY:
            return "", ""
        return kind, f"it is called {column.name!r}"

    def _by_values(self, column: Column, texts: list[str]) -> tuple[str, str]:
        if "version" in words_of(column.name):
            return "", ""  # 10.0.0.1 may be one
        for kind in CHECKS:
            share = share_of(kind, texts)
            if share >= self.config.share:
                return kind, f"{round(share * len(texts)):,} of {len(texts):,} values look so"
        return "", ""

    def _sample(self, table: Table) -> Mapping[str, Sequence[object]]:
        rows = self.config.sample_rows
        if not rows or self.ctx.sample is None:
            return {}
        try:
            return self.ctx.sample(table, rows) or {}
        except Exception as error:  # noqa: BLE001 - the author's code; names still tell
            self.status.warn(f"no values of {name_of(table)}: {cause_of(error)}")
            return {}


def _may_hold(data_type: str, kind: str) -> bool:
    if data_type in _NO_TEXT | _FLOATS:
        return kind == "pay" and data_type in _FLOATS
    if data_type in _TIMES:
        return kind == "date of birth"
    return data_type not in _WHOLE_NUMBERS or kind in _AS_NUMBERS or kind == "pay"
