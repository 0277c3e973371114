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

if TYPE_CHECKING:
    from collections.abc import Iterable


def workspace_key(path: Path) -> bytes:
    """The key of this workspace, made when it is first asked for; only its owner can read it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, draft = tempfile.mkstemp(dir=path.parent)  # which only its owner can read
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):  # of two processes, the first one's key counts
            path.hardlink_to(draft)
        Path(draft).unlink()
    return path.read_bytes()


def fingerprint(key: bytes, used: Iterable[tuple[str, str]]) -> str:
    """A hash of the (name, value) pairs that a request holds; "" when it holds none.

    The tape is committed, so a plain hash would let anybody try values; the key is not.
    """
    parts = [part.encode() for pair in sorted(used) for part in pair]
    if not parts:
        return ""
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:24]
