"""Names and texts as SQL, whatever characters they have."""

from __future__ import annotations


def quoted(identifier: str) -> str:
    """An identifier as SQL text, exactly as it is written."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """Text as a SQL literal; None is null."""
    if text is None:
        return "null"
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
