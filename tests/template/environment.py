"""An environment with what a project requires and nothing else, made of what is installed here."""

from __future__ import annotations

import venv
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from devsession.publish.installed import required

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import Distribution


def make_environment(folder: Path, requirements: Iterable[str]) -> None:
    """Link the installed packages that are required, and those that they require.

    As pip would install them, in a second and without an index. Commands are not linked.
    """
    venv.create(folder)
    [site] = folder.glob("lib/python*/site-packages")
    for package in required(map(Requirement, requirements)):
        for file in package.files or []:
            if ".." not in file.parts:
                link(package, str(file), site)


def link(package: Distribution, file: str, site: Path) -> None:
    """Link a file, with what it was compiled to: that is not compiled once more."""
    names = {file, cache_from_source(file)} if file.endswith(".py") else {file}
    for name in names:
        source = Path(str(package.locate_file(name)))
        place = site / name
        if source.exists() and not place.is_symlink():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(source)
