"""One batch of records on its way through an author's function, and the outcomes that come of it."""

from __future__ import annotations

import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pandas import DataFrame, Series, concat

from devsession.errors import DevsessionError, RecordingError
from devsession.plugin.managed import enqueued
from devsession.plugin.outbound import all_outcomes
from devsession.plugin.outcome_rules import check_batch
from devsession.plugin.outcome_table import OutcomeTable, as_text
from devsession.plugin.outcomes import (
    APP_IDENTIFIER,
    IDENTIFIER,
    OUTCOME_COLUMNS,
    RESULT,
    SUCCESS,
    frame_of,
)
from devsession.render import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from devsession.plugin.frame_argument import FrameCall

_LONGEST_MESSAGE = 2_000
_OPTIONAL = (APP_IDENTIFIER,)


class Columns(NamedTuple):
    """Outcomes as lists, one for each of `OUTCOME_COLUMNS`."""

    identifiers: list[Any]
    success: list[Any]
    app_identifiers: list[Any]
    results: list[Any]


class Fault(NamedTuple):
    """Why a batch failed: in short, what was raised (redacted), and the author's line."""

    what: str
    said: str = ""
    where: str = ""


class Answer(NamedTuple):
    """What came of one batch: an outcome for each of its rows; `fault` when all failed for one."""

    batch: Batch
    outcomes: Columns
    fault: Fault | None = None


class Batch(NamedTuple):
    """Rows of a frame. number, first: counted from 1, over all frames of a call.

    own: the outcomes that the function has enqueued by itself.
    """

    number: int
    first: int
    frame: DataFrame
    identifiers: Any  # an array of numpy or pandas
    own: list[DataFrame]

    @property
    def name(self) -> str:
        """How errors call it."""
        last = self.first + len(self.frame) - 1
        return f"batch {self.number:,} (rows {self.first:,} to {last:,})"

    def answered(self, call: FrameCall, redact: Callable[[str], str]) -> Answer:
        """Call the function; whatever it raises or returns, each row has one outcome then.

        What it enqueued by itself counts like what it returned, and stays when it fails after that.

        Raises: KeyboardInterrupt; RecordingError: that nothing was recorded is no outcome.
        """
        own = self.own
        enqueued.set(own)
        identifiers = self.identifiers.tolist()
        try:
            returned = frame_of(call.on(self.frame))
            if own and (returned is None or isinstance(returned, DataFrame)):
                returned = all_outcomes(returned, _last_of(own))
            return Answer(self, self._read(returned, identifiers))
        except (KeyboardInterrupt, RecordingError):
            raise
        except _UnusableError as error:
            fault = Fault(str(error))
        except BaseException as error:  # noqa: BLE001 - whatever the author's code raises
            fault = _fault_of(error, call.function)
        fault = Fault(*map(redact, fault))
        return Answer(self, self._failed(fault, identifiers), fault)

    def late(self, limit: str) -> Answer:
        """It hangs, and is not waited for any more: what it has not enqueued by now fails."""
        fault = Fault(f"no answer within the run's time limit of {limit}")
        return Answer(self, self._failed(fault, self.identifiers.tolist()), fault)

    def _read(self, outcomes: object, identifiers: list[Any]) -> Columns:
        if not isinstance(outcomes, DataFrame):
            given = "None" if outcomes is None else type(outcomes).__name__
            raise _UnusableError(f"{given} was returned instead of outcomes")
        table = OutcomeTable(outcomes)
        places = [table.places(name) for name in OUTCOME_COLUMNS]
        if any(
            len(found) > 1 or not (found or name in _OPTIONAL)
            for name, found in zip(OUTCOME_COLUMNS, places, strict=True)
        ):
            raise self._unusable(outcomes)
        columns = Columns(
            *(
                outcomes[name].tolist() if found else [None] * len(outcomes)
                for name, found in zip(OUTCOME_COLUMNS, places, strict=True)
            )
        )
        if _equal(columns.identifiers, identifiers):
            # True and 1 are equal, and not the same record.
            columns = columns._replace(identifiers=identifiers)
        elif _counted(table.identifiers) != _counted(as_text(Series(self.identifiers))):
            raise self._unusable(outcomes)
        return self._decided(columns)

    def _decided(self, columns: Columns) -> Columns:
        """The same with a failure for each row that does not say whether it succeeded."""
        if all(type(success) is bool for success in columns.success):
            return columns
        undecided = f"{self.name}: SUCCESS is neither True nor False"
        results = list(columns.results)
        for place, success in enumerate(columns.success):
            if not isinstance(success, (bool, np.bool_)):
                results[place] = {"error": undecided}
        decided = [isinstance(each, (bool, np.bool_)) and bool(each) for each in columns.success]
        return columns._replace(success=decided, results=results)

    def _unusable(self, outcomes: DataFrame) -> _UnusableError:
        findings = check_batch(outcomes, Series(self.identifiers)).findings
        told = "; ".join(f"{each.rule} {each.text}" for each in findings)
        return _UnusableError(told or "the outcomes are not those of its records")

    def _failed(self, fault: Fault, identifiers: list[Any]) -> Columns:
        message = shortened(
            ": ".join(filter(None, [self.name, fault.what, fault.said])), _LONGEST_MESSAGE
        )
        failed = Columns(
            identifiers,
            [False] * len(identifiers),
            [None] * len(identifiers),
            [{"error": message} for _ in identifiers],
        )
        if self.own:
            known = _last_of(list(self.own)).set_index(IDENTIFIER)
            for place, text in enumerate(as_text(Series(self.identifiers)).to_pylist()):
                if text in known.index:
                    outcome = known.loc[text]
                    failed.success[place] = bool(outcome[SUCCESS])
                    failed.app_identifiers[place] = outcome[APP_IDENTIFIER]
                    failed.results[place] = outcome[RESULT]
        return failed


class _UnusableError(Exception):
    """What a function returned says nothing of its batch; the text tells why."""


def outcome_frame(answers: Iterable[Columns]) -> DataFrame:
    """Outcomes as `Outcomes.to_frame` gives them."""
    joined = Columns([], [], [], [])
    for answer in answers:
        for column, values in zip(joined, answer, strict=True):
            column.extend(values)
    return DataFrame(
        {
            name: Series(values, dtype=bool if name == SUCCESS else object)
            for name, values in zip(OUTCOME_COLUMNS, joined, strict=True)
        }
    )


def _last_of(own: list[DataFrame]) -> DataFrame:
    return concat(own, ignore_index=True).drop_duplicates(IDENTIFIER, keep="last")


def _equal(one: list[Any], other: list[Any]) -> bool:
    try:
        return one == other
    except Exception:  # noqa: BLE001 - values of an author's frame, which may compare as they like
        return False


def _counted(texts: Any) -> Counter[str | None]:
    return Counter(texts.to_pylist())


def _fault_of(error: BaseException, function: Callable[..., object]) -> Fault:
    frames = traceback.extract_tb(error.__traceback__)
    own = getattr(sys.modules.get(getattr(function, "__module__", "")), "__file__", None)
    ours = [frame for frame in frames if frame.filename == own] or frames
    line = ours[-1]
    where = f"{Path(line.filename).name}, line {line.lineno}, in {line.name}"
    try:
        said = error.what if isinstance(error, DevsessionError) else str(error)
    except Exception:  # noqa: BLE001 - an author's __str__ may raise anything
        said = ""
    return Fault(type(error).__name__, said, where)
