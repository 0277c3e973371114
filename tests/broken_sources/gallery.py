"""The gallery hung: each broken source tried with the contract, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devsession.testing import SuiteConfig, metadata_contract

if TYPE_CHECKING:
    from devsession.openmetadata import Source

NAMES = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if path.stem not in ("__init__", "good", "gallery")
)


@dataclass(frozen=True)
class Picture:
    """A broken source: its title, and the check that is to find its fault."""

    title: str
    check: str
    broken: type[Source]


def picture(name: str) -> Picture:
    """One of `NAMES`."""
    module = import_module(f"tests.broken_sources.{name}")
    return Picture(str(module.__doc__).strip(), module.CHECK, module.Broken)


def failures(source: type[Source], scenarios: Path) -> dict[str, str]:
    """Check -> why it fails, of all that do; a check that cannot be tried fails nothing."""
    suite = metadata_contract(source, SuiteConfig(scenarios=scenarios, records=11))
    found = {}
    for name in suite.checks():
        try:
            getattr(suite(), name)()
        except pytest.fail.Exception as failed:
            found[name] = str(failed)
        except pytest.skip.Exception:
            continue
    return found
