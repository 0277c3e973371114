"""Secrets in a file of mode 0600: where no keyring works, as in a container."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from devsession.errors import SetupError
from devsession.secrets.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OTHERS = 0o077
_LOCK_SECONDS = 30


class FileSecrets:
    """Names -> values as one JSON object, for its owner's eyes, safe for several writers at once.

    Raises (from each method):
        SetupError: the file can be read by others, cannot be read or written, or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def place(self) -> str:
        """Where this looks, for people."""
        return f"the file {self.path}"

    def get(self, name: str) -> str | None:
        """The value; None when the file does not hold it, or does not exist."""
        return self.all().get(name)

    def problem(self) -> str:
        """Nothing: a file that cannot be used is an error of its own."""
        return ""

    def to_add(self, name: str) -> str:  # noqa: ARG002 - no person adds to it
        """Nothing: the connection form writes it."""
        return ""

    def to_remove(self, name: str) -> str:
        """Like every other JSON file."""
        return f"take {name} out of {self.path}"

    def set(self, name: str, value: str) -> None:
        """Keep the value, in place of an older one."""
        with self._alone():
            self._write({**self.all(), name: value})

    def first(self, name: str, value: str) -> str:
        """The value that is kept; this one when there is none yet. Of two makers at once one wins."""
        with self._alone():
            known = self.all()
            if name not in known:
                self._write({**known, name: value})
            return known.get(name, value)

    def discard(self, name: str) -> None:
        """Forget the value, if there is one."""
        if name in self.all():
            with self._alone():
                self._write({key: value for key, value in self.all().items() if key != name})

    def all(self) -> dict[str, str]:
        """Every name and its value."""
        try:
            mode = self.path.stat().st_mode
            content = self.path.read_bytes() if os.name == "nt" or not mode & _OTHERS else None
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._refused("cannot be read", error) from None
        if content is None:
            raise SetupError(
                "The secret file can be read by other users of this machine",
                tried=f"its mode is {mode & 0o777:04o}, and has to be 0600",
                where=str(self.path),
                next_step=f"chmod 600 '{self.path}'; if others had access, replace the secrets too",
            )
        secrets = _parsed(content)
        if secrets is None:
            raise SetupError(
                "The secret file is damaged",
                tried="a JSON object of names and texts (the content is not shown)",
                where=str(self.path),
                next_step=f"mend it, or rm '{self.path}' and enter its secrets again",
            )
        return secrets

    def _write(self, secrets: dict[str, str]) -> None:
        content = json.dumps(secrets, indent=1, sort_keys=True).encode()
        write_atomically(self.path, content + b"\n", mode=0o600)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        from filelock import FileLock

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self.path.with_name(self.path.name + ".lock"), timeout=_LOCK_SECONDS):
                yield
        except OSError as error:  # filelock's Timeout is one as well
            raise self._refused("cannot be written", error) from None

    def _refused(self, what: str, error: OSError) -> SetupError:
        return SetupError(
            f"The secret file {what}",
            tried=error.strerror or str(error),
            where=str(self.path),
            next_step="make its folder yours and writable, with room on the disk, and try again",
        )


def _parsed(content: bytes) -> dict[str, str] | None:
    """None when it is not what we write. No exception leaves here: it would carry the content."""
    try:
        secrets = json.loads(content)
    except ValueError:
        return None
    if not isinstance(secrets, dict) or not all(isinstance(v, str) for v in secrets.values()):
        return None
    return secrets
