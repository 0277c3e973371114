"""Where templates of records run: Jinja's sandbox, with every operation paid for beforehand."""

from __future__ import annotations

from types import BuiltinMethodType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, pass_context
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Cycler, Namespace, missing

from devsession.errors import did_you_mean
from devsession.plugin.template.filters import FILTERS
from devsession.plugin.template.growth import METHODS, check_width, percent
from devsession.plugin.template.meter import STEP, Meter
from devsession.plugin.template.rewrite import CHARGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MOST_BITS = 256  # of a whole number: twice what a NUMBER of the warehouse has
_LONGEST_RANGE = 100_000
_HARMLESS = ("dict", "cycler", "joiner", "namespace")

_TEXT_METHODS = frozenset(
    [
        "capitalize",
        "casefold",
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
        "lower",
        "partition",
        "removeprefix",
        "removesuffix",
        "rfind",
        "rindex",
        "rpartition",
        "rsplit",
        "split",
        "splitlines",
        "startswith",
        "swapcase",
        "title",
        "upper",
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
            return f"there is no {name!r}; {did_you_mean(name, known)}"
        return f"{'null' if held is None else type(held).__name__} has no {name!r}"


class RecordEnvironment(ImmutableSandboxedEnvironment):
    """One plugin's: with its own filters, which go before Jinja's of the same name."""

    context_class = RecordContext
    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self, own_filters: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(undefined=MissingName, optimized=False, finalize=_printed, cache_size=0)
        self.globals = {name: self.globals[name] for name in _HARMLESS} | {"range": _range}
        self.known_filters = dict(FILTERS) | dict(own_filters)
        self.filters = self.known_filters | CHARGES

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Only what is known to be harmless and paid for; of foreign objects what Jinja allows."""
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
        """Pay for what an operator makes, then let it."""
        meter = context.meter
        meter.spend(STEP)
        if isinstance(left, str) and operator == "%":
            values = right if isinstance(right, tuple) else (right,)
            meter.spend(percent(left, *values))
        elif operator == "*" and isinstance(right, int) and not isinstance(left, (int, float)):
            meter.weigh(left)
            meter.spend(_made(left) * right)
        elif operator == "*" and isinstance(left, int) and not isinstance(right, (int, float)):
            meter.weigh(right)
            meter.spend(_made(right) * left)
        elif isinstance(left, int) and isinstance(right, int):
            _check_whole(operator, left, right)
        else:
            meter.weigh(left)
            meter.weigh(right)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Any, function: Any, /, *args: Any, **named: Any) -> Any:
        """Pay for what a call reads and makes, then make it."""
        meter = context.meter
        meter.spend(STEP)
        if not isinstance(function, (Macro, LoopContext)):
            meter.weigh((args, named))
        if isinstance(function, BuiltinMethodType) and isinstance(function.__self__, str):
            growth = METHODS.get(function.__name__)
            meter.spend(growth(function.__self__, *args, **named) if growth else 0)
        result = super().call(context, function, *args, **named)
        if not isinstance(result, Namespace):
            meter.weigh(result)
        return result

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """`"..".format(..)`, with each field paid for; None for what is no such method."""
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
        self._meter.spend(STEP)
        self._meter.weigh(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> Any:
        check_width(format_spec)
        text = super().format_field(value, format_spec)
        self._meter.spend(len(text))
        return text


@pass_context
def _printed(context: Any, value: Any) -> Any:
    """What `{{ value }}` prints, paid for."""
    if callable(value) and not isinstance(value, MissingName):
        name = getattr(value, "__name__", None) or getattr(value, "name", None) or "this"
        raise TemplateRuntimeError(f"{name!r} is a function: write {name}(), with brackets")
    context.meter.weigh(value)
    return value


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > _LONGEST_RANGE:
        raise TemplateRuntimeError(f"a range has {_LONGEST_RANGE:,} numbers at the most")
    return numbers


_range.__name__ = "range"


def _made(value: Any) -> int:
    """What one copy of text or a list costs."""
    return len(value) * (1 if isinstance(value, str) else STEP) if hasattr(value, "__len__") else 0


def _check_whole(operator: str, left: int, right: int) -> None:
    """Refuse numbers that nobody sends, before they are computed.

    Raises: TemplateRuntimeError.
    """
    bits = max(left.bit_length(), right.bit_length())
    if operator == "**":
        bits = max(bits, left.bit_length() * abs(right))
    if bits > _MOST_BITS:
        raise TemplateRuntimeError(f"a whole number of more than {_MOST_BITS:,} bits")
