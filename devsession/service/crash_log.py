"""The log of the last process that crashed: the log itself is begun anew with each start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.service.ending import Ending

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.service.port_file import Address

_LINES_SHOWN = 5
_NATIVE_CRASH = "Fatal Python error"
_HEADING = "process {} ended without being asked to; the end of its log:"


class CrashLog:
    """A file that says which process crashed, and then what that one wrote last."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, crashed: Address, log: Path) -> None:
        """Put this process's end in place of an earlier one's."""
        lines = (_HEADING.format(crashed.pid), *log_tail(log, crashed.token))
        self._path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._path.chmod(0o600)

    def of(self, pid: int) -> Ending | None:
        """How this process crashed; None when it is not the one that is told of."""
        try:
            heading, *log = self._path.read_text("utf-8").splitlines()
        except (OSError, ValueError):
            return None
        if heading != _HEADING.format(pid):
            return None
        return Ending(pid, "crashed", self._path, tuple(log))


def log_tail(log: Path, token: str = "") -> tuple[str, ...]:
    """The last lines of a log that may not exist, without the token."""
    try:
        text = log.read_text("utf-8", errors="replace")
    except OSError:
        return ()
    if token:
        text = text.replace(token, "<token>")
    lines = text.rstrip().splitlines()
    # Of a crash in native code the cause comes first, and the stacks after it are long.
    causes = [line for line in lines[:-_LINES_SHOWN] if line.startswith(_NATIVE_CRASH)]
    return (*causes, *lines[-_LINES_SHOWN:])
