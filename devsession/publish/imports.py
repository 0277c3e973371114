"""What Python files import, and whether they ask where they lie."""

from __future__ import annotations

import ast
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import PublishError
from devsession.publish.channel import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeGuard

# Conditions that hold nowhere but here: for a type checker, or in a script.
_ELSEWHERE = {"TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'"}
# What these of ours import when they are called, which is left to who calls them.
_LIBRARIES = {
    "retrying_session": "requests",
    "retrying_client": "httpx",
    "retrying_async_client": "httpx",
}


def imports_in(source: bytes, path: str) -> Iterator[tuple[str, int]]:
    """Each module that is imported, at any depth of the code that runs there, and its line.

    Of `from devsession import ..` each name on its own: what stands behind it may not go along. A
    session of `devsession.http` is an import of the library whose session it is.
    """
    try:
        tree = ast.parse(source, path, feature_version=int(PYTHON.partition(".")[2]))
    except (SyntaxError, ValueError) as error:
        number = getattr(error, "lineno", None)
        line = f", line {number}" if number else ""
        raise PublishError(
            f"{Path(path).name} is no Python: {getattr(error, 'msg', None) or error}",
            where=f"{path}{line}",
            next_step="mend the line: the plugin imports this file",
            step="package",
        ) from None
    todo: deque[ast.AST] = deque([tree])
    while todo:
        node = todo.popleft()
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named = (
                [f".{alias.name}" for alias in node.names] if node.module == "devsession" else [""]
            )
            yield from ((node.module + name, node.lineno) for name in named)
            if node.module == "devsession.http":
                needed = (_LIBRARIES.get(alias.name) for alias in node.names)
                yield from ((library, node.lineno) for library in needed if library)
        elif isinstance(node, ast.Call) and (called := _imported_by_call(node)):
            yield called, node.lineno
        runs = node.orelse if _is_elsewhere(node) else ast.iter_child_nodes(node)
        todo += runs


def imported_packages(files: Mapping[str, bytes]) -> dict[str, str]:
    """Top-level modules that files import -> the first file that does."""
    found: dict[str, str] = {}
    for path in sorted(files):
        if path.endswith(".py"):
            for name, _ in imports_in(files[path], path):
                found.setdefault(name.partition(".")[0], path)
    return found


def places_used(files: Mapping[str, bytes]) -> list[str]:
    """Where files ask for their own place, `helpers.py, line 7`: there they lie in a zip."""
    return [
        f"{path}, line {node.lineno}"
        for path in sorted(files)
        if path.endswith(".py")
        for node in ast.walk(ast.parse(files[path]))
        if isinstance(node, ast.Name) and node.id == "__file__"
    ]


def _imported_by_call(node: ast.Call) -> str:
    """What `import_module("name")` imports; "" for another call, and for a name within its package."""
    function = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    function = node.func.id if isinstance(node.func, ast.Name) else function
    named = node.args[0] if node.args else None
    if function not in {"import_module", "__import__"} or not isinstance(named, ast.Constant):
        return ""
    return named.value if isinstance(named.value, str) and named.value[:1] != "." else ""


def _is_elsewhere(node: ast.AST) -> TypeGuard[ast.If]:
    """Whether it is an `if` that never holds there: for a type checker, or a script."""
    return isinstance(node, ast.If) and ast.unparse(node.test) in _ELSEWHERE
