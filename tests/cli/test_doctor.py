"""`devsession doctor FILE`: what works of a plugin, whoever it was written for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import devsession

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine
    from tests.snowflake_home import SnowflakeHome

PLUGINS = Path(__file__).parents[1] / "omnata_names" / "plugins"
pytest_plugins = ["tests.snowflake_home"]

UNKNOWN = """
from omnata_plugin_runtime.forms import FormHologramField
"""


@pytest.fixture
def home(snowflake_home: SnowflakeHome) -> None:
    """A home without connections."""


@pytest.mark.parametrize("name", ["chat_alerts", "harbour_crm", "ledger_streams"])
def test_a_plugin_in_the_omnata_dialect(
    name: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    done = devsession(tmp_path, "doctor", str(PLUGINS / f"{name}.py"))

    assert done.stdout == snapshot
    assert (done.returncode, done.stderr) == (0, "")


def test_a_project_of_the_template(project: Path, cli: CommandLine) -> None:
    said = cli(project, "doctor", ".")

    assert said.code == 0
    assert "sync_outbound                not tried  it sends records" in said.out


def test_a_name_that_is_not_carried_over(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "plugin.py").write_text(UNKNOWN, encoding="utf-8")

    done = devsession(tmp_path, "doctor", "plugin.py")

    assert done.returncode == 1
    assert done.stdout.replace(str(tmp_path), "<folder>") == snapshot


def test_what_the_plugin_prints_is_no_part_of_the_answer(tmp_path: Path) -> None:
    (tmp_path / "plugin.py").write_text(
        "from omnata_plugin_runtime.omnata_plugin import OmnataPlugin\n"
        "print('loading')\n"
        "class Begun(OmnataPlugin): pass\n",
        encoding="utf-8",
    )

    done = devsession(tmp_path, "doctor", "plugin.py", "--json")

    assert json.loads(done.stdout)["plugin"] == "Begun"
    assert (done.returncode, done.stderr) == (0, "loading\n")


def test_for_scripts(tmp_path: Path) -> None:
    done = devsession(tmp_path, "doctor", str(PLUGINS / "chat_alerts.py"), "--json")

    found = json.loads(done.stdout)
    assert (found["plugin"], found["ok"]) == ("BeaconAlerts", True)
    assert found["checks"][0] == {
        "method": "get_manifest",
        "state": "ok",
        "told": "beacon_alerts: Send",
        "next_step": "",
        "source": "",
    }


def test_the_set_up_of_a_folder_that_is_no_project(tmp_path: Path) -> None:
    done = devsession(tmp_path, "doctor")

    assert "is no plugin project\n" in done.stdout
    assert "next: devsession init NAME" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_the_set_up_of_a_project(project: Path, cli: CommandLine) -> None:
    said = cli(project, "doctor", "--json")

    found = json.loads(said.out)
    checks = {check["check"]: check["state"] for check in found["checks"]}
    assert (said.code, found["ok"], found["account"]) == (0, True, None)
    assert checks == dict.fromkeys(("Python", "packages", "workspace", "embedded warehouse"), "ok")


def test_an_account_without_its_connection(project: Path, cli: CommandLine, home: None) -> None:
    said = cli(project, "doctor", "--account", "prod")

    assert "There is no connection 'prod' to a Snowflake account" in said.out
    assert said.code == 1


@pytest.mark.parametrize(
    "command",
    [
        "doctor plugin.py --account prod",
        "doctor --channel-packages packages.json",
        "sync run contacts --account prod",
        "sync list --account prod",
        "table load contacts.csv --as CONTACTS --account prod",
    ],
)
def test_an_account_that_cannot_be_meant(
    command: str, project: Path, cli: CommandLine, home: None, snapshot: SnapshotAssertion
) -> None:
    said = cli(project, *command.split())

    assert said.err.replace(str(Path.home()), "<home>") == snapshot
    assert said.code == 2


@pytest.mark.parametrize("command", ["doctor", "sync list", "sync run contacts"])
def test_an_account_offline(
    command: str, project: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVSESSION_OFFLINE", "1")

    said = cli(project, *command.split(), "--account", "prod")

    assert said.err.startswith("UsageError: --account prod takes the network")
    assert said.code == 2
