"""The answers to the fields of a form, each held against what its field takes."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from devsession.plugin.fields import FieldValueError
from devsession.plugin.form.options import NOT_LOADED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.plugin.contract import ConfigurationForm
    from devsession.plugin.fields import FormField, FormOption
    from devsession.plugin.form.options import FormOptions, Loaded
    from devsession.plugin.parameters import StoredConfigurationValue
    from devsession.secrets.reference import SecretReference

    _Held = TypeVar("_Held", bound=Any)


REQUIRED = "is required"


def waits_for(field: str | None) -> str:
    """What is said of a field that depends on one that nobody has answered."""
    return f"is asked for once {field!r} is answered"


def copied(held: _Held) -> _Held:
    """A dataclass with dicts, lists and sets of its own."""
    parts = {each.name: getattr(held, each.name) for each in fields(held)}
    own = {name: copy(part) for name, part in parts.items() if isinstance(part, dict | list | set)}
    made: _Held = replace(held, **own)
    return made


@dataclass(repr=False)
class Answers:
    """Answers by name, also of fields that the form has no more: they may come back.

    `secrets` may hold plain text, so that there is no repr. `refused` says which values were not
    taken, `notices` what happened to an answer by itself. `waiting` has the choices that were made
    while their options were on their way.
    """

    form: ConfigurationForm
    options: FormOptions
    values: dict[str, StoredConfigurationValue] = field(default_factory=dict)
    secrets: dict[str, SecretReference | str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    notices: dict[str, str] = field(default_factory=dict)
    restored: set[str] = field(default_factory=set)  # and not held against options yet
    waiting: dict[str, object] = field(default_factory=dict)

    def copy(self) -> Answers:
        """One that can be changed without changing this one."""
        return replace(copied(self), options=self.options.copy())

    def answer(self, field: FormField) -> StoredConfigurationValue | None:
        """What was answered, or the default as far as options are known; nothing is fetched."""
        known = self.values.get(field.name)
        return known or field.default_among(self.options.known(field.name).options)

    def is_set(self, name: str) -> bool:
        """Whether a field has an answer or a default."""
        field = self.form.by_name()[name]
        if field.secret:
            return name in self.secrets
        if not field.has_value:
            return False
        answer = self.answer(field)
        return answer is not None and field.is_filled(answer.value)

    def is_asked(self, depends_on: str | None) -> bool:
        """Whether everything is answered that has to be, for what depends on this field."""
        return all(self.is_set(parent) for parent in self.form.parents(depends_on))

    def missing(self) -> list[str]:
        """Required fields asked for and not answered."""
        return [
            field.name
            for field in self.form.fields
            if field.required and self.is_asked(field.depends_on) and not self.is_set(field.name)
        ]

    def errors(self) -> dict[str, str]:
        """Field -> what was refused, or why its options cannot be had."""
        said = {
            field.name: self.refused.get(field.name) or self.options.known(field.name).error
            for field in self.form.fields
        }
        return {name: text for name, text in said.items() if text}

    def key(self, depends_on: str | None) -> tuple[object, ...]:
        """The answers on which options depend."""
        fields = self.form.by_name()
        answers = [(name, self.answer(fields[name])) for name in self.form.parents(depends_on)]
        return tuple(answer.value if answer else self.secrets.get(name) for name, answer in answers)

    def is_loading(self, depends_on: str | None) -> bool:
        """Whether what depends on this field has to wait for options; nobody waits by name."""
        parents = self.form.parents(depends_on) if self.options.fetcher.is_beside else []
        return any(self.options.known(parent).loading for parent in parents)

    def load(self, field: FormField) -> Loaded:
        """A field's options for the answers so far; a choice that they do not have is dropped."""
        if field.source is None:
            return NOT_LOADED
        if not self.is_asked(field.depends_on):
            self.options.forget(field.name)
            self.waiting.pop(field.name, None)
            return NOT_LOADED
        key = self.key(field.depends_on)
        if self.options.is_fresh(field.name, key):
            return self.options.known(field.name)
        chosen = self.values.get(field.name)
        kept = field.as_options(chosen) if chosen else []
        if self.is_loading(field.depends_on):
            return self.options.wait(field.name, key, kept)
        loaded = self.options.fetch(field.name, field.source, key, kept)
        if chosen is not None and not loaded.error and not loaded.loading:
            if field.name in self.restored and field.source.new_option_creator:
                # It may have been added then: no app has to list what was made for one answer.
                loaded = self.options.add(field.name, field.as_options(chosen))
            self.restored.discard(field.name)
            self._keep(field, chosen, loaded.options)
        return loaded

    def assign(self, field: FormField, value: object) -> None:
        """Take one answer, or the reason why it is refused; nothing takes an answer back."""
        name = field.name
        value = field.none_text if value is None else value
        for each in (self.refused, self.notices, self.waiting):
            each.pop(name, None)
        if value is None or (isinstance(value, str) and not value and not field.takes_empty):
            self.values.pop(name, None)
            self.secrets.pop(name, None)
        elif not self.is_asked(field.depends_on):
            self.refused[name] = waits_for(field.depends_on)
        elif (loaded := self.load(field)).loading:
            self.waiting[name] = value
        elif not loaded.error:
            try:
                plain, hidden = field.split(value)
                stored = None if plain is None else field.accept(plain, loaded.options)
            except FieldValueError as refused:
                self.refused[name] = self.options.redact(str(refused))
                return
            if stored is not None:
                self.values[name] = stored
            if hidden is not None:
                self.secrets[name] = hidden

    def state_of(self, field: FormField) -> object:
        """What compares equal until the answer changes, or what was wrong with it."""
        return self.refused.get(field.name), self.answer(field), self.secrets.get(field.name)

    def restore(
        self,
        values: Mapping[str, StoredConfigurationValue],
        secrets: Mapping[str, SecretReference | str],
    ) -> None:
        """Take answers that were saved; `move_to` and `load` hold them against the form."""
        self.values = dict(values)
        self.secrets = dict(secrets)
        self.restored = set(values)
        self.waiting.clear()

    def assign_or_keep(self, field: FormField, values: Mapping[str, object]) -> None:
        """Take what `values` has for a field; an answer it has already is checked again."""
        given = {**self.waiting, **values}
        if field.name in given:
            self.assign(field, given[field.name])
        self.load(field)

    def start_over(self) -> None:
        """Forget what was said, and let options be tried again that could not be fetched."""
        self.options.forget_failures()
        self.refused.clear()
        self.notices.clear()

    def move_to(self, form: ConfigurationForm) -> None:
        """Go on with another definition: answers stay, by name, where their field can hold them."""
        self.form = form
        self.options.clear()
        asked = form.by_name()
        self.waiting = {name: value for name, value in self.waiting.items() if name in asked}
        self.refused.clear()
        self.notices.clear()
        for each in form.fields:
            known = self.values.get(each.name)
            if known is None or each.source is not None or not each.has_value:
                continue
            self._keep(each, known, ())

    def _keep(
        self, field: FormField, stored: StoredConfigurationValue, options: Sequence[FormOption]
    ) -> None:
        """Keep what still fits of an answer, and say what does not."""
        kept, notice = field.still_fits(stored, options)
        if kept is None:
            del self.values[field.name]
        else:
            self.values[field.name] = kept
        if notice:
            self.notices[field.name] = notice
