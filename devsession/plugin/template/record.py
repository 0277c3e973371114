"""A template of records: compiled once, rendered a row at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from devsession.errors import TemplateError
from devsession.plugin.jinja_filters import filters_of
from devsession.plugin.mapping import StoredJinjaTemplate
from devsession.plugin.template.json_text import json_problem, offset_of
from devsession.plugin.template.pointing import column_of, lines_of, place_of, pointed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jinja2 import Template
    from jinja2.nodes import Template as Tree

    from devsession.plugin.contract import Plugin
    from devsession.plugin.fields.mappers import Rendered
    from devsession.plugin.mapping import StoredMapping
    from devsession.plugin.template.json_text import JsonProblem

_LONGEST = 20_000
_LONGEST_LINE = 1_000  # in which a wrong tag is looked for
_MOST_PARTS = 10_000  # of which Jinja and Python compile one in some 50 microseconds
_UNEXPECTED = re.compile(r"(unexpected char .+) at (\d+)", re.DOTALL)
_NEAR = re.compile(r"(?:unexpected|unknown tag|filter|test) '([^']+)'")
_BRACKET = re.compile(r"(?<![}%])\}$")
_TAG = re.compile(r"\{\{.*?\}\}")
_TOO_DEEP = "it is nested too deep"
_FIX = "correct the template: .fill(.., template=..)"
_FIX_JSON = "`{{ row.NAME | tojson }}` writes a value as JSON, in quotes where it needs them"


class RecordTemplate:
    """A template over `row`, with Jinja's filters and a plugin's own; nothing else is in scope.

    redact: is applied to what a filter of the plugin raised, before anybody sees it.
    renders: what a text has to be; one that is not is an error of its record.

    Rendering ends within a second: what takes more work than one record may is an error.
    Nothing is escaped; null is printed as None, as in Jinja (`{{ row.NAME or "" }}`). `printed` are
    the columns that are printed as they are.

    Raises:
        TemplateError: the template can never be rendered; line, column and source are in it.
    """

    def __init__(
        self,
        text: str,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        *,
        redact: Callable[[str], str] = lambda told: told,
        renders: Rendered = "text",
    ) -> None:
        # Jinja takes a while to load, and most plugins have no template.
        from jinja2 import TemplateSyntaxError

        from devsession.plugin.template.filters import own_filter
        from devsession.plugin.template.rewrite import (
            HALF_A_CHARACTER,
            columns_needed,
            columns_printed,
        )
        from devsession.plugin.template.sandbox import RecordEnvironment

        self._text = text
        self._redact = redact
        self._renders = renders
        if len(text) > _LONGEST:
            raise self._error(f"it has {len(text):,} characters, {_LONGEST:,} are allowed", 1)
        if half := HALF_A_CHARACTER.search(text):
            line, _ = place_of(text, half.start())
            raise self._error("half of a surrogate pair is no character", line, half.group())
        own = {name: own_filter(name, each, redact) for name, each in (filters or {}).items()}
        self._environment = RecordEnvironment(own)
        try:
            tree = self._environment.parse(text)
            self._check(tree)
            self._columns = list(columns_needed(tree))
            self.printed = list(dict.fromkeys(columns_printed(tree)))
            self._template = self._compiled(tree)
        except TemplateError:
            raise
        except Exception as error:  # noqa: BLE001 - Jinja, and Python's own compiler behind it
            if not isinstance(error, TemplateSyntaxError):
                said = _TOO_DEEP if isinstance(error, MemoryError) else _said(error)
                raise self._error(said, 1) from None
            said, near = _said(error), _NEAR.search(str(error))
            column: int | None
            if letter := _UNEXPECTED.fullmatch(said):
                said, column = letter[1], place_of("\n".join(lines_of(text)), int(letter[2]))[1]
            else:
                column = self._wrong_tag(error.lineno)
            raise self._error(
                said, error.lineno, near[1] if near else "{%", column=column
            ) from None

    def _check(self, tree: Tree) -> None:
        from jinja2.nodes import Node

        from devsession.plugin.template.rewrite import problems_of

        if (parts := sum(1 for _ in tree.find_all(Node))) > _MOST_PARTS:
            raise self._error(f"it has {parts:,} parts, {_MOST_PARTS:,} are allowed", 1)
        for problem in problems_of(tree, self._environment, self._environment.known_filters):
            raise self._error(problem.message, problem.line, problem.near)

    def _wrong_tag(self, line: int) -> int | None:
        """Where in a line the tag begins that Jinja cannot read; it tells no more than the line."""
        source = lines_of(self._text)[line - 1 : line]
        if not source or len(source[0]) > _LONGEST_LINE:
            return None
        for tag in _TAG.finditer(source[0]):
            try:
                self._environment.parse(tag.group())
            except Exception:  # noqa: BLE001 - whatever is wrong with it
                return tag.start() + 1
        # What is not closed is no tag of this line; a bracket too many is its last one.
        bracket = _BRACKET.search(source[0])
        return bracket.start() + 1 if bracket else None

    def column_errors(self, columns: Iterable[str]) -> Iterator[TemplateError]:
        """One for each column that the template names and `row` will not have, line by line."""
        from devsession.plugin.template.rewrite import nearest

        known = set(columns)
        for line, name in dict.fromkeys(self._columns):
            if name not in known:
                yield self._error(f"row has no {name!r}; {nearest(name, known)}", line, name)

    def render(self, row: Mapping[str, Any], identifier: str) -> str:
        """The text of one record.

        Raises: TemplateError, which names the record and the template's line.
        """
        try:
            text = _rendered(self._template, row)
        except Exception as error:  # noqa: BLE001 - whatever a template makes Python raise
            raise self._error(_said(error), self._line(error), record=identifier) from None
        problem = json_problem(text) if self._renders == "json" else None
        if problem is not None:
            raise self._no_json(problem, text, row, identifier)
        return text

    def _compiled(self, tree: Tree) -> Template:
        from devsession.plugin.template.rewrite import Priced

        priced = Priced().visit(tree)
        priced.set_environment(self._environment)
        return self._environment.from_string(priced)

    def _line(self, error: Exception) -> int:
        """The template's line that an error came through last."""
        line, frame = 1, error.__traceback__
        while frame is not None:
            if frame.tb_frame.f_globals.get("__jinja_template__") is self._template:
                line = self._template.get_corresponding_lineno(frame.tb_lineno)
            frame = frame.tb_next
        return line

    def _error(
        self,
        message: str,
        line: int,
        near: str = "",
        *,
        column: int | None = None,
        record: str | None = None,
    ) -> TemplateError:
        lines = lines_of(self._text)
        source = lines[min(line, len(lines)) - 1]
        near = near or next(iter(re.findall(r"'([^']+)'", message)), "")
        column = column_of(source, near) if column is None else column
        place = f"line {line}, column {column}"
        what = (
            "The template cannot be used"
            if record is None
            else f"The template cannot render the record {record!r}"
        )
        return TemplateError(
            what,
            tried=f"{message}\n{pointed(source, column)}",
            where=f"template, {place}" + (f"; IDENTIFIER {record}" if record is not None else ""),
            next_step=_FIX if record is None else f"{_FIX}, or the record",
            line=line,
            column=column,
            identifier=record,
            problem=f"{place}: {message}",
        )

    def _no_json(
        self, wrong: JsonProblem, text: str, row: Mapping[str, Any], identifier: str
    ) -> TemplateError:
        """Where the text is no JSON, and where in the template that comes from if it can be told."""
        from devsession.plugin.template.origin import origin_of

        origin = origin_of(
            self._text,
            self._environment,
            lambda tree: _rendered(self._compiled(tree), row),
            text=text,
            offset=offset_of(text, wrong),
        )
        source = "\n".join(lines_of(self._text))
        line, column = (None, None) if origin is None else place_of(source, origin)
        place = "" if line is None else f"line {line}, column {column}"
        in_text = f"line {wrong.line}, column {wrong.column} of its text"
        message = f"no JSON: {wrong.message}, {in_text}"
        written = text.split("\n")[wrong.line - 1]
        return TemplateError(
            f"The template makes no JSON of the record {identifier!r}",
            tried=f"{wrong.message}, {in_text}\n{self._redact(pointed(written, wrong.column))}",
            where=", ".join(filter(None, ["template", place])) + f"; IDENTIFIER {identifier}",
            next_step=_FIX_JSON,
            line=line,
            column=column,
            identifier=identifier,
            problem=f"{place}: {message}" if place else message,
            text=self._redact(text),
            text_line=wrong.line,
            text_column=wrong.column,
        )


def template_of(
    mapping: StoredMapping | None,
    plugin: Plugin,
    *,
    redact: Callable[[str], str] = lambda told: told,
    renders: Rendered = "text",
) -> RecordTemplate | None:
    """The template of a sync, with its plugin's filters; None when it maps fields instead.

    Raises: TemplateError when plugin.py no longer fits the template.
    """
    if not isinstance(mapping, StoredJinjaTemplate):
        return None
    return RecordTemplate(
        mapping.jinja_template, filters_of(plugin), redact=redact, renders=renders
    )


def _rendered(template: Template, row: Mapping[str, Any]) -> str:
    from devsession.plugin.template.meter import Meter
    from devsession.plugin.template.watch import watched

    context: Any = template.new_context({"row": row})
    context.meter = Meter()
    return watched(lambda: "".join(template.root_render_func(context)), context.meter)


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
