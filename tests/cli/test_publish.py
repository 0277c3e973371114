"""`devsession publish`: what is printed, and the exit codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from devsession.session import publishing
from tests.publish.projects import CHANNEL as PACKAGES
from tests.publish.projects import steady, wheel_once, write_channel, write_money, write_project
from tests.publish.snowflake_account import SnowflakeAccount

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine

CHANNEL = ("--channel-packages", "../channel.json")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_money(tmp_path / "wheels")
    for wheel in (tmp_path / "wheels").glob("*.whl"):
        monkeypatch.syspath_prepend(str(wheel))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setattr(publishing, "wheel_of", lambda each, index: wheel_once(each))
    write_channel(tmp_path / "channel.json")
    return write_project(tmp_path / "acme")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> SnowflakeAccount:
    """The one that `--account prod` names."""
    account = SnowflakeAccount()

    class Opened:
        name = "Snowflake account 'prod'"
        snowpark = account

        def rows(self, sql: str, params: Any = ()) -> list[tuple[str | None, ...]]:
            if "current_database" in sql:  # the connection chooses none
                return [("9.30.1", "ACME", "ADA", "SYSADMIN", None, None, None)]
            assert "from SNOWFLAKE.INFORMATION_SCHEMA.PACKAGES" in sql
            return [(name, each) for name, versions in PACKAGES.items() for each in versions]

        def close(self) -> None:
            account.statements.append("closed")

    monkeypatch.setattr(publishing, "snowflake_account", lambda name: Opened())
    return account


def test_the_package(project: Path, cli: CommandLine, snapshot: SnapshotAssertion) -> None:
    said = cli(project, "publish", "--step", "package", *CHANNEL)

    assert said.code == 0, said.err
    assert steady(said.out) == snapshot
    assert (project / "dist" / "acme" / "app" / "code.zip").is_file()


def test_a_dry_run_writes_nothing(project: Path, cli: CommandLine) -> None:
    said = cli(project, "publish", "--dry-run", "--version", "V2", *CHANNEL)

    assert said.code == 0, said.err
    assert 'add version "V2"' in said.out
    assert "that is a first publish" in said.out
    assert not (project / "dist").exists()


def test_all_of_it_and_once_more(
    project: Path, cli: CommandLine, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    first = cli(project, "publish", "--account", "prod")
    again = cli(project, "publish", "--account", "prod", *CHANNEL)

    assert (first.code, again.code) == (0, 0), first.err
    assert steady(first.out) == snapshot(name="first")
    assert steady(again.out) == snapshot(name="again")
    assert account.statements[-1] == "closed"
    assert account.registered == ["ACME", "ACME"]


def test_a_refusal_names_the_step(
    project: Path, cli: CommandLine, account: SnowflakeAccount
) -> None:
    account.fail_at = "create application package"

    said = cli(project, "publish", "--account", "prod", *CHANNEL)

    assert said.code == 1
    assert "The step upload was refused: Insufficient privileges" in said.err


def test_a_secret_is_not_packed(project: Path, cli: CommandLine) -> None:
    (project / ".env").write_text("ACME_API_KEY=sesame-open-17\n", encoding="utf-8")
    words = project / "helpers" / "words.py"
    words.write_text(words.read_text() + "KEY = 'sesame-open-17'\n", encoding="utf-8")

    said = cli(project, "publish", "--step", "package", *CHANNEL)

    assert said.code == 1
    assert "helpers/words.py holds the secret ACME_API_KEY; nothing was packed" in said.err
    assert "sesame" not in said.err
    assert not (project / "dist").exists()


def test_offline_no_account_is_asked(
    project: Path, cli: CommandLine, account: SnowflakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVSESSION_OFFLINE", "1")

    said = cli(project, "publish", "--account", "prod", *CHANNEL)

    assert said.code == 2
    assert "Offline no account is asked" in said.err
    assert account.statements == []


def test_json(project: Path, cli: CommandLine) -> None:
    said = cli(project, "publish", "--dry-run", "--json", *CHANNEL)

    told: dict[str, Any] = json.loads(said.out)
    assert told["package"]["bundled"] == ["acme-money==1.2", "acme-units==1.0"]
    assert list(told["statements"]) == ["upload", "deploy", "register"]


def test_without_an_account_nothing_is_begun(
    project: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    said = cli(project, "publish", *CHANNEL)

    assert said.code == 2
    assert said.err == snapshot
    assert not (project / "dist").exists()


def test_without_a_list_of_the_channel(
    project: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    said = cli(project, "publish", "--step", "package")

    assert said.code == 1
    assert said.err == snapshot


def test_without_a_plugin(tmp_path: Path, cli: CommandLine) -> None:
    said = cli(tmp_path, "publish", "--dry-run")

    assert said.code == 1
    assert "There is no plugin.py" in said.err
