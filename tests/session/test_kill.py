"""kill -9 in the middle of a run: the next one sends each record without an outcome, once."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from pandas import DataFrame

from devsession import DevelopmentSession, secret
from devsession.session.plugin_source import load_plugin_class
from tests.session import kill_plugin
from tests.session.conftest import KEY, KEY_NAME, REPOSITORY, App

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.session.sync import Sync

WAREHOUSE_HAS_A_PROCESS = True
RECORDS = 12
SEED = 20
RUN = """
from devsession import DevelopmentSession
from plugin import Dying

DevelopmentSession(Dying).run("{slug}")
"""


def points(what: str) -> list[object]:
    """Ten different random points of a run; the first is for every day, the others are long."""
    chosen = random.Random(f"{what} {SEED}")
    drawn = [
        f"{what} {chosen.randrange(RECORDS)} {chosen.choice(kill_plugin.PHASES)}" for _ in range(20)
    ]
    first, *others = list(dict.fromkeys(drawn))[:10]
    return [first, *(pytest.param(point, marks=pytest.mark.long) for point in others)]


class Workspace:
    """A project whose plugin dies when it is told to, and the app that it sends to."""

    def __init__(self, folder: Path) -> None:
        shutil.copy(kill_plugin.__file__, folder / "plugin.py")
        self.folder = folder
        self.session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
        self.app = App(unrecorded=self.session.recorder.paused)
        self.session.connection.fill(url=self.app.url, api_key=secret(KEY_NAME))

    def sync(self, point: str) -> Sync:
        """A sync of records that no other point has."""
        slug = point.replace(" ", "_")
        names = [f"{slug}_{number:02}" for number in range(RECORDS)]
        frame = DataFrame({"ID": names, "EMAIL": [f"{name}@example.com" for name in names]})
        source = self.session.load_table(slug, frame, replace=True).name
        sync = self.session.sync(slug, source=source, identifier="ID")
        sync.fill(mapping={"email": "EMAIL"})
        self.app.asked()
        return sync

    def run(self, sync: Sync, kill: str) -> subprocess.CompletedProcess[str]:
        """`devsession sync run` in a process of its own."""
        command = [sys.executable, "-m", "devsession", "sync", "run", sync.slug]
        env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "KILL": kill}
        return subprocess.run(
            command,
            cwd=self.folder,
            env=env,
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def run_in_kernel(self, sync: Sync, kill: str) -> None:
        """The same from a notebook's cell."""
        cell = nbformat.v4.new_code_cell(RUN.format(slug=sync.slug))
        NotebookClient(
            nbformat.v4.new_notebook(cells=[cell]),
            kernel_name="python3",
            timeout=300,
            resources={"metadata": {"path": str(self.folder)}},
        ).execute(env={**os.environ, "PYTHONPATH": str(REPOSITORY), "KILL": kill})

    def stored(self) -> set[str]:
        """The records whose outcomes the plugin handed back."""
        file = self.folder / "stored.txt"
        return set(file.read_text(encoding="utf-8").split()) if file.exists() else set()

    def warehouse(self) -> int:
        """The process id of the warehouse."""
        port_file = self.folder / ".devsession" / "warehouse.json"
        pid: int = json.loads(port_file.read_text(encoding="utf-8"))["pid"]
        return pid

    def close(self) -> None:
        self.app.stop()
        self.session.shut_down()


@pytest.fixture(scope="module")
def workspace(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_NAME, KEY)
        workspace = Workspace(tmp_path_factory.mktemp("killed"))
        yield workspace
        workspace.close()


def assert_the_next_run_sends_the_others_once(workspace: Workspace, sync: Sync) -> None:
    names = {f"{sync.slug}_{number:02}" for number in range(RECORDS)}
    answered = names & workspace.stored()
    workspace.app.asked()

    summary = workspace.session.run(sync.slug)

    assert sorted(workspace.app.sent()) == sorted(names - answered)
    assert (summary.succeeded, bool(summary)) == (RECORDS - len(answered), True)
    assert names <= workspace.app.records().keys()
    assert workspace.session.run(sync.slug).offered == 0


@pytest.mark.parametrize("point", points("process"))
def test_a_killed_command(point: str, workspace: Workspace) -> None:
    sync = workspace.sync(point)

    assert workspace.run(sync, point).returncode == -9

    assert_the_next_run_sends_the_others_once(workspace, sync)
    *_, killed = workspace.session.store.runs(sync.record)
    assert killed.status == "killed"


@pytest.mark.parametrize("point", points("kernel"))
def test_a_killed_kernel(point: str, workspace: Workspace) -> None:
    sync = workspace.sync(point)

    with pytest.raises(DeadKernelError):
        workspace.run_in_kernel(sync, point)

    assert_the_next_run_sends_the_others_once(workspace, sync)


@pytest.mark.parametrize("point", points("warehouse"))
def test_a_killed_warehouse(point: str, workspace: Workspace) -> None:
    sync = workspace.sync(point)
    before = workspace.warehouse()

    workspace.run(sync, point)

    assert_the_next_run_sends_the_others_once(workspace, sync)
    assert workspace.warehouse() != before


def test_ctrl_c_ends_with_what_was_done(workspace: Workspace) -> None:
    sync = workspace.sync("interrupt 4 sent")

    done = workspace.run(sync, "interrupt 4 sent")

    assert done.returncode == 130
    assert done.stdout == (
        "interrupt_4_sent: interrupted, 12 records offered, 4 created, 8 without an outcome\n"
    )
    assert done.stderr == "stopped; nothing is lost: the same command goes on\n"
    assert_the_next_run_sends_the_others_once(workspace, sync)
