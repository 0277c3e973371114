"""The packages of Snowflake's Anaconda channel: what an app there can refer to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import TypeAdapter

from devsession.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from packaging.specifiers import SpecifierSet

_VERSIONS = TypeAdapter(dict[str, list[str]])

PYTHON = "3.11"
"""Which Python the app's procedures run on."""
PYTHON_THERE = f"{PYTHON}.9"
"""The same in full, for what asks so: no newer than the one that runs there."""


@dataclass(frozen=True)
class Channel:
    """packages: canonical name -> the name there, and its versions, newest first. source: who says so."""

    packages: Mapping[str, tuple[str, tuple[Version, ...]]]
    source: str

    @classmethod
    def of(cls, packages: Iterable[tuple[str, str]], source: str) -> Channel:
        """From names and versions; what is no version is left out."""
        found: dict[str, tuple[str, set[Version]]] = {}
        for name, version in packages:
            try:
                read = Version(version)
            except InvalidVersion:
                continue
            found.setdefault(canonicalize_name(name), (name, set()))[1].add(read)
        newest_first = {
            known: (name, tuple(sorted(versions, reverse=True)))
            for known, (name, versions) in found.items()
        }
        return cls(newest_first, source)

    @classmethod
    def in_file(cls, file: Path) -> Channel:
        """The list of a file: `{"snowflake_channel": {name: [version, ..]}, "python": .., "saved": ..}`.

        Raises: PublishError when it cannot be read, or is for another Python.
        """
        try:
            content = json.loads(file.read_text(encoding="utf-8-sig"))
            packages = _VERSIONS.validate_python(content["snowflake_channel"])
            listed = [(name, each) for name, versions in packages.items() for each in versions]
            python = str(content.get("python", PYTHON))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise PublishError(
                f"The list of the channel's packages cannot be read: {_problem(error)}",
                where=str(file),
                next_step='it is JSON: {"snowflake_channel": {"requests": ["2.32.3"]}, "python": '
                f'"{PYTHON}", "saved": "2026-01-31"}}',
                step="package",
            ) from None
        if python != PYTHON:
            raise PublishError(
                f"The list of the channel's packages is for Python {python}",
                where=str(file),
                next_step=f"save it for Python {PYTHON}, on which plugins run",
                step="package",
            )
        return cls.of(listed, f"{file.name}, saved {content.get('saved', 'at an unknown time')}")

    def best(self, name: str, wanted: SpecifierSet) -> tuple[str, Version] | None:
        """The package's name there and its newest version that is wanted; None without one."""
        known, versions = self.packages.get(canonicalize_name(name), ("", ()))
        return next(((known, each) for each in versions if wanted.contains(each)), None)

    def versions(self, name: str) -> tuple[Version, ...]:
        """All versions that there are, newest first."""
        return self.packages.get(canonicalize_name(name), ("", ()))[1]


def _problem(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} is no JSON"
    return 'no "snowflake_channel" with names and versions is in it'
