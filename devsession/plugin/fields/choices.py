"""Fields that are chosen among options."""

import json
from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import InstanceOf, model_validator

from devsession.errors import did_you_mean
from devsession.plugin.definition import repeated
from devsession.plugin.fields.base import FieldValueError, FormField
from devsession.plugin.fields.options import (
    FormOption,
    FormOptionsDataSource,
    StaticFormOptionsDataSource,
    shape,
)
from devsession.plugin.parameters import StoredConfigurationValue


class FormChoiceField(FormField):
    """One choice among options, by the option's value."""

    data_source: InstanceOf[FormOptionsDataSource]
    default_value: str | None = None
    secret: Literal[False] = False

    @model_validator(mode="after")
    def _default_is_an_option(self) -> Self:
        if isinstance(self.data_source, StaticFormOptionsDataSource):
            values = [option.value for option in self.data_source.values]
            for default in self._defaults():
                if default not in values:
                    hint = did_you_mean(default, values)
                    raise ValueError(f"default_value: {default!r} is not an option; {hint}")
        return self

    @property
    def source(self) -> FormOptionsDataSource | None:
        """The options' data source."""
        return self.data_source

    @property
    def details(self) -> dict[str, Any]:
        """Whether options can be added."""
        return {"can_create": True} if self.data_source.new_option_creator else {}

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """The option named by `default_value`, or else the first that calls itself the default."""
        chosen = self._free_defaults(options)
        return chosen[0].stored() if chosen else None

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """The value and metadata of the option chosen."""
        return _chosen(value, options).stored()

    def still_fits(
        self, stored: StoredConfigurationValue, options: Sequence[FormOption]
    ) -> tuple[StoredConfigurationValue | None, str]:
        """The choice, while it is still offered."""
        try:
            return self.accept(stored.value, options), ""
        except FieldValueError:
            return None, f"{stored.value!r} is not an option any more"

    def as_options(self, stored: StoredConfigurationValue) -> list[FormOption]:
        """The options that a stored answer was made of, as far as it tells."""
        if not stored.value:  # None, as the answer of a model's field
            return []
        return [FormOption(value=stored.value, label=stored.value, metadata=stored.metadata)]

    def _defaults(self) -> list[str]:
        return [self.default_value] if self.default_value else []

    def _free_defaults(self, options: Sequence[FormOption]) -> list[FormOption]:
        """Options to be chosen by default: those that the field names, or that say so themselves."""
        free = [option for option in options if not option.disabled]
        named = [option for option in free if option.value in self._defaults()]
        return named or [option for option in free if option.default]


class FormRadioField(FormChoiceField):
    """One choice among a few options that are all seen at once."""

    type: Literal["radio"] = "radio"


class FormDropdownField(FormChoiceField):
    """One choice among options; with `multi_select` any number of them, in the order of choosing.

    Several choices are stored as a JSON list of their values, `["a","b"]`, and the metadata is
    that of each option by its value, `{"a": {..}, "b": {..}}`.
    """

    type: Literal["dropdown"] = "dropdown"
    multi_select: bool = False
    default_value: str | list[str] | None = None  # type: ignore[assignment]

    @model_validator(mode="after")
    def _several_defaults_need_several_choices(self) -> Self:
        if isinstance(self.default_value, list) and not self.multi_select:
            raise ValueError("default_value: is one value, unless multi_select=True")
        if twice := repeated(self._defaults()):
            raise ValueError(f"default_value: {', '.join(map(repr, twice))} is there twice")
        return self

    @property
    def details(self) -> dict[str, Any]:
        """Whether several can be chosen, and whether options can be added."""
        return {**super().details, **({"multi_select": True} if self.multi_select else {})}

    def default_among(self, options: Sequence[FormOption]) -> StoredConfigurationValue | None:
        """One default, or all of them."""
        if not self.multi_select:
            return super().default_among(options)
        chosen = self._free_defaults(options)
        chosen.sort(key=lambda option: _place(option.value, self._defaults()))
        return _stored(chosen) if chosen else None

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """The value and metadata of each option chosen."""
        if not self.multi_select:
            return super().accept(value, options)
        if not isinstance(value, (list, tuple)):
            raise FieldValueError(f"takes a list of the values of options, not {shape(value)}")
        chosen, problems = _each(value, options)
        twice = repeated(option.value for option in chosen)
        problems += [f"{each!r} is chosen twice" for each in twice]
        if problems:
            raise FieldValueError("; ".join(problems))
        return _stored(chosen)

    def still_fits(
        self, stored: StoredConfigurationValue, options: Sequence[FormOption]
    ) -> tuple[StoredConfigurationValue | None, str]:
        """Those choices that are still offered; one choice becomes several, and the reverse."""
        before = selected(stored.value)
        if not self.multi_select:
            one = before[0] if before and len(before) == 1 else stored.value
            return super().still_fits(StoredConfigurationValue(value=one), options)
        values = [stored.value] if before is None else before
        offered = {option.value: option for option in options if not option.disabled}
        kept = [offered[value] for value in values if value in offered]
        gone = [repr(value) for value in values if value not in offered]
        verb = "is not an option" if len(gone) == 1 else "are not options"
        notice = f"{', '.join(gone)} {verb} any more" if gone else ""
        return (_stored(kept) if kept or not values else None), notice

    def as_options(self, stored: StoredConfigurationValue) -> list[FormOption]:
        """The options that a stored answer was made of, as far as it tells."""
        values = selected(stored.value) if self.multi_select else None
        if values is None:
            return super().as_options(stored)
        return [
            FormOption(value=value, label=value, metadata=stored.metadata.get(value, {}))
            for value in values
        ]

    def with_option(self, stored: StoredConfigurationValue | None, option: FormOption) -> object:
        """The option, behind those that were chosen already when several can be."""
        if not self.multi_select:
            return option.value
        chosen = (selected(stored.value) if stored else None) or []
        return [*(value for value in chosen if value != option.value), option.value]

    def is_filled(self, value: str) -> bool:
        """Whether anything is chosen."""
        return value not in ("", "[]")

    def plain(self, value: str) -> object:
        """The value chosen, or the list of them."""
        return (selected(value) or []) if self.multi_select else value

    def _defaults(self) -> list[str]:
        if isinstance(self.default_value, list):
            return self.default_value
        return [self.default_value] if self.default_value else []


def selected(stored: str) -> list[str] | None:
    """The values in the stored text of several choices; None when it is another text."""
    try:
        values = json.loads(stored)
    except ValueError:
        return None
    several = isinstance(values, list) and all(isinstance(value, str) for value in values)
    return values if several else None


def _stored(options: Sequence[FormOption]) -> StoredConfigurationValue:
    return StoredConfigurationValue(
        value=_listed([option.value for option in options]),
        metadata={option.value: option.metadata for option in options},
    )


def _listed(values: Sequence[str]) -> str:
    """As a browser writes it, which the form's widget compares with its own text."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _place(value: str, order: Sequence[str]) -> int:
    return order.index(value) if value in order else len(order)


def _each(
    values: Sequence[object], options: Sequence[FormOption]
) -> tuple[list[FormOption], list[str]]:
    """The options chosen, and what is wrong with the others."""
    chosen, problems = [], []
    for value in values:
        try:
            chosen.append(_chosen(value, options))
        except FieldValueError as refused:
            problems.append(str(refused))
    return chosen, problems


def _chosen(value: object, options: Sequence[FormOption]) -> FormOption:
    """The option of this value."""
    if not isinstance(value, str):
        raise FieldValueError(f"takes the value of an option as text, not {shape(value)}")
    chosen = next((option for option in options if option.value == value), None)
    if chosen is None:
        raise FieldValueError(f"{value!r} is not an option; {_hint(value, options)}")
    if chosen.disabled:
        raise FieldValueError(f"{value!r} cannot be chosen: the option is disabled")
    return chosen


def _hint(value: str, options: Sequence[FormOption]) -> str:
    """What was meant, or can be chosen: ids of an app are told with what people call them."""
    labels = {option.value: option.label for option in options}
    meant = [each for each, label in labels.items() if label.casefold() == value.casefold()]
    if meant:
        return f"it is the label of {meant[0]!r}"
    telling = {each: label for each, label in labels.items() if label.casefold() != each.casefold()}
    return did_you_mean(value, labels, telling)
