"""What the sentences of generated features have in common: how each is a step of behave."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from behave import step

from devsession.errors import DevsessionError, ScenarioError
from devsession.testing.feature_files import named_file, read_frame
from devsession.testing.feature_properties import HEADINGS
from devsession.testing.feature_run import FeatureRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame

_RUN = "devsession_run"


def sentence(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A step whose errors are told by their text: behave shows a traceback of all others."""

    def register(does: Callable[..., None]) -> Callable[..., None]:
        @wraps(does)
        def telling(context: Any, **values: str) -> None:
            try:
                does(context, **values)
            except DevsessionError as error:
                raise AssertionError(str(error)) from None

        registered: Callable[..., None] = step(text)(telling)
        return registered

    return register


def run_of(context: Any) -> FeatureRun:
    """The run of the scenario whose steps are run."""
    if _RUN not in context:
        setattr(context, _RUN, FeatureRun(Path(context.config.base_dir)))
        context.add_cleanup(getattr(context, _RUN).close)
    run: FeatureRun = getattr(context, _RUN)
    return run


def frame_of(context: Any, file: str) -> DataFrame:
    """The rows of a file that a step names. Raises: ScenarioError."""
    return read_frame(named_file(run_of(context).features, file))


def rows_of(context: Any) -> list[list[str]]:
    """All rows of the step's table: behave takes the first for headings, ours may hold types."""
    if context.table is None:
        raise ScenarioError(
            "The step has no table",
            next_step="write it below the step: | .. | .. |",
        )
    return [list(context.table.headings), *(list(row.cells) for row in context.table)]


def properties_of_table(context: Any) -> dict[str, str]:
    """The table of parameters. Raises: ScenarioError."""
    headings, *rows = rows_of(context)
    if tuple(headings) != HEADINGS:
        raise ScenarioError(
            f"The table of parameters begins with {' | '.join(headings)}",
            next_step=f"begin it with {' | '.join(HEADINGS)}",
        )
    return dict(rows)


def names_in(text: str) -> list[str]:
    """The names of a step, which has commas between them."""
    return [name.strip() for name in text.split(",") if name.strip()]


def has_step(context: Any, *begins: str) -> bool:
    """Whether the scenario has a step that begins so."""
    return any(each.name.startswith(begins) for each in context.scenario.all_steps)
