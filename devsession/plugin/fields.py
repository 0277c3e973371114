"""The fields of a form. A new field type is a class here and an input in the form's widget."""

# ruff: noqa: ARG002 - fields and data sources share signatures; not each uses every argument

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from traceback import walk_tb
from typing import Any, Literal, Self

from pydantic import Field, InstanceOf, field_validator, model_validator

from devsession.errors import did_you_mean
from devsession.plugin.definition import Definition
from devsession.plugin.parameters import StoredConfigurationValue


class FieldValueError(ValueError):
    """A value that a field does not take; the text is for the person who fills the form."""


class OptionsError(Exception):
    """Options that cannot be had; may quote what the app said, so it is redacted when shown."""


class FormOption(Definition):
    """One choice of a dropdown, or one field of the app that a mapper offers.

    `metadata` is stored with the value and reaches the plugin with it. `required` and `unique` are
    about app fields: it has to be mapped; no two records may have the same value.

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


class FormOptionsDataSource(Definition):
    """Where the options of a dropdown or of a mapper come from."""

    def load(self, parameters: Callable[[], Any]) -> list[FormOption]:
        """The options; `parameters` makes what an option function is given."""
        raise NotImplementedError


class StaticFormOptionsDataSource(FormOptionsDataSource):
    """Options that are known when the plugin is written."""

    values: list[InstanceOf[FormOption]]

    @field_validator("values")
    @classmethod
    def _each_value_once(cls, values: list[FormOption]) -> list[FormOption]:
        check_options(values)
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
        name = getattr(self.source_function, "__name__", "source_function")
        given = parameters()
        try:
            options = self.source_function(given)
        except Exception as error:
            place = author_line_of(self.source_function, error)
            raise OptionsError(f"{name}() raised {type(error).__name__}: {error}{place}") from error
        if not isinstance(options, (list, tuple)) or not all(
            isinstance(option, FormOption) for option in options
        ):
            raise OptionsError(f"{name}() returned {_shape(options)}, not a list of FormOption")
        try:
            check_options(options)
        except ValueError as error:
            raise OptionsError(f"{name}() returned {error}") from error
        return list(options)


class FormField(Definition):
    """What all fields share.

    `depends_on` names another field of the form: until that one has a value, this one is not asked
    for. `reload_on_change` asks for the whole form anew when the value changes.

    Source: sync contract, common field options.
    """

    type: str
    name: str = Field(min_length=1)
    label: str
    required: bool = False
    depends_on: str | None = None
    help_text: str = ""
    reload_on_change: bool = False
    secret: bool = False

    @property
    def source(self) -> FormOptionsDataSource | None:
        """Where this field's options come from, when it has any."""
        return None

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """What a field that nobody has set holds, given its options so far."""
        return None

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """What the form stores for a value.

        Raises:
            FieldValueError: the field does not take it.
        """
        raise NotImplementedError

    def is_filled(self, value: str) -> bool:
        """Whether stored text counts as an answer: for `required`, and for fields that depend."""
        return value != ""

    def plain(self, value: str) -> object:
        """Stored text as a person writes it in a call of `fill`."""
        return value


class FormInputField(FormField):
    """One line of text; `secret=True` hides it and keeps it out of everything but the plugin."""

    type: Literal["input"] = "input"
    default_value: str = ""

    @model_validator(mode="after")
    def _no_secret_in_code(self) -> Self:
        if self.secret and self.default_value:
            raise ValueError("default_value: a secret has none, it would stand in plugin.py")
        return self

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """`default_value`, which may be empty; a secret has none."""
        return None if self.secret else StoredConfigurationValue(value=self.default_value)

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """Text as it is."""
        if not isinstance(value, str):
            raise FieldValueError(f"takes text, not {_shape(value)}")
        return StoredConfigurationValue(value=value)


class FormTextAreaField(FormInputField):
    """Text of several lines."""

    type: Literal["textarea"] = "textarea"  # type: ignore[assignment]


class FormCheckboxField(FormField):
    """Yes or no. The plugin reads text: `parameters["name"] == "true"`, else `"false"`.

    A box that is not ticked counts as unanswered: `required` asks for a tick, and fields that
    depend on it wait for one.
    """

    type: Literal["checkbox"] = "checkbox"
    default_value: bool = False
    secret: Literal[False] = False

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """`default_value` as text."""
        return self.accept(self.default_value, ())

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """True or False, or the text that is stored for them."""
        text = {True: "true", False: "false"}[value] if isinstance(value, bool) else value
        if text not in ("true", "false"):
            raise FieldValueError(f"takes True or False, not {_shape(value)}")
        return StoredConfigurationValue(value=str(text))

    def is_filled(self, value: str) -> bool:
        """Whether the box is ticked."""
        return value == "true"

    def plain(self, value: str) -> object:
        """True or False."""
        return value == "true"


class FormDropdownField(FormField):
    """One choice among options, by the option's value."""

    type: Literal["dropdown"] = "dropdown"
    data_source: InstanceOf[FormOptionsDataSource]
    default_value: str | None = None
    secret: Literal[False] = False

    @model_validator(mode="after")
    def _default_is_an_option(self) -> Self:
        if isinstance(self.data_source, StaticFormOptionsDataSource) and self.default_value:
            values = [option.value for option in self.data_source.values]
            if self.default_value not in values:
                hint = did_you_mean(self.default_value, values)
                raise ValueError(f"default_value: {self.default_value!r} is not an option; {hint}")
        return self

    @property
    def source(self) -> FormOptionsDataSource | None:
        """The options' data source."""
        return self.data_source

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """The option named by `default_value`, or else the first that calls itself the default."""
        free = [option for option in options if not option.disabled]
        named = [option for option in free if option.value == self.default_value]
        chosen = next(iter(named or [option for option in free if option.default]), None)
        return chosen.stored() if chosen else None

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """The value and metadata of the option chosen."""
        if not isinstance(value, str):
            raise FieldValueError(f"takes the value of an option as text, not {_shape(value)}")
        chosen = next((option for option in options if option.value == value), None)
        if chosen is None:
            labelled = [option.value for option in options if option.label == value]
            hint = (
                f"it is the label of {labelled[0]!r}"
                if labelled
                else did_you_mean(value, [option.value for option in options])
            )
            raise FieldValueError(f"{value!r} is not an option; {hint}")
        if chosen.disabled:
            raise FieldValueError(f"{value!r} cannot be chosen: the option is disabled")
        return chosen.stored()


class FormFieldMappingSelector(Definition):
    """A mapper: columns of the source to fields of the app, which `data_source` offers.

    Source: sync contract, mappers; creating-plugins guide, step 5.
    """

    mapper_type: Literal["field_mapping_selector"] = "field_mapping_selector"
    label: str = "Field Mappings"
    depends_on: str | None = None
    data_source: InstanceOf[FormOptionsDataSource]


class FormJinjaTemplate(Definition):
    """A mapper: a Jinja template that makes the text of a record, with `row` in scope.

    Source: sync contract, mappers.
    """

    mapper_type: Literal["jinja_template"] = "jinja_template"
    label: str = "Template"
    depends_on: str | None = None


FormMapper = FormFieldMappingSelector | FormJinjaTemplate
"""A mapper of either kind."""


def check_options(options: Sequence[FormOption]) -> None:
    """Hold that no two options have the same value.

    Raises:
        ValueError: some have; the text names them.
    """
    counts = Counter(option.value for option in options)
    twice = [value for value, count in counts.items() if count > 1]
    if twice:
        raise ValueError(f"options with the same value: {', '.join(map(repr, twice))}")


def author_line_of(function: Callable[..., Any], error: BaseException) -> str:
    """Where in the function's own file an error passed through, for the end of its message."""
    code = getattr(function, "__code__", None)
    lines = [
        line
        for frame, line in walk_tb(error.__traceback__)
        if code and frame.f_code.co_filename == code.co_filename
    ]
    return f" ({Path(code.co_filename).name}, line {lines[-1]})" if code and lines else ""


def _shape(value: object) -> str:
    """What a value is, without showing it: it may be a secret in the wrong place."""
    return "nothing" if value is None else type(value).__name__
