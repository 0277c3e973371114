"""Managed outbound processing of frames of any kind: an outcome for each row, or our error."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from devsession.errors import DevsessionError
from devsession.plugin import OutboundSyncRequest, Outcomes, managed_outbound_processing
from devsession.plugin.outbound import FrameRecords
from devsession.plugin.outcome_rules import check_outcomes
from devsession.plugin.outcomes import OUTCOME_COLUMNS

_NAMES = (*OUTCOME_COLUMNS, "SYNC_ACTION", "success", 7)
_MOMENT = pd.Timestamp("2026-02-03 04:05:06")

TEXTS = ["1", "2", "", "é\n", "\ud800", "{}", '{"error": "taken"}', None]
OBJECTS = [*TEXTS, 1, 2.0, 1.5, True, float("nan"), pd.NA, pd.NaT, b"x", (1, 2), [3], {"a": {4}}]

# Of each dtype a column of five.
COLUMNS: dict[str, Any] = {
    "string": lambda pick: pd.Series(pick([t for t in TEXTS if t != "\ud800"]), dtype="string"),
    "arrow": lambda pick: pd.Series(
        pick([t for t in TEXTS if t != "\ud800"]), dtype=pd.ArrowDtype(pa.string())
    ),
    "categorical": lambda pick: pd.Series(pick(["1", "2", None]), dtype="category"),
    "integer": lambda pick: pd.Series(pick([1, 2, -1]), dtype="int64"),
    "nullable integer": lambda pick: pd.Series(pick([1, 2, None]), dtype="Int64"),
    "float": lambda pick: pd.Series(pick([1.0, 2.5, float("nan"), float("inf")]), dtype="float64"),
    "boolean": lambda pick: pd.Series(pick([True, False]), dtype="bool"),
    "nullable boolean": lambda pick: pd.Series(pick([True, False, None]), dtype="boolean"),
    "arrow boolean": lambda pick: pd.Series(
        pick([True, False, None]), dtype=pd.ArrowDtype(pa.bool_())
    ),
    "datetime": lambda pick: pd.Series(pick([_MOMENT, pd.NaT]), dtype="datetime64[ns]"),
    "datetime of a zone": lambda pick: pd.Series(
        pick([_MOMENT.tz_localize("UTC"), pd.NaT]), dtype="datetime64[us, UTC]"
    ),
    "timedelta": lambda pick: pd.Series(pick([pd.Timedelta(1), pd.NaT]), dtype="timedelta64[ns]"),
    "arrow list": lambda pick: pd.Series(
        pick([[1], [], None]), dtype=pd.ArrowDtype(pa.list_(pa.int64()))
    ),
    "object": lambda pick: pd.Series(pick(OBJECTS), dtype=object),
}
ROWS = 5


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """A frame of up to five rows, some of whose columns are those of outcomes."""

    def pick(values: list[Any]) -> list[Any]:
        return [values[draw(st.integers(0, len(values) - 1))] for _ in range(ROWS)]

    wanted = draw(st.lists(st.sampled_from(_NAMES), max_size=5))
    by_chance = draw(st.booleans())
    names: list[Any] = list(wanted if by_chance else OUTCOME_COLUMNS)
    kinds = [draw(st.sampled_from(list(COLUMNS))) for _ in names]
    frame = pd.concat([COLUMNS[kind](pick) for kind in kinds], axis=1) if names else pd.DataFrame()
    frame.columns = pd.Index(names, dtype=object)
    labelled = draw(st.booleans())
    if names and labelled:
        frame.index = draw(st.sampled_from(INDEXES))
    if names and draw(st.integers(0, 9)) == 0:
        frame.columns = pd.MultiIndex.from_product([["A"], names])
    return frame.head(draw(st.integers(0, ROWS)))


INDEXES = [
    pd.Index([1, 1, 2, 2, 3]),
    pd.date_range("2026-01-01", periods=ROWS),
    pd.MultiIndex.from_product([["a"], range(ROWS)]),
    pd.CategoricalIndex(list("aabbc")),
]


def told(given: Any) -> str:
    """An identifier as it compares, whatever it is: a NaN is not equal to itself."""
    return repr(given)


@given(frame=frames())
def test_any_frame_of_records_has_an_outcome_for_each_row(frame: pd.DataFrame) -> None:
    def send(batch: pd.DataFrame) -> Outcomes:
        outcomes = Outcomes(batch)
        for identifier in batch["IDENTIFIER"]:
            outcomes.ok(identifier)
        return outcomes

    try:
        outcomes = managed_outbound_processing(concurrency=2, batch_size=2)(send)(frame)
    except DevsessionError as error:
        assert list(frame.columns).count("IDENTIFIER") != 1
        assert "columns IDENTIFIER" in error.what  # noqa: PT017
        return

    assert list(map(told, outcomes["IDENTIFIER"])) == list(map(told, frame["IDENTIFIER"].tolist()))
    assert outcomes["SUCCESS"].all()


@given(answer=frames())
def test_any_frame_as_an_answer_is_an_outcome_for_each_row(answer: pd.DataFrame) -> None:
    records = pd.DataFrame({"IDENTIFIER": ["1", "2"], "SYNC_ACTION": ["Create", "Update"]})

    outcomes = managed_outbound_processing(concurrency=2, batch_size=2)(lambda _: answer)(records)

    assert sorted(outcomes["IDENTIFIER"].map(str).str.removesuffix(".0")) == ["1", "2"]
    assert outcomes["SUCCESS"].dtype == bool
    assert str(check_outcomes(outcomes, records, strategy="Upsert"))


@given(answers=st.lists(frames(), max_size=3))
def test_any_frames_that_are_enqueued_are_stored_or_told(answers: list[pd.DataFrame]) -> None:
    store = FrameRecords(pd.DataFrame({"IDENTIFIER": ["1", "2"]}))

    try:
        OutboundSyncRequest(store).enqueue_results(iter(answers))
    except DevsessionError as error:
        assert error.next_step  # noqa: PT017

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        assert store.outcomes["IDENTIFIER"].is_unique
