"""What the keys of a workflow's file have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Keys(BaseModel):
    """Some keys of the file; aliases are what it calls them. What is not here is refused."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, validate_by_alias=True, hide_input_in_errors=True
    )
