"""The Python that is packed: the plugin with what it imports from beside it, and our part of it."""

from __future__ import annotations

import ast
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOUSE = Path(__file__).parents[1]
# What plugins are written against, and what calls them there. The rest of devsession stays here.
ROOMS = (
    "__init__.py",
    "errors.py",
    "private.py",
    "quoting.py",
    "render.py",
    "http",
    "omnata_names",
    "plugin",
    "publish/__init__.py",
    "publish/inside",
    "secrets",
)
HANDLERS = "devsession_handlers"
"""The module that is written beside the plugin, whose functions the procedures call."""


def own_files() -> dict[str, bytes]:
    """Our part: path in the package -> content, with the licence that it is given under."""
    files = {
        f"devsession/{file.relative_to(_HOUSE).as_posix()}": file.read_bytes()
        for room in ROOMS
        for file in ([_HOUSE / room] if room.endswith(".py") else (_HOUSE / room).rglob("*.py"))
    }
    return files | {"devsession/LICENSE": _licence()}


def plugin_files(folder: Path, module: str) -> dict[str, bytes]:
    """A module of the project and what it imports from there: path -> content.

    Of a package all files go along, data as well; nothing that begins with a dot.

    Raises: PublishError where it has no file there; for an import of a part of devsession that stays
        here, of a module that would stand in the way of ours, or of a file that is no Python.
    """
    files: dict[str, bytes] = {}
    todo = [module]
    while todo:
        name = todo.pop().partition(".")[0]
        for file in _files_of(folder, name):
            path = file.relative_to(folder).as_posix()
            if path in files:
                continue
            files[path] = file.read_bytes()
            if file.suffix == ".py":
                imported = list(_imports(file))
                _refuse_what_stays(path, imported)
                todo += [each for each, _ in imported]
    if not files:
        raise PublishError(
            "The plugin stands in no file of the project",
            tried=f"module {module}",
            where=str(folder),
            next_step="move its class into plugin.py: a cell of a notebook cannot be packed",
            step="package",
        )
    if f"{HANDLERS}.py" in files or any(path.startswith("devsession/") for path in files):
        raise PublishError(
            f"A module of the project is called {HANDLERS} or devsession",
            where=str(folder),
            next_step="give it another name: the package has modules of these names",
            step="package",
        )
    return files


def imported_packages(files: dict[str, bytes]) -> dict[str, str]:
    """Top-level modules that files import -> the first file that does."""
    found: dict[str, str] = {}
    for path in sorted(files):
        if path.endswith(".py"):
            for name, _ in _imports_in(files[path], path):
                found.setdefault(name.partition(".")[0], path)
    return found


def _files_of(folder: Path, name: str) -> list[Path]:
    """The files of a module or package of the project; none where it is another's."""
    single, package = folder / f"{name}.py", folder / name
    if single.is_file():
        return [single]
    if not package.is_dir() or not any(package.rglob("*.py")):
        return []
    return sorted(
        file
        for file in package.rglob("*")
        if file.is_file()
        and file.suffix not in {".pyc", ".ipynb"}
        and not any(
            part.startswith((".", "__pycache__")) for part in file.relative_to(folder).parts
        )
    )


def _imports(file: Path) -> Iterator[tuple[str, int]]:
    yield from _imports_in(file.read_bytes(), str(file))


def _imports_in(source: bytes, path: str) -> Iterator[tuple[str, int]]:
    """Each module that is imported, at any depth of the code, and its line."""
    try:
        tree = ast.parse(source, path)
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise PublishError(
            f"{Path(path).name} is no Python: {getattr(error, 'msg', None) or error}",
            where=f"{path}{line}",
            next_step="mend the line: the plugin imports this file",
            step="package",
        ) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno


def _refuse_what_stays(path: str, imported: list[tuple[str, int]]) -> None:
    rooms = {room.partition("/")[0].removesuffix(".py") for room in ROOMS}
    for name, line in imported:
        ours, _, rest = name.partition(".")
        room = rest.partition(".")[0]
        if ours == "devsession" and room and room not in rooms:
            raise PublishError(
                f"{path} imports {name}, which does not go to Snowflake",
                tried=f"of devsession there is {', '.join(sorted(rooms - {'__init__'}))}",
                where=f"{path}, line {line}",
                next_step="import it where it is used here only, in a notebook or a test",
                step="package",
            )


def _licence() -> bytes:
    try:
        text = distribution("devsession").read_text("licenses/LICENSE")
    except PackageNotFoundError:
        text = None
    checkout = _HOUSE.parent / "LICENSE"
    return text.encode() if text else checkout.read_bytes()
