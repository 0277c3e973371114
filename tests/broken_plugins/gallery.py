"""The gallery hung: each broken plugin tried with the contract suite, in this process."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devsession.testing import SuiteConfig, plugin_contract
from devsession.testing.contract.suite import CHECKS
from tests.broken_plugins.good import READ, SENT, Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin import Plugin

NAMES = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if path.stem not in ("__init__", "good", "gallery")
)


@dataclass(frozen=True)
class Verdict:
    """What the checks said, by their names: why they failed, why they were skipped."""

    passed: list[str]
    failed: dict[str, str]
    skipped: dict[str, str]


def tried(
    plugin_class: type[Plugin], config: SuiteConfig, checks: Sequence[str] = CHECKS
) -> Verdict:
    """Run checks of the suite, as pytest would."""
    suite = plugin_contract(plugin_class, config)
    verdict = Verdict([], {}, {})
    for name in checks:
        try:
            getattr(suite(), name)()
            verdict.passed.append(name)
        except pytest.fail.Exception as failed:
            verdict.failed[name] = str(failed)
        except pytest.skip.Exception as skipped:
            verdict.skipped[name] = str(skipped)
    return verdict


def with_only(scenario: Path, place: Path) -> SuiteConfig:
    """With the recording of one scenario's folder, and the tape, copied to a place."""
    scenarios = place / "scenarios"
    shutil.copytree(scenario, scenarios / scenario.name)
    shutil.copy(scenario.parent / "tape.yaml", scenarios)
    return SuiteConfig(scenarios=scenarios)


@dataclass(frozen=True)
class Picture:
    """A broken plugin: its title, and the check that is to find its fault."""

    title: str
    check: str
    broken: type[Plugin]

    @property
    def config(self) -> SuiteConfig:
        """With the recordings of the plugin that it was made of."""
        inbound = issubclass(self.broken, Reader)
        return SuiteConfig(scenarios=READ if inbound else SENT, records=11)


def picture(name: str) -> Picture:
    """One of `NAMES`."""
    module = import_module(f"tests.broken_plugins.{name}")
    return Picture(str(module.__doc__).strip(), module.CHECK, module.Broken)
