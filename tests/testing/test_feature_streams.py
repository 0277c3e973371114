"""What `sync_inbound` is called with, as the tables of a feature have it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pandas import DataFrame

from devsession.errors import ScenarioError
from devsession.recording.received import Received, ReceivedRecord, ReceivedStream
from devsession.recording.scenario import opened
from devsession.testing.feature_files import read_frame
from devsession.testing.feature_results import records_from, results_text, with_our_keys
from devsession.testing.feature_streams import (
    inbound_from,
    inbound_properties_of,
    rows_of_states,
    states_from,
)
from devsession.testing.scenarios import LoadedInbound, load
from tests.testing import inbound_kinds

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE, NOTES, *_ = (
    stream.model_dump(mode="json", exclude={"latest_state"}) for stream in inbound_kinds.streams()
)
BY_NAME = {"people": PEOPLE, "notes": NOTES}


@pytest.mark.parametrize(
    "streams",
    [
        BY_NAME,
        [PEOPLE, NOTES],
        {"include_new_streams": False, "included_streams": BY_NAME, "excluded_streams": []},
    ],
    ids=["by name", "a list", "as a sync has it"],
)
def test_streams_in_each_shape(streams: Any) -> None:
    given = inbound_from({"streams": json.dumps(streams)}, {"notes": {"cursor": 1}}, {})

    assert [stream.stream_name for stream in given.streams] == ["people", "notes"]
    assert [stream.latest_state for stream in given.streams] == [None, {"cursor": 1}]
    assert given.parameters.currently_selected_streams == ["people", "notes"]
    assert given.records is None


@pytest.mark.parametrize("streams", ["", "{}", "[]", "[1]", '{"people": {}}'])
def test_streams_that_cannot_be(streams: str) -> None:
    with pytest.raises(ScenarioError, match="The property 'streams' of the feature"):
        inbound_from({"streams": streams}, {}, {})


@pytest.mark.parametrize("selected", [["people", "notes", "labels", "empty"], ["people"], []])
def test_what_a_scenario_froze_is_read_back(tmp_path: Path, selected: list[str]) -> None:
    scenario = load(opened(inbound_kinds.recorded(inbound_kinds.Reader, tmp_path / "reads")))
    assert isinstance(scenario, LoadedInbound)
    frozen = scenario.frozen
    parameters = frozen.parameters.model_copy(update={"currently_selected_streams": selected})
    frozen = frozen.model_copy(update={"parameters": parameters})

    _, *rows = inbound_properties_of(frozen)
    states = {stream.stream_name: stream.latest_state for stream in frozen.streams}
    given = inbound_from(dict(rows), states, {})

    assert given.streams == frozen.streams
    assert given.parameters == frozen.replayed_parameters()
    assert given.parameters.secret("api_key") == frozen.replayed_parameters().secret("api_key")
    assert given.records == 100


@pytest.mark.parametrize("heads", [[], [["Stream", "Value"]], [["str", "object"], ["A", "B"]]])
def test_states_below_any_headings(heads: list[list[str]]) -> None:
    states = {"people": {"at": "2026|", "$type": "date"}, "notes": None}
    _, *rows = rows_of_states(states)

    assert states_from([*heads, *rows, ["labels", "None"]]) == {**states, "labels": None}


HOSTILE = [
    ReceivedRecord("1", {"id": 1, "text": 'a|b\\|c "\n\u2028\\'}),
    ReceivedRecord('"1"', {"id": "1", "$type": "decimal", "value": "1"}),
    ReceivedRecord("a|b\\", {"id": "a|b\\", "none": None, "float": 1.5}, deleted=True),
    ReceivedRecord('["a","\\"|\\\\"]', {}),
    ReceivedRecord("null", {"id": "null"}),
    ReceivedRecord(" 東京\n", {"id": " 東京\n"}),
    ReceivedRecord(None, {"id": {"nested": [[], {}, True]}}),
]


@pytest.mark.parametrize("name", ["people", "a|b", '"', "str", "None", " "])
def test_records_are_read_back_as_they_were(tmp_path: Path, name: str) -> None:
    file = tmp_path / "results.csv"
    text = results_text(Received({name: ReceivedStream([*HOSTILE])}))
    file.write_text(text, encoding="utf-8", newline="")

    assert records_from(read_frame(file)) == {name: HOSTILE}


def test_keys_that_were_glued_have_our_names() -> None:
    key = (("board",), ("id",))
    records = [
        ReceivedRecord("a_1", {"board": "a", "id": 1}),
        ReceivedRecord('["b",1]', {"board": "b", "id": 1}),
        ReceivedRecord("c_1", {"board": "x", "id": 1}),
    ]

    names = [each.key for each in with_our_keys(records, key)]

    assert names == ['["a",1]', '["b",1]', "c_1"]
    assert with_our_keys(records, ()) == records


def test_records_of_other_files() -> None:
    frame = DataFrame(
        {
            "APP_IDENTIFIER": [7, None],
            "STREAM_NAME": ["people", "labels"],
            "RECORD_DATA": ['{"id": 7}', {"text": "x"}],
        },
        dtype=object,
    )

    found = records_from(frame)

    assert found["people"] == [ReceivedRecord("7", {"id": 7})]
    assert found["labels"] == [ReceivedRecord(None, {"text": "x"})]
