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

PLUGINS = Path(__file__).parents[1] / "omnata_names" / "plugins"
UNKNOWN = """
from omnata_plugin_runtime.forms import FormHologramField
"""


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
    }
