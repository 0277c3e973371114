"""Where templates of records run: Jinja's sandbox, with every operation measured beforehand."""

from __future__ import annotations

from types import BuiltinMethodType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, pass_context
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Cycler, Namespace, missing

from devsession.plugin.template.filters import FILTERS, TESTS
from devsession.plugin.template.growth import METHODS, WIDEST, check_layout, check_width, percent
from devsession.plugin.template.meter import Meter, alone, letters, weight
from devsession.plugin.template.rewrite import CHARGES, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HIGHEST_POWER = 1_000
_LONGEST_RANGE = 100_000
_HARMLESS = ("cycler", "joiner", "namespace")

_TEXT_METHODS = frozenset(
    [
        "capitalize",
        "casefold",
        "center",
        "count",
        "endswith",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "islower",
        "isnumeric",
        "isspace",
        "istitle",
        "isupper",
        "ljust",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "rfind",
        "rindex",
        "rjust",
        "rpartition",
        "rstrip",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "zfill",
    ]
) | frozenset(METHODS)

# What a template may use of each kind of value that it comes across.
_ATTRIBUTES: tuple[tuple[type | tuple[type, ...], frozenset[str]], ...] = (
    (str, _TEXT_METHODS),
    (dict, frozenset({"get", "items", "keys", "values"})),
    ((list, tuple), frozenset({"count", "index"})),
    (float, frozenset({"is_integer"})),
    ((int, bytes, range, Macro, FunctionType, MethodType, BuiltinMethodType, type), frozenset()),
    (
        LoopContext,
        frozenset(
            [
                "changed",
                "cycle",
                "depth",
                "depth0",
                "first",
                "index",
                "index0",
                "last",
                "length",
                "nextitem",
                "previtem",
                "revindex",
                "revindex0",
            ]
        ),
    ),
    (Cycler, frozenset({"current", "next", "reset"})),
)


class RecordContext(Context):
    """What is in scope while one record is rendered."""

    meter: Meter


class MissingName(StrictUndefined):
    """A name that is not there: using it is an error that offers the nearest names."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)  # a list that holds it is not printed either

    @property
    def _undefined_message(self) -> str:
        name, held = self._undefined_name, self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if held is missing:
            return f"there is no {name!r}; what there is, is in row"
        if isinstance(held, dict):
            known = [key for key in held if isinstance(key, str)]
            return f"there is no {name!r}; {nearest(name, known)}"
        return f"{'null' if held is None else type(held).__name__} has no {name!r}"


class RecordEnvironment(ImmutableSandboxedEnvironment):
    """One plugin's: with its own filters, which go before Jinja's of the same name."""

    context_class = RecordContext
    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self, own_filters: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(undefined=MissingName, optimized=False, finalize=_printed, cache_size=0)
        self.globals = {name: self.globals[name] for name in _HARMLESS} | {
            "dict": _dict,
            "range": _range,
        }
        self.known_filters = dict(FILTERS) | dict(own_filters)
        self.filters = self.known_filters | CHARGES
        self.tests = TESTS

    def call_filter(self, name: str, *args: Any, **named: Any) -> Any:
        """What `map` calls by its name: no template may name what measures it."""
        if name in CHARGES:
            raise TemplateRuntimeError(f"there is no filter {name!r}")
        return super().call_filter(name, *args, **named)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Only what is known to be harmless and measured; of foreign objects what Jinja allows."""
        for kind, names in _ATTRIBUTES:
            if isinstance(obj, kind):
                return attr in names
        return super().is_safe_attribute(obj, attr, value)

    def unsafe_undefined(self, obj: Any, attribute: str) -> MissingName:
        """What stands for an attribute that is not for templates."""
        message = f"{attribute!r} of {type(obj).__name__} is not for templates"
        return MissingName(message, name=attribute, obj=obj, exc=SecurityError)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`row.items` is the column of this name when there is one."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Measure what an operator makes, then let it."""
        meter = context.meter
        if isinstance(left, str) and operator == "%":
            meter.look(right)
            meter.bound(percent(left, *(right if isinstance(right, tuple) else (right,))))
        elif operator == "*":
            for value, times in ((left, right), (right, left)):
                if hasattr(value, "__len__") and isinstance(times, int):
                    one = letters(value) if isinstance(value, str) else weight(value)
                    meter.bound(one * times)
        elif operator == "**" and not abs(right) <= _HIGHEST_POWER:
            raise TemplateRuntimeError(f"a power is {_HIGHEST_POWER:,} at the most")
        else:
            meter.look((left, right))
        return meter.made(super().call_binop(context, operator, left, right))

    def call(self, context: Any, function: Any, /, *args: Any, **named: Any) -> Any:
        """Measure what a call reads and makes, then make it."""
        meter = context.meter
        if not isinstance(function, (Macro, LoopContext)):
            meter.look((args, named))
        held = getattr(function, "__self__", None) if _is_method(function) else None
        if isinstance(held, str):
            name = function.__name__
            meter.look(held)
            check_layout(name, args, named)
            if name in METHODS:
                meter.bound(METHODS[name](held, *args, **named))
        elif isinstance(held, (list, tuple)):
            meter.look(held)
        elif held is not None and not isinstance(held, (dict, Cycler)):
            _check_foreign(args, named)
        result = super().call(context, function, *args, **named)
        if isinstance(held, dict):
            meter.look(result if function.__name__ == "get" else None)
        elif not isinstance(result, Namespace):
            meter.made(result)
        return result

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """`"..".format(..)`, with each field measured; None for what is no such method."""
        if super().wrap_str_format(value) is None:
            return None
        text, takes_names = str(value.__self__), value.__name__ == "format_map"

        @pass_context
        def formatted(context: Any, *args: Any, **named: Any) -> str:
            formatter = _Formatter(self, context.meter)
            if takes_names:
                (named,), args = args, ()
            return formatter.vformat(text, args, named)

        return formatted


class _Formatter(SandboxedFormatter):
    """Formats a field at a time, each of a width that is no danger."""

    def __init__(self, environment: RecordEnvironment, meter: Meter) -> None:
        super().__init__(environment)
        self._meter = meter

    def convert_field(self, value: Any, conversion: Any) -> Any:
        self._meter.look(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> Any:
        check_width(format_spec)
        text = super().format_field(value, format_spec)
        self._meter.spend(len(text))
        return text


@pass_context
def _printed(context: Any, value: Any) -> Any:
    """What `{{ value }}` prints, measured."""
    if callable(value) and not isinstance(value, MissingName):
        name = getattr(value, "__name__", None) or getattr(value, "name", None) or "this"
        raise TemplateRuntimeError(f"{name!r} is a function: write {name}(), with brackets")
    context.meter.look(value)
    # A list is written as in a program: longer where it has letters to escape.
    context.meter.spend(alone(value) if isinstance(value, str) else 3 * weight(value))
    return value


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > _LONGEST_RANGE:
        raise TemplateRuntimeError(f"a range has {_LONGEST_RANGE:,} numbers at the most")
    return numbers


_range.__name__ = "range"


def _dict(pairs: Any = (), /, **named: Any) -> dict[Any, Any]:
    # A pair at a time, so that many keys of the same hash can be ended.
    held = pairs.items() if isinstance(pairs, dict) else pairs
    return {key: value for key, value in held} | named  # noqa: C416 - that is one step of C


_dict.__name__ = "dict"


def _is_method(function: Any) -> bool:
    return isinstance(function, (BuiltinMethodType, MethodType))


def _check_foreign(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Of methods of dates and the like nobody knows what they make of a long text.

    Raises: TemplateRuntimeError.
    """
    if weight((args, named)) > WIDEST:
        raise TemplateRuntimeError(f"a method takes {WIDEST:,} characters at the most")
