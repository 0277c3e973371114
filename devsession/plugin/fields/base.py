"""What all fields of a form share."""

# ruff: noqa: ARG002 - fields and data sources share signatures; not each uses every argument

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from devsession.plugin.definition import Definition
from devsession.plugin.fields.options import FormOption, FormOptionsDataSource, shape
from devsession.plugin.parameters import StoredConfigurationValue
from devsession.secrets.reference import SecretReference


class FieldValueError(ValueError):
    """A value that a field does not take; the text is for the person who fills the form."""


class FormField(Definition):
    """What all fields share.

    `secret` fields have a secret, which is kept apart; the rest of what they take is a plain value.

    Source: sync contract, common field options.
    """

    type: str
    name: str = Field(min_length=1, description="the plugin reads parameters[name]")
    label: str = Field(description="what people read")
    required: bool = Field(default=False, description="whether it has to be filled in")
    depends_on: str | None = Field(
        default=None, description="another field: until it has a value, this one is not asked for"
    )
    help_text: str = Field(default="", description="a line below the field")
    reload_on_change: bool = Field(
        default=False, description="whether the form is asked for anew when the value changes"
    )
    secret: bool = Field(default=False, description="the plugin reads parameters.secret(name)")

    @property
    def source(self) -> FormOptionsDataSource | None:
        """Where this field's options come from, when it has any."""
        return None

    @property
    def has_value(self) -> bool:
        """Whether the field has a plain value, to be shown and stored."""
        return not self.secret

    @property
    def takes_answer(self) -> bool:
        """Whether there is anything to fill in."""
        return True

    @property
    def takes_empty(self) -> bool:
        """Whether empty text is an answer; else it takes the answer back."""
        return False

    @property
    def none_text(self) -> str | None:
        """The text that None stands for as an answer; where there is none it takes one back."""
        return None

    @property
    def details(self) -> dict[str, Any]:
        """What only this kind of field has to show, as JSON."""
        return {}

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """What a field that nobody has set holds, given its options so far."""
        return None

    def split(self, value: object) -> tuple[object | None, SecretReference | str | None]:
        """The plain value and the secret in what was filled in.

        Raises:
            FieldValueError: the field does not take the secret.
        """
        if not self.secret:
            return value, None
        hidden = as_secret(value)
        return None, self.secret_text(hidden) if isinstance(hidden, str) else hidden

    def secret_text(self, text: str) -> str:
        """The secret in a text that was typed, or found by its reference.

        Raises:
            FieldValueError: the field does not take it.
        """
        return self.accept(text, ()).value

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """What the form stores for a value, which of a secret field is the secret's text.

        Raises:
            FieldValueError: the field does not take it.
        """
        raise NotImplementedError

    def still_fits(
        self, stored: StoredConfigurationValue, options: Sequence[FormOption]
    ) -> tuple[StoredConfigurationValue | None, str]:
        """What stays of a stored answer under this definition and these options, and what is said."""
        try:
            return self.accept(stored.value, options), ""
        except FieldValueError as refused:
            return None, f"the answer it had does not fit any more: {refused}"

    def as_options(self, stored: StoredConfigurationValue) -> list[FormOption]:
        """The options that a stored answer was made of, as far as it tells; none without options."""
        return []

    def with_option(self, stored: StoredConfigurationValue | None, option: FormOption) -> object:
        """What to fill in so that an option is chosen, besides what was chosen already."""
        return option.value

    def is_filled(self, value: str) -> bool:
        """Whether stored text counts as an answer: for `required`, and for fields that depend."""
        return value != ""

    def plain(self, value: str) -> object:
        """Stored text as a person writes it in a call of `fill`."""
        return value


def check_default(field: FormField, default: object) -> None:
    """Raises: ValueError when a field does not take its own default."""
    try:
        field.accept(default, ())
    except FieldValueError as refused:
        raise ValueError(f"default_value: {refused}") from None


def as_text(value: object) -> str:
    """Text as it is filled in.

    Raises:
        FieldValueError: it is something else.
    """
    if not isinstance(value, str):
        raise FieldValueError(f"takes text, not {shape(value)}")
    return value


def as_secret(value: object) -> SecretReference | str:
    """A secret as it is filled in: text, or a reference.

    Raises:
        FieldValueError: it is something else.
    """
    if not isinstance(value, (str, SecretReference)):
        raise FieldValueError(f'takes text or secret("NAME"), not {type(value).__name__}')
    return value
