"""What `sync_outbound` is given: the records to send, and where their outcomes go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

from devsession.errors import (
    PluginRaisedError,
    TemplateError,
    UnknownNameError,
    UsageError,
    did_you_mean,
)
from devsession.http.deadline import current_deadline
from devsession.plugin.managed import enqueued, in_flight
from devsession.plugin.outcomes import IDENTIFIER, OUTCOME_COLUMNS, Outcomes, frame_of
from devsession.plugin.strategies import STANDARD_ACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pandas import DataFrame

    from devsession.plugin.report import Report
    from devsession.plugin.template import RecordTemplate

# Source: sync contract, outbound record columns.
RECORD_COLUMNS = (
    "IDENTIFIER",
    "APP_IDENTIFIER",
    "SYNC_ACTION",
    "TRANSFORMED_RECORD",
    "TRANSFORMED_RECORD_PREVIOUS",
    "RESULT",
)
_RECORD = "TRANSFORMED_RECORD"
_SORTABLE, _JSON_COLUMNS = RECORD_COLUMNS[:3], RECORD_COLUMNS[3:]


class RecordStore(Protocol):
    """Where records come from and outcomes go: a run in the warehouse, or a scenario."""

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records of these actions (None: of all), in frames of at most `size` rows.

        Columns as in `RECORD_COLUMNS`; the last three hold dicts, or the JSON text of one.
        """

    def apply(self, outcomes: DataFrame) -> None:
        """Keep outcomes: `OUTCOME_COLUMNS`, each IDENTIFIER once, as text; RESULT as JSON text.

        Called with a part of them at a time; the last outcome of a record is the one that counts.
        """


class OutboundSyncRequest:
    """The records of one run, and the way back for their outcomes. It keeps neither itself.

    actions: the names that SYNC_ACTION can hold. batch_size: rows of a batch.
    template: gives what renders the records, when the sync has it; asked for with each reading,
    as the plugin's filters may have changed. unrendered: is given failed outcomes for the records
    that cannot be rendered, which are left out then; without it they are an error.
    """

    def __init__(
        self,
        records: RecordStore,
        *,
        actions: Sequence[str] = STANDARD_ACTIONS,
        batch_size: int = 10_000,
        template: Callable[[], RecordTemplate | None] = lambda: None,
        unrendered: Callable[[Outcomes], None] | None = None,
    ) -> None:
        self._records = records
        self._template = template
        self._unrendered = unrendered
        self._actions = actions
        self._batch_size = batch_size

    @overload
    def get_records(
        self,
        sync_actions: Sequence[str] | None = None,
        batched: Literal[False] = False,
        render_jinja: bool = True,
        sort_column: str | None = None,
        sort_direction: str = "desc",
    ) -> DataFrame: ...

    @overload
    def get_records(
        self,
        sync_actions: Sequence[str] | None = None,
        *,
        batched: Literal[True],
        render_jinja: bool = True,
        sort_column: str | None = None,
        sort_direction: str = "desc",
    ) -> Iterator[DataFrame]: ...

    def get_records(
        self,
        sync_actions: Sequence[str] | None = None,
        batched: bool = False,
        render_jinja: bool = True,
        sort_column: str | None = None,
        sort_direction: str = "desc",
    ) -> DataFrame | Iterator[DataFrame]:
        """The records to send: one frame, or an iterator of frames when batched.

        IDENTIFIER, APP_IDENTIFIER (None when the app does not know the record), SYNC_ACTION, and as
        dicts TRANSFORMED_RECORD, TRANSFORMED_RECORD_PREVIOUS, RESULT (of the run before). Sorting
        holds all records in memory, batched too. Of a sync with a template TRANSFORMED_RECORD is
        the rendered text, rendered as its batch is read, or with `render_jinja=False` the template's
        `row`; the previous one is always the row. When the run's time limit has passed, no more come.

        Raises:
            TemplateError: the template cannot render a record, which it names.
            UnknownNameError: an action or a sort column that does not exist.
            UsageError: a sort direction that is neither "asc" nor "desc".
        Source: sync contract, `get_records`.
        """
        actions = self._known(sync_actions)
        template = self._template() if render_jinja else None
        if sort_column is None:
            batches = self._read(actions, template)
            return batches if batched else _joined(batches)
        ascending = _is_ascending(sort_column, sort_direction)
        frame = _joined(self._read(actions, template)).sort_values(
            sort_column, ascending=ascending, kind="stable", ignore_index=True
        )
        return self._sliced(frame) if batched else frame

    def enqueue_results(
        self, outcomes: DataFrame | Outcomes | Iterator[DataFrame | Outcomes]
    ) -> None:
        """Hand back outcomes as they come, a batch at a time; a later one replaces an earlier one.

        An iterator of them, as managed processing gives one, is taken to its end.
        What can be stored is stored first, then what is wrong is raised: what happened at the app
        is not forgotten because something else is wrong. So is what Ctrl-C struck, before it ends.

        Raises:
            OutcomesError: a rule that looks at the rows alone is broken.
        Source: sync contract, `enqueue_results`.
        """
        if not isinstance(outcomes, Iterator):
            self._stored(outcomes).raise_if_failed()
            return
        broken: Report | None = None
        given: DataFrame | Outcomes | None = None
        try:
            for given in outcomes:
                report = self._stored(given)
                broken = broken or (None if report else report)
        except KeyboardInterrupt:
            if given is not None:
                self._stored(given)
            for given in in_flight(outcomes):
                self._stored(given)
            raise
        if broken is not None:
            broken.raise_if_failed()

    def _stored(self, outcomes: DataFrame | Outcomes) -> Report:
        from devsession.plugin.outcome_rules import check_enqueued

        storable, report = check_enqueued(outcomes)
        if len(storable):
            self._records.apply(storable)
            if (own := enqueued.get()) is not None:
                own.append(storable)
        return report

    def _known(self, sync_actions: Sequence[str] | None) -> list[str] | None:
        if sync_actions is None:
            return None
        names = [sync_actions] if isinstance(sync_actions, str) else list(map(str, sync_actions))
        for name in names:
            if name not in self._actions:
                raise UnknownNameError(
                    f"there is no sync action {name!r}",
                    tried=did_you_mean(name, self._actions),
                    where=f"get_records(sync_actions={names})",
                    action=name,
                )
        return names

    def _read(
        self, actions: list[str] | None, template: RecordTemplate | None
    ) -> Iterator[DataFrame]:
        deadline = current_deadline()
        for batch in self._records.batches(actions=actions, size=self._batch_size):
            if deadline.over:
                return
            records = _as_records(batch)
            yield self._rendered(records, template) if template else records

    def _rendered(self, records: DataFrame, template: RecordTemplate) -> DataFrame:
        """The records with their texts, and without those that have none."""
        from pandas import Series

        texts: dict[int, str | None] = {}
        failed = Outcomes()
        for place, (identifier, row) in enumerate(
            zip(records[IDENTIFIER], records[_RECORD], strict=True)
        ):
            try:
                texts[place] = None if row is None else template.render(row, identifier)
            except TemplateError as error:
                if self._unrendered is None:
                    raise
                failed.fail(identifier, f"template, {error.fields['problem']}")
        if self._unrendered is not None and len(failed):
            self._unrendered(failed)
        records = records.loc[list(texts)].reset_index(drop=True)
        records[_RECORD] = Series(list(texts.values()), dtype=object)
        return records

    def _sliced(self, frame: DataFrame) -> Iterator[DataFrame]:
        for start in range(0, len(frame), self._batch_size):
            yield frame.iloc[start : start + self._batch_size].reset_index(drop=True)


class FrameRecords:
    """A RecordStore in memory: the records of a frame, and the outcomes handed back for them."""

    def __init__(self, records: DataFrame) -> None:
        self._records = records
        self._applied: list[DataFrame] = []

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records in their order, all of them each time."""
        chosen = self._records
        if actions is not None:
            chosen = chosen[chosen["SYNC_ACTION"].isin(actions)]
        for start in range(0, len(chosen), size):
            yield chosen.iloc[start : start + size]

    def apply(self, outcomes: DataFrame) -> None:
        """Keep outcomes, from any thread."""
        self._applied.append(outcomes)

    @property
    def outcomes(self) -> DataFrame:
        """What was handed back so far, the last outcome of each record."""
        from pandas import DataFrame, concat

        if not self._applied:
            return DataFrame(columns=list(OUTCOME_COLUMNS))
        applied = concat(list(self._applied), ignore_index=True)
        return applied.drop_duplicates(IDENTIFIER, keep="last", ignore_index=True)


def all_outcomes(returned: object, enqueued: DataFrame) -> DataFrame:
    """What a pass of `sync_outbound` says in all: the outcomes it returned, and those enqueued.

    A record that is in both counts as returned: that was the last word on it.

    Raises:
        PluginRaisedError: neither outcomes nor None was returned.
    """
    from pandas import DataFrame, concat

    if returned is None:
        return enqueued
    frame = frame_of(returned)
    if not isinstance(frame, DataFrame):
        raise PluginRaisedError(
            f"sync_outbound returned {type(frame).__name__}",
            tried="to read it as the outcomes of the records",
            next_step="return an Outcomes or a DataFrame; nothing, when all are enqueued",
        )
    if enqueued.empty or not frame.columns.is_unique:
        return frame
    from devsession.plugin.outcome_table import OutcomeTable

    last_word = OutcomeTable(frame).identifiers.to_pandas()
    return concat([enqueued[~enqueued[IDENTIFIER].isin(last_word)], frame], ignore_index=True)


def enqueued_at_last(returned: object, request: OutboundSyncRequest) -> object:
    """What `sync_outbound` returned; an iterator of outcomes is enqueued, so that None is left."""
    if not isinstance(returned, Iterator):
        return returned
    request.enqueue_results(returned)
    return None


def _as_records(batch: DataFrame) -> DataFrame:
    """A store's batch with the columns of the contract, JSON read, and None for null."""
    from pandas import DataFrame, Series

    records = DataFrame(index=range(len(batch)))
    for name in RECORD_COLUMNS:
        column = batch[name] if name in batch else Series([None] * len(batch), dtype=object)
        values = column.astype(object).where(column.notna(), None).tolist()
        if name in _JSON_COLUMNS:
            values = [_from_json(value) for value in values]
        records[name] = Series(values, dtype=object)
    return records


def _from_json(value: Any) -> Any:
    from pydantic_core import from_json

    return from_json(value) if isinstance(value, str) else value


def _joined(batches: Iterator[DataFrame]) -> DataFrame:
    from pandas import DataFrame, concat

    frames = list(batches)
    return concat(frames, ignore_index=True) if frames else DataFrame(columns=list(RECORD_COLUMNS))


def _is_ascending(sort_column: str, sort_direction: str) -> bool:
    if sort_column not in _SORTABLE:
        raise UnknownNameError(
            f"records cannot be sorted by {sort_column!r}",
            tried=did_you_mean(sort_column, _SORTABLE),
            where=f"get_records(sort_column={sort_column!r})",
            column=sort_column,
        )
    if sort_direction not in ("asc", "desc"):
        raise UsageError(
            f"there is no sort direction {sort_direction!r}",
            tried=f"get_records(sort_direction={sort_direction!r})",
            next_step="sort_direction='asc' or 'desc'",
        )
    return sort_direction == "asc"
