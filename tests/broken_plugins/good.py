"""The good plugins that the others are made of: those of the notebooks, with their recordings."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def _loaded(name: str, file: Path) -> ModuleType:
    spec = spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sender = _loaded("tests.broken_plugins.sender", NOTEBOOKS / "plugin.py")
reader = _loaded("tests.broken_plugins.reader", NOTEBOOKS / "inbound" / "plugin.py")

sender.BULK_LIMIT = 10  # so that a few records are several batches

Sender = sender.PracticeCrm
Reader = reader.PracticeCrm
SENT = NOTEBOOKS / "scenarios"
READ = NOTEBOOKS / "inbound" / "scenarios"
