"""A form being filled: the state machine behind both clicks and `.fill(..)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import (
    DevsessionError,
    FormError,
    UnknownNameError,
    UsageError,
    did_you_mean,
)
from devsession.plugin.fields import FormJinjaTemplate
from devsession.plugin.form_answers import Answers
from devsession.plugin.form_creator import new_option, option_form
from devsession.plugin.form_definition import mapper_of
from devsession.plugin.form_description import describe
from devsession.plugin.form_mapper import MAPPER, MapperAnswers
from devsession.plugin.form_options import FormOptions
from devsession.plugin.form_shape import FormShape
from devsession.plugin.form_template import TemplateAnswers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from devsession.plugin.contract import ConfigurationForm
    from devsession.plugin.fields import FormField, FormMapper, FormOption
    from devsession.plugin.form_definition import FormDefinition
    from devsession.plugin.mapping import Expression, StoredMapping
    from devsession.plugin.parameters import ConnectivityOption, StoredConfigurationValue
    from devsession.secrets.reference import SecretReference


class Form:
    """Answers to a connection form (one of several methods), or to an outbound form with a mapper.

    definition: what the plugin's method returned.
    title: what errors call the form, "the connection form of AcmeCRM".
    parameters: makes what an option function is given, out of the answers so far.
    redact: is applied to what an option function raised, before anybody sees it.
    columns: names of the source's columns, for the mapper.
    filters: the plugin's own, by name, for a template.
    ask: asks the plugin for the definition anew, given the answers so far, when a field with
        `reload_on_change` or the connectivity has changed.
    connectivity_options: ways to reach the app, the one that `definition` is for first.

    Answers are kept by name and outlive a change of method or definition. A field that
    `depends_on` another one is asked for only while that one is answered.

    Raises:
        DefinitionError: the definition is not a form, or two methods have one name.
    """

    def __init__(
        self,
        definition: FormDefinition,
        *,
        title: str,
        parameters: Callable[[Form], Any],
        redact: Callable[[str], str],
        columns: Sequence[str] = (),
        filters: Mapping[str, Callable[..., Any]] | None = None,
        ask: Callable[[Form], FormDefinition] | None = None,
        connectivity_options: Sequence[ConnectivityOption] = (),
    ) -> None:
        self.title = title
        self._ask = ask
        self._shape = FormShape.first(title, definition, connectivity_options)
        self._answers = Answers(self.definition, FormOptions(lambda: parameters(self), redact))
        self._creators: dict[str, Form] = {}
        self._filters = filters or {}
        self._mapped = self._new_mapped(mapper_of(self.definition), list(columns))
        self._callbacks: list[Callable[[], None]] = []

    def __repr__(self) -> str:
        state = "complete" if self.complete else "not complete"
        missing = f", missing: {', '.join(self.missing)}" if self.missing else ""
        return f"<{self.title}, {state}{missing}>"

    @property
    def methods(self) -> list[str]:
        """Names of the connection methods; none for the form of a sync."""
        return [name for name in self._shape.forms if name]

    @property
    def method(self) -> str:
        """The connection method that is being filled; empty for the form of a sync."""
        return self._shape.method

    @property
    def connectivity_options(self) -> list[ConnectivityOption]:
        """The ways to reach the app that the plugin supports; none for the form of a sync."""
        return list(self._shape.connectivity_options)

    @property
    def connectivity_option(self) -> ConnectivityOption:
        """The way that is chosen, where there is a choice."""
        return self._shape.connectivity_option

    @property
    def definition(self) -> ConfigurationForm:
        """The form that is being filled, as the plugin defined it."""
        return self._shape.definition

    @property
    def fields(self) -> dict[str, FormField]:
        """The fields by name, in the order in which the plugin asks."""
        return self.definition.by_name()

    @property
    def mapper(self) -> FormMapper | None:
        """The mapper, when the form has one."""
        return self._mapped.mapper

    @property
    def columns(self) -> list[str]:
        """The source's columns, which can be mapped."""
        return self._mapped.columns

    @property
    def values(self) -> dict[str, StoredConfigurationValue]:
        """Answers and defaults of the fields asked for, secrets aside; nothing is fetched."""
        answers = {
            name: self._answers.answer(field)
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
            name: self._answers.secrets[name]
            for name, field in self.fields.items()
            if field.secret and self.is_set(name) and self.is_asked(name)
        }

    @property
    def mapping(self) -> StoredMapping | None:
        """What is mapped, with the metadata of the app's fields, or the template.

        None when that is not asked for.
        """
        return self._mapped.stored(self._answers)

    @property
    def written(self) -> TemplateAnswers | None:
        """The template as it stands, right or wrong; None when none is asked for."""
        is_asked = isinstance(self._mapped, TemplateAnswers) and self._mapped.is_asked(
            self._answers
        )
        return self._mapped if is_asked else None  # type: ignore[return-value]

    @property
    def errors(self) -> dict[str, str]:
        """Field, `mapping` or `mapping.<field of the app>` -> what was refused or has failed."""
        return self._answers.errors() | self._mapped.errors(self._answers)

    @property
    def notices(self) -> dict[str, str]:
        """The same names -> what happened by itself: a choice that is not an option any more."""
        mapped = {f"{MAPPER}.{name}": text for name, text in self._mapped.notices.items()}
        return self._answers.notices | mapped

    @property
    def missing(self) -> list[str]:
        """Required fields asked for and not answered; `mapping` when the mapper is not done."""
        return self._answers.missing() + self._mapped.missing(self._answers)

    @property
    def complete(self) -> bool:
        """Whether a later step can use the answers; nothing is fetched, saved ones are trusted."""
        return not self.errors and not self.missing

    def is_set(self, name: str) -> bool:
        """Whether a field has an answer or a default."""
        return self._answers.is_set(self._field(name).name)

    def is_asked(self, name: str) -> bool:
        """Whether everything is answered that a field depends on."""
        return self._answers.is_asked(self._field(name).depends_on)

    def options(self, name: str) -> list[FormOption]:
        """A field's options, fetched when needed; none while what it depends on is unanswered.

        Raises:
            UnknownNameError: the form has no field of this name.
        """
        field = self._field(name)
        for parent in self.definition.parents(field.depends_on):
            self._answers.load(self.fields[parent])
        return list(self._answers.load(field).options)

    def app_fields(self) -> list[FormOption]:
        """The fields of the app that the mapper offers, fetched when needed."""
        for parent in self.definition.parents(self.mapper.depends_on if self.mapper else None):
            self._answers.load(self.fields[parent])
        return list(self._mapped.load(self._answers).options)

    def describe(self) -> dict[str, Any]:
        """Everything that a widget or a snapshot shows, as JSON; fetches options, has no secret."""
        for field in self.definition.parents_first():
            self._answers.load(field)
        self._mapped.load(self._answers)
        return describe(self)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call `callback` after every change."""
        self._callbacks.append(callback)

    def set(self, name: str, value: object) -> None:
        """Answer one field, as a click does; None takes the answer back.

        A value that is refused becomes an error at the field, whose answer stays. Only the options
        that depend on this field are fetched anew; choices that are still offered stay.

        Raises:
            UnknownNameError: the form has no field of this name.
        """
        field = self._field(name)
        self._answers.options.forget_failures()
        self._assign(field, {name: value})
        for other in self.definition.parents_first():
            if name in self.definition.parents(other.depends_on):
                self._answers.load(other)
        if self.mapper and name in self.definition.parents(self.mapper.depends_on):
            self._mapped.load(self._answers)
        self._changed()

    def map(self, app_field: str, source: str | Expression | None) -> None:
        """Fill a field of the app from a column or expression, as a click does; None unmaps it.

        What is refused becomes an error at the field of the app.
        """
        self._answers.options.forget_failures()
        self._mapped.assign(self._answers, app_field, source)
        self._changed()

    def write(self, template: str) -> None:
        """Write the template, as typing does; what is wrong with it becomes an error at it.

        Raises:
            UsageError: the form has no template.
        """
        if not isinstance(self._mapped, TemplateAnswers):
            raise UsageError(f"{self.title} has no template", next_step=".fill(..) its mapper")
        self._mapped.write(template)
        self._changed()

    def choose(self, method: str) -> None:
        """Fill another connection method; fields of the same name keep their answers.

        Raises:
            UnknownNameError: the plugin offers no method of this name.
        """
        if method not in self.methods:
            raise UnknownNameError(
                f"{self.title} has no method {method!r}", tried=did_you_mean(method, self.methods)
            )
        self._shape = self._shape.choosing(method)
        self._move()
        self._changed()

    def connect_by(self, connectivity_option: ConnectivityOption) -> None:
        """Fill the form for another connectivity; the plugin is asked for it, answers stay.

        Raises:
            UnknownNameError: the plugin does not support it.
            DevsessionError: the plugin has no form for it; nothing was changed.
        """
        if connectivity_option not in self.connectivity_options:
            raise UnknownNameError(
                f"{self.title} has no connectivity {connectivity_option!r}",
                tried=did_you_mean(connectivity_option, self.connectivity_options),
                next_step="PluginManifest(supported_connectivity_options=[..]) names them",
            )
        self._connect_by(connectivity_option)
        self._changed()

    def creator(self, name: str) -> Form:
        """The form of a new option of a field, to be filled by clicks; `create_option` ends it.

        Raises:
            UnknownNameError: the form has no field of this name.
            FormError: the field takes no new options, or the plugin's function failed.
        """
        self._field(name)
        if name not in self._creators:
            self._creators[name] = Form(
                option_form(self, name),
                title=f"the new option of {name!r} in {self.title}",
                parameters=lambda _: self.parameters_so_far(),
                redact=self.redacted,
            )
        return self._creators[name]

    def create_option(self, name: str, /, **values: object) -> FormOption:
        """Fill the form of a new option, have the plugin make it, add it and choose it.

        Raises:
            FormError: a value is wrong, or the plugin's function failed; nothing was added.
        """
        creator, field = self.creator(name), self._field(name)
        creator.fill(**values)
        option = new_option(self, name, creator)
        del self._creators[name]
        self._answers.load(field)
        self._answers.options.add(name, [option])
        self.set(name, field.with_option(self._answers.values.get(name), option))
        return option

    def parameters_so_far(self) -> Any:
        """What an option function is given, out of the answers so far."""
        return self._answers.options.parameters()

    def redacted(self, text: str) -> str:
        """A text of the plugin's, before anybody sees it."""
        return self._answers.options.redact(text)

    def fill(self, **values: object) -> None:
        """Answer fields by name, all or nothing; fields that are not named keep their answers.

        `mapping={"email": "EMAIL", "name": expression("SQL")}` replaces the mapping, field of the
        app -> column or expression; `method="API Key"` chooses a connection method, and
        `connectivity_option="ngrok"` how the app is reached. Where the form has a field of such a
        name, that is meant: use `map`, `choose` and `connect_by`.

        A form with a template takes `template="Hello {{ row.NAME }} {{ row.full }}"` and
        `columns={"full": expression("SQL")}`, which `row` has besides the source's columns.

        Raises:
            FormError: names, values, the mapping or required fields are wrong; it says all that
                is, field by field, and nothing was changed.
        """
        before = self._shape, self._answers, self._mapped
        self._answers, self._mapped = self._answers.copy(), self._mapped.copy()
        try:
            self._fill(values)
        except BaseException:
            self._shape, self._answers, self._mapped = before
            raise
        self._changed()

    def restore(
        self,
        values: Mapping[str, StoredConfigurationValue],
        secrets: Mapping[str, SecretReference | str],
        *,
        mapping: StoredMapping | None = None,
        method: str = "",
    ) -> None:
        """Take answers that were saved; choices are held against options when those are fetched."""
        self._shape = self._shape.choosing(method if method in self.methods else self.method)
        self._answers.restore(values, secrets)
        self._mapped.restore(mapping)
        self._move()
        self._ask_for_restored()
        self._changed()

    def reload(
        self,
        definition: FormDefinition,
        *,
        columns: Sequence[str] | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        connectivity_options: Sequence[ConnectivityOption] | None = None,
    ) -> None:
        """Go on with another definition, as when plugin.py was saved; answers stay where they fit.

        Raises:
            DefinitionError: the definition is not a form; the one before stays.
        """
        self._shape = self._shape.of(definition, connectivity_options)
        self._creators.clear()
        self._filters = self._filters if filters is None else filters
        self._move(columns)
        self._changed()

    def _fill(self, values: dict[str, object]) -> None:
        """Answer, and raise with all that is wrong."""
        self._answers.start_over()
        self._fill_choices(values)
        done: list[str] = []
        while field := self._next_field(done):
            done.append(field.name)
            if not self._parent_is_wrong(field.depends_on):
                self._assign(field, values)
        names = [name for name in self._mapped.names if name not in self.fields]
        mapping = {name: values.pop(name) for name in names if self.mapper and name in values}
        answers = self._answers
        errors = dict.fromkeys(answers.missing(), "is required") | answers.errors()
        errors |= {
            name: f"there is no such field; {did_you_mean(name, self.fields)}"
            for name in values
            if name not in self.fields
        }
        if self.mapper and not self._parent_is_wrong(self.mapper.depends_on):
            errors |= self._mapped.fill(answers, **mapping)
        if errors:
            raise self._refusal(errors)

    def _fill_choices(self, values: dict[str, object]) -> None:
        """Take connectivity and method out of the values, unless fields are called that."""
        connectivity, method = "connectivity_option", "method"
        if self.connectivity_options and connectivity in values and connectivity not in self.fields:
            given = values.pop(connectivity)
            option = next((each for each in self.connectivity_options if each == given), None)
            if option is None:
                hint = did_you_mean(str(given), self.connectivity_options)
                raise self._refusal({connectivity: f"{given!r} is not supported; {hint}"})
            self._connect_by(option)
        if self.methods and method in values and method not in self.fields:
            chosen = values.pop(method)
            if chosen not in self.methods:
                hint = did_you_mean(str(chosen), self.methods)
                raise self._refusal({method: f"there is no method {chosen!r}; {hint}"})
            self._shape = self._shape.choosing(str(chosen))
            self._move()

    def _connect_by(self, connectivity_option: ConnectivityOption) -> None:
        """Ask the plugin for its form, unless this connectivity is the one that is chosen."""
        before = self._shape
        if self._ask is None or connectivity_option == before.connectivity_option:
            return
        self._shape = before.by(connectivity_option)
        try:
            self._shape = self._shape.of(self._ask(self))
        except BaseException:
            self._shape = before
            raise
        self._move()

    def _next_field(self, done: Sequence[str]) -> FormField | None:
        """The next one to fill: each name once, also when the form is another one by then."""
        return next((f for f in self.definition.parents_first() if f.name not in done), None)

    def _assign(self, field: FormField, values: Mapping[str, object]) -> None:
        """Answer a field, or check the answer that it has; a change may make another form."""
        before = self._answers.state_of(field)
        self._answers.assign_or_keep(field, values)
        is_refused = field.name in self._answers.refused
        if field.reload_on_change and not is_refused and self._answers.state_of(field) != before:
            self._ask_again([field.name])

    def _ask_again(self, changed: list[str]) -> None:
        """The whole form anew, for the answers so far; what the plugin raises stands at the fields."""
        if self._ask is None:
            return
        try:
            self._shape = self._shape.of(self._ask(self))
        except DevsessionError as error:
            text = f"{error.what}: {error.tried}" if error.tried else error.what
            self._answers.refused |= dict.fromkeys(changed, self.redacted(text))
            return
        refused, notices = dict(self._answers.refused), dict(self._answers.notices)
        self._move()
        self._answers.refused |= refused
        self._answers.notices |= notices

    def _ask_for_restored(self) -> None:
        """The form that belongs to restored answers; it may ask for more than the one before."""
        done: list[str] = []
        while changed := [
            name
            for name, field in self.fields.items()
            if field.reload_on_change and name in self._answers.values and name not in done
        ]:
            done.extend(changed)
            self._ask_again(changed)

    def _refusal(self, errors: dict[str, str]) -> FormError:
        return FormError(
            f"{self.title} cannot be filled like this",
            errors=errors,
            next_step="fill it again with these put right; nothing was changed",
        )

    def _parent_is_wrong(self, depends_on: str | None) -> bool:
        """Whether there is an error that a dependent one would only repeat."""
        errors = self._answers.errors()
        return any(parent in errors for parent in self.definition.parents(depends_on))

    def _field(self, name: str) -> FormField:
        if name not in self.fields:
            raise UnknownNameError(
                f"{self.title} has no field {name!r}", tried=did_you_mean(name, self.fields)
            )
        return self.fields[name]

    def _move(self, columns: Sequence[str] | None = None) -> None:
        """Let the answers go over to the definition that is now being filled."""
        self._answers.move_to(self.definition)
        kept = self._mapped.columns if columns is None else list(columns)
        mapper, mapped = mapper_of(self.definition), self._mapped
        if isinstance(mapper, FormJinjaTemplate) and isinstance(mapped, TemplateAnswers):
            mapped.move_to(mapper, kept, self._filters)
        elif not isinstance(mapper, FormJinjaTemplate) and isinstance(mapped, MapperAnswers):
            mapped.move_to(mapper, kept)
        else:
            self._mapped = self._new_mapped(mapper, kept)

    def _new_mapped(
        self, mapper: FormMapper | None, columns: list[str]
    ) -> MapperAnswers | TemplateAnswers:
        if isinstance(mapper, FormJinjaTemplate):
            return TemplateAnswers(mapper, columns, self._filters)
        return MapperAnswers(mapper, columns)

    def _changed(self) -> None:
        for callback in self._callbacks:
            callback()
