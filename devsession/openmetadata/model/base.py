"""What all models of the catalog are: names as on the wire, nothing unknown, errors that name."""

from __future__ import annotations

from operator import not_
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from devsession.errors import EntityError, did_you_mean

if TYPE_CHECKING:
    from pydantic import ModelWrapValidatorHandler
    from pydantic_core import ErrorDetails


def listed() -> Any:
    """A list that goes over the wire only when it holds something.

    An empty one is no statement: sent, it would take away what somebody else has put there.
    """
    return Field(default_factory=list, exclude_if=not_)


class Model(BaseModel):
    """A part of an entity. In Python `data_type`, in JSON `dataType`; either is taken.

    Raises: EntityError for a value that cannot be, or a field that does not exist; it names both.
    """

    model_config = ConfigDict(
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        validate_assignment=True,
    )

    @model_validator(mode="wrap")
    @classmethod
    def _told(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            made = handler(data)
        except ValidationError as error:
            raise _refused(
                cls, data, {_path(at): _said(cls, at) for at in _details(error)}
            ) from None
        except EntityError as error:
            # A part's own error, with the entity that it stands in before it.
            raise _within(cls, data, error) from None
        if problem := made._problem():
            raise _refused(cls, data, {"as a whole": problem})
        return made

    def _problem(self) -> str:
        """What is wrong with its fields together; empty when nothing is."""
        return ""

    def to_wire(self) -> dict[str, Any]:
        """As the catalog takes it: JSON's names and types, without what was not said."""
        return self.model_dump(mode="json", exclude_none=True)

    def to_json(self) -> bytes:
        """The same as bytes of JSON, several times as fast."""
        return self.__pydantic_serializer__.to_json(self, by_alias=True, exclude_none=True)


class Entity(Model):
    """What the catalog keeps under a fully qualified name.

    Class attributes: `entity_type` is its name in lineage and links, `path` its place in the
    REST API. id: the catalog's, in an entity that it gave; it is never sent.
    """

    entity_type: ClassVar[str]
    path: ClassVar[str]

    id: str | None = Field(default=None, exclude=True)
    name: str = Field(min_length=1, max_length=256)
    display_name: str | None = None
    description: str | None = None

    @property
    def fqn(self) -> str:
        """The name that is its own in the whole catalog. Raises: EntityError for one that cannot be."""
        raise NotImplementedError


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False)


def _path(detail: ErrorDetails) -> str:
    return ".".join(map(str, detail["loc"])) or "as a whole"


def _refused(cls: type[Model], data: Any, errors: dict[str, str]) -> EntityError:
    named = _named(cls, data)
    return EntityError(
        f"{named} cannot be: " + "; ".join(f"{field}: {said}" for field, said in errors.items()),
        next_step=f"put right what makes this {cls.__name__}",
        entity=named,
        errors=errors,
    )


def _within(cls: type[Model], data: Any, error: EntityError) -> EntityError:
    named = _named(cls, data)
    if error.fields.get("entity") == named:
        return error
    return EntityError(
        f"{named}: {error.what}",
        tried=error.tried,
        next_step=error.next_step,
        entity=named,
        errors=error.fields.get("errors", {}),
    )


def _named(cls: type[Model], data: Any) -> str:
    name = data.get("name") if isinstance(data, dict) else getattr(data, "name", None)
    return f"{cls.__name__} {name!r}" if name else cls.__name__


def _said(cls: type[Model], detail: ErrorDetails) -> str:
    last = detail["loc"][-1] if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return f"there is no such field; {did_you_mean(last, known)}"
    if detail["type"] == "literal_error":
        field = next(
            (at for name, at in cls.model_fields.items() if last in {name, at.alias}), None
        )
        known = _choices(field.annotation) if field else set()
        # What an enumeration was given is a word of the schema, and no secret.
        return f"{detail['input']!r} is none of its words; {did_you_mean(detail['input'], known)}"
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    return detail["msg"]


def _choices(annotation: Any) -> set[str]:
    """The words of a Literal, or of one that may be None."""
    return {
        word
        for part in get_args(annotation)
        for word in (get_args(part) if get_origin(part) is Literal else [part])
        if isinstance(word, str)
    }
