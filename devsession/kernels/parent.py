"""What runs in a parent: forks kernels when its runner asks, and ends with it.

It has one thread and no event loop; it opens nothing that a kernel could inherit. A request comes
with the kernel's line to the runner. When that is closed, the kernel is killed; on it is told

    `pid N`, then `bound` (said by the kernel itself), then `exit STATUS`
    instead of all that, `outdated` or `refused WHY`
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import NamedTuple

from devsession.kernels.preloaded import Preloaded, settle, threads
from devsession.kernels.sessions import end_session

_LONGEST = 65536
# Milliseconds in which nobody asks for a kernel: longer than most notebooks of short cells take, as
# the next kernel would wait for what is just loaded.
_QUIET = 250


class Request(NamedTuple):
    """A kernel to be: its folder, its line to the runner, its request (a file), its streams."""

    folder: str
    line: socket.socket
    file: int
    streams: tuple[int, int, int]


class Kernel(NamedTuple):
    """A forked kernel: its process, and the runner's end of it."""

    pid: int
    process: int
    line: socket.socket


def main() -> None:
    """Load, then fork on request. Returns in a forked process only, as a kernel that has ended."""
    control, runner = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as ipykernel does between cells
    leaving = Leaving()
    atexit.register(leaving)  # before all that is loaded, so it is called after what that registers
    watched = os.pidfd_open(runner)
    if os.getppid() != runner:
        return  # it ended before it could be watched
    parent = Parent(control, watched, Preloaded())
    from devsession.kernels.child import become_kernel

    request = parent.serve()
    if request is None:
        os._exit(0)  # at once: it has nothing to put away
    leaving.pid, leaving.status = os.getpid(), 1
    leaving.status = become_kernel(request, parent.preloaded)


class Leaving:
    """Ends a kernel when all is put away, without taking down what its parent has loaded.

    That takes longer than to start it. Files that are still open are written, as they would be.
    """

    pid = status = 0

    def __call__(self) -> None:
        """Called as the last of what is called when Python ends."""
        if os.getpid() != self.pid:
            return  # what a cell has forked ends as it likes
        gc.collect()
        for each in gc.get_objects():
            if issubclass(type(each), io.IOBase):
                with suppress(OSError, ValueError):
                    each.flush()
        os._exit(self.status)


class Parent:
    """One runner's process to fork from."""

    def __init__(self, control: socket.socket, runner: int, preloaded: Preloaded) -> None:
        self.control = control
        self.runner = runner
        self.preloaded = preloaded
        self.kernels: dict[int, Kernel] = {}
        self._poll = select.poll()  # it has no descriptor of its own, as epoll has
        self._watch(control.fileno())
        self._watch(runner)
        self._outdated = False

    def serve(self) -> Request | None:
        """Fork and watch until the runner ends: None; in a forked process: what it is to become."""
        patience: int | None = _QUIET
        while not self._outdated or self.kernels:
            heard = self._poll.poll(patience)
            if not heard:
                self.preloaded.load_more()
            patience = None if self.preloaded.is_complete else _QUIET if heard else 0
            for descriptor, _ in heard:
                asked = descriptor == self.control.fileno()
                request = self._received() if asked else None
                if descriptor == self.runner or (asked and request is None):
                    self._end()
                    return None
                if request is not None and self._forked(request):
                    return request
                if request is None:
                    self._heard(descriptor)
        return None

    def _received(self) -> Request | None:
        """The next request; None when the runner has closed its end."""
        try:
            folder, descriptors, _, _ = socket.recv_fds(self.control, _LONGEST, 5)
        except OSError:
            return None
        if not descriptors:
            return None
        line, file, *streams = descriptors
        return Request(
            os.fsdecode(folder),
            socket.socket(fileno=line),
            file,
            (streams[0], streams[1], streams[2]),
        )

    def _forked(self, request: Request) -> bool:
        """Answer a request; true in the process that was forked for it."""
        answer, pid = self._refusal(request.folder), None
        if not answer:
            try:
                pid = os.fork()
            except OSError as error:
                answer = f"refused {error}"
        if pid == 0:
            self._leave_behind()
            return True
        if pid is not None:
            self._keep(Kernel(pid, os.pidfd_open(pid), request.line))
            answer = f"pid {pid}"
        with suppress(OSError):  # a runner that is gone is seen in the next round
            request.line.send(answer.encode())
        if pid is None:
            request.line.close()
        for each in (request.file, *request.streams):
            os.close(each)
        return False

    def _keep(self, kernel: Kernel) -> None:
        self.kernels[kernel.pid] = kernel
        self._watch(kernel.process)
        self._watch(kernel.line.fileno())

    def _refusal(self, folder: str) -> str:
        """Why this process must not be forked for a notebook in this folder; empty if it may."""
        if self.preloaded.is_outdated():
            self._outdated = True
            return "outdated"
        hidden = self.preloaded.hidden_in(folder)
        if hidden:
            return f"refused {hidden} in {folder} would be hidden by a package of that name"
        if threads() > 1:
            settle()
        if threads() > 1:
            return f"refused the process that forks them has {threads()} threads"
        return ""

    def _heard(self, descriptor: int) -> None:
        """A kernel has ended, or its runner has dropped it."""
        for kernel in self.kernels.values():
            if descriptor == kernel.process:
                return self._ended(kernel)
            if descriptor == kernel.line.fileno():
                return self._dropped(kernel)
        return None

    def _dropped(self, kernel: Kernel) -> None:
        """Its runner has closed its end of the line, and says nothing on it before."""
        self._poll.unregister(kernel.line)
        os.kill(kernel.pid, signal.SIGKILL)

    def _ended(self, kernel: Kernel) -> None:
        """End what it has started, before its number is free for another; then tell."""
        del self.kernels[kernel.pid]
        self._poll.unregister(kernel.process)
        with suppress(KeyError):
            self._poll.unregister(kernel.line)
        os.close(kernel.process)
        end_session(kernel.pid)
        status = os.waitstatus_to_exitcode(os.waitpid(kernel.pid, 0)[1])
        with suppress(OSError):
            kernel.line.send(f"exit {status}".encode())
        kernel.line.close()

    def _end(self) -> None:
        """End all kernels; each keeps its number until what it has started has ended, too."""
        for kernel in self.kernels.values():
            os.kill(kernel.pid, signal.SIGKILL)
        for kernel in self.kernels.values():
            os.waitid(os.P_PID, kernel.pid, os.WEXITED | os.WNOWAIT)
            end_session(kernel.pid)

    def _leave_behind(self) -> None:
        """In a forked process: let go of descriptors, before they are closed and their numbers used."""
        self.control.detach()
        for kernel in self.kernels.values():
            kernel.line.detach()
        self.kernels.clear()

    def _watch(self, descriptor: int) -> None:
        self._poll.register(descriptor, select.POLLIN)
