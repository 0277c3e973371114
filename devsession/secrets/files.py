"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_atomically(path: Path, content: bytes, *, mode: int) -> None:
    """Write beside the file, to the disk, then in its place: whatever fails, the old file stays.

    mode: of a new file; one that is there keeps its own. A link stays one, its target is written.

    Raises:
        OSError: the file system refuses; nothing is left behind.
    """
    write_together({path: content}, mode=mode)


def write_together(contents: Mapping[Path, bytes | None], *, mode: int) -> None:
    """Write several files as `write_atomically` does: none changes when there is no room for all.

    None: the file is removed, if it is there.

    Raises:
        OSError: the file system refuses; nothing is left behind.
    """
    drafts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            if content is not None:
                target = Path(os.path.realpath(path))
                drafts[target] = _draft(target, content, mode)
        for target, draft in drafts.items():
            draft.replace(target)
        for path, content in contents.items():
            if content is None:
                path.unlink(missing_ok=True)
    except BaseException:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
        raise


def _draft(target: Path, content: bytes, mode: int) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        mode = target.stat().st_mode & 0o7777
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        draft.chmod(mode)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft
