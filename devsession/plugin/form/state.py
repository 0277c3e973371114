"""What a form holds: the definition that is being filled, and the answers to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError
from devsession.plugin.fields import FormJinjaTemplate
from devsession.plugin.form.mapper import MapperAnswers
from devsession.plugin.form.template import TemplateAnswers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from devsession.plugin.contract import ConfigurationForm
    from devsession.plugin.fields import FormField, FormMapper
    from devsession.plugin.form.answers import Answers
    from devsession.plugin.form.shape import FormDefinition, FormShape
    from devsession.plugin.parameters import ConnectivityOption

    Filters = Mapping[str, Callable[..., Any]]


@dataclass(repr=False)
class FormState:
    """Definition and answers, which are moved to another definition together.

    ask: asks the plugin for the definition anew, given the answers so far.
    filters: the plugin's own, by name, for a template.
    """

    shape: FormShape
    answers: Answers
    mapped: MapperAnswers | TemplateAnswers
    ask: Callable[[], FormDefinition] | None
    filters: Filters

    def copy(self) -> FormState:
        """One that can be changed without changing this one."""
        return replace(self, answers=self.answers.copy(), mapped=self.mapped.copy())

    @property
    def definition(self) -> ConfigurationForm:
        """The form that is being filled."""
        return self.shape.definition

    def each_field(self) -> Iterator[FormField]:
        """Each field behind the one that it depends on, once, also when the form becomes another."""
        done: set[str] = set()
        while field := next(
            (f for f in self.definition.parents_first() if f.name not in done), None
        ):
            done.add(field.name)
            yield field

    def choose(self, method: str) -> None:
        """Go over to another connection method."""
        self.shape = self.shape.choosing(method)
        self.move()

    def connect_by(self, connectivity_option: ConnectivityOption) -> None:
        """Ask the plugin for its form, unless this connectivity is the one that is chosen."""
        before = self.shape
        if self.ask is None or connectivity_option == before.connectivity_option:
            return
        self.shape = replace(before, connectivity_option=connectivity_option)
        try:
            self.shape = self.shape.of(self.ask())
        except BaseException:
            self.shape = before
            raise
        self.move()

    def assign(self, field: FormField, values: Mapping[str, object]) -> None:
        """Answer a field, or check the answer that it has; a change may make another form."""
        before = self.answers.state_of(field)
        self.answers.assign_or_keep(field, values)
        is_refused = field.name in self.answers.refused
        if field.reload_on_change and not is_refused and self.answers.state_of(field) != before:
            self._ask_again([field.name])

    @property
    def is_loading(self) -> bool:
        """Whether options are on their way."""
        return any(loaded.loading for loaded in self.answers.options.held.values())

    def load(self) -> None:
        """Have all options at hand or on their way; choices that waited for them are taken."""
        for field in self.each_field():
            loaded = self.answers.load(field)
            if field.name in self.answers.waiting and not (loaded.loading or loaded.error):
                self.assign(field, {})
        self.mapped.load(self.answers)

    def ask_for_restored(self) -> None:
        """The form that belongs to restored answers; it may ask for more than the one before."""
        done: list[str] = []
        while changed := [
            field.name
            for field in self.definition.fields
            if field.reload_on_change
            and field.name in self.answers.values
            and field.name not in done
        ]:
            done.extend(changed)
            self._ask_again(changed)

    def move(self) -> None:
        """Let the answers go over to the definition that is now being filled."""
        self.answers.move_to(self.definition)
        mapper, mapped = self.shape.mapper, self.mapped
        if isinstance(mapper, FormJinjaTemplate) and isinstance(mapped, TemplateAnswers):
            mapped.move_to(mapper, self.filters)
        elif not isinstance(mapper, FormJinjaTemplate) and isinstance(mapped, MapperAnswers):
            mapped.move_to(mapper)
        else:
            self.mapped = new_mapped(mapper, mapped.columns, self.filters)

    def _ask_again(self, changed: list[str]) -> None:
        """The whole form anew, for the answers so far; what the plugin raises stands at the fields."""
        if self.ask is None:
            return
        try:
            self.shape = self.shape.of(self.ask())
        except DevsessionError as error:
            text = ": ".join(filter(None, (error.what, error.said or error.tried)))
            self.answers.refused |= dict.fromkeys(changed, self.answers.options.redact(text))
            return
        refused, notices = dict(self.answers.refused), dict(self.answers.notices)
        self.move()
        self.answers.refused |= refused
        self.answers.notices |= notices


def new_mapped(
    mapper: FormMapper | None, columns: Sequence[str], filters: Filters
) -> MapperAnswers | TemplateAnswers:
    """Nothing mapped or written yet."""
    if isinstance(mapper, FormJinjaTemplate):
        return TemplateAnswers(mapper, list(columns), filters)
    return MapperAnswers(mapper, list(columns))
