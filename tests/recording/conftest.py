"""An app, a tape and a recorder that is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.recording.recorder import Recorder
from devsession.recording.tape import Tape
from tests.recording.app import App

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = b"k" * 32


@pytest.fixture
def app() -> Iterator[App]:
    app = App()
    yield app
    app.stop()


@pytest.fixture
def tape_path(tmp_path: Path) -> Path:
    return tmp_path / "scenarios" / "tape.yaml"


@pytest.fixture
def new_recorder(tape_path: Path) -> Iterator[Callable[[], Recorder]]:
    """Starts a recorder as a restarted kernel does: with what is on disk, and nothing else."""
    recorders: list[Recorder] = []

    def start() -> Recorder:
        recorder = Recorder(Tape(tape_path), is_warehouse=lambda _host, _port: False, key=KEY)
        recorders.append(recorder)
        recorder.start()
        recorder.begin("cell:first")
        return recorder

    yield start
    for recorder in recorders:
        recorder.stop()


@pytest.fixture
def recorder(new_recorder: Callable[[], Recorder]) -> Recorder:
    return new_recorder()
