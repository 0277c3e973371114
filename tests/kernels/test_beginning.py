"""What kernels are forked from begins before the first is asked for, and loads more while it is quiet."""

from __future__ import annotations

import subprocess
import sys

import psutil

from devsession import DevelopmentSession
from devsession.kernels.preloaded import LATER
from tests.kernels.processes import left_of

BEGUN = """
import psutil
from devsession.kernels.parents import begin_parent

begin_parent()
begin_parent()
(begun,) = psutil.Process().children()
"""
ASKED = """
from tests.kernels.cells import is_forked, kernel

with kernel() as cells:
    assert is_forked(cells)
    print(psutil.Process(cells.process.pid).ppid() == begun.pid)
"""


def said(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_the_first_kernel_comes_from_the_process_that_was_begun_ahead() -> None:
    assert said(BEGUN + ASKED) == "True"


def test_one_that_nobody_asks_ends_with_its_runner() -> None:
    pid = said(BEGUN + "print(begun.pid)")

    assert left_of(each for each in psutil.process_iter() if each.pid == int(pid)) == []


def test_it_loads_what_a_session_is_made_of() -> None:
    assert DevelopmentSession.__module__ in LATER
