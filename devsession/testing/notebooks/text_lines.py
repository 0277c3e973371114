"""Texts of outputs: what does not count in them, and where two of them differ."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from html import escape
from typing import TYPE_CHECKING

from devsession.render import BAD, GOOD, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMPARED = 1_000  # lines; comparing takes the square of them
_SHOWN = 40  # lines, and around each change:
_CONTEXT = 2
_WIDTH = 240  # characters of a line

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
# A cell's code as warnings name it: the folder has the number of the process.
_CELL_FILE = re.compile(r"[^\s\"'(<]*ipykernel_\d+[/\\]\d+\.py")
_OVERWRITTEN = re.compile(r"^.*\r(?!\n|\Z)", re.MULTILINE)
_ERASED = re.compile(r"[^\n]\x08")


def uncoloured(text: str) -> str:
    """A text without the codes that colour it in a terminal."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def plain(text: str) -> str:
    """A text without what is another in each process: addresses of objects, the file of a cell."""
    text = _ADDRESS.sub("at 0x…", text)
    return _CELL_FILE.sub("<cell>", text)


def as_seen(text: str) -> str:
    """What stands on the screen after carriage returns and backspaces: of a progress bar, its end.

    Source: what nbval, nbclient and papermill make of both, so that either may have stored it.
    """
    before = None
    while "\x08" in text and before != text:
        before, text = text, _ERASED.sub("", text)
    text = text.replace("\r\n", "\n")
    return _OVERWRITTEN.sub("", text) if "\r" in text else text


def difference_lines(expected: str, got: str) -> tuple[str, ...]:
    """The lines that differ and two around them, each after its sign: `- old`, `+ new`."""
    old, new = expected.splitlines(), got.splitlines()
    if old == new:  # They differ in how the last line ends, or in kinds of line ends.
        old, new = [repr(expected)], [repr(got)]
    cut_off = max(len(old), len(new)) - _COMPARED
    start = _same_at_start(old, new) if cut_off > 0 else 0
    start = max(start - _CONTEXT, 0)
    old, new = old[start : start + _COMPARED], new[start : start + _COMPARED]
    shown: list[str] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for at, group in enumerate(matcher.get_grouped_opcodes(_CONTEXT)):
        shown += ["  …"] if at or start else []
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                shown += [f"  {_cut(line)}" for line in old[old_from:old_to]]
                continue
            changed = old[old_from:old_to], new[new_from:new_to]
            at_most = _first_difference(*changed)
            shown += [f"- {_cut(line, at_most)}" for line in changed[0]]
            shown += [f"+ {_cut(line, at_most)}" for line in changed[1]]
    hidden = len(shown) - _SHOWN
    return (*shown[:_SHOWN], *([f"  … {counted(hidden, 'more line')}"] if hidden > 0 else []))


def _same_at_start(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _first_difference(old: Sequence[str], new: Sequence[str]) -> int:
    """Of one changed line, the place of its first change; else the beginning."""
    return _same_at_start(old[0], new[0]) if len(old) == len(new) == 1 else 0


def _cut(line: str, at: int = 0) -> str:
    start = at - 40 if at > _WIDTH // 2 else 0
    end = start + _WIDTH
    return f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"


def indented(text: str, by: str = "  ") -> str:
    """Each line moved to the right."""
    return "\n".join(f"{by}{line}" for line in text.split("\n"))


_SIGNS = {"-": BAD, "+": GOOD}


def html_block(lines: Sequence[tuple[str, str]]) -> str:
    """Lines as they stand, each with an edge in the colour of its sign."""
    rows = "".join(
        f'<div style="padding-left:6px;border-left:3px solid {_SIGNS.get(sign, "transparent")}">'
        f"{escape(line) or '&nbsp;'}</div>"
        for sign, line in lines
    )
    return f'<div style="font-family:monospace;white-space:pre-wrap;margin:2px 0">{rows}</div>'
