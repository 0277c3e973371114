"""The answers to a form's template: its text, and the columns that are made for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from devsession.errors import TemplateError
from devsession.plugin.form.answers import REQUIRED, copied, waits_for
from devsession.plugin.form.options import NOT_LOADED
from devsession.plugin.mapping import Expression, StoredJinjaTemplate
from devsession.plugin.template import RecordTemplate

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.fields import FormJinjaTemplate
    from devsession.plugin.form.answers import Answers
    from devsession.plugin.form.options import Loaded
    from devsession.plugin.mapping import StoredMapping


TEMPLATE, COLUMNS = "template", "columns"
"""Their names in errors and in `fill(template=.., columns=..)`."""


@dataclass
class TemplateAnswers:
    """What was written. A text that is wrong is kept, with its error: it is somebody's work.

    filters: the plugin's own, by name. `made`: name in `row` -> SQL, `refused`: what was not taken,
    `problems`: what is wrong in the text, whatever the row, each with `line` and `column`.
    """

    mapper: FormJinjaTemplate
    columns: list[str]
    filters: Mapping[str, Callable[..., Any]]
    template: str = ""
    made: dict[str, Expression] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    notices: dict[str, str] = field(default_factory=dict)
    problems: list[TemplateError] = field(default_factory=list)

    names: ClassVar = (TEMPLATE, COLUMNS)

    def copy(self) -> TemplateAnswers:
        """One that can be changed without changing this one."""
        return copied(self)

    def is_asked(self, answers: Answers) -> bool:
        """Whether all is answered that the template depends on."""
        return answers.is_asked(self.mapper.depends_on)

    def load(self, answers: Answers) -> Loaded:  # noqa: ARG002 - a mapper of fields fetches some
        """No options: there is nothing to fetch."""
        return NOT_LOADED

    def write(self, template: str) -> None:
        """Take a text, and note what is wrong with it."""
        self.template = template
        self._check()

    def assign(self, answers: Answers, name: str, source: object) -> None:  # noqa: ARG002
        """Make one column, or note why not; nothing as a source takes it away."""
        self.refused.pop(name, None)
        if source is None:
            self.made.pop(name, None)
        elif isinstance(source, Expression) and name not in self.columns:
            self.made[name] = source
        else:
            self.refused[name] = self._column_problem(name, source)
        self._check()

    def fill(
        self, answers: Answers, template: object = None, columns: object = None
    ) -> dict[str, str]:
        """Replace the text, and all columns, unless they are None; what comes back is all wrong."""
        if not self.is_asked(answers):
            waits = waits_for(self.mapper.depends_on)
            given = {TEMPLATE: template, COLUMNS: columns}
            return {name: waits for name, value in given.items() if value is not None}
        if template is not None and not isinstance(template, str):
            return {TEMPLATE: f"takes text, not {type(template).__name__}"}
        if columns is not None and not isinstance(columns, Mapping):
            return {COLUMNS: f'takes {{"name": expression("SQL")}}, not {type(columns).__name__}'}
        self.refused.clear()
        for name, source in dict(self.made if columns is None else columns).items():
            if problem := self._column_problem(name, source):
                self.refused[str(name)] = problem
        if columns is not None:
            self.made = {name: each for name, each in columns.items() if name not in self.refused}
        self.write(self.template if template is None else template)
        return dict.fromkeys(self.missing(answers), REQUIRED) | self.errors(answers)

    def missing(self, answers: Answers) -> list[str]:
        """`[TEMPLATE]` while nothing is written."""
        return [TEMPLATE] if self.is_asked(answers) and not self.template.strip() else []

    def errors(self, answers: Answers) -> dict[str, str]:
        """`template`, or `columns.<name>` -> what is wrong."""
        if not self.is_asked(answers):
            return {}
        refused = {f"{COLUMNS}.{name}": text for name, text in self.refused.items()}
        said = "\n".join(str(problem.fields["problem"]) for problem in self.problems)
        return refused | ({TEMPLATE: said} if said else {})

    def stored(self, answers: Answers) -> StoredJinjaTemplate | None:
        """Text and columns; None when they are not asked for, or nothing is written."""
        if not self.is_asked(answers) or not self.template.strip():
            return None
        return StoredJinjaTemplate(
            jinja_template=self.template,
            additional_column_expressions={name: each.sql for name, each in self.made.items()},
        )

    def restore(self, stored: StoredMapping | None) -> None:
        """Take what was saved; a mapping of fields is of no use here."""
        if isinstance(stored, StoredJinjaTemplate):
            self.template, self.made = stored.jinja_template, stored.as_dict()
            self._check()

    def move_to(self, mapper: FormJinjaTemplate, filters: Mapping[str, Callable[..., Any]]) -> None:
        """Go on with another definition: the text stays, and is held against it."""
        self.mapper, self.filters = mapper, filters
        self.refused.clear()
        self._check()

    def take_columns(self, columns: list[str]) -> None:
        """Go on with another source: the text stays, and is held against it."""
        self.columns = columns
        self._check()

    def _check(self) -> None:
        self.problems = []
        if self.template.strip():
            known = [*self.columns, *self.made, *self.refused]
            try:
                template = RecordTemplate(self.template, self.filters)
                self.problems = list(template.column_errors(known))
            except TemplateError as error:
                self.problems = [error]

    def _column_problem(self, name: object, source: object) -> str:
        if not isinstance(name, str) or not name.strip():
            return "a column's name is text"
        if name in self.columns:
            return "the source has a column of this name"
        if not isinstance(source, Expression):
            return f'takes expression("SQL"), not {type(source).__name__}'
        return ""
