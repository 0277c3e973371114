"""Jinja's filters that records have a use for, each paid for beforehand; and a plugin's own.

Not among them: what makes HTML, what is random, and `attr`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.filters import FILTERS as OF_JINJA
from markupsafe import Markup

from devsession.plugin.fields import author_line_of
from devsession.plugin.template.growth import FILTERS as GROWTH
from devsession.plugin.template.meter import STEP

if TYPE_CHECKING:
    from collections.abc import Callable

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
            told = f"the filter {name!r} raised {type(error).__name__}: {error}"
            raise FilterRaisedError(redact(told + author_line_of(method, error))) from None

    return _paid(called)


def _paid(
    function: Callable[..., Any], growth: Callable[..., int] | None = None
) -> Callable[..., Any]:
    wanted = getattr(function, "jinja_pass_arg", None)

    @pass_context
    def paid(context: Any, value: Any, *args: Any, **named: Any) -> Any:
        meter = context.meter
        meter.spend(STEP)
        meter.weigh(value)
        if args or named:
            meter.weigh((args, named))
        if growth is not None:
            meter.spend(growth(value, *args, **named))
        if wanted is not None:
            result = function(_passed(wanted.name, context), value, *args, **named)
        else:
            result = function(value, *args, **named)
        if isinstance(result, Markup):
            result = str(result)  # else + would escape what it is added to
        elif not isinstance(result, str) and isinstance(result, Iterator):
            result = meter.listed(result)
        meter.weigh(result)
        return result

    return paid


def _passed(wanted: str, context: Any) -> Any:
    """What a filter of Jinja's asks for besides the value."""
    return {
        "context": context,
        "eval_context": context.eval_ctx,
        "environment": context.environment,
    }[wanted]


FILTERS = {name: _paid(OF_JINJA[name], GROWTH.get(name)) for name in _NAMES}
