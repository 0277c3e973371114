"""The sentences of generated features, for behave: `from devsession.testing.behave_steps import *`.

Each may stand under Given, When or Then, as features have them.
Source: sync contract, generated features.
"""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from behave import step

from devsession.errors import DevsessionError, ScenarioError
from devsession.testing.feature_files import find_file, named_file, read_frame
from devsession.testing.feature_properties import HEADINGS
from devsession.testing.feature_run import FeatureRun
from devsession.testing.feature_tables import frame_from_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame

_CHECKS = (
    "the response will be:",
    "the outbound response will match the records from",
    "no error will be raised",
)
_RUN = "devsession_run"


def _sentence(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
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


def _run(context: Any) -> FeatureRun:
    if _RUN not in context:
        setattr(context, _RUN, FeatureRun(Path(context.config.base_dir)))
        context.add_cleanup(getattr(context, _RUN).close)
    run: FeatureRun = getattr(context, _RUN)
    return run


def _frame(context: Any, file: str) -> DataFrame:
    return read_frame(named_file(_run(context).features, file))


def _rows(context: Any) -> list[list[str]]:
    """All rows of the step's table: behave takes the first for headings, ours may hold types."""
    if context.table is None:
        raise ScenarioError(
            "The step has no table",
            next_step="write it below the step: | .. | .. |",
        )
    return [list(context.table.headings), *(list(row.cells) for row in context.table)]


def _is_checked(context: Any) -> bool:
    """Whether a step after this one tells what differs; else this one has to."""
    return any(each.name.startswith(_CHECKS) for each in context.scenario.all_steps)


@_sentence("the following records:")
def _records(context: Any) -> None:
    _run(context).records = frame_from_rows(_rows(context))


@_sentence("we use the outbound source records from {file}")
def _records_file(context: Any, file: str) -> None:
    _run(context).records = _frame(context, file)


@_sentence("when matching requests, we ignore query parameters {params}")
def _ignore(context: Any, params: str) -> None:
    _run(context).ignored += [name.strip() for name in params.split(",") if name.strip()]


@_sentence("we use the HTTP recordings from {file}")
def _cassette(context: Any, file: str) -> None:
    run = _run(context)
    run.cassette = named_file(run.features, file)


@_sentence("we attach a Snowpark session to the sync request")
def _session(context: Any) -> None:
    _run(context).attaches_session = True


@_sentence("the plugin sources outbound records directly from a real table")
def _table(context: Any) -> None:
    _run(context).sources_table = True


@_sentence("we use the {name} class from the {module} module")
def _plugin(context: Any, name: str, module: str) -> None:
    _run(context).use_plugin(module, name)


@_sentence("we perform an outbound sync with configuration parameters:")
def _perform(context: Any) -> None:
    headings, *rows = _rows(context)
    if tuple(headings) != HEADINGS:
        raise ScenarioError(
            f"The table of parameters begins with {' | '.join(headings)}",
            next_step=f"begin it with {' | '.join(HEADINGS)}",
        )
    run = _run(context)
    run.perform(dict(rows))
    if not _is_checked(context):
        run.check()


@_sentence("the response will be:")
def _response(context: Any) -> None:
    _run(context).check(frame_from_rows(_rows(context)))


@_sentence("the outbound response will match the records from {file}")
def _response_file(context: Any, file: str) -> None:
    _run(context).check(_frame(context, file))


@_sentence("we use the recorded results from {file}")
def _results_file(context: Any, file: str) -> None:
    # Features name one that was never written, and have the response in a table below.
    if find_file(_run(context).features, file) or not _is_checked(context):
        _run(context).check(_frame(context, file))


@_sentence("no error will be raised")
def _no_error(context: Any) -> None:
    _run(context).check()


@_sentence("the plugin returns inbound sync results directly to a real table")
def _results_table(context: Any) -> None:
    """Features say so of outbound syncs too, for which it means nothing."""


def _inbound(sentence: str) -> None:
    @_sentence(sentence)
    def not_yet(context: Any, **_: str) -> None:
        raise ScenarioError(
            f"devsession does not run inbound syncs yet: {sentence}",
            where=str(context.scenario.location),
            next_step="run this scenario with the tool that wrote it, or leave it out: "
            "behave --exclude, or a tag",
            step=sentence,
        )


for _each in (
    "the following streams state:",
    "we perform an inbound sync with configuration parameters:",
    "the response for the {stream} stream will be:",
    "we assert that the recorded results for the {stream} stream are correct",
    (
        "when indexed on the {field} RECORD_OBJECT field, "
        "we assert that the recorded results for the {stream} stream are correct"
    ),
    "we exclude the following fields from the inbound results for the {stream} stream: {fields}",
    "we exclude all inbound results where the field {field} has the value {value}",
):
    _inbound(_each)
