"""The parents of this runner: begun when first needed, one for each kind of interpreter process."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from devsession.kernels.forked import ForkedKernel
from devsession.kernels.here import can_fork

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAUNCHER = ["-m", "ipykernel_launcher"]
_PATIENCE = 60  # seconds until a parent has loaded, or a kernel is bound, on a busy machine
_LAST_MODULE = 10  # seconds in which it is done with what it just loads
_LONGEST = 65536
# What Python, C libraries and the preloaded packages read once, when they start or are imported: a
# kernel with another value of one of these needs another parent.
_READ_AT_START = (
    *(
        "PYTHON",
        "LD_",
        "LC_",
        "LANG",
        "GLIBC_",
        "MALLOC_",
        "HOME",
        "XDG_",
        "SNOWFLAKE_",
        "OPENSSL_",
    ),
    *("OPENBLAS_", "OMP_", "MKL_", "GOTO_", "NUMEXPR_", "ARROW_", "JE_ARROW_", "NPY_", "NUMPY_"),
    *("PANDAS_", "PYDANTIC_", "JUPYTER_PLATFORM_DIRS"),
)
# The folder that a parent starts in is no place to import from. Not by `-P`: kernels would inherit it.
_CODE = (
    "import sys; sys.path[:] = [each for each in sys.path if each]; "
    "from devsession.kernels.parent import main; main()"
)
# Arrow's allocator would start a thread, though it is not the one in use.
_ONE_THREAD = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}


class NotForkedError(Exception):
    """This kernel cannot be forked; the text is why. The stock one runs instead."""


class Launch(NamedTuple):
    """A kernel to launch: what jupyter_client gives to `subprocess.Popen`."""

    command: list[str]
    env: dict[str, str]
    folder: str
    streams: tuple[int, int, int]


class _Kind(NamedTuple):
    """What all kernels of one parent have in common."""

    runner: int  # a process that was forked from a runner has parents of its own
    interpreter: tuple[str, ...]
    env: tuple[tuple[str, str], ...]


class _Parent:
    """A process that runs `parent.py`."""

    def __init__(self, kind: _Kind) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = os.fdopen(os.memfd_create("errors"), "rb+")
        self._was_asked = False
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - the interpreter of the kernelspec
                [*kind.interpreter, "-c", _CODE, str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                cwd="/",
                env=dict(kind.env) | _ONE_THREAD,  # no more: kernels could read it in /proc
                start_new_session=True,  # Ctrl-C is for the runner, which ends it
            )

    def ask(self, launch: Launch, request: int) -> socket.socket:
        """The line on which a kernel that is asked for here will be told of."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._was_asked = True
        descriptors = [theirs.fileno(), request, *launch.streams]
        # When it has ended, so has the line, as soon as it is listened to.
        with theirs, suppress(OSError):
            socket.send_fds(self._control, [os.fsencode(launch.folder)], descriptors)
        return ours

    def why(self) -> str:
        """The last line of its traceback, or how else it ended."""
        status = self._ended()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if status == 1 and lines else f"it ended with status {status}"

    def end(self) -> None:
        """With all its kernels."""
        self._control.close()
        if not self._was_asked:
            self._process.kill()  # it may still load, for nobody
        self._ended()
        self._errors.close()

    def _ended(self) -> int:
        try:
            return self._process.wait(timeout=_LAST_MODULE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


_parents: dict[_Kind, _Parent] = {}
_retired: list[_Parent] = []  # outdated ones, whose kernels run on
_failed: dict[_Kind, str] = {}
_lock = threading.Lock()


def begin_parent() -> None:
    """Have what kernels of this interpreter are forked from load by now, while its runner loads, too.

    It is used when they are started with this process's environment, as far as that is read once.
    """
    if not can_fork():
        return
    launch = Launch([sys.executable, *_LAUNCHER], dict(os.environ), os.getcwd(), (0, 1, 2))  # noqa: PTH109
    with suppress(NotForkedError):  # as is told when a kernel is asked for
        _parent_of(_kind(launch)[0])


async def fork_kernel(launch: Launch) -> ForkedKernel:
    """A kernel, forked and bound to its ports; begins a parent if there is none of its kind.

    Raises: NotForkedError
    """
    kind, arguments = _kind(launch)
    command = [*kind.interpreter, *_LAUNCHER]
    asked = {"command": command, "arguments": arguments, "umask": _umask()}
    with _file({**asked, "env": launch.env}) as request:
        for _ in range(2):  # one that is outdated, or was killed, has a successor
            parent = _parent_of(kind)
            line = parent.ask(launch, request)
            try:
                said = await _said(line)
                if said.startswith("pid "):
                    return await _bound(ForkedKernel(int(said[4:]), line), line)
            except BaseException:
                line.close()  # the kernel, if there is one, ends with it
                raise
            line.close()
            if said.startswith("refused "):
                raise NotForkedError(said.removeprefix("refused "))
            _retire(kind, parent)
    raise NotForkedError(
        _failed.setdefault(kind, f"the process that forks them does not begin: {parent.why()}")
    )


def _kind(launch: Launch) -> tuple[_Kind, list[str]]:
    """What parent it needs, and what ipykernel is given."""
    interpreter, arguments = _split(launch.command)
    return _Kind(os.getpid(), tuple(interpreter), _read_at_start(launch)), arguments


def _split(command: list[str]) -> tuple[list[str], list[str]]:
    """The interpreter with its options, and what ipykernel is given."""
    for place in range(len(command)):
        if command[place : place + 2] == _LAUNCHER:
            return command[:place], command[place + 2 :]
    raise NotForkedError(f"its command is another than ipykernel's: {' '.join(command)}")


def _read_at_start(launch: Launch) -> tuple[tuple[str, str], ...]:
    read = {name: each for name, each in launch.env.items() if name.startswith(_READ_AT_START)}
    folders = read.get("PYTHONPATH", "").split(os.pathsep)
    if folders != [""]:  # a parent starts elsewhere than its kernels
        absolute = [str(Path(launch.folder, each)) for each in folders]
        read["PYTHONPATH"] = os.pathsep.join(absolute)
    return tuple(sorted(read.items()))


def _umask() -> int:
    """This process's, which the system only tells by setting it, or here."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1], 8) for line in status if line.startswith("Umask:"))


@contextmanager
def _file(asked: dict[str, object]) -> Iterator[int]:
    """A file in memory that only the forked process reads: an environment can hold secrets."""
    with os.fdopen(os.memfd_create("kernel"), "wb") as file:
        file.write(json.dumps(asked).encode())
        file.flush()
        yield file.fileno()


def _parent_of(kind: _Kind) -> _Parent:
    with _lock:
        if kind in _failed:
            raise NotForkedError(_failed[kind])
        if kind not in _parents:
            if not _parents and not _retired:
                atexit.register(_end_all)
            try:
                _parents[kind] = _Parent(kind)
            except OSError as error:
                _failed[kind] = f"the process that forks them does not begin: {error}"
                raise NotForkedError(_failed[kind]) from None
        return _parents[kind]


def _retire(kind: _Kind, parent: _Parent) -> None:
    with _lock:
        _retired.append(parent)
        if _parents.get(kind) is parent:
            del _parents[kind]


def _end_all() -> None:
    with _lock:
        ours = [parent for kind, parent in _parents.items() if kind.runner == os.getpid()]
        for parent in [*ours, *_retired]:
            parent.end()
        _parents.clear()
        _retired.clear()


async def _said(line: socket.socket) -> str:
    """The next message on a line; empty when it has ended."""
    receiving = asyncio.get_running_loop().sock_recv(line, _LONGEST)
    try:
        return (await asyncio.wait_for(receiving, _PATIENCE)).decode()
    except TimeoutError:
        raise NotForkedError(
            f"the process that forks them has not begun in {_PATIENCE} seconds"
        ) from None
    except OSError:
        return ""


async def _bound(kernel: ForkedKernel, line: socket.socket) -> ForkedKernel:
    """The kernel, when its ports are: a client that connects before that tries again much later."""
    said = await _said(line)
    if said != "bound":
        kernel.hear(said)
    return kernel
