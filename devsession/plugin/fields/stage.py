"""A folder of a Snowflake stage."""

# ruff: noqa: ARG002 - fields share signatures; not each uses every argument

import re
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import model_validator

from devsession.plugin.fields.base import FieldValueError, FormField, as_text, check_default
from devsession.plugin.fields.options import FormOption
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
            check_default(self, self.default_value)
        return self

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """`default_value`, if there is one."""
        return StoredConfigurationValue(value=self.default_value) if self.default_value else None

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """A stage with its database and schema; a path is optional."""
        stage = as_text(value)
        if not _STAGE.fullmatch(stage):
            raise FieldValueError("takes a stage as @DATABASE.SCHEMA.STAGE/path")
        return StoredConfigurationValue(value=stage)
