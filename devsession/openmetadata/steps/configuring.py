"""A step's configuration made from what a file or a call gives; what is wrong in it, key by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr, ValidationError

from devsession.errors import WorkflowError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

    from devsession.openmetadata.steps.steps import Step


def configured(step: type[Step], given: BaseModel | Mapping[str, Any]) -> Any:
    """The step's `Config` with these values; as given, where it has none.

    Raises: WorkflowError naming each key that is wrong; no value is shown.
    """
    if step.Config is None or isinstance(given, step.Config):
        return given
    if isinstance(given, BaseModel):
        raise WorkflowError(
            f"{step.__name__} takes a {step.Config.__name__}, and got a {type(given).__name__}",
            next_step=f"{step.__name__}.using({step.Config.__name__}(..))",
            step=step.__name__,
        )
    try:
        return step.Config.model_validate(dict(given))
    except ValidationError as error:
        errors = {
            ".".join(map(str, place)) or "as a whole": said
            for place, said in problems_of(step.Config, error).items()
        }
        raise WorkflowError(
            f"{step.__name__} cannot be configured so",
            tried="\n".join(f"{key}: {said}" for key, said in errors.items()),
            next_step=f"the fields of {step.Config.__name__} say what it takes",
            step=step.__name__,
            errors=errors,
        ) from None


def problems_of(model: type[BaseModel], error: ValidationError) -> dict[tuple[int | str, ...], str]:
    """Place -> what is wrong there, a near name for a key that is not known. Shows no value."""
    return {
        detail["loc"]: _said(model, detail)
        for detail in error.errors(include_input=False, include_url=False)
    }


def secrets_in(config: object, above: str = "") -> Iterator[tuple[str, str]]:
    """Name -> value of each secret in a configuration: its `SecretStr`s, at any depth."""
    if isinstance(config, SecretStr):
        yield above, config.get_secret_value()
    elif isinstance(config, BaseModel):
        for name in type(config).model_fields:
            yield from secrets_in(getattr(config, name), f"{above}.{name}".lstrip("."))
    elif isinstance(config, dict):
        for name, value in config.items():
            yield from secrets_in(value, f"{above}.{name}".lstrip("."))
    elif isinstance(config, list | tuple):
        for value in config:
            yield from secrets_in(value, above)


def _said(model: type[BaseModel], detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "extra_forbidden":
        return f"there is no such key; {did_you_mean(detail['loc'][-1], _keys(model, detail['loc'][:-1]))}"
    return str(detail["ctx"]["error"]) if detail["type"] == "value_error" else detail["msg"]


def _keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The keys that there are at a place; none where that is not known."""
    at: Any = model
    for part in path:
        fields = getattr(at, "model_fields", {})
        found = next((f for n, f in fields.items() if part in {n, f.alias}), None)
        if found is None:
            continue  # a place in a list, or the name of a variant
        kinds = [found.annotation, *_inside(found.annotation)]
        at = next((kind for kind in kinds if hasattr(kind, "model_fields")), None)
    return [field.alias or name for name, field in getattr(at, "model_fields", {}).items()]


def _inside(annotation: Any) -> Iterator[Any]:
    for each in getattr(annotation, "__args__", ()):
        yield each
        yield from _inside(each)
