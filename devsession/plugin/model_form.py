"""A pydantic model as a form: its fields, and the model back from what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from devsession.errors import DefinitionError, FormError
from devsession.plugin.definition import author_line
from devsession.plugin.fields import FormField, FormOption, StaticFormOptionsDataSource
from devsession.plugin.model_answer import (
    ABSENT,
    JOINT,
    ModelAnswer,
    answer_of,
    message_of,
    refused,
)
from devsession.plugin.model_fields import (
    ModelBox,
    ModelCheckbox,
    ModelDropdown,
    ModelInput,
    ModelSlider,
    ModelTextArea,
)
from devsession.plugin.model_offline import unchecked
from devsession.secrets.redact import Redactor, placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Model = TypeVar("Model", bound=BaseModel)


def fields_of(model: type[BaseModel]) -> list[FormField]:
    """The fields of a form that asks for a model, in its order.

    Aliases are not used: a field is called what the model's code calls it. The fields of a nested
    model stand in its place, `address__city`; one that may be None has a box to tick before them.

    Raises: DefinitionError for a type that no field can ask for; it names model and field.
    """
    return [
        _field(answer, _default(answer, default), depends_on, labels)
        for answer, default, depends_on, labels in _walk(model)
        if answer.optional or not answer.nested
    ]


def model_from(model: type[Model], text_of: Callable[[str, bool], str | None]) -> Model:
    """The validated model. text_of: a field's name and whether it is secret -> its text, if any.

    Raises: FormError with pydantic's message at each field; it shows no value.
    """
    data: dict[str, Any] = {}
    unticked: set[tuple[str, ...]] = set()
    secrets: dict[str, str] = {}
    placeholders: list[tuple[str, ...]] = []
    for answer, *_ in _walk(model):
        if unticked & {answer.path[:length] for length in range(len(answer.path))}:
            continue
        text = text_of(answer.name, answer.secret)
        value = _nested(answer, text) if answer.nested else answer.read(text)
        if answer.nested and not isinstance(value, dict):
            unticked.add(answer.path)
        if value is not ABSENT:
            _put(data, answer.path, value)
        if answer.secret and text:
            secrets[answer.name] = text
            placeholders += [answer.path] if text == placeholder(answer.name) else []
    used = unchecked(model, placeholders) if placeholders else model
    try:
        return used.model_validate(data, strict=False, by_name=True, by_alias=False)
    except ValidationError as error:
        raise FormError(
            f"The answers do not make a {model.__name__}",
            errors=Redactor(secrets).value(_errors(model, error)),
            next_step="fill the form again with these put right",
        ) from None


def _errors(model: type[BaseModel], error: ValidationError) -> dict[str, str]:
    """Field -> all that pydantic says of it; what is about several fields, at their model."""
    fields = {answer.name for answer, *_ in _walk(model) if answer.optional or not answer.nested}
    said: dict[str, list[str]] = {}
    for detail in error.errors(include_input=False, include_url=False):
        name = _name(detail["loc"])
        place = name if name in fields else f"{name or model.__name__} as a whole"
        said.setdefault(place, []).append(message_of(detail))
    return {place: "; ".join(messages) for place, messages in said.items()}


_Walked = tuple[ModelAnswer, Any, str | None, tuple[str, ...]]


def _walk(
    outer: type[BaseModel],
    model: type[BaseModel] | None = None,
    *,
    path: tuple[str, ...] = (),
    default: BaseModel | None = None,
    depends_on: str | None = None,
    labels: tuple[str, ...] = (),
    above: tuple[type[BaseModel], ...] = (),
) -> Iterator[_Walked]:
    """Each answer of a model, with its default, the box that it waits for, and its labels."""
    model = model or outer
    for name, info in model.model_fields.items():
        answer = answer_of(outer, (*path, name), info, model.__name__)
        own = getattr(default, name) if default is not None else _model_default(info)
        named = (*labels, info.title or name.replace("_", " ").capitalize())
        if answer.nested is None:
            yield answer, own, depends_on, named
            continue
        if answer.nested in (*above, model):
            problem = "a form cannot ask for a model that holds itself"
            way_out = "leave the field out of the form's model"
            raise refused(model.__name__, name, problem, way_out)
        yield answer, own, depends_on, named
        yield from _walk(
            outer,
            answer.nested,
            path=answer.path,
            default=own if isinstance(own, BaseModel) else None,
            depends_on=answer.name if answer.optional else depends_on,
            labels=named,
            above=(*above, model),
        )


def _model_default(info: Any) -> Any:
    """A field's default; one that is made of other answers is the model's to make."""
    if info.default_factory is not None and info.default_factory_takes_validated_data:
        return PydanticUndefined
    return info.get_default(call_default_factory=True)


def _default(answer: ModelAnswer, default: Any) -> str | None:
    """The text of a default; None when there is none.

    Raises: DefinitionError for a secret's: it would stand in plugin.py.
    """
    if answer.nested:
        return "true" if isinstance(default, BaseModel) else "false"
    if default is PydanticUndefined or default is None:
        return None
    if answer.secret and default.get_secret_value():
        raise DefinitionError(
            f"{answer.model.__name__}.{'.'.join(answer.path)}: a secret has no default",
            tried="it would stand in plugin.py",
            where=author_line(),
            next_step="leave the default out, or make it None",
        )
    return answer.text(default)


def _field(
    answer: ModelAnswer, default: str | None, depends_on: str | None, labels: tuple[str, ...]
) -> FormField:
    shared: dict[str, Any] = {
        "name": answer.name,
        "label": ": ".join(labels),
        "required": answer.required,
        "depends_on": depends_on,
        "help_text": answer.info.description or "",
        "answer": answer,
    }
    if answer.nested:
        shared = {name: value for name, value in shared.items() if name != "answer"}
        return ModelBox(**shared | {"required": False}, default_value=default == "true")
    kind, own = _kind(answer, default)
    return kind(**shared, **own)


def _kind(answer: ModelAnswer, default: str | None) -> tuple[type[FormField], dict[str, Any]]:
    """The class of a field, and the options that only this class has."""
    kind: type[FormField] = ModelTextArea if answer.many else ModelInput
    own: dict[str, Any] = {"default_value": default or ""}
    if answer.secret:
        own = {"secret": True}
    elif answer.kind is bool and not (answer.many or answer.optional):
        kind, own = ModelCheckbox, {"default_value": default == "true"}
    elif answer.choices or (answer.kind is bool and not answer.many):
        several = {"multi_select": True, "default_value": answer.chosen(default or "")}
        one = {"default_value": default}
        kind, own = ModelDropdown, {"data_source": _options(answer)}
        own |= several if answer.many else one
    elif answer.bounds:
        least, most, step = answer.bounds
        number = None if default is None else answer.kind(default)
        kind = ModelSlider
        own = {"min": least, "max": most, "step": step, "default_value": number}
    return kind, own


def _options(answer: ModelAnswer) -> StaticFormOptionsDataSource:
    choices = answer.choices or {"true": "Yes", "false": "No"}
    return StaticFormOptionsDataSource(
        values=[
            FormOption(value=text, label=_label(text, value)) for text, value in choices.items()
        ]
    )


def _label(text: str, value: Any) -> str:
    name = getattr(value, "name", text if not isinstance(value, str) else value)
    return str(name)


def _nested(answer: ModelAnswer, text: str | None) -> object:
    """What a nested model begins with: nothing yet, or None where its box is not ticked."""
    if not answer.optional or text == "true":
        return {}
    return ABSENT if text is None else None


def _put(data: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value


def _name(location: tuple[int | str, ...]) -> str:
    """A place in the model as the form calls it; entries of a list are in the message."""
    return JOINT.join(part for part in location if isinstance(part, str))
