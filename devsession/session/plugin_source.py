"""The author's plugin class, loaded again when its file was saved."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from devsession.errors import DevsessionError, PluginLoadError, UsageError, did_you_mean
from devsession.plugin.contract import Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from devsession.openmetadata import EventHandler, Source

Kind = Literal["sync", "metadata", "events"]

_STEPS: tuple[tuple[Kind, str, str], ...] = (
    ("metadata", "devsession.openmetadata.steps.steps", "Source"),
    ("events", "devsession.openmetadata.events.handler", "EventHandler"),
)
# What one does, what it has, and the method of a session that gives it.
_ABOUT: dict[Kind, tuple[str, str, str]] = {
    "sync": ("is a plugin for syncs", "syncs", "sync"),
    "metadata": ("reads metadata", "workflows", "workflow"),
    "events": ("handles events", "events", "events"),
}


class PluginSource:
    """One plugin class and the file that it comes from.

    A class that was defined in a notebook cell has no file: it changes when the author hands
    over the new one.
    """

    def __init__(self, plugin_class: type[Plugin | Source | EventHandler]) -> None:
        if kind_of(plugin_class) is None:
            raise UsageError(
                f"{plugin_class!r} is not a plugin class",
                tried="DevelopmentSession(..) takes the class itself, derived from Plugin or, for "
                "metadata, from Source or EventHandler",
                next_step="from plugin import <YourPlugin>; DevelopmentSession(<YourPlugin>)",
            )
        self.plugin_class: type[Any] = plugin_class
        self._module = plugin_class.__module__
        self._file = _source_file(plugin_class)
        self._modules: list[str] = []
        self._files: set[Path] = set()
        self._seen = self._fingerprint()
        self._failure: PluginLoadError | None = None

    @property
    def name(self) -> str:
        return self.plugin_class.__name__

    @property
    def kind(self) -> Kind:
        """What the plugin is for."""
        kind = kind_of(self.plugin_class)
        assert kind is not None  # noqa: S101 - it would not be here
        return kind

    def require(self, kind: Kind, slug: str) -> None:
        """Raises: UsageError for a plugin that is for something else than what is asked of it."""
        if self.kind == kind:
            return
        what, _, method = _ABOUT[self.kind]
        _, none, asked = _ABOUT[kind]
        raise UsageError(
            f"{self.name} {what}, and has no {none}",
            tried=f"session.{asked}({slug!r})",
            next_step=f"session.{method}({slug!r}); or a DevelopmentSession(..) of another class",
        )

    @property
    def saved(self) -> object:
        """What compares equal until the file, or a module beside it, is saved: read in no time."""
        return [(file, _stamp(file)) for file in self._seen]

    def refresh(self) -> bool:
        """Load the file again when it, or a module beside it, was saved; whether it was.

        Raises: PluginLoadError when the saved file does not import; again at every use until
            it is mended, and the class loaded before stays out of use meanwhile.
        """
        file, now = self._file, self._fingerprint()
        changed = self._saved_since(now)
        self._seen = now
        if file is None or not changed:
            if self._failure is not None:
                raise self._failure
            return False
        self._failure = None
        before = self.plugin_class
        try:
            self.plugin_class = self._load(file)
        except PluginLoadError as error:
            self._failure = error
            raise
        self.look()
        _replace_in_notebook(before, self.plugin_class)
        return True

    def look(self) -> None:
        """Remember the modules beside it that were loaded since, as they are: they may be saved later."""
        self._seen = {**self._fingerprint(), **self._seen}

    def _saved_since(self, now: dict[Path, bytes]) -> bool:
        """Whether a file is otherwise, or gone.

        A module that was loaded since, by a cell or by its name, was not saved for that; nor was one
        that nothing has loaded again.
        """
        if self._failure is not None:
            return now != self._seen  # what was missing may be there again
        return any(
            now[file] != text if file in now else not file.is_file()
            for file, text in self._seen.items()
        )

    def _load(self, file: Path) -> type[Plugin]:
        with _modules_set_aside(file.parent):
            module = _import(self._module, file)
            plugin_class: Any = getattr(module, self.name, None)
            if kind_of(plugin_class) is None:
                raise PluginLoadError(
                    f"{file.name} no longer holds the plugin class {self.name}",
                    tried=did_you_mean(self.name, plugin_names(module)),
                    where=str(file),
                    next_step="name the class as before, or pass the new one to DevelopmentSession",
                    plugin=self.name,
                )
            found: type[Plugin] = plugin_class
            return found

    def _fingerprint(self) -> dict[Path, bytes]:
        """The text of the plugin's file and of the modules beside it that are loaded."""
        if self._file is None:
            return {}
        # Thousands of modules, asked for many times a cell: looked through when there are others.
        if self._modules != (modules := list(sys.modules)):
            self._modules = modules
            self._files = {self._file, *_module_files(self._file.parent).values()}
        return {file: file.read_bytes() for file in self._files if file.is_file()}


def load_plugin_class(folder: Path, file_name: str = "plugin.py") -> type[Plugin]:
    """The plugin class of a file in a folder.

    Raises: PluginLoadError when there is no such file, it does not import, or it holds none
        or several plugin classes.
    """
    file = folder / file_name
    if not file.is_file():
        raise PluginLoadError(
            f"There is no {file_name} in {folder}",
            next_step="cd into the plugin's folder, or make one: devsession init NAME",
        )
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    with _modules_set_aside(folder):
        module = _import(file.stem, file)
    names = plugin_names(module)
    if len(names) != 1:
        raise _not_one(file, names, module)
    plugin_class: type[Plugin] = getattr(module, names[0])
    return plugin_class


def plugin_names(module: ModuleType) -> list[str]:
    """The plugin classes that a module defines itself."""
    return [
        name
        for name, value in vars(module).items()
        if kind_of(value) and value.__module__ == module.__name__
    ]


def kind_of(value: object) -> Kind | None:
    """What a class is a plugin for, by what it is derived from; None for one that is no plugin."""
    if not isinstance(value, type):
        return None
    if issubclass(value, Plugin):
        return "sync"
    for kind, module, name in _STEPS:
        # Whoever has derived from it has loaded it; nobody else has to.
        base = getattr(sys.modules.get(module), name, None)
        if base is not None and issubclass(value, base):
            return kind
    return None


def instance_of(plugin_class: type[Plugin]) -> Plugin:
    """A new one; of a step its stand-in, which asks for its configuration."""
    if kind_of(plugin_class) == "sync":
        return plugin_class()
    from devsession.session.step_plugin import plugin_of

    return plugin_of(plugin_class)  # type: ignore[arg-type]  # it is a step


def _not_one(file: Path, names: list[str], module: ModuleType) -> PluginLoadError:
    """The error of a file with no plugin class, or with several."""
    tried = ""
    next_step = (
        "keep one there, and the others in modules of their own"
        if names
        else "derive one class from devsession.plugin.Plugin; for a catalog from Source or EventHandler "
        "of devsession.openmetadata"
    )
    if theirs := [] if names else _of_the_package(module):
        tried = f"{theirs[0]} derives from omnata-plugin-runtime, which is installed here"
        next_step = "uninstall that package in this environment: devsession has its names"
    return PluginLoadError(
        f"{file.name} should hold one plugin class; it holds {', '.join(names) or 'none'}",
        tried=tried,
        where=str(file),
        next_step=next_step,
    )


def _of_the_package(module: ModuleType) -> list[str]:
    """The module's classes that derive from one of the installed `omnata_plugin_runtime`."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and any(base.__module__.startswith("omnata_plugin_runtime") for base in value.__mro__)
    ]


def _replace_in_notebook(before: type[Plugin], now: type[Plugin]) -> None:
    """Names of the notebook that mean the old class mean the new one."""
    main = sys.modules.get("__main__")
    for name, value in list(vars(main).items() if main else []):
        if value is before:
            setattr(main, name, now)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:  # an editor replaces it right now
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _source_file(plugin_class: type) -> Path | None:
    # What was written in a cell has no file; what ships with devsession, none that is the author's.
    if plugin_class.__module__ == "__main__" or plugin_class.__module__.startswith("devsession."):
        return None
    try:
        file = inspect.getsourcefile(plugin_class)
    except TypeError:
        return None
    return Path(file).resolve() if file and Path(file).is_file() else None


def _module_files(folder: Path) -> dict[str, Path]:
    """The loaded modules whose source lies directly in `folder`, or in a package of it."""
    # Text is compared, not paths, of which there are thousands.
    inside = f"{folder}{os.sep}"
    found = {}
    script = sys.modules.get("__main__")  # which multiprocessing lists by another name, too
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        ours = file.startswith(inside) and file.endswith(".py") and module is not script
        if ours and "site-packages" not in Path(file).parts:
            found[name] = Path(file)
    return found


@contextmanager
def _modules_set_aside(folder: Path) -> Iterator[None]:
    """Import the folder's modules anew; on an error those of before come back."""
    before = {name: sys.modules.pop(name) for name in _module_files(folder)}
    try:
        yield
    except BaseException:
        for name in _module_files(folder):
            del sys.modules[name]
        sys.modules.update(before)
        raise


def _import(name: str, file: Path) -> ModuleType:
    # Byte code is trusted by a time stamp in whole seconds and the size: a quick second save
    # of equal length would run the old code.
    for source in {file, *file.parent.glob("*.py")}:
        Path(importlib.util.cache_from_source(str(source))).unlink(missing_ok=True)
    importlib.invalidate_caches()
    # A module of this name can come from another project, and so can what is on the path.
    sys.modules.pop(name, None)
    root = str(file.parents[name.count(".") + (file.stem == "__init__")])
    sys.path.insert(0, root)
    try:
        return importlib.import_module(name)
    except DevsessionError as error:
        raise PluginLoadError(
            f"{file.name} does not import: {error.what}",
            tried=error.tried,
            where=_place(error, file),
            next_step=error.next_step or "mend the line and save",
            plugin=name,
        ) from None
    except Exception as error:  # noqa: BLE001 - whatever the author's file raises
        raise PluginLoadError(
            f"{file.name} does not import: {type(error).__name__}: {error}",
            where=_place(error, file),
            next_step="mend the line and save; the next cell loads the file again",
            plugin=name,
        ) from None
    finally:
        sys.path.remove(root)


def _place(error: Exception, file: Path) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{error.filename or file}, line {error.lineno}: {(error.text or '').strip()}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == file.parent]
    if not own:
        return str(file)
    return f"{own[-1].filename}, line {own[-1].lineno}: {own[-1].line}"
