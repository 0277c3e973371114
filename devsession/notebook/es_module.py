"""A widget's page side is one ES module: the files of `static/`, put together as they import."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def one_module(entry: Path) -> str:
    """The text of a file with all that it imports from beside it; each file stands in it once.

    Names of the top level have to differ from file to file.
    """
    parts: dict[str, str] = {}

    def add(name: str) -> None:
        if name in parts:
            return
        parts[name] = ""  # two files may import from each other
        text = (entry.parent / name).read_text(encoding="utf-8")
        for imported in _IMPORT.findall(text):
            add(imported)
        del parts[name]
        parts[name] = _EXPORT.sub("", _IMPORT.sub("", text)).strip()

    add(entry.name)
    return "\n\n".join(parts.values()) + "\n"
