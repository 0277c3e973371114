"""The gallery hung: each broken source tried with the contract, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from devsession.testing import SuiteConfig, metadata_contract

if TYPE_CHECKING:
    from devsession.openmetadata import Source
    from devsession.testing.contract.told_suite import ToldSuite


def names_in(folder: Path) -> list[str]:
    """The pictures of a gallery."""
    every = (path.stem for path in folder.glob("*.py"))
    return sorted(name for name in every if name not in ("__init__", "good", "gallery"))


NAMES = names_in(Path(__file__).parent)


@dataclass(frozen=True)
class Picture:
    """A broken source, or handler: its title, and the check that is to find its fault."""

    title: str
    check: str
    broken: Any


def picture(name: str, gallery: str = "broken_sources") -> Picture:
    """One of the `NAMES` of a gallery."""
    module = import_module(f"tests.{gallery}.{name}")
    return Picture(str(module.__doc__).strip(), module.CHECK, module.Broken)


def failures(source: type[Source], scenarios: Path) -> dict[str, str]:
    """Check -> why it fails, of all that do; a check that cannot be tried fails nothing."""
    return failed(metadata_contract(source, SuiteConfig(scenarios=scenarios, records=11)))


def failed(suite: type[ToldSuite]) -> dict[str, str]:
    """The same, of a suite."""
    found = {}
    for name in suite.checks():
        try:
            getattr(suite(), name)()
        except pytest.fail.Exception as failure:
            found[name] = str(failure)
        except pytest.skip.Exception:
            continue
    return found
