"""`devsession test` and `devsession audit`: what CI runs."""

from __future__ import annotations

import base64
import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from devsession.sandbox import sandbox_key
from tests.forked import devsession

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine


CHOSEN = """
from devsession.testing import SuiteConfig, plugin_contract
from plugin import Acme

TestAcme = plugin_contract(Acme, SuiteConfig(skip={"an_empty_run": "it says hello to the app"}))
"""


DEMANDS = """
from devsession.openmetadata import Table
from devsession.openmetadata.processors import allow, deny, policy


@policy("ACME-01", Table)
def tables_are_described(table):
    \"\"\"Each table says what is in it.\"\"\"
    return allow() if table.description else deny("it has no description")
"""


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Path:
    """What CI has of the project: all but the workspace's own files."""
    copy = tmp_path / "clone"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns(".devsession", "__pycache__"))
    return copy


def test_a_clone_passes_with_neither_account_nor_workspace(
    clone: Path, snapshot: SnapshotAssertion
) -> None:
    done = devsession(clone, "test")

    assert done.returncode == 0
    assert re.sub(r"\d+ files", "<n> files", done.stdout) == snapshot
    assert done.stderr == ""
    assert not (clone / ".devsession").exists()


def test_a_changed_recording_fails(clone: Path) -> None:
    cassette = next((clone / "scenarios").glob("*/cassette.yaml"))
    text = cassette.read_text(encoding="utf-8")
    cassette.write_text(text.replace('"failed"', '"created"'), encoding="utf-8")

    done = devsession(clone, "test")

    assert done.returncode == 1
    assert "FAILED  creates contacts" in done.stdout
    assert done.stdout.endswith("1 passed, 1 failed\n")
    assert done.stderr == ""


def test_a_plugin_that_does_not_bear_its_apps_faults_fails(
    clone: Path, snapshot: SnapshotAssertion
) -> None:
    plugin = clone / "plugin.py"
    text = plugin.read_text(encoding="utf-8")
    plugin.write_text(text.replace("requests.RequestException", "requests.Timeout"), "utf-8")

    done = devsession(clone, "test")

    assert done.returncode == 1
    assert re.sub(r"line \d+|\d+ files", "<n>", done.stdout) == snapshot
    assert done.stderr == ""


def test_a_plugin_that_does_not_keep_the_contract_fails_but_for_what_the_project_leaves_out(
    clone: Path, snapshot: SnapshotAssertion
) -> None:
    plugin = clone / "plugin.py"
    text = plugin.read_text(encoding="utf-8")
    plugin.write_text(text.replace(", required=True, secret=True)", ", required=True)"), "utf-8")
    (clone / "tests" / "test_contract.py").write_text(CHOSEN, encoding="utf-8")

    done = devsession(clone, "test")

    assert done.returncode == 1
    assert re.sub(r"line \d+|\d+ files", "<n>", done.stdout) == snapshot


def test_a_contract_that_does_not_import_is_told(clone: Path, snapshot: SnapshotAssertion) -> None:
    (clone / "tests" / "test_contract.py").write_text("import acme_helpers\n", encoding="utf-8")

    done = devsession(clone, "test")

    assert done.returncode == 1
    assert done.stderr.replace(str(clone), "<clone>") == snapshot


def test_what_a_plugin_prints_is_not_in_the_json(clone: Path) -> None:
    plugin = clone / "plugin.py"
    text = plugin.read_text(encoding="utf-8")
    plugin.write_text(text + '\nprint("loaded")\n', encoding="utf-8")

    done = devsession(clone, "test", "--json")

    (contract,) = json.loads(done.stdout)["contract"]
    assert (contract["plugin"], contract["ok"]) == ("Acme", True)


def test_a_secret_that_is_found_is_among_what_failed(clone: Path) -> None:
    (clone / ".env").write_text("CRM_KEY=key-1-abcdef\n", encoding="utf-8")
    (clone / "notes.txt").write_text("the key is key-1-abcdef\n", encoding="utf-8")

    done = devsession(clone, "test")

    assert done.returncode == 1
    assert done.stdout.endswith("2 passed, 0 failed, and the audit failed\n")


def test_a_damaged_scenario_fails_alone(clone: Path) -> None:
    first = next((clone / "scenarios").glob("*/scenario.json")).parent
    shutil.copytree(first, clone / "scenarios" / "another")
    (clone / "scenarios" / "another" / "cassette.yaml").unlink()

    done = devsession(clone, "test")

    assert done.returncode == 1
    assert "FAILED  another: cassette.yaml of the scenario 'another' cannot be read" in done.stdout
    assert done.stdout.endswith("2 passed, 1 failed\n")
    assert done.stderr == ""


def test_one_scenario_can_be_chosen_and_an_unknown_one_is_refused(
    clone: Path, snapshot: SnapshotAssertion
) -> None:
    chosen = devsession(clone, "test", "scenarios/creates-contacts")
    unknown = devsession(clone, "test", "scenarios/creates")

    assert chosen.returncode == 0
    assert unknown.returncode == 2
    assert unknown.stderr.replace(str(clone), "<clone>") == snapshot


def test_a_project_without_a_scenario_has_nothing_to_test(
    clone: Path, snapshot: SnapshotAssertion
) -> None:
    shutil.rmtree(clone / "scenarios")
    (clone / "tests" / "test_contract.py").unlink()

    done = devsession(clone, "test")

    assert done.returncode == 1
    assert done.stderr.replace(str(clone), "<clone>") == snapshot


def test_without_a_scenario_the_contract_that_a_project_asks_for_is_tried(
    clone: Path, snapshot: SnapshotAssertion
) -> None:
    shutil.rmtree(clone / "scenarios")
    (clone / "demands.py").write_text(DEMANDS, encoding="utf-8")
    (clone / "tests" / "test_contract.py").write_text(
        'from devsession.testing import policy_contract\nTestDemands = policy_contract("demands")\n',
        encoding="utf-8",
    )

    done = devsession(clone, "test")
    as_json = json.loads(devsession(clone, "test", "--json").stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert re.sub(r"\d+ files", "<n> files", done.stdout) == snapshot
    assert [as_json[name] for name in ("passed", "failed")] == [1, 0]


def test_a_project_is_clean(cli: CommandLine, project: Path) -> None:
    said = cli(project, "audit")

    assert said.code == 0
    assert said.out.endswith(
        "for 2 secrets: none found\n"
    )  # the practice app's key and client secret


def test_a_secret_is_found_in_every_encoding(
    cli: CommandLine, project: Path, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    key = sandbox_key(project)
    leak = tmp_path / "leak.txt"
    leak.write_text(f"{key}\n{base64.b64encode(key.encode()).decode()}\n", encoding="utf-8")

    said = cli(project, "audit", str(leak))

    assert said.code == 1
    assert re.sub(" {2,}", "  ", said.out.replace(str(leak), "leak.txt")) == snapshot
    assert key not in said.out


def test_findings_are_data_for_scripts(cli: CommandLine, project: Path, tmp_path: Path) -> None:
    leak = tmp_path / "leak.txt"
    leak.write_text(sandbox_key(project), encoding="utf-8")

    said = cli(project, "audit", str(tmp_path), "--json")

    assert said.code == 1
    assert json.loads(said.out)["findings"] == [
        {"file": str(leak), "place": "line 1", "secret": "SANDBOX_API_KEY", "encoding": "raw"}
    ]


def test_the_value_of_a_variable_is_searched_for(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "tok-5f2b9c1e77aa")
    (tmp_path / "notes.md").write_text("see tok-5f2b9c1e77aa\n", encoding="utf-8")

    found = cli(tmp_path, "audit", "notes.md", "--secret-env", "CRM_TOKEN")
    blind = cli(tmp_path, "audit", "notes.md")

    assert (found.code, blind.code) == (1, 0)
    assert found.out == snapshot
    assert blind.out == snapshot


def test_what_only_a_warehouse_knows_is_told_when_that_does_not_answer(
    cli: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / ".devsession" / "warehouse").mkdir(parents=True)
    (tmp_path / ".devsession" / "warehouse.lock").mkdir()
    (tmp_path / "plugin.py").touch()
    (tmp_path / ".env").write_text("CRM_TOKEN=tok-5f2b9c1e77aa\n", encoding="utf-8")

    said = cli(tmp_path, "audit")

    assert said.code == 1
    assert "searched for 1 secret: 1 finding" in said.out
    assert "not searched for: secrets of saved connections" in said.out


def test_checkpoints_of_notebooks_are_searched_by_default(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "tok-5f2b9c1e77aa")
    (tmp_path / "plugin.py").touch()
    checkpoint = tmp_path / ".ipynb_checkpoints" / "a-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text(json.dumps({"cells": [{"source": ["tok-5f2b9c1e77aa"]}]}))

    said = cli(tmp_path, "audit", "--secret-env", "CRM_TOKEN")

    assert said.code == 1
    assert ".ipynb_checkpoints/a-checkpoint.ipynb" in said.out
    assert "tok-5f2b9c1e77aa" not in said.out


def test_secrets_of_the_workspace_that_is_searched_are_known_elsewhere(
    cli: CommandLine, tmp_path: Path
) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    (there / ".env").write_text("CRM_TOKEN=tok-5f2b9c1e77aa\n", encoding="utf-8")
    (there / "notes.md").write_text("tok-5f2b9c1e77aa\n", encoding="utf-8")

    said = cli(here, "audit", str(there))

    assert said.code == 1
    assert "CRM_TOKEN" in said.out
