"""What a scenario's reports say of the cells, of an app that was asked too fast, and of the tape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from devsession import Outcomes
from devsession.recording.exchange import Exchange
from devsession.session.run_findings import answered_by, asked_too_fast, differs_from_cells

if TYPE_CHECKING:
    from devsession.recording.recorder import Mode

SENDS = pd.DataFrame({"IDENTIFIER": ["1", "2", "3", "4"], "SYNC_ACTION": "Send"})
CREATES = SENDS.assign(SYNC_ACTION="Create")
TAPED = Exchange("POST", "http://sandbox.test/rows", status=200, from_tape=True)
CALLED = Exchange("POST", "http://sandbox.test/rows", status=400)
TOO_FAST = Exchange(
    "PUT",
    "http://chat.test/send",
    status=429,
    response_headers={"Retry-After": ["2"]},
    response_body=b'{"errcode": "M_LIMIT_EXCEEDED", "error": "Slow down"}',
)


def taken(*app_identifiers: str) -> Outcomes:
    outcomes = Outcomes()
    for identifier, app_identifier in enumerate(app_identifiers, start=1):
        outcomes.ok(identifier, app_identifier)
    return outcomes


def test_a_record_that_the_cells_made_already_comes_first_with_what_to_do() -> None:
    outcomes = taken("a", "b")
    outcomes.fail(3, "UNIQUE constraint failed")
    outcomes.fail(4, "no name")

    cells = taken("a", "b", "c")
    cells.fail(4, "no address")

    found = differs_from_cells(outcomes.to_frame(), cells.to_frame(), CREATES)

    assert found is not None
    assert found.rows == (
        "record 3: SUCCESS False, expected True, RESULT.error 'UNIQUE constraint failed', expected missing",
        "record 4: RESULT.error 'no name', expected 'no address'",
    )
    assert found.count == 2
    assert found.fix.startswith("the cells may have done it in the app already: undo it there")


@pytest.mark.parametrize("records", [SENDS, CREATES], ids=["sent", "created"])
def test_what_is_made_has_another_app_identifier_each_time(records: pd.DataFrame) -> None:
    cells = taken("$a", "$b", "$c").to_frame()

    assert differs_from_cells(taken("$x", "$y", "$z").to_frame(), cells, records) is None


def test_an_update_of_another_record_of_the_app_is_named() -> None:
    updates = SENDS.assign(SYNC_ACTION="Update")

    found = differs_from_cells(taken("$x").to_frame(), taken("$a").to_frame(), updates)

    assert found is not None
    assert found.rows == ("record 1: APP_IDENTIFIER '$x', expected '$a'",)


def test_a_record_that_was_refused_as_too_fast_is_named() -> None:
    outcomes = taken("$a")
    outcomes.fail(2, "Slow down")
    outcomes.fail(3, "unknown room")

    found = asked_too_fast(outcomes.to_frame(), [CALLED, TOO_FAST])

    assert found is not None
    assert found.text == "refused because the app was asked too fast (429): record 2"
    assert found.fix.endswith("which waits as long as Retry-After says (2)")


def test_a_429_that_was_sent_again_until_it_went_is_no_matter() -> None:
    assert asked_too_fast(taken("$a").to_frame(), [TOO_FAST, TAPED]) is None


@pytest.mark.parametrize(
    ("exchanges", "mode", "told"),
    [
        ([TAPED, TAPED], "reuse", "2 requests: 2 from the tape, 0 by the app"),
        ([TAPED, CALLED], "reuse", "2 requests: 1 from the tape, 1 by the app; the sync plans"),
        (
            [CALLED],
            "live",
            "1 request to the app; the sync plans these records again, unless complete(",
        ),
        ([], "live", ""),
    ],
)
def test_a_run_says_who_answered(exchanges: list[Exchange], mode: Mode, told: str) -> None:
    assert answered_by(exchanges, mode).startswith(told)


def test_a_run_offline_says_what_it_said_live() -> None:
    assert answered_by([TAPED], "offline") == answered_by([CALLED], "live")
