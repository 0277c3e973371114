"""The base of every model of the contract: a wrong argument is told in the author's words."""

from __future__ import annotations

import sys
from collections import Counter
from inspect import Parameter, Signature
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError

from devsession.errors import DefinitionError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic._internal._model_construction import ModelMetaclass
    from pydantic.fields import FieldInfo
else:
    ModelMetaclass = type(BaseModel)  # its name is private to pydantic

_OURS = ("devsession.plugin", "pydantic")
_TAGS = {"type", "mapper_type"}  # tell models apart on the wire; nobody passes them


class _Definitions(ModelMetaclass):
    """Keeps pydantic's machinery out of help()."""

    def __dir__(cls) -> list[str]:  # noqa: N805 - of a metaclass
        return [
            name for name in super().__dir__() if name[0] != "_" and not hasattr(BaseModel, name)
        ]


class Definition(BaseModel, metaclass=_Definitions):
    """A model whose mistakes are `DefinitionError`s that name the line of plugin.py.

    Values are never shown in them: a default or a parameter may be a secret. Its help() tells each
    option, with its description.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        fields = {name: field for name, field in cls.model_fields.items() if name not in _TAGS}
        kinds = SimpleNamespace(__annotations__={name: fields[name].annotation for name in fields})
        plain = get_type_hints(kinds)  # without what pydantic alone reads in them
        options = [_option(name, field, plain[name]) for name, field in fields.items()]
        cls.__signature__ = Signature(options)
        told = [
            f"        {option}" + (f"  # {field.description}" if field.description else "")
            for option, field in zip(options, fields.values(), strict=True)
        ]
        cls.__doc__ = "\n".join([(cls.__doc__ or "").rstrip(), "", "    Options:", *told])

    def __init__(self, /, *positional: object, **options: Any) -> None:
        kind = type(self).__name__
        fields = type(self).model_fields
        known = [name for name in fields if name not in _TAGS]
        if positional:
            asked = [name for name in known if fields[name].is_required()] or known[:1]
            raise DefinitionError(
                f"{kind} takes its options by name",
                where=author_line(),
                next_step=f"write {kind}({', '.join(f'{name}=..' for name in asked)})",
                definition=kind,
            )
        try:
            super().__init__(**options)
        except ValidationError as error:
            problems = [_problem(detail, known) for detail in error.errors(include_input=False)]
            name = options.get("name")
            raise DefinitionError(
                f"{kind} {name!r} is not valid"
                if isinstance(name, str)
                else f"{kind} is not valid",
                tried="\n".join(problems),
                where=author_line(),
                next_step=f"{kind} takes {', '.join(known)}",
                definition=kind,
                problems=problems,
            ) from None

    if not TYPE_CHECKING:  # type checkers keep knowing which attributes there are

        def __setattr__(self, name: str, value: object) -> None:
            """Refuse; pydantic's own refusal would show the value, which may be a secret."""
            kind = type(self).__name__
            raise UsageError(
                f"{kind}.{name} cannot be set: it was given once and for all",
                next_step=f"make another one: .model_copy(update={{{name!r}: ..}})",
            )


def author_line(ours: tuple[str, ...] = _OURS) -> str:
    """The nearest line outside of this room and pydantic: where the author wrote the mistake."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(ours):
        frame = frame.f_back
    code = frame.f_code
    file = "this cell" if "ipykernel" in code.co_filename else Path(code.co_filename).name
    place = f"{file}, line {frame.f_lineno}"
    return place if code.co_qualname == "<module>" else f"{code.co_qualname} ({place})"


def check_declared(
    plugin: str, option: str, declared: object, kind: type[Definition], example: str
) -> None:
    """Raises: DefinitionError unless what a plugin declares as this option is of this kind."""
    if not isinstance(declared, kind):
        raise DefinitionError(
            f"{plugin}.{option} is a {type(declared).__name__}, not a {kind.__name__}",
            where=author_line(),
            next_step=f"write {option} = {kind.__name__}({example})",
            plugin=plugin,
        )


def repeated(names: Iterable[str]) -> list[str]:
    """The names that are there more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


def _option(name: str, field: FieldInfo, kind: object) -> Parameter:
    default: Any = Parameter.empty
    if not field.is_required():
        default = field.get_default(call_default_factory=True)
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def _problem(detail: Any, known: list[str]) -> str:
    """One line for one of pydantic's error details: which option, and what is wrong with it."""
    option = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{option}: there is no such option; {did_you_mean(option, known)}"
    if detail["type"] == "missing":
        return f"{option}: is required"
    if detail["type"] == "value_error":
        message = str(detail["ctx"]["error"])
        return f"{option}: {message}" if option else message
    return f"{option}: {detail['msg'][0].lower()}{detail['msg'][1:]}"
