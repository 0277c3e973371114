"""One field of a pydantic model: which texts stand for its values, and what the model says of one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from annotated_types import BaseMetadata, Ge, Le, MinLen, MultipleOf
from pydantic import AnyUrl, BaseModel, SecretStr, Strict, ValidationError

from devsession.errors import DefinitionError
from devsession.plugin.definition import author_line
from devsession.plugin.fields.choices import selected
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

SUPPORTED = (
    "str, SecretStr, bool, int, float, Decimal, date, datetime, time, UUID, a URL type, Literal, "
    "Enum, a list of one of these, another model, and each of them or None"
)
JOINT = "__"
"""Stands between a nested model's name and its field's: `address__city`, which `fill` can take."""

_NUMBERS = (int, float, Decimal)
_TEXTS = (str, *_NUMBERS, date, datetime, time, UUID)


class _Absent:
    """No answer: the model's default, or its complaint that there is none."""


ABSENT = _Absent()


@dataclass(frozen=True, repr=False)
class ModelAnswer:
    """A field of a model, or of one nested in it, that a form asks for.

    path: its names from the outer model on. kind: its type, without None and its constraints.
    choices: text -> value, when it takes only these, or its entries do.
    """

    model: type[BaseModel]
    path: tuple[str, ...]
    info: FieldInfo
    kind: Any
    optional: bool
    many: bool
    choices: dict[str, Any]
    constraints: tuple[object, ...]

    @property
    def name(self) -> str:
        """Its name in the form."""
        return JOINT.join(self.path)

    @property
    def secret(self) -> bool:
        """Whether it is shown nowhere."""
        return self.kind is SecretStr

    @property
    def nested(self) -> type[BaseModel] | None:
        """The model that it holds, if it holds one."""
        is_model = isinstance(self.kind, type) and issubclass(self.kind, BaseModel)
        return self.kind if is_model else None

    @property
    def required(self) -> bool:
        """Whether the model cannot do without an answer."""
        if self.many:
            return self.info.is_required() and bool(self._constraint(MinLen, "min_length"))
        return self.info.is_required() and not self.optional and self.kind is not bool

    @property
    def bounds(self) -> tuple[Any, Any, Any] | None:
        """Least, most and step, when a number has them: it can be a slider."""
        least, most = self._constraint(Ge, "ge"), self._constraint(Le, "le")
        step = self._constraint(MultipleOf, "multiple_of") or (1 if self.kind is int else None)
        slides = self.kind in (int, float) and not (self.many or self.optional)
        # A slider counts its steps from its least value, a model from 0.
        if not slides or None in (least, most, step) or Decimal(str(least)) % Decimal(str(step)):
            return None
        return least, most, step

    def text(self, value: object) -> str:
        """The text that stands for a value; text is taken as it is.

        Raises: ValueError when an entry of a list cannot be written in one line.
        """
        if isinstance(value, (list, tuple)) and self.choices and self.many:
            return json.dumps([_text(entry) for entry in value], ensure_ascii=False)
        if isinstance(value, (list, tuple)) and self.many:
            lines = [_text(entry) for entry in value]
            if any(not line or "\n" in line for line in lines):
                raise ValueError("takes one entry a line, none of them empty")
            return "\n".join(lines)
        return _text(value)

    def read(self, text: str | None) -> object:
        """What a text stands for, for the model to validate; None is no text at all."""
        if not text:
            if self.optional and (text is not None or self.info.is_required()):
                return None
            empty_is_value = self.kind is str or self.many
            return self._entries("") if text is not None and empty_is_value else ABSENT
        return self._entries(text)

    def problem(self, text: str) -> str:
        """What the model says of a text, in pydantic's words; nothing when it takes it.

        The rest of the model may not be answered yet, so that only what it says about this field
        counts; `as_model` asks for the whole.
        """
        value = self.read(text)
        if isinstance(value, _Absent):
            return ""
        given: object = value
        for name in reversed(self.path):
            given = {name: given}
        try:
            self.model.model_validate(given, strict=False, by_name=True, by_alias=False)
        except ValidationError as error:
            about = [
                detail
                for detail in error.errors(include_input=False, include_url=False)
                if detail["loc"][: len(self.path)] == self.path
            ]
            told = "; ".join(map(message_of, about))
            return Redactor({self.name: text}).text(told) if self.secret else told
        except Exception:  # noqa: BLE001 - the author's validator may want fields that are not there yet
            return ""
        return ""

    def chosen(self, text: str) -> list[str] | None:
        """The texts of several choices; None when it is another text."""
        return selected(text or "[]")

    def _entries(self, text: str) -> object:
        if self.many and self.choices:
            chosen = self.chosen(text)
            return text if chosen is None else [self.choices.get(each, each) for each in chosen]
        if self.many:
            return [line for line in text.split("\n") if line]
        return self.choices.get(text, text)

    def _constraint(self, kind: type[BaseMetadata], name: str) -> Any:
        found = [getattr(each, name) for each in self.constraints if isinstance(each, kind)]
        return found[-1] if found else None


def answer_of(
    model: type[BaseModel], path: tuple[str, ...], info: FieldInfo, owner: str
) -> ModelAnswer:
    """How a form asks for one field. owner: the name of the model that has the field.

    Raises: DefinitionError when there is no way to.
    """
    inner, constraints, optional = _unwrapped(info.annotation)
    constraints = (*info.metadata, *constraints)
    many = get_origin(inner) is list
    if many:
        inner, entry_constraints, entry_optional = _unwrapped(get_args(inner)[0])
        strict = (*constraints, *entry_constraints)
    else:
        entry_optional, strict = False, constraints
    optional = optional or (get_origin(inner) is Literal and None in get_args(inner))
    choices = {_text(value): value for value in _values(inner)}
    if any(isinstance(each, Strict) and each.strict for each in strict):
        raise refused(owner, path[-1], "is strict, and what a form has is text", "leave strict out")
    if not _is_supported(inner, many=many) or entry_optional:
        kind = getattr(info.annotation, "__name__", "")
        kind = kind if isinstance(info.annotation, type) else str(info.annotation)
        raise refused(owner, path[-1], f"a form cannot ask for {kind}", f"use {SUPPORTED}")
    if len(choices) < len(_values(inner)):
        raise refused(
            owner, path[-1], "two of its choices are the same text", "make their texts differ"
        )
    if "" in choices:
        raise refused(owner, path[-1], "one of its choices is an empty text", "give it a text")
    return ModelAnswer(model, path, info, inner, optional, many, choices, tuple(constraints))


def message_of(detail: ErrorDetails) -> str:
    """Pydantic's message, and which entry of a list it is about."""
    entries = [part + 1 for part in detail["loc"] if isinstance(part, int)]
    return detail["msg"] + "".join(f" (entry {number})" for number in entries[:1])


def _unwrapped(annotation: Any) -> tuple[Any, tuple[object, ...], bool]:
    """A type without `Annotated` and `or None`: its constraints, and whether None is taken."""
    constraints: tuple[object, ...] = ()
    optional = False
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            constraints += tuple(_flat(more))
        elif get_origin(annotation) in (Union, UnionType):
            kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
            if len(kinds) != 1:
                return annotation, constraints, optional
            annotation, optional = kinds[0], True
        else:
            return annotation, constraints, optional


def _flat(metadata: list[Any]) -> list[object]:
    """Constraints that `Field(..)` holds stand beside the others."""
    return [part for each in metadata for part in getattr(each, "metadata", None) or [each]]


def _values(kind: Any) -> list[Any]:
    if get_origin(kind) is Literal:
        return [value for value in get_args(kind) if value is not None]
    return list(kind) if isinstance(kind, type) and issubclass(kind, Enum) else []


def _is_supported(kind: Any, *, many: bool) -> bool:
    if _values(kind):
        return True
    if not isinstance(kind, type):
        return False
    if issubclass(kind, BaseModel):
        return not many and not kind.__pydantic_root_model__
    return kind in _TEXTS or issubclass(kind, AnyUrl) or (not many and kind in (bool, SecretStr))


def _text(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value)


def refused(model: str, field: str, what: str, use: str) -> DefinitionError:
    """The error of a field that no form can ask for; `use`: what to do instead."""
    return DefinitionError(
        f"{model}.{field}: {what}",
        where=author_line(),
        next_step=use,
        model=model,
        field=field,
    )
