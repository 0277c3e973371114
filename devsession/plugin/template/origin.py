"""Which place of a template a character of its text comes from.

The template is rendered once more with a mark around everything that it prints. Where that changes
more than the marks (a block that is set and then counted), nothing is told.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from jinja2 import nodes

from devsession.plugin.template.pointing import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jinja2 import Environment

_OPEN, _CLOSE = "\ue0f0", "\ue0f1"  # of private use: no text is made of them
_MARK = re.compile(f"{_OPEN}(\\d*){_CLOSE}")


class _Unlike(Exception):  # noqa: N818 - it never leaves this module
    """Tree and text of the template are not the same pieces."""


def origin_of(
    source: str,
    environment: Environment,
    render: Callable[[nodes.Template], str],
    *,
    text: str,
    offset: int,
) -> int | None:
    """The character of `source` that made the one at `offset` of `text`; None if nobody can tell.

    render: makes a text of a tree, with the row that made `text`. Of what an expression printed its
    opening brackets are told.
    """
    source = "\n".join(lines_of(source))
    tree = environment.parse(source)
    try:
        starts = list(_starts(source, environment, tree))
        marked = render(_marked(tree))
    except Exception:  # noqa: BLE001 - marks are one thing more to print, which may be too much
        return None
    if _MARK.sub("", marked) != text:
        return None
    piece, within = _piece_at(marked, offset)
    if piece is None:
        return None
    start, is_data = starts[piece]
    return start + within if is_data else start


def _starts(
    source: str, environment: Environment, tree: nodes.Template
) -> Iterator[tuple[int, bool]]:
    """Where each piece that is printed begins, and whether it is text that is printed as it is."""
    pieces = [child for output in tree.find_all(nodes.Output) for child in output.nodes]
    found = [
        (at, kind == "data")
        for at, kind, value in _tokens(source, environment)
        if kind == "variable_begin" or (kind == "data" and value)
    ]
    if [is_data for _, is_data in found] != [
        isinstance(each, nodes.TemplateData) for each in pieces
    ]:
        raise _Unlike
    yield from found


def _tokens(source: str, environment: Environment) -> Iterator[tuple[int, str, str]]:
    at = 0
    for _, kind, value in environment.lexer.tokeniter(source, None):
        # A minus in a tag takes the blanks before it away; nothing says where they were.
        while not source.startswith(value, at):
            if not source[at : at + 1].isspace():
                raise _Unlike
            at += 1
        yield at, kind, value
        at += len(value)


def _marked(tree: nodes.Template) -> nodes.Template:
    number = 0
    for output in tree.find_all(nodes.Output):
        marked: list[nodes.Expr] = []
        for child in output.nodes:
            opened, closed = f"{_OPEN}{number}{_CLOSE}", f"{_OPEN}{_CLOSE}"
            line = child.lineno
            marked += [
                nodes.TemplateData(opened, lineno=line),
                child,
                nodes.TemplateData(closed, lineno=line),
            ]
            number += 1
        output.nodes = marked
    return tree


def _piece_at(marked: str, offset: int) -> tuple[int | None, int]:
    """The innermost piece that a character stands in, and how far from that piece's beginning."""
    parts = _MARK.split(marked)  # text, mark, text, mark, .. text
    ends = list(accumulate(len(part) for part in parts[::2]))
    open_: list[tuple[int, int]] = []
    for part, end in enumerate(ends):
        if part:
            mark, begin = parts[2 * part - 1], ends[part - 1]
            if mark:
                open_.append((int(mark), begin))
            else:
                open_.pop()
        if offset < end:
            return (open_[-1][0], offset - open_[-1][1]) if open_ else (None, 0)
    return None, 0
