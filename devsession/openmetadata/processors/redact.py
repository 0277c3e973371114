"""Takes secrets and personal data out of texts: descriptions, definitions, connections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, Field, field_validator

from devsession.openmetadata.model.entities import Table
from devsession.openmetadata.processors.changing import ProcessorConfig, each_column
from devsession.openmetadata.steps.references import KNOWN_FORMS, sounds_secret
from devsession.openmetadata.steps.steps import Processor

if TYPE_CHECKING:
    from devsession.openmetadata.model.base import Model
    from devsession.openmetadata.model.parts import Column
    from devsession.openmetadata.steps.steps import Item

STAND_IN = "[redacted]"
_EMAIL = r"[\w.+-]+@[\w-]+\.[\w.-]*\w"
# `password = 'x'`, `token: x`, in a view's text or a description.
_ASSIGNED = re.compile(
    r"(?i)\b(password|passwd|secret|token|api_?key|private_?key)(\s*(?:=>?|:)\s*)('[^']*'|\"[^\"]*\"|[^\s,;)]+)"
)
_TEXTS = ("description", "display_name", "source_url", "schema_definition")


class RedactConfig(ProcessorConfig):
    """patterns: regular expressions whose matches are taken out, besides forms of known secrets."""

    patterns: list[str] = Field(default_factory=lambda: [_EMAIL])

    @field_validator("patterns")
    @classmethod
    def _are_regular_expressions(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return patterns


class Redact(Processor):
    """Replaces secrets, and what matches its patterns, by `[redacted]` in all texts of an entity.

    In connections and message schemas, what stands at a key that is called a secret goes as well.
    Names stay: they are what the catalog knows entities by.
    """

    Config: ClassVar[type[BaseModel] | None] = RedactConfig

    def prepare(self) -> None:
        """Put the patterns together."""
        self._pattern = re.compile(
            "|".join([KNOWN_FORMS, *map("(?:{})".format, self.config.patterns)])
        )

    def process(self, item: Item) -> Item:
        """The entity without them."""
        change = self._texts(item)
        for name in ("connection", "message_schema", "data_model"):
            if value := item.__dict__.get(name):
                change[name] = self._data(value)
        if isinstance(item, Table):
            change["columns"] = each_column(item.columns, self._column)
        change = {name: value for name, value in change.items() if getattr(item, name) != value}
        self.status.updated_records += bool(change)
        return item.model_copy(update=change) if change else item

    def _texts(self, item: Model) -> dict[str, Any]:
        values = item.__dict__  # past pydantic's way to a missing attribute, which takes longer
        return {name: self._text(text) for name in _TEXTS if (text := values.get(name))}

    def _text(self, text: str) -> str:
        return self._pattern.sub(STAND_IN, _ASSIGNED.sub(rf"\1\2{STAND_IN}", text))

    def _column(self, column: Column, _: str) -> Column:
        change = self._texts(column)
        same = all(getattr(column, name) == text for name, text in change.items())
        return column if same else column.model_copy(update=change)

    def _data(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: STAND_IN if sounds_secret(key) and each else self._data(each)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return list(map(self._data, value))
        return self._text(value) if isinstance(value, str) else value
