"""The sentences of generated features that are of inbound syncs.

Source: sync contract, generated features.
"""

from __future__ import annotations

from typing import Any

from devsession.testing.behave_sentence import (
    frame_of,
    has_step,
    names_in,
    properties_of_table,
    rows_of,
    run_of,
    sentence,
)
from devsession.testing.feature_files import find_file
from devsession.testing.feature_results import records_from
from devsession.testing.feature_streams import states_from
from devsession.testing.feature_tables import frame_from_rows

_PERFORM = "we perform an inbound sync with configuration parameters:"
_CORRECT = "we assert that the recorded results for the {stream} stream are correct"
_OF_FILE = ("we assert that the recorded results for the", "when indexed on the")
_CHECKS = ("the response for the", "no error will be raised", *_OF_FILE)


def is_inbound(context: Any) -> bool:
    """Whether the scenario is of an inbound sync."""
    return has_step(context, _PERFORM)


def use_results(context: Any, file: str) -> None:
    """Expect the records of a file, which only a scenario that looks at them has to have."""
    run = run_of(context)
    if find_file(run.features, file) or has_step(context, *_OF_FILE):
        run.streams.results = records_from(frame_of(context, file))
    if run.performed and not has_step(context, *_OF_FILE):
        run.check_streams(lambda streams: streams.all_differences())


@sentence("the following streams state:")
def _states(context: Any) -> None:
    run, states = run_of(context), states_from(rows_of(context))
    if run.performed:
        run.check_streams(lambda streams: streams.state_differences(states))
    else:
        run.streams.states.update(states)


@sentence(_PERFORM)
def _perform(context: Any) -> None:
    run = run_of(context)
    run.perform_inbound(properties_of_table(context))
    if run.streams.results is not None and not has_step(context, *_OF_FILE):
        run.check_streams(lambda streams: streams.all_differences())
    elif not has_step(context, *_CHECKS):
        run.check()


@sentence("the response for the {stream} stream will be:")
def _response(context: Any, stream: str) -> None:
    expected = records_from(frame_from_rows(rows_of(context)), stream=stream).get(stream, [])
    run_of(context).check_streams(lambda streams: streams.differences(stream, expected))


@sentence(_CORRECT)
def _correct(context: Any, stream: str) -> None:
    run_of(context).check_streams(lambda streams: streams.differences(stream))


@sentence("when indexed on the {field} RECORD_OBJECT field, " + _CORRECT)
def _correct_by(context: Any, field: str, stream: str) -> None:
    run_of(context).check_streams(lambda streams: streams.differences(stream, indexed=field))


@sentence(
    "we exclude the following fields from the inbound results for the {stream} stream: {fields}"
)
def _ignored(context: Any, stream: str, fields: str) -> None:
    run_of(context).streams.ignored.setdefault(stream, []).extend(names_in(fields))


@sentence("we exclude all inbound results where the field {field} has the value {value}")
def _left_out(context: Any, field: str, value: str) -> None:
    run_of(context).streams.left_out.append((field, value))
