"""The sentences of generated features, for behave: `from devsession.testing.behave_steps import *`.

Each may stand under Given, When or Then, as features have them.
Source: sync contract, generated features.
"""

from __future__ import annotations

from typing import Any

from devsession.testing import behave_inbound_steps
from devsession.testing.behave_sentence import (
    frame_of,
    has_step,
    names_in,
    properties_of_table,
    rows_of,
    run_of,
    sentence,
)
from devsession.testing.feature_files import find_file, named_file
from devsession.testing.feature_tables import frame_from_rows

_CHECKS = (
    "the response will be:",
    "the outbound response will match the records from",
    "no error will be raised",
)


def _is_checked(context: Any) -> bool:
    """Whether a step after this one tells what differs; else this one has to."""
    return has_step(context, *_CHECKS)


@sentence("the following records:")
def _records(context: Any) -> None:
    run_of(context).records = frame_from_rows(rows_of(context))


@sentence("we use the outbound source records from {file}")
def _records_file(context: Any, file: str) -> None:
    run_of(context).records = frame_of(context, file)


@sentence("when matching requests, we ignore query parameters {params}")
def _ignore(context: Any, params: str) -> None:
    run_of(context).ignored += names_in(params)


@sentence("we use the HTTP recordings from {file}")
def _cassette(context: Any, file: str) -> None:
    run = run_of(context)
    run.cassette = named_file(run.features, file)


@sentence("we attach a Snowpark session to the sync request")
def _session(context: Any) -> None:
    run_of(context).attaches_session = True


@sentence("the plugin sources outbound records directly from a real table")
def _table(context: Any) -> None:
    run_of(context).sources_table = True


@sentence("we use the {name} class from the {module} module")
def _plugin(context: Any, name: str, module: str) -> None:
    run_of(context).use_plugin(module, name)


@sentence("we perform an outbound sync with configuration parameters:")
def _perform(context: Any) -> None:
    run = run_of(context)
    run.perform(properties_of_table(context))
    if not _is_checked(context):
        run.check()


@sentence("the response will be:")
def _response(context: Any) -> None:
    run_of(context).check_outcomes(frame_from_rows(rows_of(context)))


@sentence("the outbound response will match the records from {file}")
def _response_file(context: Any, file: str) -> None:
    run_of(context).check_outcomes(frame_of(context, file))


@sentence("we use the recorded results from {file}")
def _results_file(context: Any, file: str) -> None:
    if behave_inbound_steps.is_inbound(context):
        behave_inbound_steps.use_results(context, file)
        return
    # Features name one that was never written, and have the response in a table below.
    if find_file(run_of(context).features, file) or not _is_checked(context):
        run_of(context).check_outcomes(frame_of(context, file))


@sentence("no error will be raised")
def _no_error(context: Any) -> None:
    run_of(context).check()


@sentence("the plugin returns inbound sync results directly to a real table")
def _results_table(context: Any) -> None:
    # Features say so of outbound syncs too, for which it means nothing.
    run_of(context).returns_table = True
