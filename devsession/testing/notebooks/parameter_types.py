"""What papermill's cell of parameters says of each: its name and, where it tells, its type."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Literal

from devsession.render import shortened

_WIDTH = 60
_PLAIN: dict[str, Any] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "list": list,
    "dict": dict,
    "None": None,
    "Any": Any,
    "List": list,
    "Dict": dict,
}
_DEFAULTS = (bool, int, float, str, list, dict)
_UNIONS = {"Optional", "Union"}


@dataclass(frozen=True)
class Parameter:
    """One parameter. type: what its value has to be, None where nothing tells it; told: in which
    words of the notebook. default: as source. unchecked: why there is no type."""

    name: str
    type: Any = None
    told: str = ""
    default: str = ""
    unchecked: str = ""

    def fault(self, value: object) -> str:
        """What is wrong with a value, nothing when it is right or not checked.

        A whole number is a float as well; nothing else is taken for another.
        """
        if self.type is None:
            return ""
        from pydantic import TypeAdapter, ValidationError

        try:
            TypeAdapter(self.type).validate_python(value, strict=True)
        except ValidationError as error:
            return f"{self.name} is {_shown(value)}{_inside(error)}, and {self.told}"
        return ""


def parameters_of(source: str) -> list[Parameter]:
    """Those that a cell assigns, in its order; of one that is assigned twice, the last.

    Raises: SyntaxError when the cell is no Python, its magics aside.
    """
    found: dict[str, Parameter] = {}
    for node in _parsed(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
            found[name] = _annotated(name, ast.unparse(node.annotation), node.value)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = (
                        _annotated(target.id, node.type_comment, node.value)
                        if node.type_comment
                        else _defaulted(target.id, node.value)
                    )
    return list(found.values())


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source, type_comments=True)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return ast.parse(TransformerManager().transform_cell(source), type_comments=True)


def _annotated(name: str, annotation: str, value: ast.expr | None) -> Parameter:
    default = ast.unparse(value) if value else ""
    try:
        kind = _type(ast.parse(annotation.strip("\"'"), mode="eval").body)
    except (SyntaxError, LookupError, TypeError, ValueError):
        return Parameter(name, default=default, unchecked=f"its annotation is {annotation}")
    if kind is Any:
        return Parameter(name, default=default, unchecked=f"its annotation is {annotation}")
    if value is not None and isinstance(value, ast.Constant) and value.value is None:
        kind = kind | None  # `region: str = None` is how many write it
    return Parameter(name, kind, f"is annotated {annotation}", default)


def _defaulted(name: str, value: ast.expr) -> Parameter:
    default = ast.unparse(value)
    try:
        literal = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        return Parameter(name, default=default, unchecked=f"its default is {default}")
    if type(literal) not in _DEFAULTS:
        return Parameter(name, default=default, unchecked=f"its default is {default}")
    kind = type(literal)
    return Parameter(name, kind, f"its default is {default} ({kind.__name__})", default)


def _type(node: ast.expr) -> Any:
    """The type that an annotation names. Raises: LookupError for one that is not of JSON."""
    if isinstance(node, ast.Constant) and node.value is None:
        return type(None)
    if isinstance(node, ast.Attribute):  # typing.Optional
        return _PLAIN[node.attr]
    if isinstance(node, ast.Name):
        return _PLAIN[node.id]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _type(node.left) | _type(node.right)
    if isinstance(node, ast.Subscript):
        inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        outer = node.value.attr if isinstance(node.value, ast.Attribute) else ast.unparse(node.value)
        if outer == "Literal":
            return Literal[tuple(ast.literal_eval(each) for each in inside)]
        arguments = [_type(each) for each in inside]
        if outer in _UNIONS:
            union = reduce(or_, arguments)
            return union | None if outer == "Optional" else union
        return _PLAIN[outer][tuple(arguments)]
    raise LookupError(ast.unparse(node))


def _shown(value: object) -> str:
    return f"{shortened(repr(value), _WIDTH)} ({type(value).__name__})"


def _inside(error: Any) -> str:
    """Where within a list or a dict, when it is not the value as a whole."""
    place = [each for each in error.errors()[0]["loc"] if not str(each).isidentifier() or "." in str(each)]
    return f" (at {place[0]!r})" if place else ""
