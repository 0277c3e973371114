"""kill -9 in the middle of an inbound run: a state is stored with its records, and the next run goes
on from there; nothing comes twice, and nothing is left out."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from devsession import DevelopmentSession
from devsession.session.plugin_source import load_plugin_class
from tests.session import kill_reading_plugin
from tests.session.conftest import REPOSITORY
from tests.session.kill_reading_plugin import PAGE, PAGES, PHASES, STREAMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.session.inbound_sync import InboundSync

WAREHOUSE_HAS_A_PROCESS = True
SEED = 7


def points(what: str) -> list[object]:
    """Ten different random points of a run; the first is for every day, the others are long."""
    chosen = random.Random(f"{what} {SEED}")
    drawn = [f"{what} {chosen.randrange(PAGES - 1)} {chosen.choice(PHASES)}" for _ in range(40)]
    storing = f"{what} {chosen.randrange(PAGES - 1)} storing"
    first, *others = list(dict.fromkeys([storing, *drawn]))[:10]
    return [first, *(pytest.param(point, marks=pytest.mark.long) for point in others)]


class Workspace:
    """A project whose plugin dies when it is told to."""

    def __init__(self, folder: Path) -> None:
        shutil.copy(kill_reading_plugin.__file__, folder / "plugin.py")
        self.folder = folder
        self.session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
        self.session.connection.fill()

    def sync(self, point: str) -> InboundSync:
        """A sync that no other point has."""
        sync = self.session.sync(point.replace(" ", "_"), direction="inbound")
        sync.fill()
        return sync

    def run(self, sync: InboundSync, kill: str) -> int:
        """`devsession sync run` in a process of its own; its exit code."""
        after = random.Random(kill).uniform(0, 0.05)
        env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "KILL": kill, "KILL_AFTER": str(after)}
        return subprocess.run(
            [sys.executable, "-m", "devsession", "sync", "run", sync.slug],
            cwd=self.folder,
            env=env,
            check=False,
            capture_output=True,
            timeout=300,
        ).returncode

    def stored(self, sync: InboundSync) -> dict[str, list[int]]:
        """Stream -> the numbers that its table holds, each as often as it stands there."""
        return {
            name: [
                number
                for (number,) in self.session.account.rows(
                    f"select RECORD_DATA['n']::number from {table} order by 1"
                )
            ]
            for name, table in sync.tables.tables().items()
        }

    def begun(self) -> dict[str, dict[str, int] | None]:
        """The states that the last run began with."""
        text = (self.folder / "begun.json").read_text(encoding="utf-8")
        begun: dict[str, dict[str, int] | None] = json.loads(text)
        return begun


@pytest.fixture(scope="module")
def workspace(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path_factory.mktemp("killed"))
    yield workspace
    workspace.session.shut_down()


def assert_the_next_run_goes_on(workspace: Workspace, sync: InboundSync) -> None:
    stored, states = workspace.stored(sync), sync.tables.states()
    everything = list(range(PAGES * PAGE))
    # As many records as the state says: it is neither ahead of them nor behind.
    assert stored == {
        name: everything[: states[name]["n"] + 1] if name in states else [] for name in stored
    }

    summary = workspace.session.run(sync.slug)

    assert summary
    assert workspace.begun() == {name: states.get(name) for name in STREAMS}
    assert workspace.stored(sync) == dict.fromkeys(STREAMS, everything)


@pytest.mark.parametrize("point", points("process"))
def test_a_killed_command(point: str, workspace: Workspace) -> None:
    sync = workspace.sync(point)

    assert workspace.run(sync, point) == -9

    assert_the_next_run_goes_on(workspace, sync)
    *_, killed = workspace.session.store.runs(sync.record)
    assert killed.status == "killed"


@pytest.mark.parametrize("point", points("warehouse"))
def test_a_killed_warehouse(point: str, workspace: Workspace) -> None:
    sync = workspace.sync(point)

    workspace.run(sync, point)

    assert_the_next_run_goes_on(workspace, sync)
