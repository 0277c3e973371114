"""What can be read off a form: its definition, its answers, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import UnknownNameError, did_you_mean
from devsession.plugin.fields import FormFieldMappingSelector
from devsession.plugin.form.description import describe
from devsession.plugin.form.mapper import MAPPER, OPTIONS, MapperAnswers
from devsession.plugin.form.template import TemplateAnswers

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.contract import ConfigurationForm
    from devsession.plugin.fields import FormField, FormMapper, FormOption, FormOptionsDataSource
    from devsession.plugin.form.options import Loaded
    from devsession.plugin.form.state import FormState
    from devsession.plugin.mapping import StoredMapping
    from devsession.plugin.matching import Match
    from devsession.plugin.parameters import ConnectivityOption, StoredConfigurationValue
    from devsession.secrets.reference import SecretReference


class FormReading:
    """The side of a form that changes no answer; options are fetched where a method says so."""

    _state: FormState
    _callbacks: list[Callable[[], None]]

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call `callback` after every change."""
        self._callbacks.append(callback)

    @property
    def title(self) -> str:
        """What errors call the form."""
        return self._state.shape.title

    def __repr__(self) -> str:
        state = "complete" if self.complete else "not complete"
        missing = f", missing: {', '.join(self.missing)}" if self.missing else ""
        return f"<{self.title}, {state}{missing}>"

    @property
    def methods(self) -> list[str]:
        """Names of the connection methods; none for the form of a sync."""
        return self._state.shape.methods

    @property
    def method(self) -> str:
        """The connection method that is being filled; empty for the form of a sync."""
        return self._state.shape.method

    @property
    def connectivity_options(self) -> list[ConnectivityOption]:
        """The ways to reach the app that the plugin supports; none for the form of a sync."""
        return list(self._state.shape.connectivity_options)

    @property
    def connectivity_option(self) -> ConnectivityOption:
        """The way that is chosen, where there is a choice."""
        return self._state.shape.connectivity_option

    @property
    def definition(self) -> ConfigurationForm:
        """The form that is being filled, as the plugin defined it."""
        return self._state.shape.definition

    @property
    def fields(self) -> dict[str, FormField]:
        """The fields by name, in the order in which the plugin asks."""
        return self.definition.by_name()

    @property
    def mapper(self) -> FormMapper | None:
        """The mapper, when the form has one."""
        return self._state.mapped.mapper

    @property
    def columns(self) -> list[str]:
        """The source's columns, which can be mapped."""
        return self._state.mapped.columns

    @property
    def values(self) -> dict[str, StoredConfigurationValue]:
        """Answers and defaults of the fields asked for, secrets aside; nothing is fetched."""
        answers = {
            name: self._state.answers.answer(field)
            for name, field in self.fields.items()
            if field.has_value and self.is_asked(name)
        }
        return {name: answer for name, answer in answers.items() if answer is not None}

    def plain(self, name: str) -> object:
        """An answer as `fill(name=..)` takes it; None where there is none, and for a secret.

        Raises:
            UnknownNameError: the form has no field of this name.
        """
        field, answer = self._field(name), self.values.get(name)
        return field.plain(answer.value) if answer else None

    @property
    def secrets(self) -> dict[str, SecretReference | str]:
        """Secrets of the fields asked for: a reference, or the plain text that was typed."""
        return {
            name: self._state.answers.secrets[name]
            for name, field in self.fields.items()
            if field.secret and self.is_set(name) and self.is_asked(name)
        }

    @property
    def mapping(self) -> StoredMapping | None:
        """What is mapped, with the metadata of the app's fields, or the template.

        None when that is not asked for.
        """
        return self._state.mapped.stored(self._state.answers)

    @property
    def suggested(self) -> dict[str, Match]:
        """Field of the app -> the column that was suggested for it, neither accepted nor refused."""
        mapped = self._state.mapped
        return dict(mapped.suggested) if isinstance(mapped, MapperAnswers) else {}

    @property
    def lost_columns(self) -> list[str]:
        """Columns that were mapped, and that the source has no more."""
        mapped = self._state.mapped
        lost = mapped.lost.values() if isinstance(mapped, MapperAnswers) else ()
        return list(dict.fromkeys(lost))

    @property
    def written(self) -> TemplateAnswers | None:
        """The template as it stands, right or wrong; None when none is asked for."""
        mapped = self._state.mapped
        if isinstance(mapped, TemplateAnswers) and mapped.is_asked(self._state.answers):
            return mapped
        return None

    @property
    def errors(self) -> dict[str, str]:
        """Field, `mapping` or `mapping.<field of the app>` -> what was refused or has failed."""
        return self._state.answers.errors() | self._state.mapped.errors(self._state.answers)

    @property
    def notices(self) -> dict[str, str]:
        """The same names -> what happened by itself: a choice that is not an option any more."""
        mapped = {f"{MAPPER}.{name}": text for name, text in self._state.mapped.notices.items()}
        return self._state.answers.notices | mapped

    @property
    def missing(self) -> list[str]:
        """Required fields asked for and not answered; `mapping` when the mapper is not done."""
        return self._state.answers.missing() + self._state.mapped.missing(self._state.answers)

    @property
    def complete(self) -> bool:
        """Whether a later step can use the answers; nothing is fetched, saved ones are trusted."""
        return not self.errors and not self.missing

    def is_set(self, name: str) -> bool:
        """Whether a field has an answer or a default."""
        return self._state.answers.is_set(self._field(name).name)

    def is_asked(self, name: str) -> bool:
        """Whether everything is answered that a field depends on."""
        return self.is_answered(self._field(name).depends_on)

    def is_answered(self, depends_on: str | None) -> bool:
        """Whether everything is answered that has to be, for what depends on this field."""
        return self._state.answers.is_asked(depends_on)

    def source_of(self, name: str) -> tuple[FormOptionsDataSource | None, str | None]:
        """Where options come from, and the field that they depend on; `mapping` is the mapper's.

        Raises:
            UnknownNameError: the form has no field of this name.
        """
        if mapper := self._mapper_called(name):
            return mapper.data_source, mapper.depends_on
        field = self._field(name)
        return field.source, field.depends_on

    def depended_on(self, name: str) -> tuple[object, ...]:
        """The answers on which a field's options depend; a secret may be among them."""
        return self._state.answers.key(self.source_of(name)[1])

    def options(self, name: str) -> list[FormOption]:
        """A field's options, fetched when needed; none while what it depends on is unanswered.

        Raises:
            UnknownNameError: the form has no field of this name.
        """
        field = self._field(name)
        self._load_parents(field.depends_on)
        return list(self._state.answers.load(field).options)

    def app_fields(self) -> list[FormOption]:
        """The fields of the app that the mapper offers, fetched when needed."""
        self._load_parents(self.mapper.depends_on if self.mapper else None)
        return list(self._state.mapped.load(self._state.answers).options)

    def loaded(self, name: str) -> Loaded:
        """A field's options as they are at hand or on their way; `mapping` is the mapper's."""
        return self._state.answers.options.known(self._held_as(name))

    def describe(self, *, marks_missing: bool = False) -> dict[str, Any]:
        """Everything that a widget or a snapshot shows, as JSON; fetches options, has no secret.

        marks_missing: with an error at everything that is required and not answered.
        """
        self._state.load()
        return describe(self, marks_missing=marks_missing)

    def _held_as(self, name: str) -> str:
        """The name that options are held under. Raises: UnknownNameError."""
        return OPTIONS if self._mapper_called(name) else self._field(name).name

    def _mapper_called(self, name: str) -> FormFieldMappingSelector | None:
        """The mapper that has fields of the app, when it is meant: a field may be called as it is."""
        mapper = None if name in self.fields or name != MAPPER else self.mapper
        return mapper if isinstance(mapper, FormFieldMappingSelector) else None

    def _load_parents(self, depends_on: str | None) -> None:
        for parent in self.definition.parents(depends_on):
            self._state.answers.load(self.fields[parent])

    def _field(self, name: str) -> FormField:
        if name not in self.fields:
            raise UnknownNameError(
                f"{self.title} has no field {name!r}", tried=did_you_mean(name, self.fields)
            )
        return self.fields[name]

    def _changed(self) -> None:
        for callback in self._callbacks:
            callback()
