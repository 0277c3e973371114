"""Wheels that are packed with a plugin, as pip gets them."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZipFile

from packaging.utils import parse_wheel_filename

from devsession.errors import PublishError
from devsession.publish.channel import PYTHON_THERE
from devsession.publish.children import end_of, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.requirements import Requirement

# What runs there, whatever Python and machine this is.
_PURE = ("--only-binary=:all:", "--platform=any", "--abi=none", f"--python-version={PYTHON_THERE}")
_CREDENTIALS = re.compile(r"//[^/@\s]*@")
# pip counts up every version that there is, the newest last.
_VERSIONS = re.compile(r"\(from versions: (?!none)(?:[^,)]+, )*?((?:[^,)]+, ){0,4}[^,)]+)\)")
_QUERY = re.compile(r"(://[^\s?#]+[?#])\S+")


@dataclass(frozen=True)
class Wheel:
    """files: path where it is installed -> content. requires, python, extras: as its metadata says."""

    name: str
    version: str
    file: str
    is_pure: bool
    requires: tuple[str, ...]
    files: dict[str, bytes]
    python: str = ""
    extras: tuple[str, ...] = ()

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
            said.get("Requires-Python", ""),
            tuple(said.get_all("Provides-Extra") or ()),
        )


def wheel_of(requirement: Requirement, *, index: bool = True) -> Wheel:
    """The wheel that pip finds, or makes, for a requirement, without what that requires.

    One that is pure and for Snowflake's Python comes before the one that this machine would install.
    Where pip looks is said as ever: PIP_INDEX_URL, PIP_FIND_LINKS, pip.conf. index: False looks in
    no package index.

    Raises: PublishError when pip has none.
    """
    wanted = str(requirement).partition(";")[0].strip()
    options = ["--no-deps", "--quiet", "--disable-pip-version-check"]
    options += [] if index else ["--no-index"]
    for command in (["download", *_PURE, "--dest"], ["wheel", "--prefer-binary", "--wheel-dir"]):
        with TemporaryDirectory(prefix="devsession-wheels-") as folder:
            pip = [sys.executable, "-m", "pip", *command, folder, *options, wanted]
            said = run(pip).stderr
            if found := list(Path(folder).glob("*.whl")):
                return Wheel.read(found[0])
    next_step = f"see what pip says: python -m pip wheel --no-deps '{wanted}'"
    if "No module named pip" in said:
        next_step = "python -m ensurepip, or uv pip install pip: into the environment of devsession"
    raise PublishError(
        f"pip has no wheel of {wanted}, which the channel lacks",
        tried=end_of(_VERSIONS.sub(r"(the newest: \1)", without_credentials(said))),
        where="requirements.txt",
        next_step=next_step,
        step="package",
        requirement=requirement.name,
    )


def without_credentials(text: str) -> str:
    """A text in which no address shows more than its host and path."""
    return _QUERY.sub(r"\1***", _CREDENTIALS.sub("//***@", text))


def unpacked(
    wheels: Iterable[Wheel], before: Mapping[str, bytes]
) -> tuple[dict[str, bytes], list[str]]:
    """The files of wheels, and what of them two have: of those the last counts, as with pip.

    before: what is packed already.

    Raises: PublishError when a wheel has one of those.
    """
    files: dict[str, bytes] = {}
    twice = []
    for wheel in wheels:
        for path, content in wheel.files.items():
            if path in before:
                raise PublishError(
                    f"The project and {wheel.name} both have the file {path}",
                    tried=wheel.file,
                    where=path,
                    next_step="give the module of the project another name, or do without that package",
                    step="package",
                )
            if files.get(path, content) != content:
                twice.append(f"{path} is in two packages: that of {wheel.name} is packed")
            files[path] = content
    return files, twice


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
