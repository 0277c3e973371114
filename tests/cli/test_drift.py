"""`devsession drift`: the scenarios against the practice app, as it was and otherwise."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from devsession.sandbox import sandbox_key, sandbox_service
from devsession.warehouse import embedded_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine

pytestmark = pytest.mark.usefixtures("empty_app")


@pytest.fixture
def empty_app(project: Path) -> None:
    """The practice app holds what it held before the scenario ran: nothing."""
    sandbox_service(project).stop()


@pytest.fixture
def copied(project: Path, tmp_path: Path) -> Path:
    """The scenario's folder somewhere else, to be changed."""
    copy = tmp_path / "creates-contacts"
    return shutil.copytree(project / "scenarios" / "creates-contacts", copy)


@pytest.fixture
def plugin_file(project: Path) -> Iterator[Path]:
    """plugin.py, which is put back afterwards."""
    file = project / "plugin.py"
    text = file.read_text(encoding="utf-8")
    yield file
    file.write_text(text, encoding="utf-8")


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def committed(project: Path) -> dict[str, bytes]:
    files = [path for path in (project / "scenarios").rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}


def test_an_app_that_answers_as_it_did_has_not_drifted(
    cli: CommandLine, project: Path, snapshot: SnapshotAssertion
) -> None:
    before = committed(project)

    said = cli(project, "drift", "--yes")

    assert said.code == 0
    assert said.out == snapshot
    assert said.err == "1/1  creates-contacts\n"
    assert committed(project) == before


def test_every_field_that_it_answers_differently_is_told(
    cli: CommandLine, project: Path, copied: Path, snapshot: SnapshotAssertion
) -> None:
    edit(copied / "cassette.yaml", '"status":"created"', '"state":"made"')
    edit(copied / "cassette.yaml", "code: 200", "code: 202")
    before = committed(project)

    said = cli(project, "drift", str(copied), "--yes")

    assert said.code == 1
    assert said.out == snapshot
    assert committed(project) == before
    assert sandbox_key(project) not in said.out


def test_drift_is_data_for_scripts(cli: CommandLine, project: Path, copied: Path) -> None:
    edit(copied / "cassette.yaml", "code: 200", "code: 202")

    said = cli(project, "drift", str(copied), "--yes", "--json")

    [report] = json.loads(said.out)
    assert said.code == 1
    assert (report["scenario"], report["drifted"], report["compared"]) == (
        "creates contacts",
        True,
        1,
    )
    assert [each["place"] for each in report["differences"]] == ["status"]


def test_nobody_is_there_to_agree(
    cli: CommandLine, project: Path, snapshot: SnapshotAssertion
) -> None:
    said = cli(project, "drift")

    assert said.code == 2
    assert said.err == snapshot
    assert sandbox_service(project).address() is None


@pytest.mark.parametrize(("typed", "code"), [("y", 0), ("n", 2)])
def test_somebody_is(
    cli: CommandLine,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    code: int,
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_args, **_options: typed == "y")

    said = cli(project, "drift")

    assert said.code == code
    assert "This calls sandbox.test for real: 1 scenario, 1 request that may change" in said.err


def test_what_is_no_scenario_is_refused(
    cli: CommandLine, project: Path, snapshot: SnapshotAssertion
) -> None:
    said = cli(project, "drift", "scenarios/creates", "--yes")

    assert said.code == 2
    assert said.err.replace(str(project), "<project>") == snapshot


def test_a_scenario_that_never_ran_has_nothing_to_compare_with(
    cli: CommandLine, project: Path, copied: Path, snapshot: SnapshotAssertion
) -> None:
    scenario = copied / "scenario.json"
    scenario.write_text(scenario.read_text().replace('"tested": true', '"tested": false'))

    said = cli(project, "drift", str(copied))

    assert said.code == 1
    assert said.err.replace(str(copied), "<scenario>") == snapshot


def test_offline_it_is_refused(
    cli: CommandLine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVSESSION_OFFLINE", "1")

    said = cli(project, "drift", "--yes")

    assert said.code == 2
    assert "Drift calls the app, and DEVSESSION_OFFLINE is set" in said.err


def test_an_app_that_is_down_is_told(cli: CommandLine, project: Path, copied: Path) -> None:
    edit(copied / "scenario.json", "http://sandbox.test", "http://127.0.0.1:9")

    said = cli(project, "drift", str(copied), "--yes")

    assert said.code == 1
    assert "ConnectError" in said.err
    assert "Connection refused" in said.err
    assert "Traceback" not in said.err


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Iterator[Path]:
    """The project as somebody else has it: nothing is saved in its workspace."""
    folder = tmp_path / "clone"
    yield shutil.copytree(project, folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    embedded_service(folder).stop()


def test_a_clone_that_is_not_connected_is_told_so(
    cli: CommandLine, clone: Path, snapshot: SnapshotAssertion
) -> None:
    said = cli(clone, "drift", "--yes")

    assert said.code == 2
    assert said.err.replace(str(clone), "<clone>") == snapshot


def test_each_scenario_has_its_line_and_its_verdict(
    cli: CommandLine, project: Path, copied: Path
) -> None:
    edit(copied / "cassette.yaml", '"status":"created"', '"status":"unchanged"')

    said = cli(project, "drift", "scenarios/creates-contacts", str(copied), "--yes")

    assert said.code == 0
    assert said.err == "1/2  creates-contacts\n2/2  creates-contacts\n"
    assert said.out.endswith("2 as recorded, 0 drifted\n")


def test_a_plugin_that_raises_has_drifted(
    cli: CommandLine, project: Path, plugin_file: Path
) -> None:
    _begin_with(plugin_file, 'raise KeyError("state")')

    said = cli(project, "drift", "--yes")

    assert said.code == 1
    assert "sync_outbound() of Acme raised KeyError: 'state' (plugin.py, line" in said.out
    assert "not sent now, recorded 200 OK" in said.out
    assert "Traceback" not in said.out + said.err


def test_control_c_ends_it(cli: CommandLine, project: Path, plugin_file: Path) -> None:
    _begin_with(plugin_file, "raise KeyboardInterrupt")
    before = committed(project)

    said = cli(project, "drift", "--yes")

    assert said.code == 130
    assert "stopped in creates-contacts; what the app was sent stays there" in said.err
    assert committed(project) == before


def _begin_with(plugin_file: Path, statement: str) -> None:
    """sync_outbound does this and nothing else."""
    text = plugin_file.read_text(encoding="utf-8")
    at = text.index(":\n", text.index("-> None", text.index("def sync_outbound"))) + 2
    plugin_file.write_text(f"{text[:at]}        {statement}\n{text[at:]}", encoding="utf-8")
