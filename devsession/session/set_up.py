"""Whether a set-up works: this machine, this workspace, its warehouse; and what to mend."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError
from devsession.session.account_checks import account_checks
from devsession.testing.examination import Checked, Examination
from devsession.warehouse.channel import FILE_NAME
from devsession.warehouse.snowflake import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.session.workspace import Workspace

_TOLD = ("devsession", "snowflake-snowpark-python", "snowflake-connector-python", "fakesnow")


@dataclass(frozen=True)
class SetUp:
    """What was looked at; true when nothing has to be mended. account: None for the embedded one."""

    account: str | None
    checks: tuple[Checked, ...]

    def __bool__(self) -> bool:
        return bool(self._shown)

    def __str__(self) -> str:
        lines = [self._shown.plugin, *(line for each in self.checks for line in _lines(each))]
        return "\n".join([*lines, "", self._shown.counts])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self._shown._repr_html_()

    @property
    def _shown(self) -> Examination:
        return Examination(
            f"set-up, account {self.account}" if self.account else "set-up", self.checks
        )

    def as_dict(self) -> dict[str, Any]:
        """The same for scripts."""
        checks = [{"check": each.pop("method"), **each} for each in map(asdict, self.checks)]
        return {"account": self.account, "ok": bool(self), "checks": checks}


def set_up(workspace: Workspace, *, packages_file: Path | None = None) -> SetUp:
    """Look at it. Nothing is made or changed, but for the file of the channel's packages.

    packages_file: where those are saved; by default in the workspace, if there is one.
    """
    project = (workspace.folder / "plugin.py").is_file()
    file = packages_file
    if file is None and (project or workspace.exists):
        file = workspace.private / FILE_NAME
    checks = [*_versions(), _workspace(workspace, project)]
    if workspace.account is not None:
        checks += account_checks(workspace, file)
    else:
        checks += [_embedded(workspace, used=project or workspace.exists)]
    return SetUp(workspace.account, tuple(checks))


def _lines(check: Checked) -> Iterator[str]:
    """One for each that it tells, and the next step, as it can be copied."""
    told = check.told.splitlines() or [""]
    steps = f"next: {check.next_step}".splitlines() if check.next_step else []
    yield f"{check.state:<9}  {check.method:<18}  {told[0]}".rstrip()
    for line in [*told[1:], *steps]:
        yield f"{'':31}{line}"


def _versions() -> Iterator[Checked]:
    yield Checked("Python", "ok", ".".join(map(str, sys.version_info[:3])))
    told = ", ".join(f"{name} {version(name)}" for name in _TOLD)
    wrong = dict(_unsatisfied())
    if not wrong:
        yield Checked("packages", "ok", told)
        return
    named = " ".join(f"'{wanted}'" for wanted in wrong)
    lines = [f"{wanted} is wanted, {found}" for wanted, found in wrong.items()]
    yield Checked("packages", "error", "\n".join(lines), f"pip install {named}")


def _unsatisfied() -> Iterator[tuple[str, str]]:
    """Each requirement of ours that the environment does not meet, and what it has instead."""
    from packaging.requirements import Requirement

    for line in requires("devsession") or ():
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        named = f"{wanted.name}{wanted.specifier}"
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            yield named, "and is not installed"
            continue
        if not wanted.specifier.contains(found, prereleases=True):
            yield named, f"and {found} is installed"


def _workspace(workspace: Workspace, project: bool) -> Checked:
    place = str(workspace.folder)
    if project:
        return Checked("workspace", "ok", place)
    if workspace.exists:
        return Checked("workspace", "ok", f"{place}, without a plugin.py")
    return Checked("workspace", "not used", f"{place} is no plugin project", "devsession init NAME")


def _embedded(workspace: Workspace, *, used: bool) -> Checked:
    name = "embedded warehouse"
    if not used:
        return Checked(name, "not used", "it belongs to a plugin project")
    workspace.prepare()
    try:
        with closing(open_warehouse(workspace.folder, None)) as warehouse:
            tables = warehouse.rows("select count(*) from INFORMATION_SCHEMA.TABLES")
    except DevsessionError as error:
        return Checked(
            name, "error", "\n".join(filter(None, [error.what, error.tried])), error.next_step
        )
    return Checked(name, "ok", f"it runs and answers, {tables[0][0]} tables")
