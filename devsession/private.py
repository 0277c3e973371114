"""Where a workspace keeps what is not committed: its warehouse, port files and secret file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

PRIVATE_NAME = ".devsession"
PRIVATE_VARIABLE = "DEVSESSION_PRIVATE"
"""Names a folder that is used instead: a replayed notebook finds what a fresh clone has."""
_DIGITS = 12


def private_folder(workspace: Path) -> Path:
    """`.devsession/` in the workspace, or its own folder in the one that the environment names."""
    instead = os.environ.get(PRIVATE_VARIABLE)
    if not instead:
        return workspace / PRIVATE_NAME
    place = hashlib.sha256(str(workspace.resolve()).encode()).hexdigest()[:_DIGITS]
    return Path(instead, place)
