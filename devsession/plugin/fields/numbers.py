"""A number between two bounds."""

# ruff: noqa: ARG002 - fields share signatures; not each uses every argument

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictInt, model_validator

from devsession.plugin.fields.base import FieldValueError, FormField, check_default
from devsession.plugin.fields.options import FormOption, shape
from devsession.plugin.parameters import StoredConfigurationValue

Number = StrictInt | Annotated[float, Field(strict=True, allow_inf_nan=False)]


class FormSliderField(FormField):
    """A number from `min` to `max` in steps of `step`, counted from `min`.

    The plugin reads text, `int(parameters["name"])` or `float(..)`. Without a `default_value`
    nothing is chosen.
    """

    type: Literal["slider"] = "slider"
    min: Number = 0
    max: Number = 100
    step: Number = 1
    default_value: Number | None = None
    secret: Literal[False] = False

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.max < self.min:
            raise ValueError(f"max: {self.max} is less than min, {self.min}")
        if self.step <= 0:
            raise ValueError(f"step: {self.step} is not more than 0")
        if self.default_value is not None:
            check_default(self, self.default_value)
        return self

    @property
    def details(self) -> dict[str, Any]:
        """The bounds and the step."""
        return {"min": self.min, "max": self.max, "step": self.step}

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """`default_value` as text."""
        return None if self.default_value is None else self.accept(self.default_value, ())

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """A number, or its text, within the bounds and on a step."""
        number = _number(value)
        low, high, step = (Decimal(str(each)) for each in (self.min, self.max, self.step))
        if not low <= number <= high:
            raise FieldValueError(
                f"takes a number from {self.min} to {self.max}, not {_text(number)}"
            )
        if (number - low) % step:
            below = number - (number - low) % step
            near = [_text(each) for each in (below, below + step) if each <= high]
            raise FieldValueError(
                f"{_text(number)} is between two steps of {self.step}; "
                f"the nearest: {' and '.join(near)}"
            )
        return StoredConfigurationValue(value=_text(number))

    def plain(self, value: str) -> object:
        """A whole number as int, another as float."""
        number = Decimal(value)
        return int(number) if number == int(number) else float(number)


def _number(value: object) -> Decimal:
    """Exactly what was written: 0.1 is not quite a tenth as a float."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise FieldValueError(f"takes a number, not {shape(value)}")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise FieldValueError("takes a number, this text is none") from None
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS:
        raise FieldValueError("takes a number of ordinary size")
    return number


def _text(number: Decimal) -> str:
    return str(int(number)) if number == int(number) else f"{number.normalize():f}"


_DIGITS = 18  # more than any slider has, and few enough for exact arithmetic
