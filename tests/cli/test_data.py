"""`devsession table` and `devsession sync`, in a project that has been worked in."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.forked import devsession

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine


@pytest.fixture
def table() -> str:
    """The name of a table that no other test uses."""
    return f"PEOPLE_{uuid4().hex}".upper()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    people = tmp_path / "people.csv"
    people.write_text("ID,NAME\n1,Ada\n2,Émilie\n", encoding="utf-8")
    return people


@pytest.fixture
def other_file(tmp_path: Path) -> Path:
    others = tmp_path / "others.csv"
    others.write_text("ID,NAME\n3,Grace\n", encoding="utf-8")
    return others


def test_a_file_is_loaded_and_the_same_again_changes_nothing(
    cli: CommandLine, project: Path, file: Path, table: str, snapshot: SnapshotAssertion
) -> None:
    first = cli(project, "table", "load", str(file), "--as", table)
    again = cli(project, "table", "load", str(file), "--as", table)

    assert (first.code, again.code) == (0, 0)
    assert (first.out + again.out).replace(table, "PEOPLE") == snapshot


def test_other_content_is_refused_and_replaces_when_it_is_told_to(
    cli: CommandLine,
    project: Path,
    file: Path,
    other_file: Path,
    table: str,
    snapshot: SnapshotAssertion,
) -> None:
    cli(project, "table", "load", str(file), "--as", table)

    refused = cli(project, "table", "load", str(other_file), "--as", table)
    replaced = cli(project, "table", "load", str(other_file), "--as", table, "--replace")

    assert refused.code == 1
    assert refused.err.replace(table, "PEOPLE").replace(str(other_file.parent), "..") == snapshot
    assert (replaced.code, replaced.out.replace(table, "PEOPLE")) == (
        0,
        "PEOPLE: 1 row\n  ID    NUMBER(38,0)\n  NAME  VARCHAR\n",
    )


def test_a_file_that_is_no_table_is_refused(
    cli: CommandLine, project: Path, table: str, snapshot: SnapshotAssertion
) -> None:
    said = cli(project, "table", "load", "icon.svg", "--as", table)

    assert said.code == 1
    assert said.err.replace(str(project), "<project>") == snapshot


def test_syncs_are_listed(cli: CommandLine, project: Path, snapshot: SnapshotAssertion) -> None:
    listed = cli(project, "sync", "list")

    assert listed.code == 0
    # Whether it ran is up to other tests.
    assert re.sub("Upsert  .*", "Upsert  <last run>", listed.out) == snapshot


def test_a_sync_is_shown(cli: CommandLine, project: Path, snapshot: SnapshotAssertion) -> None:
    shown = cli(project, "sync", "show", "contacts")

    assert shown.code == 0
    assert shown.out.partition("\n\n")[0] == snapshot


def test_an_unknown_sync_names_the_nearest(
    cli: CommandLine, project: Path, snapshot: SnapshotAssertion
) -> None:
    said = cli(project, "sync", "show", "contact")

    assert said.code == 2
    assert said.err.replace(str(project), "<project>") == snapshot


def test_syncs_are_data_for_scripts(cli: CommandLine, project: Path) -> None:
    [listed] = json.loads(cli(project, "sync", "list", "--json").out)
    shown = json.loads(cli(project, "sync", "show", "contacts", "--json").out)

    assert (listed["slug"], listed["source"]) == ("contacts", "CONTACTS")
    assert shown["sync_parameters"] == {"object": "contact"}
    assert listed["last_run"] in [None, *shown["runs"]]


def test_a_run_with_a_refused_record_has_found_something_wrong(
    cli: CommandLine, project: Path
) -> None:
    done = devsession(project, "sync", "run", "contacts")
    again = devsession(project, "sync", "run", "contacts", "--json")

    assert done.returncode == 1
    assert re.match(r"contacts: \d+ records? offered, .*1 refused: .*email", done.stdout)
    assert done.stderr == ""
    assert again.returncode == 1
    # Only what was refused is offered again.
    assert json.loads(again.stdout)["offered"] == 1

    run = json.loads(cli(project, "sync", "show", "contacts", "--json").out)["runs"][0]
    assert {"run", "status", "started"} <= run.keys()


def test_what_was_refused_is_shown_for_people_and_for_scripts(
    cli: CommandLine, project: Path, snapshot: SnapshotAssertion
) -> None:
    devsession(project, "sync", "run", "contacts")

    shown = cli(project, "sync", "show", "contacts", "--failed")
    [failure] = json.loads(cli(project, "sync", "show", "contacts", "--failed", "--json").out)

    assert shown.code == 0
    said = re.sub(r"con_[0-9a-f]+", "<id>", shown.out)
    assert re.sub(r" \d+ +Another", " <run> Another", said) == snapshot
    assert list(failure) == ["identifier", "sync_action", "error", "result", "run", "time"]
    assert failure["result"]["error"] == failure["error"]


def test_an_unknown_sync_does_not_run(project: Path, snapshot: SnapshotAssertion) -> None:
    done = devsession(project, "sync", "run", "contract")

    assert done.returncode == 2
    assert done.stderr == snapshot


def test_offline_nothing_runs_for_real(project: Path, snapshot: SnapshotAssertion) -> None:
    done = devsession(project, "sync", "run", "contacts", DEVSESSION_OFFLINE="1")

    assert done.returncode == 2
    assert done.stderr == snapshot


def test_a_schedule_is_printed(cli: CommandLine, project: Path) -> None:
    printed = cli(project, "sync", "schedule", "contacts", "0 6 * * *", "--dry-run", "--json")

    told = json.loads(printed.out)
    assert (printed.code, told["schedule"]) == (0, "USING CRON 0 6 * * * UTC")
    assert told["statements"][-1] == f"alter task {told['task']} resume"
    assert "The connection is to the practice app, which Snowflake does not reach." in told["notes"]


def test_without_an_account_a_schedule_is_a_line_of_a_crontab(
    cli: CommandLine, project: Path
) -> None:
    said = cli(project, "sync", "schedule", "contacts", "0 6 * * *")

    assert said.code == 2
    assert f"a line of crontab -e: 0 6 * * * cd {project} && " in said.err


def test_the_tables_of_this_machine_are_there(cli: CommandLine, project: Path) -> None:
    said = cli(project, "warehouse", "install", "--json")

    told = json.loads(said.out)
    assert (told["ran"], told["schema"], told["database"]) == ([], "DEVSESSION", "LOCAL")
