"""What guards a plugin: its scenarios, run as tests, and the file that runs them."""

from devsession.testing.faults import FaultReport, run_faults
from devsession.testing.scenarios import ScenarioReport, run_scenario, scenario_folders

__all__ = ["FaultReport", "ScenarioReport", "run_faults", "run_scenario", "scenario_folders"]
