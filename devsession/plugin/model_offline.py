"""A model that takes the placeholders of secrets, which are all that there is offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, SecretStr, create_model, field_validator

from devsession.plugin.model_answer import answer_of

if TYPE_CHECKING:
    from collections.abc import Callable

Model = TypeVar("Model", bound=BaseModel)


def unchecked(model: type[Model], paths: list[tuple[str, ...]]) -> type[Model]:
    """The model, taking any text for the secrets at these paths, also in nested models.

    Neither constraints nor validators of theirs are asked: a subclass's go around them.
    """
    validators: dict[str, Any] = {}
    for name in {path[0] for path in paths}:
        within = [path[1:] for path in paths if path[0] == name and path[1:]]
        answer = answer_of(model, (name,), model.model_fields[name], model.__name__)
        takes = _first(unchecked(answer.nested, within)) if answer.nested else _as_it_is
        validators[f"_takes_{name}"] = field_validator(name, mode="wrap")(takes)
    made: type[Model] = create_model(
        model.__name__, __base__=model, __doc__=model.__doc__, __validators__=validators
    )
    return made


def _as_it_is(value: str, handler: Callable[[object], object]) -> SecretStr:  # noqa: ARG001 - pydantic's
    return SecretStr(value)


def _first(model: type[BaseModel]) -> Callable[..., object]:
    """Makes this model of an answer, before what the field itself says of it."""

    def made(value: object, handler: Callable[[object], object]) -> object:
        is_given = isinstance(value, dict)
        return handler(
            model.model_validate(value, by_name=True, by_alias=False) if is_given else value
        )

    return made
