"""A command line in this process, and a project that has been worked in."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from devsession.cli import main
from devsession.cli.project import create_project
from devsession.sandbox import sandbox_service
from devsession.warehouse import embedded_service
from tests.cli.command import python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORK = """
from devsession import DevelopmentSession, secret
from plugin import Acme

with DevelopmentSession(Acme) as session:
    session.connection.fill(tenant_url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
    session.load_table("CONTACTS", "contacts.csv")
    contacts = session.sync("contacts", source="CONTACTS", identifier="ID", strategy="Upsert")
    contacts.fill(object="contact", mapping={"email": "EMAIL", "last_name": "LAST_NAME"})
    scenario = contacts.scenario("creates contacts")
    scenario.run()
    scenario.complete()
"""


@dataclass(frozen=True)
class Said:
    """How a command ended: its exit code and what it printed."""

    code: object
    out: str
    err: str


class CommandLine:
    """`devsession` in this process: quick, and with our warnings as errors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, folder: Path, *arguments: str) -> Said:
        self._monkeypatch.setenv("COLUMNS", "80")
        self._monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main([*arguments])
        return Said(ended.value.code, *self._capsys.readouterr())


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project acme with a connection, a table, a sync, and a scenario with its test."""
    folder = tmp_path_factory.mktemp("work") / "acme"
    create_project("acme", folder)
    worked = python(folder, "-c", WORK)
    assert worked.returncode == 0, worked.stderr
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def plugin_of(gallery: Any, folder: Path) -> Iterator[Path]:
    """A folder with a gallery's good plugin, and its recorded scenarios; nothing of it stays imported."""
    shutil.copy(gallery.__file__, folder / "plugin.py")
    gallery.record(folder / "scenarios")
    path = list(sys.path)
    yield folder
    sys.path[:] = path
    sys.modules.pop("plugin", None)
