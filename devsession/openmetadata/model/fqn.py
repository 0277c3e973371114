"""Fully qualified names: parts joined by dots, a part that holds a dot in double quotes.

Source: OpenMetadata contract, "Framework": a part is quoted only if it contains a dot, and an
embedded double quote is an invalid name.
"""

from __future__ import annotations

from devsession.errors import EntityError

SEPARATOR = "."
_QUOTE = '"'


def build(*parts: str) -> str:
    """The name of what stands at this path: `build("crm", "sales.eu")` is `crm."sales.eu"`.

    Raises: EntityError for a part that is empty or holds a double quote.
    """
    return SEPARATOR.join(map(quote, parts))


def quote(part: str) -> str:
    """One part as it stands in a name. Raises: as `build`."""
    if not part or _QUOTE in part:
        raise EntityError(
            f"{part!r} cannot be part of a fully qualified name",
            tried="a part is not empty and holds no double quote",
            next_step="give the entity another name, and keep this one as its displayName",
        )
    return f"{_QUOTE}{part}{_QUOTE}" if SEPARATOR in part else part


def split(name: str) -> list[str]:
    """The parts of a name, without their quotes: what `build` was given.

    Raises: EntityError for a text that `build` never gives: a quote in the middle, or an empty part.
    """
    parts: list[str] = []
    rest: str | None = name
    while rest is not None:
        opened, closed = rest.startswith(_QUOTE), rest.find(_QUOTE, 1)
        end = closed + 1 if opened and closed > 0 else rest.find(SEPARATOR)
        part, rest = (rest, None) if end in {-1, len(rest)} else (rest[:end], rest[end:])
        parts.append(part[1:-1] if opened and len(part) > 1 and part.endswith(_QUOTE) else part)
        if not parts[-1] or _QUOTE in parts[-1] or (rest and not rest.startswith(SEPARATOR)):
            raise EntityError(
                f"{name!r} is no fully qualified name",
                tried=f'parts joined by dots, those with a dot in double quotes: a."b.c".d; '
                f"part {len(parts)} is not one",
                next_step="make it with fqn.build(*parts)",
            )
        rest = rest[1:] if rest else None
    return parts


def parent(name: str) -> str:
    """The name of what this one stands in; empty for a service or another root. Raises: as `split`."""
    above = split(name)[:-1]
    return build(*above) if above else ""
