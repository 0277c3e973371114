"""The file that says where a service is: written whole or not at all, for its owner's eyes."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Address:
    """Where a running service is, and the token that proves who may use it.

    ended: "idle" or "stopped" once its process has ended as it should; a process that is gone
    without it crashed.
    """

    host: str
    port: int
    pid: int
    token: str = field(repr=False)
    ended: str = ""


def publish(port_file: Path, address: Address) -> None:
    """Writes the file with mode 0600, in one step.

    Raises:
        OSError: the file system refuses; the old file stays and nothing is left behind.
    """
    content = json.dumps(vars(address)).encode()
    handle, name = tempfile.mkstemp(dir=port_file.parent, prefix=port_file.name)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:  # mkstemp's mode is 0600
            file.write(content)
            file.flush()
            os.fsync(handle)
        temporary.replace(port_file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read(port_file: Path) -> Address | None:
    """What the file says, true or not any more; None when there is none, or it is none of ours."""
    try:
        found = json.loads(port_file.read_bytes())
        return Address(
            str(found["host"]),
            int(found["port"]),
            int(found["pid"]),
            str(found["token"]),
            str(found.get("ended", "")),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
