"""A folder of a Snowflake stage."""

# ruff: noqa: ARG002 - fields share signatures; not each uses every argument

import re
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import model_validator

from devsession.plugin.fields.base import FieldValueError, FormField
from devsession.plugin.fields.options import FormOption, shape
from devsession.plugin.parameters import StoredConfigurationValue

_NAME = r'(?:[A-Za-z_][A-Za-z0-9_$]*|"(?:[^"]|"")+")'
_STAGE = re.compile(rf"@{_NAME}\.{_NAME}\.{_NAME}(?:/[^\s'\"]*)?")
"""Source: Snowflake documentation, identifier requirements."""


class FormSnowflakeStageField(FormField):
    """A stage, fully named, and a path on it: `@DB.SCHEMA.STAGE/path`."""

    type: Literal["snowflake_stage"] = "snowflake_stage"
    default_value: str = ""
    secret: Literal[False] = False

    @model_validator(mode="after")
    def _default_is_a_stage(self) -> Self:
        if self.default_value:
            try:
                self.accept(self.default_value, ())
            except FieldValueError as refused:
                raise ValueError(f"default_value: {refused}") from None
        return self

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """`default_value`, if there is one."""
        return StoredConfigurationValue(value=self.default_value) if self.default_value else None

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """A stage with its database and schema; a path is optional."""
        if not isinstance(value, str):
            raise FieldValueError(f"takes text, not {shape(value)}")
        if not _STAGE.fullmatch(value):
            raise FieldValueError("takes a stage as @DATABASE.SCHEMA.STAGE/path")
        return StoredConfigurationValue(value=value)
