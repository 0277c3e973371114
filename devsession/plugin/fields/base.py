"""What all fields of a form share."""

# ruff: noqa: ARG002 - fields and data sources share signatures; not each uses every argument

from collections.abc import Sequence

from pydantic import Field

from devsession.plugin.definition import Definition
from devsession.plugin.fields.options import FormOption, FormOptionsDataSource
from devsession.plugin.parameters import StoredConfigurationValue


class FieldValueError(ValueError):
    """A value that a field does not take; the text is for the person who fills the form."""


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
