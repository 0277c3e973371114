"""The Omnata dialect: a plugin written for `omnata_plugin_runtime` runs without that package.

`import devsession` puts a finder behind all others. Where it is asked for that package, the package
is not installed, and the modules made here stand in: each name is looked up in `names.py` when a
plugin imports it, and leads to ours.

Source: sync contract, vocabulary.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader
from importlib.util import spec_from_loader
from typing import TYPE_CHECKING

from devsession.omnata_names.names import EVERYWHERE, MODULES, PACKAGE, not_carried_over

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType


def spec_of(name: str) -> ModuleSpec | None:
    """The stand-in for a module of the package, or for the package itself.

    None where the package itself is there: it is not mixed with ours.

    Raises: NotCarriedOverError for a module that has no stand-in.
    """
    module = name.removeprefix(PACKAGE).removeprefix(".")
    if module and not isinstance(getattr(sys.modules.get(PACKAGE), "__loader__", None), _Names):
        return None
    if module and module not in MODULES:
        raise not_carried_over(module, PACKAGE, known=MODULES)
    return spec_from_loader(name, _Names(module), is_package=not module)


class _Names(Loader):
    """Makes a module whose names are looked up when they are first asked for."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._names = sorted(MODULES[module] if module else MODULES)

    def exec_module(self, module: ModuleType) -> None:
        def lead(name: str) -> object:
            if name.startswith("_"):  # what Python and tools look for in any module
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            found = self._found(name, module.__name__)
            setattr(module, name, found)
            return found

        vars(module).update(__getattr__=lead, __all__=self._names, __doc__=__doc__)

    def _found(self, name: str, where: str) -> object:
        if not self._module and name in MODULES:
            return import_module(f"{where}.{name}")
        if name not in EVERYWHERE:
            raise not_carried_over(name, where, known=self._names)
        home, own_name = EVERYWHERE[name]
        found: object = getattr(import_module(home), own_name)
        return found
