"""The caller's side: finds, starts and stops one local process of a workspace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakSet

from devsession.errors import ServiceError
from devsession.service.crash_log import CrashLog, log_tail
from devsession.service.ending import Ending
from devsession.service.port_file import Address, publish, read
from devsession.service.proof import proven_use
from devsession.service.refusal import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.service.use import Use

_START_SECONDS = 60
_ANSWER_SECONDS = 15
_STOP_SECONDS = 8
_POLL_SECONDS = 0.02
# What a start writes before there is anything of the user's: port file and log.
_ROOM_NEEDED = 64 * 1024


class Service:
    """One local process of a workspace, started when needed.

    Args:
        name: what people call it; also names its files: `<name>.json`, `.log`, `.lock`.
        folder: where those files are, `<workspace>/.devsession`.
        module: run as `python -m <module> <folder>`; it has to call `serve`.
    """

    _asked_for: ClassVar[WeakSet[Service]] = WeakSet()

    def __init__(self, name: str, folder: Path, module: str) -> None:
        self.name = name
        self.folder = folder.absolute()
        self._module = module
        self._asked_for.add(self)

    @classmethod
    def is_at(cls, host: str, port: int) -> bool:
        """Whether a service that this process has asked for listens there."""
        found = (service.address() for service in tuple(cls._asked_for))
        return any(each is not None and (each.host, each.port) == (host, port) for each in found)

    def address(self) -> Address | None:
        """Read from the port file; None when there is none, or its process is gone or ending."""
        published = read(self._port_file)
        running = published and not published.ended and self._is_ours(published.pid)
        return published if running else None

    def listens(self, host: str, port: int) -> bool:
        """Whether it runs, and there."""
        found = self.address()
        return found is not None and (host, port) == (found.host, found.port)

    def use(self) -> Use | None:
        """How the running process is used; None when there is none, or it does not answer."""
        found = self.address()
        return proven_use(found, timeout=_ANSWER_SECONDS) if found else None

    def ending(self, address: Address | None = None) -> Ending | None:
        """How the process at this address, or else the last one, ended; None while it runs.

        An address that no longer answers is waited for a moment: its process may be about to end.
        """
        last = read(self._port_file)
        asked = address or last
        if asked is None or not _holds_within(
            _STOP_SECONDS if address else 0, lambda: not self._is_ours(asked.pid)
        ):
            return None
        last = read(self._port_file)
        if last is None or last.pid != asked.pid:
            return self._crashes.of(asked.pid)
        if last.ended:
            return Ending(last.pid, last.ended)
        return Ending(last.pid, "crashed", self._log_file, log_tail(self._log_file, last.token))

    def ensure(self) -> Address:
        """The address of the running process, which is started when there is none.

        Two callers at once end with one process.

        Raises:
            ServiceError: it does not start (with the last lines of its log), it runs but does
                not answer, or its folder cannot be used.
        """
        with self._alone():
            found = self.address()
            if found is None:
                return self._start()
            if proven_use(found, timeout=_ANSWER_SECONDS) is None:
                if self.address() is None:  # it died while we asked
                    return self._start()
                raise ServiceError(
                    f"The {self.name} runs (process {found.pid}) but does not answer.",
                    tried=f"port {found.port} of {found.host}: no proof of its token in {_ANSWER_SECONDS} s",
                    where=str(self._port_file),
                    next_step=f"devsession {self.name} stop; the next use starts it again",
                    service=self.name,
                    pid=found.pid,
                )
            return found

    def stop(self) -> bool:
        """Asks the process to end, ends it when it does not; False when there was none."""
        with self._alone():
            found = self.address()
            if found is None:
                return False
            for ask in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
                _signal(found.pid, ask)
                if _holds_within(_STOP_SECONDS, lambda: not self._is_ours(found.pid)):
                    self._mark_stopped(found)
                    return True
            raise ServiceError(
                f"The {self.name} (process {found.pid}) does not end.",
                tried="SIGTERM and SIGKILL",
                where=str(self._port_file),
                next_step=f"kill -9 {found.pid}",
                service=self.name,
                pid=found.pid,
            )

    def _start(self) -> Address:
        before = read(self._port_file)
        if before is not None:
            # It may still be writing its data, although it takes no calls any more.
            _holds_within(_START_SECONDS, lambda: not self._is_ours(before.pid))
            if not before.ended:
                self._crashes.keep(before, self._log_file)
        self._make_sure_of_room()
        with self._log_file.open("wb") as log:
            self._log_file.chmod(0o600)
            child = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", self._module, str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=_environment(),
                start_new_session=True,
            )
        # Reaps the child when it ends, however long that takes: a zombie would look alive.
        threading.Thread(target=child.wait, name=f"{self.name}-reaper", daemon=True).start()
        _holds_within(
            _START_SECONDS, lambda: self.address() is not None or child.poll() is not None
        )
        found = self.address()
        if found is not None:
            return found
        ended = child.poll()
        if ended is None:
            child.kill()
        said = log_tail(self._log_file)
        raise told(said, self.name) or ServiceError(
            f"The {self.name} does not start.",
            tried=f"{self._module}: "
            + (f"no answer in {_START_SECONDS} s" if ended is None else f"ended with code {ended}")
            + "".join(f"\n{line}" for line in said),
            where=str(self._log_file),
            next_step="put right what the log says and try again",
            service=self.name,
        )

    def _is_ours(self, pid: int) -> bool:
        """Whether this pid still is the process that we started, and not another one since."""
        import psutil

        try:
            command: list[str] = psutil.Process(pid).cmdline()
        except psutil.Error:
            return False
        return command[-2:] == [self._module, str(self.folder)]

    def _mark_stopped(self, found: Address) -> None:
        """One that had to be killed could not say itself that it was asked to end."""
        if read(self._port_file) == found:
            publish(self._port_file, replace(found, ended="stopped"))

    def _make_sure_of_room(self) -> None:
        """Fails as writing does, for a process cannot say in a log why it cannot write one."""
        with tempfile.TemporaryFile(dir=self.folder) as file:
            file.write(bytes(_ROOM_NEEDED))
            file.flush()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the starter's lock; turns what the file system refuses into our error."""
        from filelock import FileLock

        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self.folder / f"{self.name}.lock", timeout=_START_SECONDS):
                yield
        except OSError as error:  # filelock's Timeout is one as well
            raise ServiceError(
                f"The {self.name} cannot use its folder.",
                tried=error.strerror or str(error),
                where=str(error.filename or self.folder),
                next_step="make room there and make it writable, then try again",
                service=self.name,
            ) from error

    @property
    def _crashes(self) -> CrashLog:
        return CrashLog(self.folder / f"{self.name}.crash.log")

    @property
    def _port_file(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def _log_file(self) -> Path:
        return self.folder / f"{self.name}.log"


def _environment() -> dict[str, str]:
    """Ours, so that the child finds this devsession, also one that is not installed."""
    paths = [os.environ.get("PYTHONPATH", ""), str(Path(__file__).parents[2])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it ended by itself meanwhile


def _holds_within(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_SECONDS)
    return True
