"""Where two texts differ: two short ones beside each other, two long ones by their lines."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from unicodedata import normalize

from devsession.render import counted

_WIDTH = 120  # characters of a value
_LEAD = 20  # of those, before the first that differs
_LINES = 40  # of a text, and of it around a change:
_CONTEXT = 2
_COMPARED = 1_000  # lines; comparing takes the square of them


def cut_around(before: str, after: str) -> tuple[str, str]:
    """Two values as JSON, what is long cut around the first character that differs."""
    if normalize("NFKC", before) == normalize("NFKC", after):
        # They look alike: an accent of its own, another kind of blank.
        before, after = (json.dumps(json.loads(text)) for text in (before, after))
    pairs = enumerate(zip(before, after, strict=False))
    at = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
    return cut(before, at), cut(after, at)


def cut(text: str, at: int = 0) -> str:
    """A piece of a long text, from a little before this place."""
    start = 0 if at < _WIDTH // 2 else at - _LEAD
    end = start + _WIDTH
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def line_difference(before: str | None, after: str | None) -> list[tuple[str, str]]:
    """The lines that differ, and two before and after; each with its sign, `-`, `+` or a blank."""
    old, new = ([] if text is None else text.split("\n") for text in (before, after))
    cut_off = max(len(old), len(new)) - _COMPARED
    matcher = SequenceMatcher(None, old[:_COMPARED], new[:_COMPARED], autojunk=False)
    shown: list[tuple[str, str]] = []
    for at, group in enumerate(matcher.get_grouped_opcodes(_CONTEXT)):
        shown += [("…", "")] if at else []
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                shown += [(" ", text) for text in old[old_from:old_to]]
                continue
            shown += [("-", text) for text in old[old_from:old_to]]
            shown += [("+", text) for text in new[new_from:new_to]]
    more = len(shown[_LINES:]) + max(cut_off, 0)
    return shown[:_LINES] + ([("…", counted(more, "more line"))] if more else [])
