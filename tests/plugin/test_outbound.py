"""The outbound request: records out, outcomes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from devsession.errors import OutcomesError, PluginRaisedError, UnknownNameError, UsageError
from devsession.plugin.outbound import (
    RECORD_COLUMNS,
    FrameRecords,
    OutboundSyncRequest,
    all_outcomes,
)
from devsession.plugin.outcomes import Outcomes
from devsession.plugin.strategies import SyncAction

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def three_records() -> FrameRecords:
    return FrameRecords(
        pd.DataFrame(
            {
                "IDENTIFIER": ["a", "c", "b"],
                "APP_IDENTIFIER": [None, None, "app-b"],
                "SYNC_ACTION": ["Create", "Create", "Update"],
                "TRANSFORMED_RECORD": ['{"n": 1}', {"n": 2}, '{"n": 3}'],
                "TRANSFORMED_RECORD_PREVIOUS": [None, None, '{"n": 0}'],
            }
        )
    )


@pytest.fixture
def request_for_three(three_records: FrameRecords) -> OutboundSyncRequest:
    return OutboundSyncRequest(three_records, batch_size=2)


def test_records_have_the_columns_of_the_contract_and_dicts(
    request_for_three: OutboundSyncRequest,
) -> None:
    records = request_for_three.get_records()

    assert tuple(records) == RECORD_COLUMNS
    assert records.iloc[2].to_dict() == {
        "IDENTIFIER": "b",
        "APP_IDENTIFIER": "app-b",
        "SYNC_ACTION": "Update",
        "TRANSFORMED_RECORD": {"n": 3},
        "TRANSFORMED_RECORD_PREVIOUS": {"n": 0},
        "RESULT": None,
    }


def test_what_the_app_does_not_know_yet_is_none(request_for_three: OutboundSyncRequest) -> None:
    records = request_for_three.get_records(["Create"])

    assert records["APP_IDENTIFIER"].tolist() == [None, None]


def test_batches_are_an_iterator_of_frames(request_for_three: OutboundSyncRequest) -> None:
    batches = request_for_three.get_records(batched=True)

    assert isinstance(batches, Iterator)
    assert [batch["IDENTIFIER"].tolist() for batch in batches] == [["a", "c"], ["b"]]


def test_batches_of_nothing_are_an_iterator_too() -> None:
    request = OutboundSyncRequest(FrameRecords(pd.DataFrame({"IDENTIFIER": []})))

    batches = request.get_records(batched=True)

    assert list(batches) == []
    assert tuple(request.get_records()) == RECORD_COLUMNS


@pytest.mark.parametrize("actions", [["Update"], [SyncAction.UPDATE], "Update"], ids=repr)
def test_records_are_chosen_by_action(
    request_for_three: OutboundSyncRequest, actions: list[str]
) -> None:
    assert request_for_three.get_records(actions)["IDENTIFIER"].tolist() == ["b"]


def test_no_action_chooses_nothing(request_for_three: OutboundSyncRequest) -> None:
    assert request_for_three.get_records([]).empty


def test_an_unknown_action_is_refused(
    request_for_three: OutboundSyncRequest, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UnknownNameError) as error:
        request_for_three.get_records(["Updated"])

    assert str(error.value) == snapshot


def test_an_action_of_the_plugin_is_known_when_it_is_named(three_records: FrameRecords) -> None:
    request = OutboundSyncRequest(three_records, actions=["Create", "Archive"])

    assert request.get_records(["Archive"]).empty


@pytest.mark.parametrize(
    ("direction", "identifiers"), [("desc", ["c", "b", "a"]), ("asc", ["a", "b", "c"])]
)
def test_records_are_sorted(
    request_for_three: OutboundSyncRequest, direction: str, identifiers: list[str]
) -> None:
    records = request_for_three.get_records(sort_column="IDENTIFIER", sort_direction=direction)

    assert records["IDENTIFIER"].tolist() == identifiers


def test_sorting_goes_across_batches(request_for_three: OutboundSyncRequest) -> None:
    batches = request_for_three.get_records(batched=True, sort_column="IDENTIFIER")

    assert [batch["IDENTIFIER"].tolist() for batch in batches] == [["c", "b"], ["a"]]


def test_an_unknown_sort_column_is_refused(
    request_for_three: OutboundSyncRequest, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UnknownNameError) as error:
        request_for_three.get_records(sort_column="IDENTIFER")

    assert str(error.value) == snapshot


def test_an_unknown_sort_direction_is_refused(
    request_for_three: OutboundSyncRequest, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        request_for_three.get_records(sort_column="IDENTIFIER", sort_direction="down")

    assert str(error.value) == snapshot


def test_outcomes_reach_the_store_in_the_form_that_is_stored(
    request_for_three: OutboundSyncRequest, three_records: FrameRecords
) -> None:
    outcomes = Outcomes()
    outcomes.ok(1, "app-1", status=201)
    outcomes.fail(2, "täken")

    request_for_three.enqueue_results(outcomes)

    assert three_records.outcomes.values.tolist() == [
        ["1", True, "app-1", '{"status": 201}'],
        ["2", False, None, '{"error": "t\\u00e4ken"}'],
    ]


def test_a_later_outcome_replaces_an_earlier_one(
    request_for_three: OutboundSyncRequest, three_records: FrameRecords
) -> None:
    refused, accepted = Outcomes(), Outcomes()
    refused.fail("a", "try later")
    accepted.ok("a", "app-a")

    request_for_three.enqueue_results(refused)
    request_for_three.enqueue_results(accepted)

    assert three_records.outcomes["SUCCESS"].tolist() == [True]


def test_what_can_be_stored_is_stored_before_the_rest_is_refused(
    request_for_three: OutboundSyncRequest,
    three_records: FrameRecords,
    snapshot: SnapshotAssertion,
) -> None:
    outcomes = pd.DataFrame(
        {
            "IDENTIFIER": ["a", None, "b", "c"],
            "SUCCESS": [True, True, "true", True],
            "RESULT": ["{}", "{}", "{}", "no json"],
        }
    )

    with pytest.raises(OutcomesError) as error:
        request_for_three.enqueue_results(outcomes)

    assert str(error.value) == snapshot
    assert three_records.outcomes.values.tolist() == [
        ["a", True, None, "{}"],
        ["c", True, None, "{}"],
    ]


@pytest.mark.parametrize(
    "outcomes", [None, pd.DataFrame({"identifier": ["a"]})], ids=["none", "wrong-columns"]
)
def test_what_is_not_outcomes_is_refused(
    request_for_three: OutboundSyncRequest,
    three_records: FrameRecords,
    outcomes: pd.DataFrame,
    snapshot: SnapshotAssertion,
) -> None:
    with pytest.raises(OutcomesError) as error:
        request_for_three.enqueue_results(outcomes)

    assert str(error.value) == snapshot
    assert three_records.outcomes.empty


@pytest.mark.parametrize("outcomes", [Outcomes(), pd.DataFrame()], ids=["outcomes", "frame"])
def test_an_empty_batch_of_outcomes_changes_nothing(
    request_for_three: OutboundSyncRequest,
    three_records: FrameRecords,
    outcomes: Outcomes | pd.DataFrame,
) -> None:
    request_for_three.enqueue_results(outcomes)

    assert three_records.outcomes.empty


def test_enqueued_outcomes_are_all_when_nothing_is_returned(
    request_for_three: OutboundSyncRequest, three_records: FrameRecords
) -> None:
    outcomes = Outcomes()
    outcomes.ok("a")
    request_for_three.enqueue_results(outcomes)

    assert all_outcomes(None, three_records.outcomes)["IDENTIFIER"].tolist() == ["a"]


def test_returned_outcomes_come_as_they_are() -> None:
    outcomes = Outcomes()
    outcomes.ok(1)

    assert all_outcomes(outcomes, FrameRecords(pd.DataFrame()).outcomes).equals(outcomes.to_frame())


def test_a_record_both_enqueued_and_returned_counts_as_returned() -> None:
    enqueued = pd.DataFrame(
        {"IDENTIFIER": ["1", "2"], "SUCCESS": True, "APP_IDENTIFIER": None, "RESULT": "{}"}
    )
    returned = Outcomes()
    returned.fail(2, "taken back")

    outcomes = all_outcomes(returned, enqueued)

    assert outcomes[["IDENTIFIER", "SUCCESS"]].values.tolist() == [["1", True], [2, False]]


def test_what_is_returned_must_be_outcomes(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(PluginRaisedError) as error:
        all_outcomes({"a": True}, pd.DataFrame())

    assert str(error.value) == snapshot
