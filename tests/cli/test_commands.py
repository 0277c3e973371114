"""The command line before it does anything: help, and what is used wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import devsession as package
from tests.cli.command import devsession, python

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine

COMMANDS = [
    "",
    "init",
    "lab",
    "tour",
    "test",
    "audit",
    "doctor",
    "drift",
    "publish",
    "table",
    "table load",
    "sync",
    "sync list",
    "sync show",
    "sync run",
    "sync schedule",
    "workflow",
    "workflow run",
    "workflow check",
    "workflow schema",
    "events",
    "events receive",
    "events send",
    "events list",
    "events again",
    "warehouse",
    "sandbox",
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command or "devsession")
def test_help(command: str, cli: CommandLine, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    said = cli(tmp_path, *command.split(), "-h")

    assert said.out == snapshot
    assert said.code == 0


def test_the_version(tmp_path: Path) -> None:
    assert devsession(tmp_path, "--version").stdout.strip() == package.__version__


@pytest.mark.parametrize(
    "command",
    [
        "turn",
        "warehouse begin",
        "table load",
        "lab missing.ipynb",
        "test",
        "sync list",
        "sync show contacts",
        "sync run contacts",
        "table load missing.csv --as CONTACTS",
        "warehouse start",
        "warehouse install",
        "warehouse start --account prod",
        "warehouse install --database CRM",
        "sync schedule contacts daily",
        "sandbox stop",
        "audit",
        "audit missing",
        "audit . --secret-env NOT_SET",
        "doctor missing.py",
        "events receive",
        "events send",
        "events list",
        "events again --failed",
    ],
)
def test_what_is_used_wrong_is_told_and_changes_nothing(
    command: str, cli: CommandLine, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    said = cli(tmp_path, *command.split())

    assert said.err.replace(str(tmp_path), "<folder>") == snapshot
    assert said.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_project_without_a_workspace_has_no_sync_and_gets_no_workspace(
    cli: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "plugin.py").touch()

    listed, as_json = cli(tmp_path, "sync", "list"), cli(tmp_path, "sync", "list", "--json")

    assert listed.out.startswith("No sync yet")
    assert as_json.out == "[]\n"
    assert [path.name for path in tmp_path.iterdir()] == ["plugin.py"]


@pytest.mark.parametrize("service", ["warehouse", "sandbox"])
@pytest.mark.parametrize("action", ["stop", "status"])
def test_looking_at_what_never_ran_makes_nothing(
    action: str, service: str, cli: CommandLine, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "plugin.py").touch()

    assert cli(tmp_path, service, action).out == snapshot
    assert [path.name for path in tmp_path.iterdir()] == ["plugin.py"]


def test_a_broken_plugin_is_an_error_without_traceback(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "plugin.py").write_text("def broken(:\n", encoding="utf-8")

    done = devsession(tmp_path, "sync", "run", "contacts")

    assert done.stderr.replace(str(tmp_path), "<folder>") == snapshot
    assert done.returncode == 1


INTERRUPTED = """
import signal
import sys

from devsession.cli import commands, main

def app(**_):
    try:
        exec("signal.raise_signal(signal.SIGINT)")
    except KeyboardInterrupt:
        sys.exit(130)

commands.app = app
main()
"""


def test_ctrl_c_while_something_is_imported_has_the_exit_code_of_every_other(
    tmp_path: Path,
) -> None:
    (tmp_path / "interrupted.py").write_text(INTERRUPTED, encoding="utf-8")

    done = python(tmp_path, "-m", "interrupted")

    assert done.stderr == "stopped; nothing is lost: the same command goes on\n"
    assert done.returncode == 130
