"""A form filled by name: every value of one call, or nothing and all that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import FormError, did_you_mean
from devsession.plugin.form.answers import REQUIRED

if TYPE_CHECKING:
    from devsession.plugin.form.state import FormState

_CONNECTIVITY, _METHOD = "connectivity_option", "method"


def fill(state: FormState, values: dict[str, object]) -> None:
    """Answer what `values` has; choices come first, then each field behind what it depends on.

    Raises:
        FormError: something is wrong; the state is half filled then.
    """
    state.answers.start_over()
    _choose(state, values)
    for field in state.each_field():
        if not _parent_is_wrong(state, field.depends_on):
            state.assign(field, values)
    answers, mapped, fields = state.answers, state.mapped, state.definition.by_name()
    names = [name for name in mapped.names if name not in fields]
    mapping = {name: values.pop(name) for name in names if mapped.mapper and name in values}
    errors = dict.fromkeys(answers.missing(), REQUIRED) | answers.errors()
    errors |= {
        name: f"there is no such field; {did_you_mean(name, fields)}"
        for name in values
        if name not in fields
    }
    if mapped.mapper and not _parent_is_wrong(state, mapped.mapper.depends_on):
        errors |= mapped.fill(answers, **mapping)
    if errors:
        raise _refusal(state, errors)


def _choose(state: FormState, values: dict[str, object]) -> None:
    """Take connectivity and method out of the values, unless fields are called that."""
    ways = state.shape.connectivity_options
    if ways and _CONNECTIVITY in values and _CONNECTIVITY not in state.definition.by_name():
        given = values.pop(_CONNECTIVITY)
        option = next((each for each in ways if each == given), None)
        if option is None:
            hint = did_you_mean(str(given), ways)
            raise _refusal(state, {_CONNECTIVITY: f"{given!r} is not supported; {hint}"})
        state.connect_by(option)
    methods = state.shape.methods
    if methods and _METHOD in values and _METHOD not in state.definition.by_name():
        chosen = values.pop(_METHOD)
        if chosen not in methods:
            hint = did_you_mean(str(chosen), methods)
            raise _refusal(state, {_METHOD: f"there is no method {chosen!r}; {hint}"})
        state.choose(str(chosen))


def _parent_is_wrong(state: FormState, depends_on: str | None) -> bool:
    """Whether there is an error that a dependent one would only repeat."""
    errors = state.answers.errors()
    return any(parent in errors for parent in state.definition.parents(depends_on))


def _refusal(state: FormState, errors: dict[str, str]) -> FormError:
    return FormError(
        f"{state.shape.title} cannot be filled like this",
        errors=errors,
        next_step="fill it again with these put right; nothing was changed",
    )
