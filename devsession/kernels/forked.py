"""A forked kernel, as its runner holds it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from devsession.kernels.sessions import end_session

if TYPE_CHECKING:
    import socket

_LONGEST = 65536


class ForkedKernel:
    """A kernel process that is no child of this one; used like a `subprocess.Popen`.

    line: what its parent tells of it; when it is closed, the kernel is killed.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._line = line
        self._lock = threading.Lock()
        self._killed = False
        self._process: int | None = None
        with suppress(ProcessLookupError):  # it has ended already, as its line will tell
            self._process = os.pidfd_open(pid)

    def __del__(self) -> None:
        """Nobody can ask for it any more: it is killed."""
        self._let_go()

    def poll(self) -> int | None:
        """Its exit status once it has ended, as of `subprocess.Popen`; None before."""
        with self._lock:
            while self.returncode is None:
                try:
                    said = self._line.recv(_LONGEST).decode()
                except BlockingIOError:
                    if not self._killed or self._runs():
                        return None
                    said = f"exit {-signal.SIGKILL}"  # its parent would say so when it has time
                except OSError:
                    said = ""
                self.hear(said)
        return self.returncode

    def hear(self, said: str) -> None:
        """Take in one message on its line; an empty one is the end of it."""
        word, _, status = said.partition(" ")
        if word == "exit":
            self.returncode = int(status)
        elif not said:
            # Its parent was killed, and so was the kernel, by the system; not what its cells started.
            end_session(self.pid)
            self.returncode = -signal.SIGKILL
        if self.returncode is not None:
            self._let_go()

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, when it has ended.

        Raises: subprocess.TimeoutExpired after `timeout` seconds.
        """
        waiting = select.poll()
        while (status := self.poll()) is None:
            waiting.register(self._line, select.POLLIN)
            told = waiting.poll(None if timeout is None else timeout * 1000)
            if not told and self.poll() is None:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and what its cells have started."""
        with self._lock, suppress(ProcessLookupError):
            if self._runs():  # so its number is no other process's
                os.killpg(self.pid, number)
                self._killed = self._killed or number == signal.SIGKILL

    def terminate(self) -> None:
        """Ask it to end, by SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it, by SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _runs(self) -> bool:
        if self._process is None:
            return False
        ended = select.poll()
        ended.register(self._process, select.POLLIN)
        return not ended.poll(0)

    def _let_go(self) -> None:
        self._line.close()
        if self._process is not None:
            os.close(self._process)
            self._process = None
