"""Two kernels of one workspace record to its tape at the same moment: both are on it, whole."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from devsession.recording.tape import Tape

if TYPE_CHECKING:
    from pathlib import Path

CELLS, CALLS = 20, 5
KERNEL = f"""
import sys
from pathlib import Path
from devsession.recording.exchange import Exchange
from devsession.recording.tape import Tape
from devsession.secrets.redact import Redactor

folder, name = Path(sys.argv[1]), sys.argv[2]
tape, nothing = Tape(folder / "tape.yaml", turn=folder / "turn"), Redactor({{}})
(folder / name).touch()
for again in range(2):
    for cell in range({CELLS}):
        for call in range({CALLS}):
            url = f"http://app.test/{{name}}/{{cell}}/{{call}}"
            exchange = Exchange("GET", url, status=200, scope=f"cell:{{name}}{{cell}}")
            tape.record(exchange, turn=1, fingerprint="", redactor=nothing)
        tape.tidy(nothing)
"""


def kernel(folder: Path, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", KERNEL, str(folder), name])


def test_nothing_of_either_is_lost(tmp_path: Path) -> None:
    kernels = [kernel(tmp_path, "a"), kernel(tmp_path, "b")]

    assert [each.wait(timeout=120) for each in kernels] == [0, 0]
    assert len(Tape(tmp_path / "tape.yaml")) == 2 * CELLS * CALLS


def test_who_records_waits_for_its_turn(tmp_path: Path) -> None:
    with FileLock(tmp_path / "turn"):
        waiting = kernel(tmp_path, "a")
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=5)
        assert (tmp_path / "a").exists()
        assert len(Tape(tmp_path / "tape.yaml")) == 0

    assert waiting.wait(timeout=120) == 0
    assert len(Tape(tmp_path / "tape.yaml")) == CELLS * CALLS
