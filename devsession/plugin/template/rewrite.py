"""A template's syntax tree, checked and with a measure at everything that Jinja does by itself.

Operators, calls, filters and tests are measured where they run (`sandbox`, `filters`). Loops,
macros, literals, comparisons and joins are plain Python in what Jinja compiles; here each gets a
filter that measures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import nodes, pass_context
from jinja2.visitor import NodeTransformer

from devsession.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Environment

    _Node = TypeVar("_Node", bound=nodes.Node)

ROW = "row"

_REFUSED: dict[type[nodes.Node], str] = {
    nodes.Block: "block",
    nodes.EvalContextModifier: "autoescape",
    nodes.Extends: "extends",
    nodes.FromImport: "import",
    nodes.Import: "import",
    nodes.Include: "include",
}
_REFUSED_NAMES = ("self", "super")
_GIVEN_NAMES = ("varargs", "kwargs", "caller", "loop")
HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
_MOST_NAMES, _LONGEST_NAME = 1_000, 100
_FOR_OPTIONAL = ("d", "default", "defined", "undefined")
_METHODS_OF_ROW = ("get", "items", "keys", "values")

# No template can write a name with a blank at its end.
_TICK, _MADE, _LOOKED, _SPREAD, _JOINED = "tick ", "made ", "looked ", "spread ", "joined "


@dataclass(frozen=True)
class Problem:
    """Something in a template that cannot be; `near` is what to look for in its line."""

    line: int
    message: str
    near: str = ""


def problems_of(
    tree: nodes.Template, environment: Environment, filters: Iterable[str]
) -> Iterator[Problem]:
    """What can never be rendered, whatever the row."""
    for node in tree.find_all(tuple(_REFUSED)):
        tag = _REFUSED.get(type(node), "autoescape")
        yield Problem(node.lineno, f"{tag} is not for templates of records", tag)
    called: dict[type[nodes.Filter | nodes.Test], tuple[str, Iterable[str]]] = {
        nodes.Filter: ("filter", filters),
        nodes.Test: ("test", environment.tests),
    }
    for kind, (word, known) in called.items():
        for each in tree.find_all(kind):
            if each.name not in known:
                hint = nearest(each.name, known)
                yield Problem(each.lineno, f"there is no {word} {each.name!r}; {hint}", each.name)
    yield from _unknown_names(tree, environment)
    for const in tree.find_all(nodes.Const):
        if isinstance(const.value, str) and HALF_A_CHARACTER.search(const.value):
            yield Problem(const.lineno, "half of a surrogate pair is no character")


def nearest(name: object, known: Iterable[str]) -> str:
    """Which names there are, near to one that there is not; only of names that somebody wrote."""
    shown = [each for each in islice(known, _MOST_NAMES) if len(each) <= _LONGEST_NAME]
    return did_you_mean(str(name)[:_LONGEST_NAME], shown)


def columns_needed(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """As `columns_named`, without those that `default` or `is defined` says are optional."""
    optional = set()
    for each in tree.find_all((nodes.Filter, nodes.Test)):
        if each.name in _FOR_OPTIONAL and each.node is not None:
            optional |= {name for _, name in _columns_of([each.node])}
    for line, name in columns_named(tree):
        if name not in optional:
            yield line, name


def columns_named(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Line and name of each column that is named outright; none when `row` is set anew."""
    if any(each.name == ROW and each.ctx != "load" for each in tree.find_all(nodes.Name)):
        return
    found = [*tree.find_all(nodes.Getattr), *tree.find_all(nodes.Getitem)]
    yield from _columns_of(found)


def columns_printed(tree: nodes.Template) -> Iterator[str]:
    """Columns that are printed as they are, whatever the row; within a condition is not that."""
    if list(columns_named(tree)):
        for each in tree.body:
            if isinstance(each, nodes.Output):
                yield from (name for _, name in _columns_of(each.nodes))


def _columns_of(found: Iterable[nodes.Node]) -> Iterator[tuple[int, str]]:
    for each in found:
        if isinstance(each, nodes.Getattr) and _is_row(each.node):
            if each.attr not in _METHODS_OF_ROW:
                yield each.lineno, each.attr
        elif isinstance(each, nodes.Getitem) and _is_row(each.node):
            named = each.arg.value if isinstance(each.arg, nodes.Const) else None
            if isinstance(named, str):
                yield each.lineno, named


def _is_row(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == ROW


def _unknown_names(tree: nodes.Template, environment: Environment) -> Iterator[Problem]:
    names = list(tree.find_all(nodes.Name))
    known = {ROW, *environment.globals, *_GIVEN_NAMES}
    known |= {each.name for each in names if each.ctx != "load"}
    known |= {macro.name for macro in tree.find_all(nodes.Macro)}
    for each in names:
        if each.name in _REFUSED_NAMES:
            yield Problem(each.lineno, f"{each.name} is not for templates of records", each.name)
        elif each.name not in known:
            hint = nearest(each.name, known - set(_GIVEN_NAMES))
            yield Problem(each.lineno, f"there is no {each.name!r}; {hint}", each.name)


class Priced(NodeTransformer):
    """Puts a measure at what Jinja compiles to plain Python."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's visitor
        """Each turn makes the text that stands in it."""
        self.generic_visit(node)
        if text := sum(len(data.data) for data in node.find_all(nodes.TemplateData)):
            price = nodes.Const(text, lineno=node.lineno)
            node.body.insert(0, nodes.ExprStmt(_charged(price, _TICK), lineno=node.lineno))
        return node

    visit_Macro = visit_For  # noqa: N815
    visit_CallBlock = visit_For  # noqa: N815

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        """What holds values is measured with all that it holds, however deep."""
        self.generic_visit(node)
        return _charged(node, _MADE)

    visit_Dict = visit_List  # noqa: N815

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        """As a list."""
        self.generic_visit(node)
        return _charged(node, _MADE) if node.ctx == "load" else node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802
        """As a list, where Jinja makes one of a macro's arguments."""
        is_made = node.name in ("varargs", "kwargs") and node.ctx == "load"
        return _charged(node, _MADE) if is_made else node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        """A slice is a copy."""
        self.generic_visit(node)
        return _charged(node, _MADE) if isinstance(node.arg, nodes.Slice) else node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node:  # noqa: N802
        """What a namespace keeps is held as in a list: no namespace."""
        self.generic_visit(node)
        if any(True for _ in node.find_all(nodes.NSRef)):
            node.node = _charged(node.node, _LOOKED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """`a ~ b` makes what it joins."""
        self.generic_visit(node)
        return _charged(nodes.Tuple(node.nodes, "load", lineno=node.lineno), _JOINED)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        """Comparing looks at all of both sides, at the worst."""
        self.generic_visit(node)
        node.expr = _compared(node.expr)
        for operand in node.ops:
            operand.expr = _compared(operand.expr)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        """`f(*items)` hands over each item."""
        self.generic_visit(node)
        if node.dyn_args is not None:
            node.dyn_args = _charged(node.dyn_args, _SPREAD)
        return node

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:  # noqa: N802
        """`{{ "," if not loop.last }}` prints nothing after the last, as Jinja is known to."""
        self.generic_visit(node)
        if node.expr2 is None:
            node.expr2 = nodes.Const("", lineno=node.lineno)
        return node

    visit_Filter = visit_Call  # noqa: N815
    visit_Test = visit_Call  # noqa: N815


def _compared(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, nodes.Const) else _charged(node, _LOOKED)


def _charged(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


@pass_context
def _ticked(context: Any, price: int) -> None:
    context.meter.spend(price)


@pass_context
def _made(context: Any, value: Any) -> Any:
    return context.meter.made(value)


@pass_context
def _looked(context: Any, value: Any) -> Any:
    context.meter.look(value)
    return value


@pass_context
def _spread(context: Any, values: Any) -> list[Any]:
    return context.meter.listed(values)  # type: ignore[no-any-return]


@pass_context
def _joined(context: Any, values: tuple[Any, ...]) -> str:
    context.meter.look([each if isinstance(each, str) else (each,) * 3 for each in values])
    return context.meter.made("".join(map(str, values)))  # type: ignore[no-any-return]


CHARGES = {
    _TICK: _ticked,
    _MADE: _made,
    _LOOKED: _looked,
    _SPREAD: _spread,
    _JOINED: _joined,
}
"""The filters that measure, by their names in the tree."""
