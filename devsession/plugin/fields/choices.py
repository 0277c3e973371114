"""Fields that are chosen among options."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import InstanceOf, model_validator

from devsession.errors import did_you_mean
from devsession.plugin.fields.base import FieldValueError, FormField
from devsession.plugin.fields.options import (
    FormOption,
    FormOptionsDataSource,
    StaticFormOptionsDataSource,
    shape,
)
from devsession.plugin.parameters import StoredConfigurationValue


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
            raise FieldValueError(f"takes the value of an option as text, not {shape(value)}")
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
