"""Managed outbound processing: an author's function called side by side on small parts of a frame."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.errors import DefinitionError, PluginRaisedError, UsageError
from devsession.http.deadline import current_deadline
from devsession.plugin import managed
from devsession.plugin.definition import author_line
from devsession.plugin.frame_argument import frame_call
from devsession.plugin.parallel import Parallel

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame

    from devsession.plugin.batch import Answer, Batch, Fault
    from devsession.plugin.frame_argument import FrameCall
    from devsession.plugin.outcomes import Outcomes

__all__ = ["BatchesInterrupted", "OutcomeBatches", "managed_outbound_processing"]


class BatchesInterrupted(KeyboardInterrupt):
    """Ctrl-C during managed processing; `outcomes` has those of the batches that were done."""

    def __init__(self, outcomes: DataFrame) -> None:
        super().__init__(f"{len(outcomes):,} outcomes until then")
        self.outcomes = outcomes


class _Settings(NamedTuple):
    concurrency: int
    batch_size: int
    fail_fast: bool


def managed_outbound_processing(
    concurrency: int | None = None, batch_size: int | None = None, *, fail_fast: bool = False
) -> Callable[[Callable[..., Outcomes | DataFrame | None]], Callable[..., Any]]:
    """Let a function that takes a frame of records be called on batches of it, side by side.

    The function takes a frame of at most `batch_size` rows, beside whatever else, and returns one
    outcome for each: Outcomes or a DataFrame. It may enqueue them instead, on the request.
    concurrency: batches at a time, each in a thread with the caller's context variables; one where
    they are short and wait for nothing, as threads only hinder each other there.

    Called with a frame, one of any size with a column IDENTIFIER, it gives a frame of outcomes, one
    for each row. Called with an iterator of frames it gives an iterator of such frames, each of the
    batches done by then, for `request.enqueue_results`: few batches are in memory then.

    A batch fails alone: when it raises (SystemExit too), returns no outcomes, or not one for each
    of its rows, these fail with a message that names the batch. When the deadline has passed, and
    on Ctrl-C, no batch begins any more, and rows of those that have not begun have no outcome. A
    batch that hangs is given up soon after the deadline, and its rows fail.
    fail_fast: stop at the first batch that fails, and raise when those in flight are done.

    Raises:
        DefinitionError: concurrency or batch_size is no whole number from 1 on, or what is
            decorated is no plain function.
        UsageError: from the function: no frame was given, or one without an IDENTIFIER column.
        PluginRaisedError: from the function: a batch failed, under `fail_fast`.
        BatchesInterrupted: from the function: Ctrl-C.
    Source: sync contract, managed processing; creating-plugins guide, step 8.
    """
    if callable(concurrency):
        raise _wrong("it stands without its arguments")
    settings = _Settings(
        _count("concurrency", concurrency), _count("batch_size", batch_size), bool(fail_fast)
    )

    def decorate(function: Callable[..., Outcomes | DataFrame | None]) -> Callable[..., Any]:
        if not callable(function):
            raise _wrong(f"it stands over a {type(function).__name__}, which is no function")
        if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
            raise _wrong("it stands over a function with async or yield: it is to return outcomes")

        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> DataFrame | OutcomeBatches:
            call = frame_call(function, args, kwargs)
            if isinstance(call.given, Iterator):
                return OutcomeBatches(_Answers(call, call.given, settings))
            return _joined(_Answers(call, iter([call.given]), settings))

        return called

    return decorate


class OutcomeBatches:
    """The outcomes of a call on many frames, an iterator of frames: of all batches done by then."""

    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._open = managed.current().open
        self._open.append(self)

    def __iter__(self) -> Iterator[DataFrame]:
        return self

    def __next__(self) -> DataFrame:
        try:
            return _frame([next(self._answers), *self._answers.taken()])
        except StopIteration:
            if self in self._open:
                self._open.remove(self)
            raise

    def rest(self) -> Iterator[DataFrame]:
        """The outcomes of batches in flight. No other begins, and no error is raised at the end."""
        self._answers.rest()
        return self


class _Answers:
    """What came of each batch, an iterator."""

    def __init__(self, call: FrameCall, frames: Iterator[DataFrame], settings: _Settings) -> None:
        redact, limit = managed.current().redact, current_deadline().limit
        self._call = call
        self._fail_fast = settings.fail_fast
        self._parallel: Parallel[Batch, Answer] = Parallel(
            lambda batch: self._ended(batch.answered(call, redact)),
            _cut(frames, settings.batch_size, call.name),
            concurrency=settings.concurrency,
            late=lambda batch: batch.late(limit),
            name=call.name,
        )

    def __iter__(self) -> Iterator[Answer]:
        return self

    def __next__(self) -> Answer:
        return self._looked_at(next(self._parallel))

    def taken(self) -> list[Answer]:
        """Those that are there already."""
        return [self._looked_at(answer) for answer in self._parallel.taken()]

    def _ended(self, answer: Answer) -> Answer:
        """In a worker, when the function has returned."""
        if self._fail_fast and answer.fault is not None:
            self._parallel.begin_no_more()
        return answer

    def _looked_at(self, answer: Answer) -> Answer:
        if self._fail_fast and answer.fault is not None:
            self._parallel.stop(_failure(self._call.name, answer.batch, answer.fault))
        return answer

    def rest(self) -> Iterator[Answer]:
        """Those in flight."""
        self._parallel.rest()
        return self


def _joined(batches: _Answers) -> DataFrame:
    """All outcomes as one frame, batches in their order."""
    answers: list[Answer] = []
    try:
        answers.extend(batches)
    except BaseException as error:
        # A second Ctrl-C waits for nothing; what came until then is kept all the same.
        with suppress(KeyboardInterrupt):
            answers.extend(batches.rest())
        outcomes = _frame(answers)
        managed.current().keep(outcomes)
        if isinstance(error, KeyboardInterrupt):
            raise BatchesInterrupted(outcomes) from None
        raise
    return _frame(answers)


def _frame(answers: list[Answer]) -> DataFrame:
    from devsession.plugin.batch import outcome_frame

    ordered = sorted(answers, key=lambda answer: answer.batch.number)
    return outcome_frame(answer.outcomes for answer in ordered)


def _cut(frames: Iterator[DataFrame], size: int, function: str) -> Iterator[Batch]:
    """Parts of the frames: no row is copied or looked at."""
    from pandas import DataFrame, RangeIndex
    from pandas.arrays import NumpyExtensionArray

    from devsession.plugin.batch import Batch
    from devsession.plugin.outcome_table import OutcomeTable
    from devsession.plugin.outcomes import IDENTIFIER

    number, first = 1, 1
    for frame in frames:
        places = OutcomeTable(frame).places(IDENTIFIER) if isinstance(frame, DataFrame) else []
        if len(places) != 1:
            raise _unfit(frame, function, len(places))
        identifiers: Any = frame.iloc[:, places[0]].array
        if isinstance(identifiers, NumpyExtensionArray):
            # Its own lists hold numpy's numbers, which no JSON takes.
            identifiers = identifiers.to_numpy()
        for start in range(0, len(frame), size):
            part = frame.iloc[start : start + size]
            if isinstance(frame.index, RangeIndex):
                # A batch counts its rows from 0, as one that a request gives does.
                part.index = RangeIndex(len(part))
            yield Batch(number, first, part, identifiers[start : start + size], [])
            number, first = number + 1, first + len(part)


def _unfit(frame: object, function: str, columns: int) -> UsageError:
    what = (
        f"{function}() was given a frame with {columns or 'no'} columns IDENTIFIER"
        if hasattr(frame, "columns")
        else f"{function}() was given an iterator with a {type(frame).__name__} in it"
    )
    return UsageError(
        what,
        where=f"{function}(), under @managed_outbound_processing",
        next_step="give it records as request.get_records() has them: one column IDENTIFIER",
        function=function,
    )


def _failure(function: str, batch: Batch, fault: Fault) -> PluginRaisedError:
    return PluginRaisedError(
        f"{batch.name} of {function}() failed: {fault.what}",
        said=fault.said,
        tried="under fail_fast no further batch was begun",
        where=fault.where,
        next_step="mend it, or leave out fail_fast: then only the rows of this batch fail",
        function=function,
        batch=batch.number,
    )


def _count(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    given = "is missing" if value is None else f"is {value!r}, not a whole number from 1 on"
    raise _wrong(f"{name} {given}")


def _wrong(what: str) -> DefinitionError:
    return DefinitionError(
        f"@managed_outbound_processing cannot be used so: {what}",
        where=author_line(),
        next_step="write @managed_outbound_processing(concurrency=4, batch_size=100) over the method",
    )
