"""A form being filled: the state machine behind both clicks and `.fill(..)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import UnknownNameError, UsageError, did_you_mean
from devsession.plugin.form.answers import Answers
from devsession.plugin.form.creator import Creators, new_option
from devsession.plugin.form.fetching import Fetcher
from devsession.plugin.form.filling import fill
from devsession.plugin.form.keys import generate
from devsession.plugin.form.mapper import OPTIONS, MapperAnswers
from devsession.plugin.form.options import FormOptions
from devsession.plugin.form.shape import FormShape
from devsession.plugin.form.state import FormState, new_mapped
from devsession.plugin.form.template import TemplateAnswers
from devsession.plugin.form.waiting import FormWaiting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from devsession.plugin.fields import FormOption
    from devsession.plugin.form.shape import FormDefinition
    from devsession.plugin.key_pairs import Algorithm
    from devsession.plugin.mapping import Expression, StoredMapping
    from devsession.plugin.parameters import ConnectivityOption, StoredConfigurationValue
    from devsession.secrets.reference import SecretReference


class Form(FormWaiting):
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
        self._fetcher = Fetcher()
        shape = FormShape.first(title, definition, connectivity_options)
        self._state = FormState(
            shape,
            Answers(
                shape.definition,
                FormOptions(lambda: parameters(self), redact, self._fetcher, self._arrived),
            ),
            new_mapped(shape.mapper, columns, filters or {}),
            ask=(lambda: ask(self)) if ask else None,
            filters=filters or {},
        )
        self._creators = Creators(self, self._creator)
        self._callbacks = []

    def set(self, name: str, value: object) -> None:
        """Answer one field, as a click does; None takes the answer back.

        A value that is refused becomes an error at the field, whose answer stays. Only the options
        that depend on this field are fetched anew; choices that are still offered stay.

        Raises:
            UnknownNameError: the form has no field of this name.
        """
        field = self._field(name)
        self._state.answers.options.forget_failures(name)
        self._state.assign(field, {name: value})
        for other in self.definition.parents_first():
            if name in self.definition.parents(other.depends_on):
                self._state.answers.load(other)
        if self.mapper and name in self.definition.parents(self.mapper.depends_on):
            self._state.mapped.load(self._state.answers)
        self._changed()

    def notify(self, name: str, notice: str) -> None:
        """Say something at a field, until it is answered anew; "" to say nothing any more."""
        self._field(name)
        self._state.answers.notices.pop(name, None)
        if notice:
            self._state.answers.notices[name] = notice
        self._changed()

    def map(self, app_field: str, source: str | Expression | None) -> None:
        """Fill a field of the app from a column or expression, as a click does; None unmaps it.

        What is refused becomes an error at the field of the app.
        """
        self._state.answers.options.forget_failures(OPTIONS)
        self._state.mapped.assign(self._state.answers, app_field, source)
        self._changed()

    def write(self, template: str) -> None:
        """Write the template, as typing does; what is wrong with it becomes an error at it.

        Raises:
            UsageError: the form has no template.
        """
        if not isinstance(self._state.mapped, TemplateAnswers):
            raise UsageError(f"{self.title} has no template", next_step=".fill(..) its mapper")
        self._state.mapped.write(template)
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
        self._state.choose(method)
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
        self._state.connect_by(connectivity_option)
        self._changed()

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
        before = self._state
        self._state = before.copy()
        try:
            with self._fetcher.beside(False):
                fill(self._state, values)
        except BaseException:
            self._state = before
            raise
        self._changed()

    def creator(self, name: str) -> Form:
        """The form of a new option of a field, to be filled by clicks; `create_option` ends it.

        name: of a field, or `mapping` for a new field of the app.

        Raises:
            UnknownNameError: the form has no field of this name.
            FormError: the field takes no new options, or the plugin's function failed.
        """
        return self._creators.form_of(name)

    def cancel_option(self, name: str) -> None:
        """Forget what was filled in for a new option of a field."""
        self._creators.forget(name)
        self._changed()

    def create_option(self, name: str, /, **values: object) -> FormOption:
        """Fill the form of a new option, have the plugin make it, add it and choose it.

        A new field of the app, `name="mapping"`, is not mapped yet.

        Raises:
            FormError: a value is wrong, or the plugin's function failed; nothing was added.
        """
        creator = self.creator(name)
        creator.fill(**values)
        option = new_option(self, name, creator)
        self._creators.forget(name)
        self._offer(name, option)
        return option

    def generate(
        self, name: str, *, algorithm: Algorithm = "ed25519", replace: bool = False
    ) -> str:
        """Make a pair of SSH keys for a field; the public key, for the app.

        A pair of this kind that is there stays, and its public key comes back; `replace` makes
        another one.

        Raises:
            UnknownNameError: the form has no field of this name.
            FormError: the field takes no such pair, or has a key that would be lost.
        """
        return generate(self, name, algorithm, replace=replace)

    def parameters_so_far(self) -> Any:
        """What an option function is given, out of the answers so far."""
        return self._state.answers.options.parameters()

    def redacted(self, text: str) -> str:
        """A text of the plugin's, before anybody sees it."""
        return self._state.answers.options.redact(text)

    def restore(
        self,
        values: Mapping[str, StoredConfigurationValue],
        secrets: Mapping[str, SecretReference | str],
        *,
        mapping: StoredMapping | None = None,
        method: str = "",
    ) -> None:
        """Take answers that were saved; choices are held against options when those are fetched."""
        self._state.shape = self._state.shape.choosing(
            method if method in self.methods else self.method
        )
        self._state.answers.restore(values, secrets)
        self._state.mapped.restore(mapping)
        self._state.move()
        self._state.ask_for_restored()
        self._changed()

    def take_columns(self, columns: Sequence[str]) -> None:
        """Go on with another source; what is mapped stays, as far as its columns are there.

        What is not mapped any more is mapped again when its column comes back.
        """
        self._state.mapped.take_columns(list(columns))
        self._changed()

    def reload(
        self,
        definition: FormDefinition,
        *,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        connectivity_options: Sequence[ConnectivityOption] | None = None,
    ) -> None:
        """Go on with another definition, as when plugin.py was saved; answers stay where they fit.

        Raises:
            DefinitionError: the definition is not a form; the one before stays.
        """
        self._state.shape = self._state.shape.of(definition, connectivity_options)
        self._creators.ask_anew()
        if filters is not None:
            self._state.filters = filters
        self._state.move()
        self._changed()

    def _offer(self, name: str, option: FormOption) -> None:
        """Offer a new option among those that the app lists, which are waited for; choose it."""
        answers, mapped = self._state.answers, self._state.mapped
        if name not in self.fields and isinstance(mapped, MapperAnswers):
            with self._fetcher.beside(False):
                mapped.load(answers)
            mapped.add(answers, [option])
            self._changed()
            return
        field = self.fields[name]
        with self._fetcher.beside(False):
            answers.load(field)
        answers.options.add(name, [option])
        self.set(name, field.with_option(answers.values.get(name), option))

    def _creator(self, definition: FormDefinition, title: str) -> Form:
        made = Form(
            definition,
            title=title,
            parameters=lambda _: self.parameters_so_far(),
            redact=self.redacted,
        )
        made.fetch_by(self._fetcher)
        made.on_change(self._changed)
        return made
