"""The contract suite of `devsession test`: as the project chooses it in tests/test_contract.py."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from devsession.cli.place import CONTRACT
from devsession.cli.verdict import Verdict
from devsession.errors import PluginLoadError
from devsession.session.plugin_source import kind_of, load_plugin_class

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.cli.verdict import Kind, Tell
    from devsession.testing.contract.told_suite import ToldSuite
    from devsession.testing.examination import Examination

# Each scenario tells of these itself.
_PLAYED = (
    "outcomes_of_recorded_records",
    "faults_of_the_app_are_borne",
    "recorded_events_are_handled_as_recorded",
)


def contract_check(project: Path) -> Kind:
    """What any plugin, source of metadata or handler of events has to keep to, tried on the project's."""

    def run(tell: Tell) -> None:
        for suite in _suites(project):
            report = suite.report(without=_PLAYED)
            tell(Verdict(bool(report), _told(report), report.as_dict()))

    return run


def contract_of(plugin_class: Any) -> type[ToldSuite]:
    """The contract of a plugin, as its kind has it, with nothing left out."""
    from devsession.testing import events_contract, metadata_contract, plugin_contract

    contracts: dict[str | None, Any] = {"metadata": metadata_contract, "events": events_contract}
    suite: type[ToldSuite] = contracts.get(kind_of(plugin_class), plugin_contract)(plugin_class)
    return suite


def _suites(project: Path) -> list[type[ToldSuite]]:
    """Those of the project's file, with what they leave out; without one, that of its plugin.

    Raises: PluginLoadError when the plugin, or that file, cannot be loaded.
    """
    from devsession.testing.contract.told_suite import ToldSuite

    plugin_class: Any = load_plugin_class(project)
    file = project / CONTRACT
    spec = importlib.util.spec_from_file_location(file.stem, file) if file.is_file() else None
    if spec is None or spec.loader is None:
        return [contract_of(plugin_class)]
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise PluginLoadError(
            f"{CONTRACT} does not import: {type(error).__name__}: {error}",
            where=str(file),
            next_step=f"pytest {CONTRACT}",
        ) from error
    classes = [each for each in vars(module).values() if isinstance(each, type)]
    chosen = [each for each in classes if issubclass(each, ToldSuite) and "bench" in vars(each)]
    return chosen or [contract_of(plugin_class)]


def _told(report: Examination) -> str:
    """The verdict, then what is wrong, then each reason why checks were not tried."""
    held = sum(each.state == "ok" for each in report.checks)
    lines = [f"contract of {report.plugin}: {held} of {len(report.checks)} checks hold"]
    for each in report.checks:
        if each.state == "error":
            lines += [f"  {each.method}:", *(f"    {line}" for line in each.told.splitlines())]
            lines += [f"      source: {each.source}"] if each.source else []
    reasons = [each.told for each in report.checks if each.state == "not tried"]
    lines += [f"  {reasons.count(why)} not tried: {why}" for why in dict.fromkeys(reasons)]
    return "\n".join(lines)
