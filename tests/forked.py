"""`python -m MODULE` in a process of its own that has loaded its libraries: it is forked from one that
has, and has loaded nothing of a project's.
"""

from __future__ import annotations

import atexit
import os
import runpy
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.context import ForkServerContext

_LOADED = [
    "behave.__main__",
    "devsession.cli.checks",
    "devsession.cli.data",
    "pandas",
    "pyarrow",
    "pytest",
    "requests",
    "snowflake.connector",
    "vcr",
    "devsession.session.development",
    "devsession.testing",
    "tests.forked",
]
_SECONDS = 300
Done = subprocess.CompletedProcess[str]


def devsession(folder: Path, *arguments: str, **variables: str) -> Done:
    """A command in a folder, as `tests.cli.command` runs it."""
    return run_module(folder, ["devsession", *arguments], environment(folder, **variables))


def run_module(folder: Path, arguments: list[str], environment: Mapping[str, str]) -> Done:
    """As `python -m ARGUMENTS` in a folder, with this environment and no other."""
    with TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        life = (str(folder), arguments, dict(environment), _path_of_python(), str(out), str(err))
        process = _context().Process(target=_live, args=life)
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, _SECONDS)
        said = [each.read_text(encoding="utf-8") for each in (out, err)]
        return Done(arguments, process.exitcode, *said)


@contextmanager
def tests_run_forked() -> Iterator[None]:
    """Inside, devsession begins pytest and behave so."""
    from devsession.testing import process

    def run(workspace: Path, arguments: list[str]) -> Done:
        assert arguments[0] == "-m"
        return run_module(workspace, arguments[1:], {**os.environ, "DEVSESSION_OFFLINE": "1"})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "_run", run)
        yield


@cache
def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return context


@cache
def _path_of_python() -> list[str]:
    """Where Python by itself looks for modules."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code = "import sys; print(*sys.path, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=own, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def _live(
    folder: str,
    arguments: list[str],
    environment: dict[str, str],
    path: list[str],
    out: str,
    err: str,
) -> None:
    """The whole life of a forked process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, out), (2, err)):
        os.dup2(os.open(name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), number)
    given = environment.get("PYTHONPATH", "")
    sys.path[:] = [folder, *(each for each in given.split(os.pathsep) if each), *path]
    sys.argv = arguments
    try:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()
