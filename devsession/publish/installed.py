"""The packages that requirements lead to, as they are installed here."""

from __future__ import annotations

from importlib.metadata import Distribution, distribution
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def required(requirements: Iterable[Requirement]) -> Iterator[Distribution]:
    """The installed packages that these requirements lead to, each once.

    Raises: PackageNotFoundError for one that is not installed.
    """
    todo = list(requirements)
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        each = todo.pop()
        key = canonicalize_name(each.name), frozenset(each.extras)
        if key not in seen:
            if not any(name == key[0] for name, _ in seen):
                yield distribution(each.name)
            seen.add(key)
            todo += wanted(distribution(each.name).requires or [], each.extras)


def wanted(requires: Iterable[str], extras: Iterable[str]) -> list[Requirement]:
    """What a package requires here, by its metadata, when it is installed with these extras."""
    where = [{"extra": extra} for extra in extras] or [{"extra": ""}]
    return [
        each
        for each in map(Requirement, requires)
        if each.marker is None or any(map(each.marker.evaluate, where))
    ]


def modules_of(package: Distribution) -> set[str]:
    """The modules at its top, by their names."""
    tops = {file.parts[0] for file in package.files or []}
    return {top.partition(".")[0] for top in tops if top != ".." and not top.endswith(".dist-info")}
