"""The notebooks of `devsession test`: its options, and the line that says how far it is."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from devsession.cli.run_progress import TerminalLine
from devsession.cli.verdict import Verdict
from devsession.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.cli.verdict import Kind, Tell
    from devsession.testing.notebooks.parameters import ParameterSet
    from devsession.testing.notebooks.replay import Settings, Task
    from devsession.testing.notebooks.report import NotebookReport

_WORDS = {"True": True, "False": False, "None": None}


@dataclass(frozen=True)
class NotebookOptions:
    """As they were typed."""

    workers: int = 1
    parameter: tuple[str, ...] = ()
    parameters: Path | None = None
    sanitize: tuple[Path, ...] = ()
    image_tolerance: float = 0.0
    cell_timeout: float = 300
    timeout: float = 1800
    lax: bool = False
    live: bool = False
    update: bool = False


def notebook_check(notebooks: list[Path], options: NotebookOptions) -> Kind:
    """Runs them; wrong options are refused before anything is run.

    Raises: UsageError.
    """
    from devsession.testing.notebooks.replay import Task

    settings, sets = _settings(options), _sets(options)
    tasks = [Task(path, each) for path in notebooks for each in sets]

    def run(tell: Tell) -> None:
        _run(tasks, settings, options.workers, tell)

    return run


def _run(tasks: list[Task], settings: Settings, workers: int, tell: Tell) -> None:
    from devsession.session.notebook_home import NotebookHome, fresh_warehouse
    from devsession.testing.notebooks.replays import run_notebooks

    with ExitStack() as stack:
        line = stack.enter_context(NotebookLine(len(tasks)))
        if not settings.live:
            fresh = stack.enter_context(fresh_warehouse())
            settings = replace(settings, environment=fresh)

        def told(report: NotebookReport) -> None:
            line.ended()
            tell(Verdict(bool(report), str(report), report.to_dict()))

        run_notebooks(tasks, settings, NotebookHome(), workers=workers, told=told, watcher=line)


def _settings(options: NotebookOptions) -> Settings:
    from devsession.session.notebook_home import SANDBOX_ADDRESS
    from devsession.testing.notebooks.comparison import Rules
    from devsession.testing.notebooks.replay import Settings
    from devsession.testing.notebooks.running import Limits
    from devsession.testing.notebooks.sanitize import read_sanitizer

    sanitizer = read_sanitizer(*options.sanitize).after(SANDBOX_ADDRESS)
    rules = Rules(sanitizer, image_tolerance=options.image_tolerance, lax=options.lax)
    limits = Limits(cell=options.cell_timeout, notebook=options.timeout)
    return Settings(rules, limits, live=options.live, update=options.update)


def _sets(options: NotebookOptions) -> tuple[ParameterSet, ...]:
    """Those of the file, each with what was typed, which counts more."""
    from devsession.testing.notebooks.parameters import ParameterSet, read_parameter_sets

    typed = dict(_typed(text) for text in options.parameter)
    sets = read_parameter_sets(options.parameters) if options.parameters else (ParameterSet(),)
    sets = tuple(ParameterSet({**each.values, **typed}, each.name) for each in sets)
    if options.update and any(each.values for each in sets):
        raise UsageError(
            "--update stores what a notebook puts out with the parameters that are in it",
            tried="--update with other parameters",
            next_step="change the defaults in the notebook, or leave one of the two out",
        )
    return sets


def _typed(text: str) -> tuple[str, Any]:
    name, given, value = text.partition("=")
    if not (given and name.isidentifier()):
        raise UsageError(
            f"A parameter is given as NAME=VALUE, and not {text!r}",
            next_step="-p region=eu; lists and mappings go into a file: --parameters FILE",
        )
    return name, _value(value)


def _value(text: str) -> Any:
    """As papermill's command line reads it: a number, True, False, None, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


class NotebookLine(TerminalLine):
    """Looks on at replays: how many notebooks are done, and at which cells the others are."""

    def __init__(self, notebooks: int) -> None:
        super().__init__(first="starting kernels", wanted=True, console=None)
        self._notebooks = notebooks
        self._ended = 0

    def began(self, name: str, number: int, cells: int) -> None:
        """A cell begins."""
        self._tell(f", {name} cell {number} of {cells}")

    def ended(self) -> None:
        """A notebook's report is there."""
        self._ended += 1
        self._tell("")

    def _tell(self, more: str) -> None:
        text = f"{self._ended} of {self._notebooks} notebooks{more}"
        self._progress.update(self._task, description=text)
