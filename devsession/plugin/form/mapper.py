"""The answers to a form's mapper: which column or expression fills which field of the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from devsession.errors import did_you_mean
from devsession.plugin.fields import FormOption
from devsession.plugin.form.answers import copied, waits_for
from devsession.plugin.form.options import NOT_LOADED
from devsession.plugin.mapping import StoredFieldMappings, check_mapping
from devsession.plugin.matching import matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.fields import FormFieldMappingSelector
    from devsession.plugin.form.answers import Answers
    from devsession.plugin.form.options import Loaded
    from devsession.plugin.mapping import Expression, StoredMapping
    from devsession.plugin.matching import Match
    from devsession.plugin.source_column import SourceColumn

MAPPER = "mapping"
"""The mapper's name in errors, notices, `fill(mapping=..)`."""

OPTIONS = ""
"""The name that its options are held under, which no field can have."""


@dataclass
class MapperAnswers:
    """What is mapped, and what was refused, by field of the app."""

    mapper: FormFieldMappingSelector | None
    columns: list[str]
    mapping: dict[str, str | Expression] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    notices: dict[str, str] = field(default_factory=dict)
    suggested: dict[str, Match] = field(default_factory=dict)
    unwanted: frozenset[tuple[str, str]] = frozenset()  # suggestions that were refused
    lost: dict[str, str] = field(default_factory=dict)  # mapped from columns that are gone

    restored: list[FormOption] = field(default_factory=list)  # and not offered again yet
    waiting: dict[str, object] = field(default_factory=dict)  # mapped while they were loading

    names: ClassVar = (MAPPER,)

    def copy(self) -> MapperAnswers:
        """One that can be changed without changing this one."""
        return copied(self)

    def is_asked(self, answers: Answers) -> bool:
        """Whether there is a mapper, and all is answered that it depends on."""
        return self.mapper is not None and answers.is_asked(self.mapper.depends_on)

    def known(self, answers: Answers) -> Loaded:
        """The fields of the app as far as they were fetched."""
        return answers.options.known(OPTIONS) if self.is_asked(answers) else NOT_LOADED

    def load(self, answers: Answers) -> Loaded:
        """The fields of the app; what is mapped and does not fit them or the columns is dropped."""
        if self.mapper is None or not self.is_asked(answers):
            answers.options.forget(OPTIONS)
            self.waiting.clear()
            return NOT_LOADED
        key = answers.key(self.mapper.depends_on)
        if answers.options.is_fresh(OPTIONS, key):
            return answers.options.known(OPTIONS)
        if answers.is_loading(self.mapper.depends_on):
            return answers.options.wait(OPTIONS, key, self._mapped)
        loaded = answers.options.fetch(OPTIONS, self.mapper.data_source, key, self._mapped)
        if not loaded.error and not loaded.loading:
            if self.restored and self.mapper.data_source.new_option_creator:
                # As with a field's choice: what was added then need not be listed by the app.
                loaded = self.add(answers, self.restored)
            self.restored = []
            self.suggested.clear()
            problems = self._problems(self.mapping, loaded)
            for app_field in [name for name in self.mapping if name in problems]:
                del self.mapping[app_field]
                self.notices[app_field] = f"is not mapped any more: {problems[app_field]}"
            offered = {option.value for option in loaded.options}
            self.lost = {name: each for name, each in self.lost.items() if name in offered}
            for app_field, source in dict(self.waiting).items():
                self.assign(answers, app_field, source)
        return loaded

    def add(self, answers: Answers, options: Sequence[FormOption]) -> Loaded:
        """Offer these fields of the app too."""
        return answers.options.add(OPTIONS, options)

    def assign(self, answers: Answers, app_field: str, source: object) -> None:
        """Map one field of the app, or note why not; nothing as a source unmaps it."""
        for each in (self.refused, self.notices, self.lost, self.waiting):
            each.pop(app_field, None)
        self.suggested.pop(app_field, None)
        if source is None:
            self.mapping.pop(app_field, None)
        elif not self.is_asked(answers):
            self.refused[app_field] = self._waits()
        elif (loaded := self.load(answers)).loading:
            self.waiting[app_field] = source
        elif not loaded.error:
            problem = self._problems({app_field: source}, loaded).get(app_field)
            if problem:
                self.refused[app_field] = problem
            else:
                self.mapping[app_field] = source  # type: ignore[assignment]  # it has no problem

    def fill(self, answers: Answers, mapping: object = None) -> dict[str, str]:
        """Replace the whole mapping, unless it is None; what comes back is all that is wrong."""
        if not self.is_asked(answers):
            return {} if mapping is None else {MAPPER: self._waits()}
        self.refused.clear()
        self.notices.clear()
        loaded = self.load(answers)
        if loaded.error:
            return {MAPPER: loaded.error}
        if mapping is not None and not isinstance(mapping, Mapping):
            return {MAPPER: f'takes {{"app field": "COLUMN"}}, not {type(mapping).__name__}'}
        whole = self.mapping if mapping is None else dict(mapping)
        problems = self._problems(whole, loaded)
        if not whole and not problems:
            offered = did_you_mean("", [option.value for option in loaded.options])
            return {MAPPER: f"no field of the app is mapped; {offered}"}
        self.mapping = whole
        self.suggested.clear()
        if mapping is not None:
            self.lost.clear()
        return {f"{MAPPER}.{app_field}": problem for app_field, problem in problems.items()}

    def matches(self, answers: Answers, columns: Sequence[SourceColumn]) -> dict[str, Match]:
        """The columns that may fill what is not mapped; one that fills a field already is none."""
        used = {source for source in self.mapping.values() if isinstance(source, str)}
        open_ = [
            option
            for option in self.load(answers).options
            if option.value not in self.mapping and not option.disabled
        ]
        free = [column for column in columns if column.name not in used]
        return matches(open_, free, refused=self.unwanted)

    def accept(self, answers: Answers, app_fields: Sequence[str]) -> None:
        """Map these fields as it was suggested."""
        for app_field in app_fields:
            if app_field in self.suggested:
                self.assign(answers, app_field, self.suggested[app_field].column)

    def refuse(self, app_fields: Sequence[str]) -> None:
        """Take suggestions away, and do not make them again."""
        gone = {name: self.suggested.pop(name) for name in app_fields if name in self.suggested}
        self.unwanted |= {(name, match.column) for name, match in gone.items()}

    def clear(self) -> None:
        """Nothing is mapped any more, and nothing that was refused counts."""
        self.mapping = {}
        self.unwanted = frozenset()
        for each in (self.refused, self.notices, self.suggested, self.lost, self.waiting):
            each.clear()

    def missing(self, answers: Answers) -> list[str]:
        """`[MAPPER]` while nothing is mapped, or not all that the app is known to require."""
        if not self.is_asked(answers):
            return []
        required = {option.value for option in self.known(answers).options if option.required}
        return [] if self.mapping and required <= set(self.mapping) else [MAPPER]

    def errors(self, answers: Answers) -> dict[str, str]:
        """`mapping`, or `mapping.<field of the app>` -> what is wrong."""
        failed = self.known(answers).error
        refused = {f"{MAPPER}.{name}": text for name, text in self.refused.items()}
        return {MAPPER: failed, **refused} if failed else refused

    def stored(self, answers: Answers) -> StoredFieldMappings | None:
        """The mapping with the metadata of the app's fields; None when it is not asked for."""
        if not self.is_asked(answers):
            return None
        return StoredFieldMappings.from_dict(self.mapping, self.known(answers).options)

    def restore(self, stored: StoredMapping | None) -> None:
        """Take what was saved; a template is of no use here."""
        known = stored.field_mappings if isinstance(stored, StoredFieldMappings) else []
        self.mapping = {each.app_field: each.source for each in known}
        self.waiting.clear()
        self.restored = [
            FormOption(value=each.app_field, label=each.app_field, metadata=each.app_metadata)
            for each in known
        ]

    def move_to(self, mapper: FormFieldMappingSelector | None) -> None:
        """Go on with another definition; the mapping is held against it when that is loaded."""
        self.mapper = mapper
        self.refused.clear()
        self.notices.clear()
        self.suggested.clear()

    def take_columns(self, columns: list[str]) -> None:
        """Go on with another source: what it lacks is not mapped, and again once it is there."""
        if columns == self.columns:
            return
        self.columns = columns
        self.refused.clear()
        self.suggested.clear()
        for app_field in self.lost:
            self.notices.pop(app_field, None)
        mapped = self.mapping | self.lost
        self.lost = {
            app_field: source
            for app_field, source in mapped.items()
            if isinstance(source, str) and source not in columns
        }
        self.mapping = {name: each for name, each in mapped.items() if name not in self.lost}
        self.notices |= {
            app_field: f"is not mapped any more: the source has no column {column!r}"
            for app_field, column in self.lost.items()
        }

    @property
    def _mapped(self) -> list[FormOption]:
        """The fields of the app that are mapped, as far as they are known."""
        known = {option.value: option for option in self.restored}
        return [known.get(name) or FormOption(value=name, label=name) for name in self.mapping]

    def _waits(self) -> str:
        needed = self.mapper and self.mapper.depends_on
        return waits_for(needed) if needed else "the form has no mapper"

    def _problems(self, mapping: Mapping[str, object], loaded: Loaded) -> dict[str, str]:
        return check_mapping(mapping, columns=self.columns, app_fields=loaded.options)
