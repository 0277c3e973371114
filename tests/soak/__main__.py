"""The command line of the soak: one JSON line a look, the verdict last; 1 when something grew."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

import psutil
from pandas import DataFrame

from devsession import DevelopmentSession, secret
from devsession.sandbox import sandbox_service
from devsession.session.plugin_source import load_plugin_class
from devsession.warehouse import embedded_service
from tests.soak import soak_plugin

RECORDS, CHANGED = 2_000, 400
MOST_GROWTH = 0.10
MOST_FILES = 3


@dataclass(frozen=True)
class Look:
    """What a process holds. pss, uss, own: MB.

    own: of no file. In uss are pages of libraries too, as long as no other process uses the same: it
    jumps by many MB when one starts or ends that has nothing to do with ours.
    """

    minute: float
    rounds: int
    process: str
    pss: float
    uss: float
    own: float
    files: int
    threads: int


class Soak:
    """Everything that an author does in a day, on the same syncs, round by round."""

    def __init__(self, folder: Path) -> None:
        shutil.copy(soak_plugin.__file__, folder / "plugin.py")
        self._folder = folder
        session = self._session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
        session.connection.fill(url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
        for stream, records in {"customer": 1_000, "project": 3, "task": 7, "click": 200}.items():
            session.sandbox.set_stream(stream, records=records)
        self._rounds = 0

    def round(self) -> None:
        """Forms, runs and scenarios of both directions; what changes is as much each time."""
        self._rounds += 1
        self._outbound()
        self._inbound()

    def _outbound(self) -> None:
        session = self._session
        names = [
            f"Name {self._rounds if number < CHANGED else 0}-{number}" for number in range(RECORDS)
        ]
        frame = DataFrame({"ID": range(RECORDS), "NAME": names})
        frame["EMAIL"] = [f"person{number}@example.com" for number in range(RECORDS)]
        session.load_table("PEOPLE", frame, replace=True)
        people = session.sync("people", source="PEOPLE", identifier="ID", strategy="Upsert")
        people.fill(mapping={"email": "EMAIL"})
        people.fill(mapping={"email": "EMAIL", "first_name": "NAME"})
        people.preview()
        people.plan()
        people.scenario("some", records=50, refresh=True).run().raise_if_failed()
        summary = session.run("people")
        expected = RECORDS if self._rounds == 1 else CHANGED
        if not summary or summary.succeeded != expected:
            raise RuntimeError(str(summary))

    def _inbound(self) -> None:
        session = self._session
        session.sandbox.change_stream("customer", changed=100)
        read = session.sync("streams", direction="inbound")
        read.fill(page_size="100", streams=["customer", "project", "task", "click"])
        repr(read.streams)
        summary = session.run("streams")
        if not summary or summary.streams["customer"].records < 100:
            raise RuntimeError(str(summary))
        read.scenario("page", records=50, refresh=True).run()

    def look(self, minute: float) -> list[Look]:
        """At the plugin's process, the warehouse and the practice app."""
        warehouse = embedded_service(self._folder).address()
        sandbox = sandbox_service(self._folder).address()
        if warehouse is None or sandbox is None:
            raise RuntimeError("a service is gone")
        pids = {"plugin": os.getpid(), "warehouse": warehouse.pid, "sandbox": sandbox.pid}
        return [self._look_at(name, pid, minute) for name, pid in pids.items()]

    def _look_at(self, name: str, pid: int, minute: float) -> Look:
        process = psutil.Process(pid)
        memory = process.memory_full_info()
        return Look(
            minute=round(minute, 1),
            rounds=self._rounds,
            process=name,
            pss=round(memory.pss / 2**20, 1),
            uss=round(memory.uss / 2**20, 1),
            own=round(sum(each.anonymous for each in process.memory_maps()) / 2**20, 1),
            files=process.num_fds(),
            threads=process.num_threads(),
        )

    def end(self) -> None:
        self._session.shut_down()


def megabytes(folder: Path) -> dict[str, float]:
    """What each part of a workspace takes on disk, where that is felt."""
    sizes: dict[str, float] = {}
    for file in folder.rglob("*"):
        if file.is_file():
            part = "/".join(file.relative_to(folder).parts[:2])
            sizes[part] = sizes.get(part, 0) + file.stat().st_size / 2**20
    return {part: round(size, 1) for part, size in sizes.items() if size >= 1}


def growth(looks: list[Look]) -> dict[str, dict[str, float]]:
    """Of each process, the last third against the middle one: the first is for warming up."""
    grown = {}
    for name in dict.fromkeys(look.process for look in looks):
        own = [look for look in looks if look.process == name]
        third = len(own) // 3
        middle, last = own[third : 2 * third], own[2 * third :]
        grown[name] = {
            "own": round(median(e.own for e in last) / median(e.own for e in middle) - 1, 3),
            "files": median(e.files for e in last) - median(e.files for e in middle),
        }
    return grown


def main() -> int:
    """Work so many minutes; 1 when memory grew by a tenth, or open files by some, after warming up."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    looks: list[Look] = []
    with TemporaryDirectory() as folder:
        soak = Soak(Path(folder))
        try:
            begun, every = monotonic(), minutes * 60 / 60
            while monotonic() - begun < minutes * 60 or len(looks) < 9:
                soak.round()
                if monotonic() - begun >= len(looks) / 3 * every:
                    new = soak.look((monotonic() - begun) / 60)
                    looks += new
                    for look in new:
                        print(json.dumps(asdict(look)), flush=True)
                    print(json.dumps({"folder_mb": megabytes(Path(folder))}), flush=True)
        finally:
            soak.end()
    grown = growth(looks)
    flat = all(g["own"] <= MOST_GROWTH and g["files"] <= MOST_FILES for g in grown.values())
    print(json.dumps({"growth": grown, "flat": flat}))
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
