"""Whatever was done to a notebook before: a pass from top to bottom is a clean take.

A small notebook is edited, run and restarted at random. What a pass over it plays, reuses, answers
offline and leaves for the scenario is held against a pass that has no past.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from devsession.recording.calls import Call
from devsession.recording.exchange import Exchange
from devsession.recording.recorder import Recorder
from devsession.recording.tape import Tape
from devsession.session.any_scenario import last_of_each_cell

if TYPE_CHECKING:
    from random import Random

    from devsession.recording.recorder import Mode

URL = "https://crm.example"
POLLS = 3
REFUSED = 422

Step = tuple[str, str]
"""What a cell does, and with what: `("write", "ada")`."""

Answer = tuple[int, object]
"""A status and what the body says."""


@dataclass
class Crm:
    """An app with contacts, jobs that take their time, and records that it refuses."""

    contacts: list[str] = field(default_factory=list)
    polls: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, body: str) -> Answer:
        self.calls.append(f"{method} {path} {body}")
        if path == "/refused":
            return REFUSED, {"error": f"{body} is taken, call {len(self.calls)}"}
        if method == "POST":
            self.contacts.append(body)
            self.polls[body] = 0
            return 201, {"id": len(self.contacts)}
        if path.startswith("/jobs/"):
            name = path.removeprefix("/jobs/")
            self.polls[name] = self.polls.get(name, 0) + 1
            return 200, {"done": self.polls[name] % POLLS == 0}
        return 200, {"contacts": list(self.contacts)}


@dataclass(frozen=True)
class Cell:
    """Its text is its number and version: no two cells of a notebook have the same."""

    text: str
    steps: tuple[Step, ...]


class Kernel:
    """A recorder that was started on a tape, and the cells that it runs."""

    def __init__(self, tape: Path, crm: Crm, mode: Mode) -> None:
        self.crm = crm
        self.recorder = Recorder(Tape(tape), is_warehouse=lambda _host, _port: False, key=b"k" * 32)
        self.recorder.mode = mode
        self.recorder.start()

    def run(self, cell: Cell) -> list[Answer]:
        """What the cell is told by the app."""
        self.recorder.begin(f"cell:{cell.text}")
        return [answer for step in cell.steps for answer in self._do(*step)]

    def run_all(self, cells: list[Cell]) -> list[list[Answer]]:
        return [self.run(cell) for cell in cells]

    def stop(self) -> None:
        self.recorder.stop()

    def _do(self, what: str, name: str) -> list[Answer]:
        if what == "write":
            return [self._send("POST", "/contacts", name)]
        if what == "refused":
            return [self._send("POST", "/refused", name)]
        if what == "poll":
            answers = [self._send("GET", f"/jobs/{name}")]
            while answers[-1] != (200, {"done": True}):
                answers.append(self._send("GET", f"/jobs/{name}"))
            return answers
        return [self._send("GET", "/contacts")]

    def _send(self, method: str, path: str, body: str = "") -> Answer:
        request = Exchange(method, URL + path, request_body=body.encode())
        decision = self.recorder.answer(request)
        if isinstance(decision, Call):
            status, answer = self.crm.answer(method, path, body)
            content = json.dumps(answer).encode()
            decision.done(
                Exchange(
                    method,
                    URL + path,
                    request_body=body.encode(),
                    status=status,
                    response_body=content,
                )
            )
            return status, answer
        return decision.status, json.loads(decision.response_body)


STEPS = st.tuples(
    st.sampled_from(["read", "read", "write", "write", "poll", "refused"]),
    st.sampled_from(["ada", "grace"]),
)
CELLS = st.lists(STEPS, min_size=1, max_size=4).map(tuple)
PLACE = st.integers(min_value=0, max_value=20)


class Notebook(RuleBasedStateMachine):
    """An author at work, on one tape and one app."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.tape = Path(self.folder.name) / "tape.yaml"
        self.crm = Crm()
        self.versions = 0
        self.cells: list[Cell] = []
        self.kernel = Kernel(self.tape, self.crm, "live")

    def teardown(self) -> None:
        self.kernel.stop()
        self.folder.cleanup()

    def new_kernel(self, mode: Mode) -> Kernel:
        self.kernel.stop()
        self.kernel = Kernel(self.tape, self.crm, mode)
        return self.kernel

    def offline_pass(self) -> list[list[Answer]]:
        answers = self.new_kernel("offline").run_all(self.cells)
        self.new_kernel("live")
        return answers

    def written(self, steps: tuple[Step, ...]) -> Cell:
        self.versions += 1
        return Cell(f"v{self.versions}", steps)

    # What an author does.

    @initialize(cells=st.lists(CELLS, min_size=1, max_size=4))
    def begins(self, cells: list[tuple[Step, ...]]) -> None:
        self.cells = [self.written(steps) for steps in cells]

    @rule(steps=CELLS, place=PLACE)
    def adds(self, steps: tuple[Step, ...], place: int) -> None:
        self.cells.insert(place % (len(self.cells) + 1), self.written(steps))

    @rule(steps=CELLS, place=PLACE)
    def edits(self, steps: tuple[Step, ...], place: int) -> None:
        self.cells[place % len(self.cells)] = self.written(steps)

    @rule(place=PLACE)
    def deletes(self, place: int) -> None:
        self.cells = (
            self.cells[: place % len(self.cells)] + self.cells[place % len(self.cells) + 1 :]
        )
        self.cells = self.cells or [self.written((("read", "ada"),))]

    @rule(chance=st.randoms())
    def reorders(self, chance: Random) -> None:
        chance.shuffle(self.cells)

    @rule(place=PLACE, times=st.integers(min_value=1, max_value=3))
    def runs_a_cell(self, place: int, times: int) -> None:
        self.kernel.run_all([self.cells[place % len(self.cells)]] * times)

    @rule()
    def runs_all(self) -> None:
        self.kernel.run_all(self.cells)

    @rule(mode=st.sampled_from(["live", "reuse"]))
    def restarts(self, mode: Mode) -> None:
        self.new_kernel(mode)

    @rule(mode=st.sampled_from(["live", "reuse"]))
    def switches(self, mode: Mode) -> None:
        self.kernel.recorder.mode = mode

    # What holds at any time.

    @rule()
    def a_live_pass_is_what_offline_gives(self) -> None:
        live = self.new_kernel("live").run_all(self.cells)
        self.crm.calls.clear()

        assert self.offline_pass() == live
        assert self.crm.calls == []

    @rule(again=st.booleans())
    def a_live_pass_is_what_reuse_gives(self, again: bool) -> None:
        live = self.new_kernel("live").run_all(self.cells)
        self.crm.calls.clear()

        kernel = self.kernel if again else self.new_kernel("reuse")
        kernel.recorder.mode = "reuse"
        reused = kernel.run_all(self.cells)

        assert all("/refused" in call for call in self.crm.calls)
        assert accepted(reused) == accepted(live)

    @rule()
    def what_reuse_has_given_it_gives_again(self) -> None:
        first = self.new_kernel("reuse").run_all(self.cells)
        self.crm.calls.clear()
        second = self.new_kernel("reuse").run_all(self.cells)

        assert all("/refused" in call for call in self.crm.calls)
        assert accepted(second) == accepted(first)

    @rule()
    def what_reuse_has_given_offline_gives_too(self) -> None:
        first = self.new_kernel("reuse").run_all(self.cells)
        self.crm.calls.clear()

        assert self.offline_pass() == first
        assert self.crm.calls == []

    @rule(name=st.sampled_from(["new", "newer"]))
    def a_read_sees_a_write_that_is_new(self, name: str) -> None:
        kernel = self.new_kernel("reuse")
        kernel.run_all(self.cells)
        self.versions += 1
        kernel.run(self.written((("write", f"{name} {self.versions}"),)))

        [[seen]] = kernel.run_all([self.written((("read", ""),))])
        [[seen_again]] = kernel.run_all([self.written((("read", ""),))])

        assert seen == seen_again == (200, {"contacts": self.crm.contacts})

    @rule(before=st.lists(PLACE, max_size=4))
    def a_scenario_holds_the_last_take_alone(self, before: list[int]) -> None:
        kernel = self.new_kernel("live")
        kernel.run_all([self.cells[place % len(self.cells)] for place in before])
        last_pass = kernel.recorder.mark()
        kernel.run_all(self.cells)

        exchanges = kernel.recorder.exchanges_since()
        assert last_of_each_cell(exchanges) == exchanges[last_pass:]


def accepted(answers: list[list[Answer]]) -> list[list[Answer]]:
    """Without what the app refused: reuse asks that again."""
    return [[each for each in cell if each[0] != REFUSED] for cell in answers]


Notebook.TestCase.settings = settings(
    deadline=None, max_examples=25, stateful_step_count=15, suppress_health_check=[*HealthCheck]
)
TestNotebook = Notebook.TestCase
