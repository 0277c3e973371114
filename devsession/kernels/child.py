"""A forked process becomes a kernel: a real ipykernel, with nothing of its parent's state."""

from __future__ import annotations

import ctypes
import importlib.util
import io
import json
import logging
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from importlib import invalidate_caches
from typing import TYPE_CHECKING, Any

from ipykernel import kernelapp

if TYPE_CHECKING:
    from devsession.kernels.parent import Request
    from devsession.kernels.preloaded import Preloaded

_PR_SET_PDEATHSIG = 1
_UNENCRYPTED = "Kernel is running over TCP without encryption"


def become_kernel(request: Request, preloaded: Preloaded) -> int:
    """Run a kernel as it was asked for, until it ends; its exit status."""
    _end_with_parent()
    os.setsid()
    asked = _asked(request.file)
    line = _only_these_files(request)
    os.umask(asked["umask"])
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(asked["env"] | preloaded.environment, JPY_PARENT_PID=str(os.getppid()))
    _as_launched(asked["command"], asked["arguments"])
    _own_random_numbers(preloaded)
    _nothing_remembered()
    IPKernelApp.line = line
    try:
        IPKernelApp.launch_instance(parent_handle=os.getppid())
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0


class IPKernelApp(kernelapp.IPKernelApp):
    """ipykernel's own, under its name: logs and configuration go by that."""

    line: int

    def init_poller(self) -> None:
        """Nothing to poll: the system ends this process when its parent does."""

    def init_sockets(self) -> None:
        """As ever; that other users of this machine could listen is nothing an author can change."""
        self.log.addFilter(lambda record: not str(record.msg).startswith(_UNENCRYPTED))
        super().init_sockets()  # type: ignore[no-untyped-call]

    def init_kernel(self) -> None:
        """As ever; then the runner may connect, and does so without a second try."""
        super().init_kernel()  # type: ignore[no-untyped-call]
        _listen_for_widgets()
        os.write(self.line, b"bound")
        os.close(self.line)


def _end_with_parent() -> None:
    parent = os.getppid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0 or os.getppid() != parent:
        os._exit(1)


def _asked(file: int) -> dict[str, Any]:
    with os.fdopen(file, "rb") as opened:
        opened.seek(0)
        asked: dict[str, Any] = json.load(opened)
    return asked


def _only_these_files(request: Request) -> int:
    """Keep the three streams and the line to the runner (which comes back); close all others."""
    for number, stream in enumerate(request.streams):
        os.dup2(stream, number)
    line, given = 3, request.line.detach()
    if given != line:
        os.dup2(given, line, inheritable=False)
    for each in [int(name) for name in os.listdir("/proc/self/fd")]:  # noqa: PTH208
        if each > line:
            with suppress(OSError):  # the listing itself
                os.close(each)
    for written in (sys.stdout, sys.stderr):
        if isinstance(written, io.TextIOWrapper):
            written.reconfigure(line_buffering=written.isatty())
    return line


def _as_launched(command: list[str], arguments: list[str]) -> None:
    """What `python -m ipykernel_launcher` finds in `sys`."""
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin) if launcher else "ipykernel_launcher.py", *arguments]
    sys.orig_argv = [*command, *arguments]


def _own_random_numbers(preloaded: Preloaded) -> None:
    """What came from the system's randomness at import comes from it again.

    The seed of Python's hashes is the one thing that kernels of one parent have in common.
    """
    for each in preloaded.generators:
        each.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)


def _nothing_remembered() -> None:
    """What modules have kept of the environment in which they were loaded."""
    time.tzset()
    tempfile.tempdir = None
    invalidate_caches()
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)


def _listen_for_widgets() -> None:
    """ipywidgets does this when it is imported, if there is a kernel then."""
    ipywidgets = sys.modules.get("ipywidgets")
    if ipywidgets is not None:
        ipywidgets.register_comm_target()
