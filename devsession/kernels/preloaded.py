"""What a parent has loaded before it forks, and whether it may still be forked."""

from __future__ import annotations

import builtins
import gc
import os
import random
import sys
import sysconfig
import warnings
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What ipykernel loads until a first cell has run, and what most notebooks import: a parent's first
# kernel has these. One that is not installed is passed over: a notebook's own import says so.
FIRST = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.extensions.storemagic",
    "sqlite3",
    "tornado.platform.asyncio",
    "tornado.queues",
    "stack_data",
    "pygments.formatters",
    "pygments.lexers.python",
    "pandas",
    "pandas.io.formats.html",
    "requests",
    "pydantic",
    "ipywidgets",
    "anywidget",
)
# What devsession's notebooks import as well: loaded one by one while all is quiet. Importing
# Snowpark starts no thread, loads no gRPC and opens no connection. Never a module of an author's:
# theirs change while a parent lives.
LATER = (
    "cryptography.x509",
    "snowflake.connector",
    "snowflake.snowpark",
    "vcr",
    "devsession.session.development",
)

# Whose sources IPython parses for a notebook's first traceback through them, beside those of a frame's
# missing column. It walks 20,000 lines of pandas then, which takes longer than to start the kernel.
PARSED = ("pandas.core.generic", "pandas.core.indexing", "pandas.core.series")

_State = tuple[int, int] | None


class Preloaded:
    """What stands in the parent's memory, and was there when it was loaded."""

    def __init__(self) -> None:
        self.generators: list[random.Random] = []
        self._standard = _top_level() | sys.stdlib_module_names
        self._files: dict[str, _State] = {}
        self._later: list[Callable[[], None]] = [
            _show_a_traceback,
            *(partial(_import, name) for name in LATER),
            *(partial(_parse, name) for name in PARSED),
        ]
        before = dict(os.environ)
        for name in FIRST:
            _import(name)
        self._take_stock()
        # As ipykernel's debugger does; what notebooks import sets it when they do.
        self.environment = dict(os.environ.items() - before.items())

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left for `load_more`."""
        return not self._later

    def load_more(self) -> None:
        """Load the next of what is left."""
        self._later.pop(0)()
        self._take_stock()

    def is_outdated(self) -> bool:
        """Whether a loaded file is another by now: a package was updated, or is being worked on."""
        return any(_state(file) != state for file, state in self._files.items())

    def hidden_in(self, folder: str) -> str | None:
        """A module of the folder that a loaded one of the same name would hide from its notebooks."""
        try:
            there = os.listdir(folder)  # noqa: PTH208 - for the time of it, before each fork
        except OSError:
            return None
        foreign = _top_level() - self._standard
        alike = [name for name in there if name.removesuffix(".py") in foreign]
        return next((name for name in alike if _is_another(Path(folder, name))), None)

    def _take_stock(self) -> None:
        for module in [each.__dict__ for each in list(sys.modules.values())]:
            module.get("__warningregistry__", {}).clear()  # warned of is what a notebook does
            file = module.get("__file__")
            if file and file not in self._files and not _is_standard(file):
                self._files[file] = _state(file)
        self.generators += [each for each in gc.get_objects() if isinstance(each, random.Random)]
        gc.collect()
        gc.freeze()  # what is loaded is not walked again, so kernels go on sharing its memory


def _import(name: str) -> None:
    with _as_in_a_kernel(), suppress(Exception):  # the notebook that imports it is told
        import_module(name)


def _show_a_traceback() -> None:
    """Have what IPython parses and compiles for the first one."""
    with suppress(Exception):  # of another version of IPython
        shown = import_module("IPython.core.ultratb").AutoFormattedTB(
            "Context", theme_name="neutral"
        )
        try:
            import_module("pandas").DataFrame({"a": [1]})["b"]
        except KeyError as error:
            shown.structured_traceback(type(error), error, error.__traceback__)


def _parse(name: str) -> None:
    """Have its source where IPython looks for it, which sees by its lines whether it is the same."""
    with suppress(Exception):  # it is not installed, or has none
        file = import_module(name).__file__
        import_module("stack_data").Source.for_filename(file).pieces  # noqa: B018 - kept by it


def threads() -> int:
    """How many threads this process has, those of C libraries included."""
    return len(list(Path("/proc/self/task").iterdir()))


def settle() -> None:
    """Have the threads end that a library keeps, but ends itself before a fork.

    OpenBLAS starts its pool when NumPy is imported, and starts it again when it computes.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


@contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """pandas asks when it is imported, and prints wider frames in a notebook than on a terminal."""
    shell = SimpleNamespace(kernel=None)
    vars(builtins).update(get_ipython=lambda: shell, __IPYTHON__=True)
    try:
        yield
    finally:
        del vars(builtins)["get_ipython"], vars(builtins)["__IPYTHON__"]


def _top_level() -> set[str]:
    return {name.partition(".")[0] for name in sys.modules}


def _is_another(place: Path) -> bool:
    """Whether `import` would find a module here, and not the one that is loaded."""
    source = place if place.suffix == ".py" else place / "__init__.py"
    loaded = getattr(sys.modules[place.stem], "__file__", None)
    return source.is_file() and not (loaded and source.samefile(loaded))


def _is_standard(file: str) -> bool:
    return file.startswith(_STANDARD) and "site-packages" not in file


_STANDARD = sysconfig.get_path("stdlib") + os.sep


def _state(file: str) -> _State:
    try:
        found = os.stat(file)  # noqa: PTH116 - for the time of it: two thousand before each fork
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
