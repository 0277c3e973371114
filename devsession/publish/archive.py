"""Files that are packed: a zip that is the same, byte for byte, whenever it is made of the same."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from devsession.errors import PublishError, SecretLeakError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from devsession.secrets.redact import Redactor

_WHEN = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can say
_MODE = 0o644 << 16
_UNIX = 3


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files by their paths, in the order of these, without times and owners."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for path in sorted(files):
            entry = ZipInfo(path, _WHEN)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = _MODE
            entry.create_system = _UNIX
            archive.writestr(entry, files[path])
    return content.getvalue()


def refuse_secrets(files: Mapping[str, bytes], redactor: Redactor) -> None:
    """Raises: SecretLeakError when one of these files holds a secret."""
    for path, content in files.items():
        if hits := redactor.find(content):
            raise SecretLeakError(
                f"{path} holds the secret {hits[0].name}; nothing was packed",
                where=path,
                next_step="take it out, parameters.secret(..) has it at run time; devsession audit "
                "finds others",
                step="package",
            )


def not_written(folder: Path, error: OSError) -> PublishError:
    """The error for a folder that takes no package."""
    return PublishError(
        "The package could not be written",
        tried=error.strerror or str(error),
        where=str(folder),
        next_step="make the folder writable, with room on the disk, and try again",
        step="package",
    )


def digest_of(files: Mapping[str, bytes]) -> str:
    """What names these files by their paths and contents: 16 hexadecimal digits."""
    sums = [f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)]
    return hashlib.sha256("".join(sums).encode()).hexdigest()[:16]
