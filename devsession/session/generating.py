"""Tests of all completed scenarios at once: the pytest file, and features for behave on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import ScenarioError, UsageError
from devsession.plugin.outcome_rules import check_outcomes
from devsession.recording.scenario import opened
from devsession.render import counted
from devsession.session.completion import FREEZES, Told, frozen_lines
from devsession.session.manifest import manifest_of
from devsession.testing.features import Feature, check_behave
from devsession.testing.generate import check_importable, write_tests
from devsession.testing.scenarios import (
    LoadedInbound,
    LoadedScenario,
    load,
    play,
    scenario_folders,
)

if TYPE_CHECKING:
    from devsession.session.development import DevelopmentSession
    from devsession.testing.scenarios import AnyLoaded, LoadedSync


def generate_tests(session: DevelopmentSession, *, behave: bool) -> Told:
    """Write the tests of every scenario whose method has run. Nothing is written when one fails.

    Raises: ScenarioError, SecretLeakError, or SetupError without behave.
    """
    if behave:
        check_behave()
    plugin_class = session.loaded_class
    check_importable(session.workspace.folder, plugin_class.__name__)
    folders = [opened(path) for path in scenario_folders(session.workspace.scenarios)]
    if not folders:
        raise ScenarioError(
            "There is no scenario with a test",
            where=str(session.workspace.scenarios),
            next_step="scenario.run(), then scenario.complete()",
        )
    scenarios = [load(folder) for folder in folders]
    for scenario in scenarios:
        _check(session, scenario)
    workspace, number = session.workspace.folder, counted(len(scenarios), "scenario")
    lines = []
    if behave:
        plugin_id = manifest_of(session).plugin_id
        feature = Feature(workspace, plugin_id, plugin_class, _of_syncs(scenarios))
        feature.write(session.vault.redactor)
        feature.prove(session.vault.redactor)
        lines = [
            f"Feature: {feature.path.relative_to(workspace)}, {number}, run twice",
            "  as written: all pass, with the network shut",
            "  with an answer of each changed: all fail, as they should",
        ]
    file = write_tests(workspace, plugin_class)
    for scenario, folder in zip(scenarios, folders, strict=True):
        frozen, *details = frozen_lines(folder)
        lines += [f"{scenario.frozen.name}: {frozen}", *details]
    return Told(
        (
            f"Tests: {file.relative_to(workspace)}, {number}",
            *lines,
            FREEZES,
            "next: behave" if behave else "next: devsession test",
        )
    )


def _of_syncs(scenarios: list[AnyLoaded]) -> list[LoadedSync]:
    """Raises: UsageError where another one is among them: a feature speaks of records."""
    syncs = [each for each in scenarios if isinstance(each, LoadedScenario | LoadedInbound)]
    if len(syncs) < len(scenarios):
        raise UsageError(
            "Features for behave tell of syncs, and this plugin has none",
            next_step="session.generate_tests() writes its tests for pytest",
        )
    return syncs


def _check(session: DevelopmentSession, scenario: AnyLoaded) -> None:
    """Raises: ScenarioError unless its outcomes are valid and the plugin still comes to them."""
    name = scenario.frozen.name
    if isinstance(scenario, LoadedScenario):
        _check_outcomes(session, scenario)
    played = play(session.loaded_class, scenario)
    if not played:
        raise ScenarioError(
            f"The test of {name!r} does not pass",
            tried=str(played),
            where=str(scenario.folder),
            next_step="mend plugin.py; or scenario.run() again and complete() it",
            scenario=name,
        )


def _check_outcomes(session: DevelopmentSession, scenario: LoadedScenario) -> None:
    report = check_outcomes(
        scenario.expected,
        scenario.records,
        strategy=scenario.frozen.parameters.sync_strategy.name,
        find_secret=session.vault.redactor.find,
    )
    if not report:
        raise ScenarioError(
            f"The outcomes of {scenario.frozen.name!r} are not valid",
            tried=str(report),
            where=str(scenario.folder),
            next_step="mend plugin.py, scenario.run() again and complete() it",
            scenario=scenario.frozen.name,
        )
