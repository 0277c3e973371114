"""Wheels that are packed with a plugin, as pip gets them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZipFile

from packaging.utils import parse_wheel_filename

from devsession.errors import PublishError
from devsession.publish.sources import HANDLERS

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_TIME_LIMIT = 600
_LINES = 6


@dataclass(frozen=True)
class Wheel:
    """files: path where it is installed -> content. requires: as its metadata says."""

    name: str
    version: str
    file: str
    is_pure: bool
    requires: tuple[str, ...]
    files: dict[str, bytes]

    @classmethod
    def read(cls, path: Path) -> Wheel:
        """A wheel's file."""
        name, version, _, tags = parse_wheel_filename(path.name)
        with ZipFile(path) as archive:
            files = {
                each: archive.read(each)
                for each in archive.namelist()
                if not each.endswith(("/", ".pyc"))
            }
        # Its own: of packages that it carries along there may be others, further below.
        [metadata] = [
            each for each in files if each.count("/") == 1 and each.endswith(".dist-info/METADATA")
        ]
        said = HeaderParser().parsestr(files[metadata].decode("utf-8"))
        pure = all(tag.platform == "any" and tag.abi == "none" for tag in tags)
        return cls(
            str(name),
            str(version),
            path.name,
            pure,
            tuple(said.get_all("Requires-Dist") or ()),
            _installed(files),
        )


def wheel_of(requirement: Requirement, *, index: bool = True) -> Wheel:
    """The wheel that pip finds, or makes, for a requirement, without what that requires.

    Where pip looks is said as ever: PIP_INDEX_URL, PIP_FIND_LINKS, pip.conf. index: False looks in
    no package index.

    Raises: PublishError when pip has none.
    """
    wanted = str(requirement).partition(";")[0].strip()
    with TemporaryDirectory(prefix="devsession-wheels-") as folder:
        options = ["--no-deps", "--prefer-binary", "--quiet", "--disable-pip-version-check"]
        options += [] if index else ["--no-index"]
        command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, wanted]
        try:
            done = subprocess.run(  # noqa: S603 - pip, with a requirement that was parsed
                command, capture_output=True, text=True, timeout=_TIME_LIMIT, check=False
            )
            said = done.stderr
        except subprocess.TimeoutExpired:
            said = f"pip was not done after {_TIME_LIMIT} s"
        if found := list(Path(folder).glob("*.whl")):
            return Wheel.read(found[0])
    raise PublishError(
        f"pip has no wheel of {wanted}, which the channel lacks",
        tried="\n".join(said.strip().splitlines()[-_LINES:]),
        where="requirements.txt",
        next_step=f"see what pip says: python -m pip wheel --no-deps '{wanted}'",
        step="package",
        requirement=requirement.name,
    )


def taken_twice(wheels: dict[str, Wheel], files: dict[str, bytes]) -> str:
    """A path that a wheel and something else have; "" when there is none."""
    seen = set(files) | {f"{HANDLERS}.py"}
    for wheel in wheels.values():
        for path in wheel.files:
            # What namespace packages share is empty.
            if path in seen and wheel.files[path].strip():
                return path
            seen.add(path)
    return ""


def _installed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Where an installer puts them: what lies in `.data/purelib` goes beside the rest."""
    placed = {}
    for path, content in files.items():
        head, _, rest = path.partition("/")
        kind, _, inner = rest.partition("/")
        if not head.endswith(".data"):
            placed[path] = content
        elif kind in {"purelib", "platlib"}:
            placed[inner] = content
    return placed
