"""The packages that requirements lead to, as they are installed here."""

from __future__ import annotations

from importlib.metadata import Distribution, distribution
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def required(requirements: Iterable[str]) -> Iterator[Distribution]:
    """The installed packages that these requirements lead to, each once.

    Raises: PackageNotFoundError for one that is not installed.
    """
    todo = [Requirement(each) for each in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        wanted = todo.pop()
        key = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if key not in seen:
            if not any(name == key[0] for name, _ in seen):
                yield distribution(wanted.name)
            seen.add(key)
            todo += needed(distribution(wanted.name), wanted.extras)


def needed(package: Distribution, extras: set[str]) -> Iterator[Requirement]:
    """What a package requires here when it is installed with these extras."""
    for each in map(Requirement, package.requires or []):
        where = [{"extra": extra} for extra in extras or {""}]
        if each.marker is None or any(map(each.marker.evaluate, where)):
            yield each


def modules_of(package: Distribution) -> set[str]:
    """The modules at its top, by their names."""
    tops = {file.parts[0] for file in package.files or []}
    return {top.partition(".")[0] for top in tops if top != ".." and not top.endswith(".dist-info")}
