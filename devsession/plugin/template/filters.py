"""Jinja's filters that records have a use for, each measured beforehand; and a plugin's own.

Not among them: what makes HTML, what is random, and `attr`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.filters import FILTERS as OF_JINJA
from jinja2.tests import TESTS as OF_JINJA_TO_TEST
from markupsafe import Markup

from devsession.plugin.fields import author_line_of
from devsession.plugin.template.growth import FILTERS as GROWTH
from devsession.plugin.template.growth import check_layout, one_by_one

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_SAID = 300  # characters of an error

_NAMES = [
    "abs",
    "batch",
    "capitalize",
    "center",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "filesizeformat",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "wordcount",
    "wordwrap",
]


class FilterRaisedError(TemplateRuntimeError):
    """A filter of the plugin raised."""


def own_filter(
    name: str, method: Callable[..., Any], redact: Callable[[str], str]
) -> Callable[..., Any]:
    """A plugin's filter, for templates: what it raises says so, redacted and with its line."""

    def called(value: Any, *args: Any, **named: Any) -> Any:
        try:
            result = method(value, *args, **named)
            return list(result) if isinstance(result, Iterator) else result
        except Exception as error:  # noqa: BLE001 - whatever the author's code raises
            raised = shortened(redact(f"{type(error).__name__}: {error}"))
            place = redact(author_line_of(method, error))
            raise FilterRaisedError(f"the filter {name!r} raised {raised}{place}") from None

    measured = _measured("", called)

    @pass_context
    def own(context: Any, value: Any, *args: Any, **named: Any) -> Any:
        context.meter.for_author()
        return measured(context, value, *args, **named)

    return own


def shortened(text: str) -> str:
    """The beginning of what an error says, which may quote whatever a template made."""
    return text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID]}.."


def _measured(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    wanted = getattr(function, "jinja_pass_arg", None)
    growth = GROWTH.get(name)

    @pass_context
    def measured(context: Any, value: Any, *args: Any, **named: Any) -> Any:
        meter = context.meter
        meter.look(value)
        if args or named:
            meter.look((args, named))
            check_layout(name, args, named)
        meter.bound(one_by_one(name, value))
        if growth is not None:
            meter.bound(growth(value, *args, **named))
        if wanted is not None:
            result = function(_passed(wanted.name, context), value, *args, **named)
        else:
            result = function(value, *args, **named)
        if isinstance(result, Markup):
            result = str(result)  # else + would escape what it is added to
        elif not isinstance(result, str) and isinstance(result, Iterator):
            result = meter.listed(result)
        if result is not value:
            meter.made(result)
        return result

    return measured


def _test(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def tested(context: Any, value: Any, *args: Any) -> Any:
        context.meter.look((value, args))
        return function(value, *args)

    return tested


def _number_test(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def tested(value: Any, *args: Any) -> Any:
        if hasattr(value, "__len__"):  # else text would be formatted by %
            raise TemplateRuntimeError(f"{name} is asked of a number, not {type(value).__name__}")
        return function(value, *args)

    return _test(tested)


def _passed(wanted: str, context: Any) -> Any:
    """What a filter of Jinja's asks for besides the value."""
    return {
        "context": context,
        "eval_context": context.eval_ctx,
        "environment": context.environment,
    }[wanted]


FILTERS = {name: _measured(name, OF_JINJA[name]) for name in _NAMES}
_PLAIN: dict[str, Any] = dict(OF_JINJA_TO_TEST)
_OF_NUMBERS = ("divisibleby", "even", "odd")
# The others ask for a value's kind.
_READING = ("!=", "<", "<=", "==", ">", ">=", "eq", "equalto", "ge", "greaterthan", "gt", "in")
_READING_TOO = ("le", "lessthan", "lower", "lt", "ne", "upper")
TESTS = (
    _PLAIN
    | {name: _test(_PLAIN[name]) for name in (*_READING, *_READING_TOO)}
    | {name: _number_test(name, _PLAIN[name]) for name in _OF_NUMBERS}
)
