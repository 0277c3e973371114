"""What a plugin's method returns, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

from pydantic import BaseModel, SecretStr


def on_the_wire(value: Any) -> Any:  # noqa: PLR0911 - a line for each kind
    """Models become objects, functions their names: `FORM_OPTIONS` calls one by its name.

    Secrets are in it, where the answer has some: whoever connects has to store those that connect()
    returns.
    """
    if isinstance(value, BaseModel):
        return {name: on_the_wire(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(name): on_the_wire(each) for name, each in value.items()}
    if isinstance(value, Callable):  # type: ignore[arg-type]  # mypy takes it for no class
        return getattr(value, "__name__", "")
    if isinstance(value, Iterable):
        return [on_the_wire(each) for each in value]
    return str(value)
