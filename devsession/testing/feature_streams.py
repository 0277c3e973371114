"""The streams of a feature: what `sync_inbound` is called with, and the states before and after.

Source: sync contract, generated features and inbound.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import DefinitionError, ScenarioError, did_you_mean
from devsession.plugin.parameters import InboundSyncConfigurationParameters
from devsession.plugin.streams import StoredStreamConfiguration
from devsession.recording.frozen import json_line
from devsession.testing.feature_properties import (
    RECORDS,
    SELECTED,
    STREAMS,
    naming_the_property,
    read_properties,
    values_of_both,
    written_of_both,
    written_properties,
)
from devsession.testing.feature_values import wrong_property

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.recording.scenario_input import InboundScenarioInput

State = dict[str, Any] | None
_STATE_HEADINGS = ["Stream", "State"]
_NO_STATE = {"", "None", "null"}
_MOST_HEADS = 2  # a row of types, and the headings


@dataclass(frozen=True)
class InboundGiven:
    """What `sync_inbound` is called with. records: how many are asked for; None for all."""

    parameters: InboundSyncConfigurationParameters
    streams: list[StoredStreamConfiguration]
    records: int | None = None


def inbound_from(
    properties: Mapping[str, str], states: Mapping[str, State], environ: Mapping[str, str]
) -> InboundGiven:
    """What the table of parameters and that of states give, secrets included.

    The property `streams` has the stored configuration of each stream: by name, in a list, or as a
    sync has it. `records`, which only features of ours have, is how many are asked for.

    Raises: ScenarioError that names the property, or a state of no stream.
    """
    content = read_properties(properties, environ)
    found = {stream.stream_name: stream for stream in _streams(content.get(STREAMS))}
    for name in states:
        if name not in found:
            raise ScenarioError(
                f"There is a state of the stream {name!r}, which the sync does not read",
                tried=did_you_mean(name, found),
                next_step=f"mend the table of states, or the property {STREAMS!r}",
                stream=name,
            )
    records = content.get(RECORDS)
    if records is not None and (type(records) is not int or records < 1):
        raise wrong_property(RECORDS, "it is no number from 1 on")
    with naming_the_property():
        parameters = InboundSyncConfigurationParameters(
            **{**values_of_both(content), SELECTED: content.get(SELECTED, list(found))}
        )
    streams = [
        stream.model_copy(update={"latest_state": states[name]}) if name in states else stream
        for name, stream in found.items()
    ]
    return InboundGiven(parameters, streams, records)


def inbound_properties_of(frozen: InboundScenarioInput) -> list[list[str]]:
    """The rows of the table for a frozen scenario; the states stand in a table of their own."""
    streams = {
        stream.stream_name: stream.model_dump(mode="json", exclude={"latest_state"})
        for stream in frozen.streams
    }
    selected = frozen.parameters.currently_selected_streams
    return written_properties(
        {
            **written_of_both(frozen.parameters, frozen.secrets),
            STREAMS: streams,
            **({} if selected == list(streams) else {SELECTED: selected}),
            RECORDS: frozen.records,
        }
    )


def states_from(rows: Sequence[Sequence[str]]) -> dict[str, State]:
    """The states of a table: a stream and its state as JSON in each row, below the headings.

    Raises: ScenarioError for a row without a state.
    """
    content = list(rows)
    for _ in range(_MOST_HEADS):
        if content and not _is_state(content[0]):
            content = content[1:]
    for number, row in enumerate(content, 1):
        if not _is_state(row):
            raise ScenarioError(
                "A table of states cannot be read",
                tried=f"row {number} is not a stream and its state",
                next_step=f"mend it: | {' | '.join(_STATE_HEADINGS)} |, a state is a JSON object",
            )
    return {name: None if cell in _NO_STATE else json.loads(cell) for name, cell in content}


def rows_of_states(states: Mapping[str, State]) -> list[list[str]]:
    """The rows of such a table."""
    return [_STATE_HEADINGS, *([name, json_line(state)] for name, state in states.items())]


def _is_state(row: Sequence[str]) -> bool:
    if len(row) != len(_STATE_HEADINGS):
        return False
    if row[1] in _NO_STATE:
        return True
    try:
        return isinstance(json.loads(row[1]), dict)
    except ValueError:
        return False


def _streams(value: Any) -> list[StoredStreamConfiguration]:
    if isinstance(value, dict):
        included = value.get("included_streams", value)
        value = list(included.values()) if isinstance(included, dict) else included
    if not isinstance(value, list) or not value:
        raise wrong_property(STREAMS, "it names no stream: name -> its stored configuration")
    streams = []
    for number, each in enumerate(value, 1):
        if not isinstance(each, dict):
            raise wrong_property(STREAMS, f"stream {number} is no object")
        try:
            streams.append(StoredStreamConfiguration(**each))
        except DefinitionError as error:
            problem = error.tried.partition("\n")[0]
            raise wrong_property(STREAMS, f"stream {number}: {problem}") from None
    return streams
