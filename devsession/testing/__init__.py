"""What guards a plugin: its scenarios, faults of its app and the contract, run as tests."""

from devsession.testing.contract import SuiteConfig, plugin_contract
from devsession.testing.faults import FaultReport, run_faults
from devsession.testing.handler_contract import events_contract
from devsession.testing.policies import check_policy, policy_contract
from devsession.testing.scenarios import ScenarioReport, run_scenario, scenario_folders
from devsession.testing.source_contract import metadata_contract

__all__ = [
    "FaultReport",
    "ScenarioReport",
    "SuiteConfig",
    "check_policy",
    "events_contract",
    "metadata_contract",
    "plugin_contract",
    "policy_contract",
    "run_faults",
    "run_scenario",
    "scenario_folders",
]
