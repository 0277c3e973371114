"""The body of a request or an answer, as text for a reader."""

from __future__ import annotations

import json

from devsession.render import counted

_LIMIT = 4_000  # characters: about what fits on two screens
_READ = 2_000_000  # a longer one is not read as JSON: only its beginning is shown


def shown_body(body: bytes) -> str:
    """JSON indented, other text as it is, at most 4,000 characters of it; else how long it is."""
    if not body:
        return "(no body)"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({counted(len(body), 'byte')} that are not text)"
    text = _pretty(text) if len(text) <= _READ else text
    cut = len(text) - _LIMIT
    return text if cut <= 0 else f"{text[:_LIMIT]}\n… {counted(cut, 'more character')}"


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
