"""`devsession warehouse` and `devsession sandbox`: started, looked at, stopped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psutil
import pytest
import requests

from devsession.sandbox import catalog_token, sandbox_service
from devsession.service import Address, Service, Use
from devsession.warehouse import embedded_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine


@pytest.fixture
def new_project(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "plugin.py").touch()
    yield tmp_path
    embedded_service(tmp_path).stop()
    sandbox_service(tmp_path).stop()


@pytest.mark.parametrize("service", ["warehouse", "sandbox"])
def test_a_service_is_started_looked_at_and_stopped(
    service: str, cli: CommandLine, new_project: Path, snapshot: SnapshotAssertion
) -> None:
    started = cli(new_project, service)
    again = cli(new_project, service, "start")
    looked_at = cli(new_project, service, "status")
    stopped = cli(new_project, service, "stop")
    stopped_again = cli(new_project, service, "stop")

    assert started.out == again.out == looked_at.out
    assert re.sub(r"\d{3,}|[\d.]+(?= MB)", "<number>", started.out) == snapshot
    assert (stopped.out, stopped_again.out) == (
        f"{service} stopped\n",
        f"{service} was not running\n",
    )


def test_one_that_crashed_or_was_stopped_says_so(
    cli: CommandLine, new_project: Path, snapshot: SnapshotAssertion
) -> None:
    service = embedded_service(new_project)
    process = psutil.Process(service.ensure().pid)
    process.kill()
    psutil.wait_procs([process], timeout=60)
    crashed = cli(new_project, "warehouse", "status").out.replace(str(new_project), "<folder>")
    service.ensure()
    service.stop()
    stopped = cli(new_project, "warehouse", "status").out

    assert re.sub(r"\d{3,}|[\d.]+(?= MB)", "<number>", crashed + stopped) == snapshot


@pytest.mark.parametrize(
    ("use", "line"),
    [
        (Use(0.5, 0, 30), "just now, 0 connections; ends by itself 30 minutes after the last one"),
        (
            Use(61, 1, 0.5),
            "1 minute ago, 1 connection; ends by itself 0.5 minutes after the last one",
        ),
        (Use(7300, 2, None), "121 minutes ago, 2 connections; never ends by itself"),
    ],
)
def test_how_a_service_is_used_is_one_line(
    use: Use,
    line: str,
    cli: CommandLine,
    new_project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Service, "address", lambda _: Address("127.0.0.1", 1, 2, "token"))
    monkeypatch.setattr(Service, "use", lambda _: use)

    looked_at = cli(new_project, "warehouse", "status")
    monkeypatch.undo()

    assert f"  used     {line}\n" in looked_at.out


def test_what_is_made_is_kept_out_of_version_control(cli: CommandLine, new_project: Path) -> None:
    cli(new_project, "sandbox")

    assert (new_project / ".devsession" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert (new_project / ".devsession").stat().st_mode & 0o777 == 0o700


def test_the_practice_app_keeps_its_records_in_a_folder(
    cli: CommandLine, new_project: Path, snapshot: SnapshotAssertion
) -> None:
    started = cli(new_project, "sandbox", "start", "--data", "records", "--rate", "100/minute")

    assert f"  records  {new_project / 'records'}\n" in started.out
    assert list((new_project / "records").iterdir()) != []

    elsewhere = cli(new_project, "sandbox", "start", "--data", "other")
    assert elsewhere.code == 2
    assert elsewhere.err.replace(str(new_project), "<folder>") == snapshot


def test_a_storm_comes_and_goes(cli: CommandLine, new_project: Path) -> None:
    assert cli(new_project, "sandbox", "storm", "--seed", "7").code == 0
    assert cli(new_project, "sandbox", "calm").code == 0


def test_the_catalog_is_opened_and_its_calls_are_limited(
    cli: CommandLine, new_project: Path
) -> None:
    started = cli(new_project, "sandbox", "--catalog", "--rate", "1/hour")

    (host_port,) = re.findall(r"  catalog  (\S+), kept in .devsession/catalog", started.out)
    headers = {"Authorization": f"Bearer {catalog_token(new_project)}"}
    version = f"{host_port}/v1/system/version"
    answers = [requests.get(version, headers=headers, timeout=30) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert (new_project / ".devsession" / "catalog" / "catalog.sqlite").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("stop", "--data", "records"),
        ("status", "--rate", "5/second"),
        ("start", "--seed", "7"),
        ("start", "--rate", "fast"),
        ("stop", "--catalog"),
        ("start", "--catalog", "--rate", "fast"),
    ],
)
def test_what_cannot_be_set_is_refused(
    arguments: tuple[str, ...], cli: CommandLine, new_project: Path, snapshot: SnapshotAssertion
) -> None:
    refused = cli(new_project, "sandbox", *arguments)

    assert refused.code == 2
    assert re.sub(r"\d{3,}", "<number>", refused.err) == snapshot
