"""The Python that is packed: the plugin with what it imports from beside it, and our part of it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from devsession.errors import PublishError
from devsession.publish.imports import imports_in

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
_OURS = "devsession"
NAMES = {"Outcomes", "expression", "secret", "__version__"}
"""What `from devsession import ..` gives there; a DevelopmentSession is for here."""
_HIDDEN = {"__init__", "__version__"}
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
        here, of a module that would stand in the way of ours, or of a file that is no Python; for a
        link that cannot be followed.
    """
    files: dict[str, bytes] = {}
    todo = [module]
    while todo:
        name = todo.pop().partition(".")[0]
        for file in _files_of(folder, name):
            path = file.relative_to(folder).as_posix()
            if path in files:
                continue
            files[path] = content_of(file, path)
            if file.suffix == ".py":
                imported = list(imports_in(files[path], path))
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


def content_of(file: Path, path: str) -> bytes:
    """Of a file of the project; path: its name in the package. Raises: PublishError."""
    try:
        path.encode()
        return file.read_bytes()
    except (OSError, UnicodeEncodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "its name is no Unicode"
    raise PublishError(
        "A file of the project cannot be packed",
        tried=problem or "it cannot be read",
        where=repr(str(file)),
        next_step="make it readable for you, or take it away",
        step="package",
    )


def _files_of(folder: Path, name: str) -> list[Path]:
    """The files of a module or package of the project; none where it is another's."""
    single, package = folder / f"{name}.py", folder / name
    if single.is_file() and not (package / "__init__.py").is_file():
        _refuse_links([single], folder)
        return [single]
    if not package.is_dir() or not any(package.rglob("*.py")):
        return []
    found = [
        path
        for path in package.rglob("*")
        if path.suffix not in {".pyc", ".ipynb"}
        and not any(
            part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts
        )
    ]
    _refuse_links(found, folder)
    return sorted(path for path in found if path.is_file())


def _refuse_links(paths: list[Path], folder: Path) -> None:
    """One out of the project would pack what is no part of it; one to a folder would be left out."""
    inside = folder.resolve()
    for path in paths:
        out = not path.resolve().is_relative_to(inside)
        if path.exists() and (out or (path.is_symlink() and path.is_dir())):
            raise PublishError(
                f"{path.relative_to(folder).as_posix()} is a link "
                + ("out of the project" if out else "to a folder"),
                tried=f"it leads to {path.resolve()}",
                where=str(folder),
                next_step="put there what it leads to",
                step="package",
            )


def _refuse_what_stays(path: str, imported: list[tuple[str, int]]) -> None:
    rooms = {room.partition("/")[0].removesuffix(".py") for room in ROOMS}
    for name, line in imported:
        ours, _, rest = name.partition(".")
        room = rest.partition(".")[0]
        if ours == _OURS and room and room not in rooms | NAMES:
            raise PublishError(
                f"{path} imports {name}, which does not go to Snowflake",
                tried=f"of devsession there is {', '.join(sorted((rooms | NAMES) - _HIDDEN))}",
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
