"""Scenarios of the plugin, played from their recordings: written by devsession.

Each folder in scenarios/ is one test: frozen input, recorded answers of the app, expected outcomes.
It needs neither account nor network. It freezes what the plugin did when the scenario was completed
and proves no correctness. Change plugin.py or the scenarios, not this file: complete() writes it.
"""

import sys
from pathlib import Path

import pytest
from devsession.testing import run_scenario, scenario_folders

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from plugin import TellOwners


@pytest.mark.parametrize(
    "folder", scenario_folders(PROJECT / "scenarios"), ids=lambda folder: folder.name
)
def test_scenario(folder: Path) -> None:
    report = run_scenario(TellOwners, folder)

    assert report, str(report)
