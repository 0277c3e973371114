"""The options of a field or a mapper, and where they come from."""

# ruff: noqa: ARG002 - fields and data sources share signatures; not each uses every argument

from collections.abc import Callable, Sequence
from pathlib import Path
from traceback import walk_tb
from typing import Any

from pydantic import Field, InstanceOf, field_validator

from devsession.plugin.definition import Definition, repeated
from devsession.plugin.parameters import StoredConfigurationValue


class OptionsError(Exception):
    """Options that cannot be had; may quote what the app said, so it is redacted when shown."""


class FormOption(Definition):
    """One choice of a dropdown, or one field of the app that a mapper offers.

    `metadata` is stored with the value and reaches the plugin with it. `required` and `unique` are
    about app fields: it has to be mapped; no two records may have the same value. The mapper shows
    `metadata["description"]` as the field's help.

    Source: sync contract, `FormOption`.
    """

    value: str = Field(min_length=1)
    label: str
    metadata: dict[str, Any] = Field(default_factory=dict)
    required: bool = False
    unique: bool = False
    default: bool = False
    disabled: bool = False
    data_type_icon: str = "unknown"

    def stored(self) -> StoredConfigurationValue:
        """What is stored when this option is chosen."""
        return StoredConfigurationValue(value=self.value, metadata=self.metadata)


class NewOptionCreator(Definition):
    """How an option that is not there yet is added: a form, and what makes an option of it.

    `creation_form_function(parameters) -> list of fields` is asked when somebody wants to add one;
    `creation_complete_function(parameters, values) -> FormOption` is given the answers, name ->
    StoredConfigurationValue, and may create something in the app.

    Source: sync contract, data sources.
    """

    creation_form_function: Callable[[Any], Sequence[Any]]
    creation_complete_function: Callable[[Any, dict[str, StoredConfigurationValue]], FormOption]


class FormOptionsDataSource(Definition):
    """Where the options of a dropdown or of a mapper come from, and how one is added."""

    new_option_creator: InstanceOf[NewOptionCreator] | None = None

    def load(self, parameters: Callable[[], Any]) -> list[FormOption]:
        """The options; `parameters` makes what an option function is given."""
        raise NotImplementedError


class StaticFormOptionsDataSource(FormOptionsDataSource):
    """Options that are known when the plugin is written."""

    values: list[InstanceOf[FormOption]]

    @field_validator("values")
    @classmethod
    def _each_value_once(cls, values: list[FormOption]) -> list[FormOption]:
        _check_values(values)
        return values

    def load(self, parameters: Callable[[], Any]) -> list[FormOption]:
        """The options."""
        return self.values


class DynamicFormOptionsDataSource(FormOptionsDataSource):
    """Options that a function of the plugin fetches, given the parameters so far.

    `source_function(parameters) -> list[FormOption]` is called when the options are first needed,
    and again only when a field that they depend on has changed.
    """

    source_function: Callable[[Any], list[FormOption]]

    def load(self, parameters: Callable[[], Any]) -> list[FormOption]:
        """The options, fetched anew.

        Raises:
            OptionsError: the function raised, or returned something else than distinct options.
        """
        name = name_of(self.source_function)
        options = called(self.source_function, parameters())
        if not isinstance(options, (list, tuple)) or not all(
            isinstance(option, FormOption) for option in options
        ):
            raise OptionsError(f"{name}() returned {shape(options)}, not a list of FormOption")
        try:
            _check_values(options)
        except ValueError as error:
            raise OptionsError(f"{name}() returned {error}") from error
        return list(options)


def _check_values(options: Sequence[FormOption]) -> None:
    """Hold that no two options have the same value.

    Raises:
        ValueError: some have; the text names them.
    """
    if twice := repeated(option.value for option in options):
        raise ValueError(f"options with the same value: {', '.join(map(repr, twice))}")


def called(function: Callable[..., Any], *arguments: object) -> Any:
    """What a function of the author's returns.

    Raises:
        OptionsError: it raised; the text says what and where, `__cause__` is what it raised.
    """
    try:
        return function(*arguments)
    except Exception as error:
        place = author_line_of(function, error)
        kind = type(error).__name__
        raise OptionsError(f"{name_of(function)}() raised {kind}: {error}{place}") from error


def name_of(function: Callable[..., Any]) -> str:
    """What an author calls a function."""
    return getattr(function, "__name__", "its function")


def author_line_of(function: Callable[..., Any], error: BaseException) -> str:
    """Where in the function's own file an error passed through, for the end of its message."""
    code = getattr(function, "__code__", None)
    lines = [
        line
        for frame, line in walk_tb(error.__traceback__)
        if code and frame.f_code.co_filename == code.co_filename
    ]
    return f" ({Path(code.co_filename).name}, line {lines[-1]})" if code and lines else ""


def shape(value: object) -> str:
    """What a value is, without showing it: it may be a secret in the wrong place."""
    return "nothing" if value is None else type(value).__name__
