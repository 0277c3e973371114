"""Files that hold a secret, written in whatever way."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path


def written_forms(secret: str) -> set[bytes]:
    """Every way in which a file may hold a text: as it is, escaped, as digits, as base64 anywhere."""
    raw = secret.encode()
    in_json = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    encoded = {raw, *(each.encode() for each in in_json), quote(secret, safe="").encode()}
    encoded |= {json.dumps(each.decode())[1:-1].encode() for each in encoded}
    encoded |= {raw.hex().encode(), raw.hex().upper().encode()}
    for before in range(3):
        # Only whole letters of base64 that depend on the secret alone.
        text = base64.b64encode(b"\0" * before + raw)[
            (before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6
        ]
        encoded |= {text, text.replace(b"+", b"-").replace(b"/", b"_")}
    return encoded


def files_with(secret: str, *folders: Path) -> list[Path]:
    """Every file below the folders, hidden ones too, that holds the secret in some form."""
    forms = written_forms(secret)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(form in path.read_bytes() for form in forms)]
