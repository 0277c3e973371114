"""Counts, and how large bulks are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.openmetadata import Tally
from devsession.openmetadata.rest.batch_size import BatchSize

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def tally() -> Tally:
    tally = Tally()
    tally.add("table", "scanned", 1_200)
    tally.add("table", "created", 1_197)
    tally.add("table", "failed", 2)
    tally.add("table", "not sent")
    tally.filter("databaseSchema")
    return tally


def test_counts_as_text_and_for_programs(tally: Tally, snapshot: SnapshotAssertion) -> None:
    assert str(tally) == snapshot
    assert tally.to_dict() == snapshot
    assert str(Tally()) == snapshot


def test_counts_as_html_and_as_a_frame(tally: Tally) -> None:
    frame = tally.to_frame().set_index("kind")

    assert frame.loc["table", "failed"] == 2
    assert "3 of 1,201 did not reach the catalog" in tally._repr_html_()

    stopped = Tally()
    stopped.add("table", "scanned", 46)
    stopped.add("table", "not sent", 46)
    assert str(stopped).startswith("46 of 46 not sent: the run ended before")
    assert list(Tally().to_frame().columns) == ["kind", *tally.of("table")]


@pytest.mark.parametrize(("what", "state"), [("created", "partialSuccess"), ("scanned", "failed")])
def test_any_loss_is_no_success(what: str, state: str) -> None:
    tally = Tally()
    assert (tally.ok, tally.state) == (True, "success")

    tally.add("table", what)  # type: ignore[arg-type]
    tally.add("table", "failed")

    assert (tally.ok, tally.state) == (False, state)


def test_fast_answers_make_bulks_larger_up_to_the_most() -> None:
    size = BatchSize(100, 500)

    for _ in range(4):
        size.answered(size.entities, 0.1)

    assert size.entities == 500


def test_slow_answers_make_bulks_smaller_down_to_one() -> None:
    size = BatchSize(3, 1_000)

    for _ in range(4):
        size.answered(size.entities, 30)

    assert size.entities == 1


def test_what_was_too_large_once_is_never_tried_again() -> None:
    size = BatchSize(400, 1_000)

    size.too_large(400)
    size.answered(200, 0.1)

    assert size.entities == 200
