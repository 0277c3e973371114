"""A template of records: compiled once, rendered a row at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from devsession.errors import TemplateError
from devsession.plugin.jinja_filters import filters_of
from devsession.plugin.mapping import StoredJinjaTemplate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from devsession.plugin.contract import Plugin
    from devsession.plugin.mapping import StoredMapping

_LONGEST = 20_000
_MOST_PARTS = 10_000  # of which Jinja and Python compile one in some 50 microseconds
_SHOWN = 50  # characters of a line on each side of what is wrong in it
_TOO_DEEP = "it is nested too deep"
_FIX = "correct the template: .fill(.., template=..)"


class RecordTemplate:
    """A template over `row`, with Jinja's filters and a plugin's own; nothing else is in scope.

    redact: is applied to what a filter of the plugin raised, before anybody sees it.

    Rendering ends within a second: what takes more work than one record may is an error.
    Nothing is escaped; null is printed as None, as in Jinja (`{{ row.NAME or "" }}`).

    Raises:
        TemplateError: the template can never be rendered; line, column and source are in it.
    """

    def __init__(
        self,
        text: str,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        *,
        redact: Callable[[str], str] = lambda told: told,
    ) -> None:
        # Jinja takes a while to load, and most plugins have no template.
        from jinja2 import TemplateSyntaxError
        from jinja2.nodes import Node

        from devsession.plugin.template.filters import own_filter
        from devsession.plugin.template.rewrite import (
            HALF_A_CHARACTER,
            Priced,
            columns_needed,
            problems_of,
        )
        from devsession.plugin.template.sandbox import RecordEnvironment

        self._text = text
        if len(text) > _LONGEST:
            self._refuse(f"it has {len(text):,} characters, {_LONGEST:,} are allowed", 1)
        if half := HALF_A_CHARACTER.search(text):
            line = len(_lines(text[: half.start()]))
            self._refuse("half of a surrogate pair is no character", line, half.group())
        own = {name: own_filter(name, each, redact) for name, each in (filters or {}).items()}
        environment = RecordEnvironment(own)
        try:
            tree = environment.parse(text)
            if (parts := sum(1 for _ in tree.find_all(Node))) > _MOST_PARTS:
                self._refuse(f"it has {parts:,} parts, {_MOST_PARTS:,} are allowed", 1)
            for problem in problems_of(tree, environment, environment.known_filters):
                self._refuse(problem.message, problem.line, problem.near)
            self._columns = list(columns_needed(tree))
            tree = Priced().visit(tree)
            tree.set_environment(environment)
            self._template = environment.from_string(tree)
        except TemplateError:
            raise
        except Exception as error:  # noqa: BLE001 - Jinja, and Python's own compiler behind it
            is_ours = isinstance(error, TemplateSyntaxError)
            said = _TOO_DEEP if isinstance(error, MemoryError) else _said(error)
            self._refuse(said, getattr(error, "lineno", 1) if is_ours else 1)

    def check_columns(self, columns: Iterable[str]) -> None:
        """Hold the columns that the template names against those that `row` will have.

        Raises: TemplateError for the first one that there is not.
        """
        from devsession.plugin.template.rewrite import nearest

        known = set(columns)
        for line, name in self._columns:
            if name not in known:
                self._refuse(f"row has no {name!r}; {nearest(name, known)}", line, name)

    def render(self, row: Mapping[str, Any], identifier: str) -> str:
        """The text of one record.

        Raises: TemplateError, which names the record and the template's line.
        """
        from devsession.plugin.template.meter import Meter
        from devsession.plugin.template.watch import watched

        context: Any = self._template.new_context({"row": row})
        context.meter = Meter()
        try:
            return watched(lambda: "".join(self._template.root_render_func(context)), context.meter)
        except Exception as error:  # noqa: BLE001 - whatever a template makes Python raise
            self._refuse(_said(error), self._line(error), record=identifier)

    def _line(self, error: Exception) -> int:
        """The template's line that an error came through last."""
        line, frame = 1, error.__traceback__
        while frame is not None:
            if frame.tb_frame.f_globals.get("__jinja_template__") is self._template:
                line = self._template.get_corresponding_lineno(frame.tb_lineno)
            frame = frame.tb_next
        return line

    def _refuse(
        self, message: str, line: int, near: str = "", *, record: str | None = None
    ) -> NoReturn:
        lines = _lines(self._text)
        source = lines[min(line, len(lines)) - 1]
        column = _column(source, near or next(iter(re.findall(r"'([^']+)'", message)), ""))
        place = f"line {line}, column {column + 1}"
        what = (
            "The template cannot be used"
            if record is None
            else f"The template cannot render the record {record!r}"
        )
        raise TemplateError(
            what,
            tried=f"{message}\n{_pointed(source, column)}",
            where=f"template, {place}" + (f"; IDENTIFIER {record}" if record is not None else ""),
            next_step=_FIX if record is None else f"{_FIX}, or the record",
            line=line,
            column=column + 1,
            identifier=record,
            problem=f"{place}: {message}",
        ) from None


def template_of(
    mapping: StoredMapping | None,
    plugin: Plugin,
    *,
    redact: Callable[[str], str] = lambda told: told,
) -> RecordTemplate | None:
    """The template of a sync, with its plugin's filters; None when it maps fields instead.

    Raises: TemplateError when plugin.py no longer fits the template.
    """
    if not isinstance(mapping, StoredJinjaTemplate):
        return None
    return RecordTemplate(mapping.jinja_template, filters_of(plugin), redact=redact)


def _said(error: Exception) -> str:
    from devsession.plugin.template.filters import FilterRaisedError, shortened

    if isinstance(error, FilterRaisedError):
        return str(error)  # as short already, with the author's line at its end
    if isinstance(error, RecursionError):
        return "it calls itself, or is nested, without end"
    if isinstance(error, SyntaxError):  # of Python's compiler
        return _TOO_DEEP
    if isinstance(error, MemoryError):
        return "it takes more memory than there is"
    text = shortened(str(error)) or type(error).__name__
    of_jinja = type(error).__module__.startswith(("jinja2", "devsession"))
    return text if of_jinja else f"{type(error).__name__}: {text}"


def _lines(text: str) -> list[str]:
    """As Jinja counts them."""
    return re.split(r"\r\n|\r|\n", text)


def _column(source: str, near: str) -> int:
    """Where in a line to point: at a name, or else at the first tag."""
    named = re.search(rf"(?<!\w){re.escape(near)}(?!\w)", source) if near else None
    found = named or re.search(r"\{[{%]", source)
    return found.start() if found else 0


def _pointed(source: str, column: int) -> str:
    """A line of the template with a caret below; of a long one the part around that."""
    start = max(column - _SHOWN, 0)
    shown = source[start : column + _SHOWN].expandtabs(1).encode(errors="replace").decode()
    return f"{shown}\n{' ' * (column - start)}^"
