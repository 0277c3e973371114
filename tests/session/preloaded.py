"""Processes that need no second to load: forked from one that has loaded everything, and waits.

`python -m tests.session.preloaded` takes requests as JSON lines, and answers each with the id of the
new process, then with its exit code (-9 when it was killed).
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import traceback
import warnings
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_LOADED = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "pandas",
    "pyarrow",
    "requests",
    "snowflake.connector",
    "devsession.cli.data",
    "devsession.session.development",
    "tests.session.kill_plugin",
)


class Child:
    """A process that was begun. code: its exit code, once it has ended."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self.pid = int(answers.readline())
        self.code: int | None = None

    def ended_within(self, seconds: float) -> bool:
        """Whether it ends until then."""
        if self.code is None and select.select([self._answers], [], [], seconds)[0]:
            self.code = int(self._answers.readline())
        return self.code is not None


class Preloaded:
    """The process that waits; one child at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    def command(self, *arguments: str, folder: Path, **environment: str) -> Child:
        """Begin `devsession ARGUMENTS` in a folder."""
        return self._begin(arguments=arguments, folder=str(folder), environment=environment)

    def kernel(self, connection_file: str, *, folder: Path) -> Child:
        """Begin a notebook's kernel in a folder."""
        return self._begin(kernel=connection_file, folder=str(folder), environment={})

    def close(self) -> None:
        self._process.communicate()

    def _begin(self, **request: Any) -> Child:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(request)}\n".encode())
        return Child(self._process.stdout)


def said(folder: Path) -> tuple[str, str]:
    """What the last process in this folder wrote to stdout, and to stderr."""
    out, err = ((folder / name).read_text(encoding="utf-8") for name in ("said.out", "said.err"))
    return out, err


def main() -> None:
    """Fork for each line, and wait for what was forked."""
    warnings.simplefilter("ignore")
    for module in _LOADED:
        import_module(module)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _live(json.loads(line))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _live(request: dict[str, Any]) -> None:
    """The whole life of a forked process."""
    code: object = 0
    try:
        os.chdir(request["folder"])
        os.environ.update(request["environment"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, name in ((1, "said.out"), (2, "said.err")):
            os.dup2(os.open(name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), number)
        if "kernel" in request:
            from ipykernel.kernelapp import IPKernelApp

            IPKernelApp.launch_instance(argv=["-f", request["kernel"]])
        else:
            from devsession.cli import main as devsession

            devsession(request["arguments"])
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - it is to be seen in the file
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main()
