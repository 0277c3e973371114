"""Fields that are typed or ticked."""

# ruff: noqa: ARG002 - fields and data sources share signatures; not each uses every argument

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import model_validator

from devsession.plugin.fields.base import FieldValueError, FormField, as_text
from devsession.plugin.fields.options import FormOption, shape
from devsession.plugin.parameters import StoredConfigurationValue


class FormInputField(FormField):
    """One line of text; `secret=True` hides it and keeps it out of everything but the plugin."""

    type: Literal["input"] = "input"
    default_value: str = ""

    @model_validator(mode="after")
    def _no_secret_in_code(self) -> Self:
        if self.secret and self.default_value:
            raise ValueError("default_value: a secret has none, it would stand in plugin.py")
        return self

    @property
    def takes_empty(self) -> bool:
        """Empty text is text; an empty secret is none."""
        return not self.secret

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """`default_value`, which may be empty; a secret has none."""
        return None if self.secret else StoredConfigurationValue(value=self.default_value)

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """Text as it is."""
        return StoredConfigurationValue(value=as_text(value))


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
            raise FieldValueError(f"takes True or False, not {shape(value)}")
        return StoredConfigurationValue(value=str(text))

    def is_filled(self, value: str) -> bool:
        """Whether the box is ticked."""
        return value == "true"

    def plain(self, value: str) -> object:
        """True or False."""
        return value == "true"
