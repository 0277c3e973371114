"""A metadata plugin's package: its wheel and its workflow, tried where nothing of the project is.

A workflow runs wherever OpenMetadata's do: it installs the wheel and reads the YAML.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import devsession
from devsession.errors import PublishError
from devsession.publish.archive import not_written, refuse_secrets
from devsession.publish.children import end_of, run
from devsession.publish.clean_check import NOT_IMPORTED
from devsession.publish.installed import modules_of, required, wanted
from devsession.publish.wheels import Wheel
from devsession.render import GOOD, html_line, html_report
from devsession.secrets.files import write_atomically

if TYPE_CHECKING:
    import subprocess

    from devsession.secrets.redact import Redactor

WORKFLOW = "workflow.yml"
# What a workflow's file refers to by its name; its value is no part of a package.
_REFERENCE = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_STAND_IN = "https://for-the-check.example"


@dataclass(frozen=True)
class Connector:
    """source: the class as a workflow names it, where the wheel is installed. checked: what held.

    extras: of the wheel; it was tried with all of them.
    """

    wheel: str
    content: bytes
    source: str
    workflow: str
    checked: tuple[str, ...]
    extras: tuple[str, ...] = ()
    written: str = ""

    @property
    def next_step(self) -> str:
        """What to do with it."""
        installed = f"'{self.wheel}[{','.join(self.extras)}]'" if self.extras else self.wheel
        return (
            f"where workflows run, pip install {installed} and devsession workflow run {WORKFLOW}"
        )

    def check(self, redactor: Redactor) -> None:
        """Raises: SecretLeakError when a file of it holds a secret."""
        with ZipFile(BytesIO(self.content)) as wheel:
            files = {name: wheel.read(name) for name in wheel.namelist()}
        refuse_secrets(files | {WORKFLOW: self.workflow.encode()}, redactor)

    def write(self, folder: Path) -> None:
        """Put both into a folder, over those of before.

        Raises: PublishError when it cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / self.wheel, self.content, mode=0o644)
            write_atomically(folder / WORKFLOW, self.workflow.encode(), mode=0o644)
        except OSError as error:
            raise not_written(folder, error) from None

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "wheel": self.wheel,
            "source": self.source,
            "workflow": WORKFLOW,
            "checked": list(self.checked),
            "extras": list(self.extras),
            "written": self.written,
        }

    def __str__(self) -> str:
        lines = [f"package   {self.wheel}, {WORKFLOW}", f"  source   {self.source}"]
        lines += [f"  checked  {each}" for each in self.checked]
        return "\n".join([*lines, *([f"written   {self.written}"] if self.written else [])])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        checked = [html_line(f"checked: {each}") for each in self.checked]
        lines = [html_line(f"source: {self.source}"), *checked]
        return html_report(f"Connector {self.wheel}", *lines, edge=GOOD)


def make_connector(source: type[Any], folder: Path) -> Connector:
    """Build the wheel of a project, let its workflow name what is in there, and try both.

    They are tried in a process that can import what the wheel requires, as it is installed here, and
    nothing else; no app and no catalog is called.

    Raises: PublishError when the wheel cannot be built or imported, or the workflow cannot be run.
    """
    with TemporaryDirectory(prefix="devsession-connector-") as temporary:
        place = Path(temporary)
        built = _build(folder, place / "wheel")
        wheel = Wheel.read(built)
        installed = f"{_module_of(wheel, folder / 'plugin.py')}.{source.__name__}"
        workflow = _workflow(folder, f"{source.__module__}.{source.__name__}", installed)
        checked = _try(wheel, installed, workflow, place / "clean")
        return Connector(built.name, built.read_bytes(), installed, workflow, checked, wheel.extras)


def _build(folder: Path, into: Path) -> Path:
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(into), "."]
    done = run(command, cwd=folder)
    if built := list(into.glob("*.whl")):
        return built[0]
    raise _refusal(
        "The wheel cannot be built",
        done,
        where=str(folder / "pyproject.toml"),
        next_step="mend that; what building takes is installed by pip install -r requirements-dev.txt",
    )


def _module_of(wheel: Wheel, plugin: Path) -> str:
    """By which name the plugin's file is imported, where the wheel is installed."""
    content = plugin.read_bytes()
    for path, text in wheel.files.items():
        if text == content and path.endswith(".py"):
            return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    raise PublishError(
        f"The wheel {wheel.file} does not hold {plugin.name}",
        tried=", ".join(path for path in wheel.files if path.endswith(".py")) or "it has no module",
        where=str(plugin.with_name("pyproject.toml")),
        next_step=f'name it there: [tool.hatch.build.targets.wheel.force-include], "{plugin.name}" = '
        '"my_connector/__init__.py"',
        step="package",
    )


def _workflow(folder: Path, here: str, installed: str) -> str:
    """The project's workflow, with the class as it is called where the wheel is installed."""
    file = folder / WORKFLOW
    if not file.is_file():
        raise PublishError(
            f"There is no {WORKFLOW}",
            where=str(folder),
            next_step="write one: devsession workflow schema tells its keys",
            step="package",
        )
    text = file.read_text(encoding="utf-8")
    named = re.compile(rf"(?m)^(\s*sourcePythonClass:\s*)(['\"]?){re.escape(here)}\2(?=\s|$)")
    changed, count = named.subn(rf"\g<1>{installed}", text)
    if not count and f"sourcePythonClass: {installed}" not in text:
        raise PublishError(
            f"{WORKFLOW} does not run this source",
            tried=f"no line sourcePythonClass: {here}",
            where=str(file),
            next_step=f"write sourcePythonClass: {here} there",
            step="package",
        )
    return changed


def _try(wheel: Wheel, source: str, workflow: str, place: Path) -> tuple[str, ...]:
    module, _, name = source.rpartition(".")
    for path, content in wheel.files.items():
        file = place / "installed" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (place / WORKFLOW).write_text(workflow, encoding="utf-8")
    asked = {
        "path": [str(place / "installed"), str(Path(devsession.__file__).parents[1])],
        "modules": sorted({"devsession", *_tops(wheel.files), *_required_by(wheel)}),
        "source": [module, name],
        "workflow": WORKFLOW,
    }
    stand_ins = {each: os.environ.get(each, _STAND_IN) for each in _REFERENCE.findall(workflow)}
    script = str(Path(__file__).with_name("clean_check.py"))
    done = run(
        [sys.executable, "-I", script],
        cwd=place,
        env={**stand_ins, "HOME": str(place), "PATH": ""},
        given=json.dumps(asked),
    )
    if done.returncode == NOT_IMPORTED:
        raise _refusal(
            f"{source} cannot be imported where the wheel is installed",
            done,
            where=wheel.file,
            next_step="name in pyproject.toml what it requires and what goes into the wheel",
        )
    if done.returncode:
        raise _refusal(
            f"{WORKFLOW} cannot be run where the wheel is installed",
            done,
            where=WORKFLOW,
            next_step=f"mend that, then devsession workflow check {WORKFLOW}",
        )
    return (
        f"{source} imports where only what the wheel requires can be",
        f"devsession workflow check {WORKFLOW} holds there",
    )


def _required_by(wheel: Wheel) -> set[str]:
    """The modules of all that it requires, each of its extras included.

    Raises: PublishError when some of it is not installed here, or in another version.
    """
    asked = wanted(wheel.requires, wheel.extras)
    try:
        packages = list(required(asked))
    except PackageNotFoundError as error:
        raise _not_here(wheel, error.name, "is not installed here") from None
    for each in asked:
        found = version(each.name)
        if not each.specifier.contains(found, prereleases=True):
            raise _not_here(wheel, f"{each.name}{each.specifier}", f"is not {found}, as it is here")
    return {module for package in packages for module in modules_of(package)}


def _not_here(wheel: Wheel, what: str, problem: str) -> PublishError:
    return PublishError(
        f"{what} {problem}, and the wheel requires it",
        where=wheel.file,
        next_step=f"pip install '{what}', to try the wheel with it",
        step="package",
        requirement=what,
    )


def _tops(files: dict[str, bytes]) -> set[str]:
    return {path.partition("/")[0].removesuffix(".py") for path in files}


def _refusal(
    what: str, done: subprocess.CompletedProcess[str], *, where: str, next_step: str
) -> PublishError:
    return PublishError(
        what,
        tried=end_of(done.stderr or done.stdout),
        where=where,
        next_step=next_step,
        step="package",
    )
