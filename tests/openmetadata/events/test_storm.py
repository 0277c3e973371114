"""Issue 10, "It is done when", 1: whatever happens, each event's effect stands exactly once."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from devsession.openmetadata.events.inbox_file import counts, received
from devsession.openmetadata.events.samples import sample_event
from devsession.openmetadata.events.signing import SIGNATURE_HEADER, signature
from tests.openmetadata.events.storm_receiver import (
    ALWAYS_FAILS,
    ATTEMPTS,
    EXITS_ONCE,
    FAILS_AFTERWARDS,
    FAILS_TWICE,
    MAX_BYTES,
    SECRET,
    SLOW,
    effects_in,
)

ROOT = Path(__file__).parents[3]
SENDERS, ENTITIES = 4, 12
PATIENCE = 300.0
# What becomes of an event in the handler; most go well.
DOES = ["ann"] * 14 + [SLOW, SLOW, FAILS_TWICE, ALWAYS_FAILS, EXITS_ONCE, FAILS_AFTERWARDS]


@dataclass
class Storm:
    """Sends events, and much that is none, to a receiver that is killed again and again."""

    folder: Path
    events: int
    kills: int
    chance: random.Random = field(default_factory=lambda: random.Random(10))
    answers: Counter[str] = field(default_factory=Counter)
    killed: int = 0
    accepted: int = 0
    finished: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/events"
        self.good = [self.made(number) for number in range(self.events)]
        self.bad_ids: set[str] = set()
        self.counting = threading.Lock()

    def made(self, number: int) -> dict[str, Any]:
        entity = f"entity-{number % ENTITIES}"
        return sample_event("entityUpdated") | {
            "userName": self.chance.choice(DOES),
            "entityId": entity,
        }

    def run(self) -> None:
        """Until all is sent, the receiver was killed so often, and nothing waits any more."""
        self.process = self.started()
        try:
            self.storm()
            self.wait(lambda: "waiting" not in counts(self.folder / "events.db"))
            self.send_again()
        finally:
            self.process.terminate()
            self.process.wait(30)

    def storm(self) -> None:
        with ThreadPoolExecutor(SENDERS) as pool:
            sending = [pool.submit(self.send_share, share) for share in range(SENDERS)]
            for kill in range(1, self.kills + 1):
                self.wait(lambda due=kill: self.accepted >= due * self.events // (self.kills + 1))  # type: ignore[misc]
                time.sleep(self.chance.uniform(0, 0.05))
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
                self.killed += 1
                self.note_finished()
                self.process = self.started()
            for each in sending:
                each.result()

    def started(self) -> subprocess.Popen[bytes]:
        command = ["-m", "tests.openmetadata.events.storm_receiver", str(self.folder)]
        return subprocess.Popen([sys.executable, *command, str(self.port)], cwd=ROOT)

    def note_finished(self) -> None:
        """What is finished while no receiver runs; from now on nobody may have it in hands."""
        handed = self.handed()
        for each in received(self.folder / "events.db", "done", "failed"):
            self.finished.setdefault(each.id, handed[each.id])

    def wait(self, until: Any) -> None:
        ends = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < ends, f"{self.accepted} accepted, {self.killed} killed"
            time.sleep(0.01)

    def send_share(self, share: int) -> None:
        """The events of some entities, each in its order; and others between them."""
        chance = random.Random(share)
        with requests.Session() as session:
            for number, event in enumerate(self.good):
                if number % ENTITIES % SENDERS != share:
                    continue
                self.insist(session, event)
                if chance.random() < 0.3:
                    self.send_bad(session, event, chance.randrange(5))

    def insist(self, session: requests.Session, event: dict[str, Any]) -> None:
        """As a catalog does: again, until it is taken."""
        body = json.dumps(event).encode()
        ends = time.monotonic() + PATIENCE
        while (said := self.post(session, body)) not in {"stored", "known"}:
            assert said in {"gone", "503"}, said
            assert time.monotonic() < ends
            time.sleep(0.02)
        with self.counting:
            self.accepted += 1

    def send_bad(self, session: requests.Session, event: dict[str, Any], kind: int) -> None:
        """Something that must not be handled; or what came before, which must not be again."""
        other = sample_event("entityUpdated")
        self.bad_ids.add(other["id"])
        body = json.dumps(other).encode()
        if kind == 0:
            expected = self.post(session, body, signed="sha256=" + "0" * 64), "401"
        elif kind == 1:
            expected = self.post(session, json.dumps(event).encode()), "known"
        elif kind == 2:
            expected = self.post(session, json.dumps(event | {"userName": "eve"}).encode()), "409"
        elif kind == 3:
            expected = self.post(session, body + b" " * MAX_BYTES), "413"
        else:
            expected = self.post(session, json.dumps(other | {"timestamp": 1}).encode()), "400"
        assert expected[0] in {expected[1], "gone", "503"}

    def post(self, session: requests.Session, body: bytes, signed: str = "") -> str:
        headers = {SIGNATURE_HEADER: signed or signature(SECRET, body)}
        try:
            answer = session.post(self.url, data=body, headers=headers, timeout=60)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            said = "gone"
        else:
            good = answer.status_code == 200
            said = answer.json()["state"] if good else str(answer.status_code)
        with self.counting:
            self.answers[said] += 1
        return said

    def send_again(self) -> None:
        """When all is over, everything comes once more."""
        before = self.handed()
        with requests.Session() as session:
            for event in self.good:
                assert self.post(session, json.dumps(event).encode()) == "known"
        time.sleep(0.2)
        assert self.handed() == before

    def handed(self) -> Counter[str]:
        """How often each event was in the handler's hands."""
        with closing(effects_in(self.folder)) as effects:
            return Counter(event for (event,) in effects.execute("SELECT event FROM handed"))


def check(storm: Storm) -> None:
    kept = {each.id: each for each in received(storm.folder / "events.db")}
    handed = storm.handed()
    with closing(effects_in(storm.folder)) as effects:
        effect = effects.execute("SELECT event, entity FROM effects ORDER BY rowid").fetchall()
        last = dict(effects.execute("SELECT event, max(at) FROM handed GROUP BY event"))

    # No event is lost, and each is finished as it has to be.
    expected = {
        each["id"]: "failed" if each["userName"] == ALWAYS_FAILS else "done" for each in storm.good
    }
    assert {event: each.state for event, each in kept.items()} == expected
    assert {each.attempts for each in kept.values() if each.state == "failed"} <= {ATTEMPTS}

    # The effect of each stands exactly once; none is handled that should not be.
    done = [event for event, state in expected.items() if state == "done"]
    assert Counter(event for event, _ in effect) == Counter(done)
    assert handed.keys() == expected.keys()
    assert handed.keys().isdisjoint(storm.bad_ids)

    # A finished event is never handed over again.
    assert all(last[event] <= (each.ended or 0) for event, each in kept.items())
    assert storm.finished
    assert {event: handed[event] for event in storm.finished} == storm.finished

    # Those of one entity come in the order in which they were sent.
    for number in range(ENTITIES):
        entity = f"entity-{number}"
        sent = [each["id"] for each in storm.good if each["entityId"] == entity]
        assert [event for event, at in effect if at == entity] == [
            each for each in sent if expected[each] == "done"
        ]


def told(storm: Storm) -> str:
    handed = storm.handed()
    again = sum(times > 1 for times in handed.values())
    answers = ", ".join(f"{number:,} {said}" for said, number in sorted(storm.answers.items()))
    return (
        f"{storm.events:,} events, the receiver killed {storm.killed} times; answers: {answers}; "
        f"{handed.total():,} times handed over, {again} events more than once"
    )


def test_a_short_storm(tmp_path: Path) -> None:
    storm = Storm(tmp_path, events=60, kills=2)
    storm.run()
    check(storm)
    assert storm.killed == 2


@pytest.mark.long
def test_a_long_storm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    storm = Storm(tmp_path, events=1_000, kills=25)
    storm.run()
    with capsys.disabled():
        print(f"\n{told(storm)}")
    check(storm)
    assert storm.killed == 25
