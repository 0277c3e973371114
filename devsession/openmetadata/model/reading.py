"""What the catalog answers, as our entities: what they have no field for is left out."""

from __future__ import annotations

import re
from typing import Any, TypeVar, get_args

from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.base import Entity, Model
from devsession.openmetadata.model.entities import Placed
from devsession.openmetadata.model.facts import TestCase

Kind = TypeVar("Kind", bound=Entity)

_LINK = re.compile(r"<#E::table::(.+?)(?:::columns::(.+))?>")


def entity_of(kind: type[Kind], answer: dict[str, Any]) -> Kind:
    """An entity of the catalog. Nothing in it is refused: it is the catalog's word."""
    named = {}
    if issubclass(kind, Placed):
        named = dict(zip(kind.above, fqn.split(answer["fullyQualifiedName"]), strict=False))
    elif kind is TestCase and (link := _LINK.fullmatch(answer.get("entityLink", ""))):
        named = {"table": link[1], "column": link[2]}
    return kind.model_construct(**_fields(kind, answer) | named)


def _fields(kind: type[Model], answer: dict[str, Any]) -> dict[str, Any]:
    taken = {}
    for name, field in kind.model_fields.items():
        value = answer.get(field.serialization_alias or field.alias or name)
        if value is not None:
            taken[name] = _value(field.annotation, value)
    return taken


def _value(annotation: Any, value: Any) -> Any:
    if isinstance(value, list):
        return [_value(annotation, each) for each in value]
    if not isinstance(value, dict):
        return value
    if model := _model_in(annotation):
        return model.model_construct(**_fields(model, value))
    # The catalog refers to others by an object where a name was sent.
    return value.get("fullyQualifiedName", value)


def _model_in(annotation: Any) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
