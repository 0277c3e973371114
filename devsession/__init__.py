"""devsession: build plugins that move data between Snowflake and apps, cell by cell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

    from devsession.plugin.mapping import expression
    from devsession.plugin.outcomes import Outcomes
    from devsession.secrets.reference import secret
    from devsession.session import DevelopmentSession

__version__ = "0.1.0"
__all__ = ["DevelopmentSession", "Outcomes", "expression", "secret"]

# Loaded when first used: `import devsession` must not cost what Snowpark and pandas cost.
_HOMES = {
    "DevelopmentSession": "devsession.session",
    "Outcomes": "devsession.plugin.outcomes",
    "expression": "devsession.plugin.mapping",
    "secret": "devsession.secrets.reference",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'devsession' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


class _OmnataNames:
    """Finds `omnata_plugin_runtime` where that package is not installed: its names lead to ours."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if name.partition(".")[0] != "omnata_plugin_runtime":
            return None
        from devsession.omnata_names import spec_of

        return spec_of(name)


# Asked last: the package itself wins.
sys.meta_path.append(_OmnataNames)
