"""The fields of a form that stand for the fields of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, InstanceOf

from devsession.plugin.fields import (
    FieldValueError,
    FormCheckboxField,
    FormDropdownField,
    FormInputField,
    FormOption,
    FormSliderField,
    FormTextAreaField,
)
from devsession.plugin.model_answer import ModelAnswer
from devsession.plugin.parameters import StoredConfigurationValue

if TYPE_CHECKING:
    from collections.abc import Sequence

_Answer = Annotated[InstanceOf[ModelAnswer], Field(exclude=True, repr=False)]


class _TakesWhatTheModelTakes:
    """Before a field that takes text: a value of the model's type stands for its text too."""

    if TYPE_CHECKING:
        answer: ModelAnswer

    @property
    def none_text(self) -> str | None:
        """Empty text is the None of a field that may be None: its default may be another value."""
        return "" if self.answer.optional and not self.answer.secret else None

    @property
    def takes_empty(self) -> bool:
        """Also where it stands for None."""
        return self.none_text is not None or super().takes_empty  # type: ignore[misc]

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """The text for a value.

        Raises: FieldValueError with pydantic's message.
        """
        try:
            text = self.answer.text(value)
        except ValueError as error:
            raise FieldValueError(str(error)) from None
        if problem := self.answer.problem(text):
            raise FieldValueError(problem)
        if text == self.none_text:
            return StoredConfigurationValue(value=text)
        several = self.answer.chosen(text) if self.answer.many and self.answer.choices else None
        given = text if several is None else several
        stored: StoredConfigurationValue = super().accept(given, options)  # type: ignore[misc]
        return stored

    def still_fits(
        self, stored: StoredConfigurationValue, options: Sequence[FormOption]
    ) -> tuple[StoredConfigurationValue | None, str]:
        """None is no option, and stays."""
        if stored.value == self.none_text:
            return stored, ""
        return super().still_fits(stored, options)  # type: ignore[misc, no-any-return]

    def plain(self, value: str) -> object:
        """Stored text as a person writes it in a call of `fill`."""
        return None if value == self.none_text else super().plain(value)  # type: ignore[misc]


class ModelInput(_TakesWhatTheModelTakes, FormInputField):
    """One line of text."""

    answer: _Answer


class ModelSlider(_TakesWhatTheModelTakes, FormSliderField):
    """A number between two others."""

    answer: _Answer


class ModelTextArea(_TakesWhatTheModelTakes, FormTextAreaField):
    """A list, one entry a line."""

    answer: _Answer


class ModelCheckbox(_TakesWhatTheModelTakes, FormCheckboxField):
    """Yes or no."""

    answer: _Answer


class ModelDropdown(_TakesWhatTheModelTakes, FormDropdownField):
    """One or several choices."""

    answer: _Answer


class ModelBox(FormCheckboxField):
    """The box to tick before a nested model that may be None."""

    @property
    def none_text(self) -> str | None:
        """It is None where the box is not ticked."""
        return "false"
