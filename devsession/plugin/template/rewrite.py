"""A template's syntax tree, checked and with a price at everything that Jinja does by itself.

Operators, calls and filters are paid for where they run (`sandbox`). Loops, macros, literals,
comparisons and joins are plain Python in what Jinja compiles; here each gets a filter that pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import nodes, pass_context
from jinja2.visitor import NodeTransformer

from devsession.errors import did_you_mean
from devsession.plugin.template.meter import STEP

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
_METHODS_OF_ROW = ("get", "items", "keys", "values")

# No template can write a name with a blank at its end.
_TICK, _TESTED, _BUILT, _WEIGHED, _JOINED = "tick ", "tested ", "built ", "weighed ", "joined "


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
                hint = did_you_mean(each.name, known)
                yield Problem(each.lineno, f"there is no {word} {each.name!r}; {hint}", each.name)
    yield from _unknown_names(tree, environment)


def columns_named(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Line and name of each column that is named outright; none when `row` is set anew."""
    if any(each.name == ROW and each.ctx != "load" for each in tree.find_all(nodes.Name)):
        return
    for dotted in tree.find_all(nodes.Getattr):
        if _is_row(dotted.node) and dotted.attr not in _METHODS_OF_ROW:
            yield dotted.lineno, dotted.attr
    for item in tree.find_all(nodes.Getitem):
        named = item.arg.value if isinstance(item.arg, nodes.Const) else None
        if _is_row(item.node) and isinstance(named, str):
            yield item.lineno, named


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
            hint = did_you_mean(each.name, known - set(_GIVEN_NAMES))
            yield Problem(each.lineno, f"there is no {each.name!r}; {hint}", each.name)


class Priced(NodeTransformer):
    """Puts a price at what Jinja compiles to plain Python."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's visitor
        """Each turn costs a step, and the text that stands in it."""
        self.generic_visit(node)
        node.body.insert(0, _tick(node))
        if node.test is not None:
            node.test = _charged(node.test, _TESTED)
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802
        """Each call costs a step, and the text that stands in it."""
        self.generic_visit(node)
        node.body.insert(0, _tick(node))
        return node

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802
        """As a macro."""
        self.generic_visit(node)
        node.body.insert(0, _tick(node))
        return node

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        """What holds values costs all that it holds, however deep."""
        self.generic_visit(node)
        return _charged(node, _BUILT) if node.ctx == "load" else node

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        """As a tuple."""
        self.generic_visit(node)
        return _charged(node, _BUILT)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        """As a tuple."""
        self.generic_visit(node)
        return _charged(node, _BUILT)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802
        """As a tuple, where Jinja makes one of a macro's arguments."""
        is_made = node.name in ("varargs", "kwargs") and node.ctx == "load"
        return _charged(node, _BUILT) if is_made else node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        """A slice is a copy."""
        self.generic_visit(node)
        return _charged(node, _BUILT) if isinstance(node.arg, nodes.Slice) else node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node:  # noqa: N802
        """What a namespace keeps is held as in a list: no namespace."""
        self.generic_visit(node)
        if any(True for _ in node.find_all(nodes.NSRef)):
            node.node = _charged(node.node, _BUILT)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """`a ~ b` costs what it joins."""
        self.generic_visit(node)
        return _charged(nodes.Tuple(node.nodes, "load", lineno=node.lineno), _JOINED)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        """Comparing looks at all of both sides, at the worst."""
        self.generic_visit(node)
        node.expr = _compared(node.expr)
        for operand in node.ops:
            operand.expr = _compared(operand.expr)
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802
        """A test with arguments is a comparison."""
        self.generic_visit(node)
        if node.args:
            node.node = _compared(node.node)
            node.args = [_compared(argument) for argument in node.args]
        return node


def _tick(node: nodes.For | nodes.Macro | nodes.CallBlock) -> nodes.ExprStmt:
    text = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
    price = nodes.Const(STEP + text, lineno=node.lineno)
    return nodes.ExprStmt(_charged(price, _TICK), lineno=node.lineno)


def _compared(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, nodes.Const) else _charged(node, _WEIGHED)


def _charged(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


@pass_context
def _ticked(context: Any, price: int) -> None:
    context.meter.spend(price)


@pass_context
def _tested(context: Any, passes: Any) -> Any:
    context.meter.spend(STEP)
    return passes


@pass_context
def _weighed(context: Any, value: Any) -> Any:
    context.meter.weigh(value)
    return value


@pass_context
def _joined(context: Any, values: tuple[Any, ...]) -> str:
    context.meter.weigh(values)
    return "".join(map(str, values))


CHARGES = {
    _TICK: _ticked,
    _TESTED: _tested,
    _BUILT: _weighed,
    _WEIGHED: _weighed,
    _JOINED: _joined,
}
"""The filters that pay, by their names in the tree."""
