"""Tries a connector where only what its wheel requires can be imported. Run as a script: `python -I`.

Reads JSON from stdin: `path`, folders to import from before all others; `modules`, those that are there
besides Python's own; `source`, module and class; `workflow`, its file. Exits with the command's code, or
3 when the source cannot be imported.
"""

from __future__ import annotations

import json
import runpy
import sys
from importlib import import_module
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec, PathFinder
from typing import Any

NOT_IMPORTED = 3


class Only:
    """Finds these modules, and those of Python itself."""

    def __init__(self, modules: set[str]) -> None:
        self._modules = modules | sys.stdlib_module_names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """None for all others, wherever they are installed."""
        top = name.partition(".")[0]
        there = top in self._modules or top.startswith("_")
        return PathFinder.find_spec(name, path, target) if there else None


def main() -> None:
    """Import the source, then check the workflow."""
    asked = json.load(sys.stdin)
    sys.path[:0] = asked["path"]
    finders: list[Any] = [BuiltinImporter, FrozenImporter, Only(set(asked["modules"]))]
    sys.meta_path[:] = finders
    module, name = asked["source"]
    try:
        getattr(import_module(module), name)
    except Exception as error:  # noqa: BLE001 - whatever the author's module raises
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - it is read from there
        sys.exit(NOT_IMPORTED)
    sys.argv = ["devsession", "workflow", "check", asked["workflow"]]
    runpy.run_module("devsession", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
