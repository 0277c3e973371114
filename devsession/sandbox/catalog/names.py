"""Fully qualified names: parts joined by a dot; a part in quotation marks when it has a dot itself.

Source: OpenMetadata contract, section Framework.
"""

from __future__ import annotations

import re

_PART = re.compile(r'"([^"]+)"|([^."]+)')


def quoted(name: str) -> str:
    """A name as a part of a longer one."""
    return f'"{name}"' if "." in name else name


def child(parent: str | None, name: str) -> str:
    """What is called `name` below `parent`; None is the top."""
    return quoted(name) if parent is None else f"{parent}.{quoted(name)}"


def split(fqn: str) -> list[str]:
    """Its parts, without quotation marks. Raises: ValueError for what is no such name."""
    parts, position = [], 0
    while True:
        found = _PART.match(fqn, position)
        if found is None:
            raise ValueError(f"no fully qualified name: {fqn}")
        parts.append(found[1] or found[2])
        position = found.end()
        if position == len(fqn):
            return parts
        if fqn[position] != ".":
            raise ValueError(f"no fully qualified name: {fqn}")
        position += 1


def levels(fqn: str) -> list[str]:
    """It and all above it, from the top: shop, shop.sales, shop.sales.public."""
    found: list[str] = []
    for part in split(fqn):
        found.append(child(found[-1] if found else None, part))
    return found


def below(fqn: str) -> tuple[str, str]:
    """What everything below it lies between, in the order of the code points."""
    return fqn + ".", fqn + "/"  # "/" comes right after "."
