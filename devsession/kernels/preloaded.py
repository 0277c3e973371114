"""What a parent has loaded before it forks, and whether it may still be forked."""

from __future__ import annotations

import gc
import os
import random
import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

# What ipykernel needs to run a first cell, and what notebooks import. Never a module of an author's:
# theirs change while a parent lives. A Snowpark import starts no thread and opens no connection.
# One that is not installed is passed over: a notebook that imports it says so itself.
MODULES = (
    "ipykernel.kernelapp",
    "pandas",
    "pyarrow",
    "requests",
    "pydantic",
    "ipywidgets",
    "anywidget",
    "snowflake.snowpark",
    "devsession.session",
)

_State = tuple[int, int] | None


class Preloaded(NamedTuple):
    """What stands in the parent's memory, and was there when it was loaded."""

    files: dict[str, _State]
    foreign: frozenset[str]
    generators: list[random.Random]

    def outdated(self) -> bool:
        """Whether a loaded file is another by now: a package was updated, or is being worked on."""
        return any(_state(file) != state for file, state in self.files.items())

    def hidden_in(self, folder: str) -> str | None:
        """A module of the folder that a loaded one of the same name would hide from its notebooks."""
        try:
            there = os.listdir(folder)  # noqa: PTH208 - one call, for the time of it
        except OSError:
            return None
        return next((name for name in there if name.removesuffix(".py") in self.foreign), None)


def preload(names: tuple[str, ...] = MODULES) -> Preloaded:
    """Load the modules; what each process starts anew is told in `Preloaded`."""
    before = _top_level()
    for name in names:
        try:
            import_module(name)
        except Exception:  # noqa: BLE001,S112 - what fails to load fails in the notebook, where it is seen
            continue
    modules = [module.__dict__ for module in list(sys.modules.values())]
    for each in modules:
        each.get("__warningregistry__", {}).clear()  # a notebook is warned of what it does itself
    found = Preloaded(
        files={file: _state(file) for each in modules if (file := each.get("__file__"))},
        foreign=frozenset(_top_level() - before - sys.stdlib_module_names),
        generators=[each for each in gc.get_objects() if isinstance(each, random.Random)],
    )
    gc.collect()
    gc.freeze()  # what is loaded is not walked again, so kernels go on sharing its memory
    return found


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


def _top_level() -> set[str]:
    return {name.partition(".")[0] for name in sys.modules}


def _state(file: str) -> _State:
    try:
        found = os.stat(file)  # noqa: PTH116 - two thousand of them before each fork
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
