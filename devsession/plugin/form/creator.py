"""A new option of a field: the form that asks for it, and the plugin's function that makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, FormError
from devsession.plugin.contract import ConfigurationForm
from devsession.plugin.fields import FormOption, OptionsError, called, name_of
from devsession.plugin.form.answers import waits_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.fields import NewOptionCreator
    from devsession.plugin.form.form import Form


class OptionForm(ConfigurationForm):
    """What is asked for to add an option."""

    without_secrets = "an option keeps no secret"


@dataclass(repr=False)
class _Asked:
    """A form of a new option, and the answers that it was made for: a secret may be among them."""

    key: tuple[object, ...]
    form: Form


class Creators:
    """The forms of new options that are being filled, by the name of their field.

    make: makes a form of a definition, given what errors call it.
    """

    def __init__(self, form: Form, make: Callable[[OptionForm, str], Form]) -> None:
        self._form = form
        self._make = make
        self._asked: dict[str, _Asked] = {}

    def form_of(self, name: str) -> Form:
        """The form for this field; asked of the plugin anew when what it depends on has changed."""
        key = self._form.depended_on(name)
        asked = self._asked.get(name)
        if asked is None:
            title = f"the new option of {name!r} in {self._form.title}"
            asked = _Asked(key, self._make(option_form(self._form, name), title))
        elif asked.key != key:
            definition = option_form(self._form, name)
            asked.key = key  # first: who is told of the change comes here again
            asked.form.reload(definition)
        self._asked[name] = asked
        return asked.form

    def forget(self, name: str) -> None:
        """Drop what was filled in for a new option of this field."""
        self._asked.pop(name, None)

    def ask_anew(self) -> None:
        """The plugin has changed: ask it for each form when that is next needed."""
        for asked in self._asked.values():
            asked.key = (object(),)


def option_form(form: Form, name: str) -> OptionForm:
    """The form that asks for a new option of a field, as the plugin defines it now.

    Raises:
        FormError: there is none for this field, not now, or the plugin's function failed.
        DefinitionError: its fields are no fields of such a form.
    """
    creator = _creator_of(form, name)
    _, needed = form.source_of(name)
    if not form.is_answered(needed):
        raise _refusal(form, name, waits_for(needed))
    fields = _call(form, name, creator.creation_form_function)
    if not isinstance(fields, (list, tuple)):
        function = name_of(creator.creation_form_function)
        problem = f"{function}() returned {type(fields).__name__}, no list of fields"
        raise _refusal(form, name, problem)
    return OptionForm(fields=list(fields))


def new_option(form: Form, name: str, filled: Form) -> FormOption:
    """The option that the plugin makes of a filled form.

    Raises: FormError when its function failed.
    """
    creator = _creator_of(form, name)
    option = _call(form, name, creator.creation_complete_function, dict(filled.values))
    if not isinstance(option, FormOption):
        function = name_of(creator.creation_complete_function)
        raise _refusal(form, name, f"{function}() returned {type(option).__name__}, no FormOption")
    return option


def _creator_of(form: Form, name: str) -> NewOptionCreator:
    source, _ = form.source_of(name)
    if source is None or source.new_option_creator is None:
        way_out = "FormOptionsDataSource(new_option_creator=..) lets options be added"
        raise _refusal(form, name, "takes no new options", way_out)
    return source.new_option_creator


def _call(form: Form, name: str, function: Callable[..., Any], *arguments: object) -> Any:
    try:
        return called(function, form.parameters_so_far(), *arguments)
    except OptionsError as error:
        if isinstance(error.__cause__, DevsessionError):
            raise error.__cause__ from None
        raise _refusal(form, name, form.redacted(str(error))) from None


def _refusal(form: Form, name: str, problem: str, next_step: str = "") -> FormError:
    return FormError(
        f"{form.title}: no option was added",
        errors={name: problem},
        next_step=next_step or f"put this right, then .create_option({name!r}, ..) again",
    )
