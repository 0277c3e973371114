"""The same work in two places leaves the same scenario folder, byte by byte."""

from __future__ import annotations

import getpass
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devsession.cli.project import create_project
from devsession.sandbox import sandbox_service
from devsession.warehouse import embedded_service
from tests.cli.command import python
from tests.cli.conftest import WORK

if TYPE_CHECKING:
    from collections.abc import Iterator

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def elsewhere(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What was done in `project`, done in a folder of another name with a sandbox on another port."""
    folder = tmp_path_factory.mktemp("Zoë og co") / "deeper" / "acme"
    create_project("acme", folder)
    worked = python(folder, "-c", WORK)
    assert worked.returncode == 0, worked.stderr
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def scenarios(project: Path) -> Files:
    root = project / "scenarios"
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def without_fingerprints(files: Files) -> Files:
    """The tape says by which secret a request was signed, under a key of the workspace."""
    return {
        name: re.sub(rb"fingerprint: \w+", b"fingerprint:", content)
        for name, content in files.items()
    }


def test_both_are_equal(project: Path, elsewhere: Path) -> None:
    here, there = scenarios(project), scenarios(elsewhere)

    assert {name for name in here if here[name] != there.get(name)} <= {"tape.yaml"}
    assert without_fingerprints(here) == without_fingerprints(there)
    assert "creates-contacts/scenario.json" in here


@pytest.mark.parametrize(
    "own",
    [
        str(Path.home()),
        str(Path(__file__).parents[2]),
        f"{getpass.getuser()}@",
        socket.gethostname(),
        "127.0.0.1",
        "localhost",
    ],
)
def test_nothing_of_this_machine_is_in_it(project: Path, own: str) -> None:
    holding = [name for name, content in scenarios(project).items() if own.encode() in content]

    assert holding == []


def test_no_place_and_no_time_of_the_work_is_in_it(project: Path) -> None:
    together = b"\n".join(scenarios(project).values())

    assert str(project).encode() not in together
    assert re.findall(rb"20[2-9]\d-\d\d-\d\dT\d\d:\d\d|\d\d:\d\d:\d\d", together) == []
