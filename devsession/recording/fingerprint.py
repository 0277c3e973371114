"""With which secret a request was made, without saying it: a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable


def workspace_key(path: Path) -> bytes:
    """The key of this workspace, made when it is first asked for; only its owner can read it.

    Raises: SetupError when the file system refuses.
    """
    try:
        if not path.exists():
            _make(path)
        return path.read_bytes()
    except OSError as error:
        raise SetupError(
            f"The workspace's key {path.name} could not be made or read",
            tried=error.strerror or str(error),
            where=str(path),
            next_step="make its folder writable, with room on the disk, and try again",
        ) from error


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent)  # which only its owner can read
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):  # of two processes, the first one's key counts
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()


def fingerprint(key: bytes, used: Iterable[tuple[str, str]]) -> str:
    """A hash of the (name, value) pairs that a request holds; "" when it holds none.

    The tape is committed, so a plain hash would let anybody try values; the key is not.
    """
    parts = [part.encode() for pair in sorted(used) for part in pair]
    if not parts:
        return ""
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:24]
