"""The event style plugin, from its connection to its generated test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from pandas import DataFrame

import devsession
from devsession import DevelopmentSession, secret
from devsession.sandbox import sandbox_key
from devsession.testing import run_faults, run_scenario
from tests.broken_plugins.gallery import tried, with_only
from tests.cli.command import python

if TYPE_CHECKING:
    from devsession.session.sync import Sync

PLUGIN = "chat_alerts"
ALERTS = DataFrame(
    {
        "ID": [1, 2],
        "TEXT": ["disk is full", "x" * 4_001],
        "RAISED_AT": ["2026-03-01T07:45:00", "2026-03-01T07:50:00"],
    }
)
TEMPLATE = "{{ row.RAISED_AT | clock }} {{ row.TEXT | shout('?') }}"


@pytest.fixture
def connected(session: DevelopmentSession) -> DevelopmentSession:
    session.connection.fill(workspace_url=session.sandbox.url, bot_token=secret("SANDBOX_API_KEY"))
    return session


@pytest.fixture
def alerts(connected: DevelopmentSession) -> Sync:
    """Two alerts, of which one is longer than the app takes."""
    connected.load_table("ALERTS", ALERTS, replace=True)
    sync = connected.sync("alerts", source="ALERTS", identifier="ID", strategy="Send")
    sync.fill(channel="general", severity="critical", template=TEMPLATE)
    return sync


def test_its_forms_are_shown(connected: DevelopmentSession, alerts: Sync) -> None:
    asked = connected.connection.form.describe()["fields"]
    offered = alerts.form.options("channel")

    assert [field["name"] for field in asked] == ["intro", "workspace_url", "bot_token"]
    assert [option.label for option in offered] == ["#general"]
    assert list(alerts.form.fields) == ["channel", "severity", "quiet", "attempts", "cost"]


def test_what_it_connected_to_is_kept(connected: DevelopmentSession) -> None:
    parameters = connected.connection.parameters

    assert parameters["workspace"] == "Sandbox CRM"
    assert parameters.get_connection_parameter("limit").metadata == {"unit": "characters"}


def test_a_channel_is_made_from_the_form(alerts: Sync) -> None:
    made = alerts.form.create_option("channel", name="on-duty")

    assert made.label == "#on-duty"


def test_its_filters_make_the_text(alerts: Sync) -> None:
    assert alerts.preview(1)["TRANSFORMED_RECORD"].tolist() == ["07:45 DISK IS FULL?"]


def test_its_scenario_becomes_a_test(connected: DevelopmentSession, alerts: Sync) -> None:
    scenario = alerts.scenario("posts alerts")
    outcomes = scenario.run().outcomes
    told = str(scenario.complete())

    assert outcomes["SUCCESS"].tolist() == [True, False]
    assert outcomes["RESULT"][1] == {
        "error": "A text has at most 4,000 characters, this one 4,008."
    }
    assert "as generated: passes, with the network shut" in told
    assert run_scenario(connected.source.plugin_class, scenario.folder.path)
    assert run_faults(connected.source.plugin_class, scenario.folder.path)


def test_tests_are_generated_for_pytest_and_behave(
    connected: DevelopmentSession, alerts: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = alerts.scenario("is tested")
    scenario.run()
    scenario.complete()
    folder = connected.workspace.folder
    monkeypatch.setenv("PYTHONPATH", str(Path(devsession.__file__).parents[1]))

    told = str(connected.generate_tests(behave=True))
    by_pytest = python(folder, "-m", "pytest", "-q", "tests")

    assert "features/beacon_alerts.feature" in told
    assert by_pytest.returncode == 0, by_pytest.stdout


def test_it_keeps_the_contract(connected: DevelopmentSession, alerts: Sync, tmp_path: Path) -> None:
    scenario = alerts.scenario("a few")
    scenario.run()

    verdict = tried(connected.source.plugin_class, with_only(scenario.folder.path, tmp_path))

    assert verdict.failed == {}
    assert "test_batches_of_one_n_and_one_more" in verdict.passed


def test_a_run_posts_each_alert_once(connected: DevelopmentSession, alerts: Sync) -> None:
    first, second = connected.run(alerts.slug), connected.run(alerts.slug)

    assert (first.succeeded, first.failed) == (1, 1)
    assert (second.succeeded, second.failed) == (0, 1)
    assert texts_in(connected, "general") == ["07:45 DISK IS FULL?"]


def texts_in(session: DevelopmentSession, channel: str) -> list[str]:
    headers = {"Authorization": f"Bearer {sandbox_key(session.workspace.folder)}"}
    with session.recorder.paused():
        answer = requests.get(
            f"{session.sandbox.url}/channels/{channel}/messages", headers=headers, timeout=30
        )
    return [message["text"] for message in answer.json()["messages"]]
