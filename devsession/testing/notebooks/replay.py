"""Replaying one notebook: set its parameters, run it, search for secrets, compare, keep or store."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from devsession.errors import NotebookError
from devsession.render import counted
from devsession.secrets.files import write_atomically
from devsession.testing.notebooks.comparison import Rules, compare
from devsession.testing.notebooks.document import read_notebook
from devsession.testing.notebooks.hiding import WIDGETS, hide_in_sources, hide_secrets, without_secrets
from devsession.testing.notebooks.kernel import kernel_place, running_kernel
from devsession.testing.notebooks.parameters import Injected, ParameterSet, inject
from devsession.testing.notebooks.report import NotebookReport, Ran, cell_reports, headline
from devsession.testing.notebooks.running import (
    Execution,
    Limits,
    execute,
    forget_outputs,
    runs,
)
from devsession.testing.notebooks.update import rewritten, updated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from nbformat import NotebookNode

    from devsession.secrets.redact import Redactor
    from devsession.testing.notebooks.comparison_report import NotebookComparison

_OTHERS = "its outputs are stored for other parameters, and were not compared"
_KEPT_MODE = 0o600
_NEW_MODE = 0o644
_UNFIT = re.compile(r"[^\w.-]+")


class Home(Protocol):
    """What a notebook's workspace knows."""

    def redactor(self, notebook: Path) -> Redactor:
        """Knows every secret that the notebook may put out, those made while it ran too."""
        ...

    def kept(self, notebook: Path) -> Path:
        """A folder for executed notebooks, which no version control takes; it is made."""
        ...


class Watcher(Protocol):
    """Is told how far replays are, from one thread."""

    def began(self, name: str, number: int, cells: int) -> None:
        """A cell of a notebook begins, of so many."""
        ...


@dataclass(frozen=True)
class Settings:
    """How notebooks are replayed.

    live: the network is open and nothing comes from the tape. update: outputs that differ are
    stored anew. environment: what kernels have beside ours.
    """

    rules: Rules = field(default_factory=Rules)
    limits: Limits = field(default_factory=Limits)
    live: bool = False
    update: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


class Task(NamedTuple):
    """One run of a notebook with one set of parameters."""

    path: Path
    parameters: ParameterSet = ParameterSet()

    @property
    def name(self) -> str:
        """The file and, where it has one, the name of the set."""
        shown = self.path.as_posix()
        return f"{shown} [{self.parameters.name}]" if self.parameters.name else shown


async def replay(
    task: Task,
    settings: Settings,
    home: Home,
    turn: AbstractAsyncContextManager[Any],
    watcher: Watcher | None = None,
) -> NotebookReport:
    """Run a notebook in a kernel of its own; whatever goes wrong is in its report.

    turn: entered while its cells run; its kernel is started before.
    """
    start = monotonic()
    try:
        report = await _replayed(task, settings, home, turn, watcher)
    except NotebookError as error:
        return NotebookReport(task.path, task.name, problem=str(error))
    return replace(report, seconds=monotonic() - start)


async def _replayed(
    task: Task,
    settings: Settings,
    home: Home,
    turn: AbstractAsyncContextManager[Any],
    watcher: Watcher | None,
) -> NotebookReport:
    text, stored = read_notebook(task.path)
    injected = inject(stored, task.parameters.values, where=task.name)
    notebook = injected.notebook
    forget_outputs(notebook)

    def began(number: int) -> None:
        if watcher is not None:
            watcher.began(task.name, number, len(notebook.cells))

    def reported(done: Execution) -> NotebookReport:
        return _reported(task, settings, home, (text, stored), injected, done)

    if not any(map(runs, notebook.cells)):
        return reported(Execution())
    place = kernel_place(stored, task.path, live=settings.live, environment=settings.environment)
    report = None
    try:
        async with running_kernel(place) as kernel, turn:
            report = reported(await execute(notebook, kernel, settings.limits, began=began))
    except asyncio.CancelledError:
        if report is None:
            raise  # else it was done, and its kernel is killed all the same
    return report


def _reported(
    task: Task,
    settings: Settings,
    home: Home,
    read: tuple[str, NotebookNode],
    injected: Injected,
    done: Execution,
) -> NotebookReport:
    """What came of a run. read: the notebook's file, as text and as notebook."""
    (text, stored), notebook = read, injected.notebook
    redactor = home.redactor(task.path)
    secrets = hide_secrets(notebook, redactor)
    sources = hide_in_sources(stored, redactor), hide_in_sources(notebook, redactor)
    ran = _ran(*sources, injected, done, secrets, settings)
    if ran.comparison is None or ran.comparison:
        report = _report(task, injected, ran)
    else:  # what is stored is shown as well
        ran = _ran(without_secrets(stored, redactor), sources[1], injected, done, secrets, settings)
        report = _report(task, injected, ran)
    if report:
        return report
    if settings.update and ran.comparison is not None and not (ran.stop or secrets):
        return _stored(report, text, stored, ran.notebook, ran.comparison)
    return replace(report, kept=_kept(task, without_secrets(notebook, redactor), home))


def _report(task: Task, injected: Injected, ran: Ran) -> NotebookReport:
    cells, compared = cell_reports(ran), ran.comparison
    return NotebookReport(
        task.path,
        task.name,
        cells,
        headline(ran, cells),
        problem=_in_widgets(ran.secrets),
        notes=(*injected.notes, *(compared.notes if compared is not None else [_OTHERS])),
        empty=bool(cells) and compared is not None and not (compared.compared or compared.lax),
    )


def _ran(
    stored: NotebookNode,
    executed: NotebookNode,
    injected: Injected,
    done: Execution,
    secrets: Mapping[int, tuple[str, ...]],
    settings: Settings,
) -> Ran:
    """What is told of a run: cells are counted as in the file, without the one that was injected."""
    added = injected.added
    own = executed
    if added is not None:
        own = executed.copy()
        own.cells = [*executed.cells[:added], *executed.cells[added + 1 :]]

    def number_of(number: int) -> int:
        return number if added is None or number <= added else number - 1

    comparison = compare(stored, own, settings.rules) if injected.usual else None
    stop = done.stop and replace(done.stop, number=number_of(done.stop.number))
    seconds = {number_of(number): took for number, took in done.seconds.items()}
    return Ran(own, comparison, stop, seconds, {number_of(n): names for n, names in secrets.items()})


def _in_widgets(secrets: Mapping[int, tuple[str, ...]]) -> str:
    names = ", ".join(secrets.get(WIDGETS, ()))
    return f"the state of its widgets holds the secret {names}, which is not shown" if names else ""


def _stored(
    report: NotebookReport,
    text: str,
    stored: NotebookNode,
    executed: NotebookNode,
    comparison: NotebookComparison,
) -> NotebookReport:
    """Store what came anew, in one step; what is not different stays byte for byte.

    Raises: NotebookError when somebody has saved the notebook meanwhile.
    """
    path = report.path
    if read_notebook(path).text != text:
        raise NotebookError(
            "The notebook was saved by somebody else while it ran; nothing was stored",
            where=str(path),
            next_step="the same command again",
        )
    notebook, changed = updated(stored, executed, comparison)
    write_atomically(path, rewritten(text, notebook).encode(), mode=_NEW_MODE)
    told = f"{counted(len(changed), 'cell')} stored anew"
    return replace(report, cells=(), headline=told, empty=False, changes=tuple(map(str, changed)))


def _kept(task: Task, executed: NotebookNode, home: Home) -> Path:
    """Where the executed notebook lies now, to be opened; it holds no secret."""
    import nbformat

    stem = f"{task.path.stem}-{task.parameters.name}" if task.parameters.name else task.path.stem
    path = home.kept(task.path) / f"{_UNFIT.sub('-', stem)}.ipynb"
    write_atomically(path, nbformat.writes(executed).encode(), mode=_KEPT_MODE)
    return path
