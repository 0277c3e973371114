"""A project whose runs are killed at random moments, and what has to hold after each kill."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Protocol

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from pandas import DataFrame

from devsession import DevelopmentSession, secret
from devsession.session.plugin_source import load_plugin_class
from tests.session import kill_plugin
from tests.session.conftest import KEY_NAME, App
from tests.session.kill_plugin import BEGUN, PAGE, PAGES, STORED, STREAMS
from tests.session.preloaded import Child, Preloaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.session.inbound_sync import InboundSync
    from devsession.session.sync import Sync

VICTIMS = ("process", "kernel", "warehouse")
RECORDS = 30
NUMBERS = list(range(PAGES * PAGE))
ENDED = {"completed", "failed", "killed", "interrupted"}
CELL = """
from devsession import DevelopmentSession
from plugin import Slow

DevelopmentSession(Slow).run("{slug}")
"""
_LOOK = 0.002
# Until a process has begun its run, or has ended, on a machine that has much to do.
_PATIENCE = 120
_MOST_TRIES = 8
_SHORTEST = 0.3


class Killed(Protocol):
    """A sync of one direction, and what has to hold when its runs are killed."""

    direction: str
    sync: Sync | InboundSync

    def __init__(self, project: KilledProject, slug: str) -> None: ...

    def left(self) -> float:
        """The share of its records that is still to come."""

    def check(self) -> None:
        """What holds after each run, killed or whole."""

    def finish(self) -> None:
        """Run it to its end: nothing is left out, and nothing comes twice."""


class KilledProject:
    """The plugin's folder, the session that looks on, and the app that records go to."""

    def __init__(self, folder: Path) -> None:
        shutil.copy(kill_plugin.__file__, folder / "plugin.py")
        self.folder = folder
        self.preloaded = Preloaded()
        self.session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
        self.app = App(unrecorded=self.session.recorder.paused)
        self.session.connection.fill(url=self.app.url, api_key=secret(KEY_NAME))
        # Direction -> seconds of a whole run, from where it takes its turn to its end, as they are
        # on this machine now.
        self._seconds: dict[str, float] = {}

    def close(self) -> None:
        self.preloaded.close()
        self.app.stop()
        self.session.shut_down()

    def killed_twice(self, kind: type[Killed], victim: str, seed: int) -> Killed:
        """A sync whose run was killed, and the one after that as well, if that is not too late."""
        chosen = random.Random(f"{kind.__name__} {victim} {seed}")
        for number in range(_MOST_TRIES):
            killed = kind(self, f"{kind.direction}_{victim}_{seed}_{number}")
            if self.kill(killed, victim, chosen.random()):
                self.kill(killed, victim, chosen.random())
                return killed
        raise AssertionError(f"{_MOST_TRIES} runs ended before they could be killed")

    def kill(self, killed: Killed, victim: str, share: float) -> bool:
        """Kill in the midst of a run, when this share of its time has gone; whether it went on then.

        victim: "process" and "kernel" are what runs it, "warehouse" is the warehouse's process.
        """
        work = max(killed.left(), 0.3)
        moment = share * self._whole(type(killed)) * work
        with self._begun(killed, in_kernel=victim == "kernel") as run:
            begun = time.monotonic()
            going_on = not run.ended_within(moment)
            if going_on:
                os.kill(self._warehouse() if victim == "warehouse" else run.pid, signal.SIGKILL)
                self._seconds[killed.direction] *= 1.03
            else:
                took = (time.monotonic() - begun) / work
                self._seconds[killed.direction] = max(took, _SHORTEST)
        told = f"killed at {moment:.3f} s" if going_on else f"over before {moment:.3f} s"
        print(f"{killed.direction} {victim} {killed.sync.slug}: {told}; it ended with {run.code}")
        killed.check()
        return going_on

    def _whole(self, kind: type[Killed]) -> float:
        if kind.direction not in self._seconds:
            whole = kind(self, f"{kind.direction}_whole")
            with self._begun(whole) as run:
                begun = time.monotonic()
                assert run.ended_within(_PATIENCE)
                self._seconds[kind.direction] = time.monotonic() - begun
            whole.check()
        return self._seconds[kind.direction]

    @contextmanager
    def _begun(self, killed: Killed, *, in_kernel: bool = False) -> Iterator[Child | Cell]:
        """A run that has just taken its turn, in a process of its own, which is gone afterwards."""
        sync = killed.sync
        with self._cell(sync.slug) if in_kernel else self._command(sync.slug) as run:
            end = time.monotonic() + _PATIENCE
            while not (self._has_turn(sync, run) or run.ended_within(0)):
                assert time.monotonic() < end
                time.sleep(_LOOK)
            yield run

    def _has_turn(self, sync: Sync | InboundSync, run: Child | Cell) -> bool:
        holder = self.folder / ".devsession" / "outcomes" / f"{sync.record.id}.holder"
        try:
            return holder.read_text(encoding="utf-8").startswith(f"process {run.pid} ")
        except OSError:
            return False

    @contextmanager
    def _command(self, slug: str) -> Iterator[Child]:
        run = self.preloaded.command("sync", "run", slug, folder=self.folder)
        yield run
        assert run.ended_within(_PATIENCE)

    @contextmanager
    def _cell(self, slug: str) -> Iterator[Cell]:
        file, _ = write_connection_file(str(self.folder / "kernel.json"))
        kernel = self.preloaded.kernel(file, folder=self.folder)
        client = BlockingKernelClient(connection_file=file)
        client.load_connection_file()
        client.start_channels()
        try:
            yield Cell(kernel, client, CELL.format(slug=slug))
        finally:
            client.stop_channels()
            if not kernel.ended_within(0):
                os.kill(kernel.pid, signal.SIGKILL)
            assert kernel.ended_within(_PATIENCE)
            Path(file).unlink()

    def _warehouse(self) -> int:
        """The process id of the warehouse."""
        port_file = self.folder / ".devsession" / "warehouse.json"
        pid: int = json.loads(port_file.read_text(encoding="utf-8"))["pid"]
        return pid


class Cell:
    """A run in a notebook's cell. code: "ok" or "error", once the cell has ended."""

    def __init__(self, kernel: Child, client: BlockingKernelClient, code: str) -> None:
        self.pid = kernel.pid
        self.code: str | None = None
        self._client = client
        client.execute(code)

    def ended_within(self, seconds: float) -> bool:
        """Whether the cell ends until then; what it runs in goes on."""
        if self.code is None:
            with suppress(Empty):
                self.code = self._client.get_shell_msg(timeout=seconds)["content"]["status"]
        return self.code is not None


class KilledOutbound:
    """Records that nobody else sends; each request has one of them."""

    direction = "outbound"

    def __init__(self, project: KilledProject, slug: str) -> None:
        self._project = project
        self._names = {f"{slug}_{number:02}" for number in range(RECORDS)}
        names = sorted(self._names)
        frame = DataFrame({"ID": names, "EMAIL": [f"{name}@example.com" for name in names]})
        session = project.session
        source = session.load_table(slug, frame, replace=True).name
        self.sync = session.sync(slug, source=source, identifier="ID")
        self.sync.fill(mapping={"email": "EMAIL"})
        project.app.asked()
        self._sent: set[str] = set()
        self._stored: set[str] = set()

    def left(self) -> float:
        """The share of its records that is still to come."""
        return 1 - len(self._stored) / RECORDS

    def check(self) -> None:
        """What was stored is not sent again; only what was being sent when it was killed is."""
        sent = self._project.app.sent()
        again = self._sent & set(sent)
        assert len(sent) == len(set(sent))
        assert again & self._stored == set()
        assert len(again) <= 1
        self._sent |= set(sent)
        self._stored |= self._names & self._told()
        assert self._stored <= self._sent

    def finish(self) -> None:
        """Run it to its end: the app has all records, as the source has them."""
        session, app = self._project.session, self._project.app
        summary = session.run(self.sync.slug)

        self.check()
        assert summary
        assert self._sent == self._names
        emails = {name: record["email"] for name, record in app.records().items()}
        assert self._names <= emails.keys()
        assert all(emails[name] == f"{name}@example.com" for name in self._names)
        assert session.run(self.sync.slug).offered == 0
        assert {run.status for run in session.store.runs(self.sync.record)} <= ENDED

    def _told(self) -> set[str]:
        """The records whose outcomes the plugin handed back."""
        file = self._project.folder / STORED
        return set(file.read_text(encoding="utf-8").split()) if file.exists() else set()


class KilledInbound:
    """Two streams of the same numbers, a checkpoint for each page of both."""

    direction = "inbound"

    def __init__(self, project: KilledProject, slug: str) -> None:
        self._project = project
        self.sync = project.session.sync(slug, direction="inbound")
        self.sync.fill()

    def left(self) -> float:
        """The share of its records that is still to come."""
        return 1 - sum(map(len, self._rows().values())) / len(STREAMS) / len(NUMBERS)

    def check(self) -> None:
        """As many records as the state says, each once: it is neither ahead of them nor behind."""
        states = self.sync.tables.states()
        assert self._rows() == {
            name: NUMBERS[: states[name]["n"] + 1] if name in states else [] for name in STREAMS
        }

    def finish(self) -> None:
        """Run it to its end, from where the stored states are."""
        session = self._project.session
        states = self.sync.tables.states()

        summary = session.run(self.sync.slug)

        begun = json.loads((self._project.folder / BEGUN).read_text(encoding="utf-8"))
        assert summary
        assert begun == {name: states.get(name) for name in STREAMS}
        assert self._rows() == dict.fromkeys(STREAMS, NUMBERS)
        assert {run.status for run in session.store.runs(self.sync.record)} <= ENDED

    def _rows(self) -> dict[str, list[int]]:
        """Stream -> the numbers that its table holds, each as often as it stands there."""
        rows: dict[str, list[int]] = {name: [] for name in STREAMS}
        for name, table in self.sync.tables.tables().items():
            query = f"select RECORD_DATA['n']::number from {table} order by 1"
            rows[name] = [number for (number,) in self._project.session.account.rows(query)]
        return rows
