"""What was parsed once is kept as JSON in the user's cache folder, found by the text it came from.

Nothing here is needed: an entry that is missing, stale, damaged or cannot be written costs the time
to parse again, and no recording. It holds what the file holds, and is never committed.
"""

from __future__ import annotations

import base64
import hashlib
import math
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.secrets.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable

# Part of every key: another number leaves all entries of former versions unread.
_FORMAT = b"devsession: parsed YAML, 1\n"
_WORTH_KEEPING = 1024
_KEPT_SECONDS = 30 * 24 * 3600
_KEPT_BYTES = 512 * 1024 * 1024
_DIGEST = hashlib.sha256().digest_size


def _cache_folder() -> Path:
    """`DEVSESSION_CACHE_DIR`, or where this system keeps what may be deleted at any time."""
    chosen = os.environ.get("DEVSESSION_CACHE_DIR")
    if chosen:
        return Path(chosen) / "parsed"
    from platformdirs import user_cache_path

    return user_cache_path("devsession", appauthor=False) / "parsed"


def parsed(texts: list[bytes], parse: Callable[[bytes], Any]) -> list[Any]:
    """What `parse` makes of each text, from the cache where it is there.

    Raises: what `parse` raises.
    """
    folder = _cache_folder()
    usable = _is_ours(folder)
    values, stored = [], False
    for text in texts:
        if not usable or len(text) < _WORTH_KEEPING:
            values.append(parse(text))
            continue
        entry = folder / hashlib.sha256(_FORMAT + text).hexdigest()
        try:
            values.append(_read(entry))
        except (OSError, ValueError, LookupError, TypeError):
            values.append(parse(text))
            stored |= _store(entry, values[-1])
    if stored:
        _prune(folder)
    return values


def forget() -> None:
    """Delete every entry: a text that held a secret is not to be kept here either."""
    folder = _cache_folder()
    with suppress(OSError):
        for entry in folder.iterdir():
            entry.unlink(missing_ok=True)


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can put entries there, so that they can be believed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stat = folder.stat()
    except OSError:
        return False
    return not hasattr(os, "getuid") or (stat.st_uid == os.getuid() and not stat.st_mode & 0o022)


def _read(entry: Path) -> Any:
    from pydantic_core import from_json

    data = entry.read_bytes()
    content = memoryview(data)[_DIGEST:]
    if hashlib.sha256(content).digest() != data[:_DIGEST]:
        raise ValueError("damaged")
    kept = from_json(bytes(content), cache_strings="keys")
    for *path, last in kept["bytes"]:
        holder = kept["value"]
        for step in path:
            holder = holder[step]
        holder[last] = base64.urlsafe_b64decode(holder[last])
    if time.time() - entry.stat().st_mtime > _KEPT_SECONDS / 30:
        with suppress(OSError):
            os.utime(entry)  # it is in use: pruned last
    return kept["value"]


def _store(entry: Path, value: Any) -> bool:
    from pydantic_core import to_json

    places = _places_of_bytes(value)
    if places is None:
        return False
    try:
        texts = to_json(places), to_json(value, bytes_mode="base64")
        content = b'{"bytes":%b,"value":%b}' % texts
        write_atomically(entry, hashlib.sha256(content).digest() + content, mode=0o600)
    except (OSError, ValueError):  # ValueError: half a letter, as in "\ud83d"
        return False
    return True


def _places_of_bytes(value: Any) -> list[list[Any]] | None:
    """The path of each bytes in a value, which JSON has none of; None when it has more than that
    which JSON cannot tell (dates, keys other than text)."""
    places: list[list[Any]] = []
    waiting: list[tuple[list[Any], Any]] = [([], value)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, dict | list):
            if isinstance(each, dict) and not all(type(key) is str for key in each):
                return None
            inside = each.items() if isinstance(each, dict) else enumerate(each)
            waiting += [([*path, key], item) for key, item in inside]
        elif type(each) is bytes and path:
            places.append(path)
        elif type(each) is float:
            if not math.isfinite(each):
                return None
        elif type(each) not in {str, int, bool, type(None)}:
            return None
    return places


def _prune(folder: Path) -> None:
    """Delete what was not in use for long, and the oldest of what is too much."""
    with suppress(OSError):
        files = [(file.stat(), file) for file in folder.iterdir()]
        files.sort(key=lambda each: -each[0].st_mtime)
        size = 0
        for stat, file in files:
            size += stat.st_size
            if size > _KEPT_BYTES or time.time() - stat.st_mtime > _KEPT_SECONDS:
                file.unlink(missing_ok=True)
