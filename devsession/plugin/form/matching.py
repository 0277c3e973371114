"""The side of a form that finds columns for the fields of the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import FormError, UsageError
from devsession.plugin.form.mapper import MAPPER, OPTIONS, MapperAnswers
from devsession.plugin.form.reading import FormReading
from devsession.plugin.source_column import SourceColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devsession.plugin.mapping import Expression


class FormMatching(FormReading):
    """Suggestions: made from names, accepted or refused one by one or all together."""

    _look_up: Callable[[], Sequence[SourceColumn]] | None = None
    _looked_up: dict[str, SourceColumn] | None = None

    def look_up_columns_by(self, look_up: Callable[[], Sequence[SourceColumn]]) -> None:
        """Say how the source is asked what its columns hold, once that is needed."""
        self._look_up, self._looked_up = look_up, None

    def source_columns(self) -> list[SourceColumn]:
        """The source's columns with what is known of them; the source is asked once.

        Raises:
            DevsessionError: the source cannot be read.
        """
        if self._looked_up is None:
            found = self._look_up() if self._look_up else ()
            self._looked_up = {column.name: column for column in found}
        return [self._looked_up.get(name, SourceColumn(name)) for name in self.columns]

    def suggest(self, **values: object) -> dict[str, str | Expression]:
        """A mapping to look at and fill with: what is mapped, and a column for what is not.

        values: answers that the fields of the app depend on, as `fill` takes them; the form does
            not change.

        Raises:
            UsageError: the form has no fields of the app to map, or none yet.
            FormError: an answer is refused, or the app's options could not be loaded.
            DevsessionError: the source cannot be read.
        """
        before = self._state
        self._state = before.copy()
        self._state.answers.options.forget_failures()
        try:
            for field in self.definition.parents_first():
                if field.name in values:
                    self._state.assign(field, values)
            mapped = self._mapper()
            found = mapped.matches(self._state.answers, self.source_columns())
            self._refuse_failed(MAPPER)
            return mapped.mapping | {name: match.column for name, match in found.items()}
        finally:
            self._state = before

    def match(self) -> int:
        """Suggest a column for each field of the app that has none, as a click does; how many.

        Raises: as `suggest`.
        """
        self._state.answers.options.forget_failures(OPTIONS)
        mapped = self._mapper()
        if mapped.load(self._state.answers).loading:
            raise UsageError(
                f"{self.title} is still loading the fields of the app",
                next_step="match them once they are there",
            )
        mapped.suggested = mapped.matches(self._state.answers, self.source_columns())
        self._changed()
        return len(mapped.suggested)

    def accept(self, *app_fields: str) -> None:
        """Map these fields as suggested; without a name all that have a suggestion."""
        self._mapper().accept(self._state.answers, app_fields or list(self.suggested))
        self._changed()

    def refuse(self, *app_fields: str) -> None:
        """Drop these suggestions, or all, for good: `match` does not make them again."""
        self._mapper().refuse(app_fields or list(self.suggested))
        self._changed()

    def clear_mapping(self) -> None:
        """Map nothing any more, and forget which suggestions were refused."""
        self._mapper().clear()
        self._changed()

    def _mapper(self) -> MapperAnswers:
        mapped = self._state.mapped
        if not isinstance(mapped, MapperAnswers) or mapped.mapper is None:
            raise UsageError(f"{self.title} has no fields of the app to map", next_step=".fill(..)")
        if not mapped.is_asked(self._state.answers):
            needed = mapped.mapper.depends_on
            self._refuse_failed(*self.definition.parents(needed))
            raise UsageError(
                f"{self.title} knows the fields of the app once {needed!r} is answered",
                next_step=f".suggest({needed}=..)",
            )
        return mapped

    def _refuse_failed(self, *names: str) -> None:
        """Raises: FormError with what is wrong with one of these."""
        failed = {name: text for name, text in self.errors.items() if name in names}
        if failed:
            raise FormError(
                f"{self.title} cannot ask the app for its fields",
                errors=failed,
                next_step="put this right, then the same again",
            )
